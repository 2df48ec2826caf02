"""Changing one value of a document by its dotted path."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.problems import ScenarioError, problem_at

_SEGMENTS = "market.segments"
_ALTERNATIVES = "alternatives"


def changed(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the document with each value set at its path; None removes it.

    Raises `ScenarioError` on a path through a segment or alternative that does
    not exist, or through a single value. Unknown fields are left to validation.
    """
    document = copy.deepcopy(document)
    problems = []
    for path, value in changes.items():
        try:
            _set(document, path, copy.deepcopy(value))
        except LookupError as error:
            problems.append(problem_at(None, str(path), hint=str(error.args[0])))
    if problems:
        raise ScenarioError(problems)
    return document


def _set(holder: Any, path: str, value: Any) -> None:
    if not isinstance(path, str) or not all(path.split(".")):
        raise LookupError("write a path of names with dots, such as firm.staff.count")
    walked = ""
    while True:
        if not isinstance(holder, dict | list):
            raise LookupError(f"{walked} is a single value and holds no fields")
        name, rest = _first(path, _names(holder))
        if not rest:
            _put(holder, name, value, walked)
            return
        holder = _step(holder, name, walked)
        walked, path = f"{walked}.{name}".lstrip("."), rest


def _first(path: str, known: Iterable[str]) -> tuple[str, str]:
    """The first name of a path, and the rest: names may contain dots themselves."""
    fitting = [name for name in known if path == name or path.startswith(f"{name}.")]
    name = max(fitting, key=len) if fitting else path.split(".", 1)[0]
    return name, path[len(name) + 1 :]


def _names(holder: dict[str, Any] | list[Any]) -> list[str]:
    if isinstance(holder, dict):
        return list(holder)
    return [str(item["name"]) for item in holder if isinstance(item, dict) and "name" in item]


def _step(holder: dict[str, Any] | list[Any], name: str, walked: str) -> Any:
    names = _names(holder)
    if isinstance(holder, list):
        if name not in names:
            raise LookupError(f"{walked} has no {name!r}{suggestion(name, names)}")
        return holder[names.index(name)]
    if name not in holder and walked in (_ALTERNATIVES, _SEGMENTS):
        raise LookupError(f"{walked} has no {name!r}{suggestion(name, names)}")
    if holder.get(name) is None:
        holder[name] = {}
    return holder[name]


def _put(holder: dict[str, Any] | list[Any], name: str, value: Any, walked: str) -> None:
    if isinstance(holder, dict):
        if value is None:
            holder.pop(name, None)
        else:
            holder[name] = value
        return
    names = _names(holder)
    if value is None and name not in names:
        raise LookupError(f"{walked} has no {name!r}{suggestion(name, names)}")
    if value is None:
        del holder[names.index(name)]
    elif not isinstance(value, dict):
        raise LookupError("write a map of fields")
    elif name in names:
        holder[names.index(name)] = {"name": name, **value}
    else:
        holder.append({"name": name, **value})
