"""What is written about the project is true: names exist, examples run, versions agree."""

import ast
import os
import re
import shutil
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

import loyaltysim
from loyaltysim import record
from loyaltysim.customers import birth, complaints, failures, rivals
from loyaltysim.customers.stages import STAGES
from loyaltysim.draws import Luck
from loyaltysim.evidence import beliefs, register
from loyaltysim.firm import desk, quality, staff
from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.levels import Levels
from loyaltysim.mechanism import declared, mechanisms
from loyaltysim.rewards import audience, claiming
from loyaltysim.rewards.programme import schemes
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import WEEK_PLAN, run
from loyaltysim.studies import compare

ROOT = Path(loyaltysim.__file__).parent.parent
ODD = (ROOT / "docs" / "odd.md").read_text("utf-8")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
LINKED = [*PAGES, ROOT / "CHANGELOG.md"]


def fences_out(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


QUOTED = set(re.findall(r"`([^`\n]+)`", fences_out(ODD)))
WORDS = {word for quoted in QUOTED for word in re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", quoted)}


# The description of the model


@pytest.mark.parametrize("kind", ["CUSTOMER", "MEMBER"])
def test_every_state_variable_is_described(kind):
    missing = [name for name in getattr(record, kind).names if name not in QUOTED]
    assert missing == []


def test_every_behavioural_parameter_is_described():
    described = WORDS | set(re.findall(r"[a-z_]+", "".join(fences(ODD, "text"))))
    missing = [name for name in beliefs() if name not in described]
    assert missing == []


def test_every_default_is_named():
    missing = [name for name in register() if name.split(".")[-1] not in ODD]
    assert missing == []


def test_every_step_of_the_week_is_described_in_its_order():
    steps = [name for name, _ in WEEK_PLAN]
    listed = re.findall(r"^\d+\. `(\w+)`: ", ODD, flags=re.MULTILINE)
    assert listed == steps


def decisions() -> dict[str, int]:
    customers = (complaints, failures, birth, rivals)
    rewards = (*schemes(), audience, claiming)
    parts = (
        *mechanisms("loyaltysim.behaviour"),
        *customers,
        *rewards,
        desk,
        quality,
        staff,
        compare,
    )
    return {"occasion_luck": 1, **declared(parts, "DECISIONS")}


def test_every_decision_has_its_number_and_name():
    numbers = decisions()
    listed: dict[str, int] = {}
    for row in re.findall(r"^\| ([0-9, ]+) \| (`[^|]+) \|", ODD, flags=re.MULTILINE):
        names = re.findall(r"`(\w+)`", row[1])
        listed |= dict(zip(names, map(int, row[0].split(", ")), strict=True))
    assert listed == numbers
    assert len(set(numbers.values())) == len(numbers)


def test_every_lane_of_an_occasion_and_every_account_is_described():
    (row,) = [line for line in ODD.splitlines() if line.startswith("| 1 | `occasion_luck`")]
    lanes = re.findall(r"`(\w+)`", row)[1:]
    assert sorted(lanes) == sorted(Luck._fields)
    assert set(ACCOUNTS) <= QUOTED


def fields_of(model: type[BaseModel], seen: set[type]) -> Iterator[tuple[str, ...]]:
    """Every path of fields below a model of the scenario."""
    seen = seen | {model}
    for name, field in model.model_fields.items():
        yield (name,)
        for inner in models_in(field.annotation):
            if inner not in seen:
                yield from ((name, *path) for path in fields_of(inner, seen))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def names_in_source() -> set[str]:
    """Functions, classes, constants and record fields that the source defines."""
    found: set[str] = set()
    for path in (ROOT / "loyaltysim").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
        for node in tree.body:
            if isinstance(node, ast.Assign):
                found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return found


def known_names() -> set[str]:
    kinds = ("CUSTOMER", "MEMBER", "SCHEME", "SEGMENT", "WEEK", "SEAT", "VISIT", "THRESHOLDS")
    found = {name for kind in kinds for name in getattr(record, kind).names}
    found |= {*beliefs(), *ACCOUNTS, *COUNTS, *STAGES, *Luck._fields, "levels", "levels.quality"}
    found |= {f"beliefs.{name}" for name in beliefs()} | set(Levels.__dataclass_fields__)
    for name in register():
        words = name.split(".")
        found |= {".".join(words[start:]) for start in range(len(words))}
    for path in fields_of(Business, set()):
        found |= {".".join(path[start:]) for start in range(len(path))}
    return found | names_in_source()


def test_every_name_in_it_exists():
    known = known_names() | set(decisions()) | {"dedicated", "provenance.json"}
    wrong = []
    for quoted in sorted(QUOTED - {"loyaltysim evidence NAME", "loyaltysim plan"}):
        if "/" in quoted:
            if not ((ROOT / quoted).exists() or (ROOT / "loyaltysim" / quoted).exists()):
                wrong.append(quoted)
        else:
            words = re.findall(r"[A-Za-z_][A-Za-z0-9_.]*[A-Za-z0-9_]", quoted)
            wrong += [word for word in words if word not in known]
    assert wrong == []


# Examples


class Block(NamedTuple):
    """A fenced block that is to be run."""

    line: int
    language: str
    text: str


def blocks_of(path: Path) -> list[Block]:
    """Fenced blocks of a page, without those after `<!-- not run: reason -->`."""
    lines = path.read_text("utf-8").splitlines()
    found: list[Block] = []
    start: int | None = None
    language = ""
    skipped = False
    for number, line in enumerate(lines):
        if start is None and line.startswith("```"):
            start, language = number + 1, line[3:].strip()
        elif start is not None and line.rstrip() == "```":
            if not skipped:
                found.append(Block(start + 1, language, "\n".join(lines[start:number]) + "\n"))
            start, skipped = None, False
        elif start is None and line.startswith("<!-- not run:"):
            assert re.fullmatch(r"<!-- not run: \S.* -->", line), f"{path.name}: say why"
            skipped = True
        elif start is None and line.strip():
            skipped = False
    assert start is None, f"{path.name}: a block is not closed"
    return found


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands_of(block: Block) -> str:
    """What a shell is to do: all of a `bash` block, the lines after `$ ` of a `console` one."""
    if block.language == "bash":
        return block.text
    kept = []
    goes_on = False
    for line in block.text.splitlines():
        if goes_on or line.startswith("$ "):
            kept.append(line if goes_on else line[2:])
            goes_on = line.endswith("\\")
    return "\n".join(kept) + "\n"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the scenarios, in which `loyaltysim` is the command of these sources."""
    for name in ("scenarios", "experiments"):
        shutil.copytree(ROOT / name, tmp_path / "here" / name)
    (tmp_path / "bin").mkdir()
    for name, runs in (("loyaltysim", " -m loyaltysim"), ("python", "")):
        command = tmp_path / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}"{runs} "$@"\n')
        command.chmod(command.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_on_the_page_works(page, folder):
    for block in blocks_of(page):
        if block.language not in ("bash", "console"):
            continue
        commands = commands_of(block)
        assert commands.strip(), f"{page.name}, line {block.line}: no command in the block"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{page.name}, line {block.line}:\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_python_snippet_on_the_page_works(page, folder):
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of(page):
        if block.language != "python":
            continue
        # Lines before it, so that a traceback shows the line of the page.
        source = "\n" * (block.line - 1) + block.text
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(compile(source, str(page), "exec"), names)


def test_only_a_reason_keeps_a_block_from_being_run(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- not run: it takes a day -->\n```bash\na\n```\n\n```bash\nb\n```\n\n"
        "<!-- not run: why -->\nText between.\n```console\n$ c \\\n  d\ntold\n$ e\n```\n"
    )
    assert [commands_of(block) for block in blocks_of(page)] == ["b\n", "c \\\n  d\ne\n"]
    page.write_text("<!-- not run: -->\n```bash\na\n```\n")
    with pytest.raises(AssertionError, match="say why"):
        blocks_of(page)


@pytest.mark.parametrize("page", LINKED, ids=lambda path: path.name)
def test_every_link_within_the_project_leads_somewhere(page):
    text = fences_out(page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), flags=re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
            assert anchor in anchors, target


# Versions


def test_the_change_log_and_the_citation_are_of_this_version():
    versions = re.findall(
        r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE
    )
    assert versions[0] == loyaltysim.__version__
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == loyaltysim.__version__
    assert citation["license"] == "MIT"
    assert citation["authors"] == [{"name": "The loyaltysim authors"}]
    assert f"version {loyaltysim.__version__}" in ODD


def test_the_change_log_says_of_every_version_whether_results_change():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        headings = re.findall(r"^### (.*)$", part, flags=re.MULTILINE)
        allowed = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Results"}
        assert headings
        assert set(headings) <= allowed


@pytest.mark.parametrize("block", fences((ROOT / "docs/schemes.md").read_text("utf-8"), "yaml"))
def test_every_scheme_of_the_guide_can_be_lived(block):
    stated = YAML(typ="safe").load(block)
    coffee = loyaltysim.load(ROOT / "scenarios/coffee_shop.yaml")
    document = {**coffee.document, "horizon": "8 weeks"}
    scenario = Scenario.from_document({**document, "alternatives": None, **stated})
    business = scenario.change({"market.people": 300}).business
    result = run(business)
    assert len(result.schemes) == len(business.programme.versions)
