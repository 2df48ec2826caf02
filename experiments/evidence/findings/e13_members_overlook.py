"""The same failures for members and for the same people without a programme: who leaves?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, between
from worlds import Worlds

from loyaltysim.ledger import COUNTS
from loyaltysim.report.experiments import Floats, Panel, Series

GONE = [COUNTS.index(name) for name in ("lost_knowingly", "lost_silently", "fell_asleep")]
WORLDS = ("nothing", "worse", "members", "worse members")

SCENARIO = """
name: Card issuer
currency: USD
horizon: 1 year
market:
  people: 2500
  start: {first_time: 5%, repeat: 55%, client: 30%, advocate: 10%}
  segments:
    - name: holders
      share: 100%
      occasions_per_week: {mean: 3}
      basket: {mean: 40}
      buy_share: 90%
      share_of_wallet: 45%
firm:
  gross_margin: 20%
  staff: {count: 20, pay_per_week: 500}
  service: {failure_per_visit: 1%}
alternatives:
  nothing: {}
  worse:
    firm: {service: {failure_per_visit: 4%}}
  members:
    programme: &points
      automatic: true
      points: {per_dollar: 1, reward_at: 2000, reward_cost: 16, reward_value: 20}
  worse members:
    firm: {service: {failure_per_visit: 4%}}
    programme: *points
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Customers lost or asleep by more failures, among members and without a programme."""
    gone = {}
    for name in WORLDS:
        world = worlds.live(name, replication)
        gone[name] = float(world.result.counts[:, :, GONE].sum()) / world.people
    plain = gone["worse"] - gone["nothing"]
    members = gone["worse members"] - gone["members"]
    return {
        "overlooked": plain - members,
        "sensitivity": members / plain if plain else np.nan,
        "gone": np.array([gone[name] for name in WORLDS]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Losses in the four worlds."""
    names = ("few failures", "many", "few, members", "many, members")
    series = [Series("", names, None, means["gone"], errors["gone"])]
    return Panel("", "Share lost or asleep in a year", series)


FINDING = Finding(
    id="E13",
    title="Members overlook a bad experience",
    scenario=SCENARIO,
    setting="A card used a few times a week; points worth 1%; failures at 1% and at 4% of uses.",
    measure=measure,
    picture=picture,
    terms=("member_stays", "satisfaction_stays", "leave_after_failure"),
    targets=(
        Target(
            "E13.a",
            (
                above("overlooked", "extra losses by failures, without - with membership"),
                between("sensitivity", "their ratio, members / others", 0.5, 0.9, neutral=1.0),
            ),
        ),
    ),
)
