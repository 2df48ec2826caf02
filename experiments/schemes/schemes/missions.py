"""Missions: a fifth more visits than usual within four weeks, and what is left of a period."""

from __future__ import annotations

import numpy as np
from finding import Sample, above
from numpy.typing import NDArray
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Worlds

SCENARIO = shop("""
missions:
  programme:
    automatic: true
    missions: {period: 4 weeks, stretch: 20%, reward_cost: 1.6, reward_value: 5}
""")

PERIOD = 4
TO_GO = ("reached", "1", "2", "3", "4+")
FIRST = 8
"""Week from which on periods are counted, when most have joined."""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases in a period's second half by visits to go, and by how the period ends."""
    without = worlds.live("nothing", replication)
    world = worlds.live("missions", replication, ("mission", "target", "visits_done"))
    bought, bought_without = by_week(world), by_week(without)
    weeks = bought.shape[1]
    to_go = np.zeros((len(TO_GO), 2))
    ends = {"reached": np.zeros((2 * PERIOD, 2)), "missed": np.zeros((2 * PERIOD, 2))}

    def sums(chosen: NDArray[np.bool_], span: slice) -> NDArray[np.float64]:
        return np.array([b[chosen, span].sum(axis=0) for b in (bought, bought_without)]).T

    for begin in range(FIRST, weeks - 2 * PERIOD, PERIOD):
        half, end = begin + PERIOD // 2, begin + PERIOD
        mission, target, done = (world.kept[name] for name in ("mission", "target", "visits_done"))
        under_way = mission[half - 1] == begin // PERIOD
        left = np.where(target[half - 1] == 0.0, 0.0, target[half - 1] - done[half - 1])
        for visits in range(len(TO_GO)):
            chosen = under_way & (np.minimum(left, len(TO_GO) - 1) == visits)
            to_go[visits] += sums(chosen, slice(half, end)).sum(axis=0)
        closed = mission[end - 1] == begin // PERIOD
        hit = closed & (target[end - 1] == 0.0)
        span = slice(begin, begin + 2 * PERIOD)
        ends["reached"] += sums(hit, span)
        ends["missed"] += sums(closed & ~hit & (done[end - 1] > 0.0), span)
    lift = percent_more(to_go[:, 0], to_go[:, 1])
    curves = {name: percent_more(two[:, 0], two[:, 1]) for name, two in ends.items()}
    last = slice(PERIOD // 2, PERIOD)
    return {
        "to_go": lift,
        **curves,
        "near": lift[1:-1].mean() - lift[0],
        "nearer": lift[1:-1].mean() - lift[-1],
        "after": (curves["reached"] - curves["missed"])[PERIOD:].mean(),
        "within": (curves["reached"] - curves["missed"])[last].mean(),
    }


SIGNATURE = Signature(
    question="Does a personal target bring visits, and what comes after it is reached or missed?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Visits to go at half-time",
            "Purchases in the second half,\nagainst without (%)",
            TO_GO,
            {"to_go": "missions"},
        ),
        Chart(
            "Week (the next mission begins at the line)",
            "Purchases, against without (%)",
            range(1, 2 * PERIOD + 1),
            {"reached": "who reached it", "missed": "who missed it"},
            event=PERIOD + 0.5,
        ),
    ),
    effects=(
        above("near", "lift in the second half, 1 to 3 visits to go less target reached, points"),
        above("nearer", "the same, 1 to 3 visits to go less four or more, points"),
        above("within", "lift late in the period, who reached it less who missed it, points"),
        above("after", "the same in the next period, points"),
    ),
    look=(
        "A target pulls while it is open and within reach; reached, or far away, it does less.",
        "Those who reached it are partly those who happened to come more often, as they are told "
        "apart by it; the next period is free of that.",
    ),
)
