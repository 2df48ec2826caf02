"""Failures: how often something goes wrong, of which kind, how grave, and what follows at once."""

from __future__ import annotations

from math import exp, log

from loyaltysim.behaviour.grievance import felt_severity, remember
from loyaltysim.behaviour.voice import is_told_when_asked, is_voiced
from loyaltysim.behaviour.word import warn
from loyaltysim.draws import normal, uniforms
from loyaltysim.ledger import micros
from loyaltysim.mechanism import Record, rule

KINDS = ("core", "encounter", "system", "promise")
"""The product as ordered; how one is treated; shop, site or delivery; what was promised. The first
two are made by those who serve."""

DECISIONS = {"failure": 7}
_FAILURE = DECISIONS["failure"]

VOICED, ASKED = 1, 2
"""How a failure comes to the desk: unasked, or because the firm asks."""


@rule
def goes_wrong(u: float, skill: float, week: Record, beliefs: Record) -> bool:
    """Whether something fails: more often where skill is missing."""
    log_rate = beliefs.skill_prevents * (1.0 - skill)
    # Most visits end here, without an exponential: exp(x) <= 1 / (1 - x) below x = 1.
    if log_rate < 1.0 and u * (1.0 - log_rate) >= week.failure:
        return False
    return u < week.failure * exp(log_rate)


@rule
def kind_of(u: float, skill: float, week: Record, beliefs: Record) -> int:
    """The place of the kind of a failure, by the shares of the kinds.

    What fails for want of skill is the product or the treatment: the more of these, the more
    skill is missing.
    """
    made = week.failures_up_to[1]
    ratio = exp(beliefs.skill_prevents * (1.0 - skill))
    part = u * ratio
    if part >= 1.0:
        part = (part - 1.0) / (ratio - 1.0)
        part = part * made if made > 0.0 else part
    kind = 0
    while kind < len(KINDS) - 1 and part >= week.failures_up_to[kind]:
        kind += 1
    return kind


@rule
def go_wrong(
    customer: Record,
    visit: Record,
    skill: float,
    week: Record,
    beliefs: Record,
    now: float,
    tally: Record,
) -> None:
    """A failure: of which kind, how grave, and whether the firm hears of it, or others do."""
    luck = uniforms(week.seed, week.replication, customer.who, _FAILURE, customer.occasions, 0)
    # Exponential, and so the normal score is that of its rank.
    severity = beliefs.failure_severity * -log(luck[0])
    score = -normal(luck[0])
    visit.kind = kind_of(luck[3], skill, week, beliefs)
    visit.severity = felt_severity(customer, severity, beliefs, now)
    visit.quality -= visit.severity
    remember(customer, visit.kind, severity, beliefs, now)
    if is_voiced(luck[1], score, customer, week, beliefs):
        visit.complains = VOICED
        tally.complaints += 1
    elif is_told_when_asked(luck[4], week, beliefs):
        visit.complains = ASKED
        tally.complaints += 1
        tally.asked += 1
    else:
        visit.told = warn(luck[2], customer, beliefs, visit.severity, tally)
        if luck[5] < beliefs.rude_when_silent:
            tally.rude += 1


@rule
def pay_late(customer: Record, visit: Record, week: Record, beliefs: Record, tally: Record) -> None:
    """Who is let down and says nothing pays the bill later, which costs the firm capital."""
    cost = micros(visit.paid * week.capital_per_day * beliefs.pays_late_days)
    tally.service += cost
    customer.costs += cost
