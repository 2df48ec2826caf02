"""Perks for the best fifth: those who have them, and those who look on."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, lift, percent_more
from worlds import Worlds

from loyaltysim.report.experiments import Floats

SCENARIO = shop("""
hidden:
  programme:
    perks: {to: best, from_week: 4, value_per_visit: 0.5, cost_per_visit: 0.15}
seen:
  programme:
    perks: {to: best, from_week: 4, value_per_visit: 0.5, cost_per_visit: 0.15, visible: true}
clear rules:
  programme:
    clear_rules: true
    perks: {to: best, from_week: 4, value_per_visit: 0.5, cost_per_visit: 0.15, visible: true}
""")

WORLDS = ("hidden", "seen", "clear rules")
SINCE, STEP = 4, 4
"""The week from which on there are perks, and how many weeks a point of a curve is of."""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases of those who were chosen and of the other customers, against without."""
    without = worlds.live("nothing", replication)
    bought_without = by_week(without)
    known = without.result.customers["purchases"] > without.bought()
    curves: dict[str, Floats] = {}
    have: list[Floats] = []
    others: list[Floats] = []
    for name in WORLDS:
        world = worlds.live(name, replication)
        bought = by_week(world)
        chosen = world.result.members["perks_until"][:, 0] > 0.0
        aside = known & ~chosen
        by_steps = (
            b[aside, SINCE:].sum(axis=0).reshape(-1, STEP).sum(axis=1)
            for b in (bought, bought_without)
        )
        curves[f"{name} aside"] = percent_more(*by_steps)
        for group, lifts in ((chosen, have), (aside, others)):
            lifts.append(lift(bought, bought_without, group, slice(SINCE, None)))
    return {
        **curves,
        "have": np.array(have),
        "others": np.array(others),
        "pleases": have[0],
        "envy": others[1] - others[0],
        "clarity": others[2] - others[1],
    }


SIGNATURE = Signature(
    question="What do perks for some do to them, and to those who look on?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Perks",
            "Purchases, against without (%)",
            WORLDS,
            {"have": "those who have them", "others": "other customers"},
            joined=False,
        ),
        Chart(
            "Weeks since they began",
            "Purchases of other customers,\nagainst without (%)",
            range(STEP // 2, 52 - SINCE, STEP),
            {f"{name} aside": name for name in WORLDS},
        ),
    ),
    effects=(
        above("pleases", "purchases of those who have hidden perks, against without, %"),
        below("envy", "purchases of the others, seen less hidden, points"),
        above("clarity", "purchases of the others, clear rules less without, points"),
    ),
    look=(
        "Where perks are hidden, others change little: who comes more often has more mishaps to "
        "tell them of.",
        "Where they are seen, the others come a little less, and less so where everybody can see "
        "who gets what, and why.",
    ),
)
