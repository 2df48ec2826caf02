"""The customers themselves: value classes, concentration, and tenure against profit."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from businesses import QUIET, STAMPS, businesses, small, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.console import Console
from scipy import stats

import loyaltysim
from loyaltysim.ledger import ACCOUNTS, MICRO
from loyaltysim.record import CUSTOMER
from loyaltysim.report import base as pictures
from loyaltysim.report.page import render
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.report.terminal import print_comparison, print_run
from loyaltysim.results.base import BaseTables
from loyaltysim.results.comparison import Comparison
from loyaltysim.results.concentration import SHARES, Concentration, lorenz, top_of, top_share
from loyaltysim.results.tenure import SUMS, Tenure, yearly
from loyaltysim.results.value import (
    NO_CUSTOMER,
    VALUE_CLASSES,
    Cuts,
    Value,
    kinds_of,
    net_of,
    value_classes,
    value_of,
)
from loyaltysim.results.yearbook import Yearbook, base_of
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, run
from loyaltysim.studies.compare import compare
from loyaltysim.studies.simulate import simulate

PEOPLE: dict[str, Any] = terms()["market"]["segments"][0]


def lived(business: Business, replication: int = 0) -> tuple[Result, Yearbook]:
    book = Yearbook(business)
    return run(business, replication=replication, census=book), book


# Value classes


def of(*people: tuple[bool, int, int]) -> Value:
    customer, months, net = (np.array(values) for values in zip(*people, strict=True))
    return Value(customer, months, net)


def test_six_people_are_cut_at_the_medians_of_the_five_customers():
    people = of(
        (True, 30, 900), (True, 2, 500), (True, 20, -4), (True, 1, 0), (True, 12, 100),
        (False, 0, 0),
    )  # fmt: skip
    found = value_classes(people)
    assert found.cuts == Cuts(12.0, 100.0)
    # Who is at a cut is above it.
    assert kinds_of(people, found.cuts).tolist() == [0, 1, 2, 3, 0, NO_CUSTOMER]
    assert dict(zip(VALUE_CLASSES, found.people.tolist(), strict=True)) == {
        "true friends": 2, "butterflies": 1, "barnacles": 1, "strangers": 1,
    }  # fmt: skip
    assert found.net.tolist() == [1000, 500, -4, 0]
    assert found.moves is None
    x, y = people.months[:5], people.net[:5]
    assert found.correlation == pytest.approx(stats.pearsonr(x, y).statistic)


def test_an_alternative_is_cut_where_the_reference_is_unless_cuts_are_stated():
    before = of((True, 10, 100), (True, 20, 200), (True, 30, 300))
    after = of((True, 36, 900), (True, 36, 900), (True, 36, 900))
    assert value_classes(after, before).cuts == Cuts(20.0, 200.0)
    assert value_classes(after, before).people.tolist() == [3, 0, 0, 0]
    stated = value_classes(after, before, Cuts(24.0, 1000.0))
    assert stated.people.tolist() == [0, 0, 3, 0]
    assert stated.moves is not None
    assert stated.moves[3, 2] == 2
    assert stated.moves[2, 2] == 1


def test_without_customers_there_is_nobody_of_any_class():
    nobody = value_classes(of((False, 0, 0), (False, 0, 0)))
    assert nobody.people.sum() == 0
    assert np.isnan(nobody.correlation)


@st.composite
def values(draw: st.DrawFn, size: int) -> Value:
    months = draw(arrays(np.int64, size, elements=st.integers(0, 36)))
    net = draw(arrays(np.int64, size, elements=st.integers(-(10**9), 10**12)))
    return Value(draw(arrays(np.bool_, size)), months, net)


@settings(max_examples=200)
@given(st.data(), st.integers(1, 30))
def test_everybody_is_of_one_class_and_moves_add_up_to_both_worlds(data, size):
    before, after = data.draw(values(size)), data.draw(values(size))
    cuts = Cuts.medians(before)
    found, first = value_classes(after, before), value_classes(before)
    assert found.people.sum() == after.customer.sum()
    assert found.net.sum() == after.net[after.customer].sum()
    assert found.moves is not None
    assert found.moves[:NO_CUSTOMER].sum(axis=1).tolist() == first.people.tolist()
    assert found.moves[:, :NO_CUSTOMER].sum(axis=0).tolist() == found.people.tolist()
    mirrored = value_classes(before, after, cuts).moves
    assert mirrored is not None
    assert (mirrored == found.moves.T).all()


@settings(max_examples=100)
@given(st.data(), st.integers(1, 30))
def test_a_median_leaves_at_least_half_on_its_upper_side(data, size):
    value = data.draw(values(size))
    people, n = value_classes(value).people, value.customer.sum()
    friends, butterflies, barnacles, _ = people.tolist()
    assert 2 * (friends + butterflies) >= n
    assert 2 * (friends + barnacles) >= n


# Concentration


@pytest.mark.parametrize("shape", [0.4, 1.0, 3.0])
def test_the_lorenz_curve_of_gamma_spending(shape):
    quantiles = stats.gamma.ppf((np.arange(200_000) + 0.5) / 200_000, shape)
    expected = stats.gamma.cdf(stats.gamma.ppf(SHARES, shape), shape + 1.0)
    assert lorenz(quantiles) == pytest.approx(expected, abs=2e-4)
    if shape == 1.0:
        assert top_share(lorenz(quantiles)) == pytest.approx(0.2 - 0.2 * np.log(0.2), abs=2e-4)


AMOUNTS = arrays(np.int64, st.integers(1, 60), elements=st.integers(0, 10**9)).filter(
    lambda amounts: amounts.sum() > 0
)


@settings(max_examples=200)
@given(AMOUNTS, st.integers(2, 5))
def test_a_lorenz_curve_sags_and_knows_no_scale(amounts, times):
    curve = lorenz(amounts)
    assert (curve[0], curve[-1]) == (0.0, pytest.approx(1.0))
    assert (np.diff(curve, 2) >= -1e-9).all()
    assert (curve <= SHARES + 1e-9).all()
    assert top_share(curve) >= 0.2 - 1e-9
    for same in (amounts * times, np.repeat(amounts, times), amounts[::-1]):
        assert lorenz(same) == pytest.approx(curve)


def test_where_nothing_is_left_there_is_nothing_to_share():
    for amounts in (np.array([], np.int64), np.array([0, 0]), np.array([5, -9])):
        assert np.isnan(lorenz(amounts)).all()
    # One who loses money takes the least share below zero.
    assert lorenz(np.array([-10, 20, 90]))[17] < 0.0


@settings(max_examples=100)
@given(st.data(), st.integers(1, 60))
def test_the_best_fifth_is_a_fifth_and_nobody_is_better(data, size):
    amounts = data.draw(arrays(np.int64, size, elements=st.integers(0, 20)))
    among = data.draw(arrays(np.bool_, size))
    best = top_of(amounts, among)
    assert best.sum() == round(0.2 * among.sum())
    assert not (best & ~among).any()
    rest = amounts[among & ~best]
    assert not len(rest) or not best.any() or amounts[best].min() >= rest.max()


def test_who_stays_among_the_best():
    people = np.zeros(20, CUSTOMER)
    years = Concentration(people, net_of(people))
    for order in (range(20), (19, 1, 2, 3, *range(4, 18), 18, 0), range(20)):
        people["purchases"] += 1
        people["revenue"] += np.array(order) * MICRO
        years.close_year(people, net_of(people))
    # The best four are 16 to 19, then 0 in place of 19.
    assert years.overlap[:2] == [0.75, 0.75]
    assert np.isnan(years.overlap[2])
    assert years.buyers == [20, 20, 20]
    assert top_share(years.curves[0][0]) == pytest.approx((16 + 17 + 18 + 19) / 190)


def test_the_best_fifth_of_a_run_is_that_of_the_negative_binomial():
    path = Path(loyaltysim.__file__).parent.parent / "experiments/verification/nbd.yaml"
    scenario = loyaltysim.load(path).change({"market.people": 8000})
    business = scenario.business
    part = business.market.segments[0]
    basket = part.basket.model_copy(update={"within": 0.0, "between": 0.0})
    segments = [part.model_copy(update={"basket": basket})]
    market = business.market.model_copy(update={"segments": segments})
    business = business.model_copy(update={"market": market, "horizon": 52.0})
    rate = part.occasions_per_week
    assert rate is not None
    r, mean = 1.0 / rate.spread**2, 52.0 * rate.mean
    n = np.arange(1, 4000)
    chance = stats.nbinom.pmf(n, r, r / (r + mean))
    chance /= chance.sum()
    below, bought = np.concatenate([[0.0], np.cumsum(chance)]), np.cumsum(chance * n)
    expected = 1.0 - np.interp(0.8, below, np.concatenate([[0.0], bought])) / bought[-1]
    found = []
    for replication in range(8):
        _, book = lived(business, replication)
        found.append(float(top_share(book.concentration.curves[0][0])))
    z = (np.mean(found) - expected) / (np.std(found, ddof=1) / np.sqrt(len(found)))
    assert abs(z) < 4.0
    assert np.std(found) < 0.02


# Tenure


def test_three_lives_by_year_of_tenure():
    people = np.zeros(4, CUSTOMER)
    people["lost_at"] = -np.inf
    people["first_at"] = [-9.0, -9.0, -np.inf, -np.inf]
    base = np.array([True, True, False, False])
    tenure = Tenure(people, base, 2)
    tenure.begin(people, net_of(people), 0)
    for month in range(24):
        now = (month + 1) * 52.0 / 12.0
        people["purchases"][0] += 1
        people["revenue"][0] += 10 * MICRO
        if month == 3:  # Lost, and bought before that.
            people["lost_at"][1] = now - 1.0
            people["revenue"][1] += 7 * MICRO
        if month == 5:  # Won back: a further life, which is not followed.
            people["revenue"][1] += 900 * MICRO
        if month == 12:
            people["first_at"][2] = now - 2.0
        if month >= 12:
            people["purchases"][2] += 2
            people["revenue"][2] += 5 * MICRO
            people["discounts"][2] += 5 * MICRO
            people["rewards"][2] += MICRO
        tenure.count(people, net_of(people), MICRO // 2, now)
    found = {name: tenure.sums[..., number] for number, name in enumerate(SUMS)}
    assert found["weeks"][0] == pytest.approx([52.0 + 4 * 52 / 12 - 1.0, 52.0])
    assert found["weeks"][1] == pytest.approx([11 * 52 / 12 + 2.0, 0.0])
    assert found["revenue"][0].tolist() == [127 * MICRO, 120 * MICRO]
    assert found["revenue"][1].tolist() == [60 * MICRO, 0]
    assert found["net"][1].tolist() == [48 * MICRO, 0]
    # Half a unit a visit, and the rewards.
    assert found["cost_to_serve"][1].tolist() == [24 * MICRO, 0]
    said = yearly(tenure.sums)
    assert said["of_list_price"][1, 0] == 0.5
    assert said["cost_to_serve"][1, 0] == 1.0
    assert said["paid"][1, 0] == 2.5
    assert np.isnan(said["net"][1, 1])


def test_where_nobody_is_lost_all_that_is_booked_is_of_some_year():
    start = dict.fromkeys(terms()["market"]["start"], "0%") | {"repeat": "100%"}
    people = PEOPLE | {"loss_per_year": "0%"}
    business = small(
        horizon="2 years",
        market={"start": start, "segments": [people]},
        beliefs=QUIET | {"leave_after_failure": 0.0},
        firm={"service": {"cost_per_visit": 0.25}},
        programme=STAMPS,
    )
    result, book = lived(business)
    booked = dict(zip(ACCOUNTS, result.ledger.sum(axis=(0, 1)).tolist(), strict=True))
    found = dict(zip(SUMS, book.tenure.sums.sum(axis=(0, 1)).tolist(), strict=True))
    assert (book.months_there == 24).all()
    assert found["weeks"] == pytest.approx(len(result.customers) * 104.0)
    assert found["revenue"] == booked["revenue"]
    serving = ("service", "rewards", "compensation")
    assert found["cost_to_serve"] == sum(booked[name] for name in serving) > 0
    assert found["net"] == found["revenue"] - found["cost_to_serve"] - booked["cost_of_goods"]


@settings(max_examples=40)
@given(businesses())
def test_laws_of_a_run(business):
    result, book = lived(business)
    customers = result.customers
    booked = dict(zip(ACCOUNTS, result.ledger[:, :-1].sum(axis=(0, 1)).tolist(), strict=True))
    goods = booked["cost_of_goods"] + booked["service"]
    value = value_of(result, book)
    # Tickets are booked for the firm, compensation of each for a customer.
    compensation = int(customers["compensation"].sum())
    rewards = int(customers["rewards"].sum())
    assert value.net.sum() == booked["revenue"] - goods - compensation - rewards
    assert (value.net[~value.customer & (customers["purchases"] == 0)] <= 0).all()
    months = len(book.size[0])
    assert (value.months <= months).all()
    assert (value.months[~value.customer] == 0).all()
    base = base_of(result, book)
    assert base.value.people.sum() == value.customer.sum()
    weeks = base.tenure[..., 0]
    assert (weeks >= 0.0).all()
    # Followed until the first loss, nobody is there for longer than there is.
    assert weeks.sum() <= value.customer.sum() * business.weeks + 1e-6
    assert base.tenure[..., SUMS.index("revenue")].sum() <= booked["revenue"]
    assert len(base.lorenz) == len(base.overlap) == len(book.lost_true)


def test_a_yearbook_counts_as_a_census_does_and_changes_nothing():
    business = small(horizon="18 months", programme=STAMPS)
    result, book = lived(business)
    plain = run(business)
    assert (result.ledger == plain.ledger).all()
    assert result.customers.tobytes() == plain.customers.tobytes()
    years = simulate(Scenario.from_document(terms(horizon="18 months", programme=STAMPS))).years
    assert years["yearly_loss"].iloc[0] == pytest.approx(book.lost_true[0][-1], abs=0.2)


# Over replications


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    document = terms(
        horizon="2 years",
        replications=4,
        market={"people": 400},
        alternatives={
            "nothing": {},
            "same": {"firm": {"costs_per_week": 1}},
            "card": {"programme": STAMPS | {"joins": "100%"}},
        },
    )
    return compare(Scenario.from_document(document), processes=1)


def test_what_changes_nobody_moves_nobody(comparison):
    moves = comparison.base.value_moves.set_index("alternative")
    assert "nothing" not in moves.index
    same, card = moves.loc["same"], moves.loc["card"]
    apart = same["from"] != same["to"]
    assert (same.loc[apart, ["people", "people_low", "people_high"]] == 0.0).to_numpy().all()
    assert card.loc[(card["from"] != card["to"]).to_numpy(), "people"].sum() > 0.0
    classes = comparison.base.value_classes
    zero = classes[classes["alternative"] == "same"]
    assert (zero["change"] == 0.0).all()
    assert classes[classes["alternative"] == "nothing"]["change"].isna().all()


def test_changes_are_what_moved_and_classes_are_all_customers(comparison):
    classes = comparison.base.value_classes.set_index(["alternative", "class"])
    people = classes["people"].unstack("alternative")
    for name in ("card", "same"):
        change = classes.loc[name, "change"]
        assert change.to_numpy() == pytest.approx((people[name] - people["nothing"])[change.index])
    assert classes["share"].groupby("alternative").sum().to_numpy() == pytest.approx(1.0)
    cuts = comparison.base.value_cuts.set_index("alternative")
    assert (cuts["long_from"] == cuts.loc["nothing", "long_from"]).all()
    assert (cuts["profitable_from"] == cuts.loc["nothing", "profitable_from"]).all()


def test_tables_of_one_run_are_those_of_its_replication(comparison):
    alone = simulate(comparison.scenario, "card", replication=2).base
    at = comparison.names.index("card")
    names = [segment.name for segment in comparison.scenario.business.market.segments]
    with_reference = BaseTables([[comparison.runs["stated"][2][at].base]], names)
    for name in ("concentration", "lorenz", "tenure", "loss_causes", "losses"):
        assert alone.tables[name].equals(with_reference.tables[name])
    assert "value_moves" not in alone.tables
    assert "change" not in alone.value_classes
    assert alone.value_classes["people"].sum() == with_reference.value_classes["people"].sum()


def test_who_looks_reads_it_on_the_page_and_in_two_lines(comparison):
    page = render(comparison)
    for said in ("The customers themselves", "butterflies", "Who brings the money", "barnacles"):
        assert said in page
    assert page.count('id="value"') == page.count('id="tenure"') == 1
    console = Console(width=100)
    with console.capture() as printed:
        print_comparison(comparison, console)
    said = printed.get().partition("Customers and their share of the net, with “nothing”: ")[2]
    assert said.splitlines()[1].endswith("of sales.")
    with console.capture() as printed:
        print_run(simulate(comparison.scenario), None, console)
    assert "Customers and their share of the net: " in printed.get()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pictures_are_drawn_where_hardly_anybody_is(width):
    document = terms(
        horizon="8 weeks", replications=2, market={"people": 3}, alternatives={"nothing": {}}
    )
    few = compare(Scenario.from_document(document), processes=1)
    for draw in (pictures.value, pictures.tenure):
        assert draw(few, width=width).axes
    assert pictures.table(few).rows


def test_a_fake_run_needs_only_what_a_census_needs():
    people = np.zeros(2, CUSTOMER)
    people["last_at"], people["lost_at"] = -1.0, -np.inf
    business = small(horizon="12 weeks")
    book = Yearbook(business)
    state: Any = SimpleNamespace(customers=people, business=business, weeks=12, week_now=3)
    book.begin(state)
    book(state, 0)
    assert book.months_there.tolist() == [1, 1]
