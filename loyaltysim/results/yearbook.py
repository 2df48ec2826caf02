"""The census with an account of each customer: money noted at the ends of months and years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim.ledger import micros
from loyaltysim.results.census import MONTHS_PER_YEAR, Census, Flags, still_there
from loyaltysim.results.concentration import Concentration
from loyaltysim.results.satisfaction import Satisfaction
from loyaltysim.results.tenure import Tenure
from loyaltysim.results.value import Value, ValueClasses, net_of, value_classes, value_of
from loyaltysim.scenario.model import Business
from loyaltysim.setting import month_of

if TYPE_CHECKING:
    from loyaltysim.simulation import Result, Run

Floats = NDArray[np.float64]


class Yearbook(Census):
    """A census that also notes, of each customer, months there and money by year and tenure.

    It holds eleven numbers for each person; what it gathers is small.
    """

    def __init__(self, business: Business) -> None:
        months = month_of(business.weeks - 1) + 1
        super().__init__(months, len(business.market.segments))
        self._years = -(-months // MONTHS_PER_YEAR)
        self._per_visit = micros(business.firm.service.cost_per_visit)

    def begin(self, run: Run) -> None:
        """See the people before the first week."""
        super().begin(run)
        customers = run.customers
        net = net_of(customers)
        self.base: Flags = still_there(customers)
        """Who is a customer at the start."""
        self.months_there = np.zeros(len(customers), np.int64)
        """At the ends of how many months each has been a customer."""
        self.concentration = Concentration(customers, net)
        self.tenure = Tenure(customers, self.base, self._years)
        self.tenure.begin(customers, net, self._per_visit)
        self.satisfaction = Satisfaction(customers, self.base)

    def __call__(self, run: Run, month: int) -> None:
        """Count and note at the end of a month."""
        closed = len(self.lost_true)
        super().__call__(run, month)
        customers, now = run.customers, run.week_now + 1.0
        net = net_of(customers)
        there = still_there(customers)
        self.months_there += there
        self.satisfaction.count(customers, there)
        self.tenure.count(customers, net, self._per_visit, now)
        if len(self.lost_true) > closed:
            self.concentration.close_year(customers, net)

    def _close_year(self, run: Run, stayed: Flags, seems: Flags, years: float) -> None:
        super()._close_year(run, stayed, seems, years)
        self.satisfaction.close_year(run.customers, still_there(run.customers), stayed)


@dataclass(frozen=True)
class CustomerBase:
    """What a yearbook says of the customers of one run, in brief."""

    value: ValueClasses
    """True friends, butterflies, barnacles and strangers, cut where the reference's are."""
    lorenz: Floats
    """Share of sales, and of net, that the least of a year's buyers bring: (years, 2, 51)."""
    overlap: Floats
    """Of a year's best fifth by sales, the share among the next year's: (years,), nan at last."""
    tenure: Floats
    """`tenure.SUMS` of the base and of newcomers by year of tenure: (2, years, 6)."""
    losses: NDArray[np.int64]
    """Losses by segment, stage, cause and `causes.MEASURES`: (segments, 7, causes + 1, 3)."""
    satisfaction: float
    """Mean of those who are customers at the ends of months, in points of ten."""
    kept_by_satisfaction: Floats
    """Of customers at the starts of years, by `satisfaction.BANDS`: how many, their satisfaction
    summed, how many were kept for that year: (bands, 3)."""


def base_of(result: Result, book: Yearbook, before: Value | None = None) -> CustomerBase:
    """The customers of a run in brief, against those of the reference, `before`, if it is one."""
    return CustomerBase(
        value=value_classes(value_of(result, book), before),
        lorenz=np.array(book.concentration.curves),
        overlap=np.array(book.concentration.overlap),
        tenure=book.tenure.sums,
        losses=result.losses,
        satisfaction=book.satisfaction.mean,
        kept_by_satisfaction=book.satisfaction.bands,
    )
