"""The section `alternatives:`: the worlds that are compared, each an overlay of the business."""

from __future__ import annotations

from dataclasses import dataclass

from loyaltysim.scenario import assumptions
from loyaltysim.scenario.nodes import Node
from loyaltysim.scenario.overlay import overlay
from loyaltysim.scenario.problems import Place, Problems, problem_at, shown
from loyaltysim.scenario.wording import BUSINESS, unknown_field

SECTION = "alternatives"
NOTHING = "nothing"
MAY_CHANGE = ("firm", "programme", "rival", "beliefs")
_LONGEST_NAME = 80
_MOST = 100
COPIED = ", copied"


def plan_of(name: str) -> str:
    """A name without what marks a copy: with its programme copied an alternative is one plan."""
    return name.replace(COPIED, "", 1)


@dataclass(frozen=True)
class Worlds:
    """The business alone and under each alternative, before validation."""

    base: Node
    alternatives: dict[str, Node]
    reference: str | None
    reference_added: bool


def worlds_of(root: Node, problems: Problems) -> Worlds:
    """Split a document into its worlds; what cannot be split is added to `problems`."""
    stated = assumptions.checked(root.get(assumptions.SECTION), problems)
    base = root.with_item(SECTION, None).with_item(assumptions.SECTION, None)
    overlays = _overlays(root.get(SECTION), problems)
    reference = next((name for name, over in overlays.items() if not over.value), None)
    added = bool(overlays) and reference is None
    if added:
        if NOTHING in overlays:
            hint = f"the name {NOTHING!r} is for the alternative that changes nothing: {{}}"
            place = overlays[NOTHING].named_at
            problems.add(problem_at(place, f"{SECTION}.{NOTHING}", hint=hint))
        overlays = {NOTHING: Node({}), **overlays}
        reference = NOTHING
    worlds = {
        name: overlay(base, over, problems, f"{SECTION}.{name}") for name, over in overlays.items()
    }
    for name, value in stated.items():
        base = assumptions.fill(base, name, value)
        worlds = {key: assumptions.fill(world, name, value) for key, world in worlds.items()}
    return Worlds(base, worlds, reference, added)


def _overlays(section: Node | None, problems: Problems) -> dict[str, Node]:
    if section is None or section.value is None:
        return {}
    if not isinstance(section.value, dict):
        hint = "write a map of alternatives, such as `nothing: {}`"
        found = shown(section.value, section.text)
        problems.add(problem_at(section.place, SECTION, found=found, hint=hint))
        return {}
    if len(section.value) > _MOST:
        hint = f"write at most {_MOST} alternatives"
        problems.add(problem_at(section.place, SECTION, hint=hint))
        return {}
    return {
        name: _checked(name, node, problems)
        for name, node in section.value.items()
        if _good_name(name, node.named_at, problems)
    }


def _good_name(name: str, place: Place | None, problems: Problems) -> bool:
    fits = 0 < len(name.removesuffix(COPIED)) <= _LONGEST_NAME
    if fits and name.strip() == name and name.isprintable():
        return True
    hint = f"name an alternative with 1 to {_LONGEST_NAME} characters on one line"
    problems.add(problem_at(place, SECTION, found=shown(name), hint=hint))
    return False


def _checked(name: str, over: Node, problems: Problems) -> Node:
    """An overlay that changes only what an alternative may change; `null` is an empty one."""
    path = f"{SECTION}.{name}"
    if over.value is None:
        return Node({}, over.place, over.named_at)
    if not isinstance(over.value, dict):
        hint = "write a map of what is different, or {} for nothing"
        found = shown(over.value, over.text)
        problems.add(problem_at(over.place, path, found=found, hint=hint))
        return Node({}, over.place, over.named_at)
    kept = over
    for key, node in over.value.items():
        if key in MAY_CHANGE:
            continue
        kept = kept.with_item(key, None)
        field = f"{path}.{shown(key)}"
        if key in BUSINESS.names() or key in (SECTION, assumptions.SECTION):
            hint = (
                f"an alternative may change {', '.join(MAY_CHANGE)}; "
                "the people and their luck must be the same in every alternative"
            )
            problems.add(problem_at(node.named_at or node.place, field, hint=hint))
        else:
            problems.add(unknown_field(node, field, key, BUSINESS, MAY_CHANGE))
    return kept
