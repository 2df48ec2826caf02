"""What is stated and changes nothing is said, truly, and is no assumption."""

from dataclasses import fields
from pathlib import Path

import pytest
from businesses import small, terms

import loyaltysim
from loyaltysim.scenario import Scenario, load
from loyaltysim.scenario.unread import unread
from loyaltysim.simulation import run

SCENARIOS = sorted((Path(loyaltysim.__file__).parent.parent / "scenarios").glob("*.yaml"))
OTHERWISE = {
    "firm.service.response_hours": 400.0,
    "firm.service.compensation_share_of_basket": 0.9,
    "firm.service.desk.agents": 40,
    "firm.service.desk.hours": "3-4",
    "firm.service.desk.days": 1,
    "firm.service.desk.handling_hours": 90.0,
    "firm.service.desk.patience_days": 0.01,
    "firm.service.desk.resolved": 0.01,
    "firm.service.desk.cost_per_ticket": 77.0,
}
OWN = {
    "agents": 1, "hours": "8-20", "days": 6, "response_hours": 1, "handling_hours": 20,
    "patience_days": 2, "resolved": "60%", "cost_per_ticket": 3,
}  # fmt: skip
SECOND = {"agents": 1, "handling_hours": 4, "resolved": "70%"}


def two_channels(*left_out: str, **more: object) -> dict[str, object]:
    """Service with two channels that state everything but these, and more of the desk."""
    own = {name: value for name, value in OWN.items() if name not in left_out}
    channels = [{"name": "phone", "share": 2} | own, {"name": "mail", "share": 1} | own]
    return {"failure_per_visit": "60%", "desk": {"channels": channels, **more}}


CASES = {
    "one channel": {"failure_per_visit": "60%"},
    "remedies": {"failure_per_visit": "60%", "recovery": {"fix": {"amount": 5}}},
    "all its own": two_channels(),
    "agents shared": two_channels("agents"),
    "hours of the desk": two_channels("hours"),
    "work of the desk": two_channels("handling_hours", "response_hours"),
    "second level": two_channels(second_level=SECOND),
    "complete second level": two_channels(second_level=SECOND | {"cost_per_ticket": 1}),
}
CASES["self-service"] = two_channels()
CASES["self-service"]["desk"]["channels"].append({"name": "web", "share": 1, "at_once": True})


def with_field(service: dict, field: str) -> dict:
    """The service with another value of a field."""
    name = field.removeprefix("firm.service.")
    if name.startswith("desk."):
        desk = {**service.get("desk", {}), name.removeprefix("desk."): OTHERWISE[field]}
        return {**service, "desk": desk}
    return {**service, name: OTHERWISE[field]}


def lived(service: dict):
    return run(small(firm={"service": service}, beliefs={"voice": 0.9}))


def same(a, b) -> bool:
    return all(
        getattr(a, field.name).tobytes() == getattr(b, field.name).tobytes()
        for field in fields(a)
        if hasattr(getattr(a, field.name), "tobytes")
    )


@pytest.mark.parametrize("case", CASES)
def test_a_field_that_is_said_to_change_nothing_changes_nothing_and_no_other(case):
    service = CASES[case]
    said = unread(small(firm={"service": service}).firm)
    before = lived(service)
    still = {f for f in OTHERWISE if same(before, lived(with_field(service, f)))}
    assert set(said) == still


def test_it_is_noted_once_and_only_where_it_is_stated():
    document = terms(firm={"service": with_field(CASES["all its own"], "firm.service.desk.agents")})
    document["alternatives"] = {"nothing": {}, "dear": {"firm": {"price": 1.1}}}
    notes = [n for n in Scenario.from_document(document).notes() if "changes nothing" in n]
    assert notes == [
        "firm.service.desk.agents is stated but changes nothing: every channel states its own"
    ]


def test_what_an_alternative_reads_is_not_noted_and_what_it_states_in_vain_is():
    document = terms(
        firm={"service": with_field(CASES["all its own"], "firm.service.desk.patience_days")}
    )
    second = {"firm": {"service": {"desk": {"second_level": SECOND}}}}
    slow = {"firm": {"service": {"response_hours": 99}}}
    document["alternatives"] = {"nothing": {}, "second": second, "slow": slow}
    notes = [n for n in Scenario.from_document(document).notes() if "changes nothing" in n]
    assert notes == [
        "slow: firm.service.response_hours is stated but changes nothing: every channel states "
        "its own"
    ]


def test_what_is_read_nowhere_is_no_assumption():
    for case, service in CASES.items():
        plan = Scenario.from_document(terms(firm={"service": service}))
        assert not set(plan.assumptions()) & set(unread(plan.business.firm)), case
    assert "firm.service.response_hours" in Scenario.from_document(terms()).assumptions()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_shipped_scenarios_state_nothing_in_vain(path):
    assert not [note for note in load(path).notes() if "changes nothing" in note]
