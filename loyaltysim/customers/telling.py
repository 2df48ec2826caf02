"""Telling: who in the market hears a word, and the word as it is sent."""

from __future__ import annotations

from typing import Any

from loyaltysim.behaviour.word import MET, come_to_mind, is_known, meet, somebody
from loyaltysim.mechanism import Record, rule


@rule
def acquaintance(world: Any, i: int, nth: int, turn: int) -> int:
    """Somebody who might hear the nth word of an occasion: who knows many hears more."""
    week = world.week[0]
    teller = world.customers[i]
    chosen = i
    for met in range(MET * turn, MET * (turn + 1)):
        luck = meet(teller, week, nth, met)
        # A segment by its size, so that one person more there changes little elsewhere.
        place = luck[1] * len(world.customers)
        k = 0
        while k < len(world.segments) - 1 and place >= world.segments[k].people:
            place -= world.segments[k].people
            k += 1
        segment = world.segments[k]
        chosen = segment.starts + somebody(teller, week, segment.people, nth, met)
        if chosen != i and is_known(luck[0], world.customers[chosen], world.beliefs[0]):
            break
    return chosen


@rule
def hearer(world: Any, i: int, nth: int, good: bool) -> int:
    """Who hears the nth word of an occasion: anybody, or whom of several the firm suits best."""
    customers = world.customers
    chosen = acquaintance(world, i, nth, 0)
    if good:
        for turn in range(1, come_to_mind(customers[i], world.week[0], world.beliefs[0], nth)):
            other = acquaintance(world, i, nth, turn)
            if customers[other].firm_odds > customers[chosen].firm_odds:
                chosen = other
    return chosen


@rule
def write_word(word: Record, customer: Record, number: int, to: int, good: float) -> None:
    """A word to somebody: 1 for a good one, -1 for a bad one, 0 from whom one has brought."""
    word.hearer = to
    word.sender = customer.who
    word.nth = customer.occasions
    word.good = good
    word.teller = number
    word.offers = customer.can_offer
