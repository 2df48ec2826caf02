"""A hotel chain with points, with tiers, and with both: what each brings, and both together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

ARMS = ("points", "tiers", "both")
LEAST = 0.9
"""Both together must bring at least this much of the sum of the two."""

SCENARIO = """
name: Hotel chain
currency: USD
horizon: 2 years
market:
  people: 2500
  start: {suspect: 10%, prospect: 10%, first_time: 5%, repeat: 45%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: travellers
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 110}
      buy_share: 90%
      share_of_wallet: 40%
firm:
  gross_margin: 50%
  staff: {count: 12, pay_per_week: 500}
alternatives:
  nothing: {}
  points:
    programme:
      automatic: true
      points: &points {per_dollar: 10, reward_at: 15000, reward_cost: 30, reward_value: 110}
  tiers:
    programme:
      automatic: true
      tiers: &tiers
        metric: visits
        period: 12 months
        levels:
          - {name: silver, at: 10, value_per_visit: 5, cost_per_visit: 2}
          - {name: gold, at: 25, value_per_visit: 12, cost_per_visit: 5}
  both:
    programme: {automatic: true, points: *points, tiers: *tiers}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Sales in two years against those without a programme."""
    sales = {
        name: worlds.live(name, replication).result.customers["revenue"].sum()
        for name in ("nothing", *ARMS)
    }
    lifts = np.array([sales[name] / sales["nothing"] - 1.0 for name in ARMS])
    points, tiers, both = lifts
    return {
        "points": points,
        "tiers": tiers,
        "together": both - LEAST * (points + tiers),
        "lifts": lifts,
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Sales by component."""
    series = [Series("", ARMS, None, means["lifts"], errors["lifts"])]
    return Panel("", "Sales, against without", series)


FINDING = Finding(
    id="E07d",
    title="Points and tiers both sell, and do not take from each other",
    scenario=SCENARIO,
    setting="A night in a hotel every other week, about nine a year in this chain; a free night "
    "worth 110 for 1,500 spent, tiers by 10 and 25 nights a year with breakfast and better rooms.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "status_pull", "status_change_pull"),
    targets=(
        Target(
            "E07.d",
            (
                above("points", "change of sales by points alone"),
                above("tiers", "change of sales by tiers alone"),
                above("together", "by both, less nine tenths of the sum"),
            ),
            sets="beliefs.progress_pull (that goals add up, its form)",
        ),
    ),
)
