"""Everybody's two lives held against each other: who was won, saved, subsidised, put off.

Whoever lives twice, with an alternative and without it, is of exactly one class. Money is
in millionths and in whole numbers, so that classes add up to everybody, to the millionth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loyaltysim.evidence import register
from loyaltysim.results.census import still_there
from loyaltysim.simulation import Result

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CLASSES = (
    "won",
    "saved",
    "grown",
    "unchanged",
    "subsidised",
    "put off",
    "shrunk",
    "lost because of it",
)
"""What an alternative makes of somebody; by numbers, from 0."""

WON, SAVED, GROWN, UNCHANGED, SUBSIDISED, PUT_OFF, SHRUNK, LOST = range(len(CLASSES))

MEASURES = ("people", "contribution", "rewards")
"""Of each class: how many, the change in what they leave before rewards, and in rewards at cost
and discounts."""


@dataclass(frozen=True)
class Lives:
    """What everybody did in one world: a place each; money in millionths."""

    purchases: Ints
    """In the run, paid for or had for a reward."""
    known: Flags
    """Has ever bought, before the run or in it."""
    there: Flags
    """Is a customer on the last day (`still_there`)."""
    member: Flags
    revenue: Ints
    left: Ints
    """Revenue less goods, serving and compensation; before rewards and discounts."""
    rewards: Ints
    """Rewards at their cost, and discounts, which are revenue that was forgone."""


def lives_of(result: Result, purchases_before: Ints) -> Lives:
    """The lives of a run; purchases before it are not of it."""
    people = result.customers
    return Lives(
        purchases=people["purchases"] - purchases_before,
        known=people["purchases"] > 0,
        there=still_there(people),
        member=people["member"] == 1,
        revenue=people["revenue"].copy(),
        left=people["revenue"] + people["discounts"] - people["costs"] - people["compensation"],
        rewards=people["rewards"] + people["discounts"],
    )


def changed_share() -> float:
    """The share of purchases from which somebody has grown or shrunk."""
    return register()["classes.changed_share"].value


def classes_of(after: Lives, before: Lives) -> NDArray[np.int8]:
    """The number of everybody's class: with the alternative (`after`), against without it.

    The first that holds: won or put off (ever a customer in one world only), saved or lost
    because of it (there at the end in one only), grown or shrunk (of the purchases of the
    world with more of them, the other lacks more than `changed_share`), subsidised (more
    was given to them). The others are unchanged; most of them may never buy here.
    """
    least = 1.0 - changed_share()
    conditions = [
        after.known & ~before.known,
        before.known & ~after.known,
        after.there & ~before.there,
        before.there & ~after.there,
        before.purchases < least * after.purchases,
        after.purchases < least * before.purchases,
        after.rewards > before.rewards,
    ]
    kinds = [WON, PUT_OFF, SAVED, LOST, GROWN, SHRUNK, SUBSIDISED]
    return np.select(conditions, kinds, UNCHANGED).astype(np.int8)


def sums_of(kinds: NDArray[np.int8], after: Lives, before: Lives) -> Ints:
    """`MEASURES` of each class: shape (classes, measures)."""
    sums = np.zeros((len(CLASSES), len(MEASURES)), np.int64)
    sums[:, 0] = np.bincount(kinds, minlength=len(CLASSES))
    for column, change in (
        (1, after.left - before.left),
        (2, after.rewards - before.rewards),
    ):
        np.add.at(sums[:, column], kinds, change)
    return sums


def typical_of(kinds: NDArray[np.int8], after: Lives, before: Lives) -> Ints:
    """Of each class somebody in the middle: of those who buy, the nearest to the median net effect.

    The first of several by number, and of those who do not buy where nobody does; -1 where
    there is nobody at all.
    """
    net = (after.left - after.rewards) - (before.left - before.rewards)
    buys = (after.purchases > 0) | (before.purchases > 0)
    found = np.full(len(CLASSES), -1, np.int64)
    for kind in range(len(CLASSES)):
        among = np.flatnonzero((kinds == kind) & buys)
        if not len(among):
            among = np.flatnonzero(kinds == kind)
        if len(among):
            distance = np.abs(net[among] - np.median(net[among]))
            found[kind] = among[distance.argmin()]
    return found


def never_here(kinds: NDArray[np.int8], after: Lives, before: Lives) -> int:
    """How many of the unchanged buy nothing in either world."""
    return int(((kinds == UNCHANGED) & (after.purchases == 0) & (before.purchases == 0)).sum())


def subsidy_share(after: Lives, before: Lives) -> float:
    """Reward cost weighted by min(1, spend without / spend with), of all reward cost."""
    total = after.rewards.sum()
    if total == 0:
        return float("nan")
    spent = after.revenue.astype(float)
    share = np.divide(before.revenue, spent, out=np.ones_like(spent), where=spent > 0)
    return float((after.rewards * np.minimum(1.0, share)).sum() / total)


GROUPS = ("members", "others")
"""Whom a naive report compares: members, and all others who bought in the run."""


def groups_of(lives: Lives) -> Ints:
    """People and their revenue by group: shape (groups, 2)."""
    others = ~lives.member & (lives.purchases > 0)
    groups = (lives.member, others)
    return np.array([[int(group.sum()), int(lives.revenue[group].sum())] for group in groups])
