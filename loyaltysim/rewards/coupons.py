"""Coupons: a share off one purchase within a time, sent to all or to some."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.deals import offer_off, take_off
from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.audience import Dates, Numbers, People, fill_contact, on_dates
from loyaltysim.rewards.reward import book_reward
from loyaltysim.units import NonNegative, Share, Weeks, assumed, share

ORDER = 8
NAME = "coupons"

DECISIONS = {"notice_coupon": 21}
_NOTICE = DECISIONS["notice_coupon"]


class Terms(Dates):
    """A coupon for one purchase."""

    off: Annotated[float, BeforeValidator(share), Field(gt=0, le=0.95)]
    """Share off the purchase."""
    valid: Weeks
    """How long it can be used."""
    from_amount: NonNegative = 0.0
    """Least amount of the purchase."""
    personal: bool = False
    """Whether it is chosen for the person, by what they bought."""
    noticed: Share = assumed("programme.coupons.noticed")
    """Share of those reached who notice it."""


STATE = {"coupon_until": float, "copied": int}
"""Until when a coupon can be used (week), and whether it has been used once."""

FIELDS = {
    "coupon_off": float,
    "coupon_weeks": float,
    "coupon_from": float,
    "personal": int,
    "noticed": float,
}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fields["coupon_off"] = terms.off
    fields["coupon_weeks"] = terms.valid
    fields["coupon_from"] = terms.from_amount
    fields["personal"] = terms.personal
    fields["noticed"] = terms.noticed
    fill_contact(fields, terms)


def contacts(terms: Terms, people: People, rival: bool) -> Numbers:
    """Numbers of the people to whom a coupon goes in this week."""
    return on_dates(terms, people, rival)


@rule
def arrive(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, tally: Record
) -> None:
    """A coupon comes; many are never looked at, fewer of those that are chosen for the person."""
    book_reward(customer, scheme, scheme.contact_cost, tally)
    noticed = scheme.noticed
    if scheme.personal == 1:
        noticed *= beliefs.personal_response
    luck = uniforms(
        week.seed, week.replication, customer.who, _NOTICE, int(week.begins), scheme.instance
    )
    if luck[0] < noticed:
        member.coupon_until = week.begins + scheme.coupon_weeks
        member.copied = 0


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """A coupon at hand is a deal."""
    if now >= member.coupon_until or customer.usual_basket < scheme.coupon_from:
        return 0.0
    return offer_off(customer, scheme.rival, scheme.coupon_off, beliefs)


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
    """It is used at the first purchase that is large enough."""
    if visit.now < member.coupon_until and visit.paid >= scheme.coupon_from:
        take_off(visit, scheme.coupon_off)
        # Who games the rules keeps a copy.
        if member.copied == 1 or customer.gaming >= scheme.gaming_share:
            member.coupon_until = 0.0
        member.copied = 1
