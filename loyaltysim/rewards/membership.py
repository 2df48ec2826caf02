"""A membership: one record per customer and scheme, and what happens to it at a purchase."""

from __future__ import annotations

from math import log
from typing import Any

from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, declared, one_of, rule, seam
from loyaltysim.rewards import balance, goal
from loyaltysim.rewards.programme import schemes

DECISIONS = {"redeem": 20}
_REDEEM = DECISIONS["redeem"]

STATE = {"reluctance": float, "member": int}
"""Of the customer: log-odds of the share of people who are readier to join a programme, and
whether the customer has joined the firm's."""

_OWN_STATE = {"joined": int, "joined_at": float, "redeemed": int}
_OWN_FIELDS = {
    "kind": int,
    "rival": int,
    "opens_at": float,
    "automatic": int,
    "join_log_odds": float,
    "reward_at": int,
    "reward_cost": int,
    "reward_value": float,
    "redeems": float,
    "replaces": float,
    "given": float,
}


class _Own:
    STATE = _OWN_STATE
    FIELDS = _OWN_FIELDS


_PARTS: Any = (_Own, balance, goal, *schemes())

MEMBER_STATE = declared(_PARTS, "STATE")
SCHEME_FIELDS = declared(_PARTS, "FIELDS")

_start = one_of(seam(schemes(), "start"), "member, scheme, now, flow")
_lapse = one_of(seam(schemes(), "lapse"), "member, scheme, now, flow")
_redeem = one_of(seam(schemes(), "redeem"), "member, scheme, flow")
_earn = one_of(seam(schemes(), "earn"), "member, scheme, visit, now, flow")
_aim = one_of(seam(schemes(), "aim"), "member, scheme, visit")


@rule
def wants_to_join(customer: Record, segment: Record, scheme: Record, beliefs: Record) -> bool:
    """Whether a customer would join: those who expect to gain more join first.

    The gain grows with one's own neutral pace of purchases there, so it is decided
    once; at a typical pace the stated share would join.
    """
    if scheme.automatic == 1:
        return True
    odds = customer.firm_odds if scheme.rival == 0 else customer.rival_odds
    typical = segment.typical_pace if scheme.rival == 0 else segment.typical_rival_pace
    pace = customer.rate * odds / (1.0 + odds)
    relative_gain = log(max(pace, 1e-12) / typical)
    return customer.reluctance < scheme.join_log_odds + beliefs.join_by_gain * relative_gain


@rule
def is_open(scheme: Record, side: int, now: float) -> bool:
    """Whether a scheme of this side (0 the firm, 1 its rivals) runs at a date."""
    return scheme.rival == side and now >= scheme.opens_at


@rule
def settle_claims(
    customer: Record,
    member: Record,
    segment: Record,
    scheme: Record,
    visit: Record,
    week: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """Before paying: join, let expire what is due, and take the reward if one is ready."""
    member.redeemed = 0
    if member.joined == 0:
        if not wants_to_join(customer, segment, scheme, beliefs):
            return
        member.joined = 1
        member.joined_at = visit.now
        if scheme.rival == 0 and customer.member == 0:
            customer.member = 1
            tally.joined += 1
        _start(scheme.kind, member, scheme, visit.now, flow)
    _lapse(scheme.kind, member, scheme, visit.now, flow)
    if member.balance < scheme.reward_at:
        return
    instance = 2 * scheme.kind + scheme.rival
    luck = uniforms(
        week.seed, week.replication, customer.who, _REDEEM, customer.occasions, instance
    )
    if luck[0] >= scheme.redeems:
        return
    member.redeemed = _redeem(scheme.kind, member, scheme, flow)
    visit.paid -= min(visit.paid, member.redeemed * scheme.reward_value * scheme.replaces)
    if scheme.rival == 0:
        cost = member.redeemed * scheme.reward_cost
        tally.rewards += cost
        tally.rewarded += member.redeemed
        customer.rewards += cost


@rule
def collect(member: Record, scheme: Record, visit: Record, flow: Record) -> None:
    """After paying: earn, and look at the goal as it stands now."""
    if member.joined == 0:
        return
    _earn(scheme.kind, member, scheme, visit, visit.now, flow)
    _aim(scheme.kind, member, scheme, visit)
    _look_at_goal(member, scheme, visit.now)


@rule
def _look_at_goal(member: Record, scheme: Record, now: float) -> None:
    """How far the goal is, and until when the units that count towards it are kept."""
    member.goal_due = balance.kept_until(member, scheme, now)
    goal.look_at_goal(member)


@rule
def holds(member: Record, scheme: Record) -> int:
    """1 for units held here, 2 for units held at a rival, 0 for none; `or` joins several."""
    return (1 + scheme.rival) * (member.balance > 0)


@rule
def stake(held: int, beliefs: Record) -> float:
    """Log risk of leaving that something at stake here takes away, and at a rival adds.

    It counts once, however many schemes hold units: one programme was measured.
    """
    return beliefs.member_stays * ((held & 1) - (held >> 1))


@rule
def lapse(member: Record, scheme: Record, now: float, flow: Record) -> None:
    """Write off what has expired; the goal moves away with it."""
    _lapse(scheme.kind, member, scheme, now, flow)
    if member.goal_size > 0.0:
        _look_at_goal(member, scheme, now)
