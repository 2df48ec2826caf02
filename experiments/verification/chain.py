"""The stages as an absorbing Markov chain in continuous time: occupancy, time to loss, value.

Kemeny & Snell (1960), Finite Markov Chains, for the fundamental matrix; Pfeifer & Carraway
(2000), Modeling Customer Relationships as Markov Chains, Journal of Interactive Marketing 14(2).
"""

from __future__ import annotations

import numpy as np
from checks import (
    Check,
    Finding,
    Floats,
    Oracle,
    Panel,
    Sample,
    Snapshots,
    mean_of,
    pooled,
    series_of,
    share_of,
)
from scipy.linalg import expm

from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import MICRO
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run

STATES = ("unreached", "reached", "prospect", "first_time", "repeat", "client", "lost")
"""A suspect whom marketing has reached notices at the next occasion, and may buy at once."""

SHOWN = ("suspect", "prospect", "first_time", "repeat", "client", "lost")
TIMES = {"suspect": 9, "prospect": 9, "first_time": 17, "repeat": 35, "client": 30, "lost": 39}
"""Weeks at which the share of a stage is held against theory: when it is large."""

VALUED_AT = 52


def live(business: Business, replication: int) -> Sample:
    """People by week and stage; weeks until lost, and revenue, of each."""
    seen = Snapshots((VALUED_AT,), ("revenue",))
    result = run(business, replication=replication, census=seen)
    customers = result.customers
    return {
        "stages": result.stages.sum(axis=1),
        "lost at": np.where(customers["lost_at"] >= 0.0, customers["lost_at"], business.weeks),
        "revenue then": seen.taken[f"revenue {VALUED_AT}"] / MICRO,
        "revenue": customers["revenue"] / MICRO,
    }


def chain(business: Business) -> tuple[Floats, Floats]:
    """Rates between the states (a week), and rates of purchases here in each."""
    segment, reach = business.market.segments[0], business.firm.marketing.reach_per_week
    assert segment.given is not None
    assert segment.occasions_per_week is not None
    assert reach is not None
    buys, loses = segment.given.buys_by_stage, segment.given.lost_by_stage
    rival = (1.0 - segment.share_of_wallet) * segment.buy_share / (1.0 - segment.buy_share)
    rate = segment.occasions_per_week.mean
    at = STATES.index
    q = np.zeros((len(STATES), len(STATES)))
    pays = np.zeros(len(STATES))
    q[at("unreached"), at("reached")] = -np.log1p(-reach)
    for state in ("reached", "prospect"):
        p = buys.prospect
        q[at(state), at("first_time")], pays[at(state)] = rate * p, rate * p
    q[at("reached"), at("prospect")] = rate * (1.0 - buys.prospect)
    for state in ("first_time", "repeat", "client"):
        p, leaves = getattr(buys, state), getattr(loses, state)
        pays[at(state)] = rate * p
        q[at(state), at("lost")] = rate * leaves
        if state == "client":
            elsewhere = (1.0 - p) * rival / (1.0 + rival)
            q[at(state), at("repeat")] = rate * (1.0 - leaves) * elsewhere
        else:
            q[at(state), at("client")] = rate * (1.0 - leaves) * p
    np.fill_diagonal(q, q.diagonal() - q.sum(axis=1))
    return q, pays


def occupancy(q: Floats, weeks: float) -> Floats:
    """Share of people in each stage that is shown, all starting unreached."""
    state = expm(q * weeks)[0]
    return np.append(state[0] + state[1], state[2:])


def weeks_spent(q: Floats, weeks: float) -> Floats:
    """Expected weeks in each state up to a date: the integral of the occupancy."""
    size = len(q)
    both = np.zeros((2 * size, 2 * size))
    both[:size, :size], both[:size, size:] = q, np.eye(size)
    return np.asarray(expm(both * weeks)[0, size:])


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Shares of the stages over time, time to loss, and revenue."""
    q, pays = chain(business)
    basket = business.market.segments[0].basket.mean
    people = np.sum([sample["stages"] for sample in samples], axis=0)
    total = people[0].sum()

    def share_at(stage: str, week: int) -> Check:
        formula = occupancy(q, week)[SHOWN.index(stage)]
        count = people[week, STAGES.index(stage)]
        return share_of(f"{stage}, week {week}", count, total, formula)

    checks = [share_at(stage, week) for stage, week in TIMES.items()]
    horizon = business.weeks
    checks += [
        mean_of("weeks until lost", pooled(samples, "lost at"), weeks_spent(q, horizon)[:-1].sum()),
        mean_of(
            f"revenue a person by week {VALUED_AT}",
            pooled(samples, "revenue then"),
            basket * (weeks_spent(q, VALUED_AT) @ pays),
        ),
        mean_of(
            f"revenue a person by week {horizon}",
            pooled(samples, "revenue"),
            basket * (weeks_spent(q, horizon) @ pays),
        ),
    ]
    weeks = [1, 4, 9, 13, 17, 22, 26, 30, 35, 39, 52, 65, 78, 104]
    series = [
        series_of([share_at(stage, w) for w in weeks], weeks, stage.replace("_", "-"))
        for stage in SHOWN
    ]
    return Finding(checks, [Panel("Week", "Share of people", series)])


CHAIN = Oracle(
    name="chain",
    title="Absorbing Markov chain of the stages",
    theory="shares at t = start exp(Q t)\n"
    "weeks in each state by t = start (integral of exp(Q s) from 0 to t)\n"
    "revenue by t = basket x weeks in each state x purchases a week there\n"
    "Q: rate of occasions x chances of given; suspects are reached at -ln(1 - reach_per_week)",
    source="Kemeny & Snell (1960); Pfeifer & Carraway (2000) for customers",
    live=live,
    judge=judge,
    fast={"market.people": 40_000, "replications": 2},
    wrong=(
        "firm.marketing.reach_per_week",
        "market.segments.everybody.given.buys_by_stage",
        "market.segments.everybody.given.lost_by_stage",
    ),
)
