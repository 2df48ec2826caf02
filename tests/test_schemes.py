"""Schemes of all kinds, at random and together: they balance, reproduce, and add up when told."""

import json

import numpy as np
import pytest
import test_laws
from businesses import QUIET, documents, merged, small
from hypothesis import given, settings
from hypothesis import strategies as st
from programmes import programmes
from test_compiled import differences
from test_laws import booked, by_segment, counted
from test_trace import check_adds_up, check_choices, lived

from loyaltysim.ledger import ACCOUNTS
from loyaltysim.rewards.programme import schemes as kinds
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run

FIFTY = settings(max_examples=50)


@st.composite
def combinations(draw: st.DrawFn, names: list[str] | None = None) -> Business:
    """A small business with any schemes, of all kinds unless they are named."""
    document = draw(documents(people=14, weeks=13))
    return Business.model_validate(document | {"programme": draw(programmes(names))})


@FIFTY
@given(combinations())
def test_fifty_combinations_balance(business):
    result = run(business)
    customers, members, schemes = result.customers, result.members, result.schemes
    for account in ("revenue", "rewards", "compensation"):
        of_customers = by_segment(result, customers[account])
        assert (booked(result, account)[:-1] == of_customers).all(), account
        assert booked(result, account)[-1] == 0, account
    costs = booked(result, "cost_of_goods")[:-1] + booked(result, "service")[:-1]
    assert (costs == by_segment(result, customers["costs"])).all()
    assert (by_segment(result, customers["discounts"]) == counted(result, "discounts")).all()
    # What partners and members pay for points is taken off rewards; nothing else is below zero.
    others = [place for place, name in enumerate(ACCOUNTS) if name != "rewards"]
    assert (result.ledger[:, :, others] >= 0).all()

    assert (members["balance"] >= 0).all()
    assert (members["lots"] >= 0).all()
    assert (members["lots"].sum(axis=2) == members["balance"]).all()
    assert (members["balance"][members["joined"] == 0] == 0).all()
    for number, segment in np.ndindex(len(schemes), len(business.market.segments)):
        issued, redeemed, expired = result.flows[:, number, segment].sum(axis=0)
        own = customers["segment"] == segment
        assert issued == redeemed + expired + members["balance"][own, number].sum()
    asked = (schemes["rival"] == 0) & (schemes["by_contact"] == 0)
    if asked.any():
        assert (customers["member"] == members["joined"][:, asked].any(axis=1)).all()
    for name in ("goodwill", "envy", "deal_habit", "usual_log_price"):
        assert np.isfinite(customers[name]).all(), name
    assert result.stages.sum() == (business.weeks + 1) * business.market.people


LAWS = [
    test_laws.test_people_are_neither_made_nor_lost,
    test_laws.test_the_lost_are_those_who_left_and_were_not_won_back,
    test_laws.test_tickets_and_staff_add_up,
    test_laws.test_attitudes_and_shares_stay_within_their_bounds,
    test_laws.test_what_the_firm_pays_follows_from_its_terms,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@settings(max_examples=20)
@given(combinations())
def test_what_holds_in_every_business_holds_with_any_schemes(law, business):
    law.hypothesis.inner_test(business)


@FIFTY
@given(combinations())
def test_fifty_combinations_are_the_same_interpreted_and_again(business):
    once = run(business)
    assert differences(once, run(business, interpreted=range(business.market.people))) == []
    assert differences(once, run(business, threads=2)) == []


@settings(max_examples=25)
@given(combinations(), st.data())
def test_a_life_with_any_schemes_adds_up_when_it_is_told(business, data):
    number = data.draw(st.integers(0, business.market.people - 1))
    life = lived(business, number)
    plain = run(business)
    assert differences(plain, life.result) == []
    check_adds_up(life, plain)
    check_choices(life)
    assert life.told(width=80)
    json.dumps(life.as_json(), allow_nan=False)


# What does nothing changes nothing

FREE = {"reward_cost": 0.0, "reward_value": 0.0}
IDLE = {
    "points": {"per_euro": 10, "reward_at": 300, **FREE},
    "stamps": {"count": 6, **FREE},
    "tiers": {"levels": [{"name": "silver", "at": 20}]},
    "discount": {"off": 1e-300},
    "cashback": {"back": 1e-300, "paid_every": "4 weeks"},
    "missions": {"period": "4 weeks", "stretch": "20%", **FREE},
    "streak": {"count": 3, **FREE},
    "coupons": {"off": "20%", "valid": "2 weeks", "noticed": "0%"},
    "gifts": FREE,
    "recognition": {"form": "thanks", "every": "4 weeks"},
    "perks": {"every": "4 weeks"},
    "referral": FREE,
}
UNFELT = QUIET | dict.fromkeys(("status_pull", "status_change_pull"), 0.0)
"""A status needs no reward to be felt; all else that is worth nothing moves nobody by itself."""
KEPT_BY_IT = {
    "member", "first_joined_at", "favoured_until", "saving", "gift_expected", "praised",
}  # fmt: skip
"""Notes on a customer that schemes take, and that do nothing by themselves."""


def test_every_kind_is_tried():
    assert [module.NAME for module in kinds()] == list(IDLE)


@pytest.mark.parametrize("kind", IDLE)
def test_a_scheme_that_does_nothing_differs_by_exactly_zero(kind):
    base = {"beliefs": UNFELT, "horizon": "20 weeks"}
    idle = {kind: IDLE[kind], "checkout_seconds": 0.0, "automatic": True}
    with_it, without = run(small(programme=idle, **base)), run(small(**base))
    assert with_it.members["joined"].sum() > 20
    assert (with_it.ledger == without.ledger).all()
    assert (with_it.moves == without.moves).all()
    for name in set(with_it.customers.dtype.names) - KEPT_BY_IT - {"deal_habit"}:
        a, b = with_it.customers[name], without.customers[name]
        assert a.tobytes() == b.tobytes(), name


FELT: dict[str, dict] = {
    "points": {"reward_cost": 1.0},
    "stamps": {"reward_cost": 1.0},
    "tiers": {"levels": [{"name": "silver", "at": 20, "value_per_visit": 1.0}]},
    "discount": {"off": "5%"},
    "cashback": {"back": "5%"},
    "missions": {"reward_cost": 1.0},
    "streak": {"reward_cost": 1.0},
    "coupons": {"noticed": "50%"},
    "gifts": {"reward_cost": 1.0},
    "recognition": {"cost_per_contact": 0.1},
    "perks": {"value_per_visit": 1.0},
}


@pytest.mark.parametrize("kind", FELT)
def test_a_scheme_that_does_something_differs(kind):
    # So that the test before this one cannot pass for the wrong reason.
    base = {"beliefs": UNFELT, "horizon": "20 weeks"}
    felt = {kind: merged(IDLE[kind], FELT[kind]), "checkout_seconds": 0.0, "automatic": True}
    assert (run(small(programme=felt, **base)).ledger != run(small(**base)).ledger).any()
