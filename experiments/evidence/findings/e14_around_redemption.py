"""Points that never expire and are taken when people like: purchases before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

WEEKS = 4
"""Before and after a redemption; those beyond, up to `SHOWN`, are the baseline."""

SHOWN = 8

SCENARIO = """
name: Multi-store programme
currency: EUR
horizon: 2 years
market:
  people: 3000
  start: {suspect: 10%, prospect: 10%, first_time: 5%, repeat: 45%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: members
      share: 100%
      occasions_per_week: {mean: 1.5}
      basket: {mean: 35}
      buy_share: 80%
      share_of_wallet: 40%
firm:
  gross_margin: 30%
  staff: {count: 12, pay_per_week: 450}
alternatives:
  nothing: {}
  points:
    programme:
      automatic: true
      points: {per_euro: 1, reward_at: 400, reward_cost: 5.6}
"""


def around(world: Lived, who: np.ndarray, week: np.ndarray) -> Floats:
    """Mean purchases in each of the weeks from `SHOWN` before to as many after a person's week."""
    weeks = world.result.business.weeks
    table = np.zeros((world.people, weeks))
    here = world.here
    np.add.at(table, (world.who[here], world.at[here].astype(int)), 1.0)
    steps = np.arange(-SHOWN, SHOWN + 1)
    return np.asarray(table[who[:, None], week[:, None] + steps].mean(axis=0))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases around redemptions, against the same weeks of the same people without points."""
    without, points = (worlds.live(name, replication) for name in ("nothing", "points"))
    taken = points.redeeming
    who, week = points.who[taken], points.at[taken].astype(int)
    inside = (week >= SHOWN) & (week < points.result.business.weeks - SHOWN)
    who, week = who[inside], week[inside]
    lift = around(points, who, week) / around(without, who, week)
    away = np.abs(np.arange(-SHOWN, SHOWN + 1))
    usual = lift[away > WEEKS].mean()
    return {
        "before": lift[SHOWN - WEEKS : SHOWN].mean() / usual - 1.0,
        "after": lift[SHOWN + 1 : SHOWN + 1 + WEEKS].mean() / usual - 1.0,
        "lift": lift - 1.0,
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Purchases around a redemption."""
    steps = np.arange(-SHOWN, SHOWN + 1)
    chosen = steps != 0
    series = [Series("", steps[chosen], None, means["lift"][chosen], errors["lift"][chosen])]
    return Panel("Weeks from the redemption", "Purchases, against without", series)


FINDING = Finding(
    id="E14",
    title="More purchases before a redemption, and after it",
    scenario=SCENARIO,
    setting="A purchase here every other week; points worth 2%, a reward for 400 spent; no expiry. "
    "The baseline is the same customer five to eight weeks from the redemption; all weeks are "
    "taken relative to the same ones without the programme, as a purchase must come before.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "member_stays", "habit_pull"),
    targets=(
        Target("E14.a", (above("before", "purchases in four weeks before, less baseline"),)),
        Target("E14.b", (above("after", "purchases in four weeks after, less baseline"),)),
    ),
)
