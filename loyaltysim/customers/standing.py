"""Where people stand today: who, by what they are, is a stranger, prospect, customer or lost.

A business that has run for long has sorted its people. Where as many enter a state as
leave it, a person is found in it in proportion to how long they stay there: prospects
who seldom come to buy have gathered, and so have customers who are hard to lose. How long
strangers and the lost wait depends on marketing and not on who they are, so they count alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from loyaltysim.customers.traits import SMALLEST, Correlations, give_traits
from loyaltysim.levels import Sleep, Ties
from loyaltysim.record import CUSTOMER, Records
from loyaltysim.scenario.model import Segment, Start

Floats = NDArray[np.float64]

STRANGER, NEVER, PROSPECT, CUSTOMER_TODAY, LOST = 0, 1, 2, 3, 4
"""States; the second are prospects who never will buy."""
STATES = 5

TYPES = 2**11
"""People, spread evenly over all traits, who stand for everybody of a segment."""

DECIDING = (0, 1, 2, 3, 4, 11)
"""Columns of the traits on which the standing depends."""

FITS = 500
CLOSE = 1e-4
"""Most rounds of the fitting, and how near, relatively, the shares shall come."""

SHORTEST = 1e-9
"""Events a week below which nothing happens."""


class Terms(NamedTuple):
    """How customers leave, and what makes a client."""

    loss_per_week: float
    """Risk at average frailty, apart from failures."""
    leaves_per_visit: float
    """Risk over failures."""
    sleep: Sleep
    ties: Ties
    client_share_of_wallet: float
    client_familiarity: float


class Standing(NamedTuple):
    """How a segment's people are spread over the states, and the customers over the rungs."""

    factors: Floats
    """Inflow by state: chance of a state = factor x length of stay / sum over the states."""
    scores: Floats
    ranks: Floats
    asleep: float
    """Share of the customers who are asleep; a sleeper reads as a repeat customer."""
    drowsy: float
    """Factor on the chance of being asleep; below 1 where fewer are stated who may be."""
    terms: Terms

    def of(self, people: Records, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Chances of the states, (people, 5); of a customer: chance of being asleep, rank among
        those who are awake (0 to 1), weeks as a customer.

        The weeks are those that a customer stays on average; where the risk is the same at
        any age, as many have passed as are still to come.
        """
        stays, asleep = _stays(people, self.terms)
        held = self.factors * stays
        chances = held / held.sum(axis=1, keepdims=True)
        weeks = stays[:, CUSTOMER_TODAY]
        ranks = np.interp(_score(people, z, weeks, self.terms), self.scores, self.ranks)
        return chances, self.drowsy * asleep, ranks, weeks


@lru_cache(maxsize=256)
def standing_of(
    segment: Segment,
    start: Start,
    correlations: Correlations,
    terms: Terms,
) -> Standing:
    """The spread at which each state has the share that is stated.

    The factors are found by proportional fitting (Deming & Stephan 1940) on people who
    stand for all, so they depend on nobody's draws.
    """
    types, z = _types(segment, correlations)
    stays, asleep = _stays(types, terms)
    never = start.prospect * segment.never_buys
    wanted = np.array([start.suspect, never, start.prospect - never, start.customers, start.lost])
    wanted /= wanted.sum()
    factors = wanted / np.median(stays, axis=0)
    for _ in range(FITS):
        held = factors * stays
        chances = held / held.sum(axis=1, keepdims=True)
        found = chances.mean(axis=0)
        factors = factors * np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0.0)
        if np.allclose(found, wanted, rtol=CLOSE, atol=0.0):
            break
    scores = _score(types, z, stays[:, CUSTOMER_TODAY], terms)
    order = np.argsort(scores, kind="stable")
    there = chances[:, CUSTOMER_TODAY]
    total = max(there.sum(), SHORTEST)
    sleepers = (there * asleep).sum() / total
    drowsy = min(start.repeat / max(start.customers * sleepers, SHORTEST), 1.0)
    weight = (there * (1.0 - drowsy * asleep))[order]
    ranks = (np.cumsum(weight) - 0.5 * weight) / max(weight.sum(), SHORTEST)
    return Standing(factors, scores[order], ranks, drowsy * sleepers, drowsy, terms)


def _types(segment: Segment, correlations: Correlations) -> tuple[Records, Floats]:
    """People spread evenly over the traits that decide, by a Sobol sequence."""
    from scipy.stats.qmc import Sobol

    points = (Sobol(len(DECIDING), scramble=False).random(TYPES) + 0.5 / TYPES) % 1.0
    traits = np.full((TYPES, 16), 0.5)
    traits[:, DECIDING] = points
    people = np.zeros(TYPES, CUSTOMER)
    z = ndtri(traits[:, :5])
    give_traits(people, segment, correlations, traits, z)
    return people, z


def _stays(people: Records, terms: Terms) -> tuple[Floats, Floats]:
    """Length of a stay in each state, in units of its own, (people, 5), and of it, asleep.

    Prospects wait for an occasion that goes to the firm; customers stay until lost, over
    time or over what happens at a purchase, and part of it they sleep. Strangers and the lost
    wait to be reached, as anybody.
    """
    stays = np.ones((len(people), STATES))
    stays[:, PROSPECT] = 1.0 / np.maximum(people["rate"] * people["firm_odds"], SHORTEST)
    silent = people["frailty"] * terms.loss_per_week
    known = (people["drop_out"] + terms.leaves_per_visit) / people["usual_gap"]
    sleep = terms.sleep.weeks(silent)
    lost = np.maximum(terms.sleep.lost(silent) + known, SHORTEST)
    stays[:, CUSTOMER_TODAY] = (1.0 + sleep) / lost
    return stays, sleep / (1.0 + sleep)


def _score(people: Records, z: Floats, weeks_of_stay: Floats, terms: Terms) -> Floats:
    """How far above the thresholds of a client one stands, by share of wallet and familiarity."""
    wallet = terms.ties.wallet(people["usual_wallet"], z[:, 4])
    familiarity = terms.ties.after(weeks_of_stay, 1.0 / people["usual_gap"])
    wallet /= max(terms.client_share_of_wallet, SMALLEST)
    familiarity /= max(terms.client_familiarity, SMALLEST)
    # People who are equal in both have a rank of their own too.
    return np.minimum(wallet, familiarity) + 1e-6 * z[:, 4]
