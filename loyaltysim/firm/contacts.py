"""Contacts: whom the firm, and rivals that copy it, reach this week with each of their schemes."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from loyaltysim.record import CONTACT, Records
from loyaltysim.rewards.audience import People
from loyaltysim.rewards.programme import is_sent
from loyaltysim.rewards.programme import schemes as kinds
from loyaltysim.scenario.model import Business
from loyaltysim.setting import sides_of


class Contacts:
    """The schemes that reach people by themselves, without a purchase."""

    def __init__(
        self, business: Business, schemes: Records, customers: Records, key: tuple[int, int]
    ) -> None:
        self._people = People(customers, key)
        self._instances = schemes["instance"]
        self._sent = [
            (number, side, kinds()[side.version.kind].contacts)
            for number, side in enumerate(sides_of(business))
            if is_sent(side.version.kind)
        ]

    def of_week(self, week: int) -> Records:
        """Records of `CONTACT`, by person and then by scheme."""
        found: list[Any] = []
        for number, (rival, opens_at, version), contacts in self._sent:
            terms = version.in_week(week)
            if week < max(opens_at, version.joins_from) or terms is None:
                continue
            # Dates count from the day on which the scheme opens.
            self._people.week = week
            self._people.open_for = week - int(opens_at)
            self._people.instance = int(self._instances[number])
            reached = contacts(terms, self._people, bool(rival))
            if version.joins_from > 0.0 or version.joins_until < inf:
                # Whoever is no member yet would have the rules of today.
                since = self._people.records["first_joined_at"][reached, rival]
                since = np.where(since > 0.0, since, week)
                holds = (since >= version.joins_from) & (since < version.joins_until)
                reached = reached[holds]
            posts = np.zeros(len(reached), CONTACT)
            posts["customer"], posts["scheme"] = reached, number
            found.append(posts)
        if not found:
            return np.zeros(0, CONTACT)
        posts = np.concatenate(found)
        return posts[np.lexsort((posts["scheme"], posts["customer"]))]
