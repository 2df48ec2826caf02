"""Service, and beliefs about it, at their neutral setting change nothing at all."""

import pytest
from businesses import small
from services import BAD, served
from test_laws import assert_same_world, counted

from loyaltysim.simulation import run

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
