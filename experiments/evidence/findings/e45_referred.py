"""Customers who were brought by others, against those of the same year who came by themselves."""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import WORD, Worlds

SCENARIO = """
name: Bank
currency: EUR
horizon: 3 years
market:
  people: 12000
  start: {suspect: 45%, prospect: 10%, first_time: 2%, repeat: 20%,
          client: 8%, advocate: 2%, lost: 13%}
  segments:
    - name: clients
      share: 100%
      occasions_per_week: {mean: 0.7}
      basket: {mean: 30}
      buy_share: 75%
      share_of_wallet: 40%
      loss_per_year: 20%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 700}
  marketing: {budget_per_week: 200}
alternatives:
  nothing: {}
  referral:
    programme: {automatic: true, referral: {reward_cost: 25, reward_value: 25}}
"""

NEWEST = 104.0


def measure(worlds: Worlds, replication: int) -> Sample:
    """Risk of leaving and value of those who were brought, against the others of the time."""
    world = worlds.live("referral", replication)
    people = world.result.customers
    first = people["first_at"]
    new = (first >= 0.0) & (first < NEWEST)
    brought = new & (world.came_by == WORD)
    other = new & ~brought
    end = float(world.result.business.weeks)
    lost = np.isfinite(people["lost_at"]) & (people["lost_at"] >= first)
    weeks = np.where(lost, people["lost_at"], end) - first

    def risk(chosen: np.ndarray) -> float:
        return float(lost[chosen].sum() / weeks[chosen].sum())

    left = world.left()
    return {
        "risk": risk(brought) / risk(other),
        "value": float(left[brought].mean() / left[other].mean()),
    }


FINDING = Finding(
    id="E45",
    title="Customers who were brought stay longer and are worth more",
    scenario=SCENARIO,
    setting="A bank's rate of loss; 25 for a customer who is brought; first purchases of two "
    "years, followed to the end of the third.",
    measure=measure,
    terms=("referral_tie", "familiarity_stays", "good_word_pull"),
    targets=(
        Target(
            "E45.a",
            (between("risk", "risk of leaving, brought against others", 0.70, 0.92, neutral=1.0),),
            miss="A tie from the first day is forgotten or caught up with within months.",
        ),
        Target(
            "E45.b",
            (between("value", "contribution, brought against others", 1.05, 1.30, neutral=1.0),),
            miss="Who is told is drawn from everybody alike: nobody brings their own kind.",
        ),
    ),
)
