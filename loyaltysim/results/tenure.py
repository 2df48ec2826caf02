"""What customers leave, pay and cost by how long they have been there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.record import Records
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = ("base", "new")
"""Customers at the start, by years of the run; newcomers, by years since their first purchase."""

SUMS = ("weeks", "net", "revenue", "discounts", "purchases", "cost_to_serve")
"""Of a year of tenure: weeks lived in it as a customer, and what happened in them, in millionths:
what was left (`value.net_of`), paid, taken off prices, and spent on serving, rewards and
compensation."""


class Tenure:
    """Follows customers from the start, or from their first purchase, until they are first lost."""

    def __init__(self, customers: Records, base: NDArray[np.bool_], years: int) -> None:
        self.sums = np.zeros((len(GROUPS), years, len(SUMS)))
        """`SUMS` by group and year of tenure: (2, years, 6). Whole numbers but for the weeks."""
        self._followed = base.copy()
        self._since = 0.0
        self._before = np.zeros((len(SUMS) - 1, len(customers)), np.int64)

    def begin(self, customers: Records, net: Ints, per_visit: int) -> None:
        """What there is before the first week."""
        self._before = _amounts(customers, net, per_visit)

    def count(self, customers: Records, net: Ints, per_visit: int, now: float) -> None:
        """Book what has happened since the last count, by tenure at the middle of that time."""
        amounts = _amounts(customers, net, per_visit)
        change, self._before = amounts - self._before, amounts
        first, lost = customers["first_at"], customers["lost_at"]
        begun = self._since
        self._followed |= first >= begun
        who = np.flatnonzero(self._followed)
        first, lost = first[who], lost[who]
        starts = np.maximum(first, begun)
        ends = np.where(lost >= starts, np.minimum(lost, now), now)
        new = first >= 0.0
        tenure = 0.5 * (starts + ends) - np.where(new, first, 0.0)
        years = self.sums.shape[1]
        place = new * years + np.minimum((tenure / WEEKS_PER_YEAR).astype(np.int64), years - 1)
        for number, weights in enumerate((ends - starts, *change[:, who])):
            found = np.bincount(place, weights, minlength=len(GROUPS) * years)
            self.sums[..., number] += found.reshape(len(GROUPS), years)
        self._followed[who[lost >= starts]] = False
        self._since = now


def _amounts(customers: Records, net: Ints, per_visit: int) -> Ints:
    """All of `SUMS` but the weeks, so far, of everybody: (5, people)."""
    purchases = customers["purchases"]
    serving = purchases * per_visit + customers["rewards"] + customers["compensation"]
    return np.array([net, customers["revenue"], customers["discounts"], purchases, serving])


def yearly(sums: Floats) -> dict[str, Floats]:
    """Figures by year of tenure from `SUMS` in the last axis; nan where nobody is left.

    How many were there (on average over that year of tenure), what each left a year, purchases
    a year, paid at a purchase, the share of list prices that was paid, cost to serve a purchase.
    """
    weeks, net, revenue, discounts, purchases, serving = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "there": weeks / WEEKS_PER_YEAR,
            "net": net / 1e6 / (weeks / WEEKS_PER_YEAR),
            "purchases": purchases / (weeks / WEEKS_PER_YEAR),
            "paid": revenue / 1e6 / purchases,
            "of_list_price": revenue / (revenue + discounts),
            "cost_to_serve": serving / 1e6 / purchases,
        }
