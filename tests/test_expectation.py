"""Who pays more expects more."""

from types import SimpleNamespace

import numpy as np
import pytest
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from services import beliefs

from loyaltysim.behaviour.satisfaction import experience
from loyaltysim.simulation import run


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.0, 3.0), st.floats(0.0, 0.5))
def test_who_pays_more_than_the_reference_price_expects_more(log_price, usual, raises, off):
    belief = beliefs(expectation_by_price=raises)
    week = SimpleNamespace(log_price=log_price, rival_quality=8.0)
    visit = SimpleNamespace(quality=8.0, discount=10.0 * off, paid=10.0 * (1.0 - off))
    customer = SimpleNamespace(satisfaction=8.0, expectation=8.0, usual_log_price=usual)
    experience(customer, visit, week, belief)
    dearer = log_price + np.log1p(-off) - belief.reference_price_own * usual
    moved = belief.expectation_moves * raises * dearer
    assert customer.expectation - 8.0 == pytest.approx(moved, abs=1e-12)


def test_a_dearer_firm_disappoints_more():
    expected = [
        run(small(firm={"price": price}, beliefs={"expectation_by_price": raises})).customers[
            "expectation"
        ]
        for price, raises in ((1.2, 0.0), (1.2, 3.0), (0.8, 3.0))
    ]
    assert expected[1].mean() > expected[0].mean() + 0.05
    assert expected[2].mean() < expected[0].mean() - 0.05


def test_rivals_that_get_better_raise_what_is_expected():
    """The same lives for a while, and then more and more disappointed ones."""

    def lived(rate):
        return run(small(horizon="2 years", market={"rivals_improve_per_year": rate}))

    level, rising = lived(0.0), lived(2.0)
    gaps = [r.customers["satisfaction"] - r.customers["expectation"] for r in (level, rising)]
    assert gaps[1].mean() < gaps[0].mean() - 0.3
    assert rising.counts[:, 0].sum(axis=0)[1] != level.counts[:, 0].sum(axis=0)[1]
    # In the first week nothing has risen yet.
    assert (rising.counts[0] == level.counts[0]).all()
    assert (lived(0.0).ledger == run(small(horizon="2 years")).ledger).all()
