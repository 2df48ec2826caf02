"""Stamp card: a stamp for each paid visit, and the reward when the card is full."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, lapse_lots, lot_weeks, review_balance
from loyaltysim.rewards.claiming import claim_rewards
from loyaltysim.rewards.reward import RewardTerms, fill_reward
from loyaltysim.units import Share, Weeks, assumed, number

ORDER = 2
NAME = "stamps"


class Terms(RewardTerms):
    """A card with `count` places, of which `head_start` are stamped when it is given out."""

    count: Annotated[int, BeforeValidator(number), Field(ge=1, le=1000)]
    """Places on the card, those stamped beforehand included."""
    head_start: Annotated[int, BeforeValidator(number), Field(ge=0, le=999)] = 0
    """Places that are stamped when a card is given out."""
    expires_after: Weeks | None = None
    """Validity of a stamp; left out, for ever."""
    redeems_per_visit: Share = assumed("programme.stamps.redeems_per_visit")
    replaces_purchase: Share = assumed("programme.stamps.replaces_purchase")

    @model_validator(mode="after")
    def _something_left(self) -> Self:
        if self.head_start >= self.count:
            raise ValueError(
                f"head_start ({self.head_start}) must be smaller than count ({self.count})"
            )
        return self

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        return 0.0, (self.reward_value or self.reward_cost) / self.count

    @property
    def cost_per_unit(self) -> float:
        """What a stamp that is redeemed costs."""
        return self.reward_cost / self.count


FIELDS = {"head_start": int}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["head_start"] = terms.head_start
    fields["given"] = float(terms.head_start > 0)
    fields["reward_at"] = terms.count
    fields["redeems"] = terms.redeems_per_visit
    fields["replaces"] = terms.replaces_purchase
    fields["lot_weeks"] = lot_weeks(terms.expires_after)


@rule
def start(customer: Record, member: Record, scheme: Record, now: float, flow: Record) -> None:
    """A new card comes with its head start."""
    if scheme.head_start > 0:
        add_units(member, scheme, scheme.head_start, now, flow)


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
    """Stamps expire when the card has not been filled in time."""
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
    """A full card is handed in."""
    if member.balance >= scheme.reward_at:
        claim_rewards(customer, member, scheme, 1, visit, week, beliefs, flow, tally)


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
    """One stamp a paid visit; a full card takes no more, and a handed-in one makes room."""
    if member.redeemed > 0:
        start(customer, member, scheme, visit.now, flow)
    elif visit.paid > 0.0 and member.balance < scheme.reward_at:
        add_units(member, scheme, 1, visit.now, flow)


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record) -> float:
    """The goal is the full card; a visit brings one stamp."""
    member.goal_size = float(scheme.reward_at)
    member.goal_step = 1.0
    member.goal_value = scheme.reward_value
    review_balance(member, scheme, visit.now)
    return float(member.balance)
