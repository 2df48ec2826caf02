# ruff: noqa: E501
"""A scenario with other values: changed, with other assumptions, with rivals that copy; its notes."""

import re

import pytest
from coffee import DOCUMENT
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.evidence import beliefs, register
from loyaltysim.scenario import Scenario, ScenarioError

# Changing


def test_a_change_is_read_back(coffee):
    changed = coffee.change(
        {
            "firm.staff.quits_per_year": "30%",
            "market.segments.commuters.share_of_wallet": "50%",
            "alternatives.card.programme.stamps.count": 8,
            "alternatives.nothing.firm": None,
            "alternatives.new, v1": {"firm": {"price": 0.9}},
        }
    )
    assert changed.business.firm.staff.quits_per_year == 0.3
    assert changed.business.market.segments[0].share_of_wallet == 0.5
    assert changed.alternatives["card"].programme.stamps.count == 8
    assert changed.alternatives["new, v1"].firm.price == 0.9
    again = changed.change({"alternatives.new, v1.firm.price": 0.8})
    assert again.alternatives["new, v1"].firm.price == 0.8
    assert coffee.business.firm.staff.quits_per_year == 0.6
    assert "new, v1" not in coffee.document["alternatives"]


def test_names_may_contain_dots(coffee):
    document = coffee.document
    document["alternatives"]["v1.5"] = {"firm": {"price": 0.9}}
    document["alternatives"]["v1"] = {"firm": {"price": 0.8}}
    changed = Scenario.from_document(document).change({"alternatives.v1.5.firm.price": 0.7})
    assert changed.alternatives["v1.5"].firm.price == 0.7
    assert changed.alternatives["v1"].firm.price == 0.8


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("firm.staf.count", "firm.staf: unknown field; did you mean 'staff'?"),
        ("firm.staff.cout", "firm.staff.cout: unknown field; did you mean 'count'?"),
        ("market.segments.comuters.share", "no 'comuters'; did you mean 'commuters'?"),
        ("alternatives.crad.firm.price", "no 'crad'; did you mean 'card'?"),
        ("seed.low", "seed is a single value"),
        ("", "a path of names"),
        ("firm..price", "a path of names"),
    ],
)
def test_a_change_of_an_unknown_path_is_refused(coffee, path, message):
    with pytest.raises(ScenarioError, match=re.escape(message)):
        coffee.change({path: 1})


@given(value=st.floats(0.0, 1.0), seed=st.integers(0, 2**63 - 1))
def test_any_valid_change_holds_exactly(value, seed):
    scenario = Scenario.from_document(DOCUMENT)
    changed = scenario.change({"firm.service.failure_per_visit": value, "seed": seed})
    assert changed.business.firm.service.failure_per_visit == value
    assert changed.business.seed == seed
    assert changed.alternatives["card"].firm.service.failure_per_visit == value
    assert changed.alternatives["service"].firm.service.failure_per_visit == 0.01


# Assumptions


def test_assumptions_are_what_is_left_to_the_register(coffee):
    names = coffee.assumptions()
    assert "firm.staff.quits_per_year" not in names
    assert "market.segments.occasions_per_week.spread" not in names
    assert "market.segments.contract.awake" not in names
    assert "rival.copies_after" not in names
    assert "hurdle_rate" not in names
    assert {"firm.staff.hiring_weeks", "market.segments.loss_per_year"} <= set(names)
    assert {"programme.joins", "programme.stamps.redeems_per_visit"} <= set(names)
    assert {f"beliefs.{b}" for b in beliefs() if register()[f"beliefs.{b}"].uncertain} <= set(names)
    assert names == [name for name in register() if name in names]


def test_an_assumption_is_open_while_one_segment_leaves_it(coffee):
    one = coffee.change({"market.segments.commuters.never_buys": 0.1})
    both = one.change({"market.segments.neighbours.never_buys": 0.1})
    assert "market.segments.never_buys" in one.assumptions()
    assert "market.segments.never_buys" not in both.assumptions()
    varied = one.with_assumptions({"market.segments.never_buys": 0.5})
    assert [s.never_buys for s in varied.business.market.segments] == [0.1, 0.5]


def test_with_assumptions_keeps_what_is_stated(coffee):
    own = coffee.change({"alternatives.card.programme.joins": "70%"})
    varied = own.with_assumptions(
        {
            "programme.joins": 0.42,
            "firm.staff.quits_per_year": 0.99,
            "firm.staff.skill_at_start": 0.7,
            "firm.service.desk.agents": 2.4,
            "beliefs.voice": 0.3,
        }
    )
    assert varied.alternatives["card"].programme.joins == 0.7
    assert varied.alternatives["points"].programme.joins == 0.42
    assert varied.business.firm.staff.quits_per_year == 0.6
    assert varied.alternatives["staff"].firm.staff.quits_per_year == 0.3
    assert varied.alternatives["staff"].firm.staff.skill_at_start == 0.7
    assert varied.business.firm.service.desk.agents == 2
    assert varied.business.beliefs["voice"].value == 0.3
    assert set(own.assumptions()) - set(varied.assumptions()) == {
        "programme.joins", "firm.staff.skill_at_start", "firm.service.desk.agents", "beliefs.voice",
    }  # fmt: skip
    assert Scenario.from_document(varied.document) == varied


def test_an_alternative_that_removes_a_section_has_the_same_assumptions(coffee):
    removed = coffee.change({"alternatives.service": {"firm": {"service": {}}}})
    document = removed.document
    document["alternatives"]["service"]["firm"]["service"] = None
    varied = Scenario.from_document(document).with_assumptions({"firm.service.quality": 7.25})
    assert varied.business.firm.service.quality == 7.25
    assert varied.alternatives["service"].firm.service.quality == 7.25


def test_every_assumption_can_be_set_to_both_ends_of_its_range(coffee):
    scenario = coffee.with_rival_copies()
    for end in ("low", "high"):
        values = {name: getattr(register()[name], end) for name in scenario.assumptions()}
        varied = scenario.with_assumptions(values)
        assert varied.assumptions() == []
        for name, value in values.items():
            if name.startswith("beliefs."):
                assert varied.business.beliefs[name.removeprefix("beliefs.")].value == value


def test_a_stated_range_takes_the_place_of_the_registers(coffee):
    entry = register()["beliefs.voice"]
    assert coffee.range_of("beliefs.voice") == (entry.low, entry.value, entry.high)
    ranged = coffee.change({"beliefs": {"voice": {"value": 0.2, "low": 0.1, "high": 0.3}}})
    assert ranged.range_of("beliefs.voice") == (0.1, 0.2, 0.3)
    assert "beliefs.voice" in ranged.assumptions()
    certain = ranged.with_assumptions({"beliefs.voice": 0.25})
    assert certain.business.beliefs["voice"].value == 0.25
    assert "beliefs.voice" not in certain.assumptions()


def test_unknown_assumptions_are_refused(coffee):
    with pytest.raises(ScenarioError, match=r"beliefs\.voic: unknown.*beliefs\.voice"):
        coffee.with_assumptions({"beliefs.voic": 1.0})
    with pytest.raises(ScenarioError, match="unknown assumption"):
        coffee.range_of("nonsense")


# Rivals that copy


def test_every_new_programme_is_also_copied_by_a_rival(coffee):
    copied = coffee.with_rival_copies()
    assert list(copied.alternatives) == [
        "nothing", "points", "points, copied", "card", "card, copied", "service", "staff",
    ]  # fmt: skip
    twin = copied.alternatives["card, copied"]
    assert twin.rival.copies_after == register()["rival.copies_after"].value
    assert twin.programme == copied.alternatives["card"].programme
    assert copied.alternatives["card"].rival.copies_after is None
    assert copied.with_rival_copies() == copied
    assert Scenario.from_document(copied.document) == copied


def test_the_time_until_a_rival_copies_is_an_assumption(coffee):
    copied = coffee.change({"alternatives.points.rival": {"copies_after": "5 weeks"}})
    copied = copied.with_rival_copies()
    assert "points, copied" not in copied.alternatives
    assert "rival.copies_after" in copied.assumptions()
    varied = copied.with_assumptions({"rival.copies_after": 30.0})
    assert varied.alternatives["card, copied"].rival.copies_after == 30.0
    assert varied.alternatives["points"].rival.copies_after == 5.0
    assert varied.alternatives["card"].rival.copies_after is None
    assert "rival.copies_after" not in varied.assumptions()


def test_a_programme_that_the_business_has_already_is_not_copied(coffee):
    own = coffee.change({"programme": coffee.document["alternatives"]["card"]["programme"]})
    assert [n for n in own.with_rival_copies().alternatives if "copied" in n] == ["points, copied"]
    assert any("has a programme already" in note for note in own.notes())


# Notes


def test_notes_say_what_is_valid_but_worth_knowing(coffee):
    notes = "\n".join(coffee.notes())
    assert "points: set_up, per_week, cost_per_member_year not stated, counted as 0" in notes
    assert "card: reward_value not stated, a reward is worth its selling price, 2.81" in notes
    assert "and keep their number" in notes
    stated = coffee.change({"firm.marketing.reach_per_week": "1%"})
    assert "is not held" in "\n".join(stated.notes())
    dear = coffee.change({"alternatives.points.programme.points.reward_cost": 101})
    assert "points: a reward costs 101.00, more than the 100.00 spent" in "\n".join(dear.notes())
    stated = {"set_up": 1, "per_week": 1, "cost_per_member_year": 0}
    told = coffee.change({f"alternatives.points.programme.{k}": v for k, v in stated.items()})
    assert not any(note.startswith("points: set_up") for note in told.notes())
    same = coffee.change({"alternatives.twin": {"firm": {"gross_margin": "68%"}}})
    assert "twin does not differ from 'nothing'" in same.notes()


@pytest.mark.parametrize(
    ("changes", "a_gift"),
    [
        ({"service": {"failure_per_visit": "0.1%"}}, True),
        ({"service": {"quality": 9.5}}, True),
        ({"staff": {"quits_per_year": "1%"}}, True),
        ({"service": {"failure_per_visit": "0.1%"}, "costs_per_week": 1}, False),
        ({"staff": {"quits_per_year": "1%", "pay_per_week": 600}}, False),
        ({"service": {"failure_per_visit": "50%"}}, False),
        ({"price": 1.05}, False),
    ],
)
def test_an_improvement_that_costs_nothing_is_noted(coffee, changes, a_gift):
    notes = coffee.change({"alternatives.better": {"firm": changes}}).notes()
    said = "better: what it improves costs nothing as stated"
    assert any(note.startswith(said) for note in notes) == a_gift
