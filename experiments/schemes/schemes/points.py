"""Points that last, that expire by age, and that expire on a date: what becomes of them."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats

SCENARIO = shop(
    """
lasting:
  programme:
    automatic: true
    points: {per_euro: 10, reward_at: 1000, reward_cost: 2.1, reward_value: 5.5}
expiring:
  programme:
    automatic: true
    points:
      {per_euro: 10, reward_at: 1000, reward_cost: 2.1, reward_value: 5.5, expires_after: 6 months}
dated:
  programme:
    automatic: true
    points:
      {per_euro: 10, reward_at: 1000, reward_cost: 2.1, reward_value: 5.5, expires_every: 12 months}
""",
    horizon="2 years",
)

MONTHS = range(2, 25, 2)
DATE, AROUND = 52, 8
"""Week of the first fixed date of expiry, and weeks shown before it and after."""

FATES = ("redeemed", "expired", "held")


def fates(world: Lived) -> dict[str, Floats]:
    """Of the points issued so far, by month: redeemed, expired and still held, in percent."""
    ends = [round(month * 52 / 12) - 1 for month in MONTHS]
    issued, redeemed, expired = np.cumsum(world.result.flows[:, 0].sum(axis=1), axis=0)[ends].T
    held = issued - redeemed - expired
    return dict(zip(FATES, 100.0 * np.array([redeemed, expired, held]) / issued, strict=True))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Fates of points with and without expiry, and purchases around a fixed date of expiry."""
    lasting, expiring, dated = (
        worlds.live(name, replication) for name in ("lasting", "expiring", "dated")
    )
    weeks = slice(DATE - AROUND, DATE + AROUND)
    before, after = (by_week(world).sum(axis=0)[weeks] for world in (lasting, dated))
    without, expired = fates(lasting), fates(expiring)
    return {
        **{f"lasting {fate}": curve for fate, curve in without.items()},
        **{f"expiring {fate}": curve for fate, curve in expired.items()},
        "around": percent_more(after, before),
        "lost": expired["expired"][-1],
        "breakage": (expired["redeemed"] - without["redeemed"])[-1],
        "hurry": percent_more(after[:AROUND].sum(), before[:AROUND].sum()),
        "relax": percent_more(after[AROUND:].sum(), before[AROUND:].sum()),
    }


SIGNATURE = Signature(
    question="How many points are ever redeemed, and does a date of expiry hurry people?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        *(
            Chart(
                "Months since launch",
                f"Of points issued, {said} (%)",
                MONTHS,
                {
                    f"{world} {fate}": fate
                    for fate in FATES
                    if (world, fate) != ("lasting", "expired")
                },
                zero=True,
            )
            for world, said in (("lasting", "valid for ever"), ("expiring", "valid 6 months"))
        ),
        Chart(
            "Week (all points expire at the line)",
            "Purchases, against no expiry (%)",
            range(-AROUND, AROUND),
            {"around": "dated"},
            event=-0.5,
        ),
    ),
    effects=(
        below("breakage", "share redeemed by then, with expiry less without, points"),
        above("hurry", "purchases in eight weeks before a date of expiry, against no expiry, %"),
        below("relax", "purchases in eight weeks after it, against no expiry, %"),
    ),
    told={"lost": "points that expire unredeemed within two years, valid 6 months, %"},
    look=(
        "Breakage is what never comes back: without expiry it is held, with expiry it is lost.",
        "A reward takes 1,000 points, so that those who buy little rarely get there.",
        "Before a date on which all points are lost, people who can still reach a reward hurry; "
        "after it, all begin at nothing.",
    ),
)
