"""Two stamps given on a car wash card of ten, against a card of eight: who fills it?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, below, between
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

WEEKS = 39
"""Nine months in which a card can be filled."""

HANDED_OUT = 8
"""Cards are handed out in the first weeks, to whoever comes."""

TO_FILL = 8

SCENARIO = """
name: Car wash
currency: USD
horizon: 47 weeks
market:
  people: 4000
  start: {first_time: 10%, repeat: 60%, client: 25%, advocate: 5%}
  segments:
    - name: drivers
      share: 100%
      occasions_per_week: {mean: 0.3}
      basket: {mean: 10}
      buy_share: 57%
      share_of_wallet: 50%
firm:
  gross_margin: 60%
  staff: {count: 10, pay_per_week: 400}
alternatives:
  nothing: {}
  plain:
    programme:
      automatic: true
      stamps: {count: 8, reward_cost: 4, reward_value: 10}
  endowed:
    programme:
      automatic: true
      stamps: {count: 10, head_start: 2, reward_cost: 4, reward_value: 10}
"""


def purchases(world: Lived) -> tuple[Floats, Floats]:
    """Of everybody who was handed a card: purchases with it in nine months, the last one's date."""
    here = world.here
    first = np.full(world.people, np.inf)
    np.minimum.at(first, world.who[here], world.at[here])
    got = first < HANDED_OUT
    since = world.at - first[world.who]
    collects = world.result.members["set_aside"][:, 0] == 0
    within = here & (since < WEEKS)
    count = world.per_person(within)[got]
    last = np.zeros(world.people)
    np.maximum.at(last, world.who[within], since[within])
    return np.where(collects[got], count, 0), last[got]


def measure(worlds: Worlds, replication: int) -> Sample:
    """Completion in both arms, and the mean gap between visits."""
    sample: dict[str, float | Floats] = {}
    needed = np.arange(2, 13)
    for arm in ("plain", "endowed"):
        count, last = purchases(worlds.live(arm, replication))
        sample[arm] = float((count >= TO_FILL).mean())
        sample[f"{arm} by"] = np.array([(count >= n).mean() for n in needed])
        again = count >= 2
        sample[f"{arm} gap"] = float(7.0 * last[again].sum() / (count[again] - 1).sum())
    sample["ratio"] = sample["endowed"] / sample["plain"] if sample["plain"] else np.nan
    sample["gap"] = sample["endowed gap"] - sample["plain gap"]
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """How many made so many purchases."""
    series = [
        Series(name, np.arange(2, 13), None, means[f"{arm} by"], errors[f"{arm} by"])
        for arm, name in (("endowed", "10 stamps, 2 given"), ("plain", "8 stamps"))
    ]
    return Panel("At least so many visits in nine months", "Share of cards", series)


FINDING = Finding(
    id="E04",
    title="A head start fills more cards",
    scenario=SCENARIO,
    setting="About 2002: 43% washed mostly at home, so professional washes are 57%; 53% washed "
    "less than once a month (International Carwash Association), so 16 times a year on average; "
    "half of the professional washes at this one. Everybody who comes is handed a card.",
    measure=measure,
    picture=picture,
    terms=("sets_aside", "progress_pull", "head_start_pull", "price_response"),
    targets=(
        Target("E04.a", (between("endowed", "share filled, 2 of 10 given", 0.269, 0.419),)),
        Target(
            "E04.b",
            (between("plain", "share filled, 8 stamps", 0.14, 0.26),),
        ),
        Target(
            "E04.c",
            (between("ratio", "ratio of the two", 1.2, 2.6, neutral=1.0),),
        ),
        Target("E04.d", (below("gap", "mean gap, days, endowed - plain"),)),
    ),
)
