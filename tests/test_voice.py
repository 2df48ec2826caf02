"""Whether the firm hears of a failure: who voices it, who is asked, and what that costs."""

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from businesses import merged, small, terms
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from services import BAD, beliefs, mean_is, served, uniform
from test_laws import booked, counted

from loyaltysim.behaviour import voice
from loyaltysim.behaviour.voice import MODES, is_told_when_asked, is_voiced
from loyaltysim.ledger import MICRO
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.service import Service
from loyaltysim.simulation import Result, run


@pytest.mark.parametrize("mode", [0, 1, 3])
@pytest.mark.parametrize("ease", [0.4, 1.0, 5.0])
@pytest.mark.parametrize("spreads", [(0.0, 0.0), (0.8, 0.5), (1.5, 1.0)])
def test_the_share_voiced_is_as_stated_whoever_is_outspoken(mode, ease, spreads):
    belief = beliefs(voice=0.1, outspokenness_spread=spreads[0], voice_by_severity=spreads[1])
    week = SimpleNamespace(ease=ease, contact_mode=mode)
    luck = uniform(8000)
    people, scores = stats.norm.ppf(luck[:, 1]), stats.norm.ppf(luck[:, 2])
    voiced = np.array(
        [
            is_voiced(u, score, SimpleNamespace(outspokenness=person), week, belief)
            for u, person, score in zip(luck[:, 0], people, scores, strict=True)
        ]
    )
    odds = ease * (0.5 if mode == 0 else 1.0) * 0.1 / 0.9
    assert mean_is(voiced, odds / (1.0 + odds))
    if spreads[0] > 0.0:
        assert people[voiced].mean() > 0.2
        assert scores[voiced].mean() > 0.1


@given(st.floats(0.0, 1.0), st.floats(1e-9, 1.0 - 1e-9))
def test_where_neither_person_nor_severity_counts_one_draw_decides(share, u):
    belief = beliefs(voice=share, outspokenness_spread=0.0, voice_by_severity=0.0)
    week = SimpleNamespace(ease=1.0, contact_mode=1)
    if abs(u - share) > 1e-12:
        voiced = is_voiced(u, 1.7, SimpleNamespace(outspokenness=-2.0), week, belief)
        assert voiced is (u < share)


@pytest.mark.parametrize(("mode", "share"), [(0, 0.0), (1, 0.0), (2, 0.4), (3, 0.52), (4, 0.52)])
def test_a_firm_that_asks_hears_of_a_share_of_the_silent(mode, share):
    belief = beliefs(follow_up_catches=0.4, regular_contact_catches=0.2)
    week = SimpleNamespace(contact_mode=mode)
    us = (np.arange(1000) + 0.5) / 1000.0
    told = [is_told_when_asked(u, week, belief) for u in us]
    assert np.mean(told) == pytest.approx(share)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_voiced_asked_for_and_silent_in_a_run(mode):
    result = run(
        small(
            market={"people": 1500},
            firm={"service": BAD | {"contact_mode": mode, "ease": 2.0}},
            beliefs={"rude_when_silent": 0.3, "leave_after_failure": 0.0},
        )
    )
    failures, complaints, asked, rude = (
        counted(result, name).sum() for name in ("failures", "complaints", "asked", "rude")
    )
    odds = (1.0 if mode == "basic" else 2.0) * 0.1 / 0.9
    # Those who come often are heard often, so the failures are not so many people.
    assert (complaints - asked) / failures == pytest.approx(odds / (1.0 + odds), abs=0.025)
    caught = {"accountable": 0.4, "proactive": 0.52, "partnership": 0.52}.get(mode, 0.0)
    assert asked / (failures - complaints + asked) == pytest.approx(caught, abs=0.01)
    assert rude / (failures - complaints) == pytest.approx(0.3, abs=0.01)


def test_what_ease_and_contact_cost_is_in_the_books():
    costs = {"ease_cost_per_week": 40.0, "contact_cost_per_customer_week": 0.25}
    free, paid = run(served(**BAD)), run(served(**BAD, **costs))
    customers = paid.stages[1:, :, 2:6].sum()
    more = booked(paid, "service")[-1] - booked(free, "service")[-1]
    assert more == 26 * 40 * MICRO + customers * MICRO // 4
    assert_same_world_but_for_money(free, paid)


def assert_same_world_but_for_money(one: Result, other: Result) -> None:
    assert one.customers.tobytes() == other.customers.tobytes()
    assert (one.counts == other.counts).all()


def test_partners_stay():
    lost = [
        counted(
            run(
                small(
                    market={"people": 3000},
                    firm={"service": {"failure_per_visit": "0%", "contact_mode": mode}},
                    beliefs={"partnership_stays": 0.5},
                )
            ),
            "lost_silently",
        ).sum()
        for mode in ("proactive", "partnership")
    ]
    assert lost[1] < 0.75 * lost[0]


def test_the_modes_are_those_that_may_be_written():
    written = Service.model_fields["contact_mode"].annotation
    assert get_args(written) == MODES
    assert [Service(contact_mode=mode).closeness for mode in MODES] == list(range(len(MODES)))
    assert MODES[voice.PARTNERSHIP] == "partnership"


def test_a_mode_that_does_not_exist_is_refused_with_the_nearest():
    document = merged(terms(), {"firm": {"service": {"contact_mode": "acountable"}}})
    with pytest.raises(ValueError, match="accountable"):
        Scenario.from_document(document)


def test_a_better_contact_that_costs_nothing_is_noted():
    better = {"firm": {"service": {"contact_mode": "accountable"}}}
    paid = merged(better, {"firm": {"service": {"contact_cost_per_customer_week": 0.1}}})
    notes = Scenario.from_document(
        terms(alternatives={"nothing": {}, "free": better, "paid": paid})
    ).notes()
    assert any(note.startswith("free: what it improves costs nothing") for note in notes)
    assert not any(note.startswith("paid: what it improves") for note in notes)
