"""The classes of customers who live twice, and members beside their twins, in words and figures.

Shared by the page and the command line; needs no picture library.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from loyaltysim.evidence import register
from loyaltysim.report.figures import MISSING, number, share, step_of, with_error
from loyaltysim.report.words import without_twins
from loyaltysim.results.classes import changed_share

if TYPE_CHECKING:
    from loyaltysim.results.comparison import Comparison


def meanings() -> dict[str, str]:
    """What each class is."""
    much = share(changed_share(), 0)
    return {
        "won": "a customer with it, who never would have been one without it",
        "saved": "a customer at the end, who would have been lost without it (or stayed lost)",
        "grown": f"more than {much} of the purchases would not have been made without it",
        "unchanged": "buys as often without it and has no reward, or never buys here at all",
        "subsidised": "buys as often without it and has rewards for it",
        "put off": "never a customer with it, who would have been one without it",
        "shrunk": f"more than {much} of the purchases without it are not made with it",
        "lost because of it": "lost at the end, who would have been a customer without it",
    }


def classes_said(comparison: Comparison) -> str:
    """What the classes and their money are, in sentences, and of whom there are none."""
    said = [f"{name.capitalize()}: {meaning}." for name, meaning in meanings().items()]
    said.append(
        "The first that fits, won and put off before saved and lost, these before the others; so "
        "everybody is in one. Money: what they leave more or less than without it (revenue less "
        "goods, serving, rewards and compensation); together, less what belongs to no single "
        "customer (set-up, running, time at the till, pay), it makes the incremental profit."
    )
    return " ".join([*said, without_twins(comparison)]).strip()


def members_said() -> str:
    """Why members must not be held against non-members, and what uplift and pull-forward are."""
    months = number(register()["pull_forward.window"].value, 1.0)
    return (
        "Naive: how much more a member spends a year than a customer who is none. That flatters "
        "any programme, one that does nothing included: who buys often has most to gain, joins, "
        "and would have bought often anyway. True: what the same members spend more than they do "
        "without the programme. Both are revenue for each member and year. Uplift: revenue of the "
        f"whole business against the reference, in the first {months} months and over the horizon. "
        "Pull-forward: the first less the second, in percentage points, the part of an early "
        "uplift that does not last, because purchases were only made earlier, the novelty wore "
        "off, or rewards replaced purchases; below zero, the effect grows instead."
    )


class ClassCells:
    """How many there are of a class and what they leave, written alike for all alternatives."""

    def __init__(self, comparison: Comparison) -> None:
        self._table = comparison.classes.set_index(["alternative", "class"])
        half = self._table["net_high"] - self._table["net_low"]
        self._widest = step_of(float(half.max()) / 2.0)

    def people(self, alternative: str, kind: str) -> str:
        """How many."""
        return number(self._table.loc[(alternative, kind), "people"], 1.0)

    def net(self, alternative: str, kind: str, size: float = 1.0) -> str:
        """What they leave more or less, and below it its error; in units of `size`."""
        row = self._table.loc[(alternative, kind)]
        if not row["people"] > 0.0:
            return ""
        half = (row["net_high"] - row["net_low"]) / 2.0
        both = with_error(row["net"] / size, half / size, self._widest / size)
        return both.replace(" ±", "\n±")  # The table stays narrow.

    def together(self, alternative: str, size: float = 1.0) -> str:
        """The sum over the classes."""
        net = self._table.loc[alternative, "net"].sum(skipna=False)
        return number(net / size, self._widest / size)


def more(row: pd.Series, name: str, of: float) -> tuple[str, str]:
    """An amount with its error; and what share that is of another amount, with its sign."""
    mean, half = row[name], (row[f"{name}_high"] - row[f"{name}_low"]) / 2.0
    if not math.isfinite(mean):
        return MISSING, ""
    return with_error(mean, half, step_of(half)), plus(mean / of) if of > 0.0 else ""


def plus(x: float) -> str:
    """A share with its sign.

    >>> plus(0.125), plus(-0.02), plus(0.0)
    ('+12.5%', '−2.0%', '0.0%')
    """
    text = share(x)
    return f"+{text}" if x > 0.0 and text.strip("0.%") else text


def points(mean: float, low: float, high: float) -> str:
    """A difference of shares in percentage points, with its error.

    >>> points(0.037, 0.021, 0.053)
    '3.7 ± 1.6'
    """
    if not math.isfinite(mean):
        return MISSING
    half = 50.0 * (high - low)
    return f"{number(100.0 * mean, 0.1)} ± {number(half, 0.1)}" if half > 0.0 else number(mean)
