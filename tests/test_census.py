"""The census: who is still a customer, truly and as far as the firm can see."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_money import SCENARIO

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.customers.birth import born
from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import ACCOUNTS, MICRO
from loyaltysim.levels import first_guess
from loyaltysim.record import CUSTOMER
from loyaltysim.results.census import Census, seems_there, still_there
from loyaltysim.results.tables import Tables
from loyaltysim.results.yearbook import Yearbook
from loyaltysim.scenario.model import Business
from loyaltysim.setting import belief_values, month_of, season_of
from loyaltysim.simulation import run

BEFORE = -np.inf
PEOPLE = (
    # first_at, last_at, activity, lost_at, purchases
    ("stays", -20.0, -1.0, 0, BEFORE, 9),
    ("leaves in week 10", -20.0, -1.0, 0, BEFORE, 9),
    ("leaves and is won back", -20.0, -1.0, 0, BEFORE, 9),
    ("asleep", -20.0, -1.0, 1, BEFORE, 9),
    ("lost before", -90.0, -40.0, 2, -14.0, 3),
    ("comes in month 2", BEFORE, BEFORE, 0, BEFORE, 0),
    ("never comes", BEFORE, BEFORE, 0, BEFORE, 0),
)


@pytest.fixture(scope="module")
def lives() -> Census:
    """Seven lives of a year, counted month by month as a run would have them counted."""
    people = np.zeros(len(PEOPLE), CUSTOMER)
    for person, (_, first, last, activity, lost, purchases) in zip(people, PEOPLE, strict=True):
        person["first_at"], person["last_at"], person["lost_at"] = first, last, lost
        person["activity"], person["purchases"], person["usual_gap"] = activity, purchases, 2.0
    stages = SimpleNamespace(lapsed_gaps=3.0, lapsed_days=63.0)
    state = SimpleNamespace(
        customers=people, business=SimpleNamespace(stages=stages), weeks=52, week_now=0
    )
    census = Census(12, 1)
    census.begin(state)  # type: ignore[arg-type]
    for week in range(52):
        state.week_now = week
        people["last_at"][0] = week + 0.5
        if week == 6:
            people["first_at"][5], people["purchases"][5] = 6.5, 1
        if 6 <= week < 30:
            people["last_at"][5] = week + 0.5
        if week == 10:
            people["activity"][1:3], people["lost_at"][1:3] = 2, 10.25
        if week == 20:
            people["activity"][2] = 0
        if week >= 20:
            people["last_at"][2] = week + 0.5
        if week == 51 or month_of(week) != month_of(week + 1):
            census(state, month_of(week))  # type: ignore[arg-type]
    return census


def test_true_loss_is_whoever_was_gone_at_any_time_of_those_there_at_the_start(lives):
    # Of four (the sleeper is one) two were gone in the year, though one came back.
    assert lives.yearly_loss[-1] == 0.5


def test_observed_loss_is_whoever_has_not_bought_for_long_at_the_end(lives):
    # All four had bought a week before the start; two have been silent for more than nine weeks.
    assert lives.observed_yearly_loss[-1] == 0.5


def test_newcomers_are_a_cohort_of_their_month(lives):
    assert lives.size[2].tolist() == [0] + [1] * 11
    assert lives.true[2].tolist() == [0] + [1] * 11
    # The last purchase is in week 29; nine weeks later (week 39, in month 9) it shows.
    assert lives.observed[2].tolist() == [0] + [1] * 7 + [0] * 4


def test_the_base_is_whoever_was_a_customer_at_the_start(lives):
    assert lives.size[0].tolist() == [4] * 12
    kept = lives.retention(lives.true, newcomers=False)
    assert kept.tolist() == [1.0, 1.0, 1.0, 0.5, 0.5] + [0.75] * 8


def test_retention_of_newcomers_starts_with_their_month(lives):
    kept = lives.retention(lives.true, newcomers=True)
    assert kept[:11].tolist() == [1.0] * 11
    assert np.isnan(kept[11:]).all()


class Monthly(Yearbook):
    """A census that keeps what it saw, to count again in another way."""

    def __init__(self, business: Business) -> None:
        super().__init__(business)
        self.seen: list[tuple[float, np.ndarray]] = []

    def begin(self, run: Any) -> None:
        super().begin(run)
        self.lost_before = run.customers["activity"] == GONE

    def __call__(self, run: Any, month: int) -> None:
        super().__call__(run, month)
        self.seen.append((run.week_now + 1.0, run.customers.copy()))


@pytest.fixture(scope="module")
def lived() -> Tables:
    business = SCENARIO.alternatives["card"]
    census = Monthly(business)
    return Tables(run(business, census=census), census)


def test_every_month_is_counted_once_and_at_its_end(lived):
    ends = [now for now, _ in lived.census.seen]
    assert len(ends) == 18
    assert ends[11] == 52.0
    assert ends[-1] == lived.result.business.weeks
    assert np.diff(ends).min() >= 4.0
    assert np.diff(ends).max() <= 5.0


def test_cohorts_add_up_to_the_people_who_are_there(lived):
    census, terms = lived.census, lived.result.business.stages
    for month, (now, people) in enumerate(census.seen):
        # Who was lost before the start belongs to no cohort, won back or not.
        counted = ~census.lost_before
        assert census.size[:, month].sum() == (people["purchases"] > 0)[counted].sum()
        assert census.true[:, month].sum() == still_there(people)[counted].sum()
        assert census.observed[:, month].sum() == seems_there(people, terms, now)[counted].sum()
        assert census.size[month + 2 :, month].sum() == 0
    assert (census.true <= census.size).all()
    assert (census.observed <= census.size).all()


def test_nobody_changes_cohort(lived):
    for cohort in range(1, 19):
        assert len(set(lived.census.size[cohort, cohort - 1 :].tolist())) == 1


def test_a_broken_last_year_is_no_year(lived):
    assert len(lived.census.lost_true) == 1
    assert len(lived.years) == 2
    assert lived.years["yearly_loss"].isna().tolist() == [False, True]


def test_a_run_of_half_a_year_is_scaled_to_a_year():
    business = SCENARIO.change({"horizon": "6 months"}).business
    levels = first_guess(business, belief_values(business))
    start, _ = born(business, levels, business.seed, 0, season_of(business))
    census = Monthly(business)
    run(business, levels, census=census)
    (losses,) = census.lost_true
    _, people = census.seen[-1]
    base = (start["stage"] >= 2) & (start["stage"] <= 5)
    kept = base & (people["activity"] != 2) & (people["lost_at"] < 0.0)
    assert losses[-1] == pytest.approx(1.0 - (kept.sum() / base.sum()) ** 2.0)


def test_ledger_tables_and_profit_say_the_same(lived):
    result = lived.result
    booked = lived.ledger.groupby("account")["amount"].sum()
    years = lived.years
    for account in ACCOUNTS:
        in_all = result.ledger[..., ACCOUNTS.index(account)].sum() / MICRO
        assert booked.get(account, 0.0) == pytest.approx(in_all)
        assert years[account].sum() == pytest.approx(in_all)
    costs = booked.drop("revenue").sum()
    assert years["profit"].sum() == pytest.approx(booked["revenue"] - costs)
    customers = result.customers
    assert customers["revenue"].sum() == result.ledger[..., ACCOUNTS.index("revenue")].sum()
    assert customers["rewards"].sum() == result.ledger[..., ACCOUNTS.index("rewards")].sum()


def test_people_are_kept(lived):
    stages = lived.result.stages
    assert (stages.sum(axis=(1, 2)) == 300).all()
    assert (stages >= 0).all()
    at_end = np.bincount(lived.result.customers["stage"], minlength=len(STAGES))
    assert stages[-1].sum(axis=0).tolist() == at_end.tolist()


def test_pay_belongs_to_the_week_that_was_worked(lived):
    pay = lived.result.ledger[:, -1, ACCOUNTS.index("pay")] / MICRO
    # Three people at 500; the first vacancy comes later than the first week.
    assert pay[0] == pytest.approx(1500.0)
    assert pay.max() <= 1500.0
