"""Claiming: a reward that has been earned is asked for at a visit, and had or refused."""

from __future__ import annotations

from math import inf
from typing import Annotated

from pydantic import BeforeValidator, Field

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import review_balance, take_units
from loyaltysim.rewards.reward import hand_over, refuse
from loyaltysim.units import share

DECISIONS = {"redeem": 20}
_REDEEM = DECISIONS["redeem"]

FIELDS = {"reward_at": int, "redeems": float, "replaces": float}
"""Units that a reward takes, the chance that a ready one is asked for at a visit, and the share of
its worth that stands in for something that would have been bought."""

Kept = Annotated[float, BeforeValidator(share), Field(ge=0, le=1)]


@rule
def claim_rewards(
    customer: Record,
    member: Record,
    scheme: Record,
    ready: int,
    visit: Record,
    week: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """Take `ready` rewards, the units for them oldest first, unless it is put off or refused."""
    luck = uniforms(
        week.seed, week.replication, customer.who, _REDEEM, customer.occasions, scheme.instance
    )
    # Who knows that the rules will change does not put it off any longer.
    if luck[0] >= scheme.redeems and scheme.rules_until == inf:
        return
    if luck[1] >= scheme.kept:
        refuse(customer, scheme, beliefs, visit.now, tally)
        return
    take_units(member, ready * scheme.reward_at, flow)
    member.redeemed = ready
    visit.paid -= min(visit.paid, ready * scheme.reward_value * scheme.replaces)
    hand_over(customer, scheme, ready, beliefs, visit.now, tally)
    review_balance(member, scheme, visit.now)
