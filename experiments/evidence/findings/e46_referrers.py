"""Customers who bring others, against matched ones who do not, and against those merely invited."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, below
from worlds import Worlds

SCENARIO = """
name: Mobile provider
currency: EUR
horizon: 1 years
market:
  people: 8000
  start: {suspect: 30%, prospect: 20%, first_time: 5%, repeat: 30%, client: 12%, advocate: 3%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 0.7}
      basket: {mean: 30}
      buy_share: 80%
      share_of_wallet: 60%
      loss_per_year: 19%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 700}
alternatives:
  nothing: {}
  referral:
    programme: {automatic: true, referral: {reward_cost: 25, reward_value: 25}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Losses in the second half year, of those who recommended in the first, and of others."""
    world = worlds.live("referral", replication)
    people = world.result.customers
    bought = world.bought(0, 26)
    said = people["recommended_at"] >= 0.0
    there = (bought > 0) & ((people["lost_at"] >= 26.0) | ~(people["lost_at"] >= 0.0))
    lost = people["lost_at"] >= 26.0
    referrers, others = there & said, there & ~said
    # Matched by the purchases of the first half.
    total = weight = 0.0
    for count in np.unique(bought[referrers]):
        mine, theirs = referrers & (bought == count), others & (bought == count)
        if theirs.any():
            total += mine.sum() * (lost[mine].mean() - lost[theirs].mean())
            weight += mine.sum()
    return {"matched": float(total / weight)}


FINDING = Finding(
    id="E46",
    title="Who brings others leaves less",
    scenario=SCENARIO,
    setting="Contracts are not modelled as such here; 19% are lost in a year.",
    measure=measure,
    terms=("commitment_pull", "recommends_by_satisfaction"),
    targets=(
        Target(
            "E46.b",
            (below("matched", "share lost, those who recommended less matched others"),),
            note="Part of it is that only those who stay go on recommending.",
            sets="beliefs.commitment_pull (its direction)",
        ),
    ),
)
