"""A seller's small gift to shops that he visits: what those order then that know him."""

from __future__ import annotations

from math import inf

import numpy as np
from finding import Check, Finding, Sample, Target
from worlds import Worlds

SINCE, WEEKS = 13, 6
"""The gift comes in week 13; orders are counted for as long as there is one visit on average."""

SCENARIO = """
name: Sales visits
currency: EUR
horizon: 19 weeks
market:
  people: 8000
  start: {suspect: 10%, prospect: 20%, first_time: 10%, repeat: 40%, client: 20%}
  segments:
    - name: shops
      share: 100%
      occasions_per_week: {mean: 0.17, spread: 0.5, regularity: 3}
      basket: {mean: 300}
      buy_share: 70%
      share_of_wallet: 40%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 900, contact: dedicated}
alternatives:
  nothing: {}
  gift:
    programme: {gifts: {on: dates, to: everybody, from_week: 13, reward_cost: 15, reward_value: 30}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """What shops that had bought before the gift leave after it, with and without it."""
    without, gift = (worlds.live(name, replication) for name in ("nothing", "gift"))
    known = without.result.customers["purchases"] > without.bought(SINCE)
    left = [world.left(SINCE, SINCE + WEEKS)[known].sum() for world in (without, gift)]
    return {"known": left[1] / left[0] if left[0] else np.nan}


FINDING = Finding(
    id="E18c",
    title="A seller's gift doubles the order of who knows the seller",
    scenario=SCENARIO,
    setting="Shops that a seller visits every six weeks or so; an order is 300, the gift, products "
    "of the maker, worth a tenth of it. Orders are counted for one round of visits.",
    measure=measure,
    terms=("gift_pull",),
    targets=(
        Target(
            "E18.c",
            (
                Check(
                    "known",
                    "orders of shops that had bought before, with the gift / without",
                    1.5,
                    inf,
                    whole=False,
                    neutral=1.0,
                ),
            ),
            miss="A gift pleases for being one, and that fades. Missing: a gift that is handed "
            "over in person before a decision is answered at once, by the order that is made then.",
        ),
    ),
)
