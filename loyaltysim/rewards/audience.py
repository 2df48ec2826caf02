"""Whom the firm contacts, and when: by what it can know of its customers, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.draws import uniforms_of
from loyaltysim.ledger import MICRO
from loyaltysim.units import NonNegative, Terms, Weeks, number, share

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

DECISIONS = {"birthday": 50}

Who = Literal["everybody", "customers", "new", "members", "best", "lapsed"]
"""Everybody in the market; who buys here; who first bought lately; members of the programme; the
customers who spend most; customers who have not bought for long."""

LAPSED_GAPS = 3.0
"""Usual gaps without a purchase from which a firm counts a customer as lapsed."""

FIELDS = {"contact_cost": int}
"""Cost of reaching one person, in millionths."""


class Audience(Terms):
    """Who is reached."""

    to: Who = "customers"
    """Who is reached; `best` and `new` are told more closely by the two fields that follow."""
    best: Annotated[float, BeforeValidator(share), Field(gt=0, le=1)] | None = None
    """With `to: best`, the share of the customers, by what they spend here; left out, a fifth."""
    new_for: Weeks | None = None
    """With `to: new`, the time since the first purchase; left out, four weeks."""
    cost_per_contact: NonNegative = 0.0
    """What it costs to reach one person."""


class Dates(Audience):
    """Who is reached, and on which dates."""

    every: Weeks | None = None
    """Time from one contact to the next; left out, there is one."""
    from_week: Annotated[int, BeforeValidator(number), Field(ge=0, le=5200)] = 0
    """Week of the first contact."""


def fill_contact(fields: Any, terms: Audience) -> None:
    """The terms as numbers."""
    fields["contact_cost"] = round(terms.cost_per_contact * MICRO)


@dataclass
class People:
    """Those who may be reached, as a firm (or its rivals) knows them."""

    records: Any
    key: tuple[int, int]
    """Seed and replication."""
    week: int = 0
    open_for: int = 0
    """Weeks since the scheme at hand has opened."""
    instance: int = 0
    """Which scheme is at hand, as its draws know it."""

    @cached_property
    def birthdays(self) -> Numbers:
        """Week of the year of each person's birthday."""
        luck = uniforms_of(*self.key, self.records["who"], DECISIONS["birthday"])
        return (52.0 * luck[:, 0]).astype(np.int64)

    def reached(self, terms: Audience, rival: bool) -> Flags:
        """Whom such terms reach in this week.

        Rivals are not simulated one by one: theirs reach everybody who may buy there.
        """
        people = self.records
        if rival:
            chosen = (people["never"] == 0) & (people["rival_weight"] > 0.0)
            spends = people["rate"] * people["rival_odds"]
        elif terms.to == "everybody":
            return np.ones(len(people), bool)
        elif terms.to == "members":
            return np.asarray(people["member"] == 1)
        else:
            bought = people["purchases"] > 0
            late = self.week - people["last_at"] > LAPSED_GAPS * people["usual_gap"]
            if terms.to == "lapsed":
                return np.asarray(bought & late)
            chosen = bought & ~late & (people["activity"] != GONE)
            if terms.to == "new":
                since = self.week - (4.0 if terms.new_for is None else terms.new_for)
                return np.asarray(chosen & (people["first_at"] > since))
            spends = people["usual_basket"] / people["usual_gap"]
        if terms.to == "best" and chosen.any():
            share_of_them = 0.2 if terms.best is None else terms.best
            least = np.quantile(spends[chosen], 1.0 - share_of_them)
            chosen &= spends >= least
        return np.asarray(chosen)

    def is_due(self, terms: Dates) -> bool:
        """Whether one of the dates falls into this week."""
        since = self.open_for - terms.from_week
        if since <= 0 or terms.every is None:
            return since == 0
        return int(since / terms.every) > int((since - 1) / terms.every)


def on_dates(terms: Dates, people: People, rival: bool) -> Numbers:
    """Numbers of those who are reached in this week."""
    if not people.is_due(terms):
        return np.empty(0, np.int64)
    return np.flatnonzero(people.reached(terms, rival))
