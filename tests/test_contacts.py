"""What reaches people, and what firms promise: coupons, gifts, thanks, perks, referral, fees."""

import itertools

import numpy as np
import pytest
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of, record, scheme_of
from test_laws import all_at, booked, counted

from loyaltysim.behaviour.sunk_cost import pay_fee, use_what_was_paid
from loyaltysim.ledger import ACCOUNTS
from loyaltysim.record import CUSTOMER, MEMBER, SEGMENT, TALLY, VISIT, WEEK
from loyaltysim.rewards import coupons, gifts, membership, referral
from loyaltysim.rewards.audience import People
from loyaltysim.rewards.coupons import Terms
from loyaltysim.simulation import run

REWARDS = ACCOUNTS.index("rewards")
COUPON = {"off": "20%", "valid": "4 weeks", "noticed": "100%"}
GIFT = {"reward_cost": 2.0, "reward_value": 5.0}


@pytest.mark.parametrize(("gaming", "used"), [(1.0, 1), (0.0, 2)], ids=["honest", "gaming"])
def test_a_coupon_is_used_once_and_twice_by_those_who_game(gaming, used):
    scheme = scheme_of({"coupons": COUPON, "gaming_share": "50%"})
    customer, member = record(CUSTOMER, gaming=gaming, usual_basket=10.0), record(MEMBER, joined=1)
    week, tally, beliefs = record(WEEK), record(TALLY), beliefs_of()
    coupons.arrive(customer, member, scheme, week, beliefs, tally)
    on_deal = []
    for day in range(1, 6):
        visit = record(VISIT, now=day / 7.0, paid=10.0)
        coupons.claim(customer, member, scheme, visit, week, beliefs, None, tally)
        on_deal.append(visit.discount == pytest.approx(2.0))
    assert on_deal == [True] * used + [False] * (5 - used)


@pytest.mark.parametrize(("now", "paid"), [(4.0, 10.0), (1.0, 7.9)], ids=["too late", "too small"])
def test_a_coupon_has_its_limits(now, paid):
    scheme = scheme_of({"coupons": {**COUPON, "from_amount": 8.0}})
    customer, member, week = record(CUSTOMER), record(MEMBER, joined=1), record(WEEK)
    coupons.arrive(customer, member, scheme, week, beliefs_of(), record(TALLY))
    visit = record(VISIT, now=now, paid=paid)
    coupons.claim(customer, member, scheme, visit, week, beliefs_of(), None, record(TALLY))
    assert visit.discount == 0.0


def people(**fields) -> np.ndarray:
    """Ten people, alike but for these fields."""
    ten = np.zeros(10, CUSTOMER)
    usual = {"usual_gap": 1.0, "usual_basket": 10.0, "first_at": -np.inf, "last_at": -np.inf}
    for name, value in (usual | fields).items():
        ten[name] = value
    return ten


AUDIENCES = {
    "everybody": ({"to": "everybody"}, range(10)),
    "customers": ({"to": "customers"}, [0, 1, 2, 3]),
    "new": ({"to": "new"}, [3]),
    "new for long": ({"to": "new", "new_for": "30 weeks"}, [2, 3]),
    "members": ({"to": "members"}, [1, 9]),
    "best": ({"to": "best", "best": "25%"}, [2]),
    "lapsed": ({"to": "lapsed"}, [4, 5]),
}


@pytest.mark.parametrize("name", AUDIENCES)
def test_those_are_reached_who_should_be(name):
    terms, chosen = AUDIENCES[name]
    ten = people(
        purchases=[5, 5, 5, 1, 9, 1, 0, 0, 0, 0],
        first_at=[0.0, 0.0, 25.0, 49.0, 0.0, 1.0, *[-np.inf] * 4],
        last_at=[49.0, 49.0, 49.0, 49.0, 40.0, 1.0, *[-np.inf] * 4],
        usual_basket=[1.0, 2.0, 9.0, 1.0, 99.0, 99.0, 9.0, 9.0, 9.0, 9.0],
        member=[0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
    )
    reached = People(ten, (1, 0), week=50).reached(Terms(**COUPON, **terms), False)
    assert np.flatnonzero(reached).tolist() == list(chosen)


def test_reaching_people_costs_the_same_whether_they_look_or_not():
    cost = {}
    for noticed in ("0%", "100%"):
        scheme = {**COUPON, "noticed": noticed, "to": "everybody", "cost_per_contact": 0.3}
        result = run(small(programme={"coupons": scheme}))
        cost[noticed] = booked(result, "rewards").sum()
        assert cost[noticed] == 300_000 * len(result.customers)
        assert (counted(result, "discounts").sum() > 0) == (noticed == "100%")


def test_a_birthday_comes_once_a_year():
    programme = {"gifts": {**GIFT, "on": "birthday", "to": "everybody"}}
    for years in (1, 2):
        result = run(small(programme=programme, horizon=f"{years} years"))
        may_buy = result.customers["never"] == 0
        assert (result.customers["rewards"][may_buy] == years * 2_000_000).all()
        assert counted(result, "rewarded").sum() == years * may_buy.sum()


def test_an_expected_gift_pleases_less():
    scheme = scheme_of({"gifts": GIFT})
    customer = record(CUSTOMER, usual_basket=10.0, purchases=3)
    beliefs, pleased = beliefs_of(), []
    for _ in range(4):
        before = customer.goodwill[0]
        gifts._give(customer, scheme, beliefs, 0.0, record(TALLY))
        pleased.append(customer.goodwill[0] - before)
    assert pleased[0] == pytest.approx(beliefs.gift_pull * (1.0 + np.log(1.5)))
    for one, following in itertools.pairwise(pleased):
        assert following == pytest.approx(one * (1.0 - beliefs.gift_habit))


def test_a_gift_of_nothing_pleases_nobody():
    scheme = scheme_of({"gifts": {**GIFT, "reward_cost": 0.0, "reward_value": 0.0}})
    customer = record(CUSTOMER, usual_basket=10.0, purchases=3)
    gifts._give(customer, scheme, beliefs_of(), 0.0, record(TALLY))
    assert customer.goodwill[0] == 0.0


def test_gifts_by_another_name_are_expected_as_well():
    def bought(programme: dict) -> int:
        return counted(run(small(programme=programme, market={"people": 800})), "purchases").sum()

    gift = {"on": "dates", "to": "customers", **GIFT}
    one = {"gifts": {**gift, "every": "4 weeks"}}
    named = [{"name": str(k), "gifts": {**gift, "from_week": 4 * k}} for k in range(7)]
    assert bought({"campaigns": named}) == pytest.approx(bought(one), rel=0.01)


def test_a_campaign_keeps_its_luck_whatever_other_campaigns_there_are():
    surprise = {"gifts": {**GIFT, "on": "surprise", "per_year": 4.0}}
    first, second = {"name": "first", **surprise}, {"name": "second", **surprise}
    alone, both = (
        run(small(programme={"campaigns": some}, beliefs={"gift_pull": 0.0}))
        for some in ([second], [first, second])
    )
    cost = both.customers["rewards"] - alone.customers["rewards"]
    other = run(small(programme={"campaigns": [first]}, beliefs={"gift_pull": 0.0}))
    assert (cost == other.customers["rewards"]).all()
    assert (alone.customers["rewards"] != other.customers["rewards"]).mean() > 0.3


def test_a_gift_of_a_stranger_puts_off():
    scheme, beliefs = scheme_of({"gifts": GIFT}), beliefs_of()
    customer = record(CUSTOMER, usual_basket=10.0)
    gifts._give(customer, scheme, beliefs, 0.0, record(TALLY))
    assert customer.goodwill[0] < 0.0


def test_a_gift_that_is_seen_pleases_more():
    felt = {}
    for visible in (False, True):
        scheme = scheme_of({"gifts": {**GIFT, "visible": visible}})
        customer, tally = record(CUSTOMER, usual_basket=10.0, purchases=1), record(TALLY)
        gifts._give(customer, scheme, beliefs_of(), 0.0, tally)
        felt[visible] = customer.goodwill[0]
        assert tally.favours_seen == visible
    assert felt[True] == pytest.approx(felt[False] * (1.0 + beliefs_of().visible_pull))


def test_thanks_do_nothing_unless_somebody_believes_so():
    thanks = {"recognition": {"form": "thanks", "every": "2 weeks"}}
    nothing = run(small())
    for pull, differs in ((None, False), (0.05, True)):
        beliefs = {} if pull is None else {"thanks_pull": pull}
        thanked = run(small(programme=thanks, beliefs=beliefs))
        assert (thanked.ledger != nothing.ledger).any() == differs
    assert counted(thanked, "purchases").sum() > counted(nothing, "purchases").sum()


def test_a_hotline_shortens_the_wait_of_those_who_have_it():
    service = {"failure_per_visit": "20%", "response_hours": 48.0, "desk": {"agents": 50}}
    hours = {}
    for name, perks in {"none": None, "hotline": {"hotline_hours": 1.0}}.items():
        programme = None if perks is None else {"perks": {**perks, "to": "everybody"}}
        result = run(small(programme=programme, firm={"service": service}, beliefs={"voice": 1.0}))
        answers = result.desk[:, 1]
        hours[name] = np.median(answers[np.isfinite(answers)])
    assert hours["hotline"] < 2.0 < 10.0 < hours["none"]


TALK = {"recommends_per_year": 30.0, "word_heeded": 1.0}
MARKET = {"start": all_at("repeat") | {"suspect": "50%", "repeat": "50%"}}


def referred(**terms):
    scheme = {"reward_cost": 3.0, "reward_value": 0.0, **terms}
    programme = {"referral": scheme, "automatic": True}
    return run(small(programme=programme, beliefs=TALK, market=MARKET))


def test_who_brings_a_customer_is_rewarded_once_for_each():
    result = referred()
    invited = (result.customers["invited_by"] > 0) & (result.customers["purchases"] > 0)
    assert invited.sum() > 10
    # Of those who were brought, some were brought by people who are no members.
    rewards = counted(result, "rewarded").sum()
    assert 0 < rewards <= invited.sum()
    assert booked(result, "rewards").sum() == 3_000_000 * rewards
    assert counted(result, "discounts").sum() == 0


def test_both_sides_gain_where_both_are_promised():
    result = referred(welcome_off="20%")
    off = result.customers["discounts"] > 0
    assert off.any()
    assert (result.customers["invited_by"][off] > 0).all()
    # A fifth off one purchase.
    assert (result.customers["discounts"][off] < 20_000_000).all()


def test_false_referrals_are_paid_for_and_a_cap_holds():
    plain, false, capped = referred(), referred(false_share="50%"), referred(most_per_year=1)
    assert booked(false, "rewards").sum() == 2 * booked(plain, "rewards").sum()
    most = capped.customers["rewards"].max()
    assert most == 3_000_000 < plain.customers["rewards"].max()


def test_a_rival_pays_nobody_for_customers_of_the_firm():
    scheme = scheme_of({"referral": {"reward_cost": 3.0, "false_share": "50%"}})
    scheme.rival = 1
    customer, tally = record(CUSTOMER, usual_gap=1.0, usual_basket=9.0), record(TALLY)
    member = record(MEMBER, joined=1)
    referral.introduced(customer, member, scheme, beliefs_of(), 1.0, tally)
    assert (customer.goodwill[1], customer.rewards, tally.rewards) == (0.0, 0, 0)


def test_campaigns_of_one_kind_reach_people_each_by_itself():
    one = {"on": "dates", "to": "everybody", "from_week": 3, **GIFT}
    more = {"name": "spring", "gifts": {**one, "from_week": 9, "reward_cost": 1.0}}
    both = run(small(programme={"gifts": one, "campaigns": [more]}))
    assert both.business.programme.versions[1].name == "gifts, spring"
    rewards = both.ledger[:, :, REWARDS].sum(axis=1)
    may_buy = (both.customers["never"] == 0).sum()
    assert rewards[[3, 9]].tolist() == [2_000_000 * may_buy, 1_000_000 * may_buy]
    # By a name of its own or not, a campaign is the same.
    named = run(small(programme={"campaigns": [{"name": "first", "gifts": one}, more]}))
    assert (named.ledger == both.ledger).all()


def test_two_campaigns_have_luck_of_their_own():
    # Who notices one coupon does not therefore notice the other.
    coupon = {**COUPON, "to": "everybody", "noticed": "50%"}
    more = {"name": "again", "coupons": coupon}
    market = {"people": 2000, "start": all_at("suspect")}
    both = {"coupons": coupon, "campaigns": [more]}
    result = run(small(programme=both, market=market, horizon="1 weeks"))
    noticed = result.members["coupon_until"][result.customers["never"] == 0] > 0.0
    assert abs(np.corrcoef(noticed[:, 0], noticed[:, 1])[0, 1]) < 0.1


# What a programme costs, and promises


POINTS = {"per_euro": 10, "reward_at": 300, "reward_cost": 2.0, "redeems_per_visit": "100%"}


# Worth so much that everybody pays for it, by those who would not spend a cent more for it.
WANTED = {"discount": {"off": "50%"}, "joins": "100%", "fee_per_year": 4.0}
CALM = {"deal_response": 0.0, "deal_wait": 0.0, "price_response": 0.0, "member_stays": 0.0}


def test_fees_are_revenue_and_a_trial_is_free():
    calm = {**CALM, "sunk_cost_pull": 0.0}
    free = run(small(programme={**WANTED, "fee_per_year": 0.0}, beliefs=calm))
    joined = counted(free, "joined").sum()
    for trial, payers in ((None, joined), ("30 weeks", 0)):
        terms = {**WANTED, "fee_per_year": 0.01, "trial": trial}
        paid = run(small(programme=terms, beliefs=calm))
        fees = booked(paid, "revenue").sum() - booked(free, "revenue").sum()
        assert counted(paid, "joined").sum() == joined
        assert fees == 10_000 * payers
        assert counted(paid, "purchases").sum() == counted(free, "purchases").sum()


def test_a_fee_that_was_paid_is_made_use_of_and_a_trial_or_a_cent_is_not():
    bought = {
        fee: counted(
            run(small(programme={**WANTED, "fee_per_year": fee, "trial": trial}, beliefs=CALM)),
            "purchases",
        ).sum()
        for fee, trial in ((0.0, None), (4.0, None), (0.01, None), (3.0, "30 weeks"))
    }
    assert bought[4.0] > 1.02 * bought[0.0]
    assert bought[0.01] == pytest.approx(bought[0.0], rel=0.002)
    assert bought[3.0] == bought[0.0]


def test_however_willing_nobody_pays_more_than_it_can_be_worth():
    result = run(small(programme={**WANTED, "discount": {"off": "1%"}, "fee_per_year": 1000.0}))
    assert counted(result, "joined").sum() == 0


def test_a_fee_is_written_off_evenly():
    customer, beliefs = record(CUSTOMER, usual_basket=10.0), beliefs_of()
    pay_fee(customer, 1, 1000.0, 62.0, beliefs)
    pulls = [use_what_was_paid(customer, 1, beliefs, now) for now in (10.0, 36.0, 62.0, 80.0)]
    assert pulls == pytest.approx([beliefs.sunk_cost_pull, 0.5 * beliefs.sunk_cost_pull, 0.0, 0.0])
    assert use_what_was_paid(customer, 0, beliefs, 10.0) == 0.0


def test_those_who_expect_less_than_the_fee_do_not_join():
    members = []
    for fee in (0.01, 10.0, 1000.0):
        result = run(small(programme={"discount": {"off": "5%"}, "fee_per_year": fee}))
        joined = result.customers["member"] == 1
        members.append(joined.sum())
        if 10 < joined.sum() < 190:
            worth = result.customers["rate"] * result.customers["usual_basket"]
            assert worth[joined].mean() > worth[~joined].mean()
    assert members[0] > members[1] > members[2]


def test_who_is_only_reached_has_no_paid_membership_at_stake():
    terms = {"discount": {"off": "5%"}, "fee_per_year": 10.0}
    unnoticed = {"coupons": {**COUPON, "to": "everybody", "noticed": "0%"}}
    alone, reached = (run(small(programme={**terms, **more})) for more in ({}, unnoticed))
    assert 0 < (alone.customers["member"] == 1).sum() < len(alone.customers)
    assert counted(reached, "purchases").sum() == counted(alone, "purchases").sum()


SPENDERS = {
    "points": {"points": POINTS},
    "cashback": {"cashback": {"back": "20%", "paid_every": "1 weeks"}},
    "streak": {"streak": {"count": 2, "reward_cost": 2.0}},
    "missions": {"missions": {"period": "2 weeks", "stretch": "-50%", "reward_cost": 2.0}},
    "gifts": {"gifts": {**GIFT, "on": "surprise", "per_year": 20.0}},
    "large orders": {"gifts": {**GIFT, "on": "large_order", "from_amount": 5.0}},
    "coupons": {"coupons": {**COUPON, "every": "1 weeks", "cost_per_contact": 0.5}},
}


@pytest.mark.parametrize("kind", SPENDERS)
def test_rewards_stop_soon_after_the_budget_is_spent(kind):
    free = run(small(programme={**SPENDERS[kind], "automatic": True}))
    by_week = free.ledger[:, :, REWARDS].sum(axis=1) / 1e6
    budget = by_week.sum() / 3.0
    terms = {**SPENDERS[kind], "automatic": True, "budget_per_year": budget}
    spent = run(small(programme=terms)).ledger[:, :, REWARDS].sum(axis=1) / 1e6
    over = np.flatnonzero(spent.cumsum() >= budget)
    assert over.size > 3
    # What is on its way in the week in which it is spent comes on top.
    assert (spent[over[0] + 1 :] == 0.0).all()


def test_a_share_of_the_rewards_that_are_asked_for_is_refused():
    result = run(small(programme={"points": POINTS, "automatic": True, "kept": "70%"}))
    had = result.flows[..., 1].sum() > 0
    asked = (result.customers["rewards"] > 0).sum()
    refused, rewarded = counted(result, "refused").sum(), counted(result, "rewarded").sum()
    assert had
    assert asked > 50
    # Several rewards may be taken at once, so there are at least as many as askings that were met.
    share = refused / (refused + rewarded)
    n = refused + rewarded
    assert share < 0.3 + 4.0 * np.sqrt(0.21 / n)
    assert refused > 50
    kept = run(small(programme={"points": POINTS, "automatic": True}))
    assert counted(kept, "refused").sum() == 0


def test_favours_that_are_seen_are_envied_by_those_without():
    perks = {"value_per_visit": 2.0, "to": "best", "visible": True, "every": "4 weeks"}
    mean = {}
    for name, terms in {
        "hidden": {"perks": {**perks, "visible": False}},
        "seen": {"perks": perks},
        "explained": {"perks": perks, "clear_rules": True},
    }.items():
        customers = run(small(programme=terms)).customers
        without = customers["favoured_until"] == 0.0
        assert 5 < (~without).sum() < without.sum()
        mean[name] = customers["envy"][without & (customers["purchases"] > 0)].mean()
        always = customers["favoured_until"] > 30.0
        assert customers["envy"][always].mean() <= mean[name]
    assert mean["hidden"] == 0.0
    assert mean["seen"] > mean["explained"] > 0.0


@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_more_to_gain_never_makes_fewer_join(fee, gain):
    scheme = scheme_of({"discount": {"off": "5%"}, "fee_per_year": fee})
    beliefs = beliefs_of()
    joins = [
        membership.wants_to_join(
            record(CUSTOMER, rate=1.0, firm_odds=1.0, usual_basket=basket, reluctance=0.3),
            record(SEGMENT, typical_pace=1.0, typical_rival_pace=1.0), scheme, beliefs,
        )
        for basket in (gain, 2.0 * gain)
    ]  # fmt: skip
    assert joins[0] <= joins[1]
