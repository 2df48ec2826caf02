"""Status and personal targets: levels are conserved, falls hurt more, and targets are one's own."""

from math import ceil

import numpy as np
import pytest
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from programmes import LEVELS, beliefs_of, record, scheme_of
from test_laws import counted
from test_points import Buyer

from loyaltysim.record import CUSTOMER, FLOW, MEMBER, TALLY
from loyaltysim.rewards import missions, tiers
from loyaltysim.rewards.tiers import standing_above
from loyaltysim.simulation import run

CROWDS = st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5)


@pytest.mark.parametrize("soft", [True, False])
def test_members_in_a_tier_are_those_promoted_and_not_demoted(soft):
    levels = [{"name": "silver", "at": 60}]
    scheme = {"tiers": {"levels": levels, "period": "6 weeks", "soft_landing": soft}}
    result = run(small(programme={**scheme, "automatic": True}, horizon="40 weeks"))
    promoted, demoted = counted(result, "promoted").sum(), counted(result, "demoted").sum()
    assert demoted > 20
    assert promoted - demoted == (result.members["tier"][:, 0] == 1).sum()


@pytest.mark.parametrize(("soft", "left"), [(True, 2), (False, 0)])
def test_a_soft_landing_is_one_level_down(soft, left):
    scheme = scheme_of({"tiers": {"levels": LEVELS, "period": "4 weeks", "soft_landing": soft}})
    customer, flow, tally = record(CUSTOMER), record(FLOW), record(TALLY)
    member = record(MEMBER, joined=1, tier=3, counted=0.0)
    tiers.lapse(customer, member, scheme, beliefs_of(), 5.0, flow, tally)
    assert (member.tier, tally.demoted) == (left, 1)


def test_a_soft_landing_stops_at_the_level_that_was_earned():
    for soft in (True, False):
        scheme = scheme_of({"tiers": {"levels": LEVELS, "period": "4 weeks", "soft_landing": soft}})
        member = record(MEMBER, joined=1, tier=3, counted=6.0)
        flow, tally = record(FLOW), record(TALLY)
        tiers.lapse(record(CUSTOMER), member, scheme, beliefs_of(), 5.0, flow, tally)
        assert member.tier == 2


@given(CROWDS, st.integers(0, 4), st.floats(0.0, 1.0))
def test_a_crowd_lowers_status_and_one_more_level_below_raises_it(crowd, tier, more):
    levels = [{"name": str(k), "at": k + 1} for k in range(5)]
    scheme = scheme_of({"tiers": {"levels": levels}})
    scheme.crowd[:] = crowd
    before = standing_above(scheme, tier)
    assert 0.0 <= before <= tier
    assert standing_above(scheme, tier + 1) >= before
    if tier:
        scheme.crowd[tier - 1] = max(crowd[tier - 1], more)
        assert standing_above(scheme, tier) <= before


def test_a_fall_hurts_more_than_the_rise_pleased():
    scheme = scheme_of({"tiers": {"levels": LEVELS[:1]}})
    customer, member, beliefs = record(CUSTOMER), record(MEMBER), beliefs_of()
    tiers._move_to(customer, member, scheme, 1, beliefs, 0.0)
    pleased = customer.goodwill[0]
    tiers._move_to(customer, member, scheme, 0, beliefs, 0.0)
    hurt = pleased - customer.goodwill[0]
    assert pleased > 0.0
    assert hurt == pytest.approx(beliefs.loss_weight * pleased)
    assert customer.earn_boost[0] == 0.0


def test_a_higher_tier_earns_more_points():
    levels = [{"name": "silver", "at": 1e9}]
    issued = {}
    for at in (1e9, 1e-6):
        levels = [{"name": "silver", "at": at, "earns": "200%"}]
        points = {"per_euro": 10, "reward_at": 10**9, "reward_cost": 0.0}
        programme = {"points": points, "tiers": {"levels": levels}, "automatic": True}
        beliefs = {"status_pull": 0.0, "status_change_pull": 0.0}
        result = run(small(programme=programme, beliefs=beliefs))
        issued[at] = result.flows[..., 0].sum() / (result.counts[:, :, 2].sum())
    # All but each member's first purchase earn twice as much.
    assert 1.7 < issued[1e-6] / issued[1e9] < 2.0


def test_fewer_hold_a_level_that_needs_more():
    held = []
    for at in (20, 60, 200):
        scheme = {"tiers": {"levels": [{"name": "silver", "at": at}], "period": "10 weeks"}}
        members = run(small(programme={**scheme, "automatic": True})).members
        held.append((members["tier"] == 1).sum())
    assert held[0] > held[1] > held[2] > 0


@given(st.floats(0.2, 10.0), st.sampled_from([-0.5, 0.0, 0.2, 1.0]), st.floats(0.0, 20.0))
def test_a_target_follows_ones_own_pace(gap, stretch, joined_at):
    scheme = scheme_of({"missions": {"period": "5 weeks", "stretch": stretch, "reward_cost": 1.0}})
    customer, member = record(CUSTOMER, usual_gap=gap), record(MEMBER)
    missions.start(customer, member, scheme, joined_at, record(FLOW))
    left = 5.0 - joined_at % 5.0
    assert member.target >= 1.0
    assert member.target == pytest.approx(max(ceil(left / gap * (1 + stretch) - 1e-9), 1), abs=1)
    assert member.mission == joined_at // 5.0


def test_a_target_is_reached_and_rewarded_or_missed_and_felt():
    terms = {"missions": {"period": "5 weeks", "stretch": "0%", "reward_cost": 1.0}}
    buyer = Buyer(missions, terms)
    for now in np.arange(0.5, 5.0):
        buyer.buys(now)
    assert (buyer.tally.rewarded, buyer.tally.rewards, buyer.tally.missed) == (1, 1_000_000, 0)
    assert buyer.customer.goodwill[0] > 0.0
    lazy = Buyer(missions, terms)
    lazy.buys(0.5)
    lazy.buys(5.5)
    assert (lazy.tally.rewarded, lazy.tally.missed) == (0, 1)
    assert lazy.customer.goodwill[0] < 0.0
    # Who never tried has missed nothing.
    absent = Buyer(missions, terms)
    absent.buys(12.0)
    assert absent.tally.missed == 0


def test_targets_and_streaks_cost_what_they_hand_over():
    for kind in ({"missions": {"period": "3 weeks", "stretch": "10%", "reward_cost": 1.5}},
                 {"streak": {"count": 3, "reward_cost": 1.5}}):  # fmt: skip
        result = run(small(programme={**kind, "automatic": True}))
        rewarded = counted(result, "rewarded").sum()
        assert rewarded > 50
        assert counted(result, "missed").sum() > 10
        assert result.customers["rewards"].sum() == 1_500_000 * rewarded
