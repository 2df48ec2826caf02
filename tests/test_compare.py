"""A comparison: paired to the last bit, its tables agree with each other, its start is level."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyaltysim
from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.results.census import Census
from loyaltysim.results.comparison import SETS, Comparison
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.setting import month_of
from loyaltysim.simulation import run
from loyaltysim.studies.compare import DECISIONS, compare, drawn, runs_of
from loyaltysim.studies.simulate import simulate
from loyaltysim.studies.steady import steady

SCENARIOS = Path(__file__).parent.parent / "scenarios"
MONTHS = 14

CARD = {"set_up": 50, "stamps": {"count": 5, "reward_cost": 1, "reward_value": 4, "head_start": 1}}
NO_PULL = {"progress_pull": 0, "head_start_pull": 0, "member_stays": 0}

DOCUMENT: dict[str, Any] = {
    "name": "Kiosk",
    "currency": "EUR",
    "horizon": f"{MONTHS} months",
    "replications": 3,
    "seed": 11,
    "market": {
        "people": 240,
        "start": {
            "suspect": "35%",
            "prospect": "15%",
            "repeat": "30%",
            "client": "10%",
            "lost": "10%",
        },
        "segments": [
            {
                "name": "passers-by",
                "share": "70%",
                "occasions_per_week": {"mean": 1.5},
                "basket": {"mean": 6},
                "buy_share": "70%",
                "share_of_wallet": "40%",
            },
            {
                "name": "offices",
                "share": "30%",
                "occasions_per_week": {"mean": 0.6, "regularity": 2},
                "basket": {"mean": 25},
                "buy_share": "60%",
                "share_of_wallet": "30%",
            },
        ],
    },
    "firm": {
        "gross_margin": "60%",
        "staff": {"count": 2, "pay_per_week": 400},
        "service": {"failure_per_visit": "6%", "cost_per_visit": 0.1},
    },
    # The reference stands in the middle.
    "alternatives": {
        "card": {"programme": CARD},
        "said again": {"firm": {"gross_margin": "60%", "staff": {"count": 2}}},
        "today": {},
        "nobody joins": {"programme": {**CARD, "set_up": 0, "joins": 0}},
        "worth nothing": {
            "programme": {
                "checkout_seconds": 0,
                "joins": "100%",
                "stamps": {"count": 5, "reward_cost": 0, "reward_value": 0},
                "points": {"per_euro": 1, "reward_at": 20, "reward_cost": 0, "reward_value": 0},
            },
            "beliefs": NO_PULL,
        },
        "points": {
            "programme": {
                "points": {
                    "per_euro": 1,
                    "reward_at": 60,
                    "reward_cost": 2,
                    "reward_value": 5,
                    "expires_after": "4 months",
                }
            }
        },
    },
}
SCENARIO = Scenario.from_document(DOCUMENT)
SMALL = SCENARIO.change(
    {
        "market.people": 60,
        "replications": 2,
        "horizon": "6 months",
        **{f"alternatives.{name}": None for name in ("nobody joins", "worth nothing", "points")},
    }
)
IDLE = ("said again", "nobody joins", "nobody joins, copied", "worth nothing")


@pytest.fixture(scope="module")
def lived() -> tuple[Comparison, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    return compare(SCENARIO, processes=1, progress=lambda *at: seen.append(at)), seen


@pytest.fixture(scope="module")
def comparison(lived) -> Comparison:
    return lived[0]


# Pairs


def test_each_programme_is_also_copied_and_the_order_is_the_file_s(comparison):
    assert comparison.names == [
        "card",
        "card, copied",
        "said again",
        "today",
        "nobody joins",
        "nobody joins, copied",
        "worth nothing",
        "worth nothing, copied",
        "points",
        "points, copied",
    ]
    assert comparison.reference == "today"


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("idle", [*IDLE, "worth nothing, copied"])
def test_what_changes_nothing_differs_by_exactly_nothing(comparison, name, idle):
    number = comparison.names.index(idle)
    difference = comparison.difference(name)[:, number]
    assert difference.shape[1] == MONTHS
    assert (difference == 0.0).all()


def test_and_those_who_take_part_in_it_live_the_same_lives(comparison):
    at = comparison.names.index("today")
    idle = comparison.names.index("worth nothing")
    for runs in comparison.runs["stated"]:
        assert runs[idle].members > 0
        assert runs[idle].units[:, 0].min() > 0
        assert (runs[idle].stages == runs[at].stages).all()
        # Customers who join and take rewards are counted; nothing else is.
        differs = (runs[idle].counts != runs[at].counts).any(axis=0)
        assert {COUNTS[i] for i in np.flatnonzero(differs)} == {"joined", "rewarded"}
        twins = runs[idle].twins
        assert (twins.saved, twins.annoyed) == (0, 0)


def test_what_changes_something_differs(comparison):
    for name in ("card", "points", "points, copied"):
        number = comparison.names.index(name)
        for kind in SETS:
            assert (comparison.total(kind)[:, number] != 0.0).all()


def test_a_rival_s_copy_changes_nothing_before_its_time(comparison):
    weeks = 52
    for number in (0, comparison.names.index("points")):
        for runs in comparison.runs["stated"]:
            own, copied = runs[number], runs[number + 1]
            assert (own.stages[: weeks + 1] == copied.stages[: weeks + 1]).all()
            assert (own.monthly[:12] == copied.monthly[:12]).all()
            assert (own.monthly[12:] != copied.monthly[12:]).any()


def test_replications_and_sets_have_people_of_their_own(comparison):
    at = comparison.names.index("today")
    seen = set()
    for name in SETS:
        for runs in comparison.runs[name]:
            seen.add(runs[at].monthly.tobytes())
    assert len(seen) == sum(len(comparison.runs[name]) for name in SETS)


def test_the_reference_may_stand_anywhere():
    document = SMALL.document
    order = list(document["alternatives"])
    places = [
        ["today", *[name for name in order if name != "today"]],
        [*[name for name in order if name != "today"], "today"],
    ]
    frames = []
    for names in places:
        moved = {**document, "alternatives": {n: document["alternatives"][n] for n in names}}
        found = compare(Scenario.from_document(moved), processes=1)
        assert found.reference == "today"
        frames.append(found.alternatives.sort_index())
    pd.testing.assert_frame_equal(frames[0], frames[1], check_exact=True)


def test_a_business_with_a_programme_is_compared_with_it_as_it_is():
    document = {**DOCUMENT, "programme": CARD}
    document["alternatives"] = {"stop": {"programme": None}, "stay": {}}
    found = compare(Scenario.from_document(document), people=100, replications=2, processes=1)
    assert found.names == ["stop", "stay"]
    assert found.reference == "stay"
    assert found.alternatives.loc["stop", "members"] == 0
    assert found.alternatives.loc["stay", "members"] > 0
    assert found.alternatives.loc["stop", "spending"] < 0.0


def test_nothing_to_compare_is_said_before_any_work():
    alone = SCENARIO.change({"alternatives": None})
    with pytest.raises(ScenarioError, match="nothing to compare"):
        compare(alone)


def test_the_same_again_and_by_several_processes():
    first, again, spread = (compare(SMALL, processes=processes) for processes in (1, 1, 2))
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], check_exact=True)
        pd.testing.assert_frame_equal(table, spread.tables[name], check_exact=True)


def test_progress_ends_with_all_runs(lived):
    comparison, seen = lived
    tasks = sum(len(comparison.runs[name]) for name in SETS)
    assert [done for done, _ in seen] == [10 * n for n in range(1, tasks + 1)]
    assert {total for _, total in seen} == {10 * tasks}
    assert runs_of(SCENARIO) == 10 * tasks
    assert runs_of(SCENARIO, 40) == 10 * (40 + 40 + 10 + 10)


# Sets of runs


def test_a_quarter_of_the_runs_for_each_share_of_wallet(comparison):
    assert [len(comparison.runs[name]) for name in SETS] == [3, 3, 2, 2]


def test_assumptions_are_drawn_from_their_ranges_each_alone():
    draws = [drawn(SCENARIO, replication) for replication in range(200)]
    assert list(draws[0]) == SCENARIO.assumptions()
    for name in SCENARIO.assumptions():
        low, value, high = SCENARIO.range_of(name)
        values = np.array([found[name] for found in draws])
        assert (low <= values).all()
        assert (values <= high).all()
        mean, spread = (low + value + high) / 3.0, (high - low) * np.sqrt(1.0 / 18.0)
        assert abs(values.mean() - mean) < 5.0 * spread / np.sqrt(200.0) + 1e-12
    several = [
        f"beliefs.{name}" for name in ("voice", "habit_pull", "skill_quality", "word_heeded")
    ]
    together = np.corrcoef([[found[name] for found in draws] for name in several])
    assert np.abs(together - np.eye(4)).max() < 0.3
    # Another assumption fewer changes none of the others.
    fixed = drawn(SCENARIO.change({"firm.service.quality": 8}), 4)
    assert fixed == {k: v for k, v in draws[4].items() if k != "firm.service.quality"}
    assert DECISIONS == {"assumption": 40}


def test_the_share_of_wallet_moves_what_is_bought_elsewhere(comparison):
    """A firm sees its own sales, so they are nearly the same; the category is not."""
    at = comparison.names.index("today")

    def counted(name: str, what: str) -> float:
        runs = [run[at].counts[:, COUNTS.index(what)].sum() for run in comparison.runs[name][:2]]
        return float(np.mean(runs))

    low, stated, high = "low wallet", "stated", "high wallet"
    for name in (low, high):
        assert counted(name, "purchases") == pytest.approx(counted(stated, "purchases"), rel=0.25)
    occasions = [counted(name, "occasions") for name in (low, stated, high)]
    assert occasions[0] > 1.3 * occasions[1] > 1.3 * 1.2 * occasions[2]


# Tables agree


def test_alternatives_are_the_sums_of_their_months(comparison):
    frame = comparison.alternatives
    ends = comparison.cumulative.query(f"month == {MONTHS}").set_index("alternative")
    others = frame.index != comparison.reference
    assert len(ends) == 10
    assert frame["incremental_profit"][others].to_numpy() == pytest.approx(
        ends["mean"][others].to_numpy()
    )
    assert (ends.loc[comparison.reference].drop("month") == 0.0).all()
    runs = comparison.replicates.query("set == 'stated'")
    means = runs.groupby("alternative", sort=False)[["profit", "incremental_profit"]].mean()
    assert frame["profit"].to_numpy() == pytest.approx(means["profit"].to_numpy())
    assert frame["incremental_profit"][others].to_numpy() == pytest.approx(
        means["incremental_profit"][others].to_numpy()
    )
    against = frame["profit"] - frame["profit"][comparison.reference]
    assert frame["incremental_profit"][others].to_numpy() == pytest.approx(
        against[others].to_numpy()
    )


def test_the_ledger_adds_up_to_the_profit(comparison):
    table = comparison.ledger.pivot_table(
        index="alternative", columns="account", values="amount", aggfunc="sum", sort=False
    )
    assert set(table.columns) == set(ACCOUNTS)
    profit = table["revenue"] - table.drop(columns="revenue").sum(axis=1)
    frame = comparison.alternatives
    assert profit.to_numpy() == pytest.approx(frame["profit"].to_numpy())
    assert table["revenue"].to_numpy() == pytest.approx(frame["revenue"].to_numpy())
    programme = table[["rewards", "programme_set_up", "programme_running"]].sum(axis=1)
    others = frame.index != comparison.reference
    assert programme[others].to_numpy() == pytest.approx(frame["programme_cost"][others].to_numpy())


def test_people_are_neither_made_nor_lost(comparison):
    weeks = comparison.stages.groupby(["alternative", "week"])["people"].sum()
    assert weeks.to_numpy() == pytest.approx(240.0)
    frame = comparison.alternatives
    assert frame[list(STAGES)].sum(axis=1).to_numpy() == pytest.approx(240.0)
    bought = frame[["first_time", "repeat", "client", "advocate"]].sum(axis=1)
    assert bought.to_numpy() == pytest.approx(frame["customers"].to_numpy())


def test_counts_agree_with_each_other(comparison):
    table = comparison.counts.pivot_table(
        index=["alternative", "segment"], columns="what", values="count", sort=False
    )
    assert len(table) == 10 * 2
    assert (table["purchases"] <= table["category_purchases"]).all()
    assert (table["category_purchases"] <= table["occasions"]).all()
    assert (table["complaints"] <= table["failures"]).all()
    assert (table["failures"] <= table["purchases"]).all()
    assert (table["first_purchases"] <= table["purchases"]).all()
    # Policy does not touch occasions.
    occasions = table["occasions"].unstack()
    assert (occasions == occasions.iloc[0]).all().all()
    joined = table["joined"].groupby("alternative", sort=False).sum()
    assert joined.to_numpy() == pytest.approx(comparison.alternatives["members"].to_numpy())


def test_units_are_kept(comparison):
    units = comparison.units
    assert set(units["scheme"]) == {"points", "stamps"}
    out = units[["redeemed", "expired", "outstanding"]].sum(axis=1)
    assert units["issued"].to_numpy() == pytest.approx(out.to_numpy())
    assert (units[["issued", "redeemed", "expired", "outstanding"]] >= 0).all().all()
    points = units[units["alternative"] == "points"].iloc[0]
    assert points["expired"] > 0
    assert points["redeemed"] > 0


def test_shares_lie_between_none_and_all(comparison):
    frame = comparison.alternatives
    shares = [
        "p_pays_stated",
        "p_pays_ranges",
        "p_payback",
        "subsidy_share",
        "yearly_loss",
        "observed_yearly_loss",
        "retention",
        "observed_retention",
        "staff_skill",
        "complaints_resolved",
    ]
    values = frame[shares].stack().dropna()
    assert values.between(0.0, 1.0).all()
    assert len(values) > 70
    assert comparison.retention["share"].between(0.0, 1.0).all()


def test_intervals_and_bands_hold_their_middles(comparison):
    frame = comparison.alternatives.drop(index=comparison.reference)
    for low, middle, high in (
        ("low", "incremental_profit", "high"),
        ("npv_low", "npv", "npv_high"),
        ("ranges_low", "ranges_median", "ranges_high"),
    ):
        assert (frame[low] <= frame[middle]).all()
        assert (frame[middle] <= frame[high]).all()
    for table, middle in ((comparison.cumulative, "mean"), (comparison.stages, "people")):
        assert (table["low"] <= table["high"]).all()
        assert ((table["low"] <= table[middle]) | (table["low"] == table["high"])).mean() > 0.9


def test_pay_back_is_not_before_the_sum_is_above_zero(comparison):
    frame = comparison.alternatives.drop(index=comparison.reference)
    months = comparison.cumulative.set_index(["alternative", "month"])["mean"]
    for name, month in frame["payback_month"].items():
        sums = months[name]
        if np.isnan(month):
            assert sums.iloc[-1] < 0.0
        else:
            assert (sums.loc[month:] >= 0.0).all()
            assert month == 1 or sums.loc[month - 1] < 0.0


def test_every_table_is_tidy(comparison):
    for name, table in comparison.tables.items():
        assert isinstance(table.index, pd.RangeIndex), name
        assert not table.duplicated().any(), name
        assert all(column == column.lower() for column in table.columns), name


def test_a_run_alone_is_the_run_of_the_comparison(comparison):
    tables = simulate(SCENARIO, "card", replication=1)
    profit = tables.years["profit"].sum()
    runs = comparison.replicates
    chosen = runs.query("set == 'stated' and replication == 1 and alternative == 'card'")
    assert chosen["profit"].item() == pytest.approx(profit, abs=1e-6)


def test_in_python_in_three_lines():
    scenario = loyaltysim.Scenario.from_document(SMALL.document)
    found = loyaltysim.compare(scenario, people=40, processes=1)
    assert list(found.alternatives.index) == ["card", "card, copied", "said again", "today"]
    assert "incremental_profit" in found._repr_html_()


# The business as it stands today


@pytest.mark.parametrize("name", ["b2b_services", "coffee_shop", "hair_salon", "hotel", "telecom"])
def test_a_business_without_a_programme_stays_as_its_owner_says(name):
    business = loyaltysim.load(SCENARIOS / f"{name}.yaml").business
    levels = steady(business)
    losses, yearly, kept, bought, regulars = [], [], [], [], []
    # A small business needs more runs until luck has evened out.
    for replication in range(max(4, 36_000 // business.market.people)):
        census = Census(month_of(business.weeks - 1) + 1, len(business.market.segments))
        result = run(business, levels, replication=replication, census=census)
        customers = result.stages[:, :, 2:6].sum(axis=2)
        customers = np.column_stack([customers, customers.sum(axis=1)])
        kept.append(by_year(customers[1:]).mean(axis=1) / customers[0])
        regular = result.stages[:, :, 4:6].sum(axis=(1, 2))
        regulars.append(by_year(regular[1:])[-1].mean() / regular[0])
        bought.append(by_year(result.counts[:, :, COUNTS.index("purchases")].sum(axis=1)).sum(1))
        losses.append(census.yearly_loss[:-1])
        yearly.append([year[-1] for year in census.lost_true])
    stated = [segment.loss_per_year for segment in business.market.segments]
    assert np.mean(losses, axis=0) == pytest.approx(stated, abs=0.025)
    assert np.ptp(np.mean(yearly, axis=0)) < 0.03
    # Level in every year, and not only on average.
    assert np.mean(kept, axis=0)[:, -1] == pytest.approx(1.0, abs=0.04)
    assert np.mean(kept, axis=0) == pytest.approx(1.0, abs=0.08)
    assert np.mean(bought, axis=0) / np.mean(bought) == pytest.approx(1.0, abs=0.04)
    # Stated so that they agree with the shares of wallet, clients and advocates stay too.
    assert np.mean(regulars) == pytest.approx(1.0, abs=0.15)


def by_year(weekly):
    return weekly.reshape(3, 52, *weekly.shape[1:])
