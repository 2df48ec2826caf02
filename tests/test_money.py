"""Money and counting: every measure against its definition, worked out another way."""

from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import pytest
from bases import written_base
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO, micros
from loyaltysim.levels import first_guess
from loyaltysim.results import money
from loyaltysim.results.comparison import SETS, Comparison, mean_and_half_width
from loyaltysim.results.summary import Summary, Twins
from loyaltysim.scenario import Scenario
from loyaltysim.setting import belief_values
from loyaltysim.studies.compare import triangular, with_wallet

DOCUMENT: dict[str, Any] = {
    "name": "Small shop",
    "currency": "EUR",
    "horizon": "18 months",
    "replications": 2,
    "hurdle_rate": "21%",
    "market": {
        "people": 300,
        "start": {
            "suspect": "30%",
            "prospect": "10%",
            "first_time": "10%",
            "repeat": "25%",
            "client": "10%",
            "advocate": "5%",
            "lost": "10%",
        },
        "segments": [
            {
                "name": "many",
                "share": "70%",
                "occasions_per_week": {"mean": 2, "spread": 0.7},
                "basket": {"mean": 8},
                "buy_share": "70%",
                "share_of_wallet": "40%",
            },
            {
                "name": "contract",
                "share": "30%",
                "contract": {"every": "1 month"},
                "basket": {"mean": 30},
                "buy_share": "80%",
                "share_of_wallet": "30%",
            },
        ],
    },
    "firm": {"gross_margin": "60%", "staff": {"count": 3, "pay_per_week": 500}},
    "alternatives": {
        "dear": {"firm": {"costs_per_week": 10}},
        "card": {
            "programme": {"set_up": 90, "stamps": {"count": 8, "reward_cost": 2}},
            "rival": {"copies_after": "1 year"},
        },
        "nothing": {},
    },
}
SCENARIO = Scenario.from_document(DOCUMENT)

amounts = st.integers(-(10**12), 10**12)


def ledgers(months: int, runs: int = 1):
    shape = (runs, months, len(ACCOUNTS))
    return arrays(np.int64, shape, elements=amounts)


# Profit


@given(ledgers(3))
def test_profit_is_revenue_less_every_cost(monthly):
    found = money.profit(monthly)
    for month in range(3):
        booked = dict(zip(ACCOUNTS, monthly[0, month].tolist(), strict=True))
        revenue = booked.pop("revenue")
        assert found[0, month] == (revenue - sum(booked.values())) / MICRO


@given(ledgers(4), ledgers(4))
def test_incremental_profit_is_the_paired_difference(here, there):
    found = money.incremental_profit(here, there)
    assert found == pytest.approx(money.profit(here) - money.profit(there))
    assert (money.incremental_profit(here, here) == 0.0).all()


def test_every_account_is_revenue_or_a_cost_that_somebody_decides_on_or_that_follows():
    spent = {*money.PROGRAMME, *money.DECIDED}
    follow = {"cost_of_goods", "service", "compensation"}
    assert spent | follow | {"revenue"} == set(ACCOUNTS)
    assert not spent & follow


@given(ledgers(5), ledgers(5))
def test_spending_is_the_programme_and_what_else_is_decided(here, there):
    found = money.spending(here, there)
    for month in range(5):
        by_hand = sum(
            int(here[0, month, ACCOUNTS.index(name)]) - int(there[0, month, ACCOUNTS.index(name)])
            for name in (
                "rewards",
                "programme_set_up",
                "programme_running",
                "pay",
                "hiring",
                "training",
                "acquisition",
                "overhead",
            )
        )
        assert found[0, month] == pytest.approx(by_hand / MICRO, abs=1e-5)


@given(st.floats(-1e9, 1e9))
def test_millionths_are_the_nearest(amount):
    assert abs(micros(amount) - amount * MICRO) <= 0.5 + 1e-6 * abs(amount)
    assert micros(1.0000005) == 1000001


# Net present value and pay-back


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)),
    st.floats(0.0, 1e6),
    st.floats(0.0, 2.0),
)
def test_present_value_takes_the_set_up_at_the_start_and_months_at_their_ends(
    flows, set_up, yearly
):
    rate = (1.0 + yearly) ** (1.0 / 12.0) - 1.0
    assert money.monthly_rate(yearly) == pytest.approx(rate)
    by_hand = -set_up
    for month, flow in enumerate(flows, start=1):
        by_hand += flow / (1.0 + rate) ** month
    # As it arrives: the first month contains the set-up.
    booked = flows.copy()
    booked[0] -= set_up
    found = money.net_present_value(booked, np.float64(set_up), yearly)
    assert found == pytest.approx(by_hand, rel=1e-9, abs=1e-4)


def test_a_year_at_the_yearly_rate():
    flows = np.zeros(12)
    flows[11] = 110.0
    assert money.net_present_value(flows, np.float64(0.0), 0.1) == pytest.approx(100.0)


whole = st.integers(-5, 5).map(float)


@given(arrays(np.float64, (2, 8), elements=whole))
def test_pay_back_is_the_first_month_from_which_the_sum_stays_at_or_above_zero(differences):
    found = money.payback_month(differences)
    for row, month in zip(differences, found, strict=True):
        sums = [sum(row[: m + 1]) for m in range(len(row))]
        good = [m + 1 for m in range(len(row)) if all(s >= 0.0 for s in sums[m:])]
        assert np.isnan(month) if not good else month == good[0]


def test_pay_back_forgets_a_gain_that_did_not_last():
    assert money.payback_month(np.array([5.0, -10.0, 3.0, 2.0])) == 4.0
    assert np.isnan(money.payback_month(np.array([5.0, -10.0, 3.0, 1.0])))


# The measures of a comparison, on runs that are written by hand


def written_run(monthly: np.ndarray, customers: int, units: list[list[int]]) -> Summary:
    months = len(monthly)
    stages = np.zeros((79, len(STAGES)), np.int64)
    stages[-1, STAGES.index("repeat")] = customers
    stages[-1, STAGES.index("lost")] = 1000
    return Summary(
        monthly=monthly,
        stages=stages,
        counts=np.zeros((2, len(COUNTS)), np.int64),
        retention=np.full((4, months + 1), 0.5),
        yearly_loss=0.2,
        observed_yearly_loss=0.1,
        turnover_per_year=0.5,
        mean_skill=0.9,
        seats_filled=0.95,
        overload=0.01,
        answer_hours=20.0,
        resolution_hours=24.0,
        resolved_share=0.5,
        members=7,
        units=np.array(units, np.int64).reshape(-1, 4),
        groups=np.ones((2, 2), np.int64),
        twins=Twins(np.ones((8, 3), np.int64), np.full(8, -1), 400, 0.25, 10**6),
        margins=np.zeros(5, np.int64),
        base=written_base(),
        people_by_thresholds=stages[[-1, -1, -1]],
    )


def written_comparison(rng: np.random.Generator, replications: int = 4) -> Comparison:
    def runs() -> list[list[Summary]]:
        found = []
        for _ in range(replications):
            base = rng.integers(0, 10**9, (18, len(ACCOUNTS)))
            for account in money.PROGRAMME:
                base[:, ACCOUNTS.index(account)] = 0
            dear, card = base.copy(), base.copy()
            dear[:, ACCOUNTS.index("overhead")] += 50 * MICRO
            dear[:, ACCOUNTS.index("revenue")] += rng.integers(0, 90 * MICRO, 18)
            card[0, ACCOUNTS.index("programme_set_up")] = 90 * MICRO
            card[:, ACCOUNTS.index("rewards")] = 20 * MICRO
            card[:, ACCOUNTS.index("revenue")] += 40 * MICRO
            stamps = [[100, 40, 10, 50]]
            alternatives = ((dear, 100, []), (card, 110, stamps), (base, 100, []))
            found.append([written_run(*run) for run in alternatives])
        return found

    levels = first_guess(SCENARIO.business, belief_values(SCENARIO.business))
    return Comparison(SCENARIO, levels, {name: runs() for name in SETS})


def test_measures_of_a_comparison_are_those_of_the_definitions():
    comparison = written_comparison(np.random.default_rng(5))
    row = comparison.alternatives.loc["card"]
    spent = [20.0 + (90.0 if month == 0 else 0.0) for month in range(18)]
    gained = [40.0 - amount for amount in spent]
    assert row["incremental_profit"] == pytest.approx(sum(gained))
    assert row["programme_cost"] == pytest.approx(sum(spent))
    assert row["spending"] == pytest.approx(sum(spent))
    assert row["roi"] == pytest.approx(sum(gained) / sum(spent))
    # Ten customers more than without it.
    assert row["cost_per_incremental_customer"] == pytest.approx(sum(spent) / 10.0)
    rate = 1.21 ** (1 / 12) - 1
    value = -90.0 + sum(20.0 / (1 + rate) ** (month + 1) for month in range(18))
    assert row["npv"] == pytest.approx(value)
    # -70, then 20 a month: -10 in the fourth, 10 in the fifth.
    assert row["payback_month"] == 5.0
    # 50 stamps, four of five used in the end, eight for a reward of 2.
    assert row["owed"] == pytest.approx(50 * 0.8 / 8 * 2.0)
    assert row["p_payback"] == 1.0
    dear = comparison.alternatives.loc["dear"]
    assert dear["spending"] == pytest.approx(18 * 50.0)
    assert dear["programme_cost"] == 0.0
    assert np.isnan(dear["cost_per_incremental_customer"])


def test_chances_and_bands_are_shares_and_quantiles_of_the_runs():
    comparison = written_comparison(np.random.default_rng(6), replications=9)
    for name in ("stated", "ranges"):
        at = ACCOUNTS.index("revenue")
        gains = [
            float((r[0].monthly[:, at] - r[2].monthly[:, at]).sum()) / MICRO - 18 * 50.0
            for r in comparison.runs[name]
        ]
        row = comparison.alternatives.loc["dear"]
        assert row[f"p_pays_{name}"] == np.mean([gain > 0.0 for gain in gains])
        if name == "ranges":
            assert row["ranges_median"] == pytest.approx(np.median(gains))
            assert row["ranges_low"] == pytest.approx(np.quantile(gains, 0.05))
            assert row["ranges_high"] == pytest.approx(np.quantile(gains, 0.95))
        else:
            low, high = stats.t.interval(0.95, 8, np.mean(gains), stats.sem(gains))
            assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_fewer_runs_at_another_share_of_wallet_are_compared_with_the_same_ones():
    comparison = written_comparison(np.random.default_rng(9), replications=8)
    runs = {**comparison.runs, "low wallet": comparison.runs["low wallet"][:2]}
    row = Comparison(SCENARIO, comparison.levels, runs).alternatives.loc["dear"]
    stated, low = comparison.total("stated")[:, 0], comparison.total("low wallet")[:, 0]
    assert row["low_wallet"] == pytest.approx(stated.mean() + (low[:2] - stated[:2]).mean())


def test_no_return_on_nothing_spent_and_no_cost_of_customers_who_did_not_come():
    comparison = written_comparison(np.random.default_rng(7))
    cheap = {
        name: [[replace(r[2]), r[1], r[2]] for r in runs] for name, runs in comparison.runs.items()
    }
    row = Comparison(SCENARIO, comparison.levels, cheap).alternatives.loc["dear"]
    assert row["incremental_profit"] == 0.0
    assert row["p_pays_stated"] == row["p_pays_ranges"] == 0.0
    assert np.isnan(row["roi"])
    assert np.isnan(row["cost_per_incremental_customer"])


def test_the_reference_is_not_compared_with_itself():
    frame = written_comparison(np.random.default_rng(8)).alternatives
    compared = ["incremental_profit", "npv", "roi", "p_pays_stated", "payback_month", "saved"]
    assert frame.loc["nothing", compared].isna().all()
    assert frame.loc["nothing", ["profit", "revenue", "customers", "yearly_loss"]].notna().all()


@given(arrays(np.float64, (5, 3), elements=st.floats(-1e6, 1e6)))
def test_half_width_is_that_of_the_t_interval(values):
    mean, half = mean_and_half_width(values)
    for column in range(3):
        sample = values[:, column]
        assert mean[column] == pytest.approx(np.mean(sample))
        error = stats.sem(sample)
        by_hand = stats.t.ppf(0.975, 4) * error
        assert half[column] == pytest.approx(by_hand, abs=1e-6)


# Ranges of assumptions, and the share of wallet


@given(st.floats(0.0, 1.0), st.floats(-50, 50), st.floats(0.01, 50), st.floats(0.0, 1.0))
def test_triangular_is_the_quantile(u, low, width, mode):
    high, value = low + width, low + mode * width
    by_hand = stats.triang.ppf(u, mode, loc=low, scale=width)
    assert triangular(u, low, value, high) == pytest.approx(by_hand, abs=1e-6)


def test_triangular_without_room_is_the_value():
    assert triangular(0.3, 2.0, 2.0, 2.0) == 2.0


@given(st.floats(-1.5, 1.5))
def test_another_share_of_wallet_leaves_the_purchases_that_the_firm_sees(shift):
    before, after = SCENARIO.business, with_wallet(SCENARIO.business, shift)
    many, other = before.market.segments[0], after.market.segments[0]
    assert many.occasions_per_week is not None
    assert other.occasions_per_week is not None

    def pace(segment):
        rate = segment.occasions_per_week.mean
        return rate * segment.share_of_wallet * segment.buy_share

    assert pace(other) == pytest.approx(pace(many), rel=1e-12)

    def log_odds(share):
        return log(share / (1 - share))

    moved = log_odds(other.share_of_wallet) - log_odds(many.share_of_wallet)
    assert moved == pytest.approx(shift, abs=1e-9)
    # Billing dates cannot come more often.
    contract = after.market.segments[1]
    assert contract.contract == before.market.segments[1].contract
    assert log_odds(contract.share_of_wallet) - log_odds(0.3) == pytest.approx(shift, abs=1e-9)
    changed = {"share_of_wallet", "occasions_per_week"}
    for segment, old in zip(after.market.segments, before.market.segments, strict=True):
        for name in type(segment).model_fields:
            if name not in changed:
                assert getattr(segment, name) == getattr(old, name)


def test_a_share_that_is_certain_stays():
    certain = SCENARIO.change({"market.segments.many.share_of_wallet": "100%"}).business
    assert with_wallet(certain, 0.6).market.segments[0] == certain.market.segments[0]
    assert with_wallet(certain, 0.0) is certain
