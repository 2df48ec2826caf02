"""Thank-you calls and cards after a purchase: does anybody come back for them?"""

from __future__ import annotations

from finding import Check, Finding, Sample, Target
from worlds import Worlds

SCENARIO = """
name: Thanks
currency: USD
horizon: 1 years
market:
  people: 6000
  start: {prospect: 20%, first_time: 40%, repeat: 35%, client: 5%}
  segments:
    - name: donors
      share: 100%
      occasions_per_week: {mean: 0.06}
      basket: {mean: 100}
      buy_share: 60%
      share_of_wallet: 40%
firm:
  gross_margin: 90%
  staff: {count: 3, pay_per_week: 500}
alternatives:
  nothing: {}
  thanked:
    programme: {recognition: {form: thanks, every: 13 weeks, cost_per_contact: 1}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Share who came again, thanked against not."""
    again = [
        float((worlds.live(n, replication).bought() > 0).mean()) for n in ("nothing", "thanked")
    ]
    return {"ratio": again[1] / again[0]}


FINDING = Finding(
    id="E19",
    title="Thanks are heard, and change nothing",
    scenario=SCENARIO,
    setting="Donors who give about once a year, thanked every quarter or not.",
    measure=measure,
    terms=("thanks_pull",),
    targets=(
        Target(
            "E19.a",
            (Check("ratio", "share who came again, thanked against not", 0.97, 1.03),),
            sets="beliefs.thanks_pull",
        ),
        Target(
            "E19.d",
            (Check("ratio", "share who came again, thanked against not", 0.97, 1.03),),
            note="Hand-written or printed makes no difference in the model.",
            sets="beliefs.thanks_pull",
        ),
    ),
)
