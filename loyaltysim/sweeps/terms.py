"""What a study varies, as a scenario file states it, or a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.extending import read_extended
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.nodes import Node
from loyaltysim.scenario.problems import Problems, printable, problem_at, shown
from loyaltysim.scenario.shape import shape_of
from loyaltysim.scenario.studies import SECTIONS, StudyTerms
from loyaltysim.scenario.wording import validated

T = TypeVar("T", bound=StudyTerms)

_NAMES = {kind: name for name, kind in SECTIONS.items()}


def load_study(path: Path, kind: type[T], study: Path | None = None) -> tuple[Scenario, T]:
    """A scenario file and its section for a study of a kind, empty where it has none.

    Another file, `study`, may hold the section instead. Raises `ScenarioError` for whatever is
    wrong with any of them.
    """
    problems = Problems()
    root = read_extended(path, problems)
    terms = _terms(root if study is None else _sections(study, problems), kind, problems)
    scenario = Scenario._of(root, path, problems)
    assert terms is not None
    return scenario, terms


def _terms(root: Node, kind: type[T], problems: Problems) -> T | None:
    node = root.get(_NAMES[kind])
    if node is None or node.value is None:
        return kind()
    return validated(kind, shape_of(kind), node, _NAMES[kind], problems)


def _sections(path: Path, problems: Problems) -> Node:
    """A file of studies: nothing but their sections."""
    root = read_extended(path, problems)
    if not isinstance(root.value, dict) or not root.value:
        hint = f"a file of studies has a section for each: {', '.join(SECTIONS)}"
        raise ScenarioError([problem_at(None, printable(path), hint=hint)])
    for name, node in root.value.items():
        if name not in SECTIONS:
            hint = f"unknown study{suggestion(name, SECTIONS)}; allowed: {', '.join(SECTIONS)}"
            problems.add(problem_at(node.named_at or node.place, shown(name), hint=hint))
    return root
