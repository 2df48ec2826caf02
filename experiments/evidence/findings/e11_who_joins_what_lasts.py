"""A grocer's card that people may take: who takes it first, what it does, and against a rival's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, above, below, between
from scipy.stats import spearmanr
from worlds import Lived, Worlds

from loyaltysim.customers.diary import AT_RIVAL, AWAY
from loyaltysim.report.experiments import Floats, Panel, Series

MONTH = 52.0 / 12.0
MONTHS = 18

SCENARIO = """
name: Grocer
currency: EUR
horizon: 2 years
market:
  people: 2000
  start: {suspect: 15%, prospect: 10%, first_time: 5%, repeat: 40%,
          client: 15%, advocate: 5%, lost: 10%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 2.5}
      basket: {mean: 30}
      buy_share: 80%
      share_of_wallet: 40%
firm:
  gross_margin: 25%
  staff: {count: 15, pay_per_week: 450}
alternatives:
  nothing: {}
  card:
    programme:
      points: {per_euro: 1, reward_at: 500, reward_cost: 3.75}
  rivals:
    rival: {copies_after: 1 weeks}
    programme:
      points: {per_euro: 1, reward_at: 500, reward_cost: 3.75}
"""


def outcome(world: Lived) -> tuple[float, float]:
    """Share of customers' occasions at which they are gone, and their share of wallet."""
    ever = (world.entry == AWAY) | world.here | (world.entry == AT_RIVAL)
    here = world.here.sum()
    return (world.entry == AWAY).sum() / ever.sum(), here / (here + (world.entry == AT_RIVAL).sum())


def measure(worlds: Worlds, replication: int) -> Sample:
    """Order of joining, effect by months since joining, and effects with and without rivals."""
    without, card, rivals = (
        worlds.live(name, replication) for name in ("nothing", "card", "rivals")
    )
    members = card.result.members[:, 0]
    joined = members["joined"] == 1
    date = members["joined_at"]
    # Before the programme is, for the same person, the first half-year without it.
    spent = without.bought(0.0, 26.0)
    gone, wallet = outcome(without)
    gone_card, wallet_card = outcome(card)
    gone_rivals, wallet_rivals = outcome(rivals)
    lift = []
    since = card.at - date[card.who]
    since_twin = without.at - date[without.who]
    for month in range(MONTHS):
        first, last = month * MONTH, (month + 1) * MONTH
        bought, twin = (
            (world.here & joined[world.who] & (age >= first) & (age < last)).sum()
            for world, age in ((card, since), (without, since_twin))
        )
        lift.append(bought / twin - 1.0)
    halved = np.flatnonzero(np.array(lift) < 0.5 * max(lift))
    peak = int(np.argmax(lift))
    after = halved[halved > peak]
    return {
        "months": float(after[0] + 0.5) if len(after) else float(MONTHS),
        "order": float(spearmanr(spent[joined], date[joined])[0]),
        "gone": gone_card / gone - 1.0,
        "wallet": wallet_card - wallet,
        "gone rivals": (gone_rivals - gone_card) / gone,
        "wallet rivals": wallet_rivals - wallet_card,
        "lift": np.array(lift),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Members' purchases against their own without the card, since joining."""
    months = np.arange(MONTHS) + 0.5
    series = [Series("", months, None, means["lift"], errors["lift"])]
    return Panel("Months since joining", "Members' purchases, against without", series)


FINDING = Finding(
    id="E11",
    title="Heavy buyers join first; a card keeps people, less so among other cards",
    scenario=SCENARIO,
    setting="Two and a half shopping occasions a week; points worth 1% of spending; joining is the "
    "customer's choice. Rival cards open with the firm's own, so the comparison is with neither.",
    measure=measure,
    picture=picture,
    terms=("progress_pull", "price_response", "member_stays", "join_by_gain"),
    targets=(
        Target(
            "E11.a",
            (between("months", "months until half of the peak lift", 4.0, 12.0),),
            sets="beliefs.programme_fades_weeks",
        ),
        Target(
            "E11.b",
            (below("order", "rank correlation of earlier spending and joining date"),),
            sets="beliefs.join_by_gain (its direction)",
        ),
        Target(
            "E11.c",
            (
                below("gone", "change of time away"),
                above("wallet", "change of share of wallet"),
                above("gone rivals", "time away, with rival cards - without"),
                below("wallet rivals", "share of wallet, with rival cards - without"),
            ),
        ),
    ),
)
