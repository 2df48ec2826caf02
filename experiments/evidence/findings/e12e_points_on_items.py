"""An online grocer gives extra points on single items in place of lower prices on them."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.customers.diary import AWAY, NEVER

SCENARIO = """
name: Online grocer
currency: EUR
horizon: 2 years
market:
  people: 3000
  start: {suspect: 20%, prospect: 10%, first_time: 10%, repeat: 30%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.6}
      basket: {mean: 100}
      buy_share: 80%
      share_of_wallet: 45%
firm:
  gross_margin: 25%
  staff: {count: 15, pay_per_week: 500}
alternatives:
  prices:
    programme:
      automatic: true
      points: {per_euro: 1, reward_at: 500, reward_cost: 3.75, reward_value: 5}
      discount: {off: 2%}
  points:
    programme:
      automatic: true
      points:
        {per_euro: 1, reward_at: 500, reward_cost: 3.75, reward_value: 5,
         bonus_share: 20%, bonus_factor: 11}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Change of revenue, and of purchases: by customers kept or won, and by the others."""
    prices, points = (worlds.live(name, replication) for name in ("prices", "points"))
    revenue = [world.result.customers["revenue"].sum() for world in (prices, points)]
    more = (points.here.astype(float) - prices.here) / prices.here.sum()
    less = np.minimum(points.entry, prices.entry)
    kept = float(more[(less == AWAY) | (less == NEVER)].sum())
    return {
        "revenue": revenue[1] / revenue[0] - 1.0,
        "kept": kept,
        "mostly": kept - abs(float(more.sum()) - kept),
    }


FINDING = Finding(
    id="E12e",
    title="Points on items in place of lower prices",
    scenario=SCENARIO,
    setting="Groceries ordered every other week or so, points worth 1% on all of them. On a fifth "
    "of what is bought there is 10% off, or points worth 10%.",
    measure=measure,
    terms=("deal_response", "progress_pull", "member_stays"),
    targets=(
        Target(
            "E12.e",
            (
                above("revenue", "change of revenue, points for lower prices"),
                above("kept", "extra purchases of customers who are kept or won"),
                above("mostly", "these, less the change by all others"),
            ),
            miss="A sum pulls more as a lower price at once than as points to come, and as there "
            "were points before, nobody is kept longer. Missing: that more at stake keeps people "
            "more (member_stays is the same for one point and for ten rewards).",
            note="Its direction, and where it comes from; no band is stated for its size.",
        ),
    ),
)
