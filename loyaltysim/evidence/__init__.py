"""The register of defaults: every number that a scenario does not state stands here.

Each entry has a value, a unit, a plausible range, a source and a grade. The
range is also the prior for the runs that show what is not known.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Grade = Literal[
    "experiment",
    "meta-analysis",
    "field data",
    "survey",
    "practitioner",
    "assumption",
    "convention",
]
"""How a value is known. A *convention* is a choice of method (a seed, a hurdle
rate), not a belief about people; it is never varied."""

Role = Literal["input", "direction", "claim"]
"""What a source does: an *input* sets a default and so tests nothing any more; a
*direction* says which way, not how much; a *claim* is a practitioner's."""


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
    source_ids: tuple[str, ...] = ()

    @property
    def uncertain(self) -> bool:
        """Whether the range leaves room for ignorance."""
        return self.grade != "convention" and self.low < self.high

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the value rests on; empty for a judgement without any."""
        return tuple(sources()[known] for known in self.source_ids)


@dataclass(frozen=True, slots=True)
class Source:
    """One study, data set or document: what was found, where, and how sure that is."""

    name: str
    citation: str
    setting: str
    found: str
    confidence: Literal["high", "medium", "low"]
    checked: Literal["abstract or text", "secondary", "memory", "computed"]
    """How its figures were read; *memory* means an order of magnitude."""
    role: Role
    year: int | None = None


@cache
def register() -> dict[str, Entry]:
    """All entries by name, in the order of the file.

    A name is the place of the field in a scenario file (`firm.staff.quits_per_year`,
    `beliefs.progress_pull`). Raises `ValueError` on an entry that is not well formed.
    """
    return {name: _entry(name, fields) for name, fields in _read("register.toml").items()}


@cache
def sources() -> dict[str, Source]:
    """All sources by their short names (`E01`, `CDNOW`, `S3`)."""
    return {name: Source(name=name, **fields) for name, fields in _read("sources.toml").items()}


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(file).read_text("utf-8"))


def _entry(name: str, fields: dict[str, Any]) -> Entry:
    source_ids = tuple(fields.pop("source_ids", ()))
    entry = Entry(name=name, source_ids=source_ids, **fields)
    if entry.grade not in get_args(Grade):
        raise ValueError(f"{name}: unknown grade {entry.grade!r}")
    if not entry.low <= entry.value <= entry.high:
        raise ValueError(f"{name}: value {entry.value} outside {entry.low} to {entry.high}")
    return entry


@cache
def beliefs() -> tuple[str, ...]:
    """Names of the behavioural parameters, without their `beliefs.` prefix."""
    return tuple(n.removeprefix("beliefs.") for n in register() if n.startswith("beliefs."))


def find(text: str) -> list[Entry]:
    """Entries that `text` may mean, in the order of the register.

    The first of these that finds any: the name itself, the end of a name
    (`progress_pull`, `staff.quits_per_year`), a part of a name or label.
    Without text, all of them.
    """
    wanted = text.strip().lower()
    entries = register()
    if wanted in entries:
        return [entries[wanted]]
    ends = [e for e in entries.values() if e.name.endswith(f".{wanted}")]
    parts = [e for e in entries.values() if wanted in e.name or wanted in e.label.lower()]
    return ends or parts


def nearest(text: str) -> list[Entry]:
    """Entries with the three names nearest to a misspelt one, nearest first."""
    from difflib import get_close_matches

    endings: dict[str, list[Entry]] = {}
    for entry in register().values():
        words = entry.name.split(".")
        for start in range(len(words)):
            endings.setdefault(".".join(words[start:]), []).append(entry)
    close = get_close_matches(text.strip().lower(), endings, n=3, cutoff=0.7)
    return list(dict.fromkeys(entry for ending in close for entry in endings[ending]))
