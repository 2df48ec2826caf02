"""A scenario before it is validated: plain values that remember where they were written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loyaltysim.scenario.problems import Place, ScenarioError, problem_at, shown

MAX_DEPTH = 32
MAX_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Node:
    """A map, a list or a single value, with its place and that of its name."""

    value: Any
    """`dict[str, Node]`, `list[Node]`, or text, number, true/false or None."""
    place: Place | None = None
    named_at: Place | None = None
    text: str = ""
    """A single value as written, such as `1e3`."""

    def get(self, key: str) -> Node | None:
        """The item of that name in a map, or in a list of named maps; None without one."""
        if isinstance(self.value, dict):
            found: Node | None = self.value.get(key)
            return found
        for item in self.items():
            if name_of(item) == key:
                return item
        return None

    def items(self) -> Iterator[Node]:
        """The items of a list; nothing for all else."""
        if isinstance(self.value, list):
            yield from self.value

    def with_item(self, key: str, item: Node | None) -> Node:
        """A map with one item replaced, added, or (with None) taken out."""
        rest = {k: v for k, v in self.value.items() if item is not None or k != key}
        if item is not None:
            rest[key] = item
        return replace(self, value=rest)


def name_of(node: Node) -> str | None:
    """The name by which a list item is addressed."""
    name = node.value.get("name") if isinstance(node.value, dict) else None
    return name.value if name is not None and isinstance(name.value, str) else None


def plain(node: Node) -> Any:
    """The values alone, as fresh dicts and lists."""
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def nodes_of(document: Any) -> Node:
    """Nodes without places, of a document that was built in Python.

    Raises `ScenarioError` on what a scenario file could not hold: values that
    are not text, numbers, true/false or None, names that are not text,
    infinities, and documents that are too deep or too large.
    """
    return _Copy().node(document, ())


class _Copy:
    def __init__(self) -> None:
        self.nodes = 0

    def node(self, value: Any, path: tuple[str, ...]) -> Node:
        self.nodes += 1
        if len(path) >= MAX_DEPTH:
            raise _refused(path[:3], f"nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise _refused((), f"more than {MAX_NODES} values")
        if isinstance(value, dict):
            named = ((self.key(k, path), v) for k, v in value.items())
            return Node({k: self.node(v, (*path, k)) for k, v in named})
        if isinstance(value, list | tuple):
            return Node([self.node(v, (*path, str(i + 1))) for i, v in enumerate(value)])
        return Node(self.single(value, path))

    def key(self, key: Any, path: tuple[str, ...]) -> str:
        if not isinstance(key, str):
            raise _refused(path, "names must be text", shown(key))
        _check_characters(key, path)
        return str(key)

    def single(self, value: Any, path: tuple[str, ...]) -> Any:
        # NumPy's scalars are welcome; they become plain numbers.
        if type(value).__module__ == "numpy" and hasattr(value, "item"):
            value = value.item()
        if isinstance(value, float) and not math.isfinite(value):
            raise _refused(path, "numbers must be finite", shown(value))
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
            raise _refused(path, "too large a number")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and not value.isascii():
            _check_characters(value, path)
        for kind in (str, int, float):
            if isinstance(value, kind):
                return kind(value)
        raise _refused(path, "write text, a number, true or false", type(value).__name__)


def _check_characters(text: str, path: tuple[str, ...]) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _refused(path, "holds half a character (a lone surrogate)") from None


def _refused(path: Sequence[str], hint: str, found: str = "") -> ScenarioError:
    return ScenarioError([problem_at(None, ".".join(map(shown, path)), found=found, hint=hint)])
