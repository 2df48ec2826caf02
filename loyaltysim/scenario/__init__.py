"""From a scenario file to validated objects; nothing here knows how a simulation runs."""

from loyaltysim.scenario.problems import Place, Problem, ScenarioError
from loyaltysim.scenario.scenario import Scenario, load
from loyaltysim.scenario.schema import schema
from loyaltysim.scenario.writing import dump

__all__ = ["Place", "Problem", "Scenario", "ScenarioError", "dump", "load", "schema"]
