"""Batches are not equally good, and a bad one is withdrawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from services import mean_is, quality, served
from test_laws import booked, counted

from loyaltysim.ledger import COUNTS, MICRO
from loyaltysim.simulation import run

MANY_BATCHES = 4000


def test_batches_fail_as_often_as_stated_on_average():
    firm, _ = quality(batch={"spread": 0.6})
    factors = np.array([firm.batch(number) for number in range(MANY_BATCHES)])
    assert mean_is(factors, 1.0)
    assert mean_is(np.log(factors), -0.18)
    assert stats.kstest((np.log(factors) + 0.18) / 0.6, "norm").pvalue > 1e-4


def test_a_batch_is_as_good_or_bad_in_every_alternative():
    narrow, _ = quality(batch={"spread": 0.2})
    wide, _ = quality(batch={"spread": 1.0, "weeks": 9}, failure_per_visit="5%")
    for number in range(20):
        z = (np.log(narrow.batch(number)) + 0.02) / 0.2
        assert np.log(wide.batch(number)) == pytest.approx(z - 0.5)


@given(st.floats(0.0, 3.0), st.integers(1, 9), st.integers(0, 300))
def test_only_the_product_comes_in_batches_and_level_and_spread_stand_apart(spread, weeks, week):
    firm, _ = quality(batch={"spread": spread, "weeks": weeks}, failure_per_visit="3%")
    record = {"failure": 0.0, "failures_up_to": np.zeros(4)}
    firm.show(record, firm.factors(week))
    shares = np.diff(record["failures_up_to"], prepend=0.0)
    assert record["failures_up_to"][-1] == 1.0
    stated = 0.03 * np.array([0.4, 0.25, 0.25, 0.1])
    stated[0] *= firm.batch(week // weeks)
    assert record["failure"] * shares == pytest.approx(stated)


@given(st.integers(1, 9), st.integers(1, 14), st.floats(1.0, 4.0))
def test_a_bad_batch_is_withdrawn_and_what_was_sold_of_it_paid_for(weeks, noticed, above):
    recall = {"above": above, "noticed_after": f"{noticed} weeks", "cost_per_purchase": 2.5}
    firm, paid = quality(batch={"spread": 1.2, "weeks": weeks, "recall": recall})
    horizon, expected = 60, 0.0
    for week in range(horizon):
        number, age = divmod(week, weeks)
        bad = firm.batch(number) > above
        out = bad and age >= noticed
        assert firm.factors(week)[0] == (1.0 if out else firm.batch(number))
        if bad and not out and number * weeks + noticed <= horizon:
            expected += 2.5 * (week + 1)
        firm.sell(week, week + 1)
    assert sum(paid) == pytest.approx(expected)


def test_a_recall_is_in_the_books_and_spares_customers():
    batch = {"spread": 1.5, "weeks": 4}
    recall = {"above": 2.0, "noticed_after": "5 days", "cost_per_purchase": 3.0}
    kept = run(served(failure_per_visit="10%", batch=batch))
    withdrawn = run(served(failure_per_visit="10%", batch=batch | {"recall": recall}))
    factors = kept.failure_factors[::4, 0]
    bad = np.flatnonzero(factors > 2.0)
    assert len(bad) > 0
    sold = withdrawn.counts[4 * bad, 0, COUNTS.index("purchases")].sum()
    assert booked(withdrawn, "service")[-1] - booked(kept, "service")[-1] == sold * 3 * MICRO
    assert counted(withdrawn, "failures").sum() < counted(kept, "failures").sum()
