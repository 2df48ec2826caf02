"""The micro-model in NumPy: arrays over all customers, week by week, of those who are due."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micro.terms import Terms

Floats = NDArray[np.float64]


def live(terms: Terms, people: int, seed: int) -> dict[str, Floats]:
    """Outcomes of each customer."""
    t = terms
    rng = np.random.default_rng(seed)
    shape = 1.0 / t.rate_spread**2
    rate = rng.gamma(shape, t.rate_mean / shape, people)
    weight = t.weight * np.exp(t.preference_spread * rng.standard_normal(people))
    odds = weight / (1.0 + t.rival)
    log_basket = t.log_basket + t.basket_between * rng.standard_normal(people)
    hazard = t.hazard * rng.lognormal(-0.5 * t.hazard_spread**2, t.hazard_spread, people)
    satisfaction = t.quality + t.satisfaction_spread * rng.standard_normal(people)
    expectation = np.full(people, t.quality)
    usual_gap = (1.0 + odds) / (rate * odds)
    last = -np.minimum(rng.standard_exponential(people) / rate, rng.random(people) * usual_gap)
    joined = np.full(people, np.inf)
    balance = np.zeros(people)
    purchases = np.zeros(people)
    revenue = np.zeros(people)
    redeemed = np.zeros(people)
    due = rng.standard_exponential(people) / rate

    for week in range(t.weeks):
        i = np.flatnonzero(due < week + 1)
        while len(i):
            now = due[i]
            held = balance[i]
            gap = satisfaction[i] - expectation[i]
            gap *= np.where(gap < 0.0, t.loss_weight, 1.0)
            pull = np.minimum(held / t.reward_at, 1.0)
            holds = np.flatnonzero(held)
            pull[holds] *= t.progress_pull * np.exp((joined[i[holds]] - now[holds]) / t.fades)
            pull += t.satisfaction_pull * gap
            wish = weight[i]
            own_odds = odds[i]
            up = pull >= 0.0
            factor = np.exp(np.where(up, pull * (1.0 + own_odds), pull))
            wish *= factor / np.where(up, 1.0, 1.0 + own_odds * (1.0 - factor))
            bought = np.flatnonzero(rng.random(len(i)) * (1.0 + t.rival + wish) < wish)

            b = i[bought]
            has = held[bought]
            ready = np.flatnonzero(has >= t.reward_at)
            ready = ready[rng.random(len(ready)) < t.redeems]
            taken = has[ready] - has[ready] % t.reward_at
            redeemed[b[ready]] += taken
            has[ready] -= taken
            spent = np.exp(log_basket[b] + t.basket_within * rng.standard_normal(len(b)))
            revenue[b] += spent
            purchases[b] += 1.0
            has += np.floor(t.per_euro * spent)
            balance[b] = has
            joined[b] = np.minimum(joined[b], now[bought])
            quality = t.quality + t.quality_spread * rng.standard_normal(len(b))
            satisfied, expected = satisfaction[b], expectation[b]
            satisfied += t.satisfaction_moves * (quality - satisfied)
            expected += t.expectation_moves * (quality - expected)
            satisfaction[b] = satisfied
            expectation[b] = expected

            after = satisfied - expected
            gap[bought] = after * np.where(after < 0.0, t.loss_weight, 1.0)
            log_risk = -t.satisfaction_stays * gap
            log_risk[balance[i] > 0.0] -= t.member_stays
            risk = hazard[i] * (now - last[i]) * np.exp(log_risk)
            last[i] = now
            lost = rng.random(len(i)) < -np.expm1(-risk)
            now += rng.standard_exponential(len(i)) / rate[i]
            now[lost] = np.inf
            due[i] = now
            i = i[now < week + 1]

    return {
        "purchases": purchases,
        "points_redeemed": redeemed,
        "lost": (due == np.inf).astype(float),
        "satisfaction": satisfaction,
        "revenue": revenue,
    }
