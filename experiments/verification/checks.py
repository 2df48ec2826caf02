"""What a check is: a figure by formula and by simulation, its standard error, and a verdict.

An oracle lives a scenario in which all but one part of the model is switched off, and
compares what comes out with the closed form of that part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from loyaltysim.report.experiments import Floats, Panel, Series
from loyaltysim.scenario.model import Business

Sample = dict[str, NDArray[Any]]
"""What is kept of one replication: arrays by name."""

BOUND = 4.0
"""Largest |z| that passes. By chance alone one check in 16,000 is beyond it, so that one run
in a hundred of all checks would fail somewhere if the seeds were not fixed."""

NOTICED = 5.0
"""At full size, an error of 1% moves every figure by at least so many standard errors. So it
fails five times in six; with several figures to an oracle, more often."""


@dataclass(frozen=True)
class Check:
    """One figure. `off` is what the formula would give if the rule were 1% wrong."""

    quantity: str
    formula: float
    simulated: float
    error: float
    off: float

    @property
    def z(self) -> float:
        """Distance from the formula in standard errors."""
        return _in_errors(self.simulated - self.formula, self.error)

    @property
    def notices(self) -> float:
        """By how many standard errors an error of 1% would move the figure; nan: not said."""
        return abs(_in_errors(self.off - self.formula, self.error))

    @property
    def passes(self) -> bool:
        """Whether the simulation agrees with the formula."""
        return abs(self.z) < BOUND


def _in_errors(difference: float, error: float) -> float:
    if error > 0.0:
        return difference / error
    return 0.0 if difference == 0.0 else inf


def check(
    quantity: str, formula: float, simulated: float, error: float, off: float | None = None
) -> Check:
    """A figure; a 1% error is one of the figure itself, where it is not said otherwise."""
    off = 1.01 * formula if off is None else off
    return Check(quantity, float(formula), float(simulated), float(error), float(off))


def mean_of(
    quantity: str, values: NDArray[Any], formula: float | Floats, off: float | None = None
) -> Check:
    """The mean of values that are independent of each other.

    `formula` is their common expectation, or one for each; then what is random is the
    rest, and its spread the error.
    """
    rest = values - formula
    error = rest.std(ddof=1) / sqrt(len(rest))
    return check(quantity, np.mean(formula), values.mean(), error, off)


def share_of(quantity: str, count: int, people: int, formula: float) -> Check:
    """A share of people who are independent of each other."""
    share = count / people
    return check(quantity, formula, share, sqrt(share * (1.0 - share) / people))


def ratio_of(
    quantity: str,
    top: NDArray[Any],
    bottom: NDArray[Any],
    formula: float,
    off: float | None = None,
) -> Check:
    """A ratio of two means over the same independent units (delta method)."""
    ratio = top.mean() / bottom.mean()
    error = (top - ratio * bottom).std(ddof=1) / sqrt(len(top)) / bottom.mean()
    return check(quantity, formula, ratio, error, off)


def slope_of(quantity: str, came: NDArray[Any], expected: Floats) -> Check:
    """Slope of what came on what was expected of each, which is 1 by theory.

    Like the chi-square below it looks for a wrong shape, not for an error of 1%.
    """
    x = expected - expected.mean()
    rest = came - expected
    square = (x * x).sum()
    slope = 1.0 + (x * rest).sum() / square
    return check(quantity, 1.0, slope, sqrt((x * x * rest * rest).sum()) / square, nan)


def whole_distribution(quantity: str, counts: NDArray[Any], chances: Floats) -> Check:
    """Pearson's chi-square over all cells, as a standard normal.

    Cells with less than 10 expected are pooled with the last.
    """
    people = counts.sum()
    keep = int((chances * people >= 10.0).argmin()) or len(chances)
    counts, chances = _pooled(counts, keep), _pooled(chances, keep)
    found = ((counts - people * chances) ** 2 / (people * chances)).sum()
    z = -norm.ppf(max(chi2.sf(found, len(counts) - 1), 1e-300))
    return check(f"{quantity}: chi-square of {len(counts)} cells, as z", 0.0, z, 1.0, nan)


def _pooled(values: NDArray[Any], keep: int) -> NDArray[Any]:
    return np.append(values[: keep - 1], values[keep - 1 :].sum())


@dataclass(frozen=True)
class Finding:
    """What an oracle says about a set of replications."""

    checks: list[Check]
    panels: list[Panel]


@dataclass(frozen=True)
class Oracle:
    """A part of the model with a closed form."""

    name: str
    """Of the scenario file, and on the command line."""
    title: str
    theory: str
    """The formula in plain text, and what of the scenario it takes."""
    source: str
    live: Callable[[Business, int], Sample]
    """Live one replication and keep what is needed of it."""
    judge: Callable[[Business, list[Sample]], Finding]
    """Compare pooled replications with the closed form of a business."""
    fast: dict[str, Any]
    """Changes for a run of seconds."""
    wrong: tuple[str, ...]
    """Numbers of the scenario, or tables: a rule that works with 1% more of one must fail."""


class Snapshots:
    """Fields of all customers as they stand at the ends of some months, given in weeks.

    Week 0 is the start, the horizon the end.
    """

    def __init__(self, weeks: Sequence[int], fields: Sequence[str]) -> None:
        self.weeks, self.fields = weeks, fields
        self.taken: Sample = {}

    def begin(self, run: Any) -> None:
        """Keep the fields as they stand at the start."""
        self._take(run, 0)

    def __call__(self, run: Any, _month: int) -> None:
        """Keep the fields, if this is one of the months."""
        self._take(run, run.week_now + 1)

    def _take(self, run: Any, week: int) -> None:
        if week in self.weeks:
            for field in self.fields:
                self.taken[f"{field} {week}"] = run.customers[field].copy()


def pooled(samples: Sequence[Sample], name: str) -> NDArray[Any]:
    """One array of all replications."""
    return np.concatenate([sample[name] for sample in samples])


def series_of(checks: Sequence[Check], x: Sequence[Any] | NDArray[Any], name: str = "") -> Series:
    """Figures as points of a picture, one after another."""
    formula, simulated, error = np.array([[c.formula, c.simulated, c.error] for c in checks]).T
    return Series(name, x, formula, simulated, error)


def shares_of(counts: NDArray[Any], chances: Floats, x: Any, people: int, name: str = "") -> Series:
    """Counts of people by kind as points of a picture, with binomial errors."""
    error = np.sqrt(chances * (1.0 - chances) / people)
    return Series(name, x, chances, counts / people, error)


def named(checks: Sequence[Check], quantities: Sequence[str]) -> list[Check]:
    """The figures of these names, in this order."""
    found = {c.quantity: c for c in checks}
    return [found[quantity] for quantity in quantities]
