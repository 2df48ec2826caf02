"""The programme as the firm runs it: rules that change, a year's budget, who holds which tier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim.ledger import MICRO
from loyaltysim.record import SCHEME, Records
from loyaltysim.rewards.membership import worth_of_unit
from loyaltysim.rewards.tiers import MOST as MOST_LEVELS
from loyaltysim.scenario.model import Business
from loyaltysim.setting import fill_scheme, schemes_of, sides_of
from loyaltysim.units import WEEKS_PER_YEAR


class ProgrammeOffice:
    """The schemes of the firm, and of rivals that copy them, as they hold this week."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._sides = sides_of(business)
        self.schemes = schemes_of(business)
        self.before: Records = np.zeros(1, SCHEME)
        """A scheme whose rules change, as it was."""
        self.broke = False
        """Whether this year's budget for rewards is spent."""

    def changes_of(self, week: int) -> Iterator[int]:
        """Put in force what changes this week: the number of each scheme, as soon as it has.

        Members hear of what is to come.
        """
        for number, side in enumerate(self._sides):
            scheme = self.schemes[number]
            for later in side.version.later:
                if int(np.ceil(later.at)) == week:
                    # Without notice, it is known on the day.
                    told = later.known_at < later.at
                    scheme["known_at"] = later.known_at if told else week
                    self._put_in_force(number, later.terms, week)
                    yield number
            takes = [
                later.at
                for later in side.version.later
                if later.known_at <= week < later.at and self._takes(number, later.terms)
            ]
            scheme["rules_until"] = min(takes, default=np.inf)

    def _takes(self, number: int, terms: Any) -> bool:
        """Whether what is held will be worth less than today: only then is there a hurry."""
        if terms is None:
            return True
        changed = np.zeros(1, SCHEME).view(np.recarray)[0]
        fill_scheme(changed, self._business, self._sides[number], terms)
        today = self.schemes.view(np.recarray)[number]
        return bool(worth_of_unit(changed) < worth_of_unit(today))

    def _put_in_force(self, number: int, terms: Any, week: int) -> None:
        scheme = self.schemes[number]
        self.before[0] = scheme
        if terms is None:
            scheme["closes_at"] = week
        else:
            stays = {name: scheme[name].copy() for name in ("instance", "crowd", "known_at")}
            fill_scheme(scheme, self._business, self._sides[number], terms)
            for name, value in stays.items():
                scheme[name] = value

    def look_at_tiers(self, members: Records) -> None:
        """How many members hold each level or more: a crowd takes from its status."""
        for number in np.flatnonzero(self.schemes["levels"]):
            holders = members[:, number]
            tiers = holders["tier"][holders["joined"] == 1]
            above = [(tiers > k).mean() if len(tiers) else 0.0 for k in range(MOST_LEVELS)]
            self.schemes["crowd"][number] = above

    def keep_to_the_budget(self, week: int, rewards: NDArray[np.int64]) -> None:
        """Refuse what a year's budget no longer covers; `rewards` are millionths by week."""
        programme = self._business.programme
        if programme is None or programme.budget_per_year is None:
            return
        first = week - week % int(WEEKS_PER_YEAR)
        self.broke = rewards[first:week].sum() / MICRO >= programme.budget_per_year
        own = self.schemes["rival"] == 0
        self.schemes["kept"][own] = 0.0 if self.broke else programme.kept

    def runs(self, week: int) -> bool:
        """Whether any scheme of the firm is still open."""
        own = self.schemes["rival"] == 0
        return bool((self.schemes["closes_at"][own] > week).any())
