"""The same improvement in a bad firm and in a good one, and how long the satisfied stay."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above, below
from scipy.stats import spearmanr
from worlds import Lived, Worlds

SEEN = 25
"""The week at whose end satisfaction is read."""

SCENARIO = """
name: Services
currency: EUR
horizon: 22 months
market:
  people: 6000
  start: {first_time: 10%, repeat: 60%, client: 25%, advocate: 5%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 1}
      basket: {mean: 20}
      buy_share: 80%
      share_of_wallet: 50%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 500}
  service: {quality: 7.5}
alternatives:
  usual: {}
  bad: {firm: {service: {quality: 6.25}}}
  less bad: {firm: {service: {quality: 6.75}}}
  good: {firm: {service: {quality: 8.25}}}
  better: {firm: {service: {quality: 8.75}}}
"""


def _kept(world: Lived) -> float:
    """Share of the customers who are there at the end, having bought since they were last lost."""
    customers = world.result.customers
    return float((customers["last_at"] > customers["lost_at"]).mean())


def _elasticity(worse: Lived, better: Lived) -> float:
    satisfied = [world.result.customers["satisfaction"].mean() for world in (worse, better)]
    return float(np.log(_kept(better) / _kept(worse)) / np.log(satisfied[1] / satisfied[0]))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Elasticity of staying to satisfaction in a good firm and in a bad one; who stays longer."""
    bad, less_bad, good, better = (
        worlds.live(name, replication) for name in ("bad", "less bad", "good", "better")
    )
    usual = worlds.live("usual", replication, keep=("satisfaction", "lost_at", "last_at"))
    there = usual.kept["last_at"][SEEN] > usual.kept["lost_at"][SEEN]
    end = usual.result.customers["lost_at"]
    until = np.where(end > usual.kept["lost_at"][SEEN], end, np.inf)[there]
    rank = spearmanr(usual.kept["satisfaction"][SEEN][there], until).statistic
    return {"difference": _elasticity(good, better) - _elasticity(bad, less_bad), "rank": rank}


FINDING = Finding(
    id="E34",
    title="Satisfaction moves least where it is high",
    scenario=SCENARIO,
    setting="A service bought every other week; half a point better, once for a firm worse than it "
    "was and than its rivals, once for a better one. Who is a customer after 22 months is kept; "
    "satisfaction after half a year against the time until somebody is lost.",
    measure=measure,
    terms=("satisfaction_stays", "satisfaction_pull"),
    targets=(
        Target(
            "E34.b",
            (below("difference", "elasticity of staying to satisfaction, good - bad firm"),),
        ),
        Target(
            "E34.c",
            (above("rank", "rank correlation of satisfaction and the time until lost"),),
            sets="beliefs.satisfaction_stays (its direction)",
        ),
    ),
)
