"""Staff who like to work here a little more: how satisfied are customers, how do sales grow?"""

from __future__ import annotations

from collections.abc import Mapping

from finding import Finding, Sample, Target, between
from worlds import Lived, Worlds

from loyaltysim.ledger import ACCOUNTS
from loyaltysim.report.experiments import Floats, Panel, Series

QUARTER, HALF_YEAR, YEAR = 13, 26, 52
REVENUE = ACCOUNTS.index("revenue")

SCENARIO = """
name: Department store
currency: USD
horizon: 18 months
market:
  people: 8000
  start: {suspect: 20%, prospect: 15%, first_time: 5%, repeat: 35%, client: 10%, lost: 15%}
  segments:
    - name: shoppers
      share: 100%
      occasions_per_week: {mean: 1}
      basket: {mean: 50}
      buy_share: 60%
      share_of_wallet: 30%
firm:
  gross_margin: 35%
  staff: {count: 40, pay_per_week: 350, responds: true}
alternatives:
  usual: {}
  cheered: {firm: {staff: {recognitions_per_year: 20.6}}}
"""


def seen(world: Lived) -> tuple[Floats, Floats]:
    """Week by week, the satisfaction of customers, of 100, and the revenue."""
    there = world.kept["last_at"] > world.kept["lost_at"]
    satisfied = (world.kept["satisfaction"] * there).sum(axis=1) / there.sum(axis=1)
    return 10.0 * satisfied, world.result.ledger[:, :, REVENUE].sum(axis=1) / 1e6


def measure(worlds: Worlds, replication: int) -> Sample:
    """Satisfaction two quarters on, and sales of the year from then on, with and without."""
    keep = ("satisfaction", "last_at", "lost_at")
    usual, cheered = (seen(worlds.live(name, replication, keep)) for name in ("usual", "cheered"))
    change = cheered[0] - usual[0]
    year = slice(HALF_YEAR, HALF_YEAR + YEAR)
    return {
        "satisfaction": float(change[HALF_YEAR : HALF_YEAR + QUARTER].mean()),
        "growth": float(cheered[1][year].sum() / usual[1][year].sum() - 1.0),
        "weeks": change[::QUARTER],
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Satisfaction by quarter."""
    quarters = [str(number) for number in range(len(means["weeks"]))]
    series = [Series("", quarters, None, means["weeks"], errors["weeks"])]
    return Panel("Quarters since", "Satisfaction gained, of 100", series)


FINDING = Finding(
    id="E36",
    title="From the attitude of the staff to satisfaction to sales",
    scenario=SCENARIO,
    setting="A department store to which people could go once a week. Staff are praised so often "
    "(20.6 times a year) that morale comes to rest five points of a hundred higher; they quit a "
    "little less by it too. Satisfaction in the third quarter, sales of the year that begins with "
    "it; without the praise sales stay level, so what they are higher is growth. Size, visits and "
    "prices are own judgement.",
    measure=measure,
    picture=picture,
    terms=("morale_quality", "satisfaction_pull", "satisfaction_stays"),
    targets=(
        Target(
            "E36.a",
            (between("satisfaction", "points of customers' satisfaction", 0.7, 2.0, 0.0),),
            sets="beliefs.morale_quality",
            note="Lower, since morale takes two quarters to rise, and customers notice at their "
            "visits.",
        ),
        Target(
            "E36.b",
            (
                between(
                    "growth", "sales with the better attitude / without, less 1", 0.002, 0.009, 0
                ),
            ),
            miss="A point of satisfaction makes a choice likelier here and a loss less likely, "
            "and counts double below what is expected; together that moves sales several times as "
            "much as at that one firm.",
        ),
    ),
)
