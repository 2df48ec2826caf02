"""Unexpected gifts: small and large ones to people who give, and one to people never met before."""

from __future__ import annotations

from finding import Finding, Sample, Target, below, between
from worlds import Worlds

SINCE, WEEKS = 8, 9
"""The gift comes in week 8; responses are counted for two months."""

SCENARIO = """
name: Charity letters
currency: EUR
horizon: 17 weeks
market:
  people: 20000
  start: {suspect: 20%, prospect: 20%, first_time: 15%, repeat: 40%, client: 5%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.08}
      basket: {mean: 40}
      buy_share: 60%
      share_of_wallet: 40%
firm:
  gross_margin: 90%
  staff: {count: 3, pay_per_week: 500}
alternatives:
  nothing: {}
  small:
    programme: {gifts: {on: dates, to: everybody, from_week: 8, reward_cost: 1, reward_value: 1}}
  large:
    programme: {gifts: {on: dates, to: everybody, from_week: 8, reward_cost: 5, reward_value: 8}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Responses after the gift, of those who had given before and of those who never had."""
    lived = {name: worlds.live(name, replication) for name in ("nothing", "small", "large")}
    known = lived["nothing"].result.customers["purchases"] - lived["nothing"].bought() > 0
    after = {name: world.bought(SINCE, SINCE + WEEKS) for name, world in lived.items()}
    sample: dict[str, float] = {}
    for arm in ("small", "large"):
        sample[arm] = float(after[arm][known].sum() / after["nothing"][known].sum())
    new = ~known
    sample["new"] = float(after["large"][new].sum() / max(after["nothing"][new].sum(), 1.0) - 1.0)
    return sample


FINDING = Finding(
    id="E18",
    title="A gift is answered, a large one more",
    scenario=SCENARIO,
    setting="Households give to this charity about once a year; the small gift is a postcard worth "
    "a fortieth of a donation, the large one four cards worth a fifth.",
    measure=measure,
    terms=("gift_pull",),
    targets=(
        Target(
            "E18.a",
            (between("small", "responses, small gift against none", 1.05, 1.35, neutral=1.0),),
        ),
        Target(
            "E18.b",
            (between("large", "responses, large gift against none", 1.4, 2.1, neutral=1.0),),
            miss="Four cards are worth a fifth of a donation, and please little more than one. "
            "Missing: a gift beside what such gifts usually are, not beside the basket.",
        ),
        Target(
            "E18.d",
            (below("new", "responses of those who never gave, less 1"),),
            sets="beliefs.gift_suspicion (its direction)",
        ),
    ),
)
