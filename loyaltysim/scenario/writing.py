"""A document as YAML text that a person can read, the same text every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loyaltysim.scenario.nodes import nodes_of, plain
from loyaltysim.scenario.problems import spelt

_WIDTH = 92
_BARE = re.compile(
    r"[A-Za-z][A-Za-z0-9_]*([ .-][A-Za-z0-9_]+)*"
    r"|[0-9]+(\.[0-9]+)?(%| (hour|day|week|month|year)s?)"
)
# Words that some reader of YAML takes for true, false or nothing.
_QUOTED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def dump(document: Mapping[str, Any]) -> str:
    """YAML text of a scenario's document; reading it gives an equal document.

    Short maps stand on one line. Raises `ScenarioError` on values that a
    scenario cannot hold.
    """
    return "".join(f"{line}\n" for line in _lines(plain(nodes_of(dict(document))), ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    if not isinstance(value, dict | list) or not value:
        yield indent + _inline(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{_single(key)}:", item, indent)
    else:
        for item in value:
            first, *rest = _lines(item, indent + "  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest


def _entry(start: str, item: Any, indent: str) -> Iterator[str]:
    if not isinstance(item, dict | list) or not item or _is_short(item, start):
        yield f"{start} {_inline(item)}"
    else:
        yield start
        yield from _lines(item, indent + "  ")


def _is_short(item: Any, start: str) -> bool:
    children = item.values() if isinstance(item, dict) else item
    leaves = not any(isinstance(child, dict | list) and child for child in children)
    return leaves and len(start) + 1 + len(_inline(item)) <= _WIDTH


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_single(k)}: {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(v) for v in value) + "]"
    return _single(value)


def _single(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _BARE.fullmatch(value) and value.lower() not in _QUOTED:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else spelt(c) for c in quoted)
