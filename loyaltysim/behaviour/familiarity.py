"""Familiarity with the people who serve: it grows by visits and leaves with staff."""

from __future__ import annotations

from math import exp

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule

ORDER = 40
STATE = {
    "familiarity": float,
    "familiarity_at": float,
    "usual_familiarity": float,
    "team_seen": float,
    "contact": int,
    "contact_known": int,
    "follows": int,
    "tie_lost": float,
}
"""Tie to the contact or the team (0 to 1), when it was last updated, the level that a settled
customer of this pace has today, the turnover of the team seen by then, the seat of one's own
contact, how many had left it when it was last met, whether the customer goes where the latest
has gone, and how much closer the tie would be but for those who left."""

DECISIONS = {"follow": 35}
_FOLLOW = DECISIONS["follow"]


@rule
def fade(customer: Record, contact: Record, week: Record, beliefs: Record, now: float) -> None:
    """Bring familiarity up to now: forgetting, and the contact or share of the team that left."""
    elapsed = now - customer.familiarity_at
    lost = elapsed / beliefs.familiarity_fades_weeks
    left = 0.0
    if week.dedicated == 1:
        # The tie breaks when the person leaves, and once for each who left meanwhile.
        while customer.contact_known < contact.departures:
            part_from(customer, contact, week, beliefs)
            customer.contact_known += 1
    else:
        left = week.tie_breaks * (week.team_change - customer.team_seen)
        customer.team_seen = week.team_change
    if customer.familiarity > 0.0:
        kept = exp(-(lost + left))
        # What went with those who left since; exact but for the square of their share.
        customer.tie_lost = kept * (customer.tie_lost * (1.0 + left) + customer.familiarity * left)
        customer.familiarity *= kept
    customer.familiarity_at = now


@rule
def part_from(customer: Record, contact: Record, week: Record, beliefs: Record) -> None:
    """One's contact has left: the tie breaks, or one goes along where that was to a rival.

    Who hardly knew the person takes whoever goes by the same name for the same.
    """
    luck = uniforms(week.seed, week.replication, customer.who, _FOLLOW, customer.contact_known, 0)
    if contact.to_rival == 1 and luck[0] < beliefs.follows_contact * customer.familiarity:
        customer.follows = 1
    if week.alias == 0 or customer.familiarity >= beliefs.alias_works_below:
        broken = customer.familiarity * week.tie_breaks
        customer.familiarity *= 1.0 - week.tie_breaks
        customer.tie_lost += broken


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm, 0 at one's usual tie."""
    return beliefs.familiarity_pull * (customer.familiarity - customer.usual_familiarity)


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving, 0 at one's usual tie."""
    return -beliefs.familiarity_stays * (customer.familiarity - customer.usual_familiarity)


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """A visit served by the contact adds a share of what is missing; by another, half of it."""
    gain = beliefs.familiarity_gain * visit.own_contact
    customer.familiarity += gain * (1.0 - customer.familiarity)
    customer.tie_lost *= 1.0 - gain
