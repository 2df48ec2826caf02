"""What a mechanism is, and how the house assembles all of them.

A mechanism is one file. It may declare, as plain module attributes,

- `STATE`: fields that it keeps in the customer's record, name to `float` or `int`;
- `DECISIONS`: its draws, name to a fixed integer that is never used again;
- rules with the names of the seams (`wish`, `staying`, ...), marked with `@rule`.

A rule is a plain Python function on records. It runs as it stands to trace one
life, and compiled inside the population's week; nothing else is written twice.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, TypeVar

Record = Any
"""One record of a NumPy structured array (`customer.satisfaction`)."""

Rule = TypeVar("Rule", bound=Callable[..., Any])

OPTIONS = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""How rules are compiled: as part of what calls them (a call costs as much as a short rule), and
without doors of their own for Python and C, which nobody would use."""

_rules: list[Callable[..., Any]] = []


def rule(function: Rule) -> Rule:
    """Mark a function as part of the model: callable from Python and from compiled code."""
    _rules.append(function)
    return function


@cache
def mechanisms(package: str) -> tuple[ModuleType, ...]:
    """The mechanisms of a package (`loyaltysim.behaviour`), in the order of their `ORDER`.

    Every module of the package with an `ORDER` is one; the order is that in
    which they act within an occasion. Raises `ValueError` when two share an order.
    """
    folder = importlib.import_module(package)
    modules = [
        importlib.import_module(f"{package}.{found.name}")
        for found in pkgutil.iter_modules(folder.__path__)
    ]
    ordered = sorted((m for m in modules if hasattr(m, "ORDER")), key=lambda m: int(m.ORDER))
    for before, after in pairwise(ordered):
        if before.ORDER == after.ORDER:
            raise ValueError(f"{before.__name__} and {after.__name__} share ORDER {after.ORDER}")
    return tuple(ordered)


def declared(modules: Iterable[Any], attribute: str) -> dict[str, Any]:
    """All declarations of one kind (`STATE`, `DECISIONS`), refusing what is declared twice."""
    found: dict[str, Any] = {}
    for module in modules:
        for name, value in getattr(module, attribute, {}).items():
            if name in found:
                raise ValueError(f"{attribute} {name!r} of {module.__name__} is declared twice")
            found[name] = value
    return found


def seam(modules: Sequence[ModuleType], name: str) -> list[Callable[..., Any]]:
    """The rules of that name, in the order in which the mechanisms act."""
    return [getattr(module, name) for module in modules if hasattr(module, name)]


def sum_of(rules: Sequence[Callable[..., Any]], arguments: str) -> Callable[..., Any]:
    """One rule that returns the sum of what the rules return."""
    body = " + ".join(f"rule_{i}({arguments})" for i in range(len(rules))) or "0.0"
    return _assembled(f"def total({arguments}):\n    return {body}\n", "total", rules)


def each_of(rules: Sequence[Callable[..., Any]], arguments: str) -> Callable[..., Any]:
    """One rule that calls the rules one after another."""
    body = "".join(f"    rule_{i}({arguments})\n" for i in range(len(rules))) or "    pass\n"
    return _assembled(f"def each({arguments}):\n{body}", "each", rules)


def one_of(
    modules: Sequence[ModuleType], name: str, arguments: str, otherwise: float | None = None
) -> Callable[..., Any]:
    """One rule `f(kind, ...)` that calls the rule of that name in the module in place `kind`.

    A module without it does nothing there, and returns `otherwise`.
    """
    rules = [getattr(module, name, None) for module in modules]
    body = "".join(
        f"    if kind == {i}:\n        return rule_{i}({arguments})\n"
        for i, rule in enumerate(rules)
        if rule is not None
    )
    return _assembled(f"def one(kind, {arguments}):\n{body}    return {otherwise}\n", "one", rules)


def _assembled(
    source: str, name: str, rules: Sequence[Callable[..., Any] | None]
) -> Callable[..., Any]:
    # The source is made of our own argument lists and numbers, never of user input.
    names: dict[str, Any] = {
        f"rule_{i}": function for i, function in enumerate(rules) if function is not None
    }
    exec(source, names)
    function: Callable[..., Any] = names[name]
    return rule(function)


def make_compilable() -> None:
    """Tell the compiler of every rule; called once, before the first compilation."""
    from numba.extending import register_jitable

    while _rules:
        register_jitable(**OPTIONS)(_rules.pop())
