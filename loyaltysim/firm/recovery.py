"""Recovery: which remedy is given to whom, and how well it fits what went wrong."""

from __future__ import annotations

from typing import NamedTuple

from loyaltysim.customers.complaints import APOLOGY, REMEDIES
from loyaltysim.customers.failures import KINDS
from loyaltysim.scenario.service import Service

TREATMENT = KINDS.index("encounter")

NONE = -1
"""No remedy of the list: the compensation that is usual."""


class Given(NamedTuple):
    """What is given: the place among `REMEDIES`, its fit to the cause, its cost, and what of that
    can be spent here."""

    remedy: int
    fit: float
    cost: float
    voucher: float = 0.0
    resolves: bool = True
    """Whether it can settle the matter; words settle how somebody was treated, and nothing else."""


NOTHING = Given(NONE, 0.0, 0.0)
"""Before anything is given."""


class Recoveries:
    """The remedies that a firm offers."""

    def __init__(self, terms: Service) -> None:
        self.usual_share = terms.compensation_share_of_basket
        recovery = terms.recovery
        self.offered = [] if recovery is None else list(recovery.offered.values())
        self.numbers = [] if recovery is None else [REMEDIES.index(n) for n in recovery.offered]
        self.diagnosis = recovery.diagnosis if recovery is not None else 1.0
        self.by_skill = recovery.diagnosis_by_skill if recovery is not None else 0.0
        causes = range(len(self.offered[0].fits)) if self.offered else ()
        # Of two that fit as well, the first of the list.
        self.best = [max(range(len(self.offered)), key=self._fits(cause)) for cause in causes]

    def _fits(self, cause: int):  # type: ignore[no-untyped-def]
        return lambda place: self.offered[place].fits[cause]

    def give(self, cause: int, basket: float, skill: float, luck: float) -> Given:
        """The remedy that fits best where the cause is found, else any of them."""
        if not self.offered:
            return Given(NONE, 0.0, self.usual_share * basket)
        found = self.diagnosis * (1.0 - self.by_skill * (1.0 - skill))
        if luck < found:
            place = self.best[cause]
        else:
            place = int((luck - found) / (1.0 - found) * len(self.offered))
        remedy = self.offered[place]
        cost = remedy.share_of_basket * basket + remedy.amount
        voucher = cost if getattr(remedy, "as_voucher", False) else 0.0
        number = self.numbers[place]
        resolves = number != APOLOGY or cause == TREATMENT
        return Given(number, remedy.fits[cause], cost, voucher, resolves)
