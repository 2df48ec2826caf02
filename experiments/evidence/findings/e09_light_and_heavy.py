"""A points programme of a convenience store, by how much customers bought before it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, nothing
from worlds import Lived, Worlds, groups_of

from loyaltysim.customers.diary import AT_RIVAL
from loyaltysim.report.experiments import Floats, Panel, Series

BEFORE = 26
"""Weeks of the world without a programme by which customers are told apart."""

THIRDS = ("light", "moderate", "heavy")

SCENARIO = """
name: Convenience store
currency: USD
horizon: 2 years
market:
  people: 3000
  start: {suspect: 20%, prospect: 10%, first_time: 5%, repeat: 35%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: neighbours
      share: 100%
      occasions_per_week: {mean: 2}
      basket: {mean: 6}
      buy_share: 75%
      share_of_wallet: 35%
firm:
  gross_margin: 30%
  staff: {count: 6, pay_per_week: 450}
alternatives:
  nothing: {}
  points:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 100, reward_cost: 1.4}
"""


def wallet(world: Lived, group: np.ndarray) -> float:
    """Share of a group's purchases in the category that is made here."""
    later = world.between(BEFORE, np.inf)
    here = world.per_person(world.here & later)[group].sum()
    rival = world.per_person((world.entry == AT_RIVAL) & later)[group].sum()
    return float(here / (here + rival))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Change of purchases and of exclusivity, rewards and margin, by third."""
    without, points = (worlds.live(name, replication) for name in ("nothing", "points"))
    pace = without.bought(0.0, BEFORE)
    thirds = groups_of(pace, pace > 0.0, 3)
    before, after = without.bought(BEFORE), points.bought(BEFORE)
    rewards = points.result.customers["rewards"] / 1e6
    extra = points.left() - without.left()
    sample: dict[str, float | Floats] = {}
    for name, group in zip(THIRDS, thirds, strict=True):
        sample[name] = after[group].sum() / before[group].sum() - 1.0
        sample[f"{name} wallet"] = wallet(points, group) - wallet(without, group)
        sample[f"{name} claims"] = float((rewards[group] > 0.0).mean())
        sample[f"{name} profit"] = float((extra - rewards)[group].sum())
    sample["changes"] = np.array([sample[name] for name in THIRDS])
    anyone = np.any(thirds, axis=0)
    sample["claims"] = float(sample["heavy claims"]) - float(sample["moderate claims"])
    cost, margin = (x[thirds[2]].sum() / x[anyone].sum() for x in (rewards, extra))
    sample["burden"] = float(cost - margin)
    sample["casual profit"] = float(sample["light profit"]) + float(sample["moderate profit"])
    sample["casual profit"] /= 1000.0
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """The change of purchases by third."""
    series = [Series("", THIRDS, None, means["changes"], errors["changes"])]
    return Panel("Buyers before the programme", "Change of purchases", series)


FINDING = Finding(
    id="E09",
    title="Points move light buyers and pay heavy ones",
    scenario=SCENARIO,
    setting="Two occasions a week, a third of them won; points worth 2% of spending at the shelf "
    "price; the panel holds members alone, so everybody takes part.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "member_stays"),
    targets=(
        Target(
            "E09.a",
            (nothing("heavy", "change of heavy buyers' purchases", 0.05),),
            miss="Membership keeps heavy buyers as it keeps light ones, and progress pulls them "
            "nearly as much. Missing: that a reward which comes anyway is no goal; so far its "
            "expected gain alone knows that, progress and member_stays do not.",
        ),
        Target(
            "E09.b",
            (
                above("light", "change of light buyers' purchases"),
                above("moderate", "change of moderate buyers' purchases"),
                above("light wallet", "change of light buyers' share of wallet"),
                above("moderate wallet", "change of moderate buyers' share of wallet"),
            ),
        ),
        Target("E09.c", (above("claims", "share with a reward, heavy - moderate buyers"),)),
        Target(
            "E09.d",
            (
                above("burden", "heavy buyers' share of rewards - of the extra margin"),
                above("casual profit", "profit from light and moderate buyers, thousands"),
            ),
        ),
    ),
)
