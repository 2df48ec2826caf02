"""Referral: a reward for bringing a customer, and perhaps one for the customer who is brought."""

from __future__ import annotations

from math import floor, log
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.reward import RewardTerms, fill_reward, hand_over_one
from loyaltysim.units import Share, number, share

ORDER = 12
NAME = "referral"


class Terms(RewardTerms):
    """A reward for each customer who was brought, once that customer has bought."""

    welcome_off: Annotated[float, BeforeValidator(share), Field(ge=0, le=0.95)] = 0.0
    """Share off the first purchase of who was brought; 0 makes it one-sided."""
    most_per_year: Annotated[int, BeforeValidator(number), Field(ge=1, le=10_000)] | None = None
    """Rewards that one customer can get in a year; left out, any number."""
    false_share: Share = 0.0
    """Share of the rewarded referrals that are false: paid for, and nobody new behind them."""


STATE = {"brought": int, "brought_year": int}
"""Customers brought in a year, and the number of that year."""

FIELDS = {"welcome_off": float, "most_brought": int, "false_cost": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["welcome_off"] = terms.welcome_off
    fields["most_brought"] = 10**9 if terms.most_per_year is None else terms.most_per_year
    false = min(terms.false_share, 0.99)
    # For each true referral, so much is paid for false ones.
    fields["false_cost"] = false / (1.0 - false)


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """Where there is something to gain, more people recommend; see `word.recommend`."""
    if scheme.rival == 0:
        gain = scheme.reward_value / customer.usual_basket
        customer.referral_wish = beliefs.referral_pull * log(1.0 + gain)
        customer.can_offer = scheme.welcome_off
    return 0.0


@rule
def introduced(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """Somebody whom the member brought has bought for the first time."""
    if scheme.rival == 1:
        # Who is brought here is nobody to a rival.
        return
    year = int(floor(now / 52.0))
    if member.brought_year != year:
        member.brought_year = year
        member.brought = 0
    if member.brought < scheme.most_brought:
        member.brought += 1
        hand_over_one(customer, scheme, beliefs, now, tally)
        cost = int(floor(scheme.false_cost * scheme.reward_cost))
        tally.rewards += cost
        customer.rewards += cost
