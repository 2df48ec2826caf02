"""A scenario: a business, the alternatives to compare, and how to vary them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from loyaltysim.evidence import register
from loyaltysim.scenario import alternatives as alternatives_
from loyaltysim.scenario import assumptions as assumptions_
from loyaltysim.scenario import ranges as ranges_
from loyaltysim.scenario.alternatives import COPIED
from loyaltysim.scenario.changing import changed
from loyaltysim.scenario.extending import read_extended
from loyaltysim.scenario.model import ASSUMED, Business
from loyaltysim.scenario.nodes import Node, nodes_of, plain
from loyaltysim.scenario.noting import notes_of
from loyaltysim.scenario.problems import Problem, Problems, ScenarioError, problem_at
from loyaltysim.scenario.studies import SECTIONS
from loyaltysim.scenario.unread import unread
from loyaltysim.scenario.wording import business_of


@dataclass(frozen=True, repr=False)
class Scenario:
    """What a person wrote, validated: the business, and each alternative to it.

    Made by `load` or `Scenario.from_document`; the methods that vary a
    scenario return a new one. Two scenarios are equal when their documents are.
    """

    document: dict[str, Any]
    """The file's content as written, after `extends`: text, numbers, maps and lists."""
    source: Path | None = field(compare=False)
    business: Business = field(compare=False, repr=False)
    alternatives: dict[str, Business] = field(compare=False, repr=False)
    """Each alternative's whole business, in the order of the file."""
    _worlds: alternatives_.Worlds = field(compare=False, repr=False)
    _ranges: dict[str, ranges_.Range] = field(compare=False, repr=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], source: Path | None = None) -> Scenario:
        """Validate a document that was built in Python.

        Raises `ScenarioError` with every problem found; it has no line numbers.
        """
        if not isinstance(document, Mapping):
            raise ScenarioError([problem_at(None, hint="a scenario is a map of fields")])
        root = nodes_of(dict(document))
        if "extends" in root.value:
            hint = "works in scenario files only; load the file instead"
            raise ScenarioError([problem_at(None, "extends", hint=hint)])
        return cls._of(root, source, Problems())

    @classmethod
    def _of(cls, root: Node, source: Path | None, problems: Problems) -> Scenario:
        """Validate nodes; `problems` are those that were found before."""
        for section in SECTIONS:
            # What a study varies is no part of what it varies.
            root = root.with_item(section, None)
        stated = ranges_.stated_in(root, problems)
        worlds, businesses = _validated(ranges_.at_end(root, stated, "value"), problems)
        ranges = {}
        if stated and not problems:
            ends = {"value": businesses}
            for end in ("low", "high"):
                _, ends[end] = _validated(ranges_.at_end(root, stated, end), problems)
            if not problems:
                ranges = ranges_.checked(stated, ends, problems)
        if problems:
            raise ScenarioError(problems)
        business = businesses.pop("")
        return cls(plain(root), source, business, businesses, worlds, ranges)

    def __repr__(self) -> str:
        names = ", ".join(self.alternatives) or "no alternatives"
        return f"<Scenario {self.business.name!r}: {names}>"

    @property
    def reference(self) -> str:
        """The alternative that changes nothing, with which the others are compared.

        Raises `ScenarioError` when the scenario has no alternatives.
        """
        if self._worlds.reference is None:
            hint = "there is nothing to compare; add alternatives, such as `nothing: {}`"
            file = str(self.source) if self.source else None
            raise ScenarioError([Problem(file, field=alternatives_.SECTION, hint=hint)])
        return self._worlds.reference

    def change(self, changes: Mapping[str, Any]) -> Scenario:
        """A scenario with other values, by dotted path; None removes.

        `{"firm.staff.quits_per_year": "30%", "market.segments.commuters.share": 0.5,
        "alternatives.card.programme.stamps.count": 8}`. Values are written as in a
        file. Raises `ScenarioError` on a path that does not exist or a value that
        is not allowed.
        """
        return self.from_document(changed(self.document, changes), self.source)

    def assumptions(self) -> list[str]:
        """Names of all that is uncertain here: what is stated as a range, by its dotted path, and
        the register's uncertain entries that this scenario relies on.

        Those that are read and that it leaves at the default somewhere, in the business or in an
        alternative, and beliefs that it states as a range.
        """
        return list(self._open)

    @cached_property
    def _open(self) -> tuple[str, ...]:
        # Every draw asks for them.
        worlds = [self._worlds.base, *self._worlds.alternatives.values()]
        stated = [name for name, r in self._ranges.items() if r.low < r.high]
        firms = [world.firm for world in (self.business, *self.alternatives.values())]
        nowhere_read = set.intersection(*(set(unread(firm)) for firm in firms))
        left = assumptions_.open_names(worlds, self._worlds.base)
        return (*stated, *(name for name in left if name not in nowhere_read))

    def range_of(self, name: str) -> tuple[float, float, float]:
        """Low, value and high of an assumption: as this scenario states it, or the register's.

        Raises `ScenarioError` when the register has no such entry.
        """
        if name in self._ranges:
            own = self._ranges[name]
            return own.low, own.value, own.high
        if name not in register():
            raise ScenarioError(assumptions_.unknown([name]))
        entry = register()[name]
        stated = assumptions_.stated_range(self._worlds.base, name)
        return stated or (entry.low, entry.value, entry.high)

    def with_assumptions(self, values: Mapping[str, float]) -> Scenario:
        """A scenario in which what was stated as a range or left to the register has these values.

        Fields that the business or an alternative states keep what is stated
        there; counts are rounded. Raises `ScenarioError` on an unknown name or a
        value out of range.
        """
        left = {name: value for name, value in values.items() if name not in self._ranges}
        wrong = assumptions_.unknown(list(left))
        if wrong:
            raise ScenarioError(wrong)
        own = {n: self._ranges[n].written(v) for n, v in values.items() if n in self._ranges}
        document = changed(self.document, own)
        assumptions_.set_in(document, left)
        return self.from_document(document, self.source)

    def with_rival_copies(self) -> Scenario:
        """A scenario in which each programme is also tried with a rival that copies it.

        Each such alternative, named `..., copied`, stands after the original;
        none is added where a rival's answer is stated already, or where the
        programme is the one that the business has anyway.
        """
        document = copy.deepcopy(self.document)
        section: dict[str, Any] = {}
        for name, overlay in (document.get(alternatives_.SECTION) or {}).items():
            section[name] = overlay
            business, twin = self.alternatives[name], f"{name}{COPIED}"
            answered = business.rival.copies_after is not None
            new = business.programme not in (None, self.business.programme)
            if new and not answered and twin not in self.alternatives:
                # `assumed` and not the number: the time stays an assumption that can be varied.
                rival = {**((overlay or {}).get("rival") or {}), "copies_after": ASSUMED}
                section[twin] = {**copy.deepcopy(overlay or {}), "rival": rival}
        if section:
            document[alternatives_.SECTION] = section
        return self.from_document(document, self.source)

    def notes(self) -> list[str]:
        """What is valid but worth knowing before the figures are believed, one line each."""
        return notes_of(self.business, self.alternatives, self._worlds)


def _validated(root: Node, problems: Problems) -> tuple[alternatives_.Worlds, dict[str, Business]]:
    """The worlds of a document, and each as a business, by its name; the business alone under "".

    Where something is wrong it is added to `problems`, and its business is missing.
    """
    worlds = alternatives_.worlds_of(root, problems)
    business = business_of(worlds.base, "", problems)
    # While the business itself is wrong, its errors would show again in each alternative.
    known = None if business is not None else list(problems)
    businesses = {} if business is None else {"": business}
    for name, world in worlds.alternatives.items():
        found = Problems()
        alternative = business_of(world, f"{alternatives_.SECTION}.{name}", found)
        problems += [p for p in found if not _repeats(p, name, known)]
        if alternative is not None:
            businesses[name] = alternative
    return worlds, businesses


def _repeats(problem: Problem, name: str, known: list[Problem] | None) -> bool:
    """Whether an alternative's problem is one that the business alone has as well."""
    same_field = problem.field.removeprefix(f"{alternatives_.SECTION}.{name}.")
    return any(
        (k.field == same_field and (k.found, k.hint) == (problem.found, problem.hint))
        or (k.hint == "missing" and same_field.startswith(f"{k.field}."))
        for k in known or []
    )


def load(path: str | Path) -> Scenario:
    """Read and validate a scenario file (YAML 1.2, or JSON).

    Raises `ScenarioError`, and nothing else, for whatever is wrong with the
    file: each problem with its file, line, field, what was found, what is
    allowed, and the nearest valid name.
    """
    path = Path(path)
    problems = Problems()
    return Scenario._of(read_extended(path, problems), path, problems)
