"""Levels of the present business: what makes it stand where its owner says it stands.

A scenario states how many customers are lost a year and how many there are. The
risk of leaving, the chance of a first purchase and the reach of marketing that go
with this are found by letting the business run as it is (`studies.steady`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from loyaltysim.firm.hand_over import tie_breaks
from loyaltysim.scenario.model import Business
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

TREND_WEEKS = 156.0
"""How long the pilots live that find the levels; the reach stays as it is from then on."""


class Sleep(NamedTuple):
    """How customers fall asleep, and what becomes of sleepers."""

    share: float
    """Of those who would be lost silently."""
    wakes_per_week: float
    leaves_per_week: float

    def weeks(self, risk: Floats) -> Floats:
        """Weeks asleep for a week awake, by the risk a week of being lost silently."""
        return risk * self.share / max(self.wakes_per_week + self.leaves_per_week, 1e-9)

    def lost(self, risk: Floats) -> Floats:
        """Risk, a week awake, of being lost for good, also after a sleep."""
        ends = max(self.wakes_per_week + self.leaves_per_week, 1e-9)
        return risk * (1.0 - self.share * self.wakes_per_week / ends)


class Ties(NamedTuple):
    """How familiarity and the recent share of wallet settle."""

    familiarity_gain: float
    familiarity_decay: float
    habit_moves: float

    def settled(self, pace: Floats) -> Floats:
        """Familiarity of a customer who has bought `pace` times a week for long."""
        gain = self.familiarity_gain * pace
        return np.asarray(gain / (gain + self.familiarity_decay))

    def after(self, weeks: Floats, pace: Floats) -> Floats:
        """Familiarity of a customer who has bought `pace` times a week for so many weeks."""
        settling = self.familiarity_gain * pace + self.familiarity_decay
        return self.settled(pace) * -np.expm1(-weeks * settling)

    def weeks_until(self, familiarity: float, pace: Floats) -> Floats:
        """After how many weeks of so many purchases it is reached; infinite if never."""
        settling = self.familiarity_gain * pace + self.familiarity_decay
        part = familiarity / np.maximum(self.settled(pace), 1e-12)
        return np.where(part < 1.0, -np.log1p(-np.minimum(part, 1.0 - 1e-12)) / settling, np.inf)

    def wallet(self, usual: Floats, z: Floats) -> Floats:
        """Recent share of wallet: about the usual one, as an average that forgets evenly."""
        variance = self.habit_moves / (2.0 - self.habit_moves) * usual * (1.0 - usual)
        return np.clip(usual + np.sqrt(variance) * z, 0.0, 1.0)


@dataclass(frozen=True)
class Levels:
    """Constants of the business as it is today, the same in every alternative.

    Arrays have one element a segment.
    """

    quality: float
    """Mean quality of a visit, failures included, in points of ten."""
    visits_per_seat: float
    """Visits that one present employee serves in a usual week."""
    loss_per_week: Floats
    """Risk of a customer of average frailty of being lost or falling asleep, without a failure."""
    first_chance: Floats
    """Factor on the weight of the firm before a person's first purchase."""
    reach_per_week: Floats
    """Expected marketing contacts of a person who does not know the firm, in the first week."""
    reach_trend: Floats
    """Change of the log of that reach a week among strangers, over the first `TREND_WEEKS`."""
    regained_per_week: Floats
    """Contacts of a lost customer, in the first week; each counts for `win_back_odds` ones of a
    stranger."""
    regained_trend: Floats
    """Change of the log of that reach a week among lost customers."""
    leaves_per_visit: float
    """Risk of leaving over a failure, by visit."""
    satisfaction_spread: float
    ties: Ties
    win_back_odds: float
    sleep: Sleep
    budget_per_week: float
    """Marketing budget that goes with the reach."""
    quits_per_year: float
    """Turnover under which today's staff and ties have grown."""
    pay_per_week: float
    """Today's pay of the staff."""

    def but(self, **changes: object) -> Self:
        """The same levels with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def first_guess(business: Business, belief: dict[str, float]) -> Levels:
    """Levels from the scenario's numbers alone, to start the search from."""
    segments = business.market.segments
    service, staff = business.firm.service, business.firm.staff
    # Experienced staff, save for the time that newcomers take to learn.
    learning = staff.quits_per_year / WEEKS_PER_YEAR * staff.skill_grows_in_weeks
    missing = (1.0 - staff.skill_at_start) * learning / (1.0 + learning)
    loss = np.array([-np.log1p(-s.loss_per_year) / WEEKS_PER_YEAR for s in segments])
    return Levels(
        quality=service.quality
        - belief["skill_quality"] * missing
        - service.failure_per_visit * belief["failure_severity"],
        visits_per_seat=np.inf,
        loss_per_week=loss,
        first_chance=np.full(len(segments), 0.1),
        reach_per_week=np.full(len(segments), 0.005),
        reach_trend=np.zeros(len(segments)),
        regained_per_week=np.full(len(segments), 0.005),
        regained_trend=np.zeros(len(segments)),
        leaves_per_visit=service.failure_per_visit * belief["leave_after_failure"],
        satisfaction_spread=service.quality_spread
        * np.sqrt(belief["satisfaction_moves"] / (2.0 - belief["satisfaction_moves"])),
        ties=Ties(
            belief["familiarity_gain"],
            1.0 / belief["familiarity_fades_weeks"]
            + tie_breaks(staff.hand_over, SimpleNamespace(**belief))
            * (staff.quits_per_year + staff.dismissed_per_year)
            / WEEKS_PER_YEAR,
            belief["habit_moves"],
        ),
        win_back_odds=belief["win_back_odds"],
        sleep=Sleep(
            belief["dormant_share"],
            belief["dormant_wakes_per_year"] / WEEKS_PER_YEAR,
            belief["dormant_leaves_per_year"] / WEEKS_PER_YEAR,
        ),
        budget_per_week=business.firm.marketing.budget_per_week,
        quits_per_year=staff.quits_per_year,
        pay_per_week=staff.pay_per_week,
    )
