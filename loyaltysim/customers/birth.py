"""Birth: everybody who might ever become a customer, as they stand in week 0.

Each person depends on nobody else's draws. Stages at the start are given to
people by what makes them likely: those who meet more occasions, like the firm
better and leave less easily are the clients.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, GONE
from loyaltysim.customers.stages import (
    ADVOCATE,
    CLIENT,
    FIRST_TIME,
    LOST,
    PROSPECT,
    REPEAT,
    SUSPECT,
)
from loyaltysim.customers.standing import CUSTOMER_TODAY, NEVER, STRANGER, Risks, standing_of
from loyaltysim.customers.traits import SMALLEST, give_traits
from loyaltysim.draws import identities, uniforms_of, who
from loyaltysim.levels import Levels
from loyaltysim.record import CUSTOMER, Records
from loyaltysim.scenario.model import Business, Segment

Floats = NDArray[np.float64]

DECISIONS = {"traits": 10, "state": 11, "start": 12}


def sizes(business: Business) -> list[int]:
    """People of each segment: largest remainders, so that they sum to the market's."""
    people = business.market.people
    exact = [segment.share * people for segment in business.market.segments]
    whole = [int(x) for x in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: people - sum(whole)]:
        whole[i] += 1
    return whole


def born(
    business: Business, levels: Levels, seed: int, replication: int, season: Floats
) -> tuple[Records, Floats]:
    """Customers (records of `CUSTOMER`) and the dates of their first occasions (weeks)."""
    market = business.market
    counts = sizes(business)
    groups = identities("segment", [segment.name for segment in market.segments])
    customers = np.zeros(sum(counts), CUSTOMER)
    due = np.empty(len(customers))
    at = 0
    for number, segment in enumerate(market.segments):
        block = slice(at, at + counts[number])
        at += counts[number]
        people = customers[block]
        people["segment"] = number
        people["who"] = who(groups[number], np.arange(len(people), dtype=np.int64))
        due[block] = _bear(people, business, segment, levels, number, (seed, replication), season)
    return customers, due


def _bear(
    people: Records,
    business: Business,
    segment: Segment,
    levels: Levels,
    number: int,
    key: tuple[int, int],
    season: Floats,
) -> Floats:
    traits = uniforms_of(*key, people["who"], DECISIONS["traits"])
    state = uniforms_of(*key, people["who"], DECISIONS["state"])
    z = ndtri(traits[:, :5])
    market = business.market
    correlations = (market.correlation_rate_preference, market.correlation_rate_basket)
    give_traits(people, segment, correlations, np.hstack([traits, state]), z)
    standing = standing_of(
        segment.model_copy(update={"given": None}),  # Tables are neither traits nor hashable.
        segment.start or market.start,
        correlations,
        Risks(float(levels.loss_per_week[number]), levels.leaves_per_visit, levels.sleep),
    )
    _give_start(people, business, segment, levels, key, standing.asleep, standing.of(people, z))
    return _first_occasion(people, business, segment, state, season)


def _give_start(
    people: Records,
    business: Business,
    segment: Segment,
    levels: Levels,
    key: tuple[int, int],
    sleepers: float,
    standing: tuple[Floats, Floats, Floats, Floats],
) -> None:
    """Stage, history and attitude in week 0, such that each reads as the stage stated."""
    start = segment.start or business.market.start
    luck = uniforms_of(*key, people["who"], DECISIONS["start"])
    chances, sleepy, rank, weeks_of_stay = standing
    status = (luck[:, :1] >= np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
    stranger = status == STRANGER
    bought = [start.first_time, start.repeat, start.client, start.advocate]
    asleep = (status == CUSTOMER_TODAY) & (luck[:, 6] < sleepy)
    # Sleepers are no clients any more, so they all stand on the second rung.
    awake = np.array(bought)
    awake[1] -= sleepers * sum(bought)
    ladder = np.cumsum(awake) / max(awake.sum(), SMALLEST)
    rung = np.where(asleep, 1, np.minimum(np.searchsorted(ladder, rank, side="right"), 3))
    stage = np.choose(status, [SUSPECT, PROSPECT, PROSPECT, FIRST_TIME + rung, LOST])
    people["stage"] = stage
    people["never"] = np.where(stranger, luck[:, 1] < segment.never_buys, status == NEVER)
    people["aware"] = stage != SUSPECT
    people["activity"] = np.select([stage == LOST, asleep], [GONE, DORMANT], ACTIVE)
    people["drift_quarter"] = 0

    people["expectation"] = levels.quality
    people["satisfaction"] = levels.quality + levels.satisfaction_spread * ndtri(luck[:, 2])
    settled = levels.settled_familiarity(1.0 / people["usual_gap"])
    people["usual_familiarity"] = settled
    tenure = -np.log(luck[:, 7]) * weeks_of_stay
    grown = levels.familiarity_after(tenure, 1.0 / people["usual_gap"])
    regular = (stage == CLIENT) | (stage == ADVOCATE)
    stages = business.stages
    people["familiarity"] = np.select(
        [regular, stage == REPEAT, (stage == FIRST_TIME) | (stage == LOST)],
        [np.maximum(grown, stages.client_familiarity), grown, levels.familiarity_gain],
        0.0,
    )
    wallet = people["usual_wallet"]
    people["wallet"] = np.select(
        [regular, stage == REPEAT],
        [
            np.maximum(wallet, stages.client_share_of_wallet),
            np.minimum(wallet, 0.99 * stages.client_share_of_wallet),
        ],
        wallet,
    )
    people["contact"] = (luck[:, 3] * business.firm.staff.count).astype(np.int64)

    gap = people["usual_gap"]
    people["purchases"] = np.select(
        [stage == FIRST_TIME, stage == REPEAT, stage == LOST, regular],
        [1, max(2, min(3, stages.client_purchases - 1)), 3, max(stages.client_purchases, 12)],
        0,
    )
    customer = people["purchases"] > 0
    # Bought a part of a usual gap ago, so that a client is not overdue.
    recent = -gap * min(1.0, stages.client_overdue_gaps) * luck[:, 4]
    last = np.where(stage == LOST, -26.0 - 26.0 * luck[:, 4], recent)
    people["last_at"] = np.where(customer, last, -np.inf)
    people["first_at"] = np.where(customer, last - (people["purchases"] - 1) * gap, -np.inf)
    people["lost_at"] = np.where(stage == LOST, -26.0 * luck[:, 4], -np.inf)
    people["stocked_at"] = -np.inf
    people["heard_at"] = 0.0
    people["recommended_at"] = np.where(
        stage == ADVOCATE, -stages.advocate_weeks * luck[:, 5], -np.inf
    )
    easier = np.where(stage == LOST, levels.win_back_odds, 1.0)
    people["notices_at"] /= easier


def _first_occasion(
    people: Records, business: Business, segment: Segment, state: Floats, season: Floats
) -> Floats:
    """The date of the first occasion, for gaps that have been running for long.

    Who is a customer has last decided to stay at the occasion before.
    """
    if segment.contract is not None:
        every, awake = segment.contract.every, segment.contract.awake
        first = state[:, 4] * every
        # Bills are evenly spaced: a customer's latest came one period before the first to come,
        # unless a client would be overdue by then.
        earliest = -every * min(1.0, business.stages.client_overdue_gaps)
        customer = people["last_at"] > people["lost_at"]
        latest = np.maximum(first - every, earliest)[customer]
        people["first_at"][customer] += latest - people["last_at"][customer]
        people["last_at"][customer] = latest
        # Dates that were slept through since the last one at which the customer was awake.
        missed = np.floor(np.log(state[:, 5]) / np.log1p(-np.clip(awake, SMALLEST, 1 - SMALLEST)))
        people["stayed_until"] = np.maximum(first - every * (missed + 1.0), people["first_at"])
        return np.asarray(first)
    assert segment.occasions_per_week is not None
    # The gap that contains week 0 is drawn by its length (Erlang k + 1), and cut at random.
    k = segment.occasions_per_week.regularity
    gap = gammaincinv(k + 1.0, state[:, 4]) / (k * people["pace"])
    people["stayed_until"] = np.maximum(-gap * (1.0 - state[:, 5]), people["first_at"])
    weeks = gap * state[:, 5]
    if len(season) == 0:
        return np.asarray(weeks)
    passed = np.concatenate([[0.0], np.cumsum(season)])
    return np.asarray(np.interp(weeks, passed, np.arange(len(passed)), right=np.inf))
