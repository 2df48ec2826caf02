"""Newcomers under contract: retention rises from year to year as the loyal remain."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

YEAR = 52
ENTRY = YEAR
YEARS = 7
COHORTS = ("regular", "high-end")

SCENARIO = """
name: Subscriptions
currency: USD
horizon: 8 years
market:
  people: 24000
  start: {suspect: 40%, prospect: 10%, first_time: 5%, repeat: 18%,
          client: 10%, advocate: 2%, lost: 15%}
  segments:
    - name: regular
      share: 50%
      contract: {every: 1 months}
      basket: {mean: 20}
      buy_share: 95%
      share_of_wallet: 50%
      loss_per_year: 18%
    - name: high-end
      share: 50%
      contract: {every: 1 months}
      basket: {mean: 60}
      buy_share: 95%
      share_of_wallet: 50%
      loss_per_year: 7%
firm:
  gross_margin: 60%
  staff: {count: 10, pay_per_week: 700}
alternatives:
  nothing: {}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Of who comes in the first year, the share that goes on in each later one."""
    world = worlds.live("nothing", replication)
    here, customers = world.here, world.result.customers
    first = np.full(world.people, np.inf)
    np.minimum.at(first, world.who[here], world.at[here])
    came = (customers["first_at"] >= 0.0) & (first < ENTRY)
    # Bills come each month; the first that is missing ends the contract.
    age = world.at[here] - first[world.who[here]]
    billed = np.zeros((world.people, YEARS * 12 + 1), bool)
    month = np.rint(age * 12.0 / YEAR).astype(np.int64)
    kept = month < billed.shape[1]
    billed[world.who[here][kept], month[kept]] = True
    lasted = np.where(billed.all(axis=1), billed.shape[1], billed.argmin(axis=1)) - 1
    sample: dict[str, float | Floats] = {}
    for number, name in enumerate(COHORTS):
        mine = came & (customers["segment"] == number)
        there = np.array([(lasted[mine] >= 12 * year).sum() for year in range(YEARS + 1)])
        sample[name] = there[1:] / there[:-1]
        sample[f"{name} in all"] = there[4] / there[0]
    regular, high = (np.asarray(sample[name]) for name in COHORTS)
    return sample | {
        "regular 1": regular[0],
        "regular 4": regular[3],
        "high 1": high[0],
        "high 7": high[6],
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Retention by year."""
    years = np.arange(1, YEARS + 1)
    series = [Series(name, years, None, means[name], errors[name]) for name in COHORTS]
    return Panel("Year since joining", "Share that goes on", series)


SETS = "market.segments.loss_spread"


def target(letter: str, figure: str, label: str, value: float) -> Target:
    """A share within 0.03 of the published one."""
    check = between(figure, label, round(value - 0.03, 3), round(value + 0.03, 3))
    return Target(f"E42.{letter}", (check,), sets=SETS)


FINDING = Finding(
    id="E42",
    title="Retention of a cohort rises although nobody becomes more loyal",
    scenario=SCENARIO,
    setting="Monthly bills. The base loses 18 and 7% a year, with which newcomers lose about as "
    "many in their first year as was published; those of the first year are followed for seven.",
    measure=measure,
    picture=picture,
    replications=8,
    targets=(
        target("a", "regular in all", "still there after four years, regular", 0.326),
        target("b", "regular 1", "first year, regular", 0.631),
        target("c", "regular 4", "fourth year, regular", 0.853),
        target("d", "high 1", "first year, high-end", 0.869),
        target("e", "high 7", "seventh year, high-end", 0.95),
    ),
)
