"""Newcomers of a shop online: how many never come again, and how often they come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

ENTRY, END = 12, 39
"""Who buys first in the first twelve weeks is followed until the end of week 39."""

MOST = 7

SCENARIO = """
name: Music online
currency: USD
horizon: 39 weeks
market:
  people: 20000
  start: {suspect: 45%, prospect: 15%, first_time: 5%, repeat: 12%,
          client: 4%, advocate: 1%, lost: 18%}
  segments:
    - name: listeners
      share: 100%
      occasions_per_week: {mean: 0.15}
      basket: {mean: 35}
      buy_share: 80%
      share_of_wallet: 30%
firm:
  gross_margin: 25%
  staff: {count: 10, pay_per_week: 600}
alternatives:
  nothing: {}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Repeat purchases of the newcomers."""
    world = worlds.live("nothing", replication)
    first = np.full(world.people, np.inf)
    np.minimum.at(first, world.who[world.here], world.at[world.here])
    came = (world.result.customers["first_at"] >= 0.0) & (first < ENTRY)
    repeats = world.bought(0.0, END)[came].astype(np.int64) - 1
    counts = np.bincount(np.minimum(repeats, MOST), minlength=MOST + 1)
    return {
        "none": float((repeats == 0).mean()),
        "mean": float(repeats.mean()),
        "shares": counts / len(repeats),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Shares of customers by repeat purchases."""
    series = [Series("", np.arange(MOST + 1), None, means["shares"], errors["shares"])]
    return Panel(f"Repeat purchases ({MOST} or more at last)", "Share of newcomers", series)


SETS = "market.segments.occasions_per_week.spread"

FINDING = Finding(
    id="E43",
    title="Most newcomers of a shop online never come again",
    scenario=SCENARIO,
    setting="People who buy music eight times a year, a third of it here; how often and where are "
    "own judgement. That the published parameters give back the published counts is checked apart, "
    "in experiments/verification (BG/NBD).",
    measure=measure,
    picture=picture,
    replications=12,
    targets=(
        Target("E43.e", (between("none", "no repeat purchase", 0.57, 0.63),), sets=SETS),
        Target("E43.f", (between("mean", "mean repeat purchases", 0.95, 1.14),), sets=SETS),
    ),
)
