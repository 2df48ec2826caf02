"""What goes wrong, whether the firm hears of it, and what follows where it does not."""

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from businesses import merged, small, terms
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_compiled import differences
from test_laws import assert_same_world, booked, counted

from loyaltysim import trace
from loyaltysim.behaviour import grievance, voice
from loyaltysim.behaviour.grievance import felt_severity, remember
from loyaltysim.behaviour.satisfaction import experience
from loyaltysim.behaviour.voice import MODES, is_told_when_asked, is_voiced
from loyaltysim.customers.failures import KINDS, goes_wrong, kind_of
from loyaltysim.draws import uniforms
from loyaltysim.evidence import register
from loyaltysim.firm.quality import Quality
from loyaltysim.ledger import COUNTS, MICRO
from loyaltysim.record import MESSAGE
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.service import Service
from loyaltysim.simulation import Result, Run, run
from loyaltysim.studies.levels_of import levels_of

BELIEFS = {
    name.removeprefix("beliefs."): entry.value
    for name, entry in register().items()
    if name.startswith("beliefs.")
}
CONTRACT = {
    "name": "locals", "share": "100%", "contract": {"every": "4 weeks", "awake": "30%"},
    "basket": {"mean": 100.0}, "buy_share": "90%", "share_of_wallet": "60%",
}  # fmt: skip
BAD = {"failure_per_visit": "60%"}
MANY_BATCHES = 4000


def beliefs(**changes: float) -> SimpleNamespace:
    return SimpleNamespace(**BELIEFS | changes)


def served(**service: object) -> Business:
    """A small business with some terms of its service, and hardly any luck but that."""
    return small(firm={"service": service})


def quality(**service: object) -> tuple[Quality, list[float]]:
    booked: list[float] = []
    terms = Service.model_validate(service)
    return Quality(terms, (7, 0), lambda _, amount: booked.append(amount)), booked


def uniform(draws: int, decision: int = 7) -> np.ndarray:
    return np.array([uniforms(1, 2, who, decision, 0, 0) for who in range(draws)])


def mean_is(values: np.ndarray, expected: float) -> bool:
    """Whether a mean is as expected, within four standard errors."""
    return abs(values.mean() - expected) < 4.0 * values.std() / np.sqrt(len(values)) + 1e-12


# Batches and recalls


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


# Skill


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


# Expectation


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


# Voice


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


def test_there_is_a_memory_for_each_kind_of_failure():
    assert grievance.STATE["grievances"] == (float, len(KINDS))


# The silent


def test_bills_are_paid_late_by_those_who_say_nothing():
    def lived(days: float) -> Result:
        believed = {"pays_late_days": days, "voice": 0.2, "leave_after_failure": 0.0}
        service = {"failure_per_visit": "100%"}
        return run(
            small(
                market={"segments": [CONTRACT]}, beliefs=believed, hurdle_rate="10%",
                firm={"service": service, "price": 1.0},
            )
        )  # fmt: skip

    usual, late = lived(0.0), lived(36.4)
    cost = booked(late, "service")[0] - booked(usual, "service")[0]
    # A tenth of a year at a rate of a tenth: a hundredth of what the silent owe.
    silent = 1.0 - counted(late, "complaints").sum() / counted(late, "failures").sum()
    assert cost == pytest.approx(0.01 * silent * booked(late, "revenue")[0], rel=0.05)
    of_customers = late.customers["costs"].sum() - usual.customers["costs"].sum()
    assert of_customers == cost
    assert (late.counts == usual.counts).all()


def test_who_pays_at_the_till_pays_at_once():
    late = run(small(firm={"service": BAD}, beliefs={"pays_late_days": 40.0}))
    assert booked(late, "service")[0] == booked(run(served(**BAD)), "service")[0]


def test_the_firm_can_read_how_often_its_staff_met_rudeness():
    business = small(firm={"service": BAD}, beliefs={"rude_when_silent": 0.5})
    life = Run(business, None, 7, 0, 1, (), None)
    life.env.run(until=life.env.process(life.live()))
    rude, visits = (life.counts[-1, 0, COUNTS.index(name)] for name in ("rude", "purchases"))
    assert life.rude_last_week == rude / visits > 0.0


# Grievances


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


# Learning


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


# What does nothing changes nothing


NEUTRAL: dict[str, tuple[dict, dict]] = {
    "batches that are alike": (
        {},
        {"batch": {"weeks": 3, "recall": {
            "above": 1, "noticed_after": "2 weeks", "cost_per_purchase": 9.0}}},
    ),
    "a recall of batches that are never so bad": (
        {"batch": {"spread": 0.5}},
        {"batch": {"spread": 0.5, "recall": {
            "above": 900, "noticed_after": "2 weeks", "cost_per_purchase": 9.0}}},
    ),
    "a firm that does not learn": ({}, {"learns": 0.0, "learns_floor": "5%"}),
    "complaining as easy as ever": ({}, {"ease": 1.0, "contact_mode": "reactive"}),
}  # fmt: skip
FELT = {
    "nothing is remembered": (
        {"grievance_adds": 0.0},
        {"grievance_adds": 0.0, "grievance_fades_weeks": 4.0},
    ),
    "price as it was": ({}, {"expectation_by_price": 3.0}),
    "no firm that asks": (
        {},
        {"follow_up_catches": 0.7, "regular_contact_catches": 0.5, "basic_voice": 0.3,
         "partnership_stays": 0.5},
    ),
    "nobody is billed": ({}, {"pays_late_days": 45.0}),
    "everything is voiced": (
        {"voice": 1.0},
        {"voice": 1.0, "outspokenness_spread": 1.5, "voice_by_severity": 1.0,
         "rude_when_silent": 0.3},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEUTRAL)
def test_service_at_its_neutral_setting_changes_nothing(name):
    before, after = NEUTRAL[name]
    one, other = run(served(**BAD, **before)), run(served(**BAD, **after))
    assert counted(one, "complaints").sum() > 50
    assert_same_world(one, other)
    assert (one.failure_factors == other.failure_factors).all()


@pytest.mark.parametrize("name", FELT)
def test_a_belief_without_its_occasion_changes_nothing(name):
    before, after = FELT[name]
    service = {"service": BAD}
    one = run(small(firm=service, beliefs=before))
    other = run(small(firm=service, beliefs=after))
    assert counted(one, "complaints").sum() > 50
    apart = {"grievances", "grievances_at"} if "grievance_adds" in before else ()
    assert_same_world(one, other, apart=apart)


def test_nobody_is_told_what_is_not_there():
    # So that the two tests before this one cannot pass for the wrong reason.
    plain = run(served(**BAD))
    for change in (
        {"batch": {"spread": 0.5}}, {"learns": "5%", "ease": 3.0}, {"ease": 1.5},
        {"contact_mode": "basic"}, {"contact_mode": "accountable"},
        {"contact_mode": "partnership"},
    ):  # fmt: skip
        assert run(served(**BAD, **change)).ledger.tobytes() != plain.ledger.tobytes(), change
    for belief in (
        "grievance_adds", "history_softens", "outspokenness_spread", "voice_by_severity",
    ):  # fmt: skip
        other = run(small(firm={"service": BAD}, beliefs={belief: 0.0}))
        assert other.ledger.tobytes() != plain.ledger.tobytes(), belief


# What a user reads


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
