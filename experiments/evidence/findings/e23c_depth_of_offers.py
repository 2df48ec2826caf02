"""Deep or shallow offers for two months, then the same for all: who buys on offer then?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

EQUAL, END = 8, 16
"""From this week on offers are the same in both worlds, until the end; there is one in every
even week."""

SCENARIO = """
name: Supermarkets
currency: USD
horizon: 16 weeks
market:
  people: 6000
  start: {prospect: 15%, first_time: 5%, repeat: 60%, client: 20%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 1, regularity: 2}
      basket: {mean: 5}
      buy_share: 80%
      share_of_wallet: 30%
firm:
  gross_margin: 30%
  staff: {count: 6, pay_per_week: 400}
alternatives:
  shallow:
    programme:
      coupons: {off: 10%, valid: 1 week, every: 2 weeks, to: everybody, noticed: 100%}
  deep:
    programme:
      coupons: {off: 30%, valid: 1 week, every: 2 weeks, to: everybody, noticed: 100%}
      changes: [{at: 8 weeks, coupons: {off: 10%}}]
"""


def on_offer(world: Lived, first: float, last: float) -> int:
    """Purchases in a time that were on offer: a person's first in a week that has one."""
    weeks = np.floor(world.at)
    offered = world.here & world.between(first, last) & (weeks % 2 == 0)
    return len({*zip(world.who[offered], weeks[offered], strict=True)})


def share(world: Lived, first: float, last: float) -> float:
    """Share of purchases in a time that were on offer."""
    return float(on_offer(world, first, last) / world.bought(first, last).sum())


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases on offer, and their share, after deep offers against after shallow ones."""
    shallow, deep = (worlds.live(name, replication) for name in ("shallow", "deep"))
    starts = np.arange(0, END, 2)
    series = [[share(w, s, s + 2) for s in starts] for w in (shallow, deep)]
    return {
        "share": share(deep, EQUAL, END) / share(shallow, EQUAL, END),
        "bought": on_offer(deep, EQUAL, END) / on_offer(shallow, EQUAL, END),
        "series": np.array(series[1]) / np.array(series[0]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Share on offer over time, deep against shallow."""
    weeks = np.arange(2, END + 1, 2)
    series = [Series("", weeks, None, means["series"], errors["series"])]
    return Panel("Week; equal offers after the eighth", "Share on offer, deep / shallow", series)


FINDING = Finding(
    id="E23c",
    title="Deep offers teach to buy on offer",
    scenario=SCENARIO,
    setting="Brands of a supermarket that are on offer every other week, at 10 or 30% off for "
    "eight weeks, then at 10% for all; a household needs such a product once a week.",
    measure=measure,
    picture=picture,
    terms=("deal_wait", "reference_price_own", "habit_pull"),
    targets=(
        Target(
            "E23.c",
            (
                between("share", "share on offer, after deep / shallow offers", 1.1, 1.35, 1.0),
                between("bought", "purchases on offer, the same", 1.1, 1.35, 1.0),
            ),
            miss="Who bought on deep offers waits a little, and finds the full price dear, so "
            "somewhat less is bought at it. Missing: that people learn where good offers are to be "
            "found, look for them, and answer the next one more strongly.",
        ),
    ),
)
