"""Failures are remembered: the next one hurts more, and who has bought often less."""

from types import SimpleNamespace

import numpy as np
import pytest
from businesses import terms
from hypothesis import given
from hypothesis import strategies as st
from services import BAD, CONTRACT, beliefs
from test_compiled import differences

from loyaltysim import trace
from loyaltysim.behaviour import grievance
from loyaltysim.behaviour.grievance import felt_severity, remember
from loyaltysim.customers.failures import KINDS
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import levels_of


def test_there_is_a_memory_for_each_kind_of_failure():
    assert grievance.STATE["grievances"] == (float, len(KINDS))


def customer(purchases: int = 0) -> SimpleNamespace:
    return SimpleNamespace(grievances=np.zeros(4), grievances_at=0.0, purchases=purchases)


def test_a_second_failure_soon_after_the_first_is_worse_and_later_it_is_not():
    belief = beliefs(grievance_adds=0.5, history_softens=0.0)
    let_down = customer()
    assert felt_severity(let_down, 3.0, belief, 0.0) == 3.0
    remember(let_down, 1, 3.0, belief, 0.0)
    felt = [felt_severity(let_down, 3.0, belief, week) for week in (0.0, 13.0, 520.0)]
    share = 1.0 - np.exp(-np.array([1.0, np.exp(-1.0), np.exp(-40.0)]))
    assert felt == pytest.approx(3.0 * (1.0 + 0.5 * share))
    assert let_down.grievances.tolist() == [0.0, 3.0, 0.0, 0.0]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 20.0), st.floats(0.0, 30.0)), max_size=12),
    st.integers(0, 500),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.3),
)
def test_what_is_remembered_only_adds_and_what_was_bought_only_softens(past, bought, adds, softens):
    belief = beliefs(grievance_adds=adds, history_softens=softens)
    one, now = customer(bought), 0.0
    expected = np.zeros(4)
    for kind, severity, later in past:
        now += later
        expected *= np.exp(-later / belief.grievance_fades_weeks)
        expected[kind] += severity
        remember(one, kind, severity, belief, now)
    assert one.grievances == pytest.approx(expected)
    felt = felt_severity(one, 3.0, belief, now)
    softened = 3.0 * (1.0 + bought) ** -softens
    assert softened * (1.0 - 1e-9) <= felt <= softened * (1.0 + adds) * (1.0 + 1e-9)
    later = felt_severity(one, 3.0, belief, now + 5.0)
    assert later <= felt
    fewer = SimpleNamespace(**vars(one) | {"purchases": 0})
    assert felt <= felt_severity(fewer, 3.0, belief, now)


def test_two_failures_in_a_row_are_the_same_interpreted_traced_and_in_bulk():
    document = terms(
        market={"people": 60, "segments": [CONTRACT]},
        firm={
            "price": 1.1,
            "service": BAD
            | {
                "batch": {"spread": 0.8, "weeks": 3}, "ease": 2.0, "learns": "5%",
                "contact_mode": "partnership",
            },
        },
    )  # fmt: skip
    scenario = Scenario.from_document(document)
    whole = run(scenario.business)
    assert differences(whole, run(scenario.business, interpreted=range(60))) == []
    number = int(np.argmax((whole.customers["grievances"] > 0.0).sum(axis=1)))
    life = trace(scenario, number)
    visits = [moment.facts["visit"] for moment in life.moments if "visit" in moment.facts]
    failed = [visit for visit in visits if visit["failure"] > 0.0]
    assert len(failed) > 1
    assert {visit["kind"] for visit in failed} <= set(KINDS)
    assert life.result.customers[number].tobytes() == life_in_bulk(scenario, number)


def life_in_bulk(scenario: Scenario, number: int) -> bytes:
    business = scenario.business
    return bytes(run(business, levels_of(business)).customers[number].tobytes())
