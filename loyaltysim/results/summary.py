"""What is kept of one run when many are compared: small arrays, no customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loyaltysim.ledger import ACCOUNTS
from loyaltysim.results.census import Census
from loyaltysim.results.classes import (
    LOST,
    SAVED,
    Lives,
    classes_of,
    groups_of,
    never_here,
    subsidy_share,
    sums_of,
    typical_of,
)
from loyaltysim.results.thresholds import people_by_thresholds
from loyaltysim.results.value import Value
from loyaltysim.results.yearbook import CustomerBase, Yearbook, base_of
from loyaltysim.setting import month_of
from loyaltysim.simulation import Result
from loyaltysim.units import WEEKS_PER_YEAR

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BOUGHT = slice(2, 6)
"""The stages of customers: first-time to advocate."""


@dataclass(frozen=True)
class Twins:
    """What came of everybody's two lives, with an alternative and without it."""

    classes: Ints
    """`MEASURES` by class, money in millionths: (classes, measures)."""
    typical: Ints
    """Number of somebody in the middle of each class; -1 for nobody."""
    never_here: int
    """Of the unchanged, those who buy in neither world."""
    subsidy_share: float
    """Part of the reward cost that went to what would have been bought anyway."""
    members_without: int
    """Revenue, without the alternative, of those who are members with it; millionths."""

    @property
    def saved(self) -> int:
        """Customers lost without the alternative, there with it."""
        return int(self.classes[SAVED, 0])

    @property
    def annoyed(self) -> int:
        """The reverse."""
        return int(self.classes[LOST, 0])


def twins_of(after: Lives, before: Lives) -> Twins:
    """Everybody's life with the alternative against the one without it."""
    kinds = classes_of(after, before)
    return Twins(
        classes=sums_of(kinds, after, before),
        typical=typical_of(kinds, after, before),
        never_here=never_here(kinds, after, before),
        subsidy_share=subsidy_share(after, before),
        members_without=int(before.revenue[after.member].sum()),
    )


@dataclass(frozen=True)
class Summary:
    """One run in brief. Money in millionths, by month and account."""

    monthly: Ints
    """Shape (months, accounts), all segments and the firm."""
    stages: Ints
    """People by week (0 is the start) and stage: (weeks + 1, 7)."""
    people_by_thresholds: Ints
    """People at the end by thresholds (looser, stated, stricter) and stage: (3, 7)."""
    counts: Ints
    """Shape (segments, counts), over the horizon."""
    retention: Floats
    """Base true, base observed, newcomers true, observed: (4, months + 1)."""
    yearly_loss: float
    observed_yearly_loss: float
    turnover_per_year: float
    mean_skill: float
    seats_filled: float
    """Of the seats, on average."""
    overload: float
    """Work above what those who serve can do well, of it, on average."""
    answer_hours: float
    """From a complaint to when somebody takes it up, of those taken up."""
    resolution_hours: float
    """From a complaint to its end, of those resolved."""
    resolved_share: float
    members: int
    units: Ints
    """The firm's schemes: issued, redeemed, expired, outstanding: (schemes, 4)."""
    groups: Ints
    """Members and other customers: people and revenue (2, 2)."""
    twins: Twins | None
    """Single customers held against their twins; None without any."""
    margins: Ints | None
    """Gain over the twin by `MARGINS`, in millionths; None where it was not booked."""
    base: CustomerBase
    """Value classes, concentration and tenure of the customers."""


def monthly_of(result: Result) -> Ints:
    """Millionths booked by month and account, of all segments and the firm."""
    weekly = result.ledger.sum(axis=1)
    month = np.array([month_of(week) for week in range(len(weekly))])
    monthly = np.zeros((month[-1] + 1, len(ACCOUNTS)), np.int64)
    np.add.at(monthly, month, weekly)
    return monthly


def turnover_of(result: Result) -> float:
    """Quits a year for each place on the staff."""
    years = len(result.ledger) / WEEKS_PER_YEAR
    return float(result.quits / result.business.firm.staff.count / years)


def summarise(
    result: Result,
    census: Yearbook,
    lives: Lives,
    before: Lives | None = None,
    margins: Ints | None = None,
    worth_before: Value | None = None,
) -> Summary:
    """The run in brief; with the lives and worth of its twins, single customers are compared."""
    own = result.schemes["rival"] == 0
    units = np.concatenate(
        [result.flows.sum(axis=(0, 2)), result.outstanding[:, np.newaxis]], axis=1
    )[own]
    _, answer_hours, hours, answered, resolved = result.desk.T[:5]
    return Summary(
        monthly=monthly_of(result),
        stages=result.stages.sum(axis=1),
        people_by_thresholds=people_by_thresholds(result),
        counts=result.counts.sum(axis=0),
        retention=_retention(census),
        yearly_loss=float(census.yearly_loss[-1]),
        observed_yearly_loss=float(census.observed_yearly_loss[-1]),
        turnover_per_year=turnover_of(result),
        mean_skill=float(result.firm[:, 1].mean()),
        seats_filled=float(result.firm[:, 0].mean() / result.business.firm.staff.count),
        overload=float(result.firm[:, 4].mean()),
        answer_hours=_mean(answer_hours[answered == 1.0]),
        resolution_hours=_mean(hours[resolved == 1.0]),
        resolved_share=_mean(resolved),
        members=int(result.customers["member"].sum()),
        units=units,
        groups=groups_of(lives),
        twins=None if before is None else twins_of(lives, before),
        margins=margins,
        base=base_of(result, census, worth_before),
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _retention(census: Census) -> Floats:
    months = census.size.shape[1]
    curves = np.full((4, months + 1), np.nan)
    for row, (newcomers, table) in enumerate(
        (
            (False, census.true),
            (False, census.observed),
            (True, census.true),
            (True, census.observed),
        )
    ):
        curve = census.retention(table, newcomers)
        curves[row, : len(curve)] = curve
    return curves
