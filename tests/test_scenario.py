# ruff: noqa: E501
"""From a scenario file to validated objects: what is read, what is refused and how."""

import json
import os
import pickle
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.evidence import beliefs, register
from loyaltysim.scenario import Scenario, ScenarioError, dump, load, schema
from loyaltysim.scenario.nodes import Node, nodes_of, plain
from loyaltysim.scenario.overlay import overlay
from loyaltysim.scenario.problems import Problems

COFFEE = """\
name: Corner coffee
currency: EUR
horizon: 3 years
replications: 20
seed: 7
market:
  people: 10000            # everyone who might ever come
  start: {suspect: 40%, prospect: 20%, first_time: 10%, repeat: 20%, client: 8%, advocate: 2%}
  segments:
    - name: commuters
      share: 60%
      occasions_per_week: {mean: 3, spread: 0.8}
      basket: {mean: 4.20, within: 0.35, between: 0.30}
      buy_share: 70%
      share_of_wallet: 45%
    - name: neighbours
      share: 40%
      occasions_per_week: {mean: 1.2, spread: 1.0}
      basket: {mean: 7.50, within: 0.5, between: 0.4}
      buy_share: 60%
      share_of_wallet: 35%
firm:
  gross_margin: 68%
  staff: {count: 6, pay_per_week: 520, quits_per_year: 60%, contact: pooled}
  service: {failure_per_visit: 2%, response_hours: 24}
  marketing: {budget_per_week: 150}
alternatives:
  nothing: {}
  points:    {programme: {points: {per_euro: 10, reward_at: 1000, reward_cost: 2.10, expires_after: 12 months}}}
  card:      {programme: {stamps: {count: 10, reward_cost: 0.90, head_start: 2}}}
  service:   {firm: {service: {failure_per_visit: 1%, response_hours: 4}, costs_per_week: 180}}
  staff:     {firm: {staff: {pay_per_week: 575, quits_per_year: 30%}}}
"""
STAMPS = "programme: {stamps: {count: 10, reward_cost: 0.90, head_start: 2}}"


@pytest.fixture
def coffee(tmp_path):
    return load(written(tmp_path, COFFEE))


def written(folder, text, name="coffee.yaml"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path):
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return caught.value


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
DOCUMENT = {}


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


def test_nodes_keep_where_they_were_written(tmp_path):
    from loyaltysim.scenario.reading import read_file

    root = read_file(written(tmp_path, COFFEE), "coffee.yaml")
    firm = root.get("firm")
    assert isinstance(firm, Node)
    margin = firm.get("gross_margin")
    assert (margin.text, margin.place.line, margin.place.column) == ("68%", 23, 17)
    assert (margin.named_at.line, margin.named_at.column) == (23, 3)


def _document():
    from loyaltysim.scenario.reading import parse

    return plain(parse(COFFEE, "coffee.yaml"))


DOCUMENT.update(_document())
