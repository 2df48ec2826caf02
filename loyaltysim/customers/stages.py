"""The six stages, read off behaviour and attitude by thresholds. They cause nothing."""

from __future__ import annotations

from loyaltysim.behaviour.awareness import ACTIVE, is_customer
from loyaltysim.mechanism import Record, rule

SUSPECT, PROSPECT, FIRST_TIME, REPEAT, CLIENT, ADVOCATE, LOST = 0, 1, 2, 3, 4, 5, 6
STAGES = ("suspect", "prospect", "first_time", "repeat", "client", "advocate", "lost")

STATE = {"stage": int}
THRESHOLDS = {
    "client_purchases": int,
    "client_share_of_wallet": float,
    "client_familiarity": float,
    "client_overdue_gaps": float,
    "advocate_weeks": float,
}


@rule
def stage_of(customer: Record, thresholds: Record, now: float) -> int:
    """The stage of a person at a date; a client buys regularly, mostly here, and has a tie."""
    if customer.purchases > 0 and not is_customer(customer):
        return LOST
    if customer.aware == 0:
        return SUSPECT
    if customer.purchases == 0:
        return PROSPECT
    if customer.purchases == 1:
        return FIRST_TIME
    regular = now - customer.last_at <= thresholds.client_overdue_gaps * customer.usual_gap
    if (
        customer.activity != ACTIVE
        or not regular
        or customer.purchases < thresholds.client_purchases
        or customer.wallet < thresholds.client_share_of_wallet
        or customer.familiarity < thresholds.client_familiarity
    ):
        return REPEAT
    if now - customer.recommended_at <= thresholds.advocate_weeks:
        return ADVOCATE
    return CLIENT
