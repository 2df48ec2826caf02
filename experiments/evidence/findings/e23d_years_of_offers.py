"""Two years with few or with many offers: how strongly are offers and prices answered then?"""

from __future__ import annotations

import numpy as np
from finding import Finding, Sample, Target, above
from worlds import Lived, Worlds

OFFERS, BEFORE = range(60, 104, 12), range(59, 103, 12)
"""Weeks of the second year with an offer in both worlds; there is none in the weeks before."""

FULL = range(52, 104, 3)
"""Weeks of the second year without an offer in either world."""

DEARER = 1.05

SCENARIO = """
name: Brand in a supermarket
currency: USD
horizon: 2 years
market:
  people: 4000
  start: {suspect: 5%, prospect: 15%, first_time: 5%, repeat: 55%, client: 15%, lost: 5%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 5}
      buy_share: 80%
      share_of_wallet: 30%
firm:
  gross_margin: 30%
  staff: {count: 4, pay_per_week: 400}
alternatives:
  few:
    programme: &few
      coupons: {off: 20%, valid: 1 week, every: 12 weeks, to: everybody, noticed: 100%}
  many:
    programme: &many
      coupons: {off: 20%, valid: 1 week, every: 3 weeks, to: everybody, noticed: 100%}
  few, dearer:
    firm: {price: 105%}
    programme: *few
  many, dearer:
    firm: {price: 105%}
    programme: *many
"""


def bought(world: Lived, weeks: range) -> float:
    """Purchases of all people in some weeks."""
    return float(sum(world.bought(week, week + 1).sum() for week in weeks))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Answers to one offer and to a price in the second year, with many offers less with few."""
    offer, price = {}, {}
    for name in ("few", "many"):
        world, dearer = (worlds.live(n, replication) for n in (name, f"{name}, dearer"))
        offer[name] = np.log(bought(world, OFFERS) / bought(world, BEFORE))
        price[name] = np.log(bought(world, FULL) / bought(dearer, FULL)) / np.log(DEARER)
    return {
        "offer": float(offer["many"] - offer["few"]),
        "price": float(price["many"] - price["few"]),
    }


FINDING = Finding(
    id="E23d",
    title="Years of offers make people look at offers and prices more",
    scenario=SCENARIO,
    setting="A brand of a supermarket that is 20% off for a week every twelve weeks or every "
    "three. Answers in the second year: to an offer that both have, and to a price that is 5% "
    "higher. Advertising is the same.",
    measure=measure,
    terms=("deal_wait", "reference_price_own"),
    targets=(
        Target(
            "E23.d",
            (
                above("offer", "log purchases by an offer, with many less with few"),
                above("price", "elasticity of full-price purchases, with many less with few"),
            ),
            sets="beliefs.deal_habit_moves and beliefs.deal_wait, their direction",
            note="The answer to offers is what these defaults put in. That prices are looked at "
            "more is not reproduced: how strongly they are answered never changes in the model.",
        ),
    ),
)
