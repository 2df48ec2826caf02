"""The validator's errors in the words of the person who wrote the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from loyaltysim.scenario.model import Business
from loyaltysim.scenario.nearest import kindred, nearest
from loyaltysim.scenario.nodes import Node, name_of, plain
from loyaltysim.scenario.problems import Problem, Problems, problem_at, shown
from loyaltysim.scenario.shape import Shape, shape_at, shape_of

BUSINESS = shape_of(Business)

Location = tuple[str | int, ...]

T = TypeVar("T", bound=BaseModel)

_PLAIN = {
    "string_type": "write text; put numbers, dates, true and false in quotes",
    "model_type": "write a map of fields",
    "dict_type": "write a map of fields",
    "list_type": "write a list, each item after a dash",
    "int_from_float": "write a whole number",
    "string_pattern_mismatch": "write three capital letters, such as EUR",
    "string_too_short": "write at least one character",
    "string_too_long": "write at most {max_length} characters",
    "too_short": "write at least one item",
    "too_long": "write at most {max_length} items",
    "finite_number": "numbers must be finite",
    "float_type": "write a plain number",
    "int_type": "write a whole number",
}
_RANGES = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_CHOICES = {"literal_error", "bool_type", "bool_parsing"}
_MAPS = {"model_type", "dict_type"}


def business_of(root: Node, prefix: str, problems: Problems) -> Business | None:
    """The validated business; or None, with every error added to `problems`.

    `prefix` stands before the fields' paths, such as `alternatives.card`.
    """
    return validated(Business, BUSINESS, root, prefix, problems)


def validated(kind: type[T], shape: Shape, root: Node, prefix: str, problems: Problems) -> T | None:
    """The same for terms of any kind, whose shape is given."""
    try:
        return kind.model_validate(plain(root))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            problems.add(_problem(details, shape, root, prefix))
    return None


def _problem(details: Any, whole: Shape, root: Node, prefix: str) -> Problem:
    location, is_name = _location(details)
    kind = details["type"]
    node, holder = _walk(root, location)
    field = ".".join([prefix, *_names(root, location)]).lstrip(".")
    shape = shape_at(whole, location)
    allowed = shape.allowed() if shape is not None else ""
    if kind == "missing":
        return problem_at(holder.named_at or holder.place, field, hint="missing", allowed=allowed)
    if node is None:
        return problem_at(holder.place, field, hint=_message(details))
    if is_name and kind == "value_error":
        return problem_at(node.named_at or node.place, field, hint=_message(details))
    if kind == "extra_forbidden" or is_name:
        return _unknown(node, whole, field, location)
    # What is wrong with a whole map or list is said of its parts, not that it is one.
    parts = isinstance(node.value, dict | list) and not (shape is not None and shape.is_single())
    found = "" if parts else shown(node.value, node.text)
    if kind in _RANGES or kind in _CHOICES:
        hint = ""
        if kind in _CHOICES and isinstance(node.value, str):
            choices = allowed.split(", ")
            near = nearest(node.value, choices) or kindred(node.value, choices)
            hint = f"did you mean {near!r}?" if near else ""
        return problem_at(node.place, field, found=found, allowed=allowed, hint=hint)
    if kind in _MAPS:
        names = ", ".join(shape.names()) if shape is not None else ""
        hint = f"{_PLAIN[kind]}: {names}" if names else _PLAIN[kind]
        found = shown(node.value, node.text)
        return problem_at(node.place, field, found=found, hint=hint)
    if kind in _PLAIN:
        found = shown(node.value, node.text)
        allowed = allowed if kind in {"int_from_float", "float_type", "int_type"} else ""
        hint = "" if allowed else _PLAIN[kind].format(**details.get("ctx", {}))
        return problem_at(node.place, field, found=found, allowed=allowed, hint=hint)
    return problem_at(node.place, field, found=found, hint=_message(details))


def _location(details: Any) -> tuple[Location, bool]:
    """Where the error is, and whether the name there is wrong and not its value."""
    location = tuple(details["loc"])
    if details["type"] == "item":
        return (*location, details["ctx"]["item"]), False
    if location and location[-1] == "[key]":
        return location[:-1], True
    return location, False


def _message(details: Any) -> str:
    return str(details["msg"]).removeprefix("Value error, ")


def _unknown(node: Node, whole: Shape, field: str, location: Location) -> Problem:
    parent = shape_at(whole, location[:-1])
    known = list(parent.names()) if parent is not None else []
    return unknown_field(node, field, str(location[-1]), parent, known)


def unknown_field(
    node: Node, field: str, name: str, parent: Shape | None, known: Sequence[str]
) -> Problem:
    """That there is no field of that name in what `parent` is, and which is meant.

    A name is looked for among the fields that are `known` there, then within each of these, and
    among the words that may be written for one: `alias` is `hand_over.alias`, and `dedicated` is
    `contact: dedicated`.
    """
    deeper = _deeper(parent, known) if parent is not None else {}
    near = (
        deeper.get(name)
        or nearest(name, known)
        or deeper.get(nearest(name, deeper))
        or kindred(name, known)
    )
    hint = f"unknown field; did you mean {near!r}?" if near else "unknown field"
    allowed = "" if near else ", ".join(known)
    return problem_at(node.named_at or node.place, field, hint=hint, allowed=allowed)


def _deeper(parent: Shape, known: Sequence[str]) -> dict[str, str]:
    """What may stand one level deeper, by its name, written from here."""
    found: dict[str, str] = {}
    for name in known:
        child = parent.child(name)
        if child is None:
            continue
        if get_origin(child.kind) is Literal:
            within = {str(word): f"{name}: {word}" for word in get_args(child.kind)}
        else:
            within = {inner: f"{name}.{inner}" for inner in child.names()}
        found = within | found
    return found


def _walk(root: Node, location: Location) -> tuple[Node | None, Node]:
    """What stands at a location, if anything, and the innermost thing that holds it."""
    holder, node = root, root
    for name in location:
        holder = node
        value = node.value
        items = dict(enumerate(value)) if isinstance(value, list) else value
        if not isinstance(items, dict) or name not in items:
            return None, holder
        node = items[name]
    return node, holder


def _names(root: Node, location: Location) -> list[str]:
    """The location as its author would say it: list items by name."""
    names = []
    for depth, name in enumerate(location):
        item, _ = _walk(root, location[: depth + 1])
        if isinstance(name, int):
            own = name_of(item) if item is not None else None
            names.append(shown(own) if own else f"item {name + 1}")
        else:
            names.append(shown(name))
    return names
