"""The business as it stands today: levels at which it loses and wins what its owner says.

A short search by pilot runs: the risk of leaving is scaled until the stated share
is lost in a year, and the reach of marketing and the chance of a first purchase
until customers stay level (or grow as stated). The levels are then the same in
every alternative, so a comparison starts from one and the same business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.stages import PROSPECT
from loyaltysim.ledger import COUNTS
from loyaltysim.levels import TREND_WEEKS, Levels, first_guess
from loyaltysim.results.census import Census
from loyaltysim.scenario.model import Business
from loyaltysim.setting import belief_values, month_of
from loyaltysim.simulation import Result, run
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

PILOT_PEOPLE = 4000
PILOT_REPLICATION = 2**62
"""The pilots' own luck, which no run of a study uses."""

PILOTS = 2
MOST_PILOTS = 8
"""Pilots a round, so that the levels do not follow the luck of one staff and one market; more
where the market is small, until as many people have lived in all."""

ROUNDS = 9
CUSTOMER_STAGES = slice(2, 6)


def steady(business: Business, near: Levels | None = None, rounds: int = ROUNDS) -> Levels:
    """Levels of a business, found by `rounds` pilot runs from a first guess (or `near`)."""
    market = business.market
    pilot = business.model_copy(
        update={
            "horizon": min(business.horizon, TREND_WEEKS),
            "market": market.model_copy(update={"people": min(market.people, PILOT_PEOPLE)}),
        }
    )
    levels = first_guess(business, belief_values(business))
    if near is not None:
        levels = levels.but(
            quality=near.quality,
            visits_per_seat=near.visits_per_seat * pilot.market.people / market.people,
            loss_per_week=near.loss_per_week,
            first_chance=near.first_chance,
            reach_per_week=near.reach_per_week,
            reach_trend=near.reach_trend,
        )
    best, least = levels, np.inf
    for _ in range(rounds):
        found = _Found.mean([_Found.of(business, *one) for one in _pilots(pilot, levels)])
        # The first guess does not know how many visits a seat serves.
        if found.error < least and np.isfinite(levels.visits_per_seat):
            best, least = levels, found.error
        levels = found.closer(levels)
    # The pilot's staff serve fewer people than the business's.
    scale = market.people / pilot.market.people
    return best.but(visits_per_seat=best.visits_per_seat * scale)


def _pilots(pilot: Business, levels: Levels) -> Iterator[tuple[Result, Census]]:
    wanted = -(-PILOTS * PILOT_PEOPLE // pilot.market.people)
    for number in range(min(wanted, MOST_PILOTS)):
        census = Census(month_of(pilot.weeks - 1) + 1, len(pilot.market.segments))
        yield run(pilot, levels, replication=PILOT_REPLICATION + number, census=census), census


@dataclass(frozen=True)
class _Found:
    """What a pilot found, by segment."""

    loss: Floats
    """Ratio of the stated risk of being lost to the one found."""
    missing: Floats
    """Share of the customers who are missing, by segment and week."""
    inflow: Floats
    """First purchases and winnings-back a week, relative to the customers at the start."""
    trial: Floats
    """Ratio of the first purchases that would keep the prospects level to those found."""
    quality: float
    visits: float

    @classmethod
    def of(cls, business: Business, result: Result, census: Census) -> Self:
        counts = result.counts.sum(axis=0)
        first = counts[:, COUNTS.index("first_purchases")].astype(float)
        came = first + counts[:, COUNTS.index("won_back")]
        visits = counts[:, COUNTS.index("purchases")].sum()
        stages = result.stages
        weeks = len(stages) - 1
        customers = stages[1:, :, CUSTOMER_STAGES].sum(axis=2).T
        at_start = np.maximum(stages[0, :, CUSTOMER_STAGES].sum(axis=1), 1)[:, np.newaxis]
        years = np.arange(1, weeks + 1) / WEEKS_PER_YEAR
        growth = (1.0 + business.market.growth_per_year) ** years
        waiting = stages[:, :, PROSPECT].mean(axis=0) - stages[0, :, PROSPECT]
        stated = np.array([segment.loss_per_year for segment in business.market.segments])
        lost = np.minimum(census.yearly_loss[:-1], 0.999)
        quality = result.counts[:, :, COUNTS.index("quality")].sum() / 1e6
        seats = result.firm[:, 0].mean()
        with np.errstate(divide="ignore", invalid="ignore"):
            return cls(
                loss=np.log1p(-stated) / np.log1p(-lost),
                missing=growth - customers / at_start,
                inflow=came / weeks / at_start[:, 0],
                trial=(first + 2.0 * waiting) / first,
                quality=float(quality / visits) if visits else 0.0,
                visits=float(visits / weeks / seats) if visits and seats else np.inf,
            )

    @classmethod
    def mean(cls, pilots: Sequence[Self]) -> Self:
        """The mean of what several pilots found."""
        return cls(*(np.mean([getattr(p, f.name) for p in pilots], axis=0) for f in fields(cls)))

    @property
    def error(self) -> float:
        """Squared distance from the stated losses (in logs) and, on average, from the numbers."""
        known = self.loss[np.isfinite(self.loss) & (self.loss > 0.0)]
        return float((np.log(known) ** 2).sum() + (self.missing**2).mean(axis=1).sum())

    def closer(self, levels: Levels) -> Levels:
        """Reach brings in the customers who are missing; trial empties the waiting prospects.

        A reach that is higher by a factor 1 + a + b t brings inflow (a t + b t^2 / 2) more
        customers by week t; a and b are those that best make up for who is missing.
        """
        weeks = np.arange(1.0, self.missing.shape[1] + 1.0)
        brought = np.stack([weeks, 0.5 * weeks * weeks], axis=1)
        more = np.linalg.lstsq(brought, self.missing.T, rcond=None)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            level, trend = np.where(self.inflow > 0.0, more / self.inflow, 0.0)
        limit = 1.0 / len(weeks)
        return levels.but(
            quality=self.quality,
            visits_per_seat=self.visits,
            loss_per_week=levels.loss_per_week * _step(self.loss),
            reach_per_week=np.minimum(levels.reach_per_week * _step(1.0 + level), 1.0),
            reach_trend=levels.reach_trend + np.clip(trend, -limit, limit),
            first_chance=np.minimum(levels.first_chance * _step(self.trial), 1.0),
        )


def _step(ratio: Floats) -> Floats:
    """A careful step: at most halved or doubled, and none where nothing was found."""
    return np.where(np.isfinite(ratio), np.clip(ratio, 0.5, 2.0), 1.0)
