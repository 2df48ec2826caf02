"""A coffee card that renews itself: gaps on and after a card, and who leaves when."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from finding import Finding, Sample, Target, above, below
from numpy.typing import NDArray
from scipy.stats import spearmanr
from worlds import Lived, Worlds

from loyaltysim.customers.diary import AWAY
from loyaltysim.report.experiments import Floats, Panel, Series

STAMPS = 10
VISITS = STAMPS + 1
"""A card's visits: each but the last is stamped, at the last the reward is taken."""

EARLY = 20
"""Week by which a first card must be full for a second to be looked for."""

SCENARIO = """
name: Campus cafe
currency: USD
horizon: 39 weeks
market:
  people: 10000
  start: {first_time: 5%, repeat: 55%, client: 30%, advocate: 10%}
  segments:
    - name: regulars
      share: 100%
      occasions_per_week: {mean: 5}
      basket: {mean: 3, within: 0, between: 0}
      buy_share: 75%
      share_of_wallet: 60%
firm:
  gross_margin: 68%
  staff: {count: 12, pay_per_week: 400}
alternatives:
  nothing: {}
  card:
    programme:
      automatic: true
      stamps: {count: 10, reward_cost: 0.8, reward_value: 3}
"""


Visits = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def visits_of(world: Lived) -> Visits:
    """Of each whose first card was handed in once full: places of the visits, and rewards."""
    found = []
    here = np.flatnonzero(world.here)
    starts = np.searchsorted(world.who[here], np.arange(world.people + 1))
    for first, end in pairwise(starts):
        mine = here[first:end]
        taken = np.flatnonzero(world.redeeming[mine])
        # Who could not be handed the reward at once has made visits without a stamp.
        if len(taken) and taken[0] == STAMPS:
            found.append((mine, taken))
    return found


def two_cards(world: Lived, visits: Visits, even: Floats) -> Floats:
    """Dates of the visits of two whole cards and of the third's first: (people, visits).

    `even` is the date at each week's end by a calendar in which customers choose the place evenly
    without a card: in the first weeks, while they have heard little of it yet, they come more.
    """
    wanted = 2 * VISITS + 1
    dates = np.interp(world.at, np.arange(len(even)), even)
    rows = [
        dates[mine[:wanted]]
        for mine, taken in visits
        if len(mine) >= wanted and len(taken) > 1 and taken[1] == 2 * VISITS - 1
    ]
    return np.array(rows).reshape(-1, wanted)


def engagement(world: Lived, visits: Visits) -> tuple[float, float]:
    """How acceleration on the first card goes with a quick return, and with a second reward.

    Gaps are counted in occasions, as those of somebody whose life speeds up shrink without a card.
    """
    gaps, after, second = [], [], []
    for mine, taken in visits:
        if world.at[mine[STAMPS]] < EARLY:
            gaps.append(np.diff(mine[:VISITS]))
            after.append(mine[VISITS] - mine[STAMPS] if len(mine) > VISITS else np.inf)
            second.append(len(taken) > 1)
    card = np.array(gaps, float)
    faster = acceleration(card[:, : STAMPS - 1])
    sooner = -np.array(after) / card.mean(axis=1)
    return float(spearmanr(faster, sooner)[0]), float(spearmanr(faster, second)[0])


def leaving(world: Lived) -> tuple[Floats, Floats]:
    """Customers lost or asleep, and weeks at risk, by stamps held: 0 is right after a reward."""
    places = np.flatnonzero(world.here)
    who, rewarded = world.who[places], world.redeeming[places]
    nth = np.arange(len(places))
    # A card begins with a person's first purchase, which is stamped, and with each reward.
    opens = np.r_[True, np.diff(who) > 0] | rewarded
    opened = np.maximum.accumulate(np.where(opens, nth, 0))
    held = np.minimum(nth - opened + ~rewarded[opened], STAMPS)
    # From one occasion to the next, with what was held since the latest purchase.
    latest = np.cumsum(world.here)[:-1] - 1
    at_risk = (latest >= 0) & (world.who[1:] == world.who[:-1]) & (world.entry[:-1] != AWAY)
    at_risk &= who[latest] == world.who[:-1]
    stamps = held[latest][at_risk]
    lost = (world.entry[1:] == AWAY)[at_risk]
    weeks = np.bincount(stamps, np.diff(world.at)[at_risk], STAMPS + 1)
    return np.bincount(stamps[lost], minlength=STAMPS + 1), weeks


def measure(worlds: Worlds, replication: int) -> Sample:
    """Gaps by place on the card, how they go together, and losses by stamps held."""
    without, world = (worlds.live(name, replication) for name in ("nothing", "card"))
    awake = without.entry > AWAY
    rate = np.bincount(without.at[awake].astype(int), without.here[awake])
    rate /= np.bincount(without.at[awake].astype(int))
    even = np.append(0.0, np.cumsum(rate / rate.mean()))
    visits = visits_of(world)
    gaps = np.diff(two_cards(world, visits, even), axis=1)
    first, last = gaps[:, 0], gaps[:, STAMPS - 2]
    after, again = gaps[:, STAMPS], gaps[:, VISITS]
    sooner, kept = engagement(world, visits)
    gone, weeks = leaving(world)
    hazard = gone / weeks
    rest = gone[1:].sum() / weeks[1:].sum()
    shown = gaps[:, : VISITS + STAMPS - 1] / gaps.mean(axis=1, keepdims=True)
    return {
        "reset": after.mean() / last.mean() - 1.0,
        "partial": again.mean() / first.mean() - 1.0,
        "sooner": sooner,
        "kept": kept,
        "defects": hazard[0] / rest - 1.0,
        "gaps": shown.mean(axis=0),
    }


def acceleration(gaps: NDArray[np.float64]) -> Floats:
    """How steeply each person's log gaps fall over a card."""
    place = np.arange(gaps.shape[1]) - (gaps.shape[1] - 1) / 2.0
    logs = np.log(np.maximum(gaps, 1e-3))
    return np.asarray(-(logs * place).sum(axis=1) / (place * place).sum())


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Gaps over two cards."""
    visits = np.arange(2, 2 + len(means["gaps"]))
    series = [Series("", visits, None, means["gaps"], errors["gaps"])]
    return Panel("Visit (reward at the 11th)", "Gap before it, of one's mean", series)


FINDING = Finding(
    id="E03",
    title="After the reward: a reset, in part, and a moment of danger",
    scenario=SCENARIO,
    setting="About two coffees a week (gaps of half a week on the first card in E01), five "
    "occasions a week; everybody drinks the same coffee.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "windfall_respent", "habit_pull"),
    targets=(
        Target("E03.a", (above("reset", "gap after the reward / last gap before, less 1"),)),
        Target("E03.b", (below("partial", "same gap on the second card / on the first, less 1"),)),
        Target(
            "E03.c",
            (
                above("sooner", "rank correlation of acceleration and a quick return"),
                above("kept", "the same with a second reward"),
            ),
        ),
        Target("E03.d", (above("defects", "risk of leaving with no stamp / with some, less 1"),)),
    ),
)
