"""A membership: one record per customer and scheme, and what happens to it at a purchase."""

from __future__ import annotations

from math import log
from typing import Any

from loyaltysim.behaviour.goodwill import move_goodwill, windfall
from loyaltysim.behaviour.sunk_cost import pay_fee
from loyaltysim.behaviour.worth import felt
from loyaltysim.mechanism import Record, declared, one_of, rule
from loyaltysim.rewards import audience, balance, claiming, goal, reward
from loyaltysim.rewards.programme import schemes
from loyaltysim.units import WEEKS_PER_YEAR

STATE = {
    "reluctance": float,
    "gaming": float,
    "member": int,
    "earn_boost": (float, 2),
    "paid_until": (float, 2),
    "tried": (int, 2),
    "first_joined_at": (float, 2),
}
"""Of the customer: log-odds of the share of people who are readier to join a programme, the share
who are readier to game its rules, and whether the customer is in the firm's; here and at rivals,
what a tier adds to the points earned, until when a membership that costs a fee is paid (week),
whether there has been one, and since when the customer has been a member at all."""

_OWN_STATE = {"joined": int, "joined_at": float}
_OWN_FIELDS = {
    "kind": int,
    "rival": int,
    "opens_at": float,
    "instance": int,
    "by_contact": int,
    "automatic": int,
    "join_log_odds": float,
    "given": float,
    "visible": int,
    "gaming_share": float,
    "joins_from": float,
    "joins_until": float,
    "closes_at": float,
    "rules_until": float,
    "known_at": float,
    "fee": int,
    "trial_weeks": float,
    "worth_share": float,
    "worth_per_visit": float,
}


class _Own:
    STATE = _OWN_STATE
    FIELDS = _OWN_FIELDS


_PARTS: Any = (_Own, audience, balance, claiming, goal, reward, *schemes())

MEMBER_STATE = declared(_PARTS, "STATE")
SCHEME_FIELDS = declared(_PARTS, "FIELDS")

_start = one_of(schemes(), "start", "customer, member, scheme, now, flow")
_lapse = one_of(schemes(), "lapse", "customer, member, scheme, beliefs, now, flow, tally")
_offer = one_of(schemes(), "offer", "customer, member, scheme, beliefs, now", 0.0)
_claim = one_of(schemes(), "claim", "customer, member, scheme, visit, week, beliefs, flow, tally")
_earn = one_of(schemes(), "earn", "customer, member, scheme, visit, beliefs, flow, tally")
_aim = one_of(schemes(), "aim", "customer, member, scheme, visit, beliefs", 0.0)
_introduced = one_of(schemes(), "introduced", "customer, member, scheme, beliefs, now, tally")
_change = one_of(schemes(), "change", "customer, member, scheme, beliefs, now, tally")
_arrive = one_of(schemes(), "arrive", "customer, member, scheme, week, beliefs, tally")


@rule
def wants_to_join(customer: Record, segment: Record, scheme: Record, beliefs: Record) -> bool:
    """Whether a customer would join: those who expect to gain more join first.

    The gain grows with one's own neutral pace of purchases there; at a typical pace the
    stated share would join. Where there is a fee, the gain is held against it.
    """
    if scheme.automatic == 1:
        return True
    odds = customer.firm_odds if scheme.rival == 0 else customer.rival_odds
    typical = segment.typical_pace if scheme.rival == 0 else segment.typical_rival_pace
    pace = customer.rate * odds / (1.0 + odds)
    relative_gain = log(max(pace, 1e-12) / typical)
    if scheme.fee > 0:
        worth = scheme.worth_share * customer.usual_basket + scheme.worth_per_visit
        relative_gain = log(max(WEEKS_PER_YEAR * pace * worth / (scheme.fee / 1000000.0), 1e-12))
        if relative_gain < 0.0:
            # However willing, nobody pays more than it is worth.
            return False
    return customer.reluctance < scheme.join_log_odds + beliefs.join_by_gain * relative_gain


@rule
def has_paid(
    customer: Record, segment: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> bool:
    """Whether a membership that costs a fee is in force, or is begun or renewed now.

    The first time is free for as long as the trial lasts.
    """
    side = scheme.rival
    if scheme.fee == 0 or now < customer.paid_until[side]:
        return True
    if not wants_to_join(customer, segment, scheme, beliefs):
        if side == 0:
            customer.member = 0
        return False
    if customer.tried[side] == 0 and scheme.trial_weeks > 0.0:
        customer.paid_until[side] = now + scheme.trial_weeks
    else:
        customer.paid_until[side] = now + WEEKS_PER_YEAR
        pay_fee(customer, side, scheme.fee / 1000000.0, customer.paid_until[side], beliefs)
        if side == 0:
            tally.revenue += scheme.fee
            customer.revenue += scheme.fee
    customer.tried[side] = 1
    return True


@rule
def is_open(scheme: Record, side: int, now: float) -> bool:
    """Whether a scheme of this side (0 the firm, 1 its rivals) runs at a date."""
    return scheme.rival == side and scheme.opens_at <= now < scheme.closes_at


@rule
def offer_of(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float
) -> float:
    """Log-rate of choosing whose scheme it is, by what it offers at this occasion."""
    if member.joined == 0 or now >= scheme.closes_at:
        return 0.0
    return _offer(scheme.kind, customer, member, scheme, beliefs, now)


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
    side = scheme.rival
    since = customer.first_joined_at[side] if customer.first_joined_at[side] > 0.0 else visit.now
    if since < scheme.joins_from or since >= scheme.joins_until:
        return
    if scheme.by_contact == 0 and not has_paid(
        customer, segment, scheme, beliefs, visit.now, tally
    ):
        if member.joined == 1:
            # Who does not renew loses what is held.
            balance.forfeit(member, flow)
            member.goal_size = 0.0
            member.joined = 0
        return
    if member.joined == 0:
        if scheme.by_contact == 0 and not wants_to_join(customer, segment, scheme, beliefs):
            return
        member.joined = 1
        member.joined_at = visit.now
        if scheme.by_contact == 0:
            customer.first_joined_at[side] = since
        if scheme.by_contact == 0 and scheme.rival == 0 and customer.member == 0:
            customer.member = 1
            tally.joined += 1
        _start(scheme.kind, customer, member, scheme, visit.now, flow)
    _lapse(scheme.kind, customer, member, scheme, beliefs, visit.now, flow, tally)
    _claim(scheme.kind, customer, member, scheme, visit, week, beliefs, flow, tally)


@rule
def collect(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """After paying: earn, and look at the goal as it stands now."""
    if member.joined == 0:
        return
    _earn(scheme.kind, customer, member, scheme, visit, beliefs, flow, tally)
    done = _aim(scheme.kind, customer, member, scheme, visit, beliefs)
    goal.look_at_goal(member, done)
    feel(customer, member, scheme, beliefs)


@rule
def feel(customer: Record, member: Record, scheme: Record, beliefs: Record) -> None:
    """How far the goal, or what is held, is felt: by its worth; a status is felt anyway."""
    worth = max(member.goal_value, worth_of_unit(scheme) * member.balance)
    member.felt = felt(worth, beliefs.worth_noticed, customer)
    if scheme.levels > 0 and beliefs.status_pull > 0.0:
        member.felt = 1.0


@rule
def at_stake(customer: Record, member: Record, scheme: Record) -> float:
    """How far something is at stake in a membership (0 to 1): units held, or a fee that was paid.

    Who is reached by a coupon or gift has paid nothing for it.
    """
    held = member.felt if member.balance > 0 else 0.0
    if scheme.fee > 0 and scheme.by_contact == 0 and member.joined == 1:
        held = max(held, customer.fee_felt[scheme.rival])
    return float(held)


@rule
def stake(here: float, there: float, beliefs: Record) -> float:
    """Log risk of leaving that something at stake here takes away, and at a rival adds.

    It counts once, however many schemes hold units: one programme was measured.
    """
    return beliefs.member_stays * (here - there)


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
    """Write off what has expired, and close the periods that have ended."""
    _lapse(scheme.kind, customer, member, scheme, beliefs, now, flow, tally)


@rule
def get_contact(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, tally: Record
) -> None:
    """Something reaches a person without a purchase: a coupon, a gift, praise."""
    member.joined = 1
    _arrive(scheme.kind, customer, member, scheme, week, beliefs, tally)


@rule
def get_introduction(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """Somebody whom the customer brought has bought."""
    if member.joined == 1:
        _introduced(scheme.kind, customer, member, scheme, beliefs, now, tally)


@rule
def worth_of_unit(scheme: Record) -> float:
    """What a unit of the balance is worth to the customer."""
    if scheme.reward_at == 0:
        return 0.0
    return scheme.reward_value / scheme.reward_at


@rule
def live_with_new_rules(
    customer: Record,
    member: Record,
    before: Record,
    scheme: Record,
    beliefs: Record,
    now: float,
    flow: Record,
    tally: Record,
) -> None:
    """The rules change for a member: what is held is worth more or less from now on.

    The worth that is lost is felt as money taken away, and the change as a promise that is
    not kept, in the proportion of what was lost; who joined when it was known already had been
    promised nothing beyond it. Balances stay, unless the programme closes.
    """
    # What was due under the old rules comes first.
    _lapse(before.kind, customer, member, before, beliefs, now, flow, tally)
    old, new = worth_of_unit(before), worth_of_unit(scheme)
    if now >= scheme.closes_at:
        new = 0.0
    promised = member.joined_at < scheme.known_at
    if old != new and member.balance > 0 and (promised or new > old):
        windfall(customer, scheme.rival, member.balance * (new - old), beliefs, now)
    if new < old and promised:
        share = 1.0 - new / old
        move_goodwill(customer, scheme.rival, -beliefs.promise_pull * share, beliefs, now)
    if now >= scheme.closes_at:
        left = (customer.fee_until[scheme.rival] - now) / WEEKS_PER_YEAR
        if left > 0.0:
            customer.fee_until[scheme.rival] = now
            if promised:
                lost = left * scheme.fee / 1000000.0
                windfall(customer, scheme.rival, -lost, beliefs, now)
        balance.forfeit(member, flow)
        member.goal_size = 0.0
        member.joined = 0
        if scheme.rival == 0:
            customer.member = 0
    elif scheme.reward_at > 0:
        if scheme.lot_weeks != before.lot_weeks:
            balance.start_lots_anew(member, scheme, now)
        if member.goal_size > 0.0:
            member.goal_size = float(scheme.reward_at)
            member.goal_value = scheme.reward_value
            balance.review_balance(member, scheme, now)
        feel(customer, member, scheme, beliefs)
    _change(scheme.kind, customer, member, scheme, beliefs, now, tally)
