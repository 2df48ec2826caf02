"""Who renews a contract: the shifted beta-geometric.

Fader & Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1).
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
    ratio_of,
    series_of,
)
from counts import beta_of_losses
from scipy.special import betaln

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run


def live(business: Business, replication: int) -> Sample:
    """Dates paid for by each customer, and after how many of them the customer was lost."""
    start = Snapshots((0,), ("purchases",))
    customers = run(business, replication=replication, census=start).customers
    paid = customers["purchases"] - start.taken["purchases 0"]
    lost_after = np.where(customers["activity"] == GONE, paid, business.weeks)
    return {"segment": customers["segment"], "paid": paid, "lost after": lost_after}


def staying(a: float, b: float, dates: Floats) -> Floats:
    """S(k) = B(a, b + k) / B(a, b): share still there after k dates."""
    return np.asarray(np.exp(betaln(a, b + dates) - betaln(a, b)))


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Survival, renewal rates, and payments, by segment."""
    checks: list[Check] = []
    survival, renewal = [], []
    segment_of = pooled(samples, "segment")
    for number, segment in enumerate(business.market.segments):
        assert segment.contract is not None
        dates = round(business.weeks / segment.contract.every)
        share = staying(*beta_of_losses(segment), np.arange(dates + 1.0))
        own = segment_of == number
        paid, lost_after = pooled(samples, "paid")[own], pooled(samples, "lost after")[own]
        there = [lost_after > k for k in range(dates + 1)]
        name = segment.name
        stay = [
            mean_of(f"{name}: still there after date {k}", there[k], share[k])
            for k in range(1, dates + 1)
        ]
        renew = [
            ratio_of(f"{name}: renew at date {k}", there[k], there[k - 1], share[k] / share[k - 1])
            for k in range(1, dates + 1)
        ]
        checks += [stay[0], stay[1], stay[3], stay[-1], renew[1], renew[-1]]
        checks.append(mean_of(f"{name}: dates paid", paid, share[:-1].sum()))
        survival.append(series_of(stay, range(1, dates + 1), name))
        renewal.append(series_of(renew, range(1, dates + 1), name))
    across = "Renewal date"
    return Finding(
        checks, [Panel(across, "Still there", survival), Panel(across, "Renew", renewal)]
    )


CONTRACTS = Oracle(
    name="contracts",
    title="Shifted beta-geometric: renewal of contracts",
    theory="S(k) = B(a, b+k) / B(a, b) are there after k dates\n"
    "S(k) / S(k-1) = (b+k-1) / (a+b+k-1) renew at date k\n"
    "dates paid in K periods = S(0) + ... + S(K-1)\n"
    "a, b: of loss_per_purchase, mean = a/(a+b), spread = 1/(a+b+1); always awake",
    source="Fader & Hardie (2007), with their parameters for two segments",
    live=live,
    judge=judge,
    fast={"market.people": 40_000, "replications": 2},
    wrong=(
        "market.segments.high end.loss_per_purchase.mean",
        "market.segments.regular.loss_per_purchase.mean",
    ),
)
