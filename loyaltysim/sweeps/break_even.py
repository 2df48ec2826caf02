"""Break-even: the value of an assumption at which an alternative stops paying.

As defined for finance: where the median, over replications, of its net present value against
another alternative is zero. All replications live the same people and luck at every value, so that
each is a curve of its own; the values at which the median may be zero by the sign test are the
interval. Values are looked for on an even line over the range, in ever smaller steps where
something changes, and between neighbours of the line the curves are taken as straight.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from loyaltysim.results.intervals import CONFIDENCE
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.problems import Problem, quoted
from loyaltysim.sweeps.designs import Point
from loyaltysim.sweeps.factors import uncertain
from loyaltysim.sweeps.plan import Plan, plan, with_alternatives
from loyaltysim.sweeps.store import Store
from loyaltysim.sweeps.sweep import Progress, Sweep, kept, reading_of, steps

Floats = NDArray[np.float64]

LINE = 65
"""Values of each factor that may be lived: break-evens are found to a sixty-fourth of a range."""

FIRST = 5
"""Of them, in even steps, those that are lived whatever they show, where a factor is named."""

LEAST = 6
"""Replications for an interval of a median at 95%: the least and the largest of six."""


@dataclass(frozen=True)
class BreakEven:
    """At which values of each factor each alternative pays against another one."""

    sweep: Sweep
    against: str

    @property
    def plan(self) -> Plan:
        """The lines of values, of which those that were needed have been lived."""
        return self.sweep.plan

    @property
    def names(self) -> list[str]:
        """The alternatives that are held against another one."""
        return [name for name in self.plan.names if name != self.against]

    @cached_property
    def _values(self) -> Floats:
        npv = self.sweep.by_run("npv")
        return np.asarray(npv - npv[:, :, [self.plan.names.index(self.against)]])

    def curve(self, place: int, name: str) -> pd.DataFrame:
        """Net present value by value of a factor: `value`, `median`, `low`, `high`; what was lived.

        `low` and `high` bound the median at 95% (sign test).
        """
        at = self.plan.names.index(name)
        rows = [
            (self.plan.points[point][place], *median_of(self._values[point, :, at]))
            for point in line_of(self.plan, place)
        ]
        frame = pd.DataFrame(rows, columns=["value", "median", "low", "high"]).astype(float)
        return frame.dropna().reset_index(drop=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each alternative, factor and break-even: its value, and the 95% interval.

        `pays` is `above`, `below`, `everywhere` or `nowhere` (then without a value). An end of an
        interval is infinite where it lies beyond what was tried.
        """
        rows: list[tuple[Any, ...]] = []
        for name in self.names:
            for place, factor in enumerate(self.plan.factors):
                if not self.plan.concerns(factor, name, self.against):
                    continue
                frame = self.curve(place, name)
                if frame.empty:
                    # Nothing is known yet, or all its runs failed.
                    continue
                ends = (frame["value"].min(), frame["value"].max())
                found = crossings(frame)
                if not found:
                    pays = "everywhere" if (frame["median"] > 0.0).all() else "nowhere"
                    sure = (frame["low"] > 0.0) if pays == "everywhere" else (frame["high"] <= 0.0)
                    rows.append((name, factor.name, *ends, pays, *[np.nan] * 3, bool(sure.all())))
                for pays, value, low, high in found:
                    sure = bool(np.isfinite(low) and np.isfinite(high))
                    rows.append((name, factor.name, *ends, pays, value, low, high, sure))
        columns = [
            "alternative", "factor", "from", "to", "pays", "break_even", "low", "high", "sure",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def line_of(made: Plan, place: int) -> list[int]:
    """The points of a factor's line, by number, in the order of its values."""
    own = [n for n, point in enumerate(made.points) if point[place] is not None]
    return sorted(own, key=lambda n: float(made.points[n][place]))  # type: ignore[arg-type]


def median_of(values: Floats) -> tuple[float, float, float]:
    """The median of replications, and its 95% interval by order statistics (sign test).

    nan for fewer than six: no two of them bound a median at 95%.
    """
    known = np.sort(values[~np.isnan(values)])
    if len(known) < LEAST:
        return np.nan, np.nan, np.nan
    # The largest rank of which the chance that the median lies below it is at most 2.5%.
    rank = int(binom.ppf((1.0 - CONFIDENCE) / 2.0, len(known), 0.5))
    return float(np.median(known)), float(known[rank - 1]), float(known[-rank])


def crossings(frame: pd.DataFrame) -> list[tuple[str, float, float, float]]:
    """Where a curve's median crosses zero: `above` or `below` pays, the value, and its interval.

    The interval reaches to where its bounds cross zero on either side, and is open (infinite)
    where they do not.
    """
    x = frame["value"].to_numpy()
    found = []
    for at in _changes(frame["median"]):
        rising = bool(frame["median"].iloc[at] <= 0.0)
        value = _zero(x, frame["median"], at)
        sure_below, sure_above = ("high", "low") if rising else ("low", "high")
        left = [_zero(x, frame[sure_below], k) for k in _changes(frame[sure_below])]
        right = [_zero(x, frame[sure_above], k) for k in _changes(frame[sure_above])]
        low = max((v for v in left if v <= value), default=-np.inf)
        high = min((v for v in right if v >= value), default=np.inf)
        found.append(("above" if rising else "below", value, low, high))
    return found


def _changes(values: pd.Series) -> list[int]:
    """Places after which a curve is on the other side of zero."""
    pays = (values > 0.0).to_numpy()
    return [int(at) for at in np.flatnonzero(pays[:-1] != pays[1:])]


def _zero(x: Floats, values: pd.Series, at: int) -> float:
    """Where the straight line between two neighbours is zero."""
    y, z = float(values.iloc[at]), float(values.iloc[at + 1])
    return float(x[at] + (x[at + 1] - x[at]) * (0.0 - y) / (z - y))


def planned(
    scenario: Scenario,
    vary: Mapping[str, Any] | None = None,
    *,
    alternatives: Sequence[str] | None = None,
    against: str | None = None,
    replications: int | None = None,
) -> tuple[Plan, str]:
    """The first values of each line, and the alternative that the others are held against.

    Raises `ScenarioError` with whatever is wrong.
    """
    other = against or scenario.reference
    if other not in scenario.alternatives:
        hint = f"allowed: {', '.join(scenario.alternatives)}"
        hint += suggestion(other, list(scenario.alternatives))
        raise ScenarioError([Problem(field="against", found=quoted(other), hint=hint)])
    if alternatives is not None:
        alternatives = [*alternatives, other]
    factors = vary or uncertain(with_alternatives(scenario, alternatives))
    made = plan(
        scenario, factors, design="ends", alternatives=alternatives, replications=replications
    )
    if made.replications < LEAST:
        allowed = f"{LEAST} or more, for an interval of a median"
        found = str(made.replications)
        raise ScenarioError([Problem(field="replications", found=found, allowed=allowed)])
    numbers = [f.name for f in made.factors if f.unit == "as written" or len(f.levels) < 2]
    if numbers:
        hint = "write a range of numbers, such as 20%..100%"
        raise ScenarioError([Problem(field=numbers[0], hint=hint)])
    return (_with_lines(made, range(len(made.factors)), FIRST) if vary else made), other


def _with_lines(made: Plan, places: Iterable[int], count: int) -> Plan:
    """The plan with so many even values more of some of its factors."""
    stands: Point = (None,) * len(made.factors)
    lines = [
        (*stands[:place], made.factors[place].even(k / (count - 1)), *stands[place + 1 :])
        for place in places
        for k in range(count)
    ]
    points = tuple(dict.fromkeys([*made.points, *lines]))
    return replace(made, points=points, rows=tuple(range(len(points))))


def search(
    made: Plan,
    store: Store,
    against: str,
    processes: int | None = None,
    executor: Executor | None = None,
) -> Generator[Progress, None, Plan]:
    """Live the first values of each line, then those between which something changes.

    Returns the plan with all values that may be lived.
    """
    yield from steps(made, store, processes, executor)
    first = BreakEven(reading_of(made, store), against)
    changing = [p for p in range(len(made.factors)) if any(_changing(first, p))]
    fine = _with_lines(made, changing, LINE)
    number = {point: at for at, point in enumerate(fine.points)}
    lived = {number[point] for point in made.points}
    while wanted := set(_between(BreakEven(reading_of(fine, store), against), changing, lived)):
        yield from steps(fine, store, processes, executor, points=sorted(wanted))
        lived |= wanted
    return fine


def _changing(found: BreakEven, place: int) -> Iterator[tuple[float, float]]:
    """Neighbouring values that were lived between which a curve changes its side of zero."""
    for name in found.names:
        frame = found.curve(place, name)
        for column in ("median", "low", "high"):
            for at in _changes(frame[column]):
                yield frame["value"].iloc[at], frame["value"].iloc[at + 1]


def _between(found: BreakEven, places: Sequence[int], lived: Collection[int]) -> Iterator[int]:
    """The middles between such neighbours, where there is one."""
    for place in places:
        line = line_of(found.plan, place)
        at_value = {found.plan.points[point][place]: at for at, point in enumerate(line)}
        for low, high in _changing(found, place):
            middle = (at_value[low] + at_value[high]) // 2
            if line[middle] not in lived:
                yield line[middle]


def break_even(
    scenario: Scenario,
    vary: Mapping[str, Any] | None = None,
    *,
    alternatives: Sequence[str] | None = None,
    against: str | None = None,
    replications: int | None = None,
    people: int | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    processes: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> BreakEven:
    """At which value of an assumption each alternative stops paying, with its interval.

    `vary` maps dotted paths or names of the register to ranges, as for `sweep`; all that is
    uncertain over its range if left out. `against` is the alternative that the others are held
    against, the reference if left out. The rest as for `sweep`; there must be six replications.
    """
    if people is not None:
        scenario = scenario.change({"market.people": people})
    made, other = planned(
        scenario, vary, alternatives=alternatives, against=against, replications=replications
    )
    found = kept(
        folder, made, resume,
        lambda store: search(made, store, other, processes, executor), progress,
    )  # fmt: skip
    return BreakEven(found, other)
