"""The register of defaults: every number that a scenario does not state stands here.

Each entry has a value, a unit, a plausible range, a source and a grade. The
range is also the prior for the runs that show what is not known.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Grade = Literal[
    "experiment", "meta-analysis", "field data", "survey", "practitioner", "assumption", "convention"
]
"""How a value is known. A *convention* is a choice of method (a seed, a hurdle
rate), not a belief about people; it is never varied."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One default: `value` in `unit`, plausible between `low` and `high`."""

    name: str
    label: str
    value: float
    unit: str
    low: float
    high: float
    grade: Grade
    source: str
    note: str = ""

    @property
    def uncertain(self) -> bool:
        """Whether the range leaves room for ignorance."""
        return self.grade != "convention" and self.low < self.high


@cache
def register() -> dict[str, Entry]:
    """All entries by name, in the order of the file.

    A name is the place of the field in a scenario file (`firm.staff.quits_per_year`,
    `beliefs.progress_pull`). Raises `ValueError` on an entry that is not well formed.
    """
    raw = tomllib.loads(files(__package__).joinpath("register.toml").read_text("utf-8"))
    return {name: _entry(name, fields) for name, fields in raw.items()}


def _entry(name: str, fields: dict[str, Any]) -> Entry:
    entry = Entry(name=name, **fields)
    if entry.grade not in get_args(Grade):
        raise ValueError(f"{name}: unknown grade {entry.grade!r}")
    if not entry.low <= entry.value <= entry.high:
        raise ValueError(f"{name}: value {entry.value} outside {entry.low} to {entry.high}")
    return entry


@cache
def beliefs() -> tuple[str, ...]:
    """Names of the behavioural parameters, without their `beliefs.` prefix."""
    return tuple(n.removeprefix("beliefs.") for n in register() if n.startswith("beliefs."))
