"""A simple grocery programme with small, near rewards, alone and among rivals that have one."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above, below
from worlds import Lived, Worlds

SCENARIO = """
name: Supermarket
currency: EUR
horizon: 2 years
market:
  people: 2000
  start: {suspect: 15%, prospect: 10%, first_time: 5%, repeat: 40%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 2}
      basket: {mean: 30}
      buy_share: 80%
      share_of_wallet: 35%
firm:
  gross_margin: 25%
  staff: {count: 15, pay_per_week: 450}
alternatives:
  nothing: {}
  flat:
    programme:
      points: {per_euro: 1, reward_at: 100, reward_cost: 0.75, redeems_per_visit: 90%}
  contested:
    rival: {copies_after: 1 weeks}
    programme:
      points: {per_euro: 1, reward_at: 100, reward_cost: 0.75, redeems_per_visit: 90%}
"""


def attitude(world: Lived) -> np.ndarray:
    """Satisfaction of each person at the end."""
    return np.asarray(world.result.customers["satisfaction"])


def measure(worlds: Worlds, replication: int) -> Sample:
    """Sales, and effects on behaviour and attitude in standard deviations across customers."""
    without, flat, contested = (
        worlds.live(name, replication) for name in ("nothing", "flat", "contested")
    )
    customers = without.bought() > 0.0
    before, after = without.bought()[customers], flat.bought()[customers]
    behaviour = (after - before).mean() / before.std()
    felt = attitude(without)[customers]
    felt_more = (attitude(flat)[customers] - felt).mean() / felt.std()
    sales = [world.result.customers["revenue"].sum() for world in (without, flat, contested)]
    return {
        "behaviour": behaviour - abs(felt_more),
        "sales": sales[1] / sales[0] - 1.0,
        "contest": (sales[2] - sales[1]) / sales[0],
    }


FINDING = Finding(
    id="E12",
    title="Near and simple rewards sell; less so where rivals have them too",
    scenario=SCENARIO,
    setting="Two shopping occasions a week; points worth 1%, for 100 spent, mostly taken at once. "
    "Rivals that have a programme are ones that open it with the firm.",
    measure=measure,
    terms=("progress_pull", "price_response", "member_stays"),
    targets=(
        Target(
            "E12.a",
            (above("behaviour", "effect on purchases - on satisfaction, in standard deviations"),),
        ),
        Target("E12.b", (above("sales", "change of sales"),)),
        Target("E12.d", (below("contest", "change of sales, with rival programmes - without"),)),
    ),
)
