"""Overlays: maps merge, a list item is addressed by its name, `null` removes.

One rule for alternatives and for files that extend others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loyaltysim.scenario.nearest import nearest
from loyaltysim.scenario.nodes import Node, name_of
from loyaltysim.scenario.problems import Problems, problem_at, quoted, shown


def overlay(base: Node, over: Node, problems: Problems, path: str = "") -> Node:
    """The base as changed by `over`; what cannot be applied is added to `problems`.

    A `null` for what the base does not have stays, so that validation can tell
    a misspelt name from a field that is merely at its default.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        merged = dict(base.value)
        for key, change in over.value.items():
            _apply(merged, key, change, problems, f"{path}.{shown(key)}".lstrip("."))
        return _merged(base, over, merged)
    if _is_named_list(base):
        changes = _changes_by_name(over, problems, path)
        if changes is not None:
            return _merged(base, over, _merge_named(base, changes, problems, path))
    return over


def _merged(base: Node, over: Node, value: Any) -> Node:
    # What is missing in the result is best looked for where it was last written.
    return replace(base if over.place is None else over, value=value)


def _apply(merged: dict[str, Node], key: str, change: Node, problems: Problems, path: str) -> None:
    present = merged.get(key)
    if present is None or present.value is None:
        merged[key] = change
    elif change.value is None:
        del merged[key]
    else:
        merged[key] = overlay(present, change, problems, path)


def _is_named_list(node: Node) -> bool:
    items = list(node.items())
    return bool(items) and all(name_of(item) is not None for item in items)


def _changes_by_name(over: Node, problems: Problems, path: str) -> dict[str, Node] | None:
    """Changes to list items by name, from a map or from a list of named maps."""
    if isinstance(over.value, dict):
        return dict(over.value)
    if not isinstance(over.value, list):
        return None
    changes: dict[str, Node] = {}
    for item in over.items():
        name = name_of(item)
        if name is None:
            hint = "say which item is meant by its name, such as {name: ...}"
            problems.add(problem_at(item.place, path, found=shown(item.value), hint=hint))
        elif name in changes:
            problems.add(problem_at(item.place, path, hint=f"{quoted(name)} stands twice"))
            # Both are looked at, so that what else is wrong with either is told as well.
            changes[name] = overlay(changes[name], item, problems, f"{path}.{shown(name)}")
        else:
            changes[name] = item
    return changes


def _named(item: Node, name: str) -> Node:
    return item.with_item("name", item.get("name") or Node(name))


def _merge_named(base: Node, changes: dict[str, Node], problems: Problems, path: str) -> list[Node]:
    merged: dict[str, Node] = {str(name_of(item)): item for item in base.items()}
    said_by_all = set.intersection(*(set(item.value) for item in base.items())) - {"name"}
    for name, change in changes.items():
        if name in merged:
            _apply(merged, name, change, problems, f"{path}.{name}")
        elif isinstance(change.value, dict) and said_by_all <= set(change.value):
            # Whole enough to be a new item; anything less is a misspelt name.
            merged[name] = _named(change, name)
        else:
            near = nearest(name, merged)
            hint = f"there is no {quoted(name)} to change"
            if near:
                hint += f"; did you mean {near!r}?"
            else:
                stated = set(change.value) if isinstance(change.value, dict) else set()
                hint += f"; there are {', '.join(map(shown, merged))}; "
                hint += f"to add one, state {', '.join(sorted(said_by_all - stated))} too"
            place = change.named_at or change.place
            problems.add(problem_at(place, f"{path}.{shown(name)}", hint=hint))
            # What else is wrong with it is told as well.
            if near:
                _apply(merged, near, change, problems, f"{path}.{shown(name)}")
            elif isinstance(change.value, dict):
                merged[name] = _named(change, name)
    return list(merged.values())
