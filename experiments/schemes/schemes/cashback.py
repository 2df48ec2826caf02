"""Cashback: what comes back of the money that is paid back, and when."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below
from shop import shop
from signature import Chart, Signature, by_week, percent_more
from worlds import Lived, Worlds

from loyaltysim.ledger import ACCOUNTS, MICRO
from loyaltysim.report.experiments import Floats

SCENARIO = shop("""
cashback:
  programme: {automatic: true, cashback: {back: 5%, paid_every: 6 months}}
""")

PAID, STEP = 26, 2
"""Week of the payment; curves are of so many weeks together."""

WEEKS = range(STEP, 25, STEP)
AROUND = 12


def revenue(world: Lived) -> Floats:
    """Revenue of each week, in the currency."""
    account = ACCOUNTS.index("revenue")
    return np.asarray(world.result.ledger[:, :, account].sum(axis=1) / MICRO)


def measure(worlds: Worlds, replication: int) -> Sample:
    """What is spent of a payment by weeks after it, and purchases around it.

    Beside the same people without the scheme live those who get the money and spend none of it
    here: what lies between them and the others is what the money does.
    """
    without, world = (worlds.live(name, replication) for name in ("nothing", "cashback"))
    unspent = worlds.but({"windfall_respent": 0.0}).live("cashback", replication)
    paid = world.result.flows[PAID - 2 : PAID + 6, 0, :, 1].sum() / 100.0
    extra = np.cumsum((revenue(world) - revenue(unspent))[PAID:])
    spent = 100.0 * extra[np.array(WEEKS) - 1] / paid
    bins = slice(PAID - AROUND, PAID + AROUND)
    with_it, before = (
        by_week(one).sum(axis=0)[bins].reshape(-1, STEP).sum(axis=1) for one in (world, without)
    )
    around = percent_more(with_it, before)
    half = len(around) // 2
    return {
        "spent": spent,
        "around": around,
        "bump": around[half : half + 2].mean() - around[:half].mean(),
        "end": spent[-1],
        "late": (spent[-1] - spent[len(spent) // 2]) - spent[len(spent) // 2],
    }


SIGNATURE = Signature(
    question="How much of what is paid back is spent here again, and how soon?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks since the payment",
            "Of the money paid, spent here (%)",
            WEEKS,
            {"spent": "cashback"},
            zero=True,
        ),
        Chart(
            "Weeks from the payment",
            "Purchases, against without (%)",
            range(-AROUND + STEP // 2, AROUND, STEP),
            {"around": "cashback"},
            event=0.0,
        ),
    ),
    effects=(
        above("end", "of the money paid, spent here within 24 weeks, %"),
        below("late", "the same, spent after week 14 less until then, points"),
        above("bump", "purchases in four weeks after the payment, against before it, points"),
    ),
    look=(
        "Money that comes back is partly spent here, the larger part of that within a few months.",
        "Before a payment the money to come pulls; after it, what has come is spent.",
    ),
)
