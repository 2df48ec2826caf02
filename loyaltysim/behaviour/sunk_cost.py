"""Sunk cost: what was paid for in advance is made use of, less the longer ago it was paid."""

from __future__ import annotations

from loyaltysim.behaviour.worth import felt
from loyaltysim.mechanism import Record, rule
from loyaltysim.units import WEEKS_PER_YEAR

ORDER = 58
STATE = {"fee_until": (float, 2), "fee_felt": (float, 2)}
"""Until when a membership runs for which a fee was paid (week), and how far that fee is felt (0 to
1), here and at rivals."""


@rule
def pay_fee(customer: Record, rival: int, fee: float, until: float, beliefs: Record) -> None:
    """A fee is paid for a year: felt by its size beside a basket, in full from a few of them."""
    customer.fee_until[rival] = until
    customer.fee_felt[rival] = felt(fee, beliefs.fee_noticed, customer)


@rule
def use_what_was_paid(customer: Record, rival: int, beliefs: Record, now: float) -> float:
    """Log-rate of choosing whose membership one has paid for (Arkes & Blumer 1985).

    It is written off evenly over the year, as payments are in the mind (Gourville & Soman 1998).
    """
    left = customer.fee_until[rival] - now
    if left <= 0.0:
        return 0.0
    return beliefs.sunk_cost_pull * customer.fee_felt[rival] * left / WEEKS_PER_YEAR
