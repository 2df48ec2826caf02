"""Stated ranges: numbers of a firm, a programme or a rival that its owner is not sure of.

`failure_per_visit: {value: 1%, low: 0.5%, high: 2%}` is 1% as stated; over the ranges it is
drawn anew in each replication, as what is left to the register is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from loyaltysim.scenario.model import Business
from loyaltysim.scenario.nodes import Node
from loyaltysim.scenario.problems import Problems, problem_at, shown
from loyaltysim.scenario.shape import shape_at, spellings
from loyaltysim.scenario.wording import BUSINESS

KEYS = ("value", "low", "high")
SECTIONS = ("firm", "programme", "rival")
_ALTERNATIVES = "alternatives"

Path = tuple[str, ...]
Businesses = Mapping[str, Business]
"""By the name of the alternative; the business alone under an empty name."""


@dataclass(frozen=True)
class Range:
    """A number with its range, in the units of the model: shares, weeks."""

    low: float
    value: float
    high: float
    whole: bool
    duration: bool

    def written(self, value: float) -> float | str:
        """A value as a scenario file would state it."""
        if self.duration:
            return f"{value:.6f} weeks"
        return round(value) if self.whole else float(value)


def stated_in(root: Node, problems: Problems) -> dict[Path, Node]:
    """Every range of a document by its path; half a range is added to `problems`."""
    found: dict[Path, Node] = {}
    worlds: list[tuple[Path, Node]] = [((), root)]
    overlays = root.get(_ALTERNATIVES)
    if overlays is not None and isinstance(overlays.value, dict):
        worlds += [((_ALTERNATIVES, name), over) for name, over in overlays.value.items()]
    for path, world in worlds:
        for section in SECTIONS:
            if isinstance(world.value, dict) and section in world.value:
                for at, node in _maps((*path, section), world.value[section]):
                    if not node.value or not set(node.value) <= set(KEYS):
                        continue
                    # Half a range stands in for a whole one, so that nothing else is said of it.
                    some = next(iter(node.value.values()))
                    found[at] = replace(node, value=dict.fromkeys(KEYS, some) | node.value)
                    if len(node.value) < len(KEYS):
                        hint = "a range is written as {value: ..., low: ..., high: ...}"
                        field = ".".join(map(shown, at))
                        problems.add(problem_at(node.named_at or node.place, field, hint=hint))
    return found


def _maps(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    if isinstance(node.value, dict):
        yield path, node
        for name, item in node.value.items():
            yield from _maps((*path, name), item)


def at_end(root: Node, ranges: Mapping[Path, Node], end: str) -> Node:
    """The document with one end of every range, or its `value`, in the place of the range."""
    for path, node in ranges.items():
        root = _put(root, path, node.value[end])
    return root


def _put(node: Node, path: Path, item: Node) -> Node:
    first, *rest = path
    return node.with_item(first, _put(node.value[first], tuple(rest), item) if rest else item)


def checked(
    ranges: Mapping[Path, Node], ends: Mapping[str, Businesses], problems: Problems
) -> dict[str, Range]:
    """The ranges by dotted name, from the businesses at each end."""
    good = {}
    for path, node in ranges.items():
        name = ".".join(path)
        low, value, high = (_number(ends[end], path) for end in ("low", "value", "high"))
        hint = ""
        if not isinstance(value, int | float) or isinstance(value, bool):
            hint = "only a number can have a range"
        elif not low <= value <= high:
            hint = "the value must lie between low and high"
        if hint:
            field = ".".join(map(shown, path))
            problems.add(problem_at(node.named_at or node.place, field, hint=hint))
            continue
        shape = shape_at(BUSINESS, _within(path))
        duration = shape is not None and shape.unit == "duration"
        good[name] = Range(low, value, high, isinstance(value, int), duration)
    return good


def _within(path: Path) -> Path:
    """The path within a business."""
    return path[2:] if path[0] == _ALTERNATIVES else path


def _number(worlds: Businesses, path: Path) -> Any:
    found: Any = worlds[path[1] if path[0] == _ALTERNATIVES else ""]
    for written in _within(path):
        fields = type(found).model_fields.items()
        name = next(name for name, field in fields if written in spellings(name, field))
        found = getattr(found, name)
    return found
