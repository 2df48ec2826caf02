"""Deals: a price cut at hand pulls, and those who got used to deals wait for the next."""

from __future__ import annotations

from math import log

from loyaltysim.mechanism import Record, rule

ORDER = 52
STATE = {"saving": float, "deal_habit": float}
"""Share off what is bought here now, and the recent share of purchases here on a deal."""

MOST_OFF = 0.95
"""A share off from which a deal is as good as free."""


@rule
def pull_of_deal(share: float, beliefs: Record) -> float:
    """Log-rate by a share off: the elasticity of promotions (Bijmolt et al. 2005)."""
    return float(-beliefs.deal_response * log(1.0 - min(share, MOST_OFF)))


@rule
def offer_off(customer: Record, rival: int, share: float, beliefs: Record) -> float:
    """A share off is offered at this occasion; of several, each is taken off what is left.

    Returns the log-rate of going to the rival whose offer it is; this firm's is a wish.
    """
    if rival == 1:
        return pull_of_deal(share, beliefs)
    customer.saving = 1.0 - (1.0 - customer.saving) * (1.0 - share)
    return 0.0


@rule
def take_off(visit: Record, share: float) -> None:
    """A share is taken off what is left to pay."""
    off = visit.paid * share
    visit.paid -= off
    visit.discount += off


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm: what the deal at hand pulls, or waiting for one."""
    if customer.saving > 0.0:
        return pull_of_deal(customer.saving, beliefs)
    return -beliefs.deal_wait * customer.deal_habit


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """Each purchase on a deal teaches to wait for the next, each without one unteaches."""
    on_deal = 0.0
    if visit.discount > 0.0:
        off = visit.discount / (visit.paid + visit.discount)
        on_deal = 1.0 if off >= beliefs.full_deal else off / beliefs.full_deal
    customer.deal_habit += beliefs.deal_habit_moves * (on_deal - customer.deal_habit)
