"""What is wrong with a scenario, said so that its author can put it right."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_LONGEST = 60
_LONGEST_PATH = 300
_AT_MOST = 50
_ENOUGH = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, in which field, what was found, what is allowed."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str = ""
    found: str = ""
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.column is not None:
            where.append(f"column {self.column}")
        found = f"found {self.found}" if self.found else ""
        allowed = f"allowed: {self.allowed}" if self.allowed else ""
        parts = [found, allowed, self.hint] if found else [self.hint, allowed]
        what = [part for part in parts if part]
        return ": ".join(part for part in (", ".join(where), self.field, "; ".join(what)) if part)


def problem_at(
    place: Place | None, field: str = "", *, found: str = "", allowed: str = "", hint: str = ""
) -> Problem:
    """A problem at a place, or without one when the scenario did not come from a file."""
    if place is None:
        return Problem(None, None, None, field, found, allowed, hint)
    return Problem(place.file, place.line, place.column, field, found, allowed, hint)


class ScenarioError(ValueError):
    """A scenario cannot be used; `problems` lists every reason that could be found."""

    def __init__(self, problems: Iterable[Problem]):
        # One mistake can show in several alternatives; it is said once. What was found
        # first decides the order of files, lines that of problems within a file.
        distinct = list(dict.fromkeys(problems))
        files = list(dict.fromkeys(problem.file for problem in distinct))
        self.problems = sorted(
            distinct, key=lambda p: (files.index(p.file), p.line or 0, p.column or 0)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_AT_MOST]]
        if len(self.problems) > _AT_MOST:
            lines.append(f"... and {len(self.problems) - _AT_MOST} more")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The problems as a JSON list of objects, one key for each part of a problem."""
        return json.dumps([asdict(problem) for problem in self.problems], ensure_ascii=False)


class Problems(list[Problem]):
    """Problems found so far; a file with very many is given up early."""

    def add(self, problem: Problem) -> None:
        """Note one more. Raises `ScenarioError` with all of them when it is enough."""
        self.append(problem)
        if len(self) >= _ENOUGH:
            raise ScenarioError(self)


def quoted(name: Any) -> str:
    """A name in quotes, short and without control characters."""
    return f"'{shown(name)}'"


def shown(value: Any, text: str = "") -> str:
    """A value as its author would recognise it, short and on one line."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    plain = text or (str(value).lower() if isinstance(value, bool) else str(value))
    return printable(plain, _LONGEST)


def printable(text: Any, longest: int = _LONGEST_PATH) -> str:
    """Text of any origin, fit for one line of a terminal.

    What could steer the terminal, such as a colour code in a file's name, is
    spelt out, and the end of what is very long is left out.
    """
    start = str(text)[: longest + 1]
    plain = "".join(c if c.isprintable() else spelt(c) for c in start)
    return plain if len(plain) <= longest else plain[: longest - 3] + "..."


def spelt(character: str) -> str:
    """The escape that stands for a character in Python and in YAML."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
