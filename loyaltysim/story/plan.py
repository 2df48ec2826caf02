"""What happens in a week, in its order, read off the code that does it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

from loyaltysim.customers import population
from loyaltysim.simulation import WEEK_PLAN, Run

if TYPE_CHECKING:
    from rich.console import Console

TOOLS = ("loyaltysim.draws", "loyaltysim.ledger")
"""Modules of rules that all others use, and that are no steps themselves."""


@dataclass(frozen=True)
class Step:
    """Something that is done: its name in the code, what it does, and its parts in their order."""

    name: str
    does: str
    parts: tuple[Step, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The step as maps, lists and text."""
        parts = [part.as_json() for part in self.parts]
        return {"name": self.name, "does": self.does, **({"parts": parts} if parts else {})}


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
    """What a step of the run lives of the population's week, itself or through its helpers."""
    for node in ast.walk(_tree(method)):
        if isinstance(node, ast.Attribute):
            helper = vars(Run).get(node.attr)
            if isinstance(helper, FunctionType) and node.attr.startswith("_"):
                yield from _frames(helper)
        elif isinstance(node, ast.Name):
            found = method.__globals__.get(node.id)
            if isinstance(found, FunctionType) and found.__module__ == population.__name__:
                yield found


def _parts(function: FunctionType, above: tuple[FunctionType, ...]) -> list[Step]:
    """The rules that a rule calls."""
    return [
        Step(name, _does(name, rule), tuple(_parts(rule, (*above, function))))
        for name, rule in _called(function)
        if rule not in above
    ]


def _called(function: FunctionType) -> list[tuple[str, FunctionType]]:
    if _is_assembled(function):
        rules = [rule for name, rule in function.__globals__.items() if name.startswith("rule_")]
        return [(f"{rule.__module__.rsplit('.', 1)[-1]}.{rule.__name__}", rule) for rule in rules]
    names = dict.fromkeys(
        call.func.id for call in _calls(_tree(function)) if isinstance(call.func, ast.Name)
    )
    found = ((name, _rule(function.__globals__.get(name))) for name in names)
    return [(name.lstrip("_"), rule) for name, rule in found if rule is not None]


def _rule(found: Any) -> FunctionType | None:
    if not isinstance(found, FunctionType):
        return None
    ours = found.__module__ is not None and found.__module__.startswith("loyaltysim.")
    return found if _is_assembled(found) or (ours and found.__module__ not in TOOLS) else None


def _is_assembled(function: FunctionType) -> bool:
    """Whether the house has put it together from the rules of all mechanisms."""
    return function.__code__.co_filename == "<string>"


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Calls in the order in which they are made: one that is inside another comes first."""
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)
    if isinstance(node, ast.Call):
        yield node


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
    """Print the steps, numbered, with the rules within them; `deep` also what rules call."""
    width = min(console.width, 100)
    for number, step in enumerate(steps, 1):
        console.print(_line(f"{number}. ", step, width), markup=False)
        for depth, part in _below(step, 1):
            if deep or depth == 1:
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
