"""Contracts: bills come by the calendar, and customers who are awake decide whether to go on."""

from math import exp, inf, log

import numpy as np
import pytest
from businesses import QUIET, STAMPS, merged, small, terms

from loyaltysim.customers.stages import STAGES
from loyaltysim.customers.staying import terms_of_leaving
from loyaltysim.record import BELIEFS, CUSTOMER, MEMBER, SCHEME, SEGMENT, WEEK
from loyaltysim.rewards.goal import gain_pull
from loyaltysim.scenario.model import MONTHS, Business
from loyaltysim.simulation import Run

EVERY = 52.0 / 12.0


def contracts(**changes: object) -> Business:
    """Everybody holds a contract with monthly bills, or might; nobody talks."""
    segment = dict(terms()["market"]["segments"][0])
    del segment["occasions_per_week"]
    segment |= {"contract": {"every": "1 months", "awake": "50%"}}
    stated = {
        "horizon": "2 years",
        "market": {"people": 500, "segments": [segment]},
        "beliefs": QUIET,
    }
    return small(**merged(stated, changes))


def lived(business: Business) -> tuple[np.ndarray, np.ndarray, Run]:
    """The customers as they were born, their first dates, and the run in which they lived."""
    life = Run(business, None, 7, 0, 1, (), None)
    born, first = life.customers.copy(), life.due.copy()
    life.env.run(until=life.env.process(life.live()))
    return born, first, life


def test_bills_are_evenly_spaced_in_any_season():
    season = {month: 0.5 if place % 2 else 1.5 for place, month in enumerate(MONTHS)}
    born, first, life = lived(contracts(market={"season": season}, beliefs={"dormant_share": 0.0}))
    dates = (life.due - first) / EVERY
    assert dates == pytest.approx(np.round(dates))
    assert dates == pytest.approx(life.customers["occasions"])
    # From the bill before week 0 on, each came one period after the one before it.
    now = life.customers
    stayed = (
        (born["purchases"] > 0) & (born["lost_at"] < born["last_at"]) & (now["times_lost"] == 0)
    )
    assert stayed.sum() > 50
    assert now["usual_gap"][stayed] == pytest.approx(EVERY)
    bills = (now["last_at"][stayed] - born["last_at"][stayed]) / EVERY
    assert bills == pytest.approx((now["purchases"] - born["purchases"])[stayed])


# The decision to go on

CALM = {
    "satisfaction_stays": 0.0, "familiarity_stays": 0.0, "member_stays": 0.0, "dormant_share": 0.0,
    "reference_price_moves": 0.0, "progress_pull": 0.0, "head_start_pull": 0.0,
}  # fmt: skip
"""Beliefs under which only price and what is to be gained move the risk of leaving."""


def under_contract(awake: str = "100%", **changes: object) -> Business:
    """People alike, all of them under contract; nobody comes, nothing fails."""
    segment = contracts().market.segments[0].model_dump(exclude_none=True)
    segment |= {"loss_per_year": "30%", "loss_spread": 0.0, "preference_spread": 0.0}
    segment["contract"] = {"every": "1 months", "awake": awake}
    stated = {
        "market": {
            "people": 40_000,
            "start": dict.fromkeys(STAGES[:-1], "0%") | {"client": "100%"},
            "segments": [segment],
        },
        "firm": {
            "service": {"failure_per_visit": "0%"}, "marketing": {"reach_per_week": "0%"},
        },
        "beliefs": CALM,
    }  # fmt: skip
    return contracts(**merged(stated, changes))


def lost(business: Business) -> np.ndarray:
    """Who was lost."""
    return np.asarray(lived(business)[2].customers["times_lost"] > 0)


def test_price_moves_the_risk_of_leaving_at_the_elasticity():
    kept = {}
    before = None
    for price in ("90%", "100%", "110%"):
        gone = lost(under_contract(firm={"price": price}))
        kept[price] = 1.0 - gone.mean()
        # One luck: whom a price loses, a higher one loses as well.
        assert before is None or gone[before].all()
        before = gone
    for price, factor in (("90%", 0.9**2.62), ("110%", 1.1**2.62)):
        found = log(kept[price]) / log(kept["100%"])
        relative = [
            (1.0 - kept[p]) / (40_000 * kept[p] * log(kept[p]) ** 2) for p in (price, "100%")
        ]
        # The two share their luck, so they differ by less than this.
        assert abs(found / factor - 1.0) < 4.0 * sum(relative) ** 0.5


def test_who_is_not_awake_goes_on_at_any_price():
    for price in ("50%", "100%", "1000%"):
        assert not lost(under_contract("0%", firm={"price": price}, market={"people": 500})).any()


def test_a_goal_within_reach_keeps_customers_and_one_out_of_reach_does_not():
    # Four bills fill the card; within a foresight of 13 weeks three come.
    card = {"stamps": STAMPS["stamps"] | {"count": 4, "head_start": 0, "replaces_purchase": 0}}
    far = {"stamps": card["stamps"] | {"count": 1000}}
    gone = {}
    for name, scheme, value in (("worthless", card, 0.0), ("near", card, 8.0), ("far", far, 8.0)):
        scheme = {"stamps": scheme["stamps"] | {"reward_value": value}}
        programme = {**scheme, "automatic": True, "checkout_seconds": 0}
        gone[name] = lost(under_contract(programme=programme, beliefs={"foresight_weeks": 13.0}))
    assert gone["worthless"][gone["near"]].all()
    assert gone["worthless"].sum() > 1.1 * gone["near"].sum()
    assert (gone["far"] == gone["worthless"]).all()


def record(kind: np.dtype, **values: float):
    one = np.zeros(1, kind).view(np.recarray)[0]
    for name, value in values.items():
        setattr(one, name, value)
    return one


def test_what_is_gained_by_going_on_is_the_goal_that_leaving_gives_up():
    customer = record(CUSTOMER, usual_gap=4.0, usual_basket=100.0)
    member = record(
        MEMBER, joined=1, goal_size=8.0, goal_left=3.0, goal_step=1.0, goal_visits=3.0,
        goal_due=inf, goal_value=20.0,
    )  # fmt: skip
    beliefs = record(
        BELIEFS, foresight_weeks=12.5, delay_discount_per_week=0.01, price_response=2.0,
        programme_fades_weeks=47.0,
    )  # fmt: skip
    scheme = record(SCHEME, rules_until=inf)
    gain = 2.0 * 20.0 / 100.0 * exp(-0.01 * 3 * 4.0)
    assert gain_pull(customer, member, scheme, beliefs, 50.0, 4.0, True) == pytest.approx(gain)
    # The third bill is too late in 11 weeks.
    beliefs.foresight_weeks = 11.0
    assert gain_pull(customer, member, scheme, beliefs, 50.0, 4.0, True) == 0.0


def test_outside_contracts_price_and_words_move_the_choice_alone():
    customer = record(CUSTOMER, heard=-0.5)
    week = record(WEEK, log_price=0.1)
    beliefs = record(BELIEFS, price_response=2.0, word_fades_weeks=6.0, satisfaction_stays=0.3)
    found = [
        terms_of_leaving(customer, record(SEGMENT, period=period), week, beliefs, 0.0)
        for period in (0.0, 4.0)
    ]
    assert found == pytest.approx([0.0, 0.2 + 0.5])
