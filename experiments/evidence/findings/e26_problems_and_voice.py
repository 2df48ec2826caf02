"""A year with one supplier: how many have a problem, who says so, and who gets something?"""

from __future__ import annotations

import numpy as np
from finding import Check, Finding, Sample, Target, between
from worlds import Worlds

from loyaltysim.firm.desk import CLOSED
from loyaltysim.ledger import COUNTS

YEAR = 52
RESOLVED = 1 + CLOSED.index("resolved")
"""Its column among the closed complaints, after the week."""

SCENARIO = """
name: A supplier of households
currency: USD
horizon: 1 year
market:
  people: 8000
  start: {first_time: 10%, repeat: 60%, client: 25%, advocate: 5%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 50}
      buy_share: 60%
      share_of_wallet: 50%
firm:
  gross_margin: 40%
  staff: {count: 10, pay_per_week: 500}
  service: {desk: {agents: 5}}
alternatives:
  usual: {}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Shares of customers with a problem, of failures that are voiced, of complaints in vain."""
    world = worlds.live("usual", replication, keep=("grievances",))
    bought = world.bought(0.0, YEAR) > 0
    failed = (world.kept["grievances"].sum(axis=2) > 0.0).any(axis=0)
    counts = dict(zip(COUNTS, world.result.counts.sum(axis=(0, 1)).tolist(), strict=True))
    return {
        "problem": float(failed[bought].mean()),
        "voiced": counts["complaints"] / counts["failures"],
        "nothing": 1.0 - float(np.mean(world.result.desk[:, RESOLVED])),
    }


PROBLEM = Check("problem", "customers of one supplier with a problem in a year", 0.02, 0.15)

FINDING = Finding(
    id="E26",
    title="How many have a problem, and how many say so",
    scenario=SCENARIO,
    setting="A supplier from whom a household buys every month or two, with all else as the "
    "evidence register says; the surveys ask about all suppliers at once, so what is compared is "
    "the proposed share of one of them.",
    measure=measure,
    targets=(
        *(
            Target(f"E26.{letter}", (PROBLEM,), sets="firm.service.failure_per_visit")
            for letter in "abcd"
        ),
        Target(
            "E26.e",
            (between("nothing", "complaints that end with nothing", 0.45, 0.60),),
            sets="firm.service.desk.resolved",
        ),
        Target(
            "E26.f",
            (between("voiced", "failures that are voiced to the firm", 0.02, 0.10),),
            sets="beliefs.voice",
        ),
        Target(
            "E26.g",
            (between("voiced", "failures that are voiced to the firm", 0.04, 0.50),),
            sets="beliefs.voice",
        ),
    ),
)
