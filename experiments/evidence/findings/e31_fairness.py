"""A better outcome, more courtesy, or a fairer procedure: what does each do after a complaint?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Check, Finding, Sample, Target, above
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

BETTER = ("outcome", "courtesy", "procedure")
AFTER = 4
"""Weeks after a failure within which nearly every complaint has ended."""
YEAR = 52

SCENARIO = """
name: Complaints that are answered
currency: EUR
horizon: 2 years
market:
  people: 8000
  start: {first_time: 10%, repeat: 60%, client: 25%, advocate: 5%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 50}
      buy_share: 70%
      share_of_wallet: 50%
firm:
  gross_margin: 40%
  staff: {count: 10, pay_per_week: 500}
  service:
    failure_per_visit: 5%
    ease: 100
    response_hours: 24
    desk: {agents: 50, patience_days: 100, resolved: 100%}
    recovery: {fix: {core: 0, encounter: 0, system: 0, promise: 0}}
alternatives:
  least: {}
  outcome: {firm: {service: {recovery: {fix: {core: 1, encounter: 1, system: 1, promise: 1}}}}}
  courtesy: {firm: {service: {rules: [customer_is_right, listen, admit, show_care, stay_calm]}}}
  procedure: {firm: {service: {rules: [take_notes, negotiate]}}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Satisfaction after a complaint, and who is lost within a year, against the least of all."""
    keep = ("grievances", "satisfaction", "lost_at")
    least = worlds.live("least", replication, keep)
    failed = least.kept["grievances"].sum(axis=2) > 0.0
    week = failed.argmax(axis=0)
    who = np.flatnonzero(failed.any(axis=0) & (week + YEAR < len(failed)))
    week = week[who]
    spread = least.kept["satisfaction"][week + AFTER, who].std()
    sample: dict[str, float | Floats] = {}
    lost = (least.kept["lost_at"][week + YEAR, who] >= week).astype(float)
    for name in BETTER:
        world = worlds.live(name, replication, keep)
        gain = world.kept["satisfaction"] - least.kept["satisfaction"]
        sample[name] = float(gain[week + AFTER, who].mean() / spread)
        gone = world.kept["lost_at"][week + YEAR, who] >= week
        sample[f"{name} keeps"] = float((lost - gone).mean() / lost.std())
    return sample | {
        "first": sample["outcome"] - sample["courtesy"],
        "second": sample["courtesy"] - sample["procedure"],
        "loyal": sample["courtesy keeps"] / sample["outcome keeps"],
        "satisfies": np.array([sample[name] for name in BETTER]),
        "keeps": np.array([sample[f"{name} keeps"] for name in BETTER]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Both effects of the three, in standard deviations."""
    series = [
        Series(name, BETTER, None, means[name], errors[name]) for name in ("satisfies", "keeps")
    ]
    return Panel("", "Standard deviations", series)


FINDING = Finding(
    id="E31",
    title="Outcome, courtesy and procedure of a complaint",
    scenario=SCENARIO,
    setting="Nearly everybody complains and is answered within days, with a remedy that does not "
    "fit. Against it a remedy that fits wholly; five rules of listening and respect; notes and an "
    "agreed solution. Satisfaction four weeks after the first failure and who is lost within a "
    "year, in standard deviations. What is the least and the best of each is own judgement.",
    measure=measure,
    picture=picture,
    targets=(
        Target(
            "E31.a",
            (
                above("first", "satisfaction: by the outcome - by courtesy"),
                above("second", "satisfaction: by courtesy - by the procedure"),
            ),
            sets="beliefs.outcome_restores (with the other two: their order)",
        ),
        Target(
            "E31.b",
            (Check("loyal", "kept for a year: by courtesy / by the outcome", 0.9, np.inf),),
            sets="beliefs.courtesy_stays (that it is at least the outcome's)",
            note="A better outcome also keeps by satisfying more, and five rules are not all the "
            "courtesy that there is.",
        ),
    ),
)
