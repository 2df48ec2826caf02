"""The plan of a week is what the code does, in its order."""

import json

import pytest

from loyaltysim import simulation
from loyaltysim.behaviour.awareness import take_notice
from loyaltysim.customers.population import live_week
from loyaltysim.mechanism import mechanisms
from loyaltysim.simulation import WEEK_PLAN
from loyaltysim.story import plan as plan_module
from loyaltysim.story.plan import Step, plan


def names(steps: tuple[Step, ...]) -> list[str]:
    return [name for step in steps for name in (step.name, *names(step.parts))]


def find(steps: tuple[Step, ...], name: str) -> Step:
    return next(step for step in steps if step.name == name)


def test_every_step_of_the_week_is_there_in_its_order():
    assert [step.name for step in plan()] == [name for name, _ in WEEK_PLAN]


def test_another_order_of_the_week_is_another_plan(monkeypatch):
    monkeypatch.setattr(plan_module, "WEEK_PLAN", WEEK_PLAN[::-1])
    assert [step.name for step in plan()] == [name for name, _ in WEEK_PLAN[::-1]]


def test_every_rule_of_an_occasion_is_there_once_in_the_order_of_the_code():
    rules = [step.name for step in find(plan(), "live_the_population").parts]
    called = [name for name in live_week.__code__.co_names if name in rules]
    assert sorted(called) == sorted(rules)
    assert len(set(rules)) == len(rules)
    wanted = ["take_notice", "sleep_on", "make_choice", "serve", "pay", "take_in", "decide_staying"]
    assert [name for name in rules if name in wanted] == wanted


def test_what_only_helps_is_told_from_what_happens():
    helps = {s.name: s.helps for step in plan() for s in step.parts}
    assert {name for name in helps if helps[name]} >= {
        "fetch",
        "reason_of",
        "entry_of",
        "gain_pull",
    }
    assert not any(helps[name] for name in ("make_choice", "goes_wrong", "pay", "gap", "stage_of"))


def test_what_happens_at_the_end_of_a_month_alone_says_so():
    parts = find(plan(), "live_the_population").parts
    assert find(parts, "lapse").does.startswith("At the end of a month: write off")
    # On the last day too, but not only then.
    assert find(parts, "fade").does.startswith("Bring familiarity")


def test_every_mechanism_of_a_choice_is_there():
    choice = find(find(plan(), "live_the_population").parts, "make_choice")
    wishes = [step.name for step in find(choice.parts, "wishes").parts]
    found = mechanisms("loyaltysim.behaviour")
    wanted = [f"{m.__name__.rsplit('.', 1)[-1]}.wish" for m in found if hasattr(m, "wish")]
    assert wishes == wanted


def test_messages_are_read_where_they_are_delivered():
    assert "receive" in names(find(plan(), "deliver").parts)
    assert "receive" not in names(find(plan(), "live_the_population").parts)


@pytest.mark.parametrize("undescribed", [simulation.Run.gather, take_notice])
def test_a_step_or_rule_that_is_not_described_is_refused(monkeypatch, undescribed):
    monkeypatch.setattr(undescribed, "__doc__", None)
    with pytest.raises(ValueError, match=f"{undescribed.__name__} .* does not say what it does"):
        plan()


def test_the_command_prints_it(say):
    told = say("plan")
    assert told.code == 0
    numbered = [line for line in told.out.splitlines() if line[0].isdigit()]
    assert [line.split()[1].rstrip(":") for line in numbered] == [name for name, _ in WEEK_PLAN]
    deep = say("plan", "--all")
    assert "satisfaction.wish" in deep.out
    assert "satisfaction.wish" not in told.out
    assert "fetch: Ask memory" in deep.out
    for helper in ("fetch", "reason_of", "luck_of_rival", "entry_of"):
        assert f"- {helper}:" not in told.out
    assert json.loads(say("plan", "--json").out) == [step.as_json() for step in plan()]
