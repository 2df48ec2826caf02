"""Five points more of retention: by how much a customer's discounted profit rises."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

YEAR = 52
DISCOUNT = 0.12
POINTS = 0.05
CASES = {"branches": 0.15, "brokers": 0.10, "garages": 0.35, "insurers": 0.25, "cards": 0.10}
"""Trades of the firms, by the share of customers that they lose in a year."""

SEGMENT = """
    - name: {name}
      share: 20%
      contract: {{every: 1 months}}
      basket: {{mean: 20}}
      buy_share: 100%
      share_of_wallet: 50%
      loss_per_year: {loss:.0%}
"""

SCENARIO = """
name: Five trades
currency: USD
horizon: 12 years
market:
  people: 12000
  start: {suspect: 35%, prospect: 5%, first_time: 3%, repeat: 27%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
SEGMENTS
firm:
  gross_margin: 60%
  staff: {count: 5, pay_per_week: 700}
alternatives:
  nothing: {}
""".replace("SEGMENTS", "".join(SEGMENT.format(name=n, loss=x) for n, x in CASES.items()))


def measure(worlds: Worlds, replication: int) -> Sample:
    """What today's customers leave until they are lost, for five points more of them kept."""
    losses = np.array(list(CASES.values()))
    risk = np.log(1.0 - losses + POINTS) / np.log(1.0 - losses)
    stated = worlds.live("nothing", replication)
    kept = worlds.live("nothing", replication, risk=risk)
    segment = stated.result.customers["segment"]
    sample: dict[str, float | Floats] = {}
    for number, name in enumerate(CASES):
        mine = stated.at_start & (segment == number)
        profits, stays = [], []
        for world in (stated, kept):
            discounted = world.gain * (1.0 + DISCOUNT) ** (-world.at / YEAR)
            counted = world.here & (world.at < world.lost[world.who])
            profits.append(float(world.per_person(counted, discounted)[mine].sum()))
            stays.append(float((world.lost[mine] >= YEAR).mean()))
        points = stays[1] - stays[0]
        lift = profits[1] / profits[0] - 1.0 if profits[0] else np.nan
        sample[name] = lift * POINTS / points if points else np.nan
    sample["lifts"] = np.array([sample[name] for name in CASES])
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """The lift by trade."""
    names = [f"{name} ({loss:.0%})" for name, loss in CASES.items()]
    series = [Series("", names, None, means["lifts"], errors["lifts"])]
    return Panel("Trade and its loss in a year", "Lift of discounted profit", series)


MISS = (
    "Arithmetic (20 to 37%) takes one retention for all and for ever. Here people differ: those "
    "whom a lower risk keeps are at risk again next year, and five points more in the first year "
    "are fewer later, when mostly the loyal are left."
)


def target(letter: str, name: str, note: str = "") -> Target:
    """The lift of a trade."""
    check = between(name, f"lift of discounted profit, {name}", 0.15, 0.60, neutral=0.0)
    return Target(f"E39.{letter}", (check,), miss=MISS, note=note)


FINDING = Finding(
    id="E39",
    title="Five points more of retention are worth far more than five percent",
    scenario=SCENARIO,
    setting="Monthly bills; who is a customer today, over twelve years at 12%, until lost. "
    "The risk of leaving is lowered for all, and the lift scaled to five points more who are still "
    "there after a year. The loss of the card firm was published, the others are own judgement.",
    measure=measure,
    picture=picture,
    replications=8,
    targets=(
        target(
            "a",
            "branches",
            note="Of the published 85% plain arithmetic gives less than half; the rest would be "
            "customers who bring more each year they stay, of which nothing is assumed here.",
        ),
        target("b", "brokers"),
        target("c", "garages"),
        target("d", "insurers"),
        target("e", "cards", note="As the branches: 125% published, of 10% to 5%."),
    ),
)
