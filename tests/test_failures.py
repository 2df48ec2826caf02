"""How often what goes wrong: by the skill of who serves, and by what complaints teach."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import BAD, beliefs, quality, served
from test_laws import counted

from loyaltysim.customers.failures import goes_wrong, kind_of
from loyaltysim.record import MESSAGE
from loyaltysim.simulation import run


@given(st.floats(0.0, 1.0), st.floats(0.0, 3.0))
def test_skill_moves_what_is_made_by_those_who_serve_and_the_total_as_ever(skill, prevents):
    shares = np.array([0.4, 0.25, 0.25, 0.1])
    week = SimpleNamespace(failure=0.01, failures_up_to=np.cumsum(shares))
    belief = beliefs(skill_prevents=prevents)
    us = (np.arange(4000) + 0.5) / 4000.0
    found = np.bincount([kind_of(u, skill, week, belief) for u in us], minlength=4) / 4000.0
    ratio = np.exp(prevents * (1.0 - skill))
    expected = shares / ratio
    expected[:2] += (1.0 - 1.0 / ratio) * shares[:2] / shares[:2].sum()
    assert found == pytest.approx(expected, abs=1e-3)
    rate = np.mean([goes_wrong(u / 10.0, skill, week, belief) for u in us]) / 10.0
    assert rate == pytest.approx(min(0.01 * ratio, 0.1), abs=1e-4)


def test_where_neither_product_nor_treatment_fails_skill_moves_no_kind():
    week = SimpleNamespace(failures_up_to=np.array([0.0, 0.0, 0.5, 1.0]))
    us = (np.arange(4000) + 0.5) / 4000.0
    found = np.bincount([kind_of(u, 0.3, week, beliefs()) for u in us], minlength=4)
    assert found[:2].sum() == 0
    assert found[2] == pytest.approx(2000, abs=3)


@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.lists(st.integers(0, 3), max_size=60),
    st.integers(1, 500),
)
def test_failures_fall_with_the_complaints_that_are_answered(learns, floor, causes, customers):
    firm, _ = quality(learns=learns, learns_floor=floor)
    ended = np.zeros(len(causes) + 3, MESSAGE)
    ended["cause"][: len(causes)] = causes
    ended["answered"][: len(causes)] = 1
    firm.hear(ended, customers)
    firm.hear(ended[:0], 0)
    heard = 100.0 * np.bincount(causes, minlength=4) / customers
    expected = np.maximum((1.0 - learns) ** heard, floor)
    assert firm.factors(0) == pytest.approx(expected)


def test_a_firm_that_listens_fails_less_and_one_that_does_not_answer_learns_nothing():
    answers = {"response_hours": 1, "ease": 9.0, "learns": "10%", "learns_floor": "40%"}
    deaf = answers | {"response_hours": 1e9, "desk": {"patience_days": 0.01}}
    listens, deaf_too = run(served(**BAD, **answers)), run(served(**BAD, **deaf))
    assert (np.diff(listens.failure_factors, axis=0) <= 0.0).all()
    assert (listens.failure_factors[-1, :3] == 0.4).all()
    assert (deaf_too.failure_factors == 1.0).all()
    assert counted(listens, "failures").sum() < 0.8 * counted(deaf_too, "failures").sum()
