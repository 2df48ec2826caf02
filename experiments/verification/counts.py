"""How many purchases, and how many more to come: NBD and BG/NBD.

Ehrenberg (1959) for the NBD; Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy
Way, Marketing Science 24(2), for the BG/NBD: equations (8), (9) and (10), and P(alive).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from checks import (
    Finding,
    Floats,
    Oracle,
    Panel,
    Sample,
    Series,
    Snapshots,
    mean_of,
    pooled,
    shares_of,
    slope_of,
    whole_distribution,
)
from numpy.typing import NDArray
from scipy.special import betaln, hyp2f1
from scipy.stats import nbinom

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.scenario.model import Business, Segment
from loyaltysim.simulation import run

THEN, END = 39, 78
"""Weeks: of the history, and of history and forecast together."""

MOST = 60
"""Counts above are one cell of the distribution."""

GROUPS = ((0, 0), (1, 3), (4, MOST))
"""Numbers of purchases in the history, so few that each group has people enough."""


def live(business: Business, replication: int) -> Sample:
    """Repeat purchases by both dates, the date of the latest, and who is lost."""
    seen = Snapshots((THEN, END), ("purchases", "last_at", "activity"))
    run(business, replication=replication, census=seen)
    kept: Sample = {}
    for week in (THEN, END):
        # The first purchase lies before week 0.
        kept[f"repeats {week}"] = (seen.taken[f"purchases {week}"] - 1).astype(np.int32)
        kept[f"lost {week}"] = seen.taken[f"activity {week}"] == GONE
    kept["latest"] = np.maximum(seen.taken[f"last_at {THEN}"], 0.0)
    return kept


def _rates(business: Business) -> tuple[float, float]:
    rate = business.market.segments[0].occasions_per_week
    assert rate is not None
    r = rate.spread**-2
    return r, r / rate.mean


def beta_of_losses(segment: Segment) -> tuple[float, float]:
    """a and b of the chance of being lost after a purchase."""
    loss = segment.loss_per_purchase
    assert loss is not None
    total = 1.0 / loss.spread - 1.0
    return loss.mean * total, (1.0 - loss.mean) * total


# NBD


def nbd_chances(r: float, alpha: float, weeks: float) -> Floats:
    """P(X = x) for x = 0 ... MOST - 1, and P(X >= MOST)."""
    p = alpha / (alpha + weeks)
    return np.append(nbinom.pmf(np.arange(MOST), r, p), nbinom.sf(MOST - 1, r, p))


def judge_nbd(business: Business, samples: list[Sample]) -> Finding:
    """NBD of the counts, and E[Y | x] = (r + x) / (alpha + T) t."""
    r, alpha = _rates(business)
    x = pooled(samples, f"repeats {THEN}")
    expected = (r + x) / (alpha + THEN) * (END - THEN)
    chances = nbd_chances(r, alpha, THEN)
    return _finding(samples, r / alpha * THEN, r / alpha * END, chances, expected)


# BG/NBD


def bg_mean(r: float, alpha: float, a: float, b: float, weeks: float) -> float:
    """E[X(t)], equation (9)."""
    grown = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1.0, weeks / (alpha + weeks))
    return float((a + b - 1.0) / (a - 1.0) * (1.0 - grown))


def bg_chances(r: float, alpha: float, a: float, b: float, weeks: float) -> Floats:
    """P(X(t) = x) for x = 0 ... MOST - 1, equation (8), and the rest."""
    x = np.arange(MOST)
    alive = np.exp(betaln(a, b + x) - betaln(a, b)) * nbinom.pmf(x, r, alpha / (alpha + weeks))
    at_least = nbinom.sf(x - 1, r, alpha / (alpha + weeks))
    last = np.exp(betaln(a + 1.0, b + x[1:] - 1.0) - betaln(a, b)) * at_least[1:]
    chances = alive + np.append(0.0, last)
    return np.append(chances, 1.0 - chances.sum())


def bg_lost(r: float, alpha: float, a: float, b: float, weeks: float) -> float:
    """Share lost by a date: 1 - E[exp(-rate x chance x t)] over people."""
    return float(1.0 - hyp2f1(r, a, a + b, -weeks / alpha))


def bg_to_come(
    r: float, alpha: float, a: float, b: float, x: NDArray[Any], latest: Floats
) -> Floats:
    """E[Y(t) | x, t_x, T], equation (10), for each customer."""
    weeks = float(END - THEN)
    kinds, kind = np.unique(x, return_inverse=True)
    k = kinds.astype(float)
    z = weeks / (alpha + END)
    shrunk = ((alpha + THEN) / (alpha + END)) ** (r + k)
    top = (a + b + k - 1.0) / (a - 1.0)
    top *= 1.0 - shrunk * hyp2f1(r + k, b + k, a + b + k - 1.0, z)
    odds_gone = a / (b + x - 1.0) * ((alpha + THEN) / (alpha + latest)) ** (r + x)
    return np.asarray(top[kind] / (1.0 + np.where(x > 0, odds_gone, 0.0)))


def judge_bg_nbd(business: Business, samples: list[Sample]) -> Finding:
    """Mean, distribution, losses, and what is to come given the history."""
    r, alpha = _rates(business)
    a, b = beta_of_losses(business.market.segments[0])
    x, latest = pooled(samples, f"repeats {THEN}"), pooled(samples, "latest")
    means = [bg_mean(r, alpha, a, b, weeks) for weeks in (THEN, END)]
    chances = bg_chances(r, alpha, a, b, THEN)
    expected = bg_to_come(r, alpha, a, b, x, latest)
    finding = _finding(samples, *means, chances, expected)
    finding.checks.extend(
        mean_of(
            f"share lost by week {week}",
            pooled(samples, f"lost {week}"),
            bg_lost(r, alpha, a, b, week),
        )
        for week in (THEN, END)
    )
    return finding


# Both


def _finding(
    samples: list[Sample],
    mean_then: float,
    mean_end: float,
    chances: Floats,
    expected: Floats,
) -> Finding:
    x, at_end = pooled(samples, f"repeats {THEN}"), pooled(samples, f"repeats {END}")
    y = at_end - x
    checks = [
        mean_of(f"purchases by week {THEN}", x, mean_then),
        mean_of(f"purchases by week {END}", at_end, mean_end),
    ]
    for low, high in GROUPS:
        inside = (x >= low) & (x <= high)
        checks.append(mean_of(f"P({_named(low, high)})", inside, chances[low : high + 1].sum()))
    counts = np.bincount(np.minimum(x, MOST), minlength=MOST + 1)
    checks.append(whole_distribution("distribution", counts, chances))
    for low, high in GROUPS:
        of = (x >= low) & (x <= high)
        checks.append(mean_of(f"to come after {_named(low, high)}", y[of], expected[of]))
    checks.append(slope_of("what came on what history led to expect: slope", y, expected))
    return Finding(checks, [_distribution(counts, chances), _to_come(x, y, expected)])


def _named(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return f"{low} and more" if high == MOST else f"{low} to {high}"


def _distribution(counts: NDArray[Any], chances: Floats) -> Panel:
    x = np.arange(9)
    series = shares_of(counts[x], chances[x], x, counts.sum(), "people")
    return Panel(f"Purchases by week {THEN}", "Share of people", [series])


def _to_come(x: NDArray[Any], y: NDArray[Any], expected: Floats) -> Panel:
    rows = []
    for k in range(9):
        of = x == k if k < 8 else x >= k
        rest = y[of] - expected[of]
        rows.append((expected[of].mean(), y[of].mean(), rest.std() / np.sqrt(of.sum())))
    formula, simulated, error = np.array(rows).T
    names = [*map(str, range(8)), "8+"]
    series = Series("people", names, formula, simulated, error)
    return Panel(f"Purchases by week {THEN}", f"Purchases in weeks {THEN + 1} to {END}", [series])


NBD = Oracle(
    name="nbd",
    title="NBD: purchases at gamma rates",
    theory="P(X = x) = G(r+x) / (G(r) x!) (alpha/(alpha+T))^r (T/(alpha+T))^x\n"
    "E[X] = r T / alpha,  E[Y(t) | x] = (r+x) t / (alpha+T)\n"
    "r = 1 / spread^2, alpha = r / mean of the occasions; choice certain, nobody lost",
    source="Ehrenberg (1959); parameters fitted to CDNOW",
    live=live,
    judge=judge_nbd,
    fast={"market.people": 40_000, "replications": 2},
    wrong=("market.segments.everybody.occasions_per_week.mean",),
)

BG_NBD = Oracle(
    name="bg_nbd",
    title="BG/NBD: and lost after a purchase at a beta chance",
    theory="E[X(t)] = (a+b-1)/(a-1) [1 - (alpha/(alpha+t))^r 2F1(r, b; a+b-1; t/(alpha+t))]\n"
    "lost by t = 1 - 2F1(r, a; a+b; -t/alpha)\n"
    "a, b: of loss_per_purchase, mean = a/(a+b), spread = 1/(a+b+1)",
    source="Fader, Hardie & Lee (2005), equations (8) to (10), with their parameters for CDNOW",
    live=live,
    judge=judge_bg_nbd,
    fast={"market.people": 40_000, "replications": 2},
    wrong=(
        "market.segments.everybody.occasions_per_week.mean",
        "market.segments.everybody.loss_per_purchase.mean",
    ),
)
