"""Sections of a scenario file for studies of many scenarios: what to vary, and how.

They say what is done with the scenario and are no part of it; a file of its own may hold them too.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from loyaltysim.units import Name, Terms, number

MOST_POINTS = 100_000

Points = Annotated[int, BeforeValidator(number), Field(ge=1, le=MOST_POINTS)]
Replications = Annotated[int, BeforeValidator(number), Field(ge=1, le=100_000)]


class StudyTerms(Terms):
    """What any study varies."""

    vary: dict[Name, Any] | None = None
    """Values of each factor, by dotted path or name of the register."""
    alternatives: list[Name] | None = None
    """Lived beside the reference; all if left out."""
    replications: Replications | None = None
    """Of each point, paired; the scenario's if left out."""


class SweepTerms(StudyTerms):
    """A sweep over a design."""

    design: Literal["grid", "one_at_a_time", "latin_hypercube", "sobol"] = "grid"
    points: Points | None = None
    """Of a sample."""


class SensitivityTerms(StudyTerms):
    """Which assumptions decide."""

    method: Literal["tornado", "morris", "sobol"] = "tornado"
    points: Points | None = None
    """Ways through the ranges (morris), or base points (sobol)."""


class BreakEvenTerms(StudyTerms):
    """At which value an alternative stops paying."""

    against: Name | None = None
    """The alternative that the others are held against; the reference if left out."""


SECTIONS: dict[str, type[StudyTerms]] = {
    "sweep": SweepTerms,
    "sensitivity": SensitivityTerms,
    "break_even": BreakEvenTerms,
}
