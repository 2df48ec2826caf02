"""Failures that are voiced: a ticket at the desk, and what its end does to the customer."""

from __future__ import annotations

from math import exp, log

from loyaltysim.customers.choice import CERTAIN
from loyaltysim.draws import uniforms
from loyaltysim.ledger import micros
from loyaltysim.mechanism import Record, rule

DECISIONS = {"outcome": 8}
_OUTCOME = DECISIONS["outcome"]


@rule
def risk_after_failure(beliefs: Record, severity: float, log_risk: float) -> float:
    """Hazard of leaving right after a failure, in proportion to its severity."""
    average = -log(max(1.0 - beliefs.leave_after_failure, 1e-9))
    return average * severity / beliefs.failure_severity * exp(min(log_risk, CERTAIN))


@rule
def close_ticket(
    customer: Record,
    message: Record,
    week: Record,
    beliefs: Record,
    log_risk: float,
    tally: Record,
) -> bool:
    """What the end of a complaint does; true if the customer leaves over it.

    A resolution restores a part of the satisfaction that the failure cost, never all
    of it (no recovery paradox; E28), and more of it the quicker the answer. Being
    heard, helped and helped quickly lower the risk of leaving (E25, odds kept).
    """
    quick = exp(-message.hours / beliefs.patience_hours)
    lost = beliefs.satisfaction_moves * message.severity
    if message.resolved == 1:
        share = beliefs.recovery_resolved + beliefs.recovery_quick * quick
        customer.satisfaction += share * lost
        cost = micros(week.compensation_share * message.basket)
        tally.compensation += cost
        customer.compensation += cost
    relief = 0.0
    if message.answered == 1:
        relief += beliefs.voiced_stays
    if message.resolved == 1:
        relief += beliefs.resolved_stays + beliefs.quick_stays * quick
    risk = risk_after_failure(beliefs, message.severity, log_risk - relief)
    luck = uniforms(week.seed, week.replication, customer.who, _OUTCOME, message.nth, 0)
    return luck[0] < 1.0 - exp(-risk)
