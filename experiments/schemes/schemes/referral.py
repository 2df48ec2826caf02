"""A referral reward, for who brings somebody alone or for both: newcomers, and their cost."""

from __future__ import annotations

import numpy as np
from finding import Sample, above
from shop import shop
from signature import Chart, Signature
from worlds import WORD, Lived, Worlds

from loyaltysim.ledger import MICRO
from loyaltysim.report.experiments import Floats

SCENARIO = shop(
    """
one-sided:
  programme: {automatic: true, referral: {reward_cost: 1.8, reward_value: 6}}
two-sided:
  programme: {automatic: true, referral: {reward_cost: 1.8, reward_value: 6, welcome_off: 30%}}
""",
    horizon="52 weeks",
    people=6000,
)

ARMS = ("nothing", "one-sided", "two-sided")
STEP = 4
"""Weeks of a point: about a month."""


def newcomers(world: Lived) -> Floats:
    """People by month of their first purchase, of those who came by a customer's word."""
    first = world.result.customers["first_at"][world.came_by == WORD]
    edges = np.arange(0, world.result.business.weeks + 1, STEP)
    return np.histogram(first[np.isfinite(first)], edges)[0].astype(float)


def spent(world: Lived) -> float:
    """Rewards and shares off, in the currency."""
    people = world.result.customers
    return float((people["rewards"] + people["discounts"]).sum() / MICRO)


def measure(worlds: Worlds, replication: int) -> Sample:
    """Newcomers by month; for each more than without a reward, what was paid and what is left."""
    lived = {name: worlds.live(name, replication) for name in ARMS}
    brought = {name: newcomers(world) for name, world in lived.items()}
    sums = []
    for name in ARMS[1:]:
        more = brought[name].sum() - brought["nothing"].sum()
        left = lived[name].left() - lived["nothing"].left()
        new = (lived[name].came_by == WORD) & (lived[name].bought() > 0.0)
        sums.append([spent(lived[name]) / more, left[new].sum() / more, left[~new].sum() / more])
    paid, left_by_new, left_by_others = np.array(sums).T
    return {
        **brought,
        "paid": paid,
        "new": left_by_new,
        "others": left_by_others,
        "one": brought["one-sided"].sum() - brought["nothing"].sum(),
        "two": brought["two-sided"].sum() - brought["one-sided"].sum(),
        "worth": left_by_new[0] - paid[0],
    }


SIGNATURE = Signature(
    question="How many newcomers does a reward for bringing them win, and at what cost?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks since launch",
            "Newcomers brought in four weeks",
            range(STEP, 53, STEP),
            {"nothing": "no reward", "one-sided": "one-sided", "two-sided": "two-sided"},
            zero=True,
        ),
        Chart(
            "Reward",
            "EUR for each newcomer more than without",
            ARMS[1:],
            {
                "paid": "paid: rewards and welcome",
                "new": "left within the year by newcomers",
                "others": "and by all others, more",
            },
            zero=True,
            joined=False,
        ),
    ),
    effects=(
        above("one", "newcomers in a year, one-sided reward less none"),
        above("two", "newcomers in a year, two-sided less one-sided"),
        above("worth", "left within the year less paid, for each newcomer more, one-sided, EUR"),
    ),
    look=(
        "Rewards are paid for those too who would have been brought for nothing: the cost of one "
        "more newcomer is higher than that of one reward.",
        "An offer for the newcomer makes the first purchase cheaper, and easier.",
        "The words reach customers too, who think better of the shop, and who speaks for it feels "
        "bound to it: most of what others leave more is that (good_word_pull and commitment_pull).",
    ),
)
