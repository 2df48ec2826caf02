"""Customers who were brought by others, against those of the same months who were not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, between
from numpy.typing import NDArray
from worlds import KNOWN, Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

MONTH = 52.0 / 12.0
ENTRY = (13.0, 104.0)
"""First purchases that are followed: after a first quarter in which word has got around."""

FOLLOWED = 36
"""Months for which each is followed."""

REWARD = 25.0

SCENARIO = """
name: Bank
currency: EUR
horizon: 5 years
market:
  people: 32000
  start: {suspect: 45%, prospect: 10%, first_time: 2%, repeat: 20%,
          client: 8%, advocate: 2%, lost: 13%}
  segments:
    - name: clients
      share: 100%
      occasions_per_week: {mean: 0.7}
      basket: {mean: 20}
      buy_share: 75%
      share_of_wallet: 40%
      loss_per_year: 20%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 700}
  marketing: {budget_per_week: 200}
alternatives:
  nothing: {}
  referral:
    programme: {automatic: true, referral: {reward_cost: 25, reward_value: 25}}
"""


def newcomers(world: Lived) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Who was brought, who came otherwise, and the weight of each: as many a month as brought."""
    people = world.result.customers
    first = np.asarray(people["first_at"], float)
    new = (first >= ENTRY[0]) & (first < ENTRY[1]) & (world.came_by != KNOWN)
    brought = new & (people["invited_by"] > 0)
    other = new & ~brought
    month = np.where(new, first / MONTH, 0.0).astype(int)
    mine = np.bincount(month[brought], minlength=month.max() + 1)
    theirs = np.bincount(month[other], minlength=month.max() + 1)
    weight = np.where(other, (mine / np.maximum(theirs, 1))[month], 1.0)
    return brought, other, weight


def risk(world: Lived, chosen: NDArray[np.bool_], weight: Floats) -> float:
    """Losses a week at risk while followed."""
    people = world.result.customers
    first = people["first_at"][chosen]
    last = people["lost_at"][chosen]
    until = np.where(last >= first, last - first, np.inf)
    weeks = np.minimum(until, FOLLOWED * MONTH)
    return float((weight[chosen] * (until <= weeks)).sum() / (weight[chosen] * weeks).sum())


def by_month(world: Lived, chosen: NDArray[np.bool_], weight: Floats) -> tuple[Floats, Floats]:
    """By month since the first purchase: what a newcomer leaves on average, who is still there."""
    people = world.result.customers
    first = np.asarray(people["first_at"], float)
    age = (world.at - first[world.who]) / MONTH
    mine = world.here & chosen[world.who] & (age >= 0.0) & (age < FOLLOWED)
    amounts = weight[world.who[mine]] * world.gain[mine] / 1e6
    total = np.bincount(age[mine].astype(int), amounts, FOLLOWED)
    until = np.where(people["lost_at"] >= first, people["lost_at"], np.inf)[chosen]
    months = np.clip((until - first[chosen])[:, None] / MONTH - np.arange(FOLLOWED), 0.0, 1.0)
    newcomers = weight[chosen].sum()
    return total / newcomers, weight[chosen] @ months / newcomers


def measure(worlds: Worlds, replication: int) -> Sample:
    """Risk of leaving and contribution by month of those who were brought, against the others."""
    world = worlds.live("referral", replication)
    brought, other, weight = newcomers(world)
    (mine, here), (theirs, there) = (by_month(world, g, weight) for g in (brought, other))
    early, late = (
        (mine[part].sum() / here[part].sum()) / (theirs[part].sum() / there[part].sum())
        for part in (slice(6), slice(-6, None))
    )
    return {
        "risk": risk(world, brought, weight) / risk(world, other, weight),
        "value": float(mine.sum() / theirs.sum()),
        "early": float(early - 1.0),
        "fades": float(early - late),
        "return": float((mine - theirs).sum() / REWARD - 1.0),
        "brought": mine,
        "others": theirs,
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Contribution by month since the first purchase."""
    months = np.arange(1, FOLLOWED + 1)
    series = [
        Series(name, months, None, means[name], errors[name]) for name in ("brought", "others")
    ]
    return Panel("Month as a customer", "Contribution a month", series)


FINDING = Finding(
    id="E45",
    title="Customers who were brought stay longer and are worth more",
    scenario=SCENARIO,
    setting="A bank's rate of loss and 30 cents of contribution a day; 25 for a customer who is "
    "brought. First purchases from the second quarter to the end of the second year, each followed "
    "for three years, the others weighted to the months in which the brought ones came. Who knew "
    "the bank before the first week is left out: how they came to know it is unknown.",
    measure=measure,
    picture=picture,
    terms=("companion_stays", "matching", "referral_tie", "good_word_pull"),
    targets=(
        Target(
            "E45.a",
            (between("risk", "risk of leaving, brought / others", 0.70, 0.92, neutral=1.0),),
            sets="beliefs.companion_stays (its direction)",
        ),
        Target(
            "E45.b",
            (between("value", "contribution in three years, brought / others", 1.05, 1.30, 1.0),),
            sets="beliefs.companion_stays (its direction)",
        ),
        Target(
            "E45.c",
            (above("early", "daily contribution in the first half-year, / others - 1"),),
            sets="beliefs.matching (its direction)",
        ),
        Target("E45.d", (above("return", "return on the reward in three years"),)),
        Target(
            "E45.e",
            (above("fades", "advantage in the first half-year - in the last, while there"),),
            miss="Whom a firm suits, it suits for good. Missing: that the others find out with "
            "time what suits them, or leave sooner if it does not.",
        ),
    ),
)
