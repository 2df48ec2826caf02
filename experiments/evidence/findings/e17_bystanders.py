"""Perks for the best fifth: what they do to them, and to those who look on."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above, below
from worlds import Worlds

SCENARIO = """
name: Perks for some
currency: USD
horizon: 1 years
market:
  people: 4000
  start: {suspect: 5%, prospect: 5%, first_time: 5%, repeat: 60%, client: 20%, advocate: 5%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 1.5}
      basket: {mean: 20}
      buy_share: 75%
      share_of_wallet: 40%
firm:
  gross_margin: 50%
  staff: {count: 12, pay_per_week: 500}
alternatives:
  nothing: {}
  hidden:
    programme:
      gifts: {on: dates, to: best, every: 8 weeks, reward_cost: 5, reward_value: 10}
  seen:
    programme:
      gifts:
        {on: dates, to: best, every: 8 weeks, reward_cost: 5, reward_value: 10,
         visible: true}
  clear:
    programme:
      clear_rules: true
      gifts:
        {on: dates, to: best, every: 8 weeks, reward_cost: 5, reward_value: 10,
         visible: true}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases of those who got gifts, and of those who never did, against without."""
    lived = {
        name: worlds.live(name, replication) for name in ("nothing", "hidden", "seen", "clear")
    }
    bought = {name: world.bought() for name, world in lived.items()}
    got = {
        n: w.result.customers["gift_expected"][:, 0] > 0 for n, w in lived.items() if n != "nothing"
    }
    without = bought["nothing"]
    lifts = {}
    for name, chosen in got.items():
        there = without > 0
        lifts[name] = (
            bought[name][chosen].sum() / without[chosen].sum() - 1.0,
            bought[name][~chosen & there].sum() / without[~chosen & there].sum() - 1.0,
        )
    return {
        "targets": lifts["seen"][0],
        "bystanders": lifts["seen"][1],
        "seen more": np.minimum(
            lifts["seen"][0] - lifts["hidden"][0], lifts["hidden"][1] - lifts["seen"][1]
        ),
        "clear less": lifts["clear"][1] - lifts["seen"][1],
    }


FINDING = Finding(
    id="E17",
    title="Perks in everybody's sight please some and put off others",
    scenario=SCENARIO,
    setting="A gift worth half a basket every eight weeks for the fifth who spend most.",
    measure=measure,
    terms=("gift_pull", "envy_pull", "visible_pull"),
    targets=(
        Target("E17.a", (above("targets", "purchases of those who get gifts, against without"),)),
        Target(
            "E17.b",
            (below("bystanders", "purchases of those who get none, against without"),),
            sets="beliefs.envy_pull (its direction)",
        ),
        Target(
            "E17.c",
            (
                above("seen more", "what being seen adds, the smaller of both"),
                above("clear less", "what clear rules give back to those who get none"),
            ),
            sets="beliefs.visible_pull and beliefs.clarity, their direction",
        ),
    ),
)
