"""Four gifts to everybody, a quarter of a year apart: surprise wears off."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Worlds

SCENARIO = shop(
    """
gifts:
  programme:
    gifts:
      {on: dates, to: everybody, from_week: 8, every: 13 weeks, reward_cost: 1.6, reward_value: 5}
""",
    horizon="60 weeks",
)

FIRST, EVERY, COUNT = 8, 13, 4
NTH = ("1st", "2nd", "3rd", "4th")
BEFORE = 4
"""Weeks before a gift from which its lift is measured."""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases of customers after each gift, against without, and how far each lifts them."""
    without, world = (worlds.live(name, replication) for name in ("nothing", "gifts"))
    known = without.result.customers["purchases"] > without.bought()
    bought, bought_without = (by_week(one) for one in (world, without))
    lift = percent_more(bought[known].sum(axis=0), bought_without[known].sum(axis=0))
    begins = [FIRST + EVERY * nth for nth in range(COUNT)]
    rises = np.array([lift[w : w + BEFORE].mean() - lift[w - BEFORE : w].mean() for w in begins])
    new = ~known & (without.bought(0.0, FIRST) == 0.0)
    curves = {nth: lift[begin : begin + EVERY] for nth, begin in zip(NTH, begins, strict=True)}
    strangers = slice(FIRST, FIRST + EVERY)
    return {
        **curves,
        "rises": rises,
        "first": rises[0],
        "wears": rises[-1] - rises[0],
        "fades": lift[FIRST + EVERY - BEFORE : FIRST + EVERY].mean()
        - lift[FIRST : FIRST + 4].mean(),
        "strangers": percent_more(
            bought[new, strangers].sum(), bought_without[new, strangers].sum()
        ),
    }


SIGNATURE = Signature(
    question="Does a gift please every time, or only while it is a surprise?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks since the gift",
            "Purchases of customers, against without (%)",
            range(EVERY),
            {nth: f"{nth} gift" for nth in NTH},
        ),
        Chart(
            "Gift",
            "Rise in its four weeks,\nagainst the four before (points)",
            NTH,
            {"rises": "gifts"},
            zero=True,
        ),
    ),
    effects=(
        above("first", "rise with the first gift, points"),
        below("fades", "lift late after the first gift less right after it, points"),
        below("wears", "rise with the fourth gift less with the first, points"),
        below("strangers", "first purchases of strangers after a first gift, against without, %"),
    ),
    look=(
        "Each gift lifts purchases at once, and the lift fades within weeks.",
        "The next one is more expected, and adds less to where the line before it ended.",
    ),
)
