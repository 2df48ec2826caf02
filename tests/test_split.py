"""Points or people: what a budget buys, that it is what is spent, and what the answer says."""

import re
from dataclasses import replace
from math import inf
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from businesses import terms
from hypothesis import assume, given
from hypothesis import strategies as st

import loyaltysim
from loyaltysim.evidence import register
from loyaltysim.ledger import ACCOUNTS, MICRO
from loyaltysim.report.split import CAPTION, MARKERS, page, picture, statements
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.scenario import Scenario, ScenarioError, load
from loyaltysim.studies.levers import LEVERS, QUICKEST, Today, answering, bought, left_out, most
from loyaltysim.studies.split import (
    NOTHING,
    TRIES,
    Trial,
    crossing,
    name_of,
    overlay_of,
    spending,
    split,
    splits,
    standing,
    without_money,
)

SCENARIO = Scenario.from_document(terms(replications=2, horizon="26 weeks"))
TODAY = Today(sales=2000.0, visits=200.0, complaints=2.0)
SCENARIOS = Path(loyaltysim.__file__).parent.parent / "scenarios"
AT_ONCE = {"firm": {"service": {"response_hours": 0}}}


@pytest.fixture(scope="module")
def found():
    return split(SCENARIO, parts=1, processes=1)


def seen(found, **values):
    """A study that found other values: (replications, names)."""
    other = replace(found)
    other.__dict__.update({name: np.array(value, float) for name, value in values.items()})
    return other


def around(*means, spread=1.0):
    """Two replications of such means, which luck moves by so much."""
    return np.array([means, means]) + spread * np.array([[-1.0], [1.0]]) * np.arange(len(means))


# What money buys


@given(st.integers(1, 4))
def test_every_split_gives_all_of_the_budget_once(parts):
    ways = splits(parts)
    assert all(sum(way.values()) == pytest.approx(1.0) for way in ways)
    named = [name_of(way) for way in ways]
    assert len(set(named)) == len(named)
    assert set(LEVERS) <= set(named)
    without = splits(parts, LEVERS[:3])
    assert all(set(way) <= set(LEVERS[:3]) for way in without)


@given(st.sampled_from(LEVERS), st.floats(1.0, 500.0))
def test_money_buys_what_it_says(lever, per_week):
    business = SCENARIO.business
    terms, besides = bought(lever, per_week, business, TODAY)
    staff = terms.get("firm", {}).get("staff", {})
    service = terms.get("firm", {}).get("service", {})
    taken = min(per_week, most(lever, business, TODAY))
    if lever == "rewards":
        points = terms["programme"]["points"]
        worth = points["reward_cost"] / points["reward_at"]
        assert worth * TODAY.sales * 0.55 == pytest.approx(taken)
        assert worth <= 0.4 + 1e-12  # At 60% margin, worth all that is paid.
    elif lever == "pay":
        more = staff["pay_per_week"] - business.firm.staff.pay_per_week
        assert more * business.firm.staff.count == pytest.approx(per_week)
    elif lever == "training":
        hours, price = staff["training_hours_per_week"], staff["training_cost_per_hour"]
        assert hours * price * business.firm.staff.count == pytest.approx(taken)
        assert price == pytest.approx(500.0 / business.firm.staff.hours_per_week)
    elif lever == "recovery":
        faster = service["response_hours"] / business.firm.service.response_hours
        assert faster == pytest.approx(1.0 / (1.0 + taken / answering(business, TODAY)))
        assert faster >= QUICKEST - 1e-12
        assert besides == taken
        assert set(service) == {"response_hours"}
    else:
        halvings = np.log2(0.02 / service["failure_per_visit"])
        assert halvings * 0.02 * TODAY.basket * TODAY.visits == pytest.approx(per_week)
        assert besides == per_week
        dear = bought(lever, per_week, business, TODAY, 0.04)[0]["firm"]["service"]
        assert 2.0 * np.log2(0.02 / dear["failure_per_visit"]) == pytest.approx(halvings)


def test_training_comes_on_top_of_todays():
    staff = {"training_hours_per_week": 2.0, "training_cost_per_hour": 20.0}
    business = Scenario.from_document(terms(firm={"staff": staff})).business
    more, _ = bought("training", 60.0, business, TODAY)
    more = more["firm"]["staff"]
    assert more["training_hours_per_week"] > 2.0
    paid = 3 * more["training_hours_per_week"] * more["training_cost_per_hour"]
    assert paid == pytest.approx(3 * 40.0 + 60.0)


@pytest.mark.parametrize("name", ["hotel", "telecom"])
def test_money_for_recovery_moves_the_hours_in_force(name):
    scenario = without_money(load(SCENARIOS / f"{name}.yaml"))
    today = Today(sales=4000.0, visits=40.0, complaints=4.0)
    overlay = overlay_of(scenario, today, {"recovery": 1e9})
    changed = Scenario.from_document({**scenario.document, "alternatives": {"more": overlay}})
    before, after = scenario.business.firm.service, changed.alternatives["more"].firm.service
    waits = [c for c in before.desk.channels if c.response_hours]
    assert waits
    for old, new in zip(before.desk.channels, after.desk.channels, strict=True):
        assert new.model_copy(update={"response_hours": old.response_hours}) == old
        slow = old.response_hours
        assert new.response_hours == (slow if not slow else pytest.approx(QUICKEST * slow))
    assert after.response_hours == pytest.approx(QUICKEST * before.response_hours)
    assert after.recovery == before.recovery
    # Only the work on complaints that wait is paid for.
    staff = scenario.business.firm.staff
    whole = sum(c.share for c in before.desk.channels)
    hours = sum(c.share / whole * (c.handling_hours or before.desk.handling_hours) for c in waits)
    work = 4.0 * hours * staff.pay_per_week / staff.hours_per_week
    assert most("recovery", scenario.business, today) == pytest.approx(9.0 * work)


def test_levers_that_cannot_be_moved_are_left_out_by_name():
    assert left_out(SCENARIO.business, TODAY) == {}
    service = {"response_hours": 0, "failure_per_visit": 0}
    staff = {"training_hours_per_week": 25, "hours_per_week": 40}
    perfect = Scenario.from_document(terms(firm={"service": service, "staff": staff}))
    assert set(left_out(perfect.business, TODAY)) == {"recovery", "training", "quality"}
    short = Scenario.from_document(terms(**AT_ONCE, replications=2, horizon="4 weeks"))
    found = split(short, parts=1, processes=1)
    assert "recovery" not in found.names
    said = "\n".join(statements(found))
    assert "Money for recovery changes nothing here, and is left out: no complaint waits" in said
    assert "recovery" not in said.replace("Money for recovery", "")
    assert page(found)


def test_costs_of_a_split_add_up():
    sizes = {"recovery": 20.0, "quality": 50.0}
    overlay = overlay_of(SCENARIO, TODAY, sizes)
    spent = min(20.0, most("recovery", SCENARIO.business, TODAY)) + 50.0
    assert overlay["firm"]["costs_per_week"] == pytest.approx(spent)
    assert set(overlay["firm"]["service"]) == {"response_hours", "failure_per_visit"}
    assert all(one.firm.staff.responds for one in (without_money(SCENARIO).business,))


# That the budget is what is spent


@given(
    st.floats(0.0, 0.8), st.floats(0.2, 5.0), st.floats(0.7, 1.4), st.sampled_from([0.6, 2.0, inf])
)
def test_a_trial_ends_at_its_budget_or_at_all_that_its_levers_can_take(fixed, yields, power, limit):
    budget = 100.0
    trial = Trial({"rewards": budget}, budget, limit, scale=min(1.0, limit))
    while trial.is_open:
        spent = budget * (fixed + yields * trial.scale**power)
        trial.tried.append((trial.scale, spent, []))
    scale, spent, _ = trial.best
    assert len(trial.tried) <= TRIES
    assert all(one <= limit for one, _, _ in trial.tried)
    needed = ((1.0 - fixed) / yields) ** (1.0 / power)
    assume(needed > 0.05)
    if needed < 0.98 * limit:
        assert spent == pytest.approx(budget, rel=0.021)
    elif needed > 1.02 * limit:
        assert scale == limit


def test_what_is_booked_beyond_today_is_the_budget(found):
    budget = 52.0 * found.per_week
    assert found.table.loc["quality", "spent_per_year"] == pytest.approx(budget)
    assert found.table.loc[NOTHING, "spent_per_year"] == 0.0
    for (lever, share), trial in found.by_lever.items():
        _, spent, lives = trial.best
        accounts = {
            "rewards": ["rewards", "programme_running", "programme_set_up"],
            "pay": ["pay"],
            "training": ["training"],
            "recovery": ["overhead", "compensation"],
            "quality": ["overhead"],
        }[lever]
        booked = [booked_on(one, accounts) for one in lives]
        before = [booked_on(one, accounts) for one in found.nothing]
        assert spent == pytest.approx((np.mean(booked) - np.mean(before)) / 26.0, abs=1e-4)
        if lever in ("training", "rewards"):
            assert spent == pytest.approx(share * found.per_week, rel=0.02)
        if spent < 0.98 * trial.budget:
            assert trial.best[0] == trial.largest or len(trial.tried) == TRIES


@pytest.mark.parametrize(
    ("levers", "spent"),
    [
        (["rewards"], 7.0 + 11.0 + 13.0),
        (["pay"], 2.0),
        (["training"], 5.0),
        (["recovery"], 17.0 + 19.0),
        (["quality"], 17.0),
        (["recovery", "quality"], 17.0 + 19.0),
        (["pay", "training"], 2.0 + 5.0),
    ],
)
def test_levers_spend_through_their_own_accounts_and_each_once(levers, spent):
    booked = {
        "revenue": 1000.0, "cost_of_goods": 400.0, "service": 30.0, "hiring": 3.0, "pay": 2.0,
        "training": 5.0, "rewards": 7.0, "programme_running": 11.0, "programme_set_up": 13.0,
        "overhead": 17.0, "compensation": 19.0, "acquisition": 23.0,
    }  # fmt: skip
    weeks, row = 13, np.array([booked[name] for name in ACCOUNTS])
    none = SimpleNamespace(monthly=np.full((3, len(ACCOUNTS)), 5 * MICRO), stages=np.zeros((14, 7)))
    one = SimpleNamespace(monthly=none.monthly + np.outer([1, 2, 10], row * MICRO).astype(np.int64))
    assert spending(levers, [one], [none]) * weeks == pytest.approx([13.0 * spent])


def booked_on(summary, accounts):
    return sum(summary.monthly[:, ACCOUNTS.index(name)].sum() for name in accounts) / MICRO


def test_splits_of_two_levers_spend_the_budget_as_well():
    found = split(Scenario.from_document(terms(replications=2, horizon="13 weeks")), processes=1)
    both = found.trials["50% training, 50% quality"]
    assert both.best[1] == pytest.approx(found.per_week, rel=0.02)
    # Each part is what spends half alone.
    assert both.sizes["quality"] == pytest.approx(0.5 * found.per_week)
    assert both.sizes["training"] == pytest.approx(
        0.5 * found.per_week * found.by_lever["training", 0.5].best[0]
    )
    assert len(found.table) == 1 + 15


@pytest.mark.parametrize("per_week", [0.0, -1.0, 1e9, float("nan")])
def test_a_budget_above_sales_or_none_is_refused_in_words(per_week):
    with pytest.raises(ScenarioError) as refused:
        split(SCENARIO, per_week=per_week, parts=1, processes=1)
    said = str(refused.value)
    assert "budget: found" in said
    assert re.search(r"allowed: more than 0, and at most [\d,]+, what Small sells in a week", said)


def test_what_a_lever_cannot_take_stays_unspent_and_is_said():
    short = Scenario.from_document(terms(replications=2, horizon="4 weeks"))
    sales = Today.of(without_money(short)).sales
    found = split(short, per_week=0.9 * sales, parts=1, processes=1)
    trial = found.by_lever["rewards", 1.0]
    assert trial.best[1] < 0.9 * trial.budget
    said = "\n".join(statements(found))
    assert re.search(r"Rewards take no more than [\d,]+ of it; the rest stays unspent", said)
    assert max(found.budgets) == 1.0  # Twice that would be more than is sold.
    assert "rewards spend" in page(found)


# What is said of it


def test_spending_nothing_competes(found):
    assert found.names == [NOTHING, *LEVERS]
    assert found.profit_per_year.shape == (2, 6)
    assert (found.profit_per_year[:, 0] == 0.0).all()
    ordered = found.table["profit_per_year"]
    assert (ordered.diff().dropna() <= 0.0).all()
    lost = seen(found, profit_per_year=around(0, -5000, -400, -3000, -6000, -7000))
    said = next(statements(lost))
    assert said.startswith("Spending nothing pays best")
    assert "even pay, which loses least, takes 400 a year" in said
    assert "pays best as" not in said
    sure = seen(found, profit_per_year=around(0, 900, -400, 50, 40, 30))
    assert "pays best as rewards: 900 a year" in next(statements(sure))
    torn = seen(found, profit_per_year=around(0, 900, -400, 890, 40, 30))
    assert "Luck alone could put first as well: training." in next(statements(torn))
    open_ = seen(found, profit_per_year=around(0, 900, -400, 50, 40, 30, spread=100.0))
    said = next(statements(open_))
    assert "luck alone could explain that" in said
    assert "pays best" not in said


def test_only_what_no_other_beats_by_more_than_luck_is_on_the_frontier():
    loss = around(0.0, -0.1, -0.2, -0.3, spread=1e-6)
    # The second does better than the third in both; the last loses fewest.
    profit = around(0.0, 100.0, -50.0, -80.0)
    assert standing(profit, loss) == ["beaten", "frontier", "frontier", "frontier"]
    loss = around(0.0, -0.2, -0.1, -0.3, spread=1e-6)
    assert standing(profit, loss) == ["beaten", "frontier", "beaten", "frontier"]
    # The same means, moved by luck: nothing can be told.
    noisy = around(0.0, 100.0, -50.0, -80.0, spread=500.0)
    assert standing(noisy, around(0, -0.2, -0.1, -0.3, spread=1.0)) == ["open"] * 4
    assert standing(np.zeros((2, 2)), np.zeros((2, 2))) == ["open", "open"]
    # Less profit for sure, but whether it loses more is not known.
    assert standing(around(0.0, 100.0), around(0.0, 0.1)) == ["open", "frontier"]


def test_the_answer_says_what_beats_rewards_and_what_is_open(found):
    said = list(statements(found))
    for lever, row in found.against_rewards().iterrows():
        line = next(line for line in said[1:] if lever in line.lower() and "budget" not in line)
        if row["more_low"] > 0.0:
            assert "beats rewards" in line
        elif row["more_high"] < 0.0:
            assert line.startswith("Rewards beat")
        else:
            assert "is open" in line or "of it" in line
    assert sum(line.startswith("By budget, ") for line in said) == 2
    assert "Only 2 replications: a first impression; run again with 40 or more" in said[1]


def test_by_budget_is_said_at_which_a_lever_beats_rewards(found, monkeypatch):
    def against(_self, budget=1.0):
        mean = {0.5: 100.0, 1.0: 0.0, 2.0: -100.0}[budget]
        row = {"more": mean, "more_low": mean - 9.0, "more_high": mean + 9.0, "spent": 1.0}
        return pd.DataFrame([row] * 4, index=list(LEVERS[1:]))

    monkeypatch.setattr(type(found), "against_rewards", against)
    said = "\n".join(statements(found))
    assert (
        "By budget, quality beats rewards at half the budget; it may do either at the budget; it "
        "is beaten by them at twice the budget." in said
    )


def test_where_quality_stops_beating_rewards():
    costs = np.array([0.005, 0.01, 0.02])
    assert crossing(costs, np.array([3.0, 1.0, -1.0])) == pytest.approx(0.01 * 2**0.5)
    assert crossing(costs, np.array([3.0, 2.0, 1.0])) == inf
    assert crossing(costs, np.array([-1.0, -2.0, -3.0])) == 0.0
    assert crossing(costs, np.array([1.0, 0.0, -3.0])) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((0.03, 0.02, 0.05), "less than 3.0% of a basket at each visit (95% interval 2.0% to 5.0%"),
        ((0.03, 0.0, inf), "(95% interval less than 0.5% to more than 8.0%)"),
        ((inf, inf, inf), "Quality beats rewards at whatever it may cost"),
        ((0.0, 0.0, 0.0), "Quality does not beat rewards at anything"),
        ((0.0, 0.0, 0.01), "luck could hide that it does up to 1.0%"),
        ((inf, 0.03, inf), "beyond luck only up to 3.0%"),
    ],
)
def test_the_break_even_of_quality_is_said(found, monkeypatch, bounds, words):
    monkeypatch.setattr(type(found), "break_even", lambda _self: bounds)
    assert any(words in line for line in statements(found))


def test_quality_is_lived_over_the_range_of_its_cost(found):
    entry = register()["split.quality_halves_for"]
    costs = list(found.by_cost)
    assert costs[0] == entry.low
    assert costs[-1] == entry.high
    assert entry.value in costs
    same = found.more_profit(found.by_cost[entry.value].best[2])
    assert np.array_equal(same, found.profit_per_year[:, found.names.index("quality")])
    at, low, high = found.break_even()
    assert low <= at <= high


# The page


def test_the_page_has_a_picture_for_a_telephone_and_a_key(found):
    html = page(found)
    assert "points or people?" in html
    assert html.count("<svg") == 2
    rows = re.findall(r"<tr>", html)
    assert len(rows) == (1 + len(LEVERS) + 1) + (1 + len(LEVERS) - 1)
    for head in ("spent a year, of", "at half the budget", "at twice the budget"):
        assert head in html
    assert CAPTION.partition(" ")[0] in html
    for width in (WIDE, NARROW):
        figure = picture(found, width)
        assert figure.get_size_inches()[0] == pytest.approx(width)
        key = figure.legends[0]
        texts = [text.get_text() for text in key.get_texts()]
        assert texts == ["spending nothing", *LEVERS, "hollow: beaten in both"]
        # Inside the sheet, and below the axis.
        box = key.get_window_extent()
        sheet, axes = figure.bbox, figure.axes[0]
        assert box.x0 >= 0.0
        assert box.x1 <= sheet.x1
        assert box.y1 <= axes.get_tightbbox().y0
    assert len(MARKERS) == len(LEVERS)


def test_a_programme_in_force_is_refused_before_any_work():
    running = Scenario.from_document(
        terms(programme={"points": {"per_euro": 1, "reward_at": 100, "reward_cost": 1}})
    )
    with pytest.raises(ScenarioError, match="has a programme already"):
        split(running, parts=1)


def test_the_same_for_any_number_of_processes(found):
    again = split(SCENARIO, parts=1, processes=2)
    assert again.table.equals(found.table)
