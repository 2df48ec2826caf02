"""What one percent of retention, margin, or cost of acquisition changes in a customer base."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import numpy as np
from finding import Finding, Sample, Target, above, between
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

YEAR = 52
DISCOUNT = 0.12
LOSS = 0.20
STEP = 0.01

SCENARIO = """
name: Online firm
currency: USD
horizon: 15 years
market:
  people: 8000
  start: {suspect: 35%, prospect: 5%, first_time: 3%, repeat: 27%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: accounts
      share: 100%
      contract: {every: 1 months}
      basket: {mean: 20}
      buy_share: 100%
      share_of_wallet: 50%
      loss_per_year: 20%
firm:
  gross_margin: 60%
  staff: {count: 5, pay_per_week: 700}
  marketing: {budget_per_week: 1600}
alternatives:
  nothing: {}
  margin: {firm: {gross_margin: 60.6%}}
"""


def profits(world: Lived, rate: float = DISCOUNT) -> float:
    """Discounted profit from today's customers until they are lost."""
    counted = world.here & (world.at < world.lost[world.who])
    discounted = world.gain * (1.0 + rate) ** (-world.at / YEAR) / 1e6
    return float(world.per_person(counted, discounted)[world.at_start].sum())


def measure(worlds: Worlds, replication: int) -> Sample:
    """Elasticities of the value of today's customers, and of all, less what winning them costs."""
    stated = worlds.live("nothing", replication)
    risk = log((1.0 - LOSS) * (1.0 + STEP)) / log(1.0 - LOSS)
    kept = worlds.live("nothing", replication, risk=risk)
    margin = worlds.live("margin", replication)
    value = profits(stated)
    still, more = (float((w.lost[w.at_start] >= YEAR).mean()) for w in (stated, kept))
    # Where nobody stays, there is nothing to raise.
    raised = more / still - 1.0 if still else 0.0
    retention = (profits(kept) / value - 1.0) / raised if raised else np.nan
    rate = (1.0 - profits(stated, DISCOUNT * (1.0 + STEP)) / value) / STEP
    business = worlds.scenario.business
    factors = (1.0 + DISCOUNT) ** (-np.arange(business.weeks) / YEAR)
    acquisition = business.firm.marketing.budget_per_week * factors.sum()
    whole, wider = (
        float((w.gain * (1.0 + DISCOUNT) ** (-w.at / YEAR)).sum()) / 1e6 for w in (stated, margin)
    )
    return {
        "retention": retention,
        "beside arithmetic": retention / ((1.0 + DISCOUNT) / (1.0 + DISCOUNT - still)),
        "margin": (wider / whole - 1.0) * whole / (whole - acquisition) / STEP,
        "acquisition": acquisition / (whole - acquisition),
        "leverage": retention / rate - 1.0,
        "elasticities": np.array([retention, (profits(margin) / value - 1.0) / STEP, rate]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """The elasticities of the value of today's customers."""
    names = ("retention", "margin", "discount rate")
    series = [Series("", names, None, means["elasticities"], errors["elasticities"])]
    return Panel("", "Elasticity of the value of today’s customers", series)


FINDING = Finding(
    id="E40",
    title="Retention moves the value of a customer base most, then margin, then acquisition",
    scenario=SCENARIO,
    setting="Monthly bills, a fifth lost a year, fifteen years at 12%; today's "
    "customers until they are lost, for margin and acquisition all customers less marketing, "
    "which takes about a tenth of the revenue. The risk of leaving is lowered for all, and the "
    "elasticity is that to the share who are still there after a year.",
    measure=measure,
    picture=picture,
    replications=8,
    targets=(
        Target(
            "E40.a",
            (between("beside arithmetic", "elasticity / ((1 + i) / (1 + i - r))", 0.85, 1.15),),
            miss="Arithmetic takes one retention for all and for ever. Here people differ: those "
            "whom a lower risk keeps are at risk again next year, and a percent more of retention "
            "in the first year is less than that later, when mostly the loyal are left.",
        ),
        Target("E40.b", (between("margin", "margin's elasticity", 0.95, 1.5),)),
        Target(
            "E40.c",
            (between("acquisition", "acquisition's elasticity", 0.02, 0.5),),
            note="Arithmetic of the budget that the setting states: newcomers stay as many.",
        ),
        Target(
            "E40.d",
            (above("leverage", "retention's elasticity / the discount rate's, less 1"),),
            note="Direction only. With a constant retention the ratio is (1 + i) / i, 9 at 12%.",
        ),
    ),
)
