"""An online grocer's yearly reward for frequent buyers: how many buy more?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

SCENARIO = """
name: Online grocer
currency: USD
horizon: 52 weeks
market:
  people: 4000
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
  staff: {count: 20, pay_per_week: 500}
alternatives:
  nothing: {}
  yearly:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 1000, reward_cost: 20,
               reward_value: 25, expires_after: 12 months}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Share of customers who buy more in a year with the reward, less those who buy less."""
    without, yearly = (worlds.live(name, replication) for name in ("nothing", "yearly"))
    before, after = without.bought(), yearly.bought()
    customers = (before > 0.0) | (after > 0.0)
    more = (after > before)[customers].mean()
    less = (after < before)[customers].mean()
    weeks = np.arange(4, 53, 4)
    extra = yearly.bought().sum() / before.sum() - 1.0
    growth = [yearly.bought(w - 4, w).sum() / without.bought(w - 4, w).sum() - 1.0 for w in weeks]
    return {"more": more - less, "sales": extra, "growth": np.array(growth)}


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Purchases against those without the reward."""
    weeks = np.arange(4, 53, 4)
    series = [Series("", weeks, None, means["growth"], errors["growth"])]
    return Panel("Week", "Purchases, against without", series)


FINDING = Finding(
    id="E07",
    title="Points pressure: a reward ahead makes people buy more",
    scenario=SCENARIO,
    setting="Groceries ordered every other week or so; 25 for each 1,000 spent within a year.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "member_stays"),
    targets=(
        Target(
            "E07.e",
            (
                above("more", "customers who buy more, less those who buy less"),
                above("sales", "change of all purchases"),
            ),
        ),
    ),
)
