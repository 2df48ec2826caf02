"""Customers who bring others, against matched ones who do not, and against those merely invited."""

from __future__ import annotations

from finding import Finding, Sample, Target, above, below, between
from worlds import Worlds, groups_of

SCENARIO = """
name: Mobile provider
currency: EUR
horizon: 1 years
market:
  people: 48000
  start: {suspect: 30%, prospect: 20%, first_time: 5%, repeat: 30%, client: 12%, advocate: 3%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 0.7}
      basket: {mean: 30}
      buy_share: 80%
      share_of_wallet: 60%
      loss_per_year: 19%
firm:
  gross_margin: 50%
  staff: {count: 10, pay_per_week: 700}
alternatives:
  nothing: {}
  referral:
    programme: {automatic: true, referral: {reward_cost: 25, reward_value: 25}}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Losses and spending in the second half-year, of those who brought somebody in the first.

    Others are matched to them by what they spent in the first half, in forty classes.
    """
    world = worlds.live("referral", replication)
    people = world.result.customers
    before = world.left(0, 26)
    brought = world.first_brought < 26.0
    there = (before > 0) & ((people["lost_at"] >= 26.0) | ~(people["lost_at"] >= 0.0))
    lost = (people["lost_at"] >= 26.0).astype(float)
    referrers, others = there & brought, there & ~brought
    spent = world.left(26, 52)
    classes = groups_of(before, there, 40)
    mine = theirs = spent_mine = spent_theirs = 0.0
    for alike in classes:
        one, other = referrers & alike, others & alike
        if other.any():
            mine += lost[one].sum()
            theirs += one.sum() * lost[other].mean()
            spent_mine += spent[one].sum()
            spent_theirs += one.sum() * spent[other].mean()
    return {
        "matched": (mine - theirs) / referrers.sum(),
        "ratio": mine / theirs,
        "spending": spent_mine / spent_theirs - 1.0,
    }


FINDING = Finding(
    id="E46",
    title="Who brings others leaves less",
    scenario=SCENARIO,
    setting="Contracts are not modelled as such here; 19% are lost in a year.",
    measure=measure,
    terms=("commitment_pull", "recommends_by_satisfaction"),
    targets=(
        Target(
            "E46.a",
            (between("ratio", "share lost, who brought others / matched ones", 0.3, 0.7, 1.0),),
            sets="beliefs.commitment_pull (its direction)",
            note="A companion keeps one by a quarter, and the goodwill of having spoken for the "
            "firm fades within two months. The published difference holds those who would have "
            "stayed anyway too. Missing: a commitment that lasts.",
        ),
        Target(
            "E46.b",
            (below("matched", "share lost, those who brought others less matched others"),),
            sets="beliefs.commitment_pull (its direction)",
        ),
        Target(
            "E46.c",
            (above("spending", "spending in the next half-year, / matched others, less 1"),),
            miss="Too few bring others within half a year to tell, and what they spend more for "
            "having spoken for the firm is gone within two months.",
        ),
    ),
)
