"""A flat points programme of a hair salon chain over five years: value, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from finding import Finding, Sample, Target, above, between, nothing
from numpy.typing import NDArray
from worlds import Lived, Worlds, groups_of

from loyaltysim.customers.diary import AWAY, HERE, NEVER
from loyaltysim.report.experiments import Floats, Panel, Series

YEAR = 52
DISCOUNT = 0.10
MARGIN, WORTH = 0.75, 4.0
"""Share of the price that is left, and what a reward is worth in units of its cost."""

BEFORE = 26
"""Weeks of the world without a programme by which customers are told apart."""

SCENARIO = """
name: Hair salon chain
currency: USD
horizon: 5 years
market:
  people: 3000
  start: {suspect: 30%, prospect: 10%, first_time: 5%, repeat: 25%,
          client: 12%, advocate: 3%, lost: 15%}
  segments:
    - name: men
      share: 100%
      occasions_per_week: {mean: 0.2, spread: 0.6, regularity: 2}
      basket: {mean: 22, within: 0.25, between: 0.3}
      buy_share: 90%
      share_of_wallet: 55%
      loss_per_year: 40%
firm:
  gross_margin: 75%
  staff: {count: 6, pay_per_week: 600, contact: pooled}
alternatives:
  nothing: {}
  flat:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 100, reward_cost: 1.25,
               reward_value: 5, replaces_purchase: 100%}
"""


def discounted(world: Lived, amounts: NDArray[Any]) -> Floats:
    """Amounts by occasion, in today's currency."""
    return np.asarray(amounts * (1.0 + DISCOUNT) ** (-world.at / YEAR) / 1e6)


def bought(world: Lived) -> Floats:
    """Discounted margin of each occasion before the reward is taken off what is paid."""
    face = MARGIN * WORTH * np.where(world.redeeming, world.week_rewards, 0)
    return discounted(world, world.gain + face)


def value(world: Lived, first: float = 0.0) -> Floats:
    """Discounted margin of each person, less rewards."""
    left = world.gain - np.where(world.redeeming, world.week_rewards, 0)
    return world.per_person(world.here & (world.at >= first), discounted(world, left))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Of customers at the start: lift of their value, its parts, and by how often they came."""
    without, flat = (worlds.live(name, replication) for name in ("nothing", "flat"))
    customers = without.per_person(without.entry == NEVER) == 0
    lift = value(flat)[customers].sum() / value(without)[customers].sum() - 1.0
    gained = (bought(flat) - bought(without)) * customers[flat.who]
    less = np.minimum(flat.entry, without.entry)
    total = gained.sum() or np.nan
    volumes = [bought(world)[customers[world.who]].sum() for world in (without, flat)]
    visits = [world.bought()[customers].sum() for world in (without, flat)]
    pace = without.bought(0.0, BEFORE)
    fifths = groups_of(pace, customers & (pace > 0.0), 5)
    later, later_flat = value(without, BEFORE), value(flat, BEFORE)
    lifts = np.array([later_flat[g].sum() / later[g].sum() - 1.0 for g in fifths])
    return {
        "lift": lift,
        "staying": gained[less == AWAY].sum() / total,
        "frequency": gained[(less != AWAY) & (less != HERE)].sum() / total,
        "spend": (volumes[1] / visits[1]) / (volumes[0] / visits[0]) - 1.0,
        "lifts": lifts,
        "rare": lifts[0] - lifts[2],
        "often": lifts[4] - lifts[2],
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """The lift by how often customers came."""
    series = [Series("", np.arange(1, 6), None, means["lifts"], errors["lifts"])]
    return Panel("Fifth of customers by visits before", "Lift of later value", series)


FINDING = Finding(
    id="E06",
    title="A flat programme pays by keeping customers, not by their spending more",
    scenario=SCENARIO,
    setting="A haircut every five weeks or so, points worth 5% of spending, everybody takes part, "
    "40% lost a year (retention of .5 to .7), value discounted at 10%.",
    measure=measure,
    picture=picture,
    terms=("member_stays", "progress_pull", "price_response"),
    targets=(
        Target(
            "E06.a",
            (between("lift", "lift of five-year value", 0.15, 0.40, neutral=0.0),),
            sets="beliefs.member_stays",
        ),
        Target(
            "E06.b",
            (between("staying", "share of it through staying", 0.65, 0.95),),
            sets="beliefs.member_stays",
        ),
        Target(
            "E06.c",
            (between("frequency", "share of it through frequency", 0.05, 0.30),),
            sets="beliefs.member_stays",
        ),
        Target("E06.d", (nothing("spend", "change of margin a visit, before rewards", 0.02),)),
        Target(
            "E06.e",
            (
                above("rare", "lift of the rarest fifth, less the middle one's"),
                above("often", "lift of the most frequent fifth, less the middle one's"),
            ),
            miss="The most frequent gain least: they buy here nearly always already and reach the "
            "rewards anyway. Missing: that more at stake keeps people more (member_stays is the "
            "same for one point and for ten rewards).",
        ),
    ),
)
