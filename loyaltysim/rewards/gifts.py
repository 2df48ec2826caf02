"""Gifts: on personal days, on dates, out of the blue, with a large order; surprise wears off."""

from __future__ import annotations

from math import log
from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from loyaltysim.behaviour.fairness import favour
from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.behaviour.worth import felt
from loyaltysim.draws import uniforms_of
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.audience import Dates, Numbers, People, fill_contact, on_dates
from loyaltysim.rewards.reward import RewardTerms, book_reward, fill_reward
from loyaltysim.units import NonNegative, YearlyRate

ORDER = 9
NAME = "gifts"

DECISIONS = {"surprise": 51}


class Terms(Dates, RewardTerms):
    """A gift: what it costs and is worth, when it is given, and who sees it."""

    on: Literal["birthday", "anniversary", "dates", "surprise", "large_order"] = "birthday"
    """The birthday, the day of the first purchase, `from_week` and `every`, any day, or with an
    order of `from_amount` or more."""
    per_year: YearlyRate | None = None
    """With `on: surprise`, how many a person gets in a year."""
    from_amount: NonNegative | None = None
    """With `on: large_order`, the amount."""
    visible: bool = False
    """Whether others see it."""

    @model_validator(mode="after")
    def _stated(self) -> Self:
        if (self.on == "surprise") != (self.per_year is not None):
            raise ValueError("state per_year with `on: surprise`, and only then")
        if (self.on == "large_order") != (self.from_amount is not None):
            raise ValueError("state from_amount with `on: large_order`, and only then")
        return self


FIELDS = {"gift_from": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_reward(fields, terms, cost_share)
    fill_contact(fields, terms)
    fields["gift_from"] = float("inf") if terms.from_amount is None else terms.from_amount


def contacts(terms: Terms, people: People, rival: bool) -> Numbers:
    """Numbers of the people who get a gift in this week."""
    if terms.on == "large_order":
        return np.empty(0, np.int64)
    if terms.on == "dates":
        return on_dates(terms, people, rival)
    chosen = people.reached(terms, rival)
    year_week = people.week % 52
    if terms.on == "birthday":
        chosen &= people.birthdays == year_week
    elif terms.on == "anniversary":
        first = people.records["first_at"]
        known = np.isfinite(first) & (first < people.week - 26)
        chosen &= known & (np.floor(np.where(known, first, 0.0)) % 52 == year_week)
    found = np.flatnonzero(chosen)
    if terms.on == "surprise":
        assert terms.per_year is not None
        who = people.records["who"][found]
        drawn = (DECISIONS["surprise"], people.week, people.instance)
        luck = uniforms_of(*people.key, who, *drawn)[:, 0]
        found = found[luck < 1.0 - np.exp(-terms.per_year / 52.0)]
    return found


@rule
def _give(customer: Record, scheme: Record, beliefs: Record, now: float, tally: Record) -> None:
    """A gift pleases for being one, and by its worth; the more the less it was expected.

    A trifle with the bill raised tips (Strohmetz et al. 2002). Pleasure grows with the log of the
    worth, as that of money does. A stranger's gift puts off (Marechal & Thoni 2019).
    """
    book_reward(customer, scheme, scheme.reward_cost, tally)
    favour(customer, scheme, beliefs, now, tally)
    if scheme.rival == 0:
        tally.rewarded += 1
    is_gift = felt(scheme.reward_value, beliefs.trifle_noticed, customer)
    worth = log(1.0 + scheme.reward_value / customer.usual_basket)
    pull = beliefs.gift_pull * (is_gift + worth)
    if scheme.visible == 1:
        pull *= 1.0 + beliefs.visible_pull
    if scheme.rival == 0 and customer.purchases == 0:
        # Losses weigh more already.
        pull *= -beliefs.gift_suspicion
    side = scheme.rival
    move_goodwill(customer, side, pull * (1.0 - customer.gift_expected[side]), beliefs, now)
    customer.gift_expected[side] += beliefs.gift_habit * (1.0 - customer.gift_expected[side])


@rule
def arrive(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, tally: Record
) -> None:
    """A gift comes."""
    book_reward(customer, scheme, scheme.contact_cost, tally)
    _give(customer, scheme, beliefs, week.begins, tally)


@rule
def claim(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    week: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """A gift comes with a large order."""
    if visit.paid >= scheme.gift_from and scheme.kept > 0.0:
        _give(customer, scheme, beliefs, visit.now, tally)
