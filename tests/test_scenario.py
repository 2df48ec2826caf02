# ruff: noqa: E501
"""From a scenario file to validated objects: what is read, what is refused and how."""

import json
import os
import pickle
import re
import time

import pytest
from coffee import COFFEE, refusal, written

from loyaltysim.evidence import register
from loyaltysim.scenario import Scenario, ScenarioError, load
from loyaltysim.scenario.nodes import Node

# What is read


def test_a_scenario_becomes_the_business_and_its_alternatives(coffee):
    assert coffee.reference == "nothing"
    assert list(coffee.alternatives) == ["nothing", "points", "card", "service", "staff"]
    assert coffee.alternatives["nothing"] == coffee.business
    commuters = coffee.business.market.segments[0]
    assert (commuters.share, commuters.share_of_wallet, commuters.basket.mean) == (0.6, 0.45, 4.2)
    assert coffee.business.horizon == 156.0
    assert coffee.alternatives["points"].programme.points.expires_after == 52.0
    better = coffee.alternatives["service"].firm
    assert (better.costs_per_week, better.service.response_hours) == (180.0, 4.0)
    assert better.staff == coffee.business.firm.staff


def test_the_document_is_what_was_written(coffee):
    assert coffee.document["firm"]["gross_margin"] == "68%"
    assert coffee.document["horizon"] == "3 years"
    assert json.loads(json.dumps(coffee.document)) == coffee.document
    assert Scenario.from_document(coffee.document) == coffee


@pytest.mark.parametrize("word", ["per_euro", "per_dollar", "per_pound", "per_yuan"])
def test_points_are_earned_in_the_currency_of_the_scenario(tmp_path, word):
    scenario = load(written(tmp_path, COFFEE.replace("per_euro", word)))
    assert scenario.alternatives["points"].programme.points.per_euro == 10.0


def test_a_json_file_reads_like_yaml(tmp_path, coffee):
    text = json.dumps({**coffee.document, "name": "Ecke 🥐 é"}, indent="\t")
    scenario = load(written(tmp_path, text, "coffee.json"))
    assert scenario.document == {**coffee.document, "name": "Ecke 🥐 é"}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path, coffee):
    text = b"\xef\xbb\xbf" + COFFEE.replace("\n", "\r\n").encode()
    assert load(written(tmp_path, text)) == coffee


def test_words_and_numbers_mean_what_they_say(tmp_path):
    text = COFFEE.replace("name: Corner coffee", "name: no").replace("seed: 7", "seed: 012")
    text = text.replace("pay_per_week: 520", "pay_per_week: 5.2e2")
    business = load(written(tmp_path, text)).business
    assert (business.name, business.seed, business.firm.staff.pay_per_week) == ("no", 12, 520.0)


def test_anchors_save_typing(tmp_path):
    text = COFFEE.replace("start: {", "start: &now {").replace(
        "      share: 60%\n", "      share: 60%\n      start: *now\n"
    )
    market = load(written(tmp_path, text)).business.market
    assert market.segments[0].start == market.start


def test_null_counts_as_not_written(tmp_path):
    text = COFFEE.replace("quits_per_year: 60%", "quits_per_year: null")
    scenario = load(written(tmp_path, text))
    assert (
        scenario.business.firm.staff.quits_per_year == register()["firm.staff.quits_per_year"].value
    )
    assert "firm.staff.quits_per_year" in scenario.assumptions()


def test_a_scenario_survives_pickling(coffee):
    copy = pickle.loads(pickle.dumps(coffee))
    assert copy == coffee
    assert copy.alternatives == coffee.alternatives


# What is refused. Each row: text to replace, its replacement, and parts of the message.

BROKEN = [
    ("share_of_wallet: 45%", "share_of_walet: 45%",
     ["coffee.yaml, line 15, column 7: market.segments.commuters.share_of_walet: unknown field",
      "did you mean 'share_of_wallet'?",
      "line 10, column 7: market.segments.commuters.share_of_wallet: missing; allowed: 0% to 100%"]),
    ("horizon: 3 years", "horizon: 3",
     ["line 3, column 10: horizon: found 3; write a number and a unit, such as 10 days"]),
    ("horizon: 3 years", "horizon: 3 yeers", ["horizon: found 3 yeers", "12 months"]),
    ("horizon: 3 years", "horizon: 0 days", ["found 0 days", "more than 0 weeks, up to 100 years"]),
    ("horizon: 3 years", "horizon: 2024-02-31", ["line 3", "found 2024-02-31", "a unit"]),
    ("horizon: 3 years", "horizon: -3 years", ["found -3 years", "a unit"]),
    ("horizon: 3 years\n", "",
     ["coffee.yaml, line 1, column 1: horizon: missing; allowed: more than 0 weeks"]),
    ("gross_margin: 68%", "gross_margin: 168%",
     ["firm.gross_margin: found 168%; allowed: 0% to 100%"]),
    ("gross_margin: 68%", "gross_margin: 68 %%", ["found 68 %%", "a percentage such as 68%"]),
    ("gross_margin: 68%", "gross_margin: .nan", ["line 23, column 17: firm.gross_margin: found .nan; numbers must be finite"]),
    ("pay_per_week: 520", "pay_per_week: -.inf", ["found -.inf", "must be finite"]),
    ("pay_per_week: 520", "pay_per_week: 1e999", ["found 1e999", "too large a number"]),
    ("pay_per_week: 520", "pay_per_week: -1",
     ["firm.staff.pay_per_week: found -1; allowed: 0 to 1000000000000"]),
    ("pay_per_week: 520", "pay_per_week: true", ["found true", "a plain number"]),
    ("pay_per_week: 520", "pay_per_week: 1_000", ["found 1_000", "a plain number"]),
    ("pay_per_week: 520", "pay_per_week: [520]", ["firm.staff.pay_per_week", "a plain number"]),
    ("pay_per_week: 520", "pay_per_week: '520'", ["found 520", "a plain number, without quotes"]),
    ("people: 10000", "people: 10000.5", ["people: found 10000.5; allowed: whole numbers, 1 to 10000000"]),
    ("people: 10000", "people: 1" + "0" * 5000, ["at most 40 characters"]),
    ("people: 10000", "people: 99999999999999999999", ["too large a number"]),
    ("people: 10000", "people: 0", ["found 0; allowed: whole numbers, 1 to 10000000"]),
    ("seed: 7", "seed: 7\nseed: 8", ["line 6, column 1", "'seed' stands twice (first in line 5)"]),
    ("seed: 7", "7: seed", ["line 5", "names must be text", "found 7"]),
    ("seed: 7", "<<: {}", ["`<<` is not part of YAML 1.2"]),
    ("seed: 7", "seed: *seven", ["*seven stands for nothing"]),
    ("seed: 7", "seed: !!python/object:os.system 7", ["line 5", "tags such as"]),
    ("seed: 7", "replicatons: 20", ["unknown field; did you mean 'replications'?"]),
    ("seed: 7", "zzz: 20", ["unknown field; allowed: name, currency, horizon"]),
    ("seed: 7", "\tseed: 7", ["line 5", "indent with spaces"]),
    ("name: Corner coffee", "name: 12", ["name: found 12", "in quotes"]),
    ("name: Corner coffee", "name: ''", ["name: found an empty text"]),
    ("name: Corner coffee", 'name: "a\\e[31m"', ["plain text on one line"]),
    ("name: Corner coffee", 'name: "half \\ud83d"', ["half a character"]),
    ("name: commuters", 'name: "a\\e[31m"',
     ["market.segments.a\\x1b[31m.name: found a\\x1b[31m; write plain text on one line"]),
    ("currency: EUR", "currency: euro", ["found euro", "three capital letters, such as EUR"]),
    ("contact: pooled", "contact: poled",
     ["found poled; allowed: pooled, dedicated; did you mean 'pooled'?"]),
    ("contact: pooled", "contact: {pooled: true}",
     ["firm.staff.contact: found a map; allowed: pooled, dedicated"]),
    ("contact: pooled", "hand_over: perfect",
     ["hand_over: found perfect; write a map of fields: prepared, alike, database, alias"]),
    ("contact: pooled", "skill: 60%", ["firm.staff.skill: unknown field; did you mean 'skill_at_start'?"]),
    ("contact: pooled", "alias: true", ["firm.staff.alias: unknown field; did you mean 'hand_over.alias'?"]),
    ("contact: pooled", "dedicated: true", ["dedicated: unknown field; did you mean 'contact: dedicated'?"]),
    ("contact: pooled", "some_weeks: 3", ["some_weeks: unknown field; allowed: count"]),
    ("response_hours: 24", "recovery: refund",
     ["recovery: found refund; write a map of fields: explain, apologise, fix, replace, refund"]),
    ("response_hours: 24", "rules: [always_right]", ["did you mean 'customer_is_right'?"]),
    ("response_hours: 24", "rules: [listen, listen]", ["firm.service.rules: 'listen' stands twice"]),
    ("response_hours: 24", "desk: {channels: [{name: mail}]}", ["share: missing; allowed: 0 to 1000"]),
    ("share: 60%", "share: 50%",
     ["market.segments: the shares of the segments must sum to 100%; they sum to 90%",
      "commuters 50% + neighbours 40%"]),
    ("suspect: 40%", "suspect: 41%", ["line 8, column 10: market.start", "they sum to 101%"]),
    ("name: neighbours", "name: commuters", ["two segments are named 'commuters'"]),
    ("market:\n", "market: []\nmarked:\n", ["market: found a list; write a map", "marked"]),
    ("start: {suspect", "season: {june: 100%}\n  start: {suspect", ["market.season", "missing: january"]),
    ("start: {suspect", "season: {jun: 100%}\n  start: {suspect",
     ["market.season.jun: unknown field; did you mean 'june'?"]),
    ("firm:\n", "beliefs: {progres_pull: 0.2, voice: -1, habit_pull: {value: 1, low: 2, high: 3}}\nfirm:\n",
     ["beliefs.progres_pull: unknown belief; did you mean 'progress_pull'?",
      "beliefs.habit_pull: the value must lie between low and high"]),
    ("firm:\n", "beliefs: {voice: -1}\nfirm:\n", ["line 22, column 18: beliefs.voice: found -1; cannot be negative"]),
    ("firm:\n", "assumptions: {firm.staf.quits: 1}\nfirm:\n",
     ["line 22, column 15: assumptions.firm.staf.quits: unknown assumption"]),
    ("firm:\n", "assumptions: {firm.staff.skill_at_start: 3}\nfirm:\n",
     ["line 22, column 42: firm.staff.skill_at_start: found 3; allowed: 0% to 100%"]),
    ("head_start: 2", "head_start: 10",
     ["line 30", "alternatives.card.programme.stamps: head_start (10) must be smaller than count"]),
    ("head_start: 2", "hed_start: 2",
     ["line 30, column 66: alternatives.card.programme.stamps.hed_start", "'head_start'"]),
    ("stamps: {count", "stmps: {count",
     ["alternatives.card.programme.stmps: unknown field; did you mean 'stamps'?"]),
    ("  nothing: {}", "  nothing: {market: {people: 5}}",
     ["line 28, column 13: alternatives.nothing.market: an alternative may change firm, programme",
      "the people and their luck must be the same in every alternative"]),
    ("  nothing: {}", "  nothing: {seed: 5}", ["alternatives.nothing.seed", "may change"]),
    ("  nothing: {}", "  other: {programe: 5}",
     ["alternatives.other.programe: unknown field; did you mean 'programme'?"]),
    ("  nothing: {}", "  other: {staff: {count: 3}}",
     ["alternatives.other.staff: unknown field; did you mean 'firm.staff'?"]),
    ("  nothing: {}", "  other: {zzz: 3}", ["unknown field; allowed: firm, programme, rival, beliefs"]),
    ("  nothing: {}", "  nothing: {firm: {price: 2}}", ["'nothing' is for the alternative that"]),
    ("  nothing: {}", "  nothing: 5", ["alternatives.nothing: found 5; write a map"]),
    ("  nothing: {}", "  ' ': {}", ["name an alternative with 1 to 80 characters"]),
    ("  nothing: {}", "  bare: {firm: null}", ["alternatives.bare.firm: missing"]),
    ("staff: {pay_per_week: 575,", "staff: {count: null,",
     ["line 32, column 22: alternatives.staff.firm.staff.count: missing; allowed: whole numbers"]),
    ("alternatives:\n", "alternatives: 3\nother:\n", ["alternatives: found 3; write a map"]),
    ("seed: 7", "extends: nowhere.yaml", ["line 5, column 10: extends: found nowhere.yaml; no such file"]),
    ("seed: 7", "extends: /etc/passwd", ["found /etc/passwd; write a path relative"]),
    ("seed: 7", "extends: C:\\x.yaml", ["write a path relative"]),
    ("seed: 7", "extends: ../other.yaml", ["must lie in the folder of the scenario file"]),
    ("seed: 7", "extends: coffee.yaml", ["extends itself"]),
    ("seed: 7", "extends: [a, b]", ["extends: found a list; write the name of a file"]),
    ("seed: 7", "extends: " + "x" * 5000, ["cannot be read: File name too long"]),
    ("seed: 7", "seed: [7", ["is not valid YAML"]),
    ("seed: 7", "seed: 7: 8", ["line 5", "a colon in an unexpected place"]),
    ("seed: 7", "---", ["a second document begins here"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "parts"), BROKEN, ids=[f"{b[1][:40]!r}" for b in BROKEN])
def test_a_broken_scenario_is_refused_in_plain_words(tmp_path, old, new, parts):
    assert COFFEE.count(old) >= 1
    error = refusal(written(tmp_path, COFFEE.replace(old, new, 1)))
    for part in parts:
        assert part in str(error)
    assert "Input should" not in str(error)


FILES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n  \n", "is empty"),
    "comment": (b"# nothing yet\n", "is empty"),
    "null": (b"null", "is empty"),
    "list": (b"- a\n- b\n", "found a list; a scenario is a map of fields"),
    "word": (b"hello", "found hello; a scenario is a map of fields"),
    "utf16": (COFFEE.encode("utf-16"), "is UTF-16 or UTF-32 text; save it as UTF-8"),
    "latin1": ("name: caf\xe9\n".encode("latin-1"), "is not UTF-8 (byte 0xe9)"),
    "binary": (bytes(range(256)), "is not text"),
    "bell": (b"name: \x07", "holds the control character \\x07; delete it"),
    "large": (b"#" * 2_000_000, "is larger than 500 kB"),
    "deep": (b"a: " + b"[" * 5000, "nested deeper than 32 levels"),
    "deep block": (b"- " * 5000, "nested deeper than 32 levels"),
    "wide": (b"a: [" + b"1," * 30_000 + b"]", "more than 20000 values"),
    "bomb": (
        b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 9))
                                      for i in range(1, 12)),
        "more than 20000 values, those repeated by * counted",
    ),
    "self": (b"a: &a [*a]", "stands for nothing"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_refused_quickly(tmp_path, kind):
    data, message = FILES[kind]
    path = written(tmp_path, data)
    start = time.perf_counter()
    error = refusal(path)
    assert message in str(error)
    assert str(path) in str(error)
    assert time.perf_counter() - start < 10.0


def test_depth_is_counted_through_aliases(tmp_path):
    lines = ["a0: &a0 [[[[x]]]]"] + [f"a{i}: &a{i} [[[[*a{i - 1}]]]]" for i in range(1, 12)]
    assert "nested deeper" in str(refusal(written(tmp_path, "\n".join(lines))))


def test_many_mistakes_do_not_take_long(tmp_path):
    unknown = "".join(f"progress_pul{i}: 1\n" for i in range(9_000))
    text = COFFEE + "beliefs:\n" + re.sub("^", "  ", unknown, flags=re.M).rstrip(" ")
    start = time.perf_counter()
    error = refusal(written(tmp_path, text))
    assert "more" in str(error).splitlines()[-1]
    assert time.perf_counter() - start < 20.0


def test_a_missing_file_names_the_nearest(tmp_path):
    written(tmp_path, COFFEE)
    path = tmp_path / "cofee.yaml"
    assert str(refusal(path)) == f"{path}: no such file; did you mean 'coffee.yaml'?"


def test_a_folder_is_no_scenario(tmp_path):
    written(tmp_path, COFFEE)
    assert "is a folder; name a file in it, such as coffee.yaml" in str(refusal(tmp_path))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = written(tmp_path, COFFEE)
    path.chmod(0)
    assert "permission is missing" in str(refusal(path))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_an_impossible_file_name_is_refused(name):
    assert "cannot be read" in str(refusal(name))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "not a regular file" in str(refusal(tmp_path / "pipe.yaml"))


def test_all_problems_come_at_once_and_as_json(tmp_path):
    text = COFFEE.replace("68%", "168%").replace("horizon: 3 years", "horizon: 3")
    text = text.replace("count: 10", "count: 0") + "hurdle_rate: -1\n"
    error = refusal(written(tmp_path, text))
    problems = json.loads(error.to_json())
    assert [(p["line"], p["field"], p["found"]) for p in problems] == [
        (3, "horizon", "3"),
        (23, "firm.gross_margin", "168%"),
        (30, "alternatives.card.programme.stamps.count", "0"),
        (33, "hurdle_rate", "-1"),
    ]
    assert str(error).splitlines() == [str(p) for p in error.problems]


@pytest.mark.parametrize("value", [float("nan"), object(), {1: 2}, 10**400, "\ud800", b"x"])
def test_a_document_from_python_holds_only_what_a_file_could(coffee, value):
    with pytest.raises(ScenarioError):
        Scenario.from_document({**coffee.document, "seed": value})


def test_a_document_that_contains_itself_is_refused(coffee):
    document = coffee.document
    document["firm"] = document
    with pytest.raises(ScenarioError, match="nested deeper"):
        Scenario.from_document(document)


# The reference


def test_a_reference_is_added_and_noted_where_none_is_empty(tmp_path):
    scenario = load(written(tmp_path, COFFEE.replace("  nothing: {}\n", "")))
    assert list(scenario.alternatives)[:2] == ["nothing", "points"]
    assert scenario.reference == "nothing"
    assert any("'nothing' was added" in note for note in scenario.notes())


def test_the_reference_may_have_any_name(tmp_path):
    scenario = load(written(tmp_path, COFFEE.replace("nothing: {}", "现状:")))
    assert scenario.reference == "现状"


def test_a_scenario_without_alternatives_has_no_reference(tmp_path):
    scenario = load(written(tmp_path, COFFEE.split("alternatives:")[0]))
    assert scenario.alternatives == {}
    with pytest.raises(ScenarioError, match="nothing to compare"):
        _ = scenario.reference


def test_nodes_keep_where_they_were_written(tmp_path):
    from loyaltysim.scenario.reading import read_file

    root = read_file(written(tmp_path, COFFEE), "coffee.yaml")
    firm = root.get("firm")
    assert isinstance(firm, Node)
    margin = firm.get("gross_margin")
    assert (margin.text, margin.place.line, margin.place.column) == ("68%", 23, 17)
    assert (margin.named_at.line, margin.named_at.column) == (23, 3)
