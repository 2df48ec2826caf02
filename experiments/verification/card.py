"""How many purchases a stamp card brings when its pull is known.

A card of N stamps and its reward is a cycle of N + 1 purchases. With the chance phi(tau) of
buying at tau stamps to go, it takes the sum of 1 / phi(tau) over tau = 0 ... N occasions, by
renewal and reward (Ross 1996, Stochastic Processes, 3.6), and N of its purchases are paid for.
"""

from __future__ import annotations

import numpy as np
from checks import (
    Finding,
    Floats,
    Oracle,
    Panel,
    Sample,
    Snapshots,
    pooled,
    ratio_of,
    shares_of,
    whole_distribution,
)

from loyaltysim.ledger import MICRO
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run

SETTLED = 52
"""Week from which on counting starts: cards that all began at once have spread over all stages."""


def live(business: Business, replication: int) -> Sample:
    """What each person did after the start had been forgotten, and the stamps held at the end."""
    seen = Snapshots((SETTLED, business.weeks), ("occasions", "purchases", "revenue"))
    result = run(business, replication=replication, census=seen)

    def since(field: str) -> Floats:
        before, after = (seen.taken[f"{field} {week}"] for week in (SETTLED, business.weeks))
        return np.asarray(after - before, float)

    return {
        "occasions": since("occasions"),
        "purchases": since("purchases"),
        "paid": since("revenue") / MICRO / business.market.segments[0].basket.mean,
        "stamps": result.members["balance"][:, 0],
    }


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Purchases an occasion, and where on their cards people are."""
    given, programme = business.market.segments[0].given, business.programme
    assert given is not None
    assert given.buys_by_purchases_to_go is not None
    phi = np.array(given.buys_by_purchases_to_go)
    count = programme.stamps.count
    cycle = (1.0 / phi).sum()
    occasions = pooled(samples, "occasions")
    paid = pooled(samples, "paid")
    to_go = count - pooled(samples, "stamps")
    counts, share = np.bincount(to_go, minlength=count + 1), 1.0 / phi / cycle
    checks = [
        ratio_of("paid purchases an occasion", paid, occasions, count / cycle),
        ratio_of(
            "purchases an occasion", pooled(samples, "purchases"), occasions, (count + 1) / cycle
        ),
        whole_distribution("people by stamps to go", counts, share),
    ]
    series = shares_of(counts, share, np.arange(count + 1), counts.sum())
    return Finding(checks, [Panel("Stamps to go", "Share of people", [series])])


CARD = Oracle(
    name="card",
    title="Stamp card: purchases when the pull is known",
    theory="paid purchases an occasion = N / (sum of 1/phi(tau) for tau = 0 ... N) = 0.3093\n"
    "share of people with tau stamps to go = 1/phi(tau) / (that sum)\n"
    "N = 9 stamps, phi(tau) = 0.5 - 0.03 tau",
    source="Renewal and reward (Ross 1996)",
    live=live,
    judge=judge,
    fast={"market.people": 2_000, "replications": 2},
    wrong=("market.segments.everybody.given.buys_by_purchases_to_go",),
)
