"""The schema that an editor checks by: what is valid passes, and what is broken does not."""

import copy
import json

import pytest
from commands import ROOT
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from loyaltysim.evidence import register
from loyaltysim.scenario import schema

STARTER = ROOT / "loyaltysim" / "scenario" / "starter.yaml"
FILES = [*sorted((ROOT / "scenarios").glob("*.yaml")), STARTER]


@pytest.fixture(scope="module")
def check() -> Draft202012Validator:
    rules = schema()
    Draft202012Validator.check_schema(rules)
    return Draft202012Validator(rules)


def read(path):
    return YAML(typ="safe").load(path.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_business_that_comes_with_it_is_valid(check, path):
    assert [error.message for error in check.iter_errors(read(path))] == []


BROKEN = [
    ("firm.gros_margin", "60%"),
    ("firm.gross_margin", "lots"),
    ("firm.gross_margin", "60 percent"),
    ("firm.staff.count", 1.5),
    ("firm.staff.count", "five"),
    ("firm.service.response_hours", -1),
    ("horizon", "3 yaers"),
    ("horizon", 3),
    ("starts", "Janvember"),
    ("market.people", "many"),
    ("market.segments", "everybody"),
    ("market.segments", [{"name": "a"}]),
    ("alternatives.points.progamme", {}),
    ("alternatives.new", {"programme": {"stamps": {"cuont": 10}}}),
    ("alternatives.new", {"programme": {"stamps": {"count": -1}}}),
    ("alternatives", ["points"]),
    ("assumptions", {"no.such.name": 1}),
    ("extends", 5),
    ("sweep", {"designn": "grid"}),
    ("sensitivity", {"method": "guess"}),
    ("break_even", {"replications": 0}),
    ("name", {}),
]


@pytest.mark.parametrize(("path", "value"), BROKEN, ids=lambda x: str(x)[:40])
def test_what_is_broken_is_not_valid(check, path, value):
    document = copy.deepcopy(read(STARTER))
    *above, last = path.split(".")
    place = document
    for name in above:
        place = place.setdefault(name, {})
    place[last] = value
    assert not check.is_valid(document)


def test_what_is_missing_is_not_valid_unless_it_extends_another_file(check):
    assert not check.is_valid({"name": "A shop"})
    assert check.is_valid({"extends": "other.yaml", "name": "A shop"})


@pytest.mark.parametrize(
    "text", ["6 months", "0.5 years", "26 weeks", "10 days", "1 week", " 3 years "]
)
def test_durations_are_written_with_their_unit(check, text):
    document = read(STARTER)
    assert check.is_valid({**document, "horizon": text})


def described(found) -> list[str]:
    if isinstance(found, dict):
        here = [found["description"]] if isinstance(found.get("description"), str) else []
        return here + [text for part in found.values() for text in described(part)]
    if isinstance(found, list):
        return [text for part in found for text in described(part)]
    return []


def test_fields_are_described_with_what_they_are_how_they_are_written_and_their_default():
    rules = schema()
    assert len(described(rules)) > 50
    firm = rules["else"]["properties"]["firm"]["properties"]
    quits, _ = firm["staff"]["properties"]["quits_per_year"]["anyOf"]
    assert quits["default"] == register()["firm.staff.quits_per_year"].value
    assert quits["description"].startswith("Quits per employee and year.")
    # From the text below the field in the source.
    contact, _ = firm["staff"]["properties"]["contact"]["anyOf"]
    assert contact["description"].startswith("Whether a customer is served by whoever is there")
    horizon = rules["else"]["properties"]["horizon"]
    assert "Written with its unit" in horizon["description"]


def test_the_command_prints_pure_json_and_says_how_to_use_it(say):
    told = say("schema")
    assert told.code == 0
    assert json.loads(told.out) == json.loads(json.dumps(schema()))
    assert "# yaml-language-server: $schema=./loyaltysim.schema.json" in told.err.splitlines()


def test_the_command_writes_a_file_and_never_over_one(say, tmp_path):
    told = say("schema", "--out", "mine.json")
    assert told.code == 0
    assert told.out == ""
    assert "# yaml-language-server: $schema=./mine.json" in told.err.splitlines()
    assert json.loads((tmp_path / "mine.json").read_text("utf-8")) == json.loads(
        json.dumps(schema())
    )
    assert say("schema", "--out", "mine.json").code == 2
    assert say("schema", "--out", "no/such/folder.json").code == 2


def test_a_scenario_with_the_line_of_the_editor_is_still_valid(say, tmp_path):
    text = STARTER.read_text("utf-8")
    line = "# yaml-language-server: $schema=./loyaltysim.schema.json\n"
    (tmp_path / "mine.yaml").write_text(line + text, encoding="utf-8")
    assert say("validate", "mine.yaml").code == 0
