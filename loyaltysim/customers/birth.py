"""Birth: everybody who might ever become a customer, as they stand in week 0.

Each person depends on nobody else's draws. Stages at the start are given to
people by what makes them likely: those who meet more occasions, like the firm
better and leave less easily are the clients.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

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
from loyaltysim.customers.standing import (
    CUSTOMER_TODAY,
    NEVER,
    STRANGER,
    Standing,
    Terms,
    standing_of,
)
from loyaltysim.customers.traits import SMALLEST, Correlations, gamma_at, give_traits
from loyaltysim.draws import identities, uniforms_of, who
from loyaltysim.levels import Levels
from loyaltysim.record import CUSTOMER, Records
from loyaltysim.scenario.model import Business, Segment

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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
    correlations = Correlations.of(market)
    give_traits(people, segment, correlations, np.hstack([traits, state]), z)
    standing = standing_of(
        segment.model_copy(update={"given": None}),  # Tables are neither traits nor hashable.
        segment.start or market.start,
        correlations,
        Terms(
            float(levels.loss_per_week[number]),
            levels.leaves_per_visit,
            levels.sleep,
            levels.ties,
            business.stages.client_share_of_wallet,
            business.stages.client_familiarity,
        ),
    )
    _give_start(people, business, segment, levels, key, standing, z)
    return _first_occasion(people, business, segment, state, season)


def _give_start(
    people: Records,
    business: Business,
    segment: Segment,
    levels: Levels,
    key: tuple[int, int],
    standing: Standing,
    z: Floats,
) -> None:
    """Stage, history and attitude in week 0, such that each reads as the stage stated."""
    start, stages = segment.start or business.market.start, business.stages
    luck = uniforms_of(*key, people["who"], DECISIONS["start"])
    chances, sleepy, rank, weeks_of_stay = standing.of(people, z)
    status = (luck[:, :1] >= np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
    stranger, here = status == STRANGER, status == CUSTOMER_TODAY
    asleep = here & (luck[:, 6] < sleepy)
    # Sleepers read as repeat customers, and so do those who are clients but for being overdue.
    awake = np.array([start.first_time, start.repeat, start.client, start.advocate])
    awake[1] -= standing.asleep * start.customers
    overdue, weeks_since = _since_last_purchase(
        people, segment, stages.client_overdue_gaps, awake, luck[:, 4]
    )
    ladder = np.cumsum(awake) / max(awake.sum(), SMALLEST)
    rung = FIRST_TIME + np.minimum(np.searchsorted(ladder, rank, side="right"), 3)
    regular = here & (rung >= CLIENT)
    overdue &= regular
    rung[asleep] = np.maximum(rung[asleep], REPEAT)
    rung[asleep | overdue] = np.minimum(rung[asleep | overdue], REPEAT)
    stage = np.choose(status, [SUSPECT, PROSPECT, PROSPECT, rung, LOST])
    people["stage"] = stage
    people["never"] = np.where(stranger, luck[:, 1] < segment.never_buys, status == NEVER)
    people["aware"] = stage != SUSPECT
    people["activity"] = np.select([stage == LOST, asleep], [GONE, DORMANT], ACTIVE)
    people["drift_quarter"] = 0

    people["expectation"] = levels.quality
    people["satisfaction"] = levels.quality + levels.satisfaction_spread * ndtri(luck[:, 2])
    gap, ties = people["usual_gap"], levels.ties
    people["usual_familiarity"] = ties.settled(1.0 / gap)
    tenure = -np.log(luck[:, 7]) * weeks_of_stay
    # Who is a client has been one for long enough; how much longer does not depend on that.
    needed = ties.weeks_until(stages.client_familiarity, 1.0 / gap)
    tenure[regular] += np.where(np.isfinite(needed), needed, 0.0)[regular]
    grown = ties.after(tenure, 1.0 / gap)
    first = (stage == FIRST_TIME) | (stage == LOST)
    people["familiarity"] = np.select(
        [regular, first, here],
        [np.maximum(grown, stages.client_familiarity), ties.familiarity_gain, grown],
        0.0,
    )
    wallet = np.where(here, ties.wallet(people["usual_wallet"], z[:, 4]), people["usual_wallet"])
    people["wallet"] = np.select(
        [regular, stage == REPEAT],
        [
            np.maximum(wallet, stages.client_share_of_wallet),
            np.minimum(wallet, 0.99 * stages.client_share_of_wallet),
        ],
        wallet,
    )
    people["contact"] = (luck[:, 3] * business.firm.staff.count).astype(np.int64)

    people["purchases"] = np.select(
        [regular, stage == FIRST_TIME, stage == REPEAT, stage == LOST],
        [max(stages.client_purchases, 12), 1, max(2, min(3, stages.client_purchases - 1)), 3],
        0,
    )
    customer = people["purchases"] > 0
    last = np.where(stage == LOST, -26.0 - 26.0 * luck[:, 4], -weeks_since)
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


def _since_last_purchase(
    people: Records, segment: Segment, most_gaps: float, awake: Floats, luck: Floats
) -> tuple[Flags, Floats]:
    """Who would be overdue as a client, and the weeks since the last purchase.

    Purchases come at random, at today's pace. `awake` are the shares of the rungs among all
    people; it is changed so that clients who are not overdue have the share that is stated.
    """
    gap = people["usual_gap"]
    if segment.contract is not None:
        return np.zeros(len(people), bool), gap * min(1.0, most_gaps) * luck
    assert segment.occasions_per_week is not None
    usual_pace = people["pace"] / people["rate"]
    late = np.exp(-most_gaps * usual_pace)
    drift = segment.occasions_per_week.drift
    quantiles = ndtri((np.arange(200) + 0.5) / 200.0)
    usually = float(np.exp(-most_gaps * np.exp(drift * quantiles - 0.5 * drift**2)).mean())
    # No more than are stated to be repeat customers.
    clients = awake[2] + awake[3]
    share = min(usually, awake[1] / max(awake[1] + clients, SMALLEST))
    awake[1] -= clients * share / (1.0 - share)
    awake[2:] /= 1.0 - share
    if share == usually:
        return luck < late, -np.log(luck) * gap / usual_pace
    # Fewer may be late, so the luck is spread anew over either side of the limit.
    chance = late * share / max(usually, SMALLEST)
    overdue = luck < chance
    below = late * luck / np.maximum(chance, SMALLEST)
    above = late + (1.0 - late) * (luck - chance) / (1.0 - chance)
    return overdue, -np.log(np.where(overdue, below, above)) * gap / usual_pace


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
    gap = gamma_at(k + 1.0, ndtri(state[:, 4])) / (k * people["pace"])
    people["stayed_until"] = np.maximum(-gap * (1.0 - state[:, 5]), people["first_at"])
    weeks = gap * state[:, 5]
    if len(season) == 0:
        return np.asarray(weeks)
    passed = np.concatenate([[0.0], np.cumsum(season)])
    return np.asarray(np.interp(weeks, passed, np.arange(len(passed)), right=np.inf))
