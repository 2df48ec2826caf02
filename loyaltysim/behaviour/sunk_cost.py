"""Sunk cost: what was paid for in advance is made use of, less the longer ago it was paid."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule
from loyaltysim.units import WEEKS_PER_YEAR

ORDER = 58
STATE = {"fee_until": (float, 2)}
"""Until when a membership runs for which a fee was paid, here and at rivals (week)."""


@rule
def use_what_was_paid(customer: Record, rival: int, beliefs: Record, now: float) -> float:
    """Log-rate of choosing whose membership one has paid for (Arkes & Blumer 1985).

    It is written off evenly over the year, as payments are in the mind (Gourville & Soman 1998).
    """
    left = customer.fee_until[rival] - now
    if left <= 0.0:
        return 0.0
    return beliefs.sunk_cost_pull * left / WEEKS_PER_YEAR
