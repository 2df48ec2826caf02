"""A deep or a shallow discount once, then full prices: who buys more later, and who less?"""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above, below
from worlds import Worlds

UNTIL = 8
"""The discount is over by then."""

SCENARIO = """
name: Catalogue
currency: USD
horizon: 1 years
market:
  people: 20000
  start: {suspect: 5%, prospect: 40%, first_time: 5%, repeat: 40%, client: 10%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 60}
      buy_share: 60%
      share_of_wallet: 30%
firm:
  gross_margin: 50%
  staff: {count: 6, pay_per_week: 500}
alternatives:
  nothing: {}
  shallow:
    programme: {coupons: {off: 10%, valid: 6 weeks, from_week: 1, to: everybody, noticed: 80%}}
  deep:
    programme: {coupons: {off: 40%, valid: 6 weeks, from_week: 1, to: everybody, noticed: 80%}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Later purchases, deep against shallow, of prospects and of those who knew the firm."""
    shallow, deep = (worlds.live(name, replication) for name in ("shallow", "deep"))
    before = deep.result.customers["purchases"] - deep.bought()
    later = [world.bought(UNTIL) for world in (shallow, deep)]

    def change(chosen: np.ndarray) -> float:
        return float(later[1][chosen].sum() / later[0][chosen].sum() - 1.0)

    return {"new": change(before == 0), "established": change(before >= 3)}


FINDING = Finding(
    id="E23",
    title="Deep discounts win newcomers and spoil old customers",
    scenario=SCENARIO,
    setting="A coupon of 10 or 40% to everybody, valid for six weeks; purchases from the eighth "
    "week on.",
    measure=measure,
    terms=("deal_wait", "reference_price_own", "pantry_drop"),
    targets=(
        Target("E23.a", (above("new", "later purchases of prospects, deep against shallow"),)),
        Target(
            "E23.b",
            (below("established", "later purchases of customers, deep against shallow"),),
            sets="beliefs.deal_wait (its direction)",
        ),
    ),
)
