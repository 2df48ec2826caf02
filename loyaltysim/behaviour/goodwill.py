"""Goodwill: what is felt towards a firm for what it gave, or took away; it fades."""

from __future__ import annotations

from math import exp

from loyaltysim.behaviour.habit import gap_at_rivals
from loyaltysim.mechanism import Record, rule

ORDER = 55
STATE = {
    "goodwill": (float, 2),
    "goodwill_at": float,
    "gift_expected": (float, 2),
    "praised": (float, 2),
}
"""Log-rates of choosing this firm, and rivals, and the date up to which they have faded; how far a
further gift is expected of each, and praise has become usual (0 to 1), whatever the occasion."""


@rule
def cool(customer: Record, beliefs: Record, now: float) -> None:
    """Bring goodwill up to now: gratitude and anger fade alike."""
    if customer.goodwill[0] != 0.0 or customer.goodwill[1] != 0.0:
        kept = exp(-(now - customer.goodwill_at) / beliefs.goodwill_fades_weeks)
        customer.goodwill[0] *= kept
        customer.goodwill[1] *= kept
        customer.goodwill_at = now


@rule
def move_goodwill(
    customer: Record, rival: int, log_rate: float, beliefs: Record, now: float
) -> None:
    """Something pleases, or hurts: what is taken away weighs `loss_weight` times (E16, E34).

    `rival` is 0 where this firm did it, 1 where a rival did.
    """
    if log_rate == 0.0:
        return
    cool(customer, beliefs, now)
    customer.goodwill_at = now
    felt = log_rate if log_rate >= 0.0 else beliefs.loss_weight * log_rate
    customer.goodwill[rival] += felt


@rule
def windfall(customer: Record, rival: int, value: float, beliefs: Record, now: float) -> None:
    """Money or money's worth that comes back later: a share of it is spent there again (E24).

    So much goodwill that, at one's usual pace and basket, the extra purchases until it has
    faded are that share.
    """
    gap = customer.usual_gap if rival == 0 else gap_at_rivals(customer)
    usual = customer.usual_basket * beliefs.goodwill_fades_weeks / gap
    move_goodwill(customer, rival, beliefs.windfall_respent * value / usual, beliefs, now)


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm."""
    return float(customer.goodwill[0])


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving."""
    return -beliefs.goodwill_stays * customer.goodwill[0]
