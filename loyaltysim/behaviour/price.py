"""Price against what one is used to paying."""

from __future__ import annotations

from math import log

from loyaltysim.mechanism import Record, rule

ORDER = 50
STATE = {"usual_log_price": float}
"""Log of the price level one is used to; 0 is the level of week 0."""


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm (own-price elasticity, Bijmolt et al. 2005).

    The reference price is in part what one is used to paying here, in part what rivals
    ask (level 0), so a lasting price change keeps a lasting part of its effect.
    """
    reference = beliefs.reference_price_own * customer.usual_log_price
    return -beliefs.price_response * (week.log_price - reference)


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """Each purchase makes the price that was paid a little more usual, a discount's too."""
    paid = week.log_price
    if visit.discount > 0.0:
        paid += log(max(visit.paid / (visit.paid + visit.discount), 0.05))
    difference = paid - customer.usual_log_price
    customer.usual_log_price += beliefs.reference_price_moves * difference
