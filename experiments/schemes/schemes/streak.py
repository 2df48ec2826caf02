"""A streak: a visit in each of eight weeks in a row, and the week after one was missed."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Worlds

SCENARIO = shop("""
streak:
  programme:
    automatic: true
    streak: {count: 8, every: 1 week, reward_cost: 1.6, reward_value: 5}
""")

COUNT = 8
LONG = 5
"""Weeks in a row from which on a streak that breaks counts as a long one."""

AFTER = 8
"""Weeks that are followed after a break."""

FATES = {
    "short": (1, LONG - 1, False),
    "long": (LONG, COUNT - 1, False),
    "kept": (LONG, COUNT - 1, True),
}
"""Weeks in a row, from and to, and whether another one is added to them."""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Chance of a visit by weeks in a row, and visits after a break, with the streak and without.

    The lives without it are those of the same people in the same weeks.
    """
    without = worlds.live("nothing", replication)
    world = worlds.live("streak", replication, ("run", "run_period", "joined"))
    bought, bought_without = by_week(world), by_week(without)
    weeks = bought.shape[1]
    came = np.zeros((COUNT, 3))
    fates = {name: np.zeros((AFTER, 2)) for name in FATES}
    for week in range(1, weeks):
        run = np.where(
            world.kept["run_period"][week - 1] == week - 1, world.kept["run"][week - 1], 0
        )
        there = world.kept["joined"][week - 1] == 1
        for length in range(COUNT):
            chosen = there & (run == length)
            both = [(b[chosen, week] > 0.0).sum() for b in (bought, bought_without)]
            came[length] += [*both, chosen.sum()]
        if week + AFTER < weeks:
            span = slice(week + 1, week + 1 + AFTER)
            for name, (low, high, goes_on) in FATES.items():
                chosen = there & (run >= low) & (run <= high)
                chosen &= (bought[:, week] > 0.0) == goes_on
                both = [b[chosen, span].sum(axis=0) for b in (bought, bought_without)]
                fates[name] += np.array(both).T
    lift = percent_more(came[:, 0], came[:, 1])
    after = {name: percent_more(two[:, 0], two[:, 1]) for name, two in fates.items()}
    return {
        "with": 100.0 * came[:, 0] / came[:, 2],
        "without": 100.0 * came[:, 1] / came[:, 2],
        **after,
        "rises": lift[-1] - lift[1],
        "lost": after["long"][0] - after["kept"][0],
        "longer": after["long"].mean() - after["short"].mean(),
    }


SIGNATURE = Signature(
    question="Do people come to keep a streak alive, and what happens when it breaks?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks in a row so far",
            "Chance of a visit this week (%)",
            range(COUNT),
            {"with": "with the streak", "without": "same people and weeks, without"},
            zero=True,
        ),
        Chart(
            "Weeks after the week in which it was lost or kept up",
            "Purchases, against without (%)",
            range(1, AFTER + 1),
            {
                "kept": "5 to 7 in a row, kept up",
                "short": "1 to 4, lost",
                "long": "5 to 7, lost",
            },
        ),
    ),
    effects=(
        above("rises", "lift of the chance, 7 weeks in a row less 1, points"),
        below("lost", "lift in the week after, 5 to 7 in a row lost less kept up, points"),
        below("longer", "lift in eight weeks after, a long streak lost less a short one, points"),
    ),
    look=(
        "Who has come seven weeks in a row is a frequent customer anyway: what the streak does is "
        "the distance between the lines.",
        "The week after one is missed nothing is left to lose, and a new run has not begun; weeks "
        "later people are well into the next.",
    ),
)
