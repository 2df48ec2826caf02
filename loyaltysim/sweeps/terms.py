"""The `sweep` section of a scenario file: what to vary, by which design, how often."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from loyaltysim.scenario import Scenario
from loyaltysim.scenario.extending import read_extended
from loyaltysim.scenario.problems import Problems
from loyaltysim.scenario.shape import shape_of
from loyaltysim.scenario.wording import validated
from loyaltysim.sweeps.designs import MOST_POINTS
from loyaltysim.units import Name, Terms, number

SECTION = "sweep"

Points = Annotated[int, BeforeValidator(number), Field(ge=1, le=MOST_POINTS)]
Replications = Annotated[int, BeforeValidator(number), Field(ge=1, le=100_000)]


class SweepTerms(Terms):
    """What a sweep varies; the scenario around it is what it varies."""

    vary: dict[Name, Any] | None = None
    design: Literal["grid", "one_at_a_time", "latin_hypercube", "sobol"] = "grid"
    points: Points | None = None
    alternatives: list[Name] | None = None
    replications: Replications | None = None


def load_sweep(path: Path) -> tuple[Scenario, SweepTerms]:
    """A scenario file and its section `sweep`, empty where it has none.

    Raises `ScenarioError` for whatever is wrong with either.
    """
    problems = Problems()
    root = read_extended(path, problems)
    node = root.get(SECTION)
    terms: SweepTerms | None = SweepTerms()
    if node is not None:
        terms = validated(SweepTerms, shape_of(SweepTerms), node, SECTION, problems)
    scenario = Scenario._of(root, path, problems)
    assert terms is not None
    return scenario, terms
