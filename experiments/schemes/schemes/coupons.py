"""Coupons: purchases brought forward, and customers who learn to wait for the next."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Worlds

from loyaltysim.evidence import register
from loyaltysim.report.experiments import Floats

SCENARIO = shop(
    """
once:
  programme: {coupons: {off: 30%, valid: 2 weeks, from_week: 12, to: everybody, noticed: 60%}}
often:
  programme:
    coupons:
      {off: 30%, valid: 2 weeks, from_week: 2, every: 6 weeks, to: everybody, noticed: 60%}
""",
    people=4000,
)

SENT, VALID = 12, 2
BEFORE, AFTER = 4, 12
EVERY, FROM = 6, 2
SECOND_HALF = 26

PANTRY = ("pantry_drop", "pantry_lasts_weeks")

HABITS = ("0–5%", "5–10%", "10–20%", "20%+")
EDGES = (0.0, 0.05, 0.1, 0.2, 1.01)


def around(worlds: Worlds, replication: int) -> Floats:
    """Purchases in the weeks around the one coupon, against none, in percent."""
    weeks = slice(SENT - BEFORE, SENT + AFTER)
    after, before = (
        by_week(worlds.live(name, replication)).sum(axis=0)[weeks] for name in ("once", "nothing")
    )
    return percent_more(after, before)


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases around one coupon, and without one at hand by how used to deals people are."""
    pantry = {name: register()[f"beliefs.{name}"].high for name in PANTRY}
    plain = around(worlds, replication)
    stored = around(worlds.but(pantry), replication)
    without = worlds.live("nothing", replication)
    often = worlds.live("often", replication, ("deal_habit",))
    bought, bought_without = by_week(often), by_week(without)
    sums = np.zeros((len(HABITS), 2))
    for week in range(SECOND_HALF, bought.shape[1]):
        if (week - FROM) % EVERY < VALID:
            continue
        habit = often.kept["deal_habit"][week - 1]
        for place, (low, high) in enumerate(pairwise(EDGES)):
            chosen = (habit >= low) & (habit < high)
            sums[place] += [b[chosen, week].sum() for b in (bought, bought_without)]
    habits = percent_more(sums[:, 0], sums[:, 1])
    during, later = slice(BEFORE, BEFORE + VALID), slice(BEFORE + VALID, BEFORE + VALID + 4)
    return {
        "plain": plain,
        "stored": stored,
        "habits": habits,
        "during": plain[during].mean(),
        "dip": plain[later].mean(),
        "stored dip": stored[later].mean() - plain[later].mean(),
        "wait": habits[-1] - habits[0],
    }


SIGNATURE = Signature(
    question="What does a coupon bring while it is valid, and what is missing afterwards?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks from the coupon (valid for two)",
            "Purchases, against without (%)",
            range(-BEFORE, AFTER),
            {"plain": "goods that do not keep", "stored": "goods that do"},
            event=-0.5,
        ),
        Chart(
            "Share of one's recent purchases on a deal",
            "Purchases with no coupon at hand,\nagainst without (%)",
            HABITS,
            {"habits": "a coupon every six weeks"},
        ),
    ),
    effects=(
        above("during", "purchases while it is valid, against without, %"),
        below("dip", "purchases in the four weeks after, against without, %"),
        below("stored dip", "the same, goods that keep less goods that do not, points"),
        below("wait", "lift without a coupon at hand, used to deals less not used to them, points"),
    ),
    look=(
        "By default nothing is stored, as coffee is not; the second line is of goods that are, "
        "where a purchase lowers the wish for the next one (pantry_drop and pantry_lasts_weeks at "
        "the high ends of their ranges).",
        "A pantry is filled by purchases that would not have been made at all, not by those that "
        "are won from rivals.",
        "Where coupons come again and again, those who buy much on a deal buy less in between.",
    ),
)
