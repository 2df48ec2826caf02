"""The business as it stands today: levels at which it loses and wins what its owner says.

A short search by pilot runs: the risk of leaving is scaled until the stated share
is lost in a year, and the reach of marketing and the chance of a first purchase
until customers stay level (or grow as stated). The levels are then the same in
every alternative, so a comparison starts from one and the same business.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.stages import PROSPECT, SUSPECT
from loyaltysim.ledger import COUNTS
from loyaltysim.levels import Levels, first_guess
from loyaltysim.results.census import Census
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, belief_values, month_of, run
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

PILOT_PEOPLE = 4000
PILOT_WEEKS = 156.0
PILOT_REPLICATION = 2**62
"""The pilots' own luck, which no run of a study uses."""

ROUNDS = 7
CUSTOMER_STAGES = slice(2, 6)


def steady(business: Business, near: Levels | None = None, rounds: int = ROUNDS) -> Levels:
    """Levels of a business, found by `rounds` pilot runs from a first guess (or `near`)."""
    market = business.market
    pilot = business.model_copy(
        update={
            "horizon": min(business.horizon, PILOT_WEEKS),
            "market": market.model_copy(update={"people": min(market.people, PILOT_PEOPLE)}),
        }
    )
    levels = first_guess(business, belief_values(business))
    if near is not None:
        levels = levels.but(
            quality=near.quality,
            visits_per_seat=near.visits_per_seat,
            loss_per_week=near.loss_per_week,
            first_chance=near.first_chance,
            reach_per_week=near.reach_per_week,
        )
    for _ in range(rounds):
        levels = _closer(business, levels, *_pilot(pilot, levels))
    # The pilot's staff serve fewer people than the business's.
    scale = market.people / pilot.market.people
    return levels.but(visits_per_seat=levels.visits_per_seat * scale)


def _pilot(pilot: Business, levels: Levels) -> tuple[Result, Census]:
    census = Census(month_of(pilot.weeks - 1) + 1, len(pilot.market.segments))
    return run(pilot, levels, replication=PILOT_REPLICATION, census=census), census


def _closer(business: Business, levels: Levels, result: Result, census: Census) -> Levels:
    """The levels, each moved by the ratio of what is wanted to what was found."""
    counts = result.counts.sum(axis=0)
    visits = counts[:, COUNTS.index("purchases")]
    stages = result.stages
    customers = stages[:, :, CUSTOMER_STAGES].sum(axis=2)
    years = np.arange(len(customers)) / WEEKS_PER_YEAR
    growth = (1.0 + business.market.growth_per_year) ** years
    wanted = customers[0] * growth.mean()
    missing = wanted - customers.mean(axis=0)
    # Whoever is missing on average should have come by half time.
    first = counts[:, COUNTS.index("first_purchases")].astype(float)
    first_wanted = np.maximum(first + 2.0 * missing, 0.05 * first)
    left = result.moves.sum(axis=0)
    learnt = left[:, SUSPECT, :].sum(axis=1) - left[:, SUSPECT, SUSPECT]
    prospects = stages[:, :, PROSPECT]
    learnt_wanted = np.maximum(
        learnt + 2.0 * (prospects[0] - prospects.mean(axis=0)), 0.05 * learnt
    )

    stated = np.array([s.loss_per_year for s in business.market.segments])
    found = census.yearly_loss[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = np.log1p(-stated) / np.log1p(-np.minimum(found, 0.999))
    quality = result.counts[:, :, COUNTS.index("quality")].sum() / max(visits.sum(), 1) / 1e6
    seats = result.firm[:, 0].mean()
    return levels.but(
        quality=float(quality) if visits.sum() else levels.quality,
        visits_per_seat=float(visits.sum() / len(result.counts) / max(seats, 1e-9)) or np.inf,
        loss_per_week=levels.loss_per_week * _step(loss),
        first_chance=np.minimum(levels.first_chance * _step(first_wanted / np.maximum(first, 1)), 1.0),
        reach_per_week=np.minimum(
            levels.reach_per_week * _step(learnt_wanted / np.maximum(learnt, 1)), 1.0
        ),
    )


def _step(ratio: Floats) -> Floats:
    """A careful step: at most a factor of three at once, and none where nothing was found."""
    return np.where(np.isfinite(ratio), np.clip(ratio, 1.0 / 3.0, 3.0), 1.0)
