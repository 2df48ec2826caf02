"""Failures: how often something goes wrong, of which kind it is, and how grave."""

from __future__ import annotations

from math import exp, log

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule

KINDS = ("core", "encounter", "system", "promise")
"""The product as ordered; how one is treated; shop, site or delivery; what was promised."""

DECISIONS = {"failure": 7}
_FAILURE = DECISIONS["failure"]


@rule
def goes_wrong(u: float, skill: float, week: Record, beliefs: Record) -> bool:
    """Whether something fails: more often where skill is missing."""
    log_rate = beliefs.skill_prevents * (1.0 - skill)
    # Most visits end here, without an exponential: exp(x) <= 1 / (1 - x) below x = 1.
    if log_rate < 1.0 and u * (1.0 - log_rate) >= week.failure:
        return False
    return u < week.failure * exp(log_rate)


@rule
def failure_luck(customer: Record, week: Record) -> tuple[float, float, float, float]:
    """Severity of a failure in mean severities (exponential), the draws of voicing, of telling
    and of the kind."""
    luck = uniforms(week.seed, week.replication, customer.who, _FAILURE, customer.occasions, 0)
    return -log(luck[0]), luck[1], luck[2], luck[3]


@rule
def kind_of(u: float, week: Record) -> int:
    """The place of the kind of a failure, by the shares of the kinds."""
    kind = 0
    while kind < len(KINDS) - 1 and u >= week.failures_up_to[kind]:
        kind += 1
    return kind
