# ruff: noqa: E501
"""Files that extend others, the laws of overlays and of writing, and the schema of the example."""

import json
import re

import pytest
from coffee import COFFEE, refusal, written
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.scenario import dump, load, schema
from loyaltysim.scenario.nodes import nodes_of, plain
from loyaltysim.scenario.overlay import overlay
from loyaltysim.scenario.problems import Problems

# Extending


def test_a_file_extends_another_by_the_rule_of_overlays(tmp_path, coffee):
    written(tmp_path, COFFEE, "parts/base.yaml")
    child = """\
extends: parts/base.yaml
name: The other corner
market: {segments: {commuters: {share: 50%}, neighbours: {share: 50%}}}
alternatives: {points: null, card: {programme: {stamps: {count: 8}}}}
"""
    scenario = load(written(tmp_path, child))
    assert scenario.business.name == "The other corner"
    assert [s.share for s in scenario.business.market.segments] == [0.5, 0.5]
    assert list(scenario.alternatives) == ["nothing", "card", "service", "staff"]
    card = scenario.alternatives["card"].programme.stamps
    assert (card.count, card.head_start) == (8, 2)
    assert "extends" not in scenario.document
    expected = coffee.change(
        {
            "name": "The other corner",
            "market.segments.commuters.share": "50%",
            "market.segments.neighbours.share": "50%",
            "alternatives.points": None,
            "alternatives.card.programme.stamps.count": 8,
        }
    )
    assert scenario == expected


def test_a_problem_is_shown_in_the_file_where_it_was_written(tmp_path):
    base = written(tmp_path, COFFEE.replace("68%", "168%"), "base.yaml")
    child = written(tmp_path, "extends: base.yaml\nseed: -1\n")
    lines = str(refusal(child)).splitlines()
    assert lines[0].startswith(f"{child}, line 2, column 7: seed: found -1")
    assert lines[1].startswith(f"{base}, line 23, column 17: firm.gross_margin: found 168%")
    assert len(lines) == 2


def test_segments_may_be_removed_and_whole_ones_added(tmp_path):
    written(tmp_path, COFFEE, "base.yaml")
    whole = "{share: 60%, occasions_per_week: {mean: 1}, basket: {mean: 5}, buy_share: 1, share_of_wallet: 1}"
    child = f"extends: base.yaml\nmarket: {{segments: {{commuters: null, students: {whole}}}}}\n"
    segments = load(written(tmp_path, child)).business.market.segments
    assert [s.name for s in segments] == ["neighbours", "students"]


@pytest.mark.parametrize("form", ["{comuters: {share: 60%}}", "[{name: comuters, share: 60%}]"])
def test_an_unknown_segment_is_refused(tmp_path, form):
    written(tmp_path, COFFEE, "base.yaml")
    child = written(tmp_path, f"extends: base.yaml\nmarket: {{segments: {form}}}\n")
    error = str(refusal(child))
    assert f"{child}, line 2" in error
    assert "market.segments.comuters: there is no 'comuters' to change" in error
    assert "did you mean 'commuters'?" in error


def test_a_segment_named_twice_in_an_overlay_is_refused(tmp_path):
    written(tmp_path, COFFEE, "base.yaml")
    twice = "[{name: commuters, share: 60%}, {name: commuters, share: 50%}, {share: 3%}]"
    error = str(refusal(written(tmp_path, f"extends: base.yaml\nmarket: {{segments: {twice}}}\n")))
    assert "'commuters' stands twice" in error
    assert "say which item is meant by its name" in error


def test_files_that_extend_one_another_are_refused(tmp_path):
    written(tmp_path, "extends: b.yaml\n", "a.yaml")
    written(tmp_path, "extends: a.yaml\n", "b.yaml")
    assert "extends itself, directly or by a detour" in str(refusal(tmp_path / "a.yaml"))


def test_a_long_chain_is_refused_and_a_shorter_one_read(tmp_path, coffee):
    written(tmp_path, COFFEE, "0.yaml")
    for i in range(1, 12):
        written(tmp_path, f"extends: {i - 1}.yaml\n", f"{i}.yaml")
    assert load(tmp_path / "9.yaml") == coffee
    assert "at most 10 deep" in str(refusal(tmp_path / "10.yaml"))


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    outside = written(tmp_path, COFFEE, "outside/secret.yaml")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    for target in ("link.yaml", "folder/secret.yaml", "../outside/secret.yaml"):
        child = written(inside, f"extends: {target}\n", "child.yaml")
        error = str(refusal(child))
        assert "must lie in the folder of the scenario file, or below it" in error


def test_a_file_below_may_extend_one_above_within_the_folder(tmp_path, coffee):
    written(tmp_path, COFFEE, "base.yaml")
    written(tmp_path, "extends: ../base.yaml\n", "parts/middle.yaml")
    assert load(written(tmp_path, "extends: parts/middle.yaml\n")) == coffee
    assert "must lie in the folder" in str(refusal(tmp_path / "parts/middle.yaml"))


# Laws of overlays and of writing

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 9) | st.text(max_size=5)
TREES = st.dictionaries(
    st.text(max_size=3),
    st.recursive(LEAVES, lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=4)),
    max_size=4,
)
# A document of any kind; zero bytes and the like are for the writer to escape.
DOCUMENTS = st.dictionaries(
    st.text(max_size=10),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=20,
    ),
    min_size=1,
)  # fmt: skip


def laid_over(base, over):
    problems = Problems()
    result = plain(overlay(nodes_of(base), nodes_of(over), problems))
    assert problems == []
    return result


@given(TREES)
def test_an_empty_overlay_changes_nothing(base):
    assert laid_over(base, {}) == base


@given(TREES, TREES)
def test_an_overlay_decides_wherever_it_speaks(base, over):
    merged = laid_over(base, over)
    assert set(merged) <= set(base) | set(over)
    for key, value in over.items():
        if value is None:
            assert merged.get(key) is None
        elif not isinstance(value, dict) or not isinstance(base.get(key), dict):
            assert merged[key] == value
    for key in set(base) - set(over):
        assert merged[key] == base[key]


def without_nulls(tree):
    if not isinstance(tree, dict):
        return tree
    return {k: without_nulls(v) for k, v in tree.items() if v is not None}


@given(TREES, TREES)
def test_an_overlay_laid_twice_is_laid_once(base, over):
    over = without_nulls(over)
    once = laid_over(base, over)
    assert laid_over(once, over) == once


@given(DOCUMENTS)
def test_a_document_that_was_written_is_read_back(document):
    from loyaltysim.scenario.reading import parse

    text = dump(document)
    again = plain(parse(text, "text"))
    assert again == document
    assert json.dumps(again) == json.dumps(document)
    assert dump(again) == text


def test_the_written_form_is_readable(coffee, tmp_path):
    text = dump(coffee.document)
    assert "  staff: {count: 6, pay_per_week: 520, quits_per_year: 60%, contact: pooled}\n" in text
    assert load(written(tmp_path, text, "again.yaml")) == coffee


# The schema


def test_the_schema_knows_every_field_of_the_example(coffee):
    def check(value, rules, path):
        options = rules.get("anyOf", [rules])
        if isinstance(value, dict):
            rule = next(o for o in options if o.get("type") in ("object", ["object", "null"]))
            for key, item in value.items():
                inner = rule.get("properties", {}).get(key, rule.get("additionalProperties"))
                assert inner, (*path, key)
                check(item, inner, (*path, key))
            assert set(rule.get("required", [])) <= set(value), path
        elif isinstance(value, list):
            for item in value:
                check(item, next(o for o in options if o.get("type") == "array")["items"], path)

    rules = schema()
    assert json.loads(json.dumps(rules)) == rules
    check(coffee.with_rival_copies().document, rules["else"], ())
    assert "required" not in rules["then"]
    margin = rules["else"]["properties"]["firm"]["properties"]["gross_margin"]["anyOf"]
    assert {"type": "number", "minimum": 0, "maximum": 1} in margin
    assert any(re.match(option.get("pattern", "^$"), "68%") for option in margin)


# Everything that is wrong at once

DESK = """\
extends: base.yaml
firm:
  staff: {count: 0}
  service:
    desk:
      channels:
"""


def desk_of(tmp_path, channels: str) -> str:
    """What is said of channels laid over two that are there."""
    channel = (
        "{channels: [{name: phone, share: 60%, agents: 1}, {name: mail, share: 40%, agents: 1}]}"
    )
    base = COFFEE.replace("response_hours: 24}", f"response_hours: 24, desk: {channel}}}")
    assert base != COFFEE
    written(tmp_path, base, "base.yaml")
    return str(refusal(written(tmp_path, f"{DESK}        {channels}\n")))


def test_every_mistake_is_told_at_once_also_where_an_item_cannot_be_laid_over(tmp_path):
    error = desk_of(tmp_path, "{fax: {hours: 20-8}, mial: {agents: 0}}")
    assert "firm.staff.count: found 0" in error
    there = (
        "there is no 'fax' to change; there are phone, mail; to add one, state agents, share too"
    )
    assert there in error
    assert "channels.fax.hours: found 20-8" in error
    assert "there is no 'mial' to change; did you mean 'mail'?" in error
    assert "channels.mail.agents: found 0" in error


def test_both_items_of_one_name_are_looked_at(tmp_path):
    error = desk_of(tmp_path, "[{name: phone, agents: 2.5}, {name: phone, days: 9}]")
    assert "'phone' stands twice" in error
    assert "channels.phone.agents: found 2.5" in error
    assert "channels.phone.days: found 9" in error


@pytest.mark.parametrize("change", ["null", "3", "[]"])
def test_what_is_no_item_cannot_be_added(tmp_path, change):
    assert "there is no 'fax' to change; there are" in desk_of(tmp_path, f"{{fax: {change}}}")
