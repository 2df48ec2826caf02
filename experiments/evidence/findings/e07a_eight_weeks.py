"""A grocer's reward for what is spent within eight weeks: purchases until then, and after it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

WEEKS = 8

SCENARIO = """
name: Supermarket
currency: USD
horizon: 16 weeks
market:
  people: 4000
  start: {suspect: 15%, prospect: 10%, first_time: 5%, repeat: 40%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 2, regularity: 2}
      basket: {mean: 40}
      buy_share: 90%
      share_of_wallet: 50%
firm:
  gross_margin: 25%
  staff: {count: 60, pay_per_week: 450}
alternatives:
  nothing: {}
  turkey:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 400, reward_cost: 10, reward_value: 13,
               redeems_per_visit: 90%}
      changes: [{at: 8 weeks, notice: 8 weeks, closes: true}]
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases of the customers of week 0, against the same people without the reward."""
    without, turkey = (worlds.live(name, replication) for name in ("nothing", "turkey"))
    customers = without.result.customers["purchases"] > without.bought()

    def lift(first: float, last: float) -> float:
        bought = [world.bought(first, last)[customers].sum() for world in (without, turkey)]
        return float(bought[1] / bought[0] - 1.0)

    during, after = lift(0, WEEKS), lift(WEEKS, 2 * WEEKS)
    weeks = np.array([lift(week, week + 1) for week in range(2 * WEEKS)])
    return {"during": during, "after": after, "fall": during - after, "weeks": weeks}


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Purchases week by week."""
    weeks = np.arange(1, 2 * WEEKS + 1)
    series = [Series("", weeks, None, means["weeks"], errors["weeks"])]
    return Panel("Week; the reward ends after the eighth", "Purchases, against without", series)


FINDING = Finding(
    id="E07a",
    title="A reward ahead sells, and a little is left after it",
    scenario=SCENARIO,
    setting="Food for 72 a week, half of it here; a turkey worth 13 for 400 spent within eight "
    "weeks, which ends on the day that was announced. All customers of week 0 take part.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "windfall_respent", "habit_pull"),
    targets=(
        Target(
            "E07.a",
            (
                above("during", "purchases until the reward, against without"),
                above("after", "purchases in the eight weeks after it, against without"),
                above("fall", "the first less the second"),
            ),
        ),
    ),
)
