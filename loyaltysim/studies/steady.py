"""The business as it stands today: levels at which it loses and wins what its owner says.

A short search by pilot runs: the risk of leaving is scaled until the stated share
is lost in a year, and the reach of marketing, among strangers and the lost, and the
chance of a first purchase until prospects and customers stay level (or grow as
stated). The levels are then the same in every alternative, so a comparison starts
from one and the same business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from math import ceil
from typing import Self

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.birth import sizes
from loyaltysim.customers.stages import LOST, PROSPECT, SUSPECT
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

PILOT_CUSTOMERS = 2400
PILOTS, MOST_PILOTS = 2, 8
"""Pilots a round, so that the levels do not follow the luck of one staff and one market; more
where customers are few, until so many of today's have lived in all."""

ROUNDS = 9
CUSTOMER_STAGES = slice(2, 6)


def steady(business: Business, near: Levels | None = None, rounds: int = ROUNDS) -> Levels:
    """Levels of a business, found by `rounds` pilot runs from a first guess (or `near`)."""
    market, firm = business.market, business.firm
    # Who is to be laid off is here today, and so are rivals as they stand.
    staff = firm.staff.model_copy(update={"lays_off": None})
    pilot = business.model_copy(
        update={
            "horizon": min(business.horizon, TREND_WEEKS),
            "firm": firm.model_copy(update={"staff": staff}),
            "market": market.model_copy(
                update={
                    "people": min(market.people, PILOT_PEOPLE),
                    "rivals_improve_per_year": 0.0,
                }
            ),
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
            regained_per_week=near.regained_per_week,
            regained_trend=near.regained_trend,
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
    for number in range(pilots_of(pilot)):
        census = Census(month_of(pilot.weeks - 1) + 1, len(pilot.market.segments))
        yield run(pilot, levels, replication=PILOT_REPLICATION + number, census=census), census


def pilots_of(business: Business) -> int:
    """Pilots a round: more where customers are few."""
    today = 0.0
    people = min(business.market.people, PILOT_PEOPLE)
    pilot = business.model_copy(
        update={"market": business.market.model_copy(update={"people": people})}
    )
    for segment, count in zip(pilot.market.segments, sizes(pilot), strict=True):
        today += count * (segment.start or pilot.market.start).customers
    wanted = ceil(PILOT_CUSTOMERS / max(today, 1.0))
    return min(max(wanted, PILOTS), MOST_PILOTS)


@dataclass(frozen=True)
class _Found:
    """What a pilot found, by segment; people are relative to the customers at the start."""

    loss: Floats
    """Ratio of the stated risk of being lost to the one found."""
    missing: Floats
    """Customers who are missing, by segment and week."""
    waiting: Floats
    """Prospects who are missing, by segment and week."""
    first: Floats
    """First purchases a week."""
    regained: Floats
    """Customers won back a week."""
    newcomers: Floats
    """Share of newcomers among those whom marketing wins, were it to reach all alike."""
    quality: float
    visits: float

    @classmethod
    def of(cls, business: Business, result: Result, census: Census) -> Self:
        counts = result.counts.sum(axis=0)
        visits = counts[:, COUNTS.index("purchases")].sum()
        stages = result.stages
        weeks = len(stages) - 1
        customers = stages[:, :, CUSTOMER_STAGES].sum(axis=2).T
        prospects = stages[:, :, PROSPECT].T
        at_start = np.maximum(customers[:, :1], 1)
        pools = stages.mean(axis=0)
        buyers = 1.0 - np.array([segment.never_buys for segment in business.market.segments])
        strangers = pools[:, SUSPECT] * buyers
        years = np.arange(1, weeks + 1) / WEEKS_PER_YEAR
        growth = (1.0 + business.market.growth_per_year) ** years
        stated = np.array([segment.loss_per_year for segment in business.market.segments])
        lost = np.minimum(census.yearly_loss[:-1], 0.999)
        quality = result.counts[:, :, COUNTS.index("quality")].sum() / 1e6
        seats = result.firm[:, 0].mean()
        with np.errstate(divide="ignore", invalid="ignore"):
            return cls(
                loss=np.log1p(-stated) / np.log1p(-lost),
                missing=growth - customers[:, 1:] / at_start,
                waiting=(prospects[:, :1] - prospects[:, 1:]) / at_start,
                first=counts[:, COUNTS.index("first_purchases")] / weeks / at_start[:, 0],
                regained=counts[:, COUNTS.index("won_back")] / weeks / at_start[:, 0],
                newcomers=strangers / (strangers + result.levels.win_back_odds * pools[:, LOST]),
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
        people = self.missing**2 + self.waiting**2
        return float((np.log(known) ** 2).sum() + people.mean(axis=1).sum())

    def closer(self, levels: Levels) -> Levels:
        """Who is missing is made up for: prospects by strangers, customers by the lost.

        A flow that is higher by a factor 1 + a + b t brings flow (a t + b t^2 / 2) more
        people by week t; a and b are those that best make up for who is missing. So neither
        those who have never been here nor those who have run out or gather. Between the two,
        the chance of a first purchase decides: such that marketing reaches both alike.
        """
        weeks = np.arange(1.0, self.missing.shape[1] + 1.0)
        brought = np.stack([weeks, 0.5 * weeks * weeks], axis=1)
        customers, customers_trend = np.linalg.lstsq(brought, self.missing.T, rcond=None)[0]
        prospects, prospects_trend = np.linalg.lstsq(brought, self.waiting.T, rcond=None)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = self.first + self.regained + customers
            trial = _step(self.newcomers * wanted / self.first)
            first_chance = np.minimum(levels.first_chance * trial, 1.0)
            first = self.first * first_chance / levels.first_chance
            reach = _step((first + prospects) / self.first)
            regained = _step((wanted - first) / self.regained)
            trend = _small(prospects_trend / self.first, weeks)
            regained_trend = _small(customers_trend / self.regained, weeks)
        return levels.but(
            quality=self.quality,
            visits_per_seat=self.visits,
            loss_per_week=levels.loss_per_week * _step(self.loss),
            first_chance=first_chance,
            reach_per_week=np.minimum(levels.reach_per_week * reach, 1.0),
            reach_trend=levels.reach_trend + trend,
            regained_per_week=np.minimum(levels.regained_per_week * regained, 1.0),
            regained_trend=levels.regained_trend + regained_trend,
        )


def _small(trend: Floats, weeks: Floats) -> Floats:
    """A careful step of a trend: at most a factor of e over the pilot, and none if not known."""
    return np.clip(np.where(np.isfinite(trend), trend, 0.0), -1.0 / len(weeks), 1.0 / len(weeks))


def _step(ratio: Floats) -> Floats:
    """A careful step: at most halved or doubled, and none where nothing was found."""
    return np.where(np.isfinite(ratio), np.clip(ratio, 0.5, 2.0), 1.0)
