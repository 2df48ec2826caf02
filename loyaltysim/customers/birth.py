"""Birth: everybody who might ever become a customer, as they stand in week 0.

Each person depends on nobody else's draws. Stages at the start are given to
people by what makes them likely: those who meet more occasions, like the firm
better and leave less easily are the clients.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv, ndtr, ndtri, polygamma

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
from loyaltysim.draws import identities, uniforms_of, who
from loyaltysim.levels import Levels
from loyaltysim.record import CUSTOMER, Records
from loyaltysim.scenario.model import Business, Segment

Floats = NDArray[np.float64]

DECISIONS = {"traits": 10, "state": 11, "start": 12}

SMALLEST = 2.0**-40
"""Chances of 0 and 1 are kept this far inside, so that odds stay finite."""


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
    _give_traits(people, business, segment, traits, state, z)
    standing = _standing(z, segment)
    _give_start(people, business, segment, levels, number, key, standing)
    return _first_occasion(people, segment, state, season)


def _give_traits(
    people: Records,
    business: Business,
    segment: Segment,
    traits: Floats,
    state: Floats,
    z: Floats,
) -> None:
    """Rate, preference, basket, frailty: what a person keeps for life."""
    market = business.market
    rho_p, rho_b = market.correlation_rate_preference, market.correlation_rate_basket
    z_preference = rho_p * z[:, 0] + np.sqrt(1.0 - rho_p**2) * z[:, 1]
    z_basket = rho_b * z[:, 0] + np.sqrt(1.0 - rho_b**2) * z[:, 2]

    rate = segment.occasions_per_week
    if rate is None:
        assert segment.contract is not None
        people["rate"] = 1.0 / segment.contract.every
    else:
        people["drift"] = rate.drift * ndtri(state[:, 6])
        people["rate"] = rate.mean
        if rate.spread > 0.0:
            shape = 1.0 / rate.spread**2
            # Zero would mean a division by it; the smallest is far below one in a lifetime.
            people["rate"] = np.maximum(gammaincinv(shape, traits[:, 0]) / shape * rate.mean, 1e-9)
    drift = 0.0 if rate is None else rate.drift
    people["pace"] = people["rate"] * np.exp(people["drift"] - 0.5 * drift**2)

    buys = min(segment.buy_share, 1.0 - SMALLEST)
    here = max(segment.share_of_wallet, SMALLEST)
    weight = here * buys / (1.0 - buys) * np.exp(segment.preference_spread * z_preference)
    rivals = (1.0 - segment.share_of_wallet) * buys / (1.0 - buys)
    if segment.switching is not None:
        share = betaincinv(*_beta_of_shares(segment), ndtr(z_preference))
        weight, rivals = share * buys / (1.0 - buys), (1.0 - share) * buys / (1.0 - buys)
    people["firm_weight"] = weight
    people["rival_weight"] = rivals
    people["firm_odds"] = weight / (1.0 + rivals)
    people["rival_odds"] = rivals / (1.0 + weight)
    people["usual_wallet"] = weight / np.maximum(weight + rivals, SMALLEST)
    # Who never buys is taken to buy once in a very long time.
    pace = np.maximum(people["rate"] * weight / (1.0 + weight + rivals), SMALLEST)
    people["usual_gap"] = 1.0 / (people["rate"] if segment.contract else pace)

    basket = segment.basket
    people["log_basket"] = (
        np.log(basket.mean)
        - 0.5 * (basket.within**2 + basket.between**2)
        + basket.between * z_basket
    )
    people["usual_basket"] = np.exp(people["log_basket"] + 0.5 * basket.within**2)
    # Risk falls with z, as it does in the standing; its mean over people is one.
    spread = segment.loss_spread
    people["frailty"] = np.exp(-spread * z[:, 3] - 0.5 * spread**2)
    loss = segment.loss_per_purchase
    if loss is not None and loss.mean > 0.0:
        chance = np.full(len(people), min(loss.mean, 1.0 - SMALLEST))
        if loss.spread > 0.0:
            total = 1.0 / loss.spread - 1.0
            chance = betaincinv(loss.mean * total, (1.0 - loss.mean) * total, state[:, 3])
        people["drop_out"] = -np.log1p(-np.minimum(chance, 1.0 - SMALLEST))
    people["reluctance"] = np.log(state[:, 2] / (1.0 - state[:, 2]))
    people["notices_at"] = -np.log(state[:, 1])


def _beta_of_shares(segment: Segment) -> tuple[float, float]:
    """Parameters of the beta distribution of the firm's share of wallet across people."""
    assert segment.switching is not None
    share = min(max(segment.share_of_wallet, SMALLEST), 1.0 - SMALLEST)
    return segment.switching * share, segment.switching * (1.0 - share)


def _standing(z: Floats, segment: Segment) -> Floats:
    """Quantile, among people alike, of how likely one is to be an established customer."""
    preference_spread = segment.preference_spread
    if segment.switching is not None:
        # The standard deviation of the log-odds of a share that is beta across people.
        preference_spread = float(np.sqrt(polygamma(1, _beta_of_shares(segment)).sum()))
    score = z[:, 0] + preference_spread * z[:, 1] + segment.loss_spread * z[:, 3] + z[:, 4]
    spread = np.sqrt(2.0 + preference_spread**2 + segment.loss_spread**2)
    return np.asarray(ndtr(score / spread))


def _give_start(
    people: Records,
    business: Business,
    segment: Segment,
    levels: Levels,
    number: int,
    key: tuple[int, int],
    standing: Floats,
) -> None:
    """Stage, history and attitude in week 0, such that each reads as the stage stated."""
    start = segment.start or business.market.start
    luck = uniforms_of(*key, people["who"], DECISIONS["start"])
    bought = [start.first_time, start.repeat, start.client, start.advocate]
    edges = np.cumsum([start.suspect, start.prospect, start.lost])
    status = np.searchsorted(edges, luck[:, 0], side="right")
    ladder = np.cumsum(bought) / max(sum(bought), SMALLEST)
    rung = np.minimum(np.searchsorted(ladder, standing, side="right"), 3)
    stage = np.choose(status, [SUSPECT, PROSPECT, LOST, FIRST_TIME + rung])
    people["stage"] = stage

    newcomer = (stage == SUSPECT) | (stage == PROSPECT)
    people["never"] = newcomer & (luck[:, 1] < segment.never_buys)
    people["aware"] = stage != SUSPECT
    asleep = (stage >= FIRST_TIME) & (stage <= REPEAT) & (luck[:, 6] < levels.asleep[number])
    people["activity"] = np.select([stage == LOST, asleep], [GONE, DORMANT], ACTIVE)
    people["drift_quarter"] = 0

    people["expectation"] = levels.quality
    people["satisfaction"] = levels.quality + levels.satisfaction_spread * ndtri(luck[:, 2])
    settled = levels.settled_familiarity(1.0 / people["usual_gap"])
    people["usual_familiarity"] = settled
    regular = (stage == CLIENT) | (stage == ADVOCATE)
    stages = business.stages
    people["familiarity"] = np.select(
        [regular, stage == REPEAT, (stage == FIRST_TIME) | (stage == LOST)],
        [np.maximum(settled, stages.client_familiarity), settled, levels.familiarity_gain],
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


def _first_occasion(people: Records, segment: Segment, state: Floats, season: Floats) -> Floats:
    """The date of the first occasion, for gaps that have been running for long."""
    if segment.contract is not None:
        return np.asarray(state[:, 4] * segment.contract.every)
    assert segment.occasions_per_week is not None
    rate = segment.occasions_per_week
    # The gap that contains week 0 is drawn by its length (Erlang k + 1), and cut at random.
    k = rate.regularity
    weeks = gammaincinv(k + 1.0, state[:, 4]) / (k * people["pace"]) * state[:, 5]
    if len(season) == 0:
        return np.asarray(weeks)
    passed = np.concatenate([[0.0], np.cumsum(season)])
    return np.asarray(np.interp(weeks, passed, np.arange(len(passed)), right=np.inf))
