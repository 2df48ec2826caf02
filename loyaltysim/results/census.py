"""The monthly census: who is still a customer, truly and as far as the firm can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.units import WEEKS_PER_MONTH, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from loyaltysim.record import Records
    from loyaltysim.scenario.model import Stages
    from loyaltysim.simulation import Run

Flags = NDArray[np.bool_]
MONTHS_PER_YEAR = 12


def still_there(customers: Records) -> Flags:
    """Whether each has bought since last being lost, and is not gone; sleepers are there."""
    return np.asarray(
        (customers["last_at"] > customers["lost_at"]) & (customers["activity"] != GONE)
    )


def seems_there(customers: Records, terms: Stages, now: float) -> Flags:
    """Whether each has bought recently enough, for this customer, not to be called lapsed."""
    allowed = np.maximum(terms.lapsed_gaps * customers["usual_gap"], terms.lapsed_days / 7.0)
    return np.asarray((customers["purchases"] > 0) & (now - customers["last_at"] <= allowed))


class Census:
    """Counts of customers by cohort and month, and the yearly losses by segment.

    Cohort 0 are the customers at the start; cohort c joined in month c - 1. `size`,
    `true` and `observed` have shape (cohorts, months): those who have joined by the
    end of a month, those of them who are still there, and those who seem to be.
    """

    def __init__(self, months: int, segments: int) -> None:
        self.size = np.zeros((months + 1, months), np.int64)
        self.true = np.zeros((months + 1, months), np.int64)
        self.observed = np.zeros((months + 1, months), np.int64)
        self.lost_true: list[NDArray[np.float64]] = []
        self.lost_observed: list[NDArray[np.float64]] = []
        self.purchases_before = np.zeros(0, np.int64)
        self._segments = segments
        self._base: Flags | None = None
        self._there: Flags | None = None
        self._seems: Flags | None = None

    def begin(self, run: Run) -> None:
        """Remember who is a customer at the start of the run, and how often each has bought."""
        self.purchases_before = run.customers["purchases"].copy()
        self._base = self._there = still_there(run.customers)
        self._seems = seems_there(run.customers, run.business.stages, 0.0)

    def __call__(self, run: Run, month: int) -> None:
        """Count at the end of a month."""
        customers = run.customers
        now = run.week_now + 1.0
        there = still_there(customers)
        seems = seems_there(customers, run.business.stages, now)
        bought = customers["purchases"] > 0
        cohort = self._cohorts(customers, bought, month)
        for table, flags in ((self.size, bought), (self.true, there), (self.observed, seems)):
            # Who was lost before the start belongs to no cohort.
            table[:, month] = np.bincount(cohort[flags] + 1, minlength=len(self.size) + 1)[1:]
        whole = (month + 1) % MONTHS_PER_YEAR == 0
        # A run of less than a year is scaled to one; a broken last year is not counted.
        if whole or (run.week_now == run.weeks - 1 and not self.lost_true):
            since = now - WEEKS_PER_YEAR if whole else 0.0
            never_gone = there & (customers["lost_at"] < since)
            self._close_year(run, never_gone, seems, 1.0 if whole else now / WEEKS_PER_YEAR)
            self._there, self._seems = there, seems

    def _cohorts(self, customers: Records, bought: Flags, month: int) -> NDArray[np.int64]:
        """Number of each customer's cohort; -1 for nobody's."""
        first = np.where(bought, customers["first_at"], -1.0)
        joined = ((np.floor(first) + 0.5) / WEEKS_PER_MONTH).astype(np.int64) + 1
        assert self._base is not None
        before = np.where(self._base, 0, -1)
        return np.where(first < 0.0, before, np.minimum(joined, month + 1))

    def _close_year(self, run: Run, stayed: Flags, seems: Flags, years: float) -> None:
        """Of those who were there at the start, who reached `gone`, and who seems gone now."""
        assert self._there is not None
        assert self._seems is not None
        segment = run.customers["segment"]
        for before, after, losses in (
            (self._there, stayed, self.lost_true),
            (self._seems, seems, self.lost_observed),
        ):
            had = np.bincount(segment[before], minlength=self._segments)
            kept = np.bincount(segment[before & after], minlength=self._segments)
            had, kept = np.append(had, had.sum()), np.append(kept, kept.sum())
            with np.errstate(invalid="ignore", divide="ignore"):
                losses.append(1.0 - (kept / had) ** (1.0 / years))

    @property
    def yearly_loss(self) -> NDArray[np.float64]:
        """True yearly loss by segment, and of all in the last place; nan without customers."""
        return np.asarray(np.mean(self.lost_true, axis=0))

    @property
    def observed_yearly_loss(self) -> NDArray[np.float64]:
        """Yearly loss as the firm sees it, by segment, and of all in the last place."""
        return np.asarray(np.mean(self.lost_observed, axis=0))

    def retention(self, table: NDArray[np.int64], newcomers: bool) -> NDArray[np.float64]:
        """Share still there k months after the end of the month of joining, cohorts pooled.

        The base is followed from week 0 on, newcomers from their first month.
        """
        months = self.size.shape[1]
        if not newcomers:
            return np.concatenate([[1.0], table[0] / max(self.size[0, 0], 1)])
        kept = np.zeros(months)
        joined = np.zeros(months)
        for cohort in range(1, months + 1):
            age = np.arange(months - cohort + 1)
            joined[age] += self.size[cohort, cohort - 1]
            kept[age] += table[cohort, cohort - 1 :]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(kept / joined)
