"""E-mails that offer something to everybody alike, or to the person: who takes notice?"""

from __future__ import annotations

from finding import Finding, Sample, Target, between, nothing
from worlds import Worlds

SCENARIO = """
name: E-mails
currency: USD
horizon: 13 weeks
market:
  people: 10000
  start: {suspect: 5%, prospect: 15%, first_time: 10%, repeat: 50%, client: 20%}
  segments:
    - name: readers
      share: 100%
      occasions_per_week: {mean: 0.4}
      basket: {mean: 50}
      buy_share: 60%
      share_of_wallet: 35%
firm:
  gross_margin: 50%
  staff: {count: 8, pay_per_week: 500}
alternatives:
  generic:
    programme: {coupons: {off: 10%, valid: 4 weeks, every: 4 weeks, to: everybody}}
  named:
    programme: {coupons: {off: 10%, valid: 4 weeks, every: 4 weeks, to: everybody, personal: true}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Users of the offer and all purchases, personal against generic."""
    generic, named = (worlds.live(name, replication) for name in ("generic", "named"))
    users = [float((w.result.customers["discounts"] > 0).sum()) for w in (generic, named)]
    return {
        "used": users[1] / users[0],
        "more": users[1] / users[0] - 1.0,
        "bought": float(named.bought().sum() / generic.bought().sum() - 1.0),
    }


FINDING = Finding(
    id="E21",
    title="A name in an e-mail: a little, or nothing",
    scenario=SCENARIO,
    setting="Three e-mails within a quarter, each with 10% off a purchase; those with a name make "
    "the same offer, seen as chosen for the person.",
    measure=measure,
    targets=(
        Target(
            "E21.a",
            (between("used", "people who used an offer, with a name / without", 1.0, 1.25, 1.0),),
            sets="beliefs.personal_response",
            note="E-mails that are opened are not told from offers that are used.",
        ),
        Target(
            "E21.d",
            (
                nothing("more", "the same, less 1", 0.01),
                nothing("bought", "all purchases, with a name against without", 0.01),
            ),
            sets="beliefs.personal_response",
            note="The default lies halfway between the first study and the repetition.",
        ),
    ),
)
