"""Who knows the firm: marketing reaches strangers and the lost, never the disqualified."""

from __future__ import annotations

from math import log

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule

ORDER = 20
ACTIVE, DORMANT, GONE = 0, 1, 2

STATE = {"aware": int, "never": int, "activity": int, "notices_at": float, "times_lost": int}
"""Whether the person knows the firm, never will buy, is active, dormant or gone, and the
cumulated reach of marketing at which the person takes notice (a unit exponential)."""

DECISIONS = {"notice": 4}
_NOTICE = DECISIONS["notice"]


@rule
def reach_so_far(customer: Record, segment: Record, week: Record, now: float) -> float:
    """Cumulated marketing reach, in expected contacts of a stranger or of a lost customer."""
    if customer.activity == GONE:
        return segment.regained_until + segment.regained_rate * (now - week.begins)
    return segment.reach_until + segment.reach_rate * (now - week.begins)


@rule
def take_notice(customer: Record, segment: Record, week: Record, now: float, tally: Record) -> None:
    """A stranger learns of the firm, or a lost customer considers it again."""
    if reach_so_far(customer, segment, week, now) >= customer.notices_at:
        consider_again(customer, tally)


@rule
def is_customer(customer: Record) -> bool:
    """Whether the person has bought, and since last being lost."""
    return customer.last_at > customer.lost_at


@rule
def consider_again(customer: Record, tally: Record) -> None:
    """The person considers the firm from now on; a lost one is won back by the next purchase.

    Since when a sleeper has decided to stay is left alone: the next decision is for all of
    the time since the last one, so that no time is without its risk.
    """
    if customer.activity == DORMANT:
        tally.woke_up += 1
    customer.aware = 1
    customer.activity = ACTIVE


@rule
def forget_after_loss(
    customer: Record, segment: Record, week: Record, beliefs: Record, now: float
) -> None:
    """A lost customer can be reached again, more easily than a stranger (Griffin & Lowenstein)."""
    customer.times_lost += 1
    luck = uniforms(week.seed, week.replication, customer.who, _NOTICE, customer.times_lost, 0)
    reach = reach_so_far(customer, segment, week, now)
    customer.notices_at = reach - log(luck[0]) / beliefs.win_back_odds
