"""A late ride, and then nothing, an apology, a coupon, or both: who rides on?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, below, between, nothing
from numpy.typing import NDArray
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

ARMS = ("silence", "apology", "coupon", "both")
WATCHED = 12
"""Weeks of spending after a late ride."""
Ints = NDArray[np.int64]

SCENARIO = """
name: Riders
currency: USD
horizon: 40 weeks
market:
  people: 6000
  start: {first_time: 5%, repeat: 60%, client: 25%, advocate: 10%}
  segments:
    - name: riders
      share: 100%
      occasions_per_week: {mean: 2}
      basket: {mean: 15}
      buy_share: 80%
      share_of_wallet: 60%
firm:
  gross_margin: 25%
  staff: {count: 20, pay_per_week: 600}
  service:
    failure_per_visit: 1%
    failures: {core: 0, encounter: 0, system: 1, promise: 0}
    ease: 100
    response_hours: 1
    desk: {agents: 50, handling_hours: 0.1, patience_days: 100, resolved: 100%}
alternatives:
  silence:
    firm: {service: {desk: {patience_days: 0.0001}}}
  apology:
    firm: {service: {recovery: {apologise: {}}}}
  coupon:
    firm: {service: {recovery: {compensate: {amount: 5, as_voucher: true}}}}
  both:
    firm:
      service: {recovery: {compensate: {amount: 5, as_voucher: true}}, rules: [apologise]}
  on time: {firm: {service: {failure_per_visit: 0%}}}
  often nothing:
    firm: {service: {failure_per_visit: 20%, desk: {patience_days: 0.0001}}}
  often apology:
    firm: {service: {failure_per_visit: 20%, recovery: {apologise: {}}}}
"""


def late(world: Lived, nth: int) -> Ints:
    """In which week each person's nth late ride came, early enough to watch; -1 without one."""
    kept = world.kept["grievances"].sum(axis=2)
    # What is remembered only fades but for a failure.
    weeks = np.diff(kept, axis=0, prepend=0.0) > 0.0
    nths = np.cumsum(weeks, axis=0) == nth
    week = np.where(nths.any(axis=0), nths.argmax(axis=0), -1)
    week[week >= len(kept) - WATCHED] = -1
    return np.asarray(week)


def spent(world: Lived, who: Ints, week: Ints) -> float:
    """What these people spend on average in the weeks after one of theirs."""
    revenue = world.kept["revenue"]
    return float((revenue[week + WATCHED, who] - revenue[week, who]).mean()) / 1e6


def measure(worlds: Worlds, replication: int) -> Sample:
    """Spending after a late ride by arm, and after the third one of many."""
    keep = ("grievances", "revenue")
    once = {name: worlds.live(name, replication, keep) for name in (*ARMS, "on time")}
    week = late(once["silence"], 1)
    who = np.flatnonzero(week >= 0)
    spending = {name: spent(world, who, week[who]) for name, world in once.items()}
    without = max(spending["silence"], spending["apology"])
    often = [worlds.live(f"often {name}", replication, keep) for name in ("nothing", "apology")]
    weeks = [late(world, 3) for world in often]
    both = np.flatnonzero((weeks[0] >= 0) & (weeks[1] >= 0))
    thirds = [spent(world, both, at[both]) for world, at in zip(often, weeks, strict=True)]
    return {
        "coupon": max(spending["coupon"], spending["both"]) / without - 1.0,
        "apology": spending["apology"] / spending["silence"] - 1.0,
        "third": thirds[1] / thirds[0] - 1.0,
        "untreated": spending["silence"] / spending["on time"] - 1.0,
        # There are no ratings to withdraw.
        "withdrew, apology": np.nan,
        "withdrew, money": np.nan,
        "arms": np.array([spending[name] / spending["silence"] - 1.0 for name in ARMS[1:]]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Spending by arm."""
    series = [Series("", ARMS[1:], None, means["arms"], errors["arms"])]
    return Panel("", "Spending against nothing", series)


NO_RATINGS = (
    "Customers of the model give no ratings, so there is none to withdraw; what an apology "
    "does to a favour that costs nothing is not what it does to spending."
)

FINDING = Finding(
    id="E30",
    title="Sorry is cheap: apologies, coupons, and who rides on",
    scenario=SCENARIO,
    setting="One ride in a hundred is late, and nearly everybody says so. In three arms there is "
    "an answer within hours: an apology, a coupon of 5, or both; in the fourth nobody answers. "
    "Spending of the same people in the twelve weeks after their first late ride. Where one ride "
    "in five is late, after their third. How often people ride, and for how much, is own "
    "judgement.",
    measure=measure,
    picture=picture,
    terms=("windfall_respent", "recovery_resolved", "resolved_stays", "voiced_stays"),
    targets=(
        Target(
            "E30.a",
            (
                above("coupon", "spending: better arm with a coupon / better one without, less 1"),
                nothing("apology", "spending: an apology alone / nothing, less 1", 0.02),
            ),
            note="It missed as long as the model took an apology for a resolution, and a coupon "
            "for no money; both were mended after that was seen, and no belief was moved.",
        ),
        Target(
            "E30.b",
            (below("third", "spending after the third: apologies / nothing, less 1"),),
            sets="beliefs.apology_wears (its direction)",
            note="The sign is the wrong one even so: where there is an apology there is an answer, "
            "and to have been heard keeps more of those who complain than worn words put off. In "
            "the experiment nobody had complained.",
        ),
        Target(
            "E30.c",
            (between("untreated", "spending: late, untreated / never late, less 1", -0.1, -0.05),),
            sets="beliefs.satisfaction_pull",
        ),
        Target(
            "E30.d",
            (between("withdrew, apology", "withdrew a rating after an apology", 0.33, 0.55),),
            miss=NO_RATINGS,
        ),
        Target(
            "E30.e",
            (between("withdrew, money", "withdrew a rating for money", 0.18, 0.30),),
            miss=NO_RATINGS,
        ),
    ),
)
