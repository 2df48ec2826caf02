"""Stamp card: a stamp for each paid visit, and the reward when the card is full."""

from __future__ import annotations

from math import exp
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, forfeit, lapse_lots, lot_weeks, review_balance
from loyaltysim.rewards.claiming import asks, claim_rewards
from loyaltysim.rewards.reward import RewardTerms, fill_reward
from loyaltysim.units import WEEKS_PER_YEAR, Share, Weeks, YearlyRate, assumed, number

ORDER = 2
NAME = "stamps"


class Terms(RewardTerms):
    """A card with `count` places, of which `head_start` are stamped when it is given out."""

    count: Annotated[int, BeforeValidator(number), Field(ge=1, le=1000)]
    """Places on the card, those stamped beforehand included."""
    cards_lost_per_year: YearlyRate = 0.0
    """Cards that a member loses in a year, with the stamps on them; an app loses none."""
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


STATE = {"card_seen_at": float, "filled": int, "set_aside": int}
"""When the card was last at hand (week), cards filled, and whether it has been given up."""

FIELDS = {"head_start": int, "lost_per_week": float}

DECISIONS = {"lose_card": 23, "set_aside": 24}
_LOSE = DECISIONS["lose_card"]
_SET_ASIDE = DECISIONS["set_aside"]


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["head_start"] = terms.head_start
    fields["lost_per_week"] = terms.cards_lost_per_year / WEEKS_PER_YEAR
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
def gives_up(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, now: float
) -> bool:
    """Whether a card is set aside for good at this visit: the likelier, the less is done of it.

    Who has begun goes on, by what there is of a whole card, given stamps too (Nunes & Dreze
    2006); who has filled a card once knows what it is good for.
    """
    if member.filled > 0 or member.joined_at == now or beliefs.sets_aside == 0.0:
        return False
    left = 1.0 - member.balance / scheme.reward_at
    luck = uniforms(
        week.seed, week.replication, customer.who, _SET_ASIDE, customer.occasions, scheme.instance
    )
    return luck[0] < beliefs.sets_aside * left


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
    """A card that was lost is gone with its stamps; a full one is handed in."""
    if member.set_aside == 1:
        return
    if gives_up(customer, member, scheme, week, beliefs, visit.now):
        forfeit(member, flow)
        member.set_aside = 1
        return
    if scheme.lost_per_week > 0.0 and member.balance > 0:
        luck = uniforms(
            week.seed, week.replication, customer.who, _LOSE, customer.occasions, scheme.instance
        )
        if luck[0] < 1.0 - exp(-scheme.lost_per_week * (visit.now - member.card_seen_at)):
            forfeit(member, flow)
            start(customer, member, scheme, visit.now, flow)
    member.card_seen_at = visit.now
    if member.balance < scheme.reward_at:
        return
    if asks(customer, member, scheme, week, beliefs, visit.now, tally):
        member.filled += 1
        claim_rewards(
            customer, member, scheme, 1, scheme.reward_at, scheme.reward_cost,
            scheme.reward_value, visit, beliefs, flow, tally,
        )  # fmt: skip


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
    """One stamp a paid visit; a full card takes no more, and a handed-in one makes room.

    Who games the rules splits the purchase in two.
    """
    if member.set_aside == 1:
        return
    if member.redeemed > 0:
        start(customer, member, scheme, visit.now, flow)
    elif visit.paid > 0.0:
        stamps = 2 if customer.gaming < scheme.gaming_share else 1
        room = scheme.reward_at - member.balance
        if room > 0:
            add_units(member, scheme, min(stamps, room), visit.now, flow)


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record, beliefs: Record) -> float:
    """The goal is the full card; a visit brings one stamp."""
    member.goal_size = 0.0 if member.set_aside == 1 else float(scheme.reward_at)
    member.goal_step = 1.0
    member.goal_value = scheme.reward_value
    review_balance(member, scheme, visit.now)
    return float(member.balance)
