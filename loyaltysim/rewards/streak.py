"""Streaks: a visit in each of so many periods in a row, and the run is lost with the first gap."""

from __future__ import annotations

from math import floor
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.reward import RewardTerms, fill_reward, hand_over_one
from loyaltysim.units import Weeks, assumed, number

ORDER = 7
NAME = "streak"


class Terms(RewardTerms):
    """A reward for `count` periods in a row with a visit in each."""

    count: Annotated[int, BeforeValidator(number), Field(ge=2, le=1000)]
    """Periods in a row."""
    every: Weeks = assumed("programme.streak.every")
    """Length of a period; all start on the same day."""


STATE = {"run": int, "run_period": int}
"""Periods in a row with a visit, and the number of the latest."""

FIELDS = {"run_count": int, "run_weeks": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["run_count"] = terms.count
    fields["run_weeks"] = terms.every


@rule
def _period(scheme: Record, now: float) -> int:
    """Periods that have ended since the start."""
    return int(floor((now - scheme.opens_at) / scheme.run_weeks))


@rule
def _broken(member: Record, scheme: Record, now: float) -> bool:
    """Whether a whole period has passed without a visit."""
    return bool(member.run > 0 and _period(scheme, now) > member.run_period + 1)


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """A run that has broken pulls no more, from the day on which it broke."""
    if _broken(member, scheme, now):
        member.goal_size = 0.0
    return 0.0


@rule
def start(customer: Record, member: Record, scheme: Record, now: float, flow: Record) -> None:
    """No period has had its visit yet."""
    member.run_period = -1


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
    """A period without a visit ends the run; the longer it was, the more that hurts."""
    if _broken(member, scheme, now):
        tally.missed += 1 - scheme.rival
        part = member.felt * member.run / scheme.run_count
        move_goodwill(customer, scheme.rival, -beliefs.missed_goal_pull * part, beliefs, now)
        member.run = 0
        member.goal_size = 0.0


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
    """The first visit of a period makes the run longer; a full run is rewarded, and starts anew."""
    period = _period(scheme, visit.now)
    if period == member.run_period:
        return
    member.run += 1
    member.run_period = period
    if member.run >= scheme.run_count:
        hand_over_one(customer, scheme, beliefs, visit.now, tally)
        member.run = 0


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record, beliefs: Record) -> float:
    """The goal is the full run; in each period that is left, one visit is needed."""
    if member.run == 0:
        member.goal_size = 0.0
        return 0.0
    left = scheme.run_count - member.run
    member.goal_size = float(scheme.run_count)
    member.goal_step = 1.0
    member.goal_value = scheme.reward_value
    member.goal_due = scheme.opens_at + (member.run_period + 1 + left) * scheme.run_weeks
    return float(member.run)


@rule
def change(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """A run goes on from the present period, by the new rules."""
    member.run_period = _period(scheme, now) - 1
    member.goal_size = 0.0
