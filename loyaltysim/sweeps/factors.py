"""Factors of a study: one number of a scenario, and the values that it takes.

Written as in a scenario file: a list, `20%..100%:5` for five even steps, `1..100:3:log` for steps
of one ratio, `{mean: 2, sd: 0.5}`, `{value: 2, low: 1, high: 4}`, or `assumed` for the register's
range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import Any

from loyaltysim.evidence import register
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.problems import Problem, shown
from loyaltysim.scenario.shape import shape_at
from loyaltysim.scenario.wording import BUSINESS
from loyaltysim.studies.compare import triangular
from loyaltysim.units import share, weeks

STEPS = 5
"""Steps of a range that does not say how many."""

MOST_STEPS = 1000

FORMS = "a list such as 10%, 20%, 40%; a range such as 20%..100%:5 or 1..100:3:log; or assumed"
"""On the command line; a file may also state a distribution."""

_RANGE = re.compile(r"(.+?)\.\.(.+?)(?::(\d{1,4}))?(?::(log))?")

Value = float | int | str | bool | None
"""None where the scenario is left as it stands."""

WALLET = "share_of_wallet"
"""A factor of its own: by how much all shares of wallet differ from the stated ones, in log-odds;
people buy here as often, and in the category the more often the lower the share."""


@dataclass(frozen=True)
class Factor:
    """One number of a scenario by its dotted path, or an assumption by its name in the register."""

    name: str
    unit: str
    """Of its values: `share`, `weeks`, `number`, or `as written`."""
    levels: tuple[Value, ...]
    """Its values in a grid."""
    even: Callable[[float], Value]
    """Its value at a place between its ends, 0 to 1."""
    at: Callable[[float], Value]
    """Its value at a quantile, for samples."""
    whole: bool = False

    @property
    def label(self) -> str:
        """The end of its path, by which a person knows it."""
        return ".".join(self.name.split(".")[-2:])

    def written(self, value: Value) -> Any:
        """A value as a scenario file would state it."""
        return f"{value:.6f} weeks" if self.unit == "weeks" and value is not None else value


def factor(name: str, stated: Any, scenario: Scenario) -> Factor:
    """A factor as it is written. Raises `ScenarioError` that says what is allowed."""
    whole = _is_whole(name)
    try:
        if isinstance(stated, str) and ".." in stated:
            return _range(name, stated, whole)
        if isinstance(stated, Mapping):
            return (_three if "low" in stated else _normal)(name, stated, whole)
        if isinstance(stated, str) and stated.split(":")[0].strip() == "assumed":
            return _assumed(name, stated, scenario, whole)
        if isinstance(stated, str):
            stated = [plain(part) for part in stated.split(",")]
        if not isinstance(stated, Sequence) or not stated:
            raise ValueError(f"write {FORMS}")
        return _list(name, stated)
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        problem = Problem(field=name, found=shown(stated), hint=str(error))
        raise ScenarioError([problem]) from None


def _list(name: str, stated: Sequence[Any]) -> Factor:
    amounts = [amount(value) for value in stated]
    units = {unit for _, unit in amounts}
    unit = units.pop() if len(units) == 1 else "as written"
    values: tuple[Value, ...]
    values = tuple(value for value, _ in amounts) if unit != "as written" else tuple(stated)
    if len(set(values)) < len(values):
        raise ValueError("each value once")

    def at(u: float) -> Value:
        return values[min(int(u * len(values)), len(values) - 1)]

    return Factor(name, unit, values, at, at)


def _range(name: str, stated: str, whole: bool) -> Factor:
    found = _RANGE.fullmatch(stated.strip())
    if found is None:
        raise ValueError(f"write {FORMS}")
    (low, unit), (high, other) = amount(plain(found[1])), amount(plain(found[2]))
    if unit != other or unit == "as written":
        raise ValueError("write both ends of a range in one unit, such as 20%..100% or 1..3")
    if not low < high:
        raise ValueError("the first end of a range is the lower one")
    low, high = float(low), float(high)
    if found[4] and low <= 0.0:
        raise ValueError("steps of one ratio start above 0")

    def at(u: float) -> Value:
        value = exp(log(low) + u * log(high / low)) if found[4] else low + u * (high - low)
        return _rounded(value, whole)

    return Factor(name, unit, _levels(at, _steps(found[3])), at, at, whole)


def _assumed(name: str, stated: str, scenario: Scenario, whole: bool) -> Factor:
    if name == WALLET:
        doubt = register()["share_of_wallet.doubt"].value
        low, value, high = -doubt, 0.0, doubt
    else:
        low, value, high = scenario.range_of(name)
    if not low < high:
        raise ValueError("the register gives no range for it; write one")
    steps = stated.partition(":")[2]
    if steps and not steps.isdecimal():
        raise ValueError("write assumed, or assumed:5 for five steps")
    return _between(name, "number", (low, value, high), _steps(steps), whole)


def _three(name: str, stated: Mapping[str, Any], whole: bool) -> Factor:
    if set(stated) != {"low", "value", "high"}:
        raise ValueError("a range with its likeliest value is {value: 2, low: 1, high: 4}")
    (low, *_), (value, *_), (high, *_) = found = [
        amount(stated[k]) for k in ("low", "value", "high")
    ]
    units = {unit for _, unit in found}
    if len(units) > 1 or "as written" in units:
        raise ValueError("write value, low and high in one unit")
    if not (low <= value <= high and low < high):
        raise ValueError("value lies between low and high")
    return _between(name, units.pop(), (low, value, high), STEPS, whole)


def _between(
    name: str, unit: str, ends: tuple[float, float, float], steps: int, whole: bool
) -> Factor:
    """Even steps between low and high; quantiles of the triangle with its mode at the value."""
    low, value, high = map(float, ends)

    def even(u: float) -> Value:
        return _rounded(low + u * (high - low), whole)

    def at(u: float) -> Value:
        return _rounded(triangular(u, low, value, high), whole)

    return Factor(name, unit, _levels(even, steps), even, at, whole)


def _normal(name: str, stated: Mapping[str, Any], whole: bool) -> Factor:
    from scipy.special import ndtri

    if set(stated) != {"mean", "sd"}:
        raise ValueError("a distribution is {mean: 2, sd: 0.5} or {value: 2, low: 1, high: 4}")
    (mean, unit), (sd, other) = amount(stated["mean"]), amount(stated["sd"])
    if unit != other or unit == "as written" or not float(sd) > 0.0:
        raise ValueError("write mean and sd in one unit, and sd above 0")

    def at(u: float) -> Value:
        return _rounded(float(mean) + float(sd) * float(ndtri(u)), whole)

    def between(u: float) -> Value:
        return at(0.05 + 0.9 * u)

    return Factor(name, unit, _levels(between, STEPS), between, at, whole)


def uncertain(scenario: Scenario) -> dict[str, str]:
    """All that a scenario leaves to the register's ranges, and its share of wallet, as factors."""
    names = []
    for name in scenario.assumptions():
        low, _, high = scenario.range_of(name)
        names += [name] if low < high else []
    return dict.fromkeys([WALLET, *names], "assumed")


def _levels(at: Callable[[float], Value], steps: int) -> tuple[Value, ...]:
    """Even steps from the lower end to the upper one; of whole numbers each once."""
    found = [at(step / (steps - 1)) for step in range(steps)]
    return tuple(dict.fromkeys(found))


def _steps(written: str | None) -> int:
    steps = int(written) if written else STEPS
    if not 2 <= steps <= MOST_STEPS:
        raise ValueError(f"write 2 to {MOST_STEPS} steps")
    return steps


def _rounded(value: float, whole: bool) -> Value:
    return round(value) if whole else value


def amount(value: Any) -> tuple[Any, str]:
    """A value as a number with its unit; else as it is written."""
    if isinstance(value, str):
        for unit, read in (("share", share), ("weeks", weeks)):
            try:
                return read(value), unit
            except ValueError:
                continue
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return value, "number"
    return value, "as written"


def plain(text: str) -> Any:
    """A piece of a quick form: a number where it reads as one, else text."""
    text = text.strip()
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)


def _is_whole(name: str) -> bool:
    """Whether the field takes whole numbers only."""
    path = name.split(".")
    if path[0] == "alternatives":
        path = path[2:]
    shape = shape_at(BUSINESS, path)
    return shape is not None and shape.kind is int
