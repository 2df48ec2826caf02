"""Repeat buying in a market of several brands: the NBD-Dirichlet.

Goodhardt, Ehrenberg & Chatfield (1984), The Dirichlet: A Comprehensive Model of Buying
Behaviour, Journal of the Royal Statistical Society A 147(5).
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
    named,
    pooled,
    ratio_of,
    series_of,
    whole_distribution,
)
from scipy.special import betaln
from scipy.stats import betabinom, nbinom

from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run

CATEGORY = np.arange(1000)
"""Numbers of category purchases over which sums are taken; more never happen."""

MOST = 40
"""Counts of one brand above are one cell of its distribution."""


def live(business: Business, replication: int) -> Sample:
    """Purchases of each person by brand: this firm's first, then the rivals'."""
    start = Snapshots((0,), ("purchases",))
    result = run(business, replication=replication, census=start)
    own = result.customers["purchases"] - start.taken["purchases 0"]
    return {"bought": np.column_stack([own, result.rivals["purchases"]]).astype(np.int32)}


def chances_of_category(business: Business) -> Floats:
    """P(n) of n category purchases in the horizon: NBD."""
    segment = business.market.segments[0]
    rate = segment.occasions_per_week
    assert rate is not None
    mean = rate.mean * segment.buy_share * business.weeks
    k = rate.spread**-2
    return np.asarray(nbinom.pmf(CATEGORY, k, k / (k + mean)))


def shapes(business: Business) -> Floats:
    """Parameters of the Dirichlet, this firm's first."""
    segment = business.market.segments[0]
    assert segment.switching is not None
    here = segment.share_of_wallet
    rivals = np.array([rival.share for rival in business.market.rivals or ()])
    return np.asarray(segment.switching * np.append(here, (1.0 - here) * rivals))


def penetration(shape: float, total: float, category: Floats) -> float:
    """Share of people who buy a brand at all; shapes of several brands add up."""
    none = np.exp(betaln(shape, total - shape + CATEGORY) - betaln(shape, total - shape))
    return float(1.0 - category @ none)


def chances_of_brand(shape: float, total: float, category: Floats) -> Floats:
    """P(x) of x purchases of a brand for x = 0 ... MOST - 1, and the rest."""
    x = np.arange(MOST)
    n = CATEGORY[:, np.newaxis]
    chances = category @ betabinom.pmf(x, n, shape, total - shape)
    return np.append(chances, 1.0 - chances.sum())


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Penetration, frequency, duplication, and the distribution of this firm's purchases."""
    bought = pooled(samples, "bought")
    names = ["this firm", *(rival.name for rival in business.market.rivals or ())]
    shape = shapes(business)
    total, category = shape.sum(), chances_of_category(business)
    mean = category @ CATEGORY
    all_bought = bought.sum(axis=1)
    checks = [
        mean_of("category: share of people who buy", all_bought > 0, 1.0 - category[0]),
        mean_of("category: purchases a person", all_bought, mean),
    ]
    reach = [penetration(a, total, category) for a in shape]
    often = [mean * a / total / b for a, b in zip(shape, reach, strict=True)]
    has = bought > 0
    checks += [mean_of(f"penetration: {n}", has[:, j], reach[j]) for j, n in enumerate(names)]
    checks += [
        ratio_of(f"purchases a buyer: {n}", bought[:, j], has[:, j], often[j])
        for j, n in enumerate(names)
    ]
    checks.append(
        whole_distribution(
            "purchases of this firm",
            np.bincount(np.minimum(bought[:, 0], MOST), minlength=MOST + 1),
            chances_of_brand(shape[0], total, category),
        )
    )
    several = bought[all_bought > 1].astype(float)
    pairs = several.sum(axis=1) * (several.sum(axis=1) - 1.0)
    same = (shape * (shape + 1.0)).sum() / (total * (total + 1.0))
    alike = (several * (several - 1.0)).sum(axis=1) / pairs
    checks.append(mean_of("two purchases of a person are of one brand", alike, same))
    for j, k in [*((0, k) for k in range(1, len(names))), (1, 2)]:
        either = penetration(shape[j] + shape[k], total, category)
        top = (has[:, j] & has[:, k]).astype(float)
        of = f"of the buyers of {names[k]}, buy {names[j]}"
        checks.append(ratio_of(of, top, has[:, k], (reach[j] + reach[k] - either) / reach[k]))
    return Finding(checks, [_jeopardy(checks, names), _duplication(checks, names)])


def _jeopardy(checks: list[Check], names: list[str]) -> Panel:
    """Smaller brands are bought by fewer people, and by these less often."""
    reach = named(checks, [f"penetration: {name}" for name in names])
    often = named(checks, [f"purchases a buyer: {name}" for name in names])
    order = np.argsort([c.formula for c in reach])
    across = [100.0 * reach[j].formula for j in order]
    series = series_of([often[j] for j in order], across)
    return Panel("Penetration of a brand, %", "Purchases a buyer", [series])


def _duplication(checks: list[Check], names: list[str]) -> Panel:
    """Brands share their buyers with another in line with the size of that other."""
    found = named(checks, [f"of the buyers of {name}, buy {names[0]}" for name in names[1:]])
    return Panel("Buyers of", "Share who buy this firm too", [series_of(found, names[1:])])


DIRICHLET = Oracle(
    name="dirichlet",
    title="NBD-Dirichlet: several brands",
    theory="P(brand j not bought) = sum over n of P(n) B(a_j, S - a_j + n) / B(a_j, S - a_j)\n"
    "P(n) NBD with mean M and shape K,  a_j = S x share of j\n"
    "purchases a buyer = M share_j / penetration_j; buyers of j or k: a_j + a_k in place of a_j\n"
    "two purchases of one brand: sum of a_j (a_j + 1) / (S (S + 1))\n"
    "S = switching",
    source="Goodhardt, Ehrenberg & Chatfield (1984), with M, K and S for toothpaste",
    live=live,
    judge=judge,
    fast={"market.people": 40_000, "replications": 2},
    wrong=(
        "market.segments.everybody.switching",
        "market.segments.everybody.occasions_per_week.mean",
        "market.segments.everybody.occasions_per_week.spread",
    ),
)
