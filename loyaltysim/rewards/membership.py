"""A membership: one record per customer and scheme, and what happens to it at a purchase."""

from __future__ import annotations

from math import inf, log
from typing import Any

import numpy as np

from loyaltysim.draws import uniforms
from loyaltysim.ledger import MICRO, PROGRAMME_RUNNING, REWARDS, micros
from loyaltysim.mechanism import Record, declared, one_of, rule, seam
from loyaltysim.rewards import balance, goal
from loyaltysim.rewards.programme import ProgrammeCosts, schemes

DECISIONS = {"redeem": 20}
_REDEEM = DECISIONS["redeem"]

_OWN_STATE = {"joined": int, "joined_at": float, "redeemed": int}
_OWN_FIELDS = {
    "kind": int,
    "rival": int,
    "opens_at": float,
    "automatic": int,
    "join_log_odds": float,
    "typical_gap": float,
    "reward_at": int,
    "reward_cost": int,
    "reward_value": float,
    "redeems": float,
    "replaces": float,
    "checkout_cost": int,
    "given": float,
}


class _Own:
    STATE = _OWN_STATE
    FIELDS = _OWN_FIELDS


_PARTS: Any = (_Own, balance, goal, *schemes())

MEMBER_STATE = declared(_PARTS, "STATE")
SCHEME_FIELDS = declared(_PARTS, "FIELDS")

_start = one_of(seam(schemes(), "start"), "member, scheme, now, flows")
_lapse = one_of(seam(schemes(), "lapse"), "member, scheme, now, flows")
_redeem = one_of(seam(schemes(), "redeem"), "member, scheme, flows")
_earn = one_of(seam(schemes(), "earn"), "member, scheme, visit, now, flows")
_aim = one_of(seam(schemes(), "aim"), "member, scheme, visit, now")


@rule
def wants_to_join(customer: Record, scheme: Record, beliefs: Record) -> bool:
    """Whether a customer would join: those who expect to gain more join first.

    The gain grows with one's own pace; at a typical pace the stated share would.
    """
    if scheme.automatic == 1:
        return True
    relative_gain = log(scheme.typical_gap / customer.usual_gap)
    return customer.reluctance < scheme.join_log_odds + beliefs.join_by_gain * relative_gain


@rule
def settle_claims(
    customer: Record, member: Record, scheme: Record, visit: Record, book: Record, flows: Record
) -> None:
    """Before paying: join, let expire what is due, and take the reward if one is ready."""
    member.redeemed = 0
    if member.joined == 0:
        if not wants_to_join(customer, scheme, visit):
            return
        member.joined = 1
        member.joined_at = visit.now
        _start(scheme.kind, member, scheme, visit.now, flows)
    _lapse(scheme.kind, member, scheme, visit.now, flows)
    if member.balance < scheme.reward_at:
        return
    luck = uniforms(
        visit.seed, visit.replication, customer.who, _REDEEM, customer.occasions, visit.instance
    )
    if luck[0] >= scheme.redeems:
        return
    member.redeemed = _redeem(scheme.kind, member, scheme, flows)
    worth = member.redeemed * scheme.reward_value * scheme.replaces
    visit.paid -= min(visit.paid, worth)
    if scheme.rival == 0:
        cost = member.redeemed * scheme.reward_cost
        book[REWARDS] += cost
        customer.rewards += cost
