"""The plan of a sweep: every scenario that it lives, checked before the first is lived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from loyaltysim.compiled import source_hash
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.problems import Problem, quoted, shown
from loyaltysim.scenario.studies import MOST_POINTS
from loyaltysim.studies.compare import with_wallet
from loyaltysim.sweeps.designs import DESIGNS, SAMPLED, Point
from loyaltysim.sweeps.factors import WALLET, Factor, amount, factor

ENOUGH = 20
"""Wrong points after which no more are looked at."""


FIXED = ("hurdle_rate", "horizon", "seed", "replications", "currency", "name")
"""By which points are held against each other; no factors."""


@dataclass(frozen=True)
class Plan:
    """Scenarios by point, each with its alternatives, in so many replications."""

    scenario: Scenario
    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    """Each once."""
    rows: tuple[int, ...]
    """The design's own rows, in which a point may come more than once, by number of the point."""
    design: str
    replications: int
    """Of each point, on the same people and luck."""

    @property
    def names(self) -> list[str]:
        """The alternatives at each point."""
        return list(self.scenario.alternatives)

    @property
    def others(self) -> list[str]:
        """The alternatives that are held against the reference."""
        return [name for name in self.names if name != self.scenario.reference]

    def concerns(self, factor: Factor, name: str, against: str) -> bool:
        """Whether a factor can move one alternative against another: it may be a third one's."""
        thirds = (other for other in self.names if other not in (name, against))
        return not any(factor.name.startswith(f"alternatives.{other}.") for other in thirds)

    @property
    def runs(self) -> int:
        """Single runs in all."""
        return len(self.points) * self.replications * len(self.names)

    def at(self, point: int) -> Scenario:
        """The scenario at a point. Raises `ScenarioError` where it is not allowed."""
        values = zip(self.factors, self.points[point], strict=True)
        return vary(self.scenario, {f: value for f, value in values if value is not None})

    def text(self, point: int) -> str:
        """The scenario at a point, as text."""
        return json.dumps(self.at(point).document)

    @property
    def stated(self) -> str:
        """The scenario as it is stated, as text."""
        return json.dumps(self.scenario.document)

    def said(self, point: int) -> str:
        """What is varied at a point, as on the command line."""
        values = zip(self.factors, self.points[point], strict=True)
        stated = [f"{f.name}={shown(f.written(v))}" for f, v in values if v is not None]
        return ", ".join(stated) or "all as stated"

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What each point is known by; whatever is wrong with any is raised at once."""
        keys: list[Key] = []
        problems: dict[tuple[str, str], Problem] = {}
        for point in range(len(self.points)):
            try:
                keys.append(key_of(self.text(point)))
            except ScenarioError as error:
                first = error.problems[0]
                at = f"at point {point}: {self.said(point)}"
                told = replace(first, hint="; ".join(filter(None, [first.hint, at])))
                # What is wrong in the same way at many points is said once.
                problems.setdefault((first.field, first.hint), told)
                if len(problems) >= ENOUGH:
                    break
        if problems:
            raise ScenarioError([*problems.values()])
        return tuple(keys)

    @cached_property
    def identity(self) -> dict[str, str]:
        """What a study is about, as hashes: results of another are none of this one."""
        text = json.dumps(self.scenario.document, sort_keys=True)
        return {"scenario": hash_of(text), "engine": source_hash()}


@dataclass(frozen=True)
class Key:
    """What a scenario is known by: all of it, and the business as it stands today."""

    whole: str
    today: str


def key_of(text: str) -> Key:
    """The key of a scenario, as text."""
    document = json.loads(text)
    today = {k: v for k, v in document.items() if k not in ("alternatives", "name")}
    return Key(hash_of(text), hash_of(json.dumps(today)))


def hash_of(text: str) -> str:
    """A short hash."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def vary(scenario: Scenario, values: Mapping[Factor, Any]) -> Scenario:
    """The scenario with other values: of its fields, and of what it leaves to the register."""
    # What is left to the register is set wherever it is left to it, in alternatives too.
    left = set(scenario.assumptions())
    assumed = {f.name: v for f, v in values.items() if f.name in left and _is_number(v)}
    own = {f.name for f in values} - {WALLET, *assumed}
    stated = {f.name: f.written(v) for f, v in values.items() if f.name in own}
    for shift in (float(v) for f, v in values.items() if f.name == WALLET):
        stated |= _with_wallet(scenario, shift)
    changed = scenario.change(stated) if stated else scenario
    return changed.with_assumptions(assumed) if assumed else changed


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_wallet(scenario: Scenario, shift: float) -> dict[str, Any]:
    """Shares of wallet that differ by so much in log-odds, with the purchases that a firm sees."""
    stated: dict[str, Any] = {}
    other = with_wallet(scenario.business, shift).market.segments
    for before, after in zip(scenario.business.market.segments, other, strict=True):
        if after is before:
            continue
        path = f"market.segments.{before.name}"
        stated[f"{path}.share_of_wallet"] = after.share_of_wallet
        if after.occasions_per_week is not None:
            stated[f"{path}.occasions_per_week.mean"] = after.occasions_per_week.mean
    return stated


def plan(
    scenario: Scenario,
    vary: Mapping[str, Any],
    *,
    design: str = "grid",
    points: int | None = None,
    table: Sequence[Mapping[str, Any]] | None = None,
    alternatives: Sequence[str] | None = None,
    replications: int | None = None,
) -> Plan:
    """Every point of a sweep, checked.

    `vary` maps dotted paths, or names of the register's entries, to the values of a factor
    (`sweeps.factors`). `design` is one of `grid`, `one_at_a_time`, `latin_hypercube` and `sobol`;
    `table` states the points itself, one map each. `alternatives` are those that are lived, beside
    the reference; all if left out. Raises `ScenarioError` with whatever is wrong.
    """
    scenario = with_alternatives(scenario, alternatives)
    if table is not None:
        names = list(table[0]) if table else []
        vary = {name: list(dict.fromkeys(row.get(name) for row in table)) for name in names}
    if not vary:
        hint = "nothing varies; name a factor, such as firm.staff.quits_per_year=20%..100%:5"
        raise ScenarioError([Problem(field="factors", hint=hint)])
    factors = tuple(_checked(vary, scenario))
    if table is not None:
        found = [tuple(_as_level(f, row[f.name]) for f in factors) for row in table]
        chosen, design = found, "table"
    else:
        if design not in DESIGNS:
            hint = f"allowed: {', '.join(DESIGNS)}{suggestion(design, list(DESIGNS))}"
            raise ScenarioError([Problem(field="design", found=shown(design), hint=hint)])
        count = SAMPLED if points is None else points
        if not 1 <= count <= MOST_POINTS:
            allowed = f"1 to {MOST_POINTS}"
            raise ScenarioError([Problem(field="points", found=str(count), allowed=allowed)])
        chosen = DESIGNS[design](factors, count, scenario.business.seed)
    count = replications or scenario.business.replications
    number = {point: at for at, point in enumerate(dict.fromkeys(chosen))}
    rows = tuple(number[point] for point in chosen)
    made = Plan(scenario, factors, tuple(number), rows, design, count)
    made.keys  # noqa: B018  (refuses whatever is wrong before any work)
    return made


def _checked(vary: Mapping[str, Any], scenario: Scenario) -> list[Factor]:
    factors, problems = [], []
    for name, stated in vary.items():
        if name in FIXED:
            hint = "is the same at all points of a study; state it in the scenario"
            problems.append(Problem(field=str(name), hint=hint))
            continue
        try:
            factors.append(factor(str(name), stated, scenario))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return factors


def _as_level(factor: Factor, stated: Any) -> Any:
    """A value of a table as the factor has it."""
    return stated if factor.unit == "as written" else amount(stated)[0]


def with_alternatives(scenario: Scenario, names: Sequence[str] | None) -> Scenario:
    """The scenario with these alternatives only, and its reference; all if left out."""
    reference = scenario.reference
    if names is None:
        return scenario
    known = list(scenario.alternatives)
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = f"has no {quoted(unknown[0])}{suggestion(unknown[0], known)}"
        raise ScenarioError([Problem(field="alternatives", hint=hint)])
    section = scenario.document["alternatives"]
    kept = {n: o for n, o in section.items() if n in names or n == reference}
    document = {**scenario.document, "alternatives": kept}
    return Scenario.from_document(document, scenario.source)
