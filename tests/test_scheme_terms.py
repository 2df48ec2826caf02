# ruff: noqa: E501
"""What cannot be is refused with its place, and an editor knows the fields of every scheme."""

import copy
import json

import pytest
from coffee import COFFEE, refusal, written
from jsonschema import Draft202012Validator
from test_schema import STARTER, read

from loyaltysim.rewards.programme import schemes
from loyaltysim.scenario import load, schema

POINTS = "points: {per_euro: 10, reward_at: 1000, reward_cost: 2}"
BROKEN = [
    ("points: {per_euro: 1, reward_at: 5, reward_cost: 1, menu: [{at: 5, reward_cost: 1}]}", [".points: state either reward_at or a menu"]),
    ("points: {per_euro: 1}", [".points: state either reward_at or a menu"]),
    ("points: {per_euro: 1, reward_at: 5}", [".points: reward_cost goes with reward_at"]),
    ("points: {reward_at: 5, reward_cost: 1}", [".points: nothing earns points"]),
    ("points: {per_euro: 1, menu: [{at: 9, reward_cost: 1}, {at: 5, reward_cost: 1}]}", [".points: each reward of the menu must take more points"]),
    ("points: {per_euro: 1, reward_at: 5, reward_cost: 1, expires_evry: 4 weeks}", [".points.expires_evry: unknown field; did you mean 'expires_every'?"]),
    ("points: {per_euro: 1, reward_at: 5, reward_cost: 1, partners: {points_per_week: 1}}", [".points.partners.paid_per_point: missing"]),
    ("tiers: {levels: [{name: a, at: 9}, {name: b, at: 9}]}", [".tiers: each level must need more than the one before it"]),
    ("tiers: {levels: []}", [".tiers.levels"]),
    ("tiers: {metric: visit, levels: [{name: a, at: 9}]}", [".tiers.metric: found visit; allowed: spend, visits; did you mean 'visits'?"]),
    ("gifts: {reward_cost: 1, on: surprise}", [".gifts: state per_year with `on: surprise`"]),
    ("gifts: {reward_cost: 1, per_year: 2}", [".gifts: state per_year with `on: surprise`, and only then"]),
    ("gifts: {reward_cost: 1, on: large_order}", [".gifts: state from_amount with `on: large_order`"]),
    ("gifts: {reward_cost: 1, on: birthdays}", ["found birthdays", "did you mean 'birthday'?"]),
    ("recognition: {}", [".recognition.form: missing; allowed: public, private, thanks"]),
    ("discount: {off: 0%}", [".discount.off: found 0%; allowed: more than 0%, up to 95%"]),
    ("cashback: {back: 3%, paid_every: 4}", [".cashback.paid_every: found 4; write a number and a unit"]),
    ("streak: {count: 1, reward_cost: 1}", [".streak.count: found 1; allowed: whole numbers, 2 to 1000"]),
    ("missions: {period: 4 weeks, reward_cost: 1}", [".missions.stretch: missing"]),
    ("coupons: {off: 10%, valid: 2 weeks, to: everyone}", [".coupons.to: found everyone", "did you mean 'everybody'?"]),
    ("referral: {reward_cost: 1, most_per_year: 0}", [".referral.most_per_year: found 0; allowed: whole numbers, 1 to 10000"]),
    ("joins: 50%", ["a programme needs at least one scheme: points or stamps"]),
    (POINTS + ", budget_per_year: 0", [".budget_per_year: found 0; allowed: more than 0"]),
    (POINTS + ", changes: [{at: 9 weeks}]", [".changes", "state either `closes: true`, or the schemes whose rules change"]),
    (POINTS + ", changes: [{at: 9 weeks, closes: true, points: {per_euro: 1}}]", [".changes", "state either `closes: true`"]),
    (POINTS + ", changes: [{at: 9 weeks, closes: true, grandfather: true}]", [".changes", "leave out grandfather"]),
    (POINTS + ", changes: [{at: 9 weeks, stamps: {count: 5}}]", ["changes: the programme has no stamps whose rules could change"]),
    (POINTS + ", changes: [{at: 9 weeks, points: {reward_at: null, menu: [{at: 9, reward_cost: 1}]}}]", ["changes", "state either reward_at or a menu"]),
    (POINTS + ", changes: [{points: {per_euro: 1}}]", [".at: missing"]),
    (POINTS + ", campaigns: [{name: May}]", [".campaigns", "say what the campaign sends: coupons or gifts"]),
    (POINTS + ", campaigns: [{gifts: {reward_cost: 1}}]", [".campaigns", "name: missing"]),
    (POINTS + ", campaigns: [{name: May, points: {per_euro: 1}}]", [".points: unknown field"]),
    (POINTS + ", campaigns: [{name: May, gifts: {reward_cost: 1}}, {name: May, gifts: {reward_cost: 2}}]", ["campaigns: the name 'May' stands twice"]),
    ("fee_per_year: 9, automatic: true, " + POINTS, ["nobody pays a fee without asking"]),
    ("kept: 50%, discount: {off: 5%}", ["kept is of rewards that are asked for: points or stamps"]),
    ("fee_per_year: 9, perks: {value_per_visit: 1}", ["a fee is paid for what members have", "such as discount"]),
    (POINTS + ", changes: [{at: 9 weeks, points: {per_eur: 1}}]", [".points.per_eur: unknown field; did you mean 'per_euro'?"]),
]  # fmt: skip


def with_programme(terms: str) -> str:
    """The coffee shop with one more alternative."""
    return COFFEE + f"  tried: {{programme: {{{terms}}}}}\n"


@pytest.mark.parametrize(("terms", "parts"), BROKEN, ids=[terms[-50:] for terms, _ in BROKEN])
def test_schemes_that_cannot_be_are_refused_with_their_place(tmp_path, terms, parts):
    error = str(refusal(written(tmp_path, with_programme(terms))))
    assert "line 33" in error
    assert "alternatives.tried.programme" in error
    for part in parts:
        assert part in error
    assert "Input should" not in error


WHOLE = {
    "points": {"per_euro": 1, "menu": [{"at": 9, "reward_cost": 1}, {"at": 30, "reward_cost": 2}],
               "actions": [{"points": 5, "per_year": "200%"}], "expires_unused": "1 years",
               "grace": "2 weeks", "pending": "10 days", "charity": "10%",
               "partners": {"points_per_week": 3, "paid_per_point": 0.01}},
    "stamps": {"count": 9, "reward_cost": 1, "cards_lost_per_year": "20%"},
    "tiers": {"soft_landing": True, "levels": [{"name": "gold", "at": 9, "off": "5%", "priority": True}]},
    "discount": {"off": "5%"},
    "cashback": {"back": "1%", "paid_every": "3 months"},
    "missions": {"period": "1 months", "stretch": "20%", "reward_cost": 1},
    "streak": {"count": 4, "reward_cost": 1},
    "coupons": {"off": "10%", "valid": "2 weeks", "to": "best", "best": "10%", "personal": True},
    "gifts": {"on": "surprise", "per_year": "50%", "reward_cost": 2, "visible": True},
    "recognition": {"form": "public", "every": "1 months"},
    "perks": {"priority": True, "hotline_hours": 2},
    "referral": {"reward_cost": 5, "welcome_off": "10%", "false_share": "5%"},
    "fee_per_year": 20, "trial": "1 months", "clear_rules": True, "budget_per_year": 900,
    "gaming_share": "5%", "kept": "95%",
    "campaigns": [{"name": "spring", "coupons": {"off": "5%", "valid": "1 weeks"}}],
    "changes": [{"at": "1 years", "notice": "2 months", "grandfather": True,
                 "points": {"expires_after": "6 months"}, "stamps": {"count": 10}}],
}  # fmt: skip


def document(**changes) -> dict:
    """The starter with an alternative that has everything, some of it changed."""
    found = copy.deepcopy(read(STARTER))
    found["alternatives"]["tried"] = {"programme": {**copy.deepcopy(WHOLE), **changes}}
    return found


@pytest.fixture(scope="module")
def check() -> Draft202012Validator:
    return Draft202012Validator(schema())


def test_every_scheme_and_field_is_known_to_editors_and_to_the_reader(check, tmp_path):
    assert {module.NAME for module in schemes()} <= set(WHOLE)
    assert [error.message for error in check.iter_errors(document())] == []
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    read_ = load(path).alternatives["tried"].programme
    assert [scheme.kind for scheme in read_.schemes] == [*range(len(schemes())), 7]
    assert [version.terms.count for version in read_.versions if version.kind == 1] == [9, 10]


@pytest.mark.parametrize(
    "changes",
    [
        {"cashbak": {}}, {"cashback": {"back": "x"}}, {"gifts": {"on": "never", "reward_cost": 1}},
        {"changes": [{"at": 5}]}, {"changes": [{"at": "5 weeks", "points": {"per_eur": 1}}]},
        {"changes": 5}, {"tiers": {"levels": [{"at": "five"}]}}, {"kept": "lots"}, {"trial": 4},
    ],
    ids=str,
)  # fmt: skip
def test_editors_see_what_is_wrong_with_a_scheme(check, changes):
    assert not check.is_valid(document(**changes))
