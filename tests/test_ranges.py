"""Stated ranges: a number that is not certain is as stated, or drawn from its range."""

import copy

import pytest
from commands import ROOT
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from loyaltysim.scenario import Scenario, ScenarioError, load, schema
from loyaltysim.studies.compare import drawn

COFFEE = ROOT / "scenarios" / "coffee_shop.yaml"
FAILURE = "alternatives.service.firm.service.failure_per_visit"
EXPIRY = "alternatives.points.programme.points.expires_after"
COUNT = "alternatives.card.programme.stamps.count"
QUITS = "firm.staff.quits_per_year"
RANGES = {
    FAILURE: {"value": "1%", "low": "0.5%", "high": "2%"},
    EXPIRY: {"value": "12 months", "low": "26 weeks", "high": "2 years"},
    COUNT: {"value": 10, "low": 8, "high": 12},
    QUITS: {"value": 0.6, "low": "40%", "high": "90%"},
}


@pytest.fixture
def certain() -> Scenario:
    return load(COFFEE).change({FAILURE: "1%"})


@pytest.fixture
def ranged(certain) -> Scenario:
    return certain.change(RANGES)


def test_as_stated_it_is_the_value_alone(certain, ranged):
    assert ranged.business == certain.business
    assert ranged.alternatives == certain.alternatives
    assert ranged.document != certain.document


def test_ranges_are_what_is_uncertain_beside_the_register(certain, ranged):
    assert set(ranged.assumptions()) == {*certain.assumptions(), *RANGES}
    assert ranged.range_of(FAILURE) == (0.005, 0.01, 0.02)
    assert ranged.range_of(EXPIRY) == (26.0, 52.0, 104.0)
    assert ranged.range_of(QUITS) == (0.4, 0.6, 0.9)
    point = certain.change({FAILURE: {"value": "1%", "low": "1%", "high": "1%"}})
    assert FAILURE not in point.assumptions()


def test_other_values_take_the_place_of_the_range_wherever_it_holds(ranged):
    other = ranged.with_assumptions({FAILURE: 0.017, EXPIRY: 30.5, COUNT: 8.6, QUITS: 0.45})
    assert other.alternatives["service"].firm.service.failure_per_visit == 0.017
    assert other.alternatives["points"].programme.points.expires_after == 30.5
    assert other.alternatives["card"].programme.stamps.count == 9
    for name, world in other.alternatives.items():
        # An alternative that states its own keeps it.
        assert world.firm.staff.quits_per_year == (0.3 if name == "staff" else 0.45)
    assert not set(other.assumptions()) & set(RANGES)


def test_a_draw_is_the_same_with_and_without_a_rival_that_copies(ranged):
    copied = ranged.with_rival_copies()
    seen = set()
    for replication in range(50):
        found = drawn(copied, replication)
        assert found[EXPIRY] == found[EXPIRY.replace("points.", "points, copied.", 1)]
        assert 26.0 <= found[EXPIRY] <= 104.0
        seen.add(found[EXPIRY])
        # One range more changes no other draw.
        assert {k: v for k, v in found.items() if k in drawn(ranged, replication)} == drawn(
            ranged, replication
        )
    assert len(seen) == 50


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (FAILURE, {"value": "1%", "low": "2%", "high": "3%"}, "must lie between low and high"),
        (FAILURE, {"value": "1%", "low": "0.5%"}, "a range is written as {value: ..., low: ..."),
        (FAILURE, {"value": "1%", "low": "0.5%", "high": "200%"}, "allowed: 0% to 100%"),
        (FAILURE, {"value": "1%", "low": -1, "high": "2%"}, "allowed: 0% to 100%"),
        (
            FAILURE,
            {"value": "1%", "low": [], "high": "2%"},
            "failure_per_visit: found a list; write a percent",
        ),
        ("firm.staff.contact", dict.fromkeys(("value", "low", "high"), "pooled"), "only a number"),
        ("firm.service", dict.fromkeys(("value", "low", "high"), 1), "firm.service"),
        ("market.people", {"value": 5, "low": 4, "high": 6}, "write a plain number"),
    ],
)
def test_what_is_no_range_is_refused_once(certain, path, value, said):
    with pytest.raises(ScenarioError) as caught:
        certain.change({path: value})
    assert len(caught.value.problems) == 1
    assert said in str(caught.value)
    assert caught.value.problems[0].field == path


def test_the_line_of_a_wrong_end_is_named(tmp_path):
    text = COFFEE.read_text("utf-8")
    assert text.count("quits_per_year: 60%") == 1
    wrong = text.replace("quits_per_year: 60%", "quits_per_year: {value: 60%, low: x, high: 90%}")
    (tmp_path / "wrong.yaml").write_text(wrong, "utf-8")
    line = next(n for n, row in enumerate(wrong.split("\n"), 1) if "low: x" in row)
    with pytest.raises(ScenarioError, match=f"wrong.yaml, line {line}, column .*quits_per_year"):
        load(tmp_path / "wrong.yaml")


def test_the_schema_knows_ranges_and_where_they_may_stand(ranged):
    check = Draft202012Validator(schema())
    document = YAML(typ="safe").load(COFFEE.read_text("utf-8"))
    document["firm"]["staff"]["quits_per_year"] = RANGES[QUITS]
    document["alternatives"]["points"]["programme"]["points"]["expires_after"] = RANGES[EXPIRY]
    assert [error.message for error in check.iter_errors(document)] == []
    half = copy.deepcopy(document)
    del half["firm"]["staff"]["quits_per_year"]["high"]
    assert not check.is_valid(half)
    document["market"]["people"] = {"value": 5, "low": 4, "high": 6}
    assert not check.is_valid(document)
