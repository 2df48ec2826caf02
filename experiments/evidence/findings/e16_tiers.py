"""Tiers: status grows with a level below, shrinks with a crowd, and its loss hurts more."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above, below
from worlds import Lived, Worlds

from loyaltysim.rewards.tiers import standing_above

PERIOD = 26
NEEDED = 12
AFTER = 8

SCENARIO = """
name: Hotels
currency: USD
horizon: 60 weeks
market:
  people: 5000
  start: {suspect: 5%, prospect: 5%, first_time: 5%, repeat: 60%, client: 20%, advocate: 5%}
  segments:
    - name: travellers
      share: 100%
      occasions_per_week: {mean: 1.2}
      basket: {mean: 90}
      buy_share: 80%
      share_of_wallet: 40%
firm:
  gross_margin: 50%
  staff: {count: 12, pay_per_week: 500}
alternatives:
  nothing: {}
  two:
    programme:
      automatic: true
      tiers: {metric: visits, period: 26 weeks, levels: [{name: gold, at: 12}]}
  three:
    programme:
      automatic: true
      tiers:
        metric: visits
        period: 26 weeks
        levels: [{name: silver, at: 6}, {name: gold, at: 12}]
  crowd:
    programme:
      automatic: true
      tiers: {metric: visits, period: 26 weeks, levels: [{name: gold, at: 6}]}
"""


def top_status(world: Lived) -> float:
    """Status of the highest level, as its members see it at the end."""
    scheme = world.result.schemes.view(np.recarray)[0]
    return float(standing_above(scheme, int(scheme.levels)))


def ratio(world: Lived, without: Lived, chosen: np.ndarray, first: float, last: float) -> float:
    """Purchases of some people in a time, against the same people and time without tiers."""
    return float(
        world.bought(first, last)[chosen].sum() / without.bought(first, last)[chosen].sum()
    )


def measure(worlds: Worlds, replication: int) -> Sample:
    """Status of the top, and what a fall does against a rise and against never having risen."""
    nothing, two, three, crowd = (
        worlds.live(name, replication) for name in ("nothing", "two", "three", "crowd")
    )
    first, second = two.bought(0, PERIOD), two.bought(PERIOD, 2 * PERIOD)
    fell = (first >= NEEDED) & (second < NEEDED)
    # Of the pace of those who fell, in the period before.
    never = (first < NEEDED) & (second < NEEDED) & (second >= np.quantile(second[fell], 0.25))
    rose = (first < NEEDED) & (second >= NEEDED)
    end = 2 * PERIOD

    def change(chosen: np.ndarray, before: float) -> float:
        """In the weeks after the second period, against as many before the tier was won or lost."""
        return ratio(two, nothing, chosen, end, end + AFTER) - ratio(
            two, nothing, chosen, before, before + AFTER
        )

    return {
        "below": top_status(three) - top_status(two),
        "crowd": top_status(crowd) - top_status(two),
        "fell": ratio(two, nothing, fell, end, end + AFTER)
        - ratio(two, nothing, never, end, end + AFTER),
        "more": -change(fell, PERIOD + AFTER) - change(rose, AFTER),
    }


FINDING = Finding(
    id="E16",
    title="Status needs somebody below, and losing it hurts",
    scenario=SCENARIO,
    setting="A tier by twelve visits in half a year, without benefits other than status. Purchases "
    "in the eight weeks after a period, against the same people without tiers.",
    measure=measure,
    terms=("status_pull", "status_change_pull"),
    targets=(
        Target(
            "E16.a",
            (above("below", "status of the top, three levels less two"),),
            sets="beliefs.status_pull (by its form)",
        ),
        Target(
            "E16.b",
            (below("crowd", "status of the top, larger less smaller"),),
            sets="beliefs.status_pull (by its form)",
        ),
        Target("E16.c", (below("fell", "purchases, demoted less never promoted"),)),
        Target(
            "E16.d",
            (above("more", "loss of the demoted less gain of the promoted"),),
            sets="beliefs.status_change_pull (its direction)",
        ),
    ),
)
