"""Rewards that grow with spending, and points of several firms, against simple ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

ARMS = ("flat", "progressive", "shared")
MOST = 0.5
"""An effect that disappears is less than this much of that of the simple programme."""

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
  progressive:
    programme:
      points:
        per_euro: 1
        menu:
          - {at: 100, reward_cost: 0.375}
          - {at: 400, reward_cost: 3.00}
          - {at: 800, reward_cost: 9.00}
        redeems_per_visit: 90%
  shared:
    programme:
      points:
        {per_euro: 1, reward_at: 100, reward_cost: 0.75, redeems_per_visit: 90%,
         partners: {points_per_week: 17, paid_per_point: 0.0075}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Sales in two years against those without a programme."""
    sales = {
        name: worlds.live(name, replication).result.customers["revenue"].sum()
        for name in ("nothing", *ARMS)
    }
    lifts = np.array([sales[name] / sales["nothing"] - 1.0 for name in ARMS])
    flat, progressive, shared = lifts
    return {
        "flat": flat,
        "progressive": MOST * flat - progressive,
        "shared": MOST * flat - shared,
        "lifts": lifts,
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Sales by design."""
    series = [Series("", ARMS, None, means["lifts"], errors["lifts"])]
    return Panel("", "Sales, against without", series)


FINDING = Finding(
    id="E12c",
    title="Rewards that grow with spending, and points of several firms, do less",
    scenario=SCENARIO,
    setting="As E12. Simple rewards are worth 1%; those that grow are worth 0.5% for 100 spent, 1% "
    "for 400 and 1.5% for 800, a year's purchases; of points of several firms a household earns as "
    "many at the others as here.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "member_stays"),
    targets=(
        Target(
            "E12.c",
            (
                above("flat", "change of sales by simple rewards"),
                above("progressive", "half of the change by simple rewards, less by growing ones"),
                above("shared", "half of the change by simple rewards, less by shared points"),
            ),
            miss="All three sell alike: membership keeps people whatever its rewards are, and what "
            "was earned elsewhere pulls here as much as what was earned here. Missing: that "
            "rewards which are hard to reckon are seen less, and that a reward of several firms is "
            "taken, and thanked for, at any of them.",
            note="No band is stated for “disappears”; less than half of the effect of simple "
            "rewards is stricter than the order of the three, which is what was proposed.",
        ),
    ),
)
