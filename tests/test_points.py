"""Units: oldest first, pending, menus, cash for what is missing, every expiry, cards, cashback."""

import numpy as np
import pytest
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of, record, scheme_of
from test_laws import booked, counted

from loyaltysim.record import CUSTOMER, FLOW, MEMBER, TALLY, VISIT, WEEK
from loyaltysim.rewards import cashback, missions, points, stamps, streak
from loyaltysim.rewards.balance import LOTS, add_units, take_units
from loyaltysim.rewards.goal import look_at_goal, progress_pull
from loyaltysim.simulation import Result, run

REWARD = {"reward_at": 100, "reward_cost": 1.0, "redeems_per_visit": "100%"}


class Buyer:
    """A member who is lived by hand, visit by visit."""

    def __init__(self, kind, programme, **beliefs):
        self.kind, self.scheme, self.beliefs = kind, scheme_of(programme), beliefs_of(**beliefs)
        self.customer = record(CUSTOMER, usual_gap=1.0, usual_basket=10.0, gaming=1.0, who=7)
        self.member, self.flow = record(MEMBER, joined=1, joined_at=0.0, felt=1.0), record(FLOW)
        self.week, self.tally = record(WEEK), record(TALLY)
        if hasattr(kind, "start"):
            kind.start(self.customer, self.member, self.scheme, 0.0, self.flow)

    def buys(self, now, paid=10.0):
        self.member.redeemed = 0
        visit = record(VISIT, now=now, usual=10.0, paid=paid)
        here = (self.customer, self.member, self.scheme)
        self.kind.lapse(*here, self.beliefs, now, self.flow, self.tally)
        if hasattr(self.kind, "claim"):
            self.kind.claim(*here, visit, self.week, self.beliefs, self.flow, self.tally)
        self.kind.earn(*here, visit, self.beliefs, self.flow, self.tally)
        self.customer.occasions += 1


def units(result: Result, place: int = 0) -> tuple[int, int, int]:
    """Units of a scheme that were issued, redeemed, and expired."""
    return tuple(int(n) for n in result.flows[:, place].sum(axis=(0, 1)))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=12), st.data())
def test_the_oldest_units_are_drawn_first(earned, data):
    member, flow = record(MEMBER), record(FLOW)
    scheme = scheme_of({"points": {"per_euro": 1, "expires_after": "52 weeks", **REWARD}})
    now, held = 0.0, []
    for gap, number in earned[: LOTS - 1]:
        # Within the validity, so that nothing expires.
        now = min(now + gap * scheme.lot_weeks, 12 * scheme.lot_weeks)
        add_units(member, scheme, number, now, flow)
        held += [int(now / scheme.lot_weeks)] * number
    taken = data.draw(st.integers(0, len(held)))
    take_units(member, taken, flow)
    left = held[taken:]
    for lot in range(int(now / scheme.lot_weeks) + 1):
        assert member.lots[lot % LOTS] == left.count(lot)


@given(st.lists(st.floats(0.1, 3.0), min_size=1, max_size=15), st.sampled_from([1.0, 2.0, 5.0]))
def test_points_that_wait_cannot_be_used_earlier(gaps, weeks):
    buyer = Buyer(points, {"points": {"per_euro": 10, "pending": f"{weeks} weeks", **REWARD}})
    earned = []
    for now in np.cumsum(gaps):
        before = buyer.flow.issued
        buyer.buys(now)
        ripe = sum(number for at, number in earned if at <= now - weeks)
        assert buyer.flow.redeemed <= ripe
        earned.append((now, buyer.flow.issued - before))


def test_points_that_have_waited_can_be_used():
    buyer = Buyer(points, {"points": {"per_euro": 10, "pending": "2 weeks", **REWARD}})
    for now in (0.0, 1.9):
        buyer.buys(now)
    assert buyer.flow.redeemed == 0
    buyer.buys(4.0)
    assert buyer.flow.redeemed == 200


@pytest.mark.parametrize(("largest", "typical"), [(6.0, 600), (2.0, 200)], ids=["better", "worse"])
def test_a_better_large_reward_is_what_people_save_for(largest, typical):
    menu = [{"at": 200, "reward_cost": 0.8, "reward_value": 1.0},
            {"at": 600, "reward_cost": 1.0, "reward_value": largest}]  # fmt: skip
    scheme = {"points": {"per_euro": 10, "menu": menu, "redeems_per_visit": "100%"}}
    result = run(small(programme={**scheme, "automatic": True}))
    redeemed = units(result)[1]
    assert counted(result, "rewarded").sum() > 100
    assert redeemed == typical * counted(result, "rewarded").sum()


@pytest.mark.parametrize(("price", "had"), [(0.01, 1), (0.05, 0)])
def test_missing_points_are_paid_where_that_is_the_better_bargain(price, had):
    # A reward worth 2.50 for 100 points makes a point worth 2.5 cents.
    terms = {"points": {"per_euro": 6, "cash_per_point": price, "cash_from": "50%", **REWARD}}
    buyer = Buyer(points, terms)
    buyer.buys(0.0)
    buyer.buys(1.0)
    assert (buyer.tally.rewarded, buyer.flow.redeemed) == (had, 60 * had)
    # The 40 that were missing are paid for, and are taken off the cost.
    assert buyer.tally.rewards == had * (1_000_000 - 400_000)


def test_too_few_points_cannot_be_made_up_with_cash():
    terms = {"points": {"per_euro": 4, "cash_per_point": 0.01, "cash_from": "50%", **REWARD}}
    buyer = Buyer(points, terms)
    buyer.buys(0.0)
    buyer.buys(1.0)
    assert buyer.tally.rewarded == 0


@pytest.mark.parametrize(("away", "kept"), [(7.9, True), (8.1, False)])
def test_unused_points_are_lost_when_the_grace_is_over(away, kept):
    terms = {"per_euro": 5, "expires_unused": "5 weeks", "grace": "3 weeks", **REWARD}
    buyer = Buyer(points, {"points": terms})
    buyer.buys(2.0)
    buyer.buys(2.0 + away)
    assert buyer.flow.expired == (0 if kept else 50)
    assert buyer.member.balance == (100 if kept else 50)


def test_on_a_fixed_date_all_points_expire_and_not_between():
    terms = {"per_euro": 3, "expires_every": "10 weeks", **REWARD}
    buyer = Buyer(points, {"points": terms})
    buyer.buys(1.0)
    buyer.buys(9.9)
    assert buyer.flow.expired == 0
    buyer.buys(10.1)
    assert (buyer.flow.expired, buyer.member.balance) == (60, 30)
    buyer.buys(19.9)
    assert buyer.flow.expired == 60


def test_points_that_expire_are_missed_like_money_that_was_taken():
    felt = {}
    for expires in (None, "10 weeks"):
        terms = {"per_euro": 3, "expires_every": expires, **REWARD}
        buyer = Buyer(points, {"points": terms})
        buyer.buys(1.0)
        buyer.buys(11.0)
        felt[expires] = buyer.customer.goodwill[0]
    assert felt[None] == 0.0
    assert felt["10 weeks"] < 0.0


def test_stamps_are_lost_with_the_card_alone():
    stamps = {"count": 6, "reward_cost": 1.0}
    lost = {}
    for rate in (0.0, 1.0, 4.0):
        programme = {"stamps": {**stamps, "cards_lost_per_year": rate}, "automatic": True}
        kept = {"sets_aside": 0.0}
        issued, _, expired = units(run(small(programme=programme, beliefs=kept)))
        lost[rate] = expired / issued
    assert lost[0.0] == 0.0
    assert 0.0 < lost[1.0] < lost[4.0]


def test_a_first_card_is_set_aside_as_often_as_is_believed():
    # Of those who come again and again: nobody at joining, then less often with each stamp.
    count, given, sets_aside, collectors = 5, 1, 0.3, 4000
    card = {"stamps": {"count": count, "head_start": given, "reward_cost": 1.0,
                       "redeems_per_visit": "100%"}}  # fmt: skip
    filled = []
    for who in range(collectors):
        buyer = Buyer(stamps, card, sets_aside=sets_aside)
        buyer.customer.who = who
        for visit in range(2 * count):
            buyer.buys(float(visit))
        assert (buyer.member.filled > 0) != (buyer.member.set_aside == 1)
        if buyer.member.set_aside:
            assert buyer.member.balance == 0
        filled.append(buyer.member.filled > 0)
    goes_on = [1.0 - sets_aside * (1.0 - held / count) for held in range(given + 1, count)]
    expected = float(np.prod(goes_on))
    error = np.sqrt(expected * (1.0 - expected) / collectors)
    assert abs(np.mean(filled) - expected) < 4.0 * error


def test_partners_pay_for_the_points_that_are_earned_there():
    terms = {"points_per_week": 10.0, "paid_per_point": 0.02}
    programme = {"points": {"partners": terms, "reward_at": 10**9, "reward_cost": 1.0}}
    result = run(small(programme={**programme, "automatic": True}))
    issued = units(result)[0]
    assert issued > 1000
    assert booked(result, "rewards").sum() == -20_000 * issued


def test_cashback_is_the_share_of_what_was_paid():
    programme = {"cashback": {"back": "3%", "paid_every": "4 weeks"}, "automatic": True}
    result = run(small(programme=programme))
    issued, redeemed, expired = units(result)
    purchases = counted(result, "purchases").sum()
    paid = booked(result, "revenue").sum() / 1e6
    assert purchases > 1000
    # Each amount is rounded to a cent, up or down alike: the sum of n has a variance of n / 12.
    assert abs(issued - 3.0 * paid) < 4.0 * np.sqrt(purchases / 12.0)
    assert booked(result, "rewards").sum() == 10_000 * redeemed
    assert expired == 0


def test_points_of_joining_are_a_head_start_and_small_purchases_earn_none():
    terms = {"per_euro": 1.0, **REWARD, "on_joining": 30, "from_amount": 8.0}
    buyer = Buyer(points, {"points": terms})
    assert (buyer.flow.issued, buyer.member.balance, buyer.scheme.given) == (30, 30, 1.0)
    buyer.buys(0.5, paid=7.9)
    assert buyer.member.balance == 30
    buyer.buys(1.5, paid=8.0)
    assert buyer.member.balance == 38


def test_small_amounts_of_cashback_are_kept_for_the_next_date():
    buyer = Buyer(cashback, {"cashback": {"back": "5%", "paid_every": "4 weeks", "paid_from": 1}})
    buyer.buys(1.0)
    buyer.buys(5.0)
    assert (buyer.flow.redeemed, buyer.member.balance) == (0, 100)
    buyer.buys(9.0)
    assert (buyer.flow.redeemed, buyer.member.balance) == (100, 50)


@pytest.mark.parametrize(
    ("kind", "terms", "pulls_until"),
    [
        (streak, {"streak": {"count": 4, "reward_cost": 1.0}}, 3.0),
        (missions, {"missions": {"period": "4 weeks", "stretch": "0%", "reward_cost": 1.0}}, 4.0),
    ],
)
def test_a_goal_that_is_lost_pulls_no_more(kind, terms, pulls_until):
    buyer = Buyer(kind, terms)
    here = (buyer.customer, buyer.member, buyer.scheme, buyer.beliefs)
    visit = record(VISIT, now=1.5, usual=10.0)
    for now in (0.5, 1.5):
        buyer.buys(now)
    look_at_goal(buyer.member, kind.aim(*here[:3], visit, buyer.beliefs))
    for now, pulls in ((pulls_until - 0.01, True), (pulls_until, False)):
        if kind is streak:
            assert streak.offer(*here, now) == 0.0
        assert (progress_pull(buyer.member, buyer.scheme, buyer.beliefs, now) > 0.0) == pulls


@given(st.lists(st.integers(0, 30), max_size=25), st.integers(2, 4))
def test_a_streak_counts_periods_in_a_row_and_starts_anew_after_a_gap(weeks, count):
    buyer = Buyer(streak, {"streak": {"count": count, "reward_cost": 1.0}})
    run_, last, rewards, missed = 0, None, 0, 0
    for week in sorted(weeks):
        buyer.buys(week + 0.5)
        if week == last:
            continue
        if run_ and week > last + 1:
            run_, missed = 0, missed + 1
        run_, last = run_ + 1, week
        if run_ == count:
            run_, rewards = 0, rewards + 1
        assert buyer.member.run == run_
    assert (buyer.tally.rewarded, buyer.tally.missed) == (rewards, missed)
    assert buyer.tally.rewards == rewards * 1_000_000
