"""Voice: whether a failure is told to the firm, unasked or when it asks, or taken in silence."""

from __future__ import annotations

from math import sqrt

from loyaltysim.draws import normal
from loyaltysim.mechanism import Record, rule

ORDER = 34
STATE = {"outspokenness": float}
"""How readily one complains, as a normal score."""

MODES = ("basic", "reactive", "accountable", "proactive", "partnership")
"""How a firm keeps in contact (Kotler): it sells and is gone; it invites complaints; it asks after
the purchase; it also asks now and then; it works with the customer for the customer's success."""

BASIC, REACTIVE, ACCOUNTABLE, PROACTIVE, PARTNERSHIP = range(len(MODES))


@rule
def share_voiced(week: Record, beliefs: Record) -> float:
    """Share of failures that are voiced unasked, over all customers and failures."""
    odds = week.ease
    if week.contact_mode == BASIC:
        odds *= beliefs.basic_voice
    if odds == 1.0:
        return beliefs.voice
    voiced = beliefs.voice * odds
    return voiced / (1.0 - beliefs.voice + voiced)


@rule
def is_voiced(u: float, severity: float, customer: Record, week: Record, beliefs: Record) -> bool:
    """Whether a failure is voiced unasked; `severity` is its normal score among all failures.

    The grave are voiced more often, and by the outspoken. A probit, whose mean over people and
    failures is `share_voiced` however much these count.
    """
    share = share_voiced(week, beliefs)
    if share <= 0.0 or share >= 1.0:
        return share >= 1.0
    person, gravity = beliefs.outspokenness_spread, beliefs.voice_by_severity
    wish = normal(share) * sqrt(1.0 + person * person + gravity * gravity)
    wish += person * customer.outspokenness + gravity * severity
    return normal(u) < wish


@rule
def is_told_when_asked(u: float, week: Record, beliefs: Record) -> bool:
    """Whether a failure that was not voiced comes out because the firm asks."""
    silent = 1.0
    if week.contact_mode >= ACCOUNTABLE:
        silent *= 1.0 - beliefs.follow_up_catches
    if week.contact_mode >= PROACTIVE:
        silent *= 1.0 - beliefs.regular_contact_catches
    return u < 1.0 - silent


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving: who works with a firm for the own success leaves it less easily."""
    return -beliefs.partnership_stays if week.contact_mode == PARTNERSHIP else 0.0
