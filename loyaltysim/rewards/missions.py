"""Missions: a personal target for a period, set from one's own past, with a reward."""

from __future__ import annotations

from math import ceil, floor
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.reward import RewardTerms, fill_reward, hand_over_one
from loyaltysim.units import Weeks, share

ORDER = 6
NAME = "missions"


class Terms(RewardTerms):
    """So many visits within a period, somewhat more than is usual for this customer."""

    period: Weeks
    """Time for one mission; all start on the same day."""
    stretch: Annotated[float, BeforeValidator(share), Field(ge=-1, le=10)]
    """How much more than usual is asked for: 20% is a fifth more visits."""


STATE = {"mission": int, "target": float, "visits_done": float}
"""Number of the mission, visits that it asks for (0: none, or reached), and those so far."""

FIELDS = {"mission_weeks": float, "stretch": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fields["mission_weeks"] = terms.period
    fields["stretch"] = terms.stretch


@rule
def _set_target(customer: Record, member: Record, scheme: Record, now: float) -> None:
    """A target from one's usual pace, for what is left of the period."""
    since_launch = now - scheme.opens_at
    member.mission = int(floor(since_launch / scheme.mission_weeks))
    left = (member.mission + 1) * scheme.mission_weeks - since_launch
    usual = left / customer.usual_gap
    member.target = float(ceil(max(usual * (1.0 + scheme.stretch), 1.0)))
    member.visits_done = 0.0


@rule
def start(customer: Record, member: Record, scheme: Record, now: float, flow: Record) -> None:
    """The first mission starts with joining."""
    _set_target(customer, member, scheme, now)


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
    """At the end of a period: a target that was missed disappoints, and a new one is set."""
    if (now - scheme.opens_at) / scheme.mission_weeks < member.mission + 1:
        return
    if member.target > 0.0 and member.visits_done > 0.0:
        tally.missed += 1 - scheme.rival
        move_goodwill(customer, scheme.rival, -beliefs.missed_goal_pull * member.felt, beliefs, now)
    _set_target(customer, member, scheme, now)
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
    """A visit counts; who has reached the target is rewarded at once."""
    if member.target == 0.0:
        return
    member.visits_done += 1.0
    if member.visits_done >= member.target:
        hand_over_one(customer, scheme, beliefs, visit.now, tally)
        member.target = 0.0


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record, beliefs: Record) -> float:
    """The goal is the target, by the end of the period."""
    member.goal_size = member.target
    member.goal_step = 1.0
    member.goal_value = scheme.reward_value
    member.goal_due = scheme.opens_at + (member.mission + 1) * scheme.mission_weeks
    return float(member.visits_done)


@rule
def change(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """A mission by the new rules starts."""
    _set_target(customer, member, scheme, now)
    member.goal_size = 0.0
