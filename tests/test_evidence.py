"""Law: a default exists only with an entry in the evidence register."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import loyaltysim
from loyaltysim.evidence import Entry, beliefs, find, nearest, register, sources
from loyaltysim.scenario.model import Business

ROOT = Path(loyaltysim.__file__).parent
RULES = ("behaviour", "customers", "firm", "rewards")
"""Where the rules about people stand."""

IN_FIELDS = ("market.", "firm.", "programme.", "stages.")
"""Entries with these beginnings are defaults of what a scenario may say."""

NEUTRAL = {
    "market.start.suspect": 0,
    "market.start.prospect": 0,
    "market.start.first_time": 0,
    "market.start.repeat": 0,
    "market.start.client": 0,
    "market.start.advocate": 0,
    "market.start.lost": 0,
    "market.segments.loss_per_purchase.spread": 0,
    "market.rivals_improve_per_year": 0,
    "firm.price": 1,
    "firm.costs_per_week": 0,
    "firm.service.cost_per_visit": 0,
    "firm.service.batch.spread": 0,
    "firm.service.learns": 0,
    "firm.service.ease": 1,
    "firm.service.ease_cost_per_week": 0,
    "firm.service.contact_cost_per_customer_week": 0,
    "firm.service.desk.cost_per_ticket": 0,
    "firm.service.desk.channels.ease": 1,
    "firm.service.desk.resolved_by_skill": 0,
    "firm.service.desk.hand_offs": 0,
    "firm.service.desk.complains_again": 0,
    "firm.service.recovery.explain.share_of_basket": 0,
    "firm.service.recovery.explain.amount": 0,
    "firm.service.recovery.apologise.share_of_basket": 0,
    "firm.service.recovery.apologise.amount": 0,
    "firm.service.recovery.fix.share_of_basket": 0,
    "firm.service.recovery.fix.amount": 0,
    "firm.service.recovery.replace.share_of_basket": 0,
    "firm.service.recovery.replace.amount": 0,
    "firm.service.recovery.refund.share_of_basket": 0,
    "firm.service.recovery.refund.amount": 0,
    "firm.service.recovery.compensate.share_of_basket": 0,
    "firm.service.recovery.compensate.amount": 0,
    "firm.marketing.budget_per_week": 0,
    "firm.staff.dismissed_per_year": 0,
    "firm.staff.raise_per_year": 0,
    "firm.staff.recognitions_per_year": 0,
    "firm.staff.recognition_cost": 0,
    "firm.staff.training_hours_per_week": 0,
    "firm.staff.training_cost_per_hour": 0,
    "firm.staff.process_discipline": 0,
    "firm.staff.hand_over.prepared": 0,
    "firm.staff.hand_over.alike": 0,
    "firm.staff.hand_over.database": 0,
    "programme.set_up": 0,
    "programme.per_week": 0,
    "programme.cost_per_member_year": 0,
    "programme.stamps.head_start": 0,
    "programme.fee_per_year": 0,
    "programme.gaming_share": 0,
    "programme.kept": 1,
    "programme.points.per_euro": 0,
    "programme.points.per_visit": 0,
    "programme.points.actions.cost": 0,
    "programme.points.from_amount": 0,
    "programme.points.bonus_share": 0,
    "programme.points.bonus_factor": 1,
    "programme.points.charity": 0,
    "programme.stamps.cards_lost_per_year": 0,
    "programme.tiers.levels.earns": 1,
    "programme.tiers.levels.off": 0,
    "programme.tiers.levels.value_per_visit": 0,
    "programme.tiers.levels.cost_per_visit": 0,
    "programme.changes.points.actions.cost": 0,
    "programme.changes.tiers.levels.earns": 1,
    "programme.changes.tiers.levels.off": 0,
    "programme.changes.tiers.levels.value_per_visit": 0,
    "programme.changes.tiers.levels.cost_per_visit": 0,
    "programme.cashback.paid_from": 0,
    "programme.coupons.cost_per_contact": 0,
    "programme.coupons.from_week": 0,
    "programme.coupons.from_amount": 0,
    "programme.gifts.cost_per_contact": 0,
    "programme.gifts.from_week": 0,
    "programme.recognition.cost_per_contact": 0,
    "programme.recognition.from_week": 0,
    "programme.perks.cost_per_contact": 0,
    "programme.perks.from_week": 0,
    "programme.perks.value_per_visit": 0,
    "programme.perks.cost_per_visit": 0,
    "programme.referral.welcome_off": 0,
    "programme.referral.false_share": 0,
}
"""Defaults that add nothing and change nothing, and so need no evidence."""

ENTRIES = list(register().values())
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[e.name for e in ENTRIES])


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models that a field may hold, inside options, lists and annotations too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, UnionType) or get_origin(annotation) in (Union, list, dict, tuple):
        for part in get_args(annotation):
            yield from models_in(part)
    elif hasattr(annotation, "__metadata__"):
        yield from models_in(get_args(annotation)[0])


def fields_of(model: type[BaseModel], place: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """All fields below a model with their places in a scenario file."""
    for name, field in model.model_fields.items():
        yield place + name, field
        for inner in models_in(field.annotation):
            yield from fields_of(inner, f"{place}{name}.")


def numeric_defaults() -> dict[str, tuple[float, str | None]]:
    """Place, default and named entry of every field with a number as its default."""
    found: dict[str, tuple[float, str | None]] = {}
    for place, field in fields_of(Business):
        default = field.get_default(call_default_factory=False)
        if isinstance(default, int | float) and not isinstance(default, bool):
            extra = field.json_schema_extra
            entry = extra.get("evidence") if isinstance(extra, dict) else None
            named = entry if isinstance(entry, str) else None
            place = place.replace("segments.start.", "start.").replace(".campaigns.", ".")
            found[place] = (default, named)
    return found


def beliefs_read() -> dict[str, str]:
    """Names read off `beliefs` in the rules, with the file that reads them."""
    found: dict[str, str] = {}
    for room in RULES:
        for file in sorted((ROOT / room).glob("**/*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and is_beliefs(node.value):
                    found[node.attr] = f"{room}/{file.name}"
    return found


def is_beliefs(node: ast.expr) -> bool:
    """Whether it is `beliefs`, `world.beliefs` or `world.beliefs[0]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return (isinstance(node, ast.Name) and node.id == "beliefs") or (
        isinstance(node, ast.Attribute) and node.attr == "beliefs"
    )


@each_entry
def test_entry_is_well_formed(entry: Entry) -> None:
    assert all(map(math.isfinite, (entry.value, entry.low, entry.high)))
    assert entry.low <= entry.value <= entry.high
    assert entry.label[0].isupper()
    assert not entry.label.endswith(".")
    assert entry.unit
    if entry.unit == "share":
        assert entry.low >= 0.0
        assert entry.high <= 1.0
    if entry.unit == "count":
        assert entry.value == int(entry.value)


@each_entry
def test_entry_says_why(entry: Entry) -> None:
    enough = 20 if entry.grade == "convention" else 60
    assert len(entry.source) >= enough
    assert entry.source.endswith(".")
    if entry.grade not in ("assumption", "convention"):
        assert entry.sources, "a grade above assumption names what it rests on"
        assert entry.uncertain, "nothing about people is known exactly"
    assert all(source.citation for source in entry.sources)


@each_entry
def test_a_direction_alone_sets_no_number(entry: Entry) -> None:
    roles = {source.role for source in entry.sources}
    if entry.grade in ("experiment", "meta-analysis", "field data", "survey"):
        assert "input" in roles
    if entry.grade == "practitioner":
        assert roles & {"input", "claim"}


def test_every_source_is_used() -> None:
    used = {name for entry in ENTRIES for name in entry.source_ids}
    assert used == set(sources())


def test_every_belief_has_its_rule() -> None:
    unread = set(beliefs()) - set(beliefs_read())
    assert not unread, f"no rule reads {sorted(unread)}"


def test_every_rule_has_its_evidence() -> None:
    unknown = {name: file for name, file in beliefs_read().items() if name not in beliefs()}
    assert not unknown, f"read by a rule, but not in the register: {unknown}"


def test_every_default_has_its_evidence() -> None:
    for place, (default, entry) in numeric_defaults().items():
        if place in NEUTRAL:
            assert default == NEUTRAL[place], f"{place} is no longer neutral: {default}"
            assert entry is None, f"{place} has evidence and need not be listed as neutral"
        else:
            assert entry is not None, f"{place} = {default} has no entry in the register"
            assert register()[entry].value == default, f"{place} is not what {entry} says"
            assert entry == place


def test_neutral_defaults_exist() -> None:
    assert set(NEUTRAL) <= set(numeric_defaults())
    assert set(NEUTRAL.values()) <= {0, 1}


def test_every_entry_of_a_field_is_used() -> None:
    used = {entry for _, entry in numeric_defaults().values()}
    unused = [e.name for e in ENTRIES if e.name.startswith(IN_FIELDS) and e.name not in used]
    assert not unused


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("beliefs.progress_pull", ["beliefs.progress_pull"]),
        ("progress_pull", ["beliefs.progress_pull"]),
        (" Quits_Per_Year ", ["firm.staff.quits_per_year"]),
        ("staff.quits_per_year", ["firm.staff.quits_per_year"]),
        (
            "redeems_per_visit",
            ["programme.points.redeems_per_visit", "programme.stamps.redeems_per_visit"],
        ),
        ("stages.lapsed", ["stages.lapsed_gaps", "stages.lapsed_days"]),
        ("employee and year", ["firm.staff.quits_per_year"]),
        ("zzzzzz", []),
    ],
)
def test_find(text: str, names: list[str]) -> None:
    assert [entry.name for entry in find(text)] == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("progess_pul", "beliefs.progress_pull"),
        ("firm.staff.quit_per_yaer", "firm.staff.quits_per_year"),
        ("staf.hiring_week", "firm.staff.hiring_weeks"),
    ],
)
def test_a_misspelt_name_is_not_found_and_has_a_nearest(text: str, name: str) -> None:
    assert find(text) == []
    assert nearest(text)[0].name == name
    assert len(nearest(text)) <= 4


def test_find_without_text_is_everything() -> None:
    assert find("") == ENTRIES
