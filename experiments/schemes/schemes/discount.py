"""Member prices: who buys more for them, and who gets them for what would be bought anyway."""

from __future__ import annotations

import numpy as np
from finding import Sample, above
from schemes.deciles import DECILES, deciles, each, lives
from shop import shop
from signature import Chart, Signature, percent_more
from worlds import Worlds

from loyaltysim.results.classes import subsidy_share

SCENARIO = shop("""
discount:
  programme: {automatic: true, discount: {off: 5%}}
""")


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases, margin brought and discount given, by decile of earlier purchases."""
    without, world = (worlds.live(name, replication) for name in ("nothing", "discount"))
    groups = deciles(without)
    after, before = lives(world), lives(without)
    brought = each(after.left - before.left, groups)
    given = each(after.rewards - before.rewards, groups)
    bought, bought_without = (
        np.array([x.purchases[g].sum() for g in groups]) for x in (after, before)
    )
    lift = percent_more(bought, bought_without)
    top = 100.0 * given[-2:].sum() / given.sum()
    return {
        "lift": lift,
        "brought": brought,
        "given": given,
        "net": brought - given,
        "anyway": 100.0 * subsidy_share(after, before),
        "top": top,
        "costs": top - 100.0 * brought[-2:].sum() / brought.sum(),
        "lighter": lift[:5].mean() - lift[-1],
    }


SIGNATURE = Signature(
    question="Who buys more at member prices, and how much is given away for nothing?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Decile of customers by earlier purchases",
            "Purchases, against without (%)",
            DECILES,
            {"lift": "discount"},
        ),
        Chart(
            "Decile of customers by earlier purchases",
            "EUR a year for each customer",
            DECILES,
            {"brought": "margin brought", "given": "discount given", "net": "net"},
        ),
    ),
    effects=(
        above("lighter", "lift of the lighter half less that of the heaviest decile, points"),
        above("costs", "heaviest fifth's share of the discount less that of the margin, points"),
    ),
    told={
        "anyway": "of the discount, given for what is bought anyway, %",
        "top": "of the discount, given to the heaviest fifth, %",
    },
    look=(
        "Everybody gets the price, at every purchase, with nothing to strive for.",
        "What is given grows with what somebody buys anyway, and the lift shrinks: the best "
        "customers cost most and move least.",
    ),
)
