"""Stamp card: a stamp for each paid visit, and the reward when the card is full."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, lapse_lots, lot_weeks, take_units
from loyaltysim.units import NonNegative, Share, Weeks, assumed, number
from loyaltysim.units import Terms as Base

ORDER = 2
NAME = "stamps"


class Terms(Base):
    """A card with `count` places, of which `head_start` are stamped when it is given out."""

    count: Annotated[int, BeforeValidator(number), Field(ge=1, le=1000)]
    """Places on the card, those stamped beforehand included."""
    reward_cost: NonNegative
    """What a reward costs the firm."""
    reward_value: NonNegative | None = None
    """What it is worth to the customer; left out, its cost at the firm's selling price."""
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
    def units_for_reward(self) -> int:
        """Units that one reward takes."""
        return self.count


FIELDS = {"head_start": int}


def fill(fields: Any, terms: Terms) -> None:
    """The terms as numbers of the scheme's record."""
    fields["head_start"] = terms.head_start
    fields["reward_at"] = terms.count
    fields["lot_weeks"] = lot_weeks(terms.expires_after)


@rule
def start(member: Record, scheme: Record, now: float, flow: Record) -> None:
    """A new card comes with its head start."""
    if scheme.head_start > 0:
        add_units(member, scheme, scheme.head_start, now, flow)


@rule
def lapse(member: Record, scheme: Record, now: float, flow: Record) -> None:
    """Stamps expire when the card has not been filled in time."""
    lapse_lots(member, scheme, now, flow)


@rule
def redeem(member: Record, scheme: Record, flow: Record) -> int:
    """A full card is handed in."""
    take_units(member, scheme.reward_at, flow)
    return 1


@rule
def earn(member: Record, scheme: Record, visit: Record, now: float, flow: Record) -> None:
    """One stamp a paid visit; a full card takes no more, and a handed-in one makes room."""
    if member.redeemed > 0:
        start(member, scheme, now, flow)
    elif visit.paid > 0.0 and member.balance < scheme.reward_at:
        add_units(member, scheme, 1, now, flow)


@rule
def aim(member: Record, scheme: Record, _visit: Record) -> None:
    """The goal is the full card; a visit brings one stamp."""
    member.goal_size = float(scheme.reward_at)
    member.goal_step = 1.0
