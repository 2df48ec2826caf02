"""Chances that the scenario states itself, by stage or by what is missing to a reward.

The one place where a stage causes anything, and only where a scenario asks for it.
"""

from __future__ import annotations

from math import inf
from typing import Any

from loyaltysim.customers.choice import choose
from loyaltysim.customers.stages import STAGES
from loyaltysim.customers.staying import leave
from loyaltysim.mechanism import Record, rule
from loyaltysim.scenario.given import MOST_TO_GO, Given

FIELDS = {
    "given": int,
    "given_odds": (float, len(STAGES)),
    "given_to_go": (float, MOST_TO_GO + 1),
    "most_to_go": int,
    "given_loss": (float, len(STAGES)),
}
"""Of a segment: whether it has tables; odds of buying here by stage and by purchases missing to
the next reward, the largest such number (-1 without a table), and chances of being lost by stage.
Below 0 where a table leaves it to the model."""

NOT_GIVEN = -1.0
NEARLY_CERTAIN = 1.0 - 2.0**-40
"""Chances above are lowered to this, so that odds stay finite."""


def fill(record: Any, given: Given | None) -> None:
    """Write the tables of a segment into its record."""
    record["given"] = given is not None
    record["given_odds"] = record["given_to_go"] = record["given_loss"] = NOT_GIVEN
    record["most_to_go"] = -1
    if given is None:
        return
    for place, stage in enumerate(STAGES):
        buys = getattr(given.buys_by_stage, stage, None)
        lost = getattr(given.lost_by_stage, stage, None)
        record["given_odds"][place] = NOT_GIVEN if buys is None else _odds(buys)
        record["given_loss"][place] = NOT_GIVEN if lost is None else lost
    table = given.buys_by_purchases_to_go
    if table is not None:
        record["given_to_go"][: len(table)] = [_odds(buys) for buys in table]
        record["most_to_go"] = len(table) - 1


def _odds(chance: float) -> float:
    return min(chance, NEARLY_CERTAIN) / (1.0 - min(chance, NEARLY_CERTAIN))


@rule
def choose_by_table(
    luck: Any, customer: Record, segment: Record, stage: int, to_go: float, chosen: int
) -> int:
    """The choice by a stated chance, against the rival at its neutral weight; else as `chosen`.

    `stage` is the one in which the occasion finds the person, `to_go` the purchases missing
    to the next reward (infinite without one).
    """
    goes_on = customer.last_at > customer.lost_at
    if segment.period > 0.0 and (goes_on or luck.awake >= segment.awake):
        return chosen
    odds = segment.given_odds[stage]
    if to_go < inf and segment.most_to_go >= 0:
        odds = segment.given_to_go[int(min(to_go, segment.most_to_go))]
    if odds < 0.0:
        return chosen
    rival_weight = customer.rival_weight
    return choose(luck.choice, odds * (1.0 + rival_weight), rival_weight)


@rule
def stay_by_table(
    u: float,
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    stage: int,
    tally: Record,
) -> None:
    """Staying, with a stated chance of being lost, silently, in place of all risks."""
    customer.stayed_until = now
    if u < segment.given_loss[stage]:
        leave(customer, segment, week, beliefs, now, False, tally)
