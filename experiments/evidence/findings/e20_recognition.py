"""An honour without material worth for active newcomers: who is still there a year on?"""

from __future__ import annotations

from finding import Finding, Sample, Target, above, between
from worlds import Worlds

SCENARIO = """
name: Volunteers
currency: EUR
horizon: 56 weeks
market:
  people: 8000
  start: {prospect: 10%, first_time: 60%, repeat: 30%}
  segments:
    - name: newcomers
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 10}
      buy_share: 60%
      share_of_wallet: 40%
      loss_per_year: 70%
firm:
  gross_margin: 90%
  staff: {count: 3, pay_per_week: 500}
alternatives:
  nothing: {}
  honoured:
    programme: {recognition: {form: public, from_week: 4}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Share active in the month after the honour, and in the last quarter, against without."""
    without, honoured = (worlds.live(name, replication) for name in ("nothing", "honoured"))
    chosen = honoured.result.customers["praised"][:, 0] > 0.0

    def active(first: float, last: float) -> float:
        mine = (honoured.bought(first, last) > 0)[chosen].mean()
        return float(mine / (without.bought(first, last) > 0)[chosen].mean())

    return {"month": active(4, 8.33), "later": active(43, 56) - 1.0}


FINDING = Finding(
    id="E20",
    title="An honour keeps newcomers",
    scenario=SCENARIO,
    setting="Newcomers of whom most leave within a year; all active in the fourth "
    "week are honoured.",
    measure=measure,
    terms=("recognition_pull", "goodwill_stays"),
    targets=(
        Target(
            "E20.a",
            (between("month", "active in the next month, honoured against not", 1.05, 1.35, 1.0),),
            miss="The default is a customer's, 5% more purchases; volunteers write for praise.",
        ),
        Target("E20.b", (above("later", "active in the fourth quarter, less 1"),)),
    ),
)
