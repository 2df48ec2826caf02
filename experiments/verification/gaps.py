"""Gaps between purchases when occasions are Erlang and some of them are passed over.

A purchase is the first occasion that is not passed over, so a gap is a geometric number of gaps
between occasions (Renyi 1956; Chatfield & Goodhardt 1973, A Consumer Purchasing Model with
Erlang Inter-Purchase Times, JASA 68). Exponential gaps stay exponential.
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
    check,
    mean_of,
    pooled,
    shares_of,
    whole_distribution,
)
from scipy.special import gammaincc
from scipy.stats import geom

from loyaltysim.scenario.model import Business, Segment
from loyaltysim.simulation import run

MONTHS = (22, 26, 30, 35, 39, 43, 48, 52, 56, 61, 65)
"""Weeks at which the latest gap of everybody is read: each time another one, since a purchase
comes every half week. The latest complete gap before a date is an ordinary gap, not one that
is the likelier to be met the longer it is."""


def live(business: Business, replication: int) -> Sample:
    """The latest gap of each person at each of the dates."""
    seen = Snapshots(MONTHS, ("usual_gap",))
    customers = run(business, replication=replication, census=seen).customers
    gaps = np.stack([seen.taken[f"usual_gap {week}"] for week in MONTHS])
    segments = range(len(business.market.segments))
    return {f"gaps {n}": gaps[:, customers["segment"] == n].ravel() for n in segments}


def terms_of(segment: Segment) -> tuple[float, int, float]:
    """Occasions a week, k of their gaps, and the chance that one is a purchase here."""
    rate = segment.occasions_per_week
    assert rate is not None
    return rate.mean, rate.regularity, segment.buy_share * segment.share_of_wallet


def longer(weeks: Floats, rate: float, k: int, p: float) -> Floats:
    """P(gap > t): a geometric number n of Erlang-k gaps is Erlang-nk."""
    n = np.arange(1, 400)
    return np.asarray(gammaincc(k * n, k * rate * weeks[:, np.newaxis]) @ geom.pmf(n, p))


def variation_of(quantity: str, values: Floats, formula: float) -> Check:
    """Squared coefficient of variation, its error by the delta method."""
    x = values / values.mean() - 1.0
    found = (x * x).mean()
    error = (x * x - 2.0 * found * x).std() / np.sqrt(len(x))
    return check(quantity, formula, found, error)


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Mean, variation and distribution of the gaps, by segment."""
    checks: list[Check] = []
    series = []
    for number, segment in enumerate(business.market.segments):
        rate, k, p = terms_of(segment)
        gaps, name = pooled(samples, f"gaps {number}"), segment.name
        mean = 1.0 / (rate * p)
        edges = mean * np.append(np.arange(0.0, 3.0, 0.1), np.inf)
        beyond = np.append(longer(edges[:-1], rate, k, p), 0.0)
        counts = np.histogram(gaps, edges)[0]
        checks += [
            mean_of(f"{name}: mean gap, weeks", gaps, mean),
            variation_of(f"{name}: squared coefficient of variation", gaps, p / k + 1.0 - p),
            mean_of(f"{name}: share longer than the mean", gaps > mean, beyond[10]),
            whole_distribution(f"{name}: gaps", counts, -np.diff(beyond)),
        ]
        middles, chances = edges[:-2] + 0.05 * mean, -np.diff(beyond)[:-1]
        series.append(shares_of(counts[:-1], chances, middles, len(gaps), name))
    return Finding(checks, [Panel("Weeks from purchase to purchase", "Share of gaps", series)])


GAPS = Oracle(
    name="gaps",
    title="Gaps between purchases: thinning of exponential and Erlang occasions",
    theory="mean = 1 / (rate p),  squared coefficient of variation = p / k + 1 - p\n"
    "P(gap > t) = sum over n of p (1-p)^(n-1) P(Erlang(n k, k rate) > t);  k = 1: exp(-rate p t)\n"
    "p = buy_share x share_of_wallet, k = regularity",
    source="Renyi (1956); Chatfield & Goodhardt (1973)",
    live=live,
    judge=judge,
    fast={"market.people": 10_000, "replications": 2},
    wrong=(
        "market.segments.exponential.occasions_per_week.mean",
        "market.segments.regular.occasions_per_week.mean",
        "market.segments.regular.buy_share",
    ),
)
