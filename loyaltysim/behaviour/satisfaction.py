"""Satisfaction against expectation: what an experience leaves behind."""

from __future__ import annotations

from loyaltysim.behaviour.price import dearness, log_price_paid
from loyaltysim.mechanism import Record, rule

ORDER = 30
STATE = {"satisfaction": float, "expectation": float}
"""Both in points of ten."""


@rule
def weighed(gap: float, beliefs: Record) -> float:
    """A surprise as it is felt: falling short weighs `loss_weight` times (Oliver; E34)."""
    return gap if gap >= 0.0 else beliefs.loss_weight * gap


@rule
def disconfirmation(customer: Record, beliefs: Record) -> float:
    """Satisfaction above expectation, as it is felt.

    The asymmetry enters here, once: were the surprise weighted too, it would count twice.
    """
    return weighed(customer.satisfaction - customer.expectation, beliefs)


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm."""
    return beliefs.satisfaction_pull * disconfirmation(customer, beliefs)


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving."""
    return -beliefs.satisfaction_stays * disconfirmation(customer, beliefs)


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """Satisfaction takes in a share of the surprise; expectation follows what is usual.

    What is usual is one's own experience and, in part, what rivals offer, so a
    lasting improvement keeps a lasting part of its effect. Who pays more than the reference
    price expects more for it.
    """
    customer.satisfaction += beliefs.satisfaction_moves * (visit.quality - customer.satisfaction)
    usual = visit.quality + beliefs.expectation_from_rivals * (week.rival_quality - visit.quality)
    dearer = dearness(customer, log_price_paid(visit, week), beliefs)
    usual += beliefs.expectation_by_price * dearer
    customer.expectation += beliefs.expectation_moves * (usual - customer.expectation)
