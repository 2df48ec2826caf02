"""The JSON Schema of a scenario file, for completion and checking in editors."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from loyaltysim.scenario import alternatives, assumptions, ranges
from loyaltysim.scenario.model import ASSUMED, Belief
from loyaltysim.scenario.shape import Shape, shape_of
from loyaltysim.scenario.studies import SECTIONS
from loyaltysim.scenario.wording import BUSINESS

_PERCENTAGE = r"^\s*-?\d+(\.\d+)?\s*%\s*$"
_DURATION = r"^\s*\d+(\.\d+)?\s*(hour|day|week|month|year)s?\s*$"
_BOUNDS = (
    (Ge, "ge", "minimum"),
    (Gt, "gt", "exclusiveMinimum"),
    (Le, "le", "maximum"),
    (Lt, "lt", "exclusiveMaximum"),
)
WRITTEN = {
    "share": "Written as a percentage such as 25%, or as 0.25.",
    "duration": "Written with its unit, such as 6 weeks or 3 years.",
}
"""How quantities with a unit are written."""

Json = dict[str, Any]


def schema() -> Json:
    """JSON Schema (2020-12) of a whole scenario file.

    A file that `extends` another may leave out what the other states, and so
    may an alternative. Sums and other rules between fields are not in it.
    """
    sections = {
        "extends": {"type": "string", "description": "A scenario file in this folder or below."},
        assumptions.SECTION: {
            "type": "object",
            "description": "Values used wherever a field is not stated, by the register's names.",
            "properties": {
                name: {"description": entry.label}
                for name, entry in assumptions.assumable().items()
            },
            "additionalProperties": False,
        },
        alternatives.SECTION: {
            "type": ["object", "null"],
            "description": "What is compared, each as its difference from the business.",
            "additionalProperties": _alternative(),
        },
    }
    for name, terms in SECTIONS.items():
        sections[name] = _of(shape_of(terms), True)
    whole, partial = (_of(BUSINESS, part) for part in (False, True))
    for variant in (whole, partial):
        variant["properties"].update(sections)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "loyaltysim scenario",
        "if": {"required": ["extends"]},
        "then": partial,
        "else": whole,
    }


def _alternative() -> Json:
    fields = {name: BUSINESS.child(name) for name in alternatives.MAY_CHANGE}
    properties = {
        name: _of(shape, True, name in ranges.SECTIONS)
        for name, shape in fields.items()
        if shape is not None
    }
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _of(shape: Shape, partial: bool, ranged: bool = False) -> Json:
    """The schema of what a shape allows; `partial` where it lies over something else.

    Where it may be `ranged`, a number may stand with its range.
    """
    if shape.kind is Belief:
        return {"anyOf": [{"type": "number"}, _map(shape, partial, ranged)]}
    if shape.is_model():
        return _map(shape, partial, ranged)
    kind = get_origin(shape.kind) or shape.kind
    if kind is Literal:
        return {"enum": list(get_args(shape.kind))}
    if kind is list:
        return _list(shape, partial)
    if kind is dict and get_args(shape.kind)[1] is Any:
        return {"type": "object"}
    if kind is dict:
        items = _of(shape_of(get_args(shape.kind)[1]), partial)
        known = dict.fromkeys(shape.names(), items)
        if known:
            return {"type": "object", "properties": known, "additionalProperties": False}
        return {"type": "object", "additionalProperties": items}
    if kind is bool:
        return {"type": "boolean"}
    if kind is str:
        return _text(shape)
    found = _number(shape)
    if not ranged:
        return found
    with_range = {
        "type": "object",
        "properties": dict.fromkeys(ranges.KEYS, found),
        "required": list(ranges.KEYS),
        "additionalProperties": False,
    }
    return {"anyOf": [*found.get("anyOf", [found]), with_range]}


def _map(shape: Shape, partial: bool, ranged: bool) -> Json:
    properties, required = {}, []
    said = _said_of(shape.kind)
    for name, field in shape.names().items():
        child = shape.child(name)
        assert child is not None
        inner = _of(child, partial, ranged or (shape == BUSINESS and name in ranges.SECTIONS))
        properties[name] = _described(inner, child, field, said.get(name))
        if field.is_required() and field.validation_alias is None:
            required.append(name)
    summary = (shape.kind.__doc__ or "").split("\n")[0]
    found: Json = {"type": "object", "description": summary, "properties": properties}
    found["additionalProperties"] = False
    return found if partial or not required else {**found, "required": required}


def _described(found: Json, shape: Shape, field: FieldInfo, said: str | None) -> Json:
    said = field.description or said
    written = WRITTEN.get(shape.unit)
    parts = [f"{text.removesuffix('.')}." for text in (said, written) if text]
    if parts:
        found = {**found, "description": " ".join(parts)}
    if field.default is not PydanticUndefined and field.default is not None:
        found = {**found, "default": field.default}
    # `null` means that a field is not written, and removes it in an overlay.
    return found if field.is_required() else {"anyOf": [found, {"type": "null"}]}


@cache
def _said_of(model: type) -> dict[str, str]:
    """What the text below each field of a model says."""
    said: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if not part.__module__.startswith("loyaltysim."):
            continue
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(part))).body[0]
        except (OSError, TypeError):
            continue  # It is put together of others, which have sources.
        assert isinstance(body, ast.ClassDef)
        for field, text in pairwise(body.body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                said[field.target.id] = " ".join(inspect.cleandoc(text.value.value).split())
    return said


def _list(shape: Shape, partial: bool) -> Json:
    items = _of(shape_of(get_args(shape.kind)[0]), partial)
    as_list = {"type": "array", "items": items}
    if not partial:
        return as_list
    by_name = {"type": "object", "additionalProperties": {"anyOf": [items, {"type": "null"}]}}
    return {"anyOf": [as_list, by_name]}


def _text(shape: Shape) -> Json:
    found: Json = {"type": "string"}
    for limit in shape.limits:
        if isinstance(limit, MinLen):
            found["minLength"] = limit.min_length
        elif isinstance(limit, MaxLen):
            found["maxLength"] = limit.max_length
        elif getattr(limit, "pattern", None):
            found["pattern"] = limit.pattern
    return found


def _number(shape: Shape) -> Json:
    if shape.unit == "duration":
        duration = {"type": "string", "pattern": _DURATION}
        return {"anyOf": [duration, {"const": ASSUMED}]} if shape.may_be_assumed else duration
    found: Json = {"type": "integer" if shape.kind is int else "number"}
    for limit in shape.limits:
        for kind, attribute, keyword in _BOUNDS:
            if isinstance(limit, kind):
                found[keyword] = getattr(limit, attribute)
    if shape.unit == "share":
        return {"anyOf": [{"type": "string", "pattern": _PERCENTAGE}, found]}
    return found
