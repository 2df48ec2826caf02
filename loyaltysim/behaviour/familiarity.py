"""Familiarity with the people who serve: it grows by visits and leaves with staff."""

from __future__ import annotations

from math import exp

from loyaltysim.mechanism import Record, rule

ORDER = 40
STATE = {
    "familiarity": float,
    "familiarity_at": float,
    "usual_familiarity": float,
    "team_seen": float,
    "contact": int,
    "contact_known": int,
}
"""Tie to the contact or the team (0 to 1), when it was last updated, the level that a settled
customer of this pace has today, the turnover of the team seen by then, the seat of one's own
contact, and how many had left it when it was last met."""


@rule
def fade(customer: Record, contact: Record, week: Record, beliefs: Record, now: float) -> None:
    """Bring familiarity up to now: forgetting, and the contact or share of the team that left."""
    elapsed = now - customer.familiarity_at
    lost = elapsed / beliefs.familiarity_fades_weeks
    if week.dedicated == 1:
        # The tie breaks when the person leaves, and once for each who left meanwhile.
        while customer.contact_known < contact.departures:
            customer.familiarity *= 1.0 - beliefs.familiarity_breaks
            customer.contact_known += 1
    else:
        lost += beliefs.familiarity_breaks * (week.team_change - customer.team_seen)
        customer.team_seen = week.team_change
    if customer.familiarity > 0.0:
        customer.familiarity *= exp(-lost)
    customer.familiarity_at = now


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
