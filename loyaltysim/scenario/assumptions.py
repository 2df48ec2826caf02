"""What a scenario leaves to the register of evidence, and setting it to other values.

Another value goes into the section `assumptions:` of the document. It is used
wherever the field is not stated, in the business and in every alternative, so
that one set of assumptions holds in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from loyaltysim.evidence import Entry, register
from loyaltysim.scenario.model import ASSUMED
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.nodes import Node
from loyaltysim.scenario.problems import Problem, Problems, problem_at, shown
from loyaltysim.scenario.shape import Shape, shape_at
from loyaltysim.scenario.wording import BUSINESS

SECTION = "assumptions"
RIVAL_COPIES = "rival.copies_after"


@cache
def assumable() -> dict[str, Entry]:
    """The register's uncertain entries that are fields of a scenario."""
    return {
        name: entry for name, entry in register().items() if entry.uncertain and _is_field(name)
    }


def _is_field(name: str) -> bool:
    path: list[str | int] = []
    for part in name.split("."):
        path += [part, 0] if part == "segments" else [part]
    return shape_at(BUSINESS, path) is not None


def written(name: str, value: float) -> float | str:
    """A register value as a scenario file would state it."""
    if name == RIVAL_COPIES:
        return f"{value:.6f} weeks"
    return round(value) if register()[name].unit == "count" else float(value)


def fill(world: Node, name: str, value: Node) -> Node:
    """The world with `value` wherever it leaves that field to the register.

    The same object comes back when it leaves it nowhere.
    """
    return _fill(world, name.split("."), value, BUSINESS)


def _fill(node: Node, names: Sequence[str], value: Node, shape: Shape) -> Node:
    if isinstance(node.value, list):
        item_shape = shape.child(0)
        assert item_shape is not None
        filled = [_fill(item, names, value, item_shape) for item in node.value]
        changed = any(a is not b for a, b in zip(filled, node.value, strict=True))
        return replace(node, value=filled) if changed else node
    if not isinstance(node.value, dict):
        return node
    first, *rest = names
    present = node.value.get(first)
    absent = present is None or present.value is None
    instead = getattr(shape.kind, "REPLACED", {}).get(first)
    if instead in node.value and node.value[instead].value is not None:
        return node
    if not rest:
        if present is not None and present.value == ASSUMED:
            return node.with_item(first, value)
        return node.with_item(first, value) if absent and not _off(shape, first) else node
    if absent and _off(shape, first):
        return node
    section = Node({}) if present is None or absent else present
    inner = shape.child(first)
    assert inner is not None
    filled_section = _fill(section, rest, value, inner)
    return node if filled_section is section else node.with_item(first, filled_section)


def _off(shape: Shape, name: str) -> bool:
    """Whether leaving a field out means that it is not in force, rather than a default."""
    field = shape.names().get(name)
    return field is not None and getattr(field, "default", ...) is None


def open_names(worlds: Sequence[Node], base: Node) -> list[str]:
    """The entries that some world leaves to the register, or states as a range only."""
    probe = Node(1.0)
    return [
        name
        for name in assumable()
        if any(fill(world, name, probe) is not world for world in worlds)
        or stated_range(base, name) is not None
    ]


def stated_range(base: Node, name: str) -> tuple[float, float, float] | None:
    """Low, value and high of a belief that the business states as a range with room."""
    section = base.get("beliefs")
    belief = section.get(name.removeprefix("beliefs.")) if section is not None else None
    if not name.startswith("beliefs.") or belief is None or not isinstance(belief.value, dict):
        return None
    low, value, high = (belief.value[key].value for key in ("low", "value", "high"))
    return (float(low), float(value), float(high)) if low < high else None


def checked(section: Node | None, problems: Problems) -> dict[str, Node]:
    """The section `assumptions:`, its names and kinds of value checked."""
    if section is None or section.value is None:
        return {}
    if not isinstance(section.value, dict):
        hint = "write a map of assumptions, such as {beliefs.voice: 0.2}"
        problems.add(problem_at(section.place, SECTION, hint=hint))
        return {}
    good = {}
    for name, node in section.value.items():
        field = f"{SECTION}.{shown(name)}"
        if name not in assumable():
            hint = f"unknown assumption{suggestion(name, assumable())}"
            problems.add(problem_at(node.named_at or node.place, field, hint=hint))
        elif node.value is not None:
            good[name] = node
    return good


def set_in(document: dict[str, Any], values: Mapping[str, float]) -> None:
    """Write values of assumptions into a document; names must be known.

    A belief that is stated as a range is replaced where it stands.
    """
    for name, value in values.items():
        stated = (document.get("beliefs") or {}).get(name.removeprefix("beliefs."))
        if name.startswith("beliefs.") and isinstance(stated, dict):
            document["beliefs"][name.removeprefix("beliefs.")] = written(name, value)
        else:
            section = document.get(SECTION) or {}
            document[SECTION] = {**section, name: written(name, value)}


def unknown(names: Sequence[str]) -> list[Problem]:
    """A problem for each name that is no assumption of any scenario."""
    return [
        problem_at(None, shown(name), hint=f"unknown assumption{suggestion(name, assumable())}")
        for name in names
        if name not in assumable()
    ]
