"""What happens in a week, in its order, read off the code that does it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from loyaltysim.customers import population, reached
from loyaltysim.simulation import WEEK_PLAN, Run

if TYPE_CHECKING:
    from rich.console import Console

TOOLS = ("loyaltysim.draws", "loyaltysim.ledger")
"""Modules of rules that all others use, and that are no steps themselves."""

FRAMES = (population.__name__, reached.__name__)
"""Modules of what goes from person to person."""

ONLY = {"closes_books": "At the end of a month", "is_last": "On the last day"}
"""Fields of the week that open a part of it, and when they do."""


@dataclass(frozen=True)
class Step:
    """Something that is done: its name in the code, what it does, and its parts in their order."""

    name: str
    does: str
    parts: tuple[Step, ...] = ()
    helps: bool = False
    """Whether it only works something out: no record is changed by it, and the luck of the
    occasion does not go into it."""

    def as_json(self) -> dict[str, Any]:
        """The step as maps, lists and text."""
        parts = [part.as_json() for part in self.parts]
        told = {"name": self.name, "does": self.does, "helps": self.helps, "parts": parts}
        return {name: value for name, value in told.items() if value}


def plan() -> tuple[Step, ...]:
    """The steps of a week (`WEEK_PLAN`), and within them the rules by which customers live.

    A rule stands where it is first called. Raises `ValueError` where a step or a rule
    does not say what it does.
    """
    return tuple(_step(getattr(Run, name)) for name, _ in WEEK_PLAN)


def _step(method: FunctionType) -> Step:
    # The frames that go from person to person are told by the rules within them.
    frames = dict.fromkeys(_frames(method))
    parts = [part for frame in frames for part in _parts(frame, ())]
    return Step(method.__name__, _does(method.__name__, method), tuple(parts))


def _frames(method: FunctionType) -> Iterator[FunctionType]:
    """What a step of the run lives with its people, itself or through its helpers."""
    for node in ast.walk(_tree(method)):
        if isinstance(node, ast.Attribute):
            helper = vars(Run).get(node.attr)
            if isinstance(helper, FunctionType) and node.attr.startswith("_"):
                yield from _frames(helper)
        elif isinstance(node, ast.Name):
            found = method.__globals__.get(node.id)
            if isinstance(found, FunctionType) and found.__module__ in FRAMES:
                yield found


class _Called(NamedTuple):
    """A rule that another function calls."""

    name: str
    rule: FunctionType
    only: str = ""
    """When alone it is called; empty for always."""
    counts: bool = False
    """Whether the luck of the occasion is in the call, or a record keeps what comes of it."""


def _parts(function: FunctionType, above: tuple[FunctionType, ...]) -> list[Step]:
    """The rules that a rule calls."""
    steps = []
    for name, rule, only, counts in _called(function):
        if rule in above:
            continue
        does = _does(name, rule)
        if only:
            does = f"{only}: {does[0].lower()}{does[1:]}"
        helps = not above and not counts and not _writes(rule)
        steps.append(Step(name, does, tuple(_parts(rule, (*above, function))), helps))
    return steps


def _writes(rule: FunctionType, above: tuple[FunctionType, ...] = ()) -> bool:
    """Whether a rule changes a record, itself or by a rule that it calls."""
    if not _is_assembled(rule) and any(True for _ in _put_in_fields(_tree(rule))):
        return True
    return any(
        _writes(called, (*above, rule)) for _, called, _, _ in _called(rule) if called not in above
    )


def _put_in_fields(tree: ast.AST) -> Iterator[ast.expr]:
    """What fields of records are set to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) for target in targets):
                yield node.value


def _called(function: FunctionType) -> list[_Called]:
    if _is_assembled(function):
        rules = [rule for name, rule in function.__globals__.items() if name.startswith("rule_")]
        return [
            _Called(f"{rule.__module__.rsplit('.', 1)[-1]}.{rule.__name__}", rule) for rule in rules
        ]
    tree = _tree(function)
    kept = _kept(tree)
    called: dict[str, _Called] = {}
    for call, only in _calls(tree):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        rule = _rule(function.__globals__.get(name))
        if rule is None:
            continue
        counts = call in kept or any(map(_is_luck, call.args))
        before = called.get(name, _Called(name.lstrip("_"), rule, only, counts))
        only = only if only == before.only else ""
        called[name] = before._replace(only=only, counts=counts or before.counts)
    return list(called.values())


def _is_luck(argument: ast.expr) -> bool:
    drawn = argument.value if isinstance(argument, ast.Attribute) else argument
    return isinstance(drawn, ast.Name) and drawn.id == "luck"


def _kept(tree: ast.AST) -> set[ast.expr]:
    """Calls whose value is put in a field, at once or by way of a name."""
    values = set(_put_in_fields(tree))
    names = {value.id for value in values if isinstance(value, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            values |= {
                node.value
                for target in node.targets
                if isinstance(target, ast.Name) and target.id in names
            }
    return values


def _rule(found: object) -> FunctionType | None:
    if not isinstance(found, FunctionType):
        return None
    ours = found.__module__ is not None and found.__module__.startswith("loyaltysim.")
    return found if _is_assembled(found) or (ours and found.__module__ not in TOOLS) else None


def _is_assembled(function: FunctionType) -> bool:
    """Whether the house has put it together from the rules of all mechanisms."""
    return function.__code__.co_filename == "<string>"


def _calls(node: ast.AST, only: str = "") -> Iterator[tuple[ast.Call, str]]:
    """Calls in the order in which they are made, one that is inside another first; and when."""
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, only or _when(node, child))
    if isinstance(node, ast.Call):
        yield node, only


def _when(node: ast.AST, child: ast.AST) -> str:
    if not isinstance(node, ast.If) or child not in node.body:
        return ""
    asked = (part.attr for part in ast.walk(node.test) if isinstance(part, ast.Attribute))
    return next((ONLY[name] for name in asked if name in ONLY), "")


def _does(name: str, function: FunctionType) -> str:
    """The first sentence or line of what it says about itself."""
    if _is_assembled(function):
        return {"total": "The sum over all mechanisms.", "each": "Each mechanism in turn."}.get(
            function.__name__, "As the kind of scheme has it."
        )
    text = inspect.getdoc(function)
    if not text:
        raise ValueError(f"{name} ({function.__module__}) does not say what it does")
    return text.split("\n\n")[0].replace("\n", " ")


def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def print_plan(steps: tuple[Step, ...], console: Console, *, deep: bool) -> None:
    """Print the steps, numbered, with their rules; `deep` also helpers and what rules call."""
    width = min(console.width, 100)
    for number, step in enumerate(steps, 1):
        console.print(_line(f"{number}. ", step, width), markup=False)
        for depth, part in _below(step, 1):
            if deep or (depth == 1 and not part.helps):
                console.print(_line(" " * (3 * depth) + "- ", part, width), markup=False)


def _below(step: Step, depth: int) -> Iterator[tuple[int, Step]]:
    for part in step.parts:
        yield depth, part
        yield from _below(part, depth + 1)


def _line(head: str, step: Step, width: int) -> str:
    text = f"{step.name}: {step.does}"
    return textwrap.fill(
        text, width, initial_indent=head, subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )  # fmt: skip
