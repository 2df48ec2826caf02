"""Points: earned with what is spent, redeemed for a reward, lost when they expire."""

from __future__ import annotations

from math import floor
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, lapse_lots, lot_weeks, take_units
from loyaltysim.units import NonNegative, Positive, Share, Weeks, assumed, number
from loyaltysim.units import Terms as Base

ORDER = 1
NAME = "points"


class Terms(Base):
    """Points on what is spent, for one kind of reward."""

    per_euro: Annotated[
        Positive,
        Field(validation_alias=AliasChoices("per_euro", "per_dollar", "per_pound", "per_yuan")),
    ]
    """Points for each unit of the scenario's currency; whole points, rounded down."""
    reward_at: Annotated[int, BeforeValidator(number), Field(ge=1, le=10**9)]
    """Points that one reward takes."""
    reward_cost: NonNegative
    """What a reward costs the firm."""
    reward_value: NonNegative | None = None
    """What it is worth to the customer; left out, its cost at the firm's selling price."""
    expires_after: Weeks | None = None
    """Validity from the date of earning, oldest first; left out, for ever."""
    redeems_per_visit: Share = assumed("programme.points.redeems_per_visit")
    replaces_purchase: Share = assumed("programme.points.replaces_purchase")

    @property
    def units_for_reward(self) -> int:
        """Units that one reward takes."""
        return self.reward_at


FIELDS = {"per_spend": float}


def fill(fields: Any, terms: Terms) -> None:
    """The terms as numbers of the scheme's record."""
    fields["per_spend"] = terms.per_euro
    fields["reward_at"] = terms.reward_at
    fields["lot_weeks"] = lot_weeks(terms.expires_after)


@rule
def start(_member: Record, _scheme: Record, _now: float, _flow: Record) -> None:
    """Nothing is given on joining."""


@rule
def lapse(member: Record, scheme: Record, now: float, flow: Record) -> None:
    """Points expire when they have not been used in time."""
    lapse_lots(member, scheme, now, flow)


@rule
def redeem(member: Record, scheme: Record, flow: Record) -> int:
    """As many rewards as the balance allows; their points come from the oldest lots."""
    rewards = member.balance // scheme.reward_at
    take_units(member, rewards * scheme.reward_at, flow)
    return rewards


@rule
def earn(member: Record, scheme: Record, visit: Record, now: float, flow: Record) -> None:
    """Whole points for what is paid."""
    add_units(member, scheme, int(floor(scheme.per_spend * visit.paid)), now, flow)


@rule
def aim(member: Record, scheme: Record, visit: Record) -> None:
    """The goal is the next reward; a purchase brings the points of a usual basket."""
    member.goal_size = float(scheme.reward_at)
    member.goal_step = max(1.0, scheme.per_spend * visit.usual)
