"""Points with a year's validity and without: who buys more for it, and what is never redeemed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, between
from worlds import Worlds, groups_of

from loyaltysim.report.experiments import Floats, Panel, Series

BEFORE = 26
"""Weeks of the world without a programme by which customers are told apart."""

FIFTHS = 5

SCENARIO = """
name: International retailer
currency: USD
horizon: 2 years
market:
  people: 3000
  start: {suspect: 15%, prospect: 10%, first_time: 10%, repeat: 40%,
          client: 12%, advocate: 3%, lost: 10%}
  segments:
    - name: shoppers
      share: 100%
      occasions_per_week: {mean: 0.6}
      basket: {mean: 40}
      buy_share: 80%
      share_of_wallet: 40%
firm:
  gross_margin: 35%
  staff: {count: 8, pay_per_week: 450}
alternatives:
  nothing: {}
  lasting:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 300, reward_cost: 3.9}
  expiring:
    programme:
      automatic: true
      points: {per_dollar: 1, reward_at: 300, reward_cost: 3.9, expires_after: 6 months}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases with expiry against without, by usage, and value redeemed of that issued."""
    without, lasting, expiring = (
        worlds.live(name, replication) for name in ("nothing", "lasting", "expiring")
    )
    pace = without.bought(0.0, BEFORE)
    fifths = groups_of(pace, pace > 0.0, FIFTHS)
    before, after = lasting.bought(BEFORE), expiring.bought(BEFORE)
    changes = np.array([after[g].sum() / before[g].sum() - 1.0 for g in fifths])
    issued, redeemed, _ = lasting.result.flows.sum(axis=(0, 1, 2))
    # What was taken at once cannot have been piled up.
    members = lasting.result.members[:, 0]
    piled = float((members["balance"][members["joined"] == 1] >= 300).mean())
    return {
        "heavy": changes[-1],
        "differs": changes[-1] - changes[0],
        "breakage": 1.0 - redeemed / issued if issued else np.nan,
        "piled": piled,
        "changes": changes,
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """What expiry changes, by how often customers came."""
    fifths = np.arange(1, FIFTHS + 1)
    series = [Series("", fifths, None, means["changes"], errors["changes"])]
    return Panel("Fifth of customers by visits before", "Purchases, with expiry / without", series)


FINDING = Finding(
    id="E15",
    title="Points are piled up and partly forgotten; expiry hurries those who can",
    scenario=SCENARIO,
    setting="A purchase here every five weeks or so; points worth 2%, a reward for 300 spent; "
    "valid for half a year, or for ever.",
    measure=measure,
    picture=picture,
    terms=("price_response", "progress_pull", "member_stays"),
    targets=(
        Target(
            "E15.a",
            (between("breakage", "share of issued value not redeemed in 2 years", 0.15, 0.45),),
            sets="programme.points.redeems_per_visit",
        ),
        Target(
            "E15.d",
            (above("piled", "members who hold a reward that they could have taken"),),
            sets="programme.points.redeems_per_visit",
        ),
        Target(
            "E15.e",
            (
                above("heavy", "purchases of the heaviest fifth, with expiry / without, less 1"),
                above("differs", "the same, heaviest - lightest fifth"),
            ),
        ),
    ),
)
