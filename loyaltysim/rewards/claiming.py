"""Claiming: a reward that has been earned is asked for at a visit, and had or refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import review_balance, take_units
from loyaltysim.rewards.reward import hand_over, refuse
from loyaltysim.units import share

DECISIONS = {"redeem": 20}
_REDEEM = DECISIONS["redeem"]

STATE = {"disbelief": float}
"""How far a refusal is expected (0 to 1)."""

FIELDS = {"reward_at": int, "redeems": float, "replaces": float}
"""Units that a reward takes, the chance that a ready one is asked for at a visit, and the share of
its worth that stands in for something that would have been bought."""

Kept = Annotated[float, BeforeValidator(share), Field(ge=0, le=1)]


@rule
def asks(
    customer: Record,
    member: Record,
    scheme: Record,
    week: Record,
    beliefs: Record,
    now: float,
    tally: Record,
) -> bool:
    """Whether a reward that is ready is asked for at this visit, and had.

    Who sees that it will soon be worth less does not put it off any longer, nor does who games
    the rules.
    """
    luck = uniforms(
        week.seed, week.replication, customer.who, _REDEEM, customer.occasions, scheme.instance
    )
    hurries = scheme.rules_until - now < beliefs.foresight_weeks
    waits = not hurries and customer.gaming >= scheme.gaming_share
    if waits and luck[0] >= scheme.redeems:
        return False
    if luck[1] >= scheme.kept:
        refuse(customer, scheme, 1.0 - member.disbelief, beliefs, now, tally)
        member.disbelief += beliefs.gift_habit * (1.0 - member.disbelief)
        return False
    member.disbelief = 0.0
    return True


@rule
def claim_rewards(
    customer: Record,
    member: Record,
    scheme: Record,
    rewards: int,
    units: int,
    cost: int,
    worth: float,
    visit: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """Take rewards for units, oldest first; `cost` (millionths) and `worth` are those of all."""
    take_units(member, units, flow)
    member.redeemed = rewards
    visit.paid -= min(visit.paid, worth * scheme.replaces)
    hand_over(customer, scheme, rewards, cost, worth, beliefs, visit.now, tally)
    review_balance(member, scheme, visit.now)
