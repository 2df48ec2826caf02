"""Perks: exclusive service for some: first access, no waiting, a hotline."""

from __future__ import annotations

from math import inf
from typing import Any

from loyaltysim.behaviour.fairness import favour
from loyaltysim.ledger import MICRO
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.audience import Dates, Numbers, People, fill_contact, on_dates
from loyaltysim.rewards.reward import book_reward
from loyaltysim.units import NonNegative

ORDER = 11
NAME = "perks"


class Terms(Dates):
    """What those who are chosen have, from the date on which they are told to the next."""

    value_per_visit: NonNegative = 0.0
    """What a visit is worth to them beyond the purchase, in the currency."""
    cost_per_visit: NonNegative = 0.0
    """What that costs the firm."""
    priority: bool = False
    """Whether their complaints are taken up before those of others."""
    hotline_hours: NonNegative | None = None
    """Mean hours until somebody takes up a complaint of theirs; left out, as for others."""
    visible: bool = False
    """Whether others see it."""

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        return 0.0, self.value_per_visit


STATE = {"perks_until": float}
"""Until when one has the perks (week)."""

FIELDS = {
    "perk_value": float,
    "perk_cost": int,
    "perk_weeks": float,
    "priority": int,
    "hotline_hours": float,
}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_contact(fields, terms)
    fields["perk_value"] = terms.value_per_visit
    fields["perk_cost"] = round(terms.cost_per_visit * MICRO)
    fields["perk_weeks"] = inf if terms.every is None else terms.every
    fields["priority"] = terms.priority
    fields["hotline_hours"] = inf if terms.hotline_hours is None else terms.hotline_hours


def contacts(terms: Terms, people: People, rival: bool) -> Numbers:
    """Numbers of the people who are chosen in this week."""
    return on_dates(terms, people, rival)


@rule
def arrive(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, tally: Record
) -> None:
    """One is chosen, until the next date."""
    book_reward(customer, scheme, scheme.contact_cost, tally)
    member.perks_until = week.begins + scheme.perk_weeks


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """What a visit is worth beyond the purchase is weighed like money."""
    if now >= member.perks_until:
        return 0.0
    return float(beliefs.price_response * scheme.perk_value / customer.usual_basket)


@rule
def claim(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    week: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """The perks are had at a visit, and after it at the desk."""
    if visit.now < member.perks_until:
        book_reward(customer, scheme, scheme.perk_cost, tally)
        favour(customer, scheme, beliefs, visit.now, tally)
        visit.priority |= scheme.priority
        visit.hotline_hours = min(visit.hotline_hours, scheme.hotline_hours)
