"""Quality: how failures change over time, by batches, recalls, and what complaints teach."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.failures import KINDS
from loyaltysim.draws import normal, uniforms
from loyaltysim.record import Records
from loyaltysim.scenario.service import Service

DECISIONS = {"batch": 60}

CORE = KINDS.index("core")


class Quality:
    """How often each kind of failure occurs this week."""

    def __init__(
        self, terms: Service, key: tuple[int, int], book: Callable[[str, float], None]
    ) -> None:
        self.terms = terms
        self.key = key
        self.book = book
        self._shares = np.array(terms.failures.weights)
        self._heard = np.zeros(len(KINDS))
        """Complaints answered so far, by kind, for each hundred customers."""
        self._sold: dict[int, float] = {}
        """Purchases from batches that will be withdrawn."""
        recall = terms.batch.recall
        # Customers see the firm as it stands when a week begins.
        self._noticed_after = ceil(recall.noticed_after - 1e-9) if recall else 0

    def batch(self, number: int) -> float:
        """How many times as often as on average the product of a batch fails."""
        spread = self.terms.batch.spread
        if spread == 0.0:
            return 1.0
        luck = uniforms(*self.key, 0, DECISIONS["batch"], number, 0)
        return exp(spread * normal(luck[0]) - 0.5 * spread * spread)

    def factors(self, week: int) -> NDArray[np.float64]:
        """How many times as often as stated each kind of failure occurs in a week."""
        learns = (1.0 - self.terms.learns) ** self._heard
        factors = np.maximum(learns, self.terms.learns_floor)
        number, age = divmod(week, self.terms.batch.weeks)
        if not (self._is_withdrawn(number) and age >= self._noticed_after):
            factors[CORE] *= self.batch(number)
        return factors

    def show(self, record: Records, factors: NDArray[np.float64]) -> None:
        """Write how often something fails, and the shares of the kinds."""
        stated = np.cumsum(self._shares)
        now = np.cumsum(self._shares * factors)
        record["failure"] = self.terms.failure_per_visit * (now[-1] / stated[-1])
        record["failures_up_to"] = now / now[-1] if now[-1] > 0.0 else stated / stated[-1]

    def sell(self, week: int, purchases: float) -> None:
        """Take down the purchases of a week; what was sold of a batch withdrawn now is replaced."""
        recall = self.terms.batch.recall
        if recall is None:
            return
        weeks = self.terms.batch.weeks
        number, age = divmod(week, weeks)
        if self._is_withdrawn(number) and age < self._noticed_after:
            self._sold[number] = self._sold.get(number, 0.0) + purchases
        withdrawn, too_early = divmod(week + 1 - self._noticed_after, weeks)
        if not too_early:
            self.book("service", self._sold.pop(withdrawn, 0.0) * recall.cost_per_purchase)

    def hear(self, ended: Records, customers: int) -> None:
        """Complaints that were answered teach, the more of them there are for each customer."""
        heard = ended["cause"][ended["answered"] == 1]
        self._heard += 100.0 * np.bincount(heard, minlength=len(KINDS)) / max(customers, 1)

    def _is_withdrawn(self, number: int) -> bool:
        recall: Any = self.terms.batch.recall
        return recall is not None and self.batch(number) > recall.above
