"""Tiers: status for what is bought within a period, its benefits, and losing it again."""

from __future__ import annotations

from math import floor
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from loyaltysim.behaviour.deals import offer_off, take_off
from loyaltysim.behaviour.fairness import favour
from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.ledger import MICRO
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.reward import book_reward
from loyaltysim.units import NonNegative, Positive, Weeks, assumed, share
from loyaltysim.units import Terms as Base

ORDER = 3
NAME = "tiers"

MOST = 5
"""Levels that a scheme may have."""


class Level(Base):
    """One tier: how it is reached, and what it brings."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    at: Positive
    """What is needed within the period: money spent, or visits."""
    earns: Annotated[float, BeforeValidator(share), Field(ge=0, le=100)] = 1.0
    """Points relative to a member without a tier: 150% is half as many again."""
    off: Annotated[float, BeforeValidator(share), Field(ge=0, le=0.95)] = 0.0
    """Share off every purchase."""
    value_per_visit: NonNegative = 0.0
    """Worth to the customer of what else a visit brings: better seats, no waiting."""
    cost_per_visit: NonNegative = 0.0
    """What that costs the firm."""
    priority: bool = False
    """Whether complaints are taken up before those of others."""


class Terms(Base):
    """Tiers by what is bought within a qualification period."""

    metric: Literal["spend", "visits"] = "spend"
    period: Weeks = assumed("programme.tiers.period")
    """Qualification period; it starts for all on the same day, and a tier holds to its end."""
    visible: bool = False
    """Whether others see a level's benefits."""
    soft_landing: bool = False
    """Whether who falls short moves down by one level alone."""
    levels: Annotated[list[Level], Field(min_length=1, max_length=MOST)]
    """From the lowest to the highest."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        needed = [level.at for level in self.levels]
        if sorted(set(needed)) != needed:
            raise ValueError("each level must need more than the one before it")
        return self


STATE = {"tier": int, "counted": float, "period": int}
"""Level held (0: none), what counts towards one in this period, and the period's number."""

FIELDS = {
    "levels": int,
    "period_weeks": float,
    "soft": int,
    "by_spend": int,
    "level_at": (float, MOST),
    "level_boost": (float, MOST),
    "level_off": (float, MOST),
    "level_value": (float, MOST),
    "level_cost": (int, MOST),
    "level_priority": (int, MOST),
    "crowd": (float, MOST),
}
"""Terms by level; `crowd` is the share of members who hold that level or more."""


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fields["levels"] = len(terms.levels)
    fields["period_weeks"] = terms.period
    fields["soft"] = terms.soft_landing
    fields["by_spend"] = terms.metric == "spend"
    for k, level in enumerate(terms.levels):
        fields["level_at"][k] = level.at
        fields["level_boost"][k] = level.earns - 1.0
        fields["level_off"][k] = level.off
        fields["level_value"][k] = level.value_per_visit
        fields["level_cost"][k] = round(level.cost_per_visit * MICRO)
        fields["level_priority"][k] = level.priority


@rule
def _number_of_period(scheme: Record, now: float) -> int:
    """Qualification periods that have ended since the start."""
    return int(floor((now - scheme.opens_at) / scheme.period_weeks))


@rule
def _level_for(scheme: Record, counted: float) -> int:
    """The highest level for which enough was counted."""
    level = 0
    while level < scheme.levels and counted >= scheme.level_at[level]:
        level += 1
    return level


@rule
def standing_above(scheme: Record, tier: int) -> float:
    """Status of a level: those left behind at each step up (Dreze & Nunes 2009).

    One more level below raises it, and a crowd at one's own level lowers it.
    """
    above = 0.0
    for k in range(tier):
        above += 1.0 - scheme.crowd[k]
    return above


@rule
def _move_to(
    customer: Record, member: Record, scheme: Record, tier: int, beliefs: Record, now: float
) -> None:
    """Up or down: the change of status pleases or hurts, apart from the status itself."""
    change = standing_above(scheme, tier) - standing_above(scheme, member.tier)
    move_goodwill(customer, scheme.rival, beliefs.status_change_pull * change, beliefs, now)
    member.tier = tier
    boost = 0.0
    if tier > 0:
        boost = scheme.level_boost[tier - 1]
    customer.earn_boost[scheme.rival] = boost


@rule
def start(customer: Record, member: Record, scheme: Record, now: float, flow: Record) -> None:
    """What is bought counts from the day of joining."""
    member.period = _number_of_period(scheme, now)


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
    """At the end of a period: who fell short loses the tier, at once or level by level."""
    number = _number_of_period(scheme, now)
    while member.period < number:
        member.period += 1
        earned = _level_for(scheme, member.counted)
        member.counted = 0.0
        member.goal_size = 0.0
        if earned < member.tier:
            down = member.tier - 1 if scheme.soft == 1 else earned
            _move_to(customer, member, scheme, max(down, earned), beliefs, now)
            tally.demoted += 1 - scheme.rival
        elif member.tier == 0:
            member.period = number


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """Status pulls, and so do the benefits of the level."""
    if member.tier == 0:
        return 0.0
    k = member.tier - 1
    pull = beliefs.status_pull * standing_above(scheme, member.tier)
    if scheme.level_value[k] > 0.0:
        pull += beliefs.price_response * scheme.level_value[k] / customer.usual_basket
    if scheme.level_off[k] > 0.0:
        pull += offer_off(customer, scheme.rival, scheme.level_off[k], beliefs)
    return pull


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
    """The level's benefits are had at every visit."""
    if member.tier > 0:
        k = member.tier - 1
        take_off(visit, scheme.level_off[k])
        book_reward(customer, scheme, scheme.level_cost[k], tally)
        visit.priority |= scheme.level_priority[k]
        favour(customer, scheme, beliefs, visit.now, tally)


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
    """What is bought counts; who has enough is promoted at once."""
    member.counted += visit.paid if scheme.by_spend == 1 else 1.0
    level = _level_for(scheme, member.counted)
    if level > member.tier:
        _move_to(customer, member, scheme, level, beliefs, visit.now)
        tally.promoted += 1 - scheme.rival


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record, beliefs: Record) -> float:
    """The goal is to keep the level held, then the next one, by the end of the period.

    It is worth the benefits that it brings until the end of the period after.
    """
    held = member.tier
    goal = _level_for(scheme, member.counted)
    if goal >= scheme.levels:
        member.goal_size = 0.0
        return 0.0
    keeps = goal < held
    if keeps:
        goal = held - 1
    value, below = scheme.level_value[goal], 0.0
    value += scheme.level_off[goal] * visit.usual
    if goal > 0:
        below = scheme.level_value[goal - 1] + scheme.level_off[goal - 1] * visit.usual
    member.goal_size = scheme.level_at[goal]
    member.goal_step = visit.usual if scheme.by_spend == 1 else 1.0
    member.goal_value = max(value - below, 0.0) * scheme.period_weeks / customer.usual_gap
    member.goal_due = scheme.opens_at + (member.period + 1) * scheme.period_weeks
    return float(member.counted)


@rule
def change(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """New levels, or none: who does not qualify under them keeps the level to the period's end.

    A level that is abolished is lost at once.
    """
    held = min(member.tier, scheme.levels)
    if now >= scheme.closes_at:
        held = 0
    if held < member.tier:
        tally.demoted += 1 - scheme.rival
    # Points of a level that stays may be more or fewer.
    _move_to(customer, member, scheme, held, beliefs, now)
    member.period = _number_of_period(scheme, now)
    member.goal_size = 0.0
