"""Failures that are voiced: a ticket at the desk, and what its end does to the customer."""

from __future__ import annotations

from collections.abc import Collection
from math import exp, log

from loyaltysim.behaviour.goodwill import windfall
from loyaltysim.behaviour.let_down import make_good
from loyaltysim.customers.choice import CERTAIN
from loyaltysim.draws import uniforms
from loyaltysim.ledger import micros
from loyaltysim.mechanism import Record, rule

DECISIONS = {"outcome": 8}
_OUTCOME = DECISIONS["outcome"]

STATE = {"apologised": float}
"""How far apologies of the firm have worn off, from 0 to 1."""

REMEDIES = ("explain", "apologise", "fix", "replace", "refund", "compensate")
"""What a firm may offer who complains."""

RULES = {
    "courtesy_rules": ("customer_is_right", "listen", "admit", "show_care", "stay_calm"),
    "apologises": ("apologise",),
    "procedure_rules": ("take_notes", "negotiate"),
    "outcome_rules": ("negotiate", "act_at_once"),
}
"""What the rules of handling a complaint serve; an apology is courtesy that wears off."""

APOLOGY = REMEDIES.index("apologise")
"""Words alone, which answer a complaint, and resolve nothing but how somebody was treated: who says
sorry is courteous, and what one gets, and how fast, is what compensation and speed change; after
failures of treatment an apology counts for more (Smith, Bolton & Wagner 1999)."""


def counted(kept: Collection[str]) -> dict[str, int]:
    """How many of the rules that are kept serve what, as the week tells it."""
    return {name: len(set(rules) & set(kept)) for name, rules in RULES.items()}


@rule
def risk_after_failure(beliefs: Record, severity: float, log_risk: float) -> float:
    """Hazard of leaving right after a failure, in proportion to its severity."""
    average = -log(max(1.0 - beliefs.leave_after_failure, 1e-9))
    return average * severity / beliefs.failure_severity * exp(min(log_risk, CERTAIN))


@rule
def apologise(customer: Record, message: Record, week: Record, beliefs: Record) -> float:
    """How far an apology is worth something: less with each one, and in the end less than none."""
    worth = 1.0 - beliefs.apology_wears * customer.apologised
    if week.apologises == 1 or message.remedy == APOLOGY:
        customer.apologised += beliefs.apology_habit * (1.0 - customer.apologised)
    return worth


@rule
def justice(
    customer: Record, message: Record, week: Record, beliefs: Record
) -> tuple[float, float, float]:
    """Outcome, courtesy and procedure of a complaint that was answered, against the usual (0)."""
    apology = apologise(customer, message, week, beliefs)
    said = float(week.apologises)
    if message.remedy == APOLOGY and message.resolved == 0:
        said = max(said, message.fit)
    courtesy = beliefs.rule_courtesy * (week.courtesy_rules + said * apology)
    courtesy -= beliefs.hand_off_courtesy * message.hand_offs
    procedure = beliefs.rule_procedure * (week.procedure_rules + message.followed_up)
    procedure -= beliefs.repeat_procedure * message.repeats
    outcome = 0.0
    if message.resolved == 1:
        outcome = beliefs.rule_outcome * week.outcome_rules
        if message.remedy >= 0:
            worth = apology if message.remedy == APOLOGY else 1.0
            outcome += message.fit * worth - beliefs.usual_fit
    return outcome, courtesy, procedure


@rule
def close_ticket(
    customer: Record,
    message: Record,
    week: Record,
    beliefs: Record,
    log_risk: float,
    tally: Record,
) -> tuple[bool, float]:
    """What the end of a complaint does: whether the customer leaves over it, and what was missing.

    The latter is the log risk that a usual resolution at once would have taken away besides.

    A resolution restores a part of the satisfaction that the failure cost, never more
    than all of it (no recovery paradox; E28), and more of it the quicker the answer. Being
    heard, helped and helped quickly lower the risk of leaving (E25, odds kept). What one gets,
    how one is treated and how it is done count apart, in the order of E31.
    """
    quick = exp(-message.hours / beliefs.patience_hours)
    lost = beliefs.satisfaction_moves * message.severity
    share = 0.0
    relief = 0.0
    if message.answered == 1:
        outcome, courtesy, procedure = justice(customer, message, week, beliefs)
        relief += beliefs.voiced_stays
        if message.resolved == 1:
            share = beliefs.recovery_resolved + beliefs.recovery_quick * quick
            relief += beliefs.resolved_stays + beliefs.quick_stays * quick
        cost = micros(message.given)
        tally.compensation += cost
        customer.compensation += cost
        if message.voucher > 0.0:
            windfall(customer, 0, message.voucher, beliefs, week.ends)
        share += (
            beliefs.outcome_restores * outcome
            + beliefs.courtesy_restores * courtesy
            + beliefs.procedure_restores * procedure
        )
        relief += (
            beliefs.outcome_stays * outcome
            + beliefs.courtesy_stays * courtesy
            + beliefs.procedure_stays * procedure
        )
        restored = min(share, 1.0) * lost
        customer.satisfaction += restored
        make_good(customer, message.cause, restored, beliefs)
    risk = risk_after_failure(beliefs, message.severity, log_risk - relief)
    luck = uniforms(week.seed, week.replication, customer.who, _OUTCOME, message.nth, 0)
    best = beliefs.voiced_stays + beliefs.resolved_stays + beliefs.quick_stays
    return luck[0] < 1.0 - exp(-risk), max(best - relief, 0.0)
