"""Things that are valid but that a reader of the figures should know."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from loyaltysim.scenario.alternatives import Worlds
from loyaltysim.scenario.model import Business, Firm
from loyaltysim.scenario.twins import same_occasions
from loyaltysim.scenario.unread import is_stated, unread

_BETTER_LOWER = (
    "service.failure_per_visit",
    "service.batch.spread",
    "service.response_hours",
    "service.desk.handling_hours",
    "service.desk.hand_offs",
    "service.desk.complains_again",
    "staff.quits_per_year",
    "staff.hiring_weeks",
    "staff.skill_grows_in_weeks",
)
_BETTER_HIGHER = (
    "service.quality",
    "service.learns",
    "service.ease",
    "service.closeness",
    "service.desk.resolved",
    "staff.skill_at_start",
)
_PAID = (
    "costs_per_week",
    "staff.pay_per_week",
    "staff.count",
    "staff.hiring_cost_in_weeks_of_pay",
    "staff.training_cost_in_weeks_of_pay",
    "service.cost_per_visit",
    "service.ease_cost_per_week",
    "service.contact_cost_per_customer_week",
    "service.compensation_share_of_basket",
    "service.desk.cost_per_ticket",
)
"""What makes a firm better when it is lower or higher, and what it pays for."""


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
            "the model is tuned so that with no change you lose the share of customers that you "
            "stated, and keep their number"
        )
    else:
        notes.append(
            "the model is tuned so that with no change you lose the share of customers that you "
            "stated; their number follows from the reach_per_week that you stated, and is not held"
        )
    for name, world in alternatives.items():
        budget = world.firm.marketing.budget_per_week
        if budget > 0.0 and business.firm.marketing.budget_per_week == 0.0:
            notes.append(
                f"{name}: its marketing budget brings nobody, since the business states none "
                "to measure it by; state today's budget_per_week, or this world's reach_per_week"
            )
        if _improves_for_nothing(world.firm, business.firm):
            notes.append(
                f"{name}: what it improves costs nothing as stated, neither costs_per_week nor pay "
                "nor anything else; state what it takes, or its gain is a gift"
            )
        if _only_apologises(world.firm):
            notes.append(
                f"{name}: an apology is all that it offers who complains, and words alone resolve "
                "nothing but bad treatment; offer another remedy, or apologise among the rules"
            )
        if name != worlds.reference and world == alternatives[str(worlds.reference)]:
            notes.append(f"{name} does not differ from {worlds.reference!r}")
        if not same_occasions(world, business):
            notes.append(
                f"{name}: its people meet other occasions than those of {worlds.reference!r}, so "
                "no customer can be compared with a twin: the margins of its gain, who was saved "
                "or put off, and the subsidy are not available"
            )
    notes += _without_effect(business, alternatives)
    for name, world in (alternatives or {business.name: business}).items():
        notes += [f"{name}: {note}" for note in _programme_notes(world)]
    return notes


def _without_effect(business: Business, alternatives: dict[str, Business]) -> list[str]:
    """What is stated, in the business or by an alternative, and changes nothing there."""

    def stated(world: Business) -> dict[str, str]:
        return {field: why for field, why in unread(world.firm).items() if is_stated(world, field)}

    today = stated(business)
    worlds = {name: stated(world) for name, world in alternatives.items()}
    said = [
        ("", field, why)
        for field, why in today.items()
        if all(field in of_world for of_world in worlds.values())
    ]
    for name, of_world in worlds.items():
        said += [(f"{name}: ", field, why) for field, why in of_world.items() if field not in today]
    return [f"{of}{field} is stated but changes nothing: {why}" for of, field, why in said]


def _improves_for_nothing(firm: Firm, today: Firm) -> bool:
    """Whether service or staff are better than today's, and nothing that is paid for is more."""

    def of(firm: Firm, names: tuple[str, ...]) -> list[float]:
        return [float(attrgetter(name)(firm)) for name in names]

    lower = zip(of(firm, _BETTER_LOWER), of(today, _BETTER_LOWER), strict=True)
    higher = zip(of(firm, _BETTER_HIGHER), of(today, _BETTER_HIGHER), strict=True)
    better = any(a < b for a, b in lower) or any(a > b for a, b in higher)
    paid = zip(of(firm, _PAID), of(today, _PAID), strict=True)
    return better and not any(a > b for a, b in paid)


def _only_apologises(firm: Firm) -> bool:
    recovery = firm.service.recovery
    return recovery is not None and list(recovery.offered) == ["apologise"]


def _programme_notes(world: Business) -> list[str]:
    programme = world.programme
    if programme is None:
        return []
    notes = []
    costs = ("set_up", "per_week", "cost_per_member_year")
    free = [cost for cost in costs if cost not in programme.model_fields_set]
    if free:
        notes.append(f"{', '.join(free)} not stated, counted as 0")
    if programme.stamps is not None:
        basket = sum(segment.share * segment.basket.mean for segment in world.market.segments)
        card = programme.stamps
        notes += _reward_notes(card, (card.count - card.head_start) * basket, world)
    if programme.points is not None and programme.points.per_euro > 0.0:
        for reward in programme.points.rewards:
            notes += _reward_notes(reward, reward.at / programme.points.per_euro, world)
    return notes


def _reward_notes(reward: Any, spent: float, world: Business) -> list[str]:
    """What stands out of a reward, for which so much is spent."""
    notes = []
    margin = world.firm.gross_margin
    cost = reward.reward_cost
    if reward.reward_value is None:
        price = f"its selling price, {cost / (1.0 - margin):.2f}" if margin < 1.0 else "its cost"
        notes.append(f"reward_value not stated, a reward is worth {price}, to the customer")
    if cost > spent:
        notes.append(f"a reward costs {cost:.2f}, more than the {spent:.2f} spent to earn it")
    elif cost > margin * spent:
        notes.append(
            f"a reward costs {cost:.2f}, more than the margin of {margin * spent:.2f} "
            "on what is spent to earn it"
        )
    return notes
