"""A paid membership: how much of what its members buy more do its savings explain?"""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Worlds

WORTHLESS = {"deal_response": 0.0, "price_response": 0.0}
"""Beliefs under which what is saved moves nobody: the reward is as good as worth nothing."""

SCENARIO = """
name: Paid membership
currency: USD
horizon: 1 year
market:
  people: 10000
  start: {suspect: 10%, prospect: 10%, first_time: 10%, repeat: 45%,
          client: 15%, advocate: 5%, lost: 5%}
  segments:
    - name: shoppers
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 40}
      buy_share: 60%
      share_of_wallet: 35%
firm:
  gross_margin: 40%
  staff: {count: 10, pay_per_week: 500}
alternatives:
  nothing: {}
  paid:
    programme: {fee_per_year: 25, discount: {off: 10%}}
"""


def lift(worlds: Worlds, replication: int) -> float:
    """Purchases of the members, against those of the same people without the membership."""
    without, paid = (worlds.live(name, replication) for name in ("nothing", "paid"))
    members = paid.result.customers["tried"][:, 0] == 1
    return float(paid.bought()[members].sum() / without.bought()[members].sum() - 1.0)


def measure(worlds: Worlds, replication: int) -> Sample:
    """Share of the lift that is left where savings move nobody, and the rest."""
    whole, left = (lift(w, replication) for w in (worlds, worlds.but(WORTHLESS)))
    share = left / whole if whole else np.nan
    return {"economic": 1.0 - share, "rest": share, "lift": whole}


FINDING = Finding(
    id="E13b",
    title="Savings explain the smaller part of what a paid membership does",
    scenario=SCENARIO,
    setting="A shop where people buy five times a year; 25 a year for 10% off, free to leave after "
    "each year, as booksellers offer it. Members in their first year.",
    measure=measure,
    terms=("member_stays", "deal_response"),
    targets=(
        Target(
            "E13.b",
            (between("economic", "share of members' extra purchases by savings", 0.2, 0.6),),
            miss="People make use of what they have paid for, by the size of the fee beside a "
            "basket (felt in full whatever its size, it would be 0.57). Missing: that paying "
            "members feel that they belong.",
        ),
        Target(
            "E13.c",
            (between("rest", "share that is left where savings move nobody", 0.4, 0.8),),
            miss="As E13.b, of which it is the other side.",
            note="Members, and the same people without the membership, both with savings that move "
            "nobody, against both with savings that do.",
        ),
    ),
)
