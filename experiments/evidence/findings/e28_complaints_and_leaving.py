"""Failures that are complained about: who is lost, with a recovery and without one?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, between
from numpy.typing import NDArray
from worlds import Lived, Worlds, groups_of

from loyaltysim.report.experiments import Floats, Panel, Series

WORLDS = ("well", "recovery", "complaint")
WATCHED = 4
"""Weeks from a failure in which somebody who is lost is taken to be lost over it."""
SOON, LONG_AGO = 8, 26
"""Weeks since an earlier complaint: at most, and at least."""
FEW, MANY = 15, 40
"""Purchases before a complaint: at most, and at least."""
GROUPS = 10
"""Groups of people who buy about equally often."""
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

SCENARIO = """
name: Catalogue
currency: EUR
horizon: 130 weeks
market:
  people: 4000
  start: {first_time: 100%}
  segments:
    - name: newcomers
      share: 100%
      occasions_per_week: {mean: 2}
      basket: {mean: 60}
      buy_share: 60%
      share_of_wallet: 50%
firm:
  gross_margin: 30%
  staff: {count: 10, pay_per_week: 500}
  service: {failure_per_visit: 5%, ease: 100, desk: {agents: 20}}
alternatives:
  complaint: {firm: {service: {response_hours: 4, desk: {resolved: 0%}}}}
  recovery: {firm: {service: {response_hours: 4, desk: {resolved: 100%}}}}
  well: {firm: {service: {failure_per_visit: 0%}}}
"""


def failures(world: Lived) -> tuple[Ints, Ints]:
    """Who was let down, and in which week, in the order of people and weeks."""
    kept = world.kept["grievances"].sum(axis=2)
    # What is remembered only fades but for a failure.
    risen = np.diff(kept, axis=0, prepend=0.0) > 0.0
    who, week = np.nonzero(risen.T)
    return who, week


def stops(world: Lived, who: Ints, week: Ints) -> Flags:
    """Whether each of some people is lost within `WATCHED` weeks from the beginning of a week."""
    lost_at = world.kept["lost_at"][week + WATCHED - 1, who]
    return np.asarray(lost_at >= week)


def matched(world: Lived, who: Ints, harm: Floats, some: Flags, others: Flags) -> float:
    """Mean harm of some complaints less that of others, among people who buy equally often."""
    customers = world.result.customers
    pace = customers["rate"] * customers["firm_odds"] / (1.0 + customers["firm_odds"])
    differences, weights = [], []
    for group in groups_of(pace, np.ones(world.people, bool), GROUPS):
        ours = group[who]
        if (ours & some).any() and (ours & others).any():
            differences.append(harm[ours & some].mean() - harm[ours & others].mean())
            weights.append((ours & some).sum())
    return float(np.average(differences, weights=weights))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Who is lost after a complaint, against the same people in a firm that never fails."""
    lived = {
        name: worlds.live(name, replication, keep=("grievances", "lost_at")) for name in WORLDS
    }
    complaint, well = lived["complaint"], lived["well"]
    weeks = len(complaint.kept["grievances"])
    who, week = failures(complaint)
    watched = week + WATCHED <= weeks
    who, week = who[watched], week[watched]
    first = np.diff(who, prepend=-1) != 0
    shares = {name: stops(lived[name], who[first], week[first]).mean() for name in WORLDS}
    damage = shares["complaint"] - shares["well"]

    purchases = np.zeros((complaint.people, weeks + 1), int)
    here = complaint.here
    np.add.at(purchases, (complaint.who[here], complaint.at[here].astype(int) + 1), 1)
    before = np.cumsum(purchases, axis=1)[who, week]
    harm = stops(complaint, who, week).astype(float) - stops(well, who, week)
    since = np.where(first, np.inf, np.diff(week, prepend=0))
    return {
        "stops": damage,
        "offset": (shares["complaint"] - shares["recovery"]) / damage,
        "history": matched(complaint, who, harm, first & (before <= FEW), first & (before >= MANY)),
        "again": matched(complaint, who, harm, since <= SOON, (since >= LONG_AGO) & ~first),
        "shares": np.array([shares[name] for name in WORLDS]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Who is lost, in the three worlds."""
    series = [Series("", WORLDS, None, means["shares"], errors["shares"])]
    return Panel("", "Share lost within four weeks", series)


FINDING = Finding(
    id="E28",
    title="Complaints, recovery, and who buys no more",
    scenario=SCENARIO,
    setting="Newcomers who could buy twice a week; one visit in twenty fails, and nearly everybody "
    "complains. Who is lost within four weeks is held against the same life with a firm that never "
    "fails. Most of the lost are won back within half a year here, which the model of the study "
    "does not know. Complaints within eight weeks of an earlier one, and half a year or more after "
    "it, first complaints after few and after many purchases, are held against each other among "
    "people who buy equally often.",
    measure=measure,
    picture=picture,
    terms=("grievance_adds", "history_softens", "leave_after_failure", "satisfaction_stays"),
    targets=(
        Target(
            "E28.a",
            (above("stops", "lost within four weeks: after a complaint in vain - no failure"),),
        ),
        Target(
            "E28.b",
            (between("offset", "share of the harm that a recovery makes good", 0.3, 0.95, 0.0),),
            sets="beliefs.recovery_resolved (that it does not make up for all)",
        ),
        Target(
            "E28.c",
            (above("history", "harm of a first complaint, few - many purchases before it"),),
            sets="beliefs.history_softens (its direction)",
        ),
        Target(
            "E28.d",
            (above("again", "harm of a complaint, soon - long after an earlier one"),),
            sets="beliefs.grievance_adds (its direction)",
        ),
    ),
)
