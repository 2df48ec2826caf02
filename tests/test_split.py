"""Points or people: what a budget buys, every way to split it, and what the answer says."""

import numpy as np
import pytest
from businesses import terms
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.report.split import page, statements
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.studies.split import LEVERS, Today, bought, name_of, split, split_scenario, splits

SCENARIO = Scenario.from_document(terms(replications=2, horizon="26 weeks"))
TODAY = Today(sales=2000.0, visits=200.0, complaints=2.0)


@pytest.fixture(scope="module")
def found():
    return split(SCENARIO, parts=1, processes=1)


@given(st.integers(1, 4))
def test_every_split_gives_all_of_the_budget_once(parts):
    ways = splits(parts)
    assert all(sum(way) == parts for way in ways)
    assert len(set(ways)) == len(ways)
    named = [name_of(way) for way in ways]
    assert len(set(named)) == len(named)
    assert set(LEVERS) <= set(named)


@given(st.sampled_from(LEVERS), st.floats(1.0, 500.0))
def test_money_buys_what_it_says(lever, per_week):
    business = SCENARIO.business
    terms, besides = bought(lever, per_week, business, TODAY)
    staff = terms.get("firm", {}).get("staff", {})
    service = terms.get("firm", {}).get("service", {})
    if lever == "rewards":
        points = terms["programme"]["points"]
        worth = points["reward_cost"] / points["reward_at"]
        assert worth * TODAY.sales * 0.55 == pytest.approx(per_week)
        assert terms["programme"]["budget_per_year"] == pytest.approx(52.0 * per_week)
    elif lever == "pay":
        more = staff["pay_per_week"] - business.firm.staff.pay_per_week
        assert more * business.firm.staff.count == pytest.approx(per_week)
    elif lever == "training":
        hours, price = staff["training_hours_per_week"], staff["training_cost_per_hour"]
        assert hours * price * business.firm.staff.count == pytest.approx(per_week)
        assert hours <= 20.0
    elif lever == "recovery":
        resolved = TODAY.complaints * business.firm.service.desk.resolved
        share = service["compensation_share_of_basket"] - 0.5
        assert 0.0 <= share <= 0.5
        spent = share * resolved * TODAY.basket + besides
        assert spent == pytest.approx(per_week)
        assert service["response_hours"] < business.firm.service.response_hours
    else:
        halvings = np.log2(0.02 / service["failure_per_visit"])
        assert halvings * 0.02 * TODAY.basket * TODAY.visits == pytest.approx(per_week)
        assert besides == per_week


def test_costs_of_a_split_add_up():
    plan = split_scenario(SCENARIO, TODAY, 100.0, 2)
    costs = plan.alternatives["50% recovery, 50% quality"].firm.costs_per_week
    alone = plan.alternatives["quality"].firm.costs_per_week
    assert alone == pytest.approx(100.0)
    assert 75.0 - 1e-9 <= costs <= 100.0
    assert all(one.firm.staff.responds for one in plan.alternatives.values())


def test_each_split_is_paired_with_spending_nothing(found):
    assert list(found.names) == list(LEVERS)
    assert found.profit_per_year.shape == (2, 5)
    table = found.table
    assert (table["profit_per_year"].diff().dropna() <= 0.0).all()
    best = table["frontier"].to_numpy()
    assert best[0]
    for name in table.index[~best]:
        row = table.loc[name]
        beats = (table["profit_per_year"] >= row["profit_per_year"]) & (
            table["loss"] <= row["loss"]
        )
        assert beats.sum() > 1, name


def test_the_answer_says_what_beats_rewards_and_what_is_open(found):
    said = list(statements(found))
    assert len(said) == 1 + len(LEVERS[1:])
    for lever, mean, low, high in found.against_rewards():
        line = next(line for line in said[1:] if lever in line.lower())
        if low > 0.0:
            assert "beats rewards" in line
        elif high < 0.0:
            assert line.startswith("Rewards beat")
        else:
            assert "is open" in line
        assert low <= mean <= high
    html = page(found)
    assert "points or people?" in html
    assert html.count("<tr>") == 1 + len(LEVERS)


def test_a_programme_in_force_is_refused_before_any_work():
    running = Scenario.from_document(
        terms(programme={"points": {"per_euro": 1, "reward_at": 100, "reward_cost": 1}})
    )
    with pytest.raises(ScenarioError, match="has a programme already"):
        split_scenario(running, TODAY, 100.0, 1)


def test_the_same_for_any_number_of_processes(found):
    again = split(SCENARIO, parts=1, processes=2)
    assert again.table.equals(found.table)
