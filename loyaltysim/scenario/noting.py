"""Things that are valid but that a reader of the figures should know."""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario.alternatives import Worlds
from loyaltysim.scenario.model import Business


def notes_of(business: Business, alternatives: dict[str, Business], worlds: Worlds) -> list[str]:
    """One line each, in the order of the file."""
    notes = []
    if worlds.reference_added:
        notes.append(f"alternative {worlds.reference!r} was added, to compare the others with")
    if worlds.reference is not None and business.programme is not None:
        notes.append(
            f"the business has a programme already, so {worlds.reference!r} keeps it; "
            "add an alternative with `programme: null` to see what it earns"
        )
    if business.firm.marketing.reach_per_week is None:
        notes.append("marketing reach is set so that the present customer base stays level")
    for name, world in (alternatives or {business.name: business}).items():
        notes += [f"{name}: {note}" for note in _programme_notes(world)]
    return notes


def _programme_notes(world: Business) -> list[str]:
    programme = world.programme
    if programme is None:
        return []
    notes = []
    costs = ("set_up", "per_week", "cost_per_member_year")
    free = [cost for cost in costs if cost not in programme.model_fields_set]
    if free:
        notes.append(f"{' and '.join(free)} not stated, counted as 0")
    for _, terms in programme.schemes:
        notes += _scheme_notes(terms, world)
    return notes


def _scheme_notes(terms: Any, world: Business) -> list[str]:
    return []
