"""Price against what one is used to paying."""

from __future__ import annotations

from math import log

from loyaltysim.mechanism import Record, rule

ORDER = 50
STATE = {"usual_log_price": float}
"""Log of the price level one is used to; 0 is the level of week 0."""


@rule
def dearness(customer: Record, log_price: float, beliefs: Record) -> float:
    """How much dearer a price is than the reference, both as logs.

    The reference price is in part what one is used to paying here, in part what rivals
    ask (level 0), so a lasting price change keeps a lasting part of its effect.
    """
    return log_price - beliefs.reference_price_own * customer.usual_log_price


@rule
def log_price_paid(visit: Record, week: Record) -> float:
    """Log of the price level that was paid, with what was taken off."""
    paid = week.log_price
    if visit.discount > 0.0:
        paid += log(max(visit.paid / (visit.paid + visit.discount), 0.05))
    return paid


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm (own-price elasticity, Bijmolt et al. 2005)."""
    return -beliefs.price_response * dearness(customer, week.log_price, beliefs)


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """Each purchase makes the price that was paid a little more usual, a discount's too."""
    difference = log_price_paid(visit, week) - customer.usual_log_price
    customer.usual_log_price += beliefs.reference_price_moves * difference
