"""Things that are valid but that a reader of the figures should know."""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario.alternatives import Worlds
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.twins import same_occasions


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
        notes.append(
            "the risk of leaving, the chance of a first purchase and marketing's reach are set so "
            "that the share of customers is lost that is stated, and their number stays level"
        )
    for name, world in alternatives.items():
        budget = world.firm.marketing.budget_per_week
        if budget > 0.0 and business.firm.marketing.budget_per_week == 0.0:
            notes.append(
                f"{name}: its marketing budget brings nobody, since the business states none "
                "to measure it by; state today's budget_per_week, or this world's reach_per_week"
            )
        if name != worlds.reference and world == alternatives[str(worlds.reference)]:
            notes.append(f"{name} does not differ from {worlds.reference!r}")
        if not same_occasions(world, business):
            notes.append(
                f"{name}: its people meet other occasions than those of {worlds.reference!r}, so "
                "no customer can be compared with a twin: the margins of its gain, who was saved "
                "or put off, and the subsidy are not available"
            )
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
        notes.append(f"{', '.join(free)} not stated, counted as 0")
    for _, terms in programme.schemes:
        notes += _reward_notes(terms, world)
    return notes


def _reward_notes(terms: Any, world: Business) -> list[str]:
    notes = []
    margin = world.firm.gross_margin
    cost = terms.reward_cost
    if terms.reward_value is None:
        price = f"its selling price, {cost / (1.0 - margin):.2f}" if margin < 1.0 else "its cost"
        notes.append(f"reward_value not stated, a reward is worth {price}, to the customer")
    spent = _spent_for_a_reward(terms, world)
    if cost > spent:
        notes.append(f"a reward costs {cost:.2f}, more than the {spent:.2f} spent to earn it")
    elif cost > margin * spent:
        notes.append(
            f"a reward costs {cost:.2f}, more than the margin of {margin * spent:.2f} "
            "on what is spent to earn it"
        )
    return notes


def _spent_for_a_reward(terms: Any, world: Business) -> float:
    """What a customer spends for one reward; for stamps, with the mean basket."""
    if hasattr(terms, "per_euro"):
        return float(terms.reward_at / terms.per_euro)
    basket = sum(segment.share * segment.basket.mean for segment in world.market.segments)
    return float((terms.count - terms.head_start) * basket)
