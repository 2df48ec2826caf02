"""Whom a points programme saves and whom it pays for nothing, by how much they bought before."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from numpy.typing import NDArray
from shop import shop
from signature import Chart, Signature
from worlds import Lived, Worlds, groups_of

from loyaltysim.ledger import MICRO
from loyaltysim.report.experiments import Floats
from loyaltysim.results.classes import GROWN, SAVED, SUBSIDISED, Lives, classes_of, lives_of

SCENARIO = shop(
    """
points:
  programme:
    automatic: true
    points: {per_euro: 10, reward_at: 1000, reward_cost: 2.1, reward_value: 5.5}
""",
    horizon="2 years",
)

BEFORE = 26
"""Weeks of the world without a scheme by which customers are told apart."""

DECILES = range(1, 11)
SHOWN = {"saved": SAVED, "grown": GROWN, "subsidised": SUBSIDISED}


def deciles(without: Lived) -> list[NDArray[np.bool_]]:
    """Customers by what they bought in the first half year without a scheme, fewest first."""
    pace = without.bought(0.0, BEFORE)
    return groups_of(pace, pace > 0.0, len(DECILES))


def lives(world: Lived) -> Lives:
    """What everybody did in a world."""
    return lives_of(world.result, world.result.customers["purchases"] - world.bought().astype(int))


def each(values: NDArray[np.int64], groups: list[NDArray[np.bool_]]) -> Floats:
    """An amount in millionths, in the currency, for a customer of each group."""
    return np.array([values[group].mean() for group in groups]) / MICRO


def measure(worlds: Worlds, replication: int) -> Sample:
    """People of each class, and what they leave more or less after rewards, by decile."""
    without, world = (worlds.live(name, replication) for name in ("nothing", "points"))
    groups = deciles(without)
    after, before = lives(world), lives(without)
    kinds = classes_of(after, before)
    net = (after.left - after.rewards) - (before.left - before.rewards)
    sample: dict[str, Floats] = {}
    for name, kind in SHOWN.items():
        sample[f"{name} net"] = each(np.where(kinds == kind, net, 0), groups)
        sample[f"{name} people"] = np.array([100.0 * (kinds[g] == kind).mean() for g in groups])
    sample["all net"] = each(net, groups)
    people, rewards = sample["subsidised people"], after.rewards
    return {
        **sample,
        "more": people[-1] - people[0],
        "paid": 100.0 * rewards[kinds == SUBSIDISED].sum() / rewards.sum(),
        "saved": sample["saved net"].sum(),
        "lost": sample["subsidised net"].sum(),
    }


SIGNATURE = Signature(
    question="Whom do points save, and whom do they pay for what they would have bought anyway?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Decile of customers by earlier purchases",
            "People (%)",
            DECILES,
            {f"{name} people": name for name in SHOWN},
            zero=True,
        ),
        Chart(
            "Decile of customers by earlier purchases",
            "Left after rewards, against without (EUR each)",
            DECILES,
            {**{f"{name} net": name for name in SHOWN}, "all net": "everybody"},
        ),
    ),
    effects=(
        above("more", "subsidised, heaviest decile less lightest, points"),
        above("saved", "net of the saved, EUR for one customer of each decile"),
        below("lost", "net of the subsidised, EUR for one customer of each decile"),
    ),
    told={"paid": "of all rewards, paid to the subsidised, %"},
    look=(
        "The saved are customers at the end of two years who would not have been; the grown buy a "
        "tenth more or better; the subsidised do as before, and are paid for it.",
        "The heavier a customer already was, the more often the reward changes nothing.",
        "Nothing is meant loosely: the subsidised buy up to a tenth more, which may pay for their "
        "rewards.",
    ),
)
