# ruff: noqa: E501
"""Whatever stands in a scenario file: a scenario or a plain refusal, and quickly.

The mutations are drawn from a seed, so that a failure can be repeated:
`SCENARIO_FUZZ=5000 SCENARIO_FUZZ_SEED=3 pytest tests/test_scenario_fuzz.py`.
"""

import json
import os
import random
import time

import pytest
from coffee import COFFEE

from loyaltysim.scenario import Scenario, ScenarioError, dump, load
from loyaltysim.scenario.nodes import plain
from loyaltysim.scenario.reading import parse

RUNS = int(os.environ.get("SCENARIO_FUZZ", "300"))
SEED = int(os.environ.get("SCENARIO_FUZZ_SEED", "1"))
BASE = plain(parse(COFFEE, "coffee.yaml"))
FULL = {
    **BASE,
    "extends": "part.yaml",
    "hurdle_rate": "10%",
    "stages": {"client_purchases": 3},
    "beliefs": {"voice": 0.2, "habit_pull": {"value": 0.2, "low": 0.1, "high": 0.3}},
    "assumptions": {"programme.joins": 0.5},
    "rival": {"copies_after": "assumed"},
}
SCRAPS = [
    "{", "}", "[", "]", ":", ": ", "- ", "&a ", "*a", "!!x ", "<<: ", "? ", "|\n", ">", "'", '"', "#",
    "\t", "\n", "\n  ", "%YAML 1.1\n", "---\n", "...\n", "null", "true", "1_000", "1e999", ".nan",
    "-.inf", "0x1F", "0o17", "2024-02-30", "12:30", "%", "é", "\ufeff", "\u2028", "\x85", "\0", "\\",
    '"\\ud83d"', '"\\UFFFFFFFF"', '"\\x"', "𝟙", "9" * 60, "a" * 3000, "@", "`", "\r", "=", "~", ",",
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 1, 0.5, 1e300, -1e-300, 2**62, 2**63, 10**400, float("nan"),
    float("inf"), "", " ", "x", "50%", "-5%", "1e3%", "3 weeks", "9" * 400 + " years", "assumed",
    "nothing", "\x1b[31m", "\ud800", [], [[]], [{}], {}, {"name": "commuters"}, {"": {}}, {"a": None},
    [{"name": 3}], "x" * 5000, {"x" * 5000: 1}, 1j, b"x", {1: 2}, ("a",), "extends", "../x",
]  # fmt: skip


def outcome(make):
    """The scenario, or the refusal's text; anything else fails the test."""
    start = time.perf_counter()
    try:
        result = make()
    except ScenarioError as error:
        result = f"{error}\n{json.loads(error.to_json())}"
        said = str(error)
    if isinstance(result, str):
        assert said.strip()
        assert "Input should" not in said
        assert "Traceback" not in said
        assert all(c.isprintable() or c == "\n" for c in said)
        said.encode()
    assert time.perf_counter() - start < 10.0
    return result


def check_usable(scenario):
    """What was accepted can be varied, noted and written, and comes back the same."""
    assert Scenario.from_document(plain(parse(dump(scenario.document), "x"))) == scenario
    outcome(scenario.with_rival_copies)
    values = {name: scenario.range_of(name)[2] for name in scenario.assumptions()}
    varied = outcome(lambda: scenario.with_assumptions(values))
    assert isinstance(varied, str) or varied.assumptions() == []
    scenario.notes()


def mutated_text(luck, text):
    if luck.random() < 0.3:
        digits = [i for i, c in enumerate(text) if c.isdigit()]
        at = luck.choice(digits)
        return f"{text[:at]}{luck.randrange(10)}{text[at + 1 :]}"
    for _ in range(luck.randint(1, 3)):
        at = luck.randrange(len(text) + 1)
        to = min(len(text), at + luck.choice([0, 0, 1, 5, 40]))
        kind = luck.randrange(3)
        scrap = luck.choice(SCRAPS) if kind else text[luck.randrange(len(text)) :][:30]
        text = text[:at] + scrap + (text[at:] if kind == 1 else text[to:])
    return text


def paths(tree, at=()):
    yield at
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from paths(value, (*at, key))
        else:
            yield (*at, key)


def mutated_document(luck, base=None):
    document = json.loads(json.dumps(base or (FULL if luck.random() < 0.2 else BASE)))
    if luck.random() < 0.2:
        document["alternatives"][luck.choice(VALUES[14:19]) or "x"] = luck.choice([None, {}])
        return document
    for _ in range(luck.randint(1, 3)):
        path = luck.choice(list(paths(document))[1:])
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        kind = luck.randrange(4)
        if kind == 0:
            del holder[path[-1]]
        elif kind == 1 and isinstance(holder, dict):
            holder[path[-1] + luck.choice(["s", "x", "", "_", "\n"])] = holder.pop(path[-1])
        elif kind == 2 and isinstance(holder, list):
            holder.append(holder[-1])
        else:
            holder[path[-1]] = luck.choice(VALUES)
        document = json.loads(json.dumps(document)) if is_plain(document) else document
        if not is_plain(document) or len(list(paths(document))) < 2:
            break
    return document


def is_plain(document):
    try:
        return json.loads(json.dumps(document)) == document
    except (TypeError, ValueError):
        return False


@pytest.mark.parametrize("part", range(4))
def test_mutated_texts_are_read_or_refused(tmp_path, part):
    luck = random.Random(f"text {SEED} {part}")
    (tmp_path / "part.yaml").write_text(COFFEE)
    path = tmp_path / "scenario.yaml"
    extending = "extends: part.yaml\nmarket: {segments: {commuters: {share: 60%}}}\nseed: 8\n"
    accepted = 0
    for _ in range(RUNS // 4):
        text = mutated_text(luck, luck.choice([COFFEE, COFFEE, dump(BASE), extending]))
        path.write_bytes(text.encode())
        result = outcome(lambda: load(path))
        if isinstance(result, Scenario):
            accepted += 1
            check_usable(result)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["part.yaml", "scenario.yaml"]
    assert 0 < accepted < RUNS // 4


@pytest.mark.parametrize("part", range(4))
def test_mutated_documents_are_read_or_refused(part):
    luck = random.Random(f"document {SEED} {part}")
    accepted = 0
    for _ in range(RUNS // 4):
        document = mutated_document(luck)
        result = outcome(lambda: Scenario.from_document(document))  # noqa: B023
        if isinstance(result, Scenario):
            accepted += 1
            check_usable(result)
    assert 0 < accepted < RUNS // 4


def test_random_bytes_are_read_or_refused(tmp_path):
    luck = random.Random(f"bytes {SEED}")
    path = tmp_path / "scenario.yaml"
    for _ in range(RUNS // 4):
        data = bytearray(COFFEE.encode())
        for _ in range(luck.randint(1, 20)):
            data[luck.randrange(len(data))] = luck.randrange(256)
        path.write_bytes(bytes(data))
        outcome(lambda: load(path))


def test_changes_to_any_path_are_made_or_refused():
    luck = random.Random(f"change {SEED}")
    scenario = Scenario.from_document(BASE)
    places = [".".join(map(str, path)) for path in paths(BASE)]
    for _ in range(RUNS // 4):
        path = luck.choice(places) + luck.choice(["", "", ".x", ".", ".0"])
        outcome(lambda: scenario.change({path: luck.choice(VALUES)}))  # noqa: B023
