"""Points: earned with what is spent, redeemed for a reward, lost when they expire."""

from __future__ import annotations

from math import floor
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, lapse_lots, lot_weeks, review_balance
from loyaltysim.rewards.claiming import claim_rewards
from loyaltysim.rewards.reward import RewardTerms, fill_reward
from loyaltysim.units import Positive, Share, Weeks, assumed, number

ORDER = 1
NAME = "points"


class Terms(RewardTerms):
    """Points on what is spent, for one kind of reward."""

    per_euro: Annotated[
        Positive,
        Field(validation_alias=AliasChoices("per_euro", "per_dollar", "per_pound", "per_yuan")),
    ]
    """Points for each unit of the scenario's currency; whole points, rounded down."""
    reward_at: Annotated[int, BeforeValidator(number), Field(ge=1, le=10**9)]
    """Points that one reward takes."""
    expires_after: Weeks | None = None
    """Validity from the date of earning, oldest first; left out, for ever."""
    redeems_per_visit: Share = assumed("programme.points.redeems_per_visit")
    replaces_purchase: Share = assumed("programme.points.replaces_purchase")

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        return self.per_euro * (self.reward_value or self.reward_cost) / self.reward_at, 0.0

    @property
    def cost_per_unit(self) -> float:
        """What a point that is redeemed costs."""
        return self.reward_cost / self.reward_at


FIELDS = {"per_spend": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["per_spend"] = terms.per_euro
    fields["reward_at"] = terms.reward_at
    fields["redeems"] = terms.redeems_per_visit
    fields["replaces"] = terms.replaces_purchase
    fields["lot_weeks"] = lot_weeks(terms.expires_after)


@rule
def lapse(
    customer: Record,
    member: Record,
    scheme: Record,
    beliefs: Record,
    now: float,
    flow: Record,
    tally: Record,
) -> None:
    """Points expire when they have not been used in time."""
    lapse_lots(member, scheme, now, flow)
    review_balance(member, scheme, now)


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
    """As many rewards as the balance allows."""
    if member.balance >= scheme.reward_at:
        ready = member.balance // scheme.reward_at
        claim_rewards(customer, member, scheme, ready, visit, week, beliefs, flow, tally)


@rule
def _rate(customer: Record, scheme: Record) -> float:
    """Points for a unit of the currency, more of them for a higher tier."""
    return float(scheme.per_spend * (1.0 + customer.earn_boost[scheme.rival]))


@rule
def earn(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """Whole points for what is paid."""
    units = int(floor(_rate(customer, scheme) * visit.paid))
    add_units(member, scheme, units, visit.now, flow)


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record) -> float:
    """The goal is the next reward; a purchase brings the points of a usual basket."""
    member.goal_size = float(scheme.reward_at)
    member.goal_step = max(1.0, _rate(customer, scheme) * visit.usual)
    member.goal_value = scheme.reward_value
    review_balance(member, scheme, visit.now)
    return float(member.balance)
