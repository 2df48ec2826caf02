"""A stamp card that renews itself: the pace along it, and after the reward."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from findings.e03_reset_after_reward import STAMPS, VISITS, two_cards, visits_of
from shop import shop
from signature import Chart, Signature
from worlds import Worlds

SCENARIO = shop(
    """
card:
  programme: {automatic: true, stamps: {count: 10, reward_cost: 1.6, reward_value: 5}}
""",
    people=8000,
)

SHOWN = 2 * VISITS
FIRST, LAST, AFTER = 0, STAMPS - 2, STAMPS
"""Gaps before the second and the tenth visit, and before the first one after the reward."""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Gaps between visits over two cards, each as a share of the person's mean gap."""
    without, card = (worlds.live(name, replication) for name in ("nothing", "card"))
    # A clock by which the same people come evenly without a card.
    weeks = without.result.business.weeks
    pace = np.bincount(without.at[without.here].astype(int), minlength=weeks)
    even = np.append(0.0, np.cumsum(pace / pace.mean()))
    gaps = np.diff(two_cards(card, visits_of(card), even), axis=1)
    curve = (100.0 * gaps / gaps.mean(axis=1, keepdims=True)).mean(axis=0)
    return {
        "gaps": curve,
        "faster": curve[LAST] - curve[FIRST],
        "reset": curve[AFTER] - curve[LAST],
        "again": curve[VISITS + LAST] - curve[AFTER],
    }


SIGNATURE = Signature(
    question="Does the pace rise as the card fills, and fall back after the reward?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Visit (the 11th and the 22nd are free)",
            "Gap before it (% of one's mean)",
            range(2, 2 + SHOWN),
            {"gaps": "card"},
            event=VISITS + 0.5,
        ),
    ),
    effects=(
        below("faster", "gap before the 10th visit less gap before the 2nd, points"),
        above("reset", "first gap after the reward less gap before the 10th visit, points"),
        below("again", "the same along the second card, points"),
    ),
    look=(
        "Visits come closer together towards the reward.",
        "Right after it the gap is long again, and the second card begins anew.",
        "Only those who filled two cards within the year are shown; their pace without a card is "
        "taken out.",
    ),
)
