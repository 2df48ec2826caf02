"""Factors of a study in words: what each is called, its values, and how it is typed again.

Shared by the pages and the command line; needs no picture library.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from loyaltysim.evidence import register
from loyaltysim.scenario import ScenarioError
from loyaltysim.studies.compare import with_wallet
from loyaltysim.sweeps.factors import WALLET, Factor, Value, amount
from loyaltysim.sweeps.factors import factor as factor_of
from loyaltysim.sweeps.plan import Plan

SAID_UNITS = (
    "seconds", "hours", "days", "weeks", "months", "per week", "per year", "points of 10",
    "people", "weeks of pay",
)  # fmt: skip
"""Units that are said after a figure; the others mean nothing to most readers."""


def called(factor: Factor) -> str:
    """What a factor is known by: the register's words, or the end of its path."""
    if factor.name == WALLET:
        return "Share of wallet, mean of the segments"
    name, whose = factor.name, ""
    if name.startswith("alternatives."):
        _, alternative, name = name.split(".", 2)
        whose = f" ({alternative})"
    return f"{register()[name].label if name in register() else factor.label}{whose}"


def value_said(value: object, unit: str) -> str:
    """A value as a person writes it."""
    if value is None or value != value:
        return "as stated"
    if isinstance(value, bool) or not isinstance(value, float | int):
        return str(value)
    if unit == "share":
        return f"{100.0 * value:.3g}%".replace("-", "−")
    text = f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"
    text = text.replace("-", "−")
    return f"{text} {unit}" if unit in SAID_UNITS else text


def said(made: Plan, factor: Factor, value: object) -> str:
    """A value of a plan's factor as a person writes it; of a share of wallet what it comes to."""
    if factor.name == WALLET and isinstance(value, float | int):
        segments = with_wallet(made.scenario.business, float(value)).market.segments
        whole = sum(segment.share for segment in segments)
        value = sum(s.share * s.share_of_wallet for s in segments) / whole
    return value_said(value, unit_of(made, factor))


def range_said(made: Plan, factor: Factor, low: object, high: object) -> str:
    """From one value of a factor to another, the unit said once."""
    first, last = said(made, factor, low), said(made, factor, high)
    return f"{first.removesuffix(f' {unit_of(made, factor)}')} to {last}"


def tried(made: Plan, factor: Factor) -> str:
    """The range of a factor."""
    return range_said(made, factor, factor.levels[0], factor.levels[-1])


def unit_of(made: Plan, factor: Factor) -> str:
    """Of a factor's values: as it is written there or in the scenario, or by the register."""
    if factor.unit != "number":
        return factor.unit
    if factor.name == WALLET:
        return "share"
    known = register().get(factor.name)
    return known.unit if known is not None else _stated(made, factor)[1]


def stated(made: Plan, factor: Factor) -> float | None:
    """What the scenario states or assumes for it; None where that is no number."""
    if factor.name == WALLET:
        return 0.0
    value, _ = _stated(made, factor)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value)
    try:
        return made.scenario.range_of(factor.name)[1]
    except ScenarioError:
        return None


def _stated(made: Plan, factor: Factor) -> tuple[Any, str]:
    """What the scenario states, itself or as the value of a range, with its unit."""
    found: Any = made.scenario.document
    for step in factor.name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return amount(found.get("value") if isinstance(found, dict) else found)


# To be typed again


def command(verb: str, made: Plan, factors: Iterable[Factor], *options: str) -> str:
    """A command on the plan's scenario that varies some of its factors, to be copied to a shell."""
    words = ["loyaltysim", verb, str(made.scenario.source or "scenario.yaml"), *options]
    for factor in factors:
        words += ["--vary", f"{factor.name}={_typed(made, factor)}"]
    return shlex.join(words)


def _typed(made: Plan, factor: Factor) -> str:
    """The values of a factor as they are typed."""
    if factor.unit == "as written":
        return ",".join(str(value) for value in factor.levels)
    ends = factor.levels[0], factor.levels[-1]
    try:
        assumed = factor_of(factor.name, "assumed", made.scenario).levels
    except ScenarioError:
        assumed = ()
    if assumed and (assumed[0], assumed[-1]) == ends:
        return "assumed"
    return "..".join(_number_typed(value, factor.unit) for value in ends)


def _number_typed(value: Value, unit: str) -> str:
    assert isinstance(value, float | int)
    if unit == "share":
        return f"{100.0 * value:.10g}%"
    return f"{value:.10g} weeks" if unit == "weeks" else f"{value:.10g}"
