"""One alternative, one replication: the tables of a single run."""

from __future__ import annotations

from loyaltysim.results.tables import Tables
from loyaltysim.results.yearbook import Yearbook
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.problems import Problem, quoted
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import levels_of


def simulate(
    scenario: Scenario,
    alternative: str | None = None,
    *,
    replication: int = 0,
    threads: int = 1,
) -> Tables:
    """Live one alternative (the business itself where left out) once.

    The same replication of two alternatives has the same customers and the same
    luck. Raises `ScenarioError` for an alternative that is not in the scenario.
    """
    business = chosen(scenario, alternative)
    levels = levels_of(scenario.business)
    census = Yearbook(business)
    result = run(business, levels, replication=replication, threads=threads, census=census)
    return Tables(result, census)


def chosen(scenario: Scenario, alternative: str | None) -> Business:
    """The business, or one of its alternatives, by name; `ScenarioError` where there is none."""
    if alternative is None:
        return scenario.business
    if alternative not in scenario.alternatives:
        # The names that a comparison adds are good here too.
        scenario = scenario.with_rival_copies()
    if alternative not in scenario.alternatives:
        known = list(scenario.alternatives)
        # A name may hold a comma.
        names = f"there are {', '.join(map(quoted, known))}" if known else "the scenario has none"
        hint = f"no {quoted(alternative)}; {names}{suggestion(alternative, known)}"
        raise ScenarioError([Problem(field="alternatives", hint=hint)])
    return scenario.alternatives[alternative]
