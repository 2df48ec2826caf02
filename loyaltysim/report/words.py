"""A comparison's answer in plain words.

Shared by the page and the command line; needs no picture library.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.report.figures import (
    IN_MILLIONS,
    horizon,
    money,
    runs,
    share,
    span,
    step_of,
    steps_of,
)
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.scenario.alternatives import COPIED

if TYPE_CHECKING:
    from loyaltysim.results.comparison import Comparison

FEW = 10
"""With fewer replications than this, shares of runs are called a first impression."""

CAUSES = {
    "product": "product was faulty",
    "treatment": "badly treated, or a detail missed",
    "systems": "shop, site or delivery failed",
    "promises": "promise was broken",
    "answer": "complaint was answered badly",
    "unskilled": "staff lacked practice",
    "overload": "staff lacked time",
    "contact": "people they knew left",
    "price": "price",
    "envy": "others were favoured",
    "taken_away": "something was taken away",
    "rivals": "rivals pulled or held them",
    "word": "warned by others",
    "none": "none of these",
}
"""Causes of loss in words."""

MARGINS = {
    "joining": "customers who would not have come",
    "staying": "customers who would have been lost or asleep",
    "choosing": "purchases won from rivals",
    "category growth": "purchases that would not have been made anywhere",
    "amount": "more or less per purchase, rewards taken in place of a purchase included",
}
"""What each margin of a gain is."""

_TOSS_UP = (0.4, 0.6)
_CLEAR = 0.8


def margins_said(comparison: Comparison) -> str:
    """What the margins are and make together, in sentences, and of whom there are none."""
    said = [f"{name.capitalize()}: {meaning}." for name, meaning in MARGINS.items()]
    said.append(
        "Together, less rewards and all other costs that differ, they make the incremental profit."
    )
    return " ".join([*said, without_twins(comparison)]).strip()


def without_twins(comparison: Comparison) -> str:
    """Of which alternatives single customers cannot be held against their twins, and why."""
    table = comparison.margins
    apart = table.loc[table["amount"].isna(), "alternative"].unique()
    if not len(apart):
        return ""
    names = ", ".join(_quoted(str(name)) for name in apart)
    return (
        f"Not available for {names}: people meet other occasions there than with the "
        "reference, so there are no twins to compare."
    )


def answer(comparison: Comparison) -> list[str]:
    """What the comparison says, in two to five plain statements, the decision first.

    Plain text: whatever shows it as HTML must escape it.
    """
    return _Answer(comparison).statements()


def contenders(comparison: Comparison) -> list[str]:
    """The alternatives that a firm can choose: all but the reference and those copied."""
    names = comparison.names
    return [n for n in names if n != comparison.reference and not is_copy(n, names)]


def is_copy(name: str, names: list[str]) -> bool:
    """Whether this is an alternative of these with a rival that copies its programme."""
    return name.endswith(COPIED) and name.removesuffix(COPIED) in names


def best(comparison: Comparison) -> str:
    """The contender with the highest incremental profit as stated."""
    profit = comparison.alternatives["incremental_profit"]
    chosen = contenders(comparison) or [n for n in comparison.names if n != comparison.reference]
    return str(profit[chosen].idxmax()) if chosen else comparison.reference


def has_new_programme(comparison: Comparison, name: str) -> bool:
    """Whether an alternative has a programme, and another than the reference."""
    worlds = comparison.scenario.alternatives
    programme = worlds[name].programme
    return programme is not None and programme != worlds[comparison.reference].programme


class _Answer:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.frame = comparison.alternatives
        business = comparison.scenario.business
        self.currency = business.currency
        self.horizon = horizon(business.horizon)
        self.ranges = len(comparison.runs["ranges"])
        self.steps = steps_of(self.frame["low"], self.frame["high"])
        self.wide_steps = steps_of(self.frame["ranges_low"], self.frame["ranges_high"])

    def statements(self) -> list[str]:
        names = contenders(self.comparison)
        if not names:
            return ["There is no alternative to compare with the reference."]
        top = best(self.comparison)
        said = [self._best(top) + self._owed(top), self._sure(top)]
        programmes = [n for n in names if has_new_programme(self.comparison, n)]
        others = [n for n in names if n not in programmes]
        if programmes:
            programme = self._first_of(programmes)
            if others:
                said.append(self._people_or_programme(self._first_of(others), programme))
            if programme != top:
                said.append(self._sure(programme))
            said.append(self._copied(programmes, others))
        said += [self._own_loss(), few(self.comparison)]
        return [s for s in said if s]

    def _first_of(self, names: list[str]) -> str:
        return str(self.frame.loc[names, "incremental_profit"].idxmax())

    def _bounds(self, name: str) -> str:
        row = self.frame.loc[name]
        step = self.steps[name]
        return f"95% interval {_range_of_money(row['low'], row['high'], self.currency, step)}"

    def _money(self, x: float, step: float) -> str:
        return money(x, self.currency, step)

    def _best(self, top: str) -> str:
        row = self.frame.loc[top]
        reference = _quoted(self.comparison.reference)
        amount = self._money(abs(row["incremental_profit"]), self.steps[top])
        mean, low, high = row["incremental_profit"], row["low"], row["high"]
        only = len(contenders(self.comparison)) == 1
        if low > 0.0:
            pays = "pays" if only else "pays most"
            return (
                f"With everything as stated, {_quoted(top)} {pays}: {amount} more profit over "
                f"{self.horizon} than {reference} ({self._bounds(top)})."
            )
        if mean > 0.0:
            subject = _quoted(top) if only else f"the best alternative, {_quoted(top)},"
            return (
                f"With everything as stated, {subject} brings {amount} more profit over "
                f"{self.horizon} than {reference}, but luck alone could explain that "
                f"({self._bounds(top)}, zero included)."
            )
        if mean == 0.0 and low == high:
            return f"{_quoted(top)} changes nothing against {reference}."
        loses = (
            f"{_quoted(top)} earns {amount} less"
            if only
            else (
                f"no alternative earns more than {reference} over {self.horizon}; "
                f"the least bad, {_quoted(top)}, earns {amount} less"
            )
        )
        tail = f" than {reference} over {self.horizon}" if only else ""
        maybe = ", zero included" if high > 0.0 else ""
        return f"With everything as stated, {loses}{tail} ({self._bounds(top)}{maybe})."

    def _owed(self, name: str) -> str:
        """What members can still claim at the end, which no profit has paid for yet."""
        owed = float(self.frame.loc[name, "owed"])
        if owed <= 0.0:
            return ""
        amount = self._money(owed, 0.0)
        return f" Rewards that members can still claim at the end would take {amount} of it."

    def _own_loss(self) -> str:
        profit = float(self.frame.loc[self.comparison.reference, "profit"])
        if profit >= 0.0:
            return ""
        return (
            f"The business itself loses {self._money(-profit, 0.0)} over {self.horizon} as stated: "
            "are people, prices and costs of one size?"
        )

    def _sure(self, name: str) -> str:
        """P over the ranges beside P as stated, and the share of wallet, in words."""
        row = self.frame.loc[name]
        p, low, high = row["p_pays_ranges"], row["ranges_low"], row["ranges_high"]
        bounds = _range_of_money(low, high, self.currency, self.wide_steps[name])
        return (
            f"With the assumptions drawn from their ranges, {_quoted(name)} pays in "
            f"{runs(p, self.ranges)} runs ({share(p, 0)}; as stated, "
            f"{runs(row['p_pays_stated'], self.comparison.replications)}): "
            f"{_verdict(p, self.ranges)}."
            + ("" if self.ranges < FEW else f" Nine runs in ten: {bounds}.")
        ) + self._wallet(name)

    def _wallet(self, name: str) -> str:
        row = self.frame.loc[name]
        values = np.array([row["low_wallet"], row["incremental_profit"], row["high_wallet"]])
        if not np.isfinite(values).all() or (values > 0.0).all() or (values <= 0.0).all():
            return ""
        if np.ptp(values) <= (row["high"] - row["low"]) / 2.0:
            return ""  # Luck, for all that can be seen.
        step = self.steps[name]
        low, _, high = (self._money(v, step) for v in values)
        return (
            " Its sign depends on the share of wallet, which the firm's own data do not tell: "
            f"{low} at a low share, {high} at a high one."
        )

    def _people_or_programme(self, other: str, programme: str) -> str:
        """The paired difference of the best without a programme and the best programme."""
        kind = {other: "alternative without a programme", programme: "programme"}
        first, second, more, ahead = self._ahead(other, programme)
        spent = [self._money(self.frame.loc[n, "spending"], 0.0) for n in (first, second)]
        return (
            f"The best {kind[first]}, {_quoted(first)}, brings {more[0]} more than "
            f"the best {kind[second]}, {_quoted(second)} ({more[1]}), costs "
            f"{spent[0]} to run against {spent[1]}, and is ahead in {ahead} "
            "runs over the ranges."
        )

    def _ahead(self, one: str, other: str) -> tuple[str, str, tuple[str, str], str]:
        """Of two alternatives the better and the worse, by how much, and in how many runs."""
        at = self.comparison.names.index
        profit, over = self.comparison.total("stated"), self.comparison.total("ranges")
        first, second = one, other
        if profit[:, at(one)].mean() < profit[:, at(other)].mean():
            first, second = other, one
        difference = profit[:, at(first)] - profit[:, at(second)]
        mean, half = (float(x) for x in mean_and_half_width(difference))
        step = step_of(half)
        bounds = _range_of_money(mean - half, mean + half, self.currency, step)
        ahead = float((over[:, at(first)] > over[:, at(second)]).mean())
        doubt = "; luck alone could explain it" if half >= mean else ""
        more = (self._money(mean, step), f"95% interval {bounds}{doubt}")
        return first, second, more, runs(ahead, self.ranges)

    def _copied(self, programmes: list[str], others: list[str]) -> str:
        pairs = [(n, n + COPIED) for n in programmes if n + COPIED in self.comparison.names]
        if not pairs:
            return ""
        worlds = self.comparison.scenario.alternatives
        after = worlds[pairs[0][1]].rival.copies_after or 0.0
        if after >= worlds[pairs[0][1]].weeks:
            return f"Rivals copy after {horizon(after)} only, which these years do not show."
        profit = self.frame["incremental_profit"]
        parts = []
        for name, twin in pairs:
            before = self._money(profit[name], self.steps[name])
            then = self._money(profit[twin], self.steps[twin])
            row = self.frame.loc[twin]
            open_ = " (zero within the interval)" if row["low"] <= 0.0 <= row["high"] else ""
            parts.append(f"{_quoted(name)} from {before} to {then}{open_}")
        shown = "; ".join(parts[:3])
        more = f"; and {len(parts) - 3} more in the table" if len(parts) > 3 else ""
        worse = all(profit[twin] < profit[name] for name, twin in pairs)
        verb = "take" if worse else "move"
        said = f"Rivals that all copy the programme after {horizon(after)} {verb} {shown}{more}."
        if others:
            best_twin = self._first_of([twin for _, twin in pairs])
            first, second, lead, ahead = self._ahead(self._first_of(others), best_twin)
            said += (
                f" Then {_quoted(first)} brings {lead[0]} more than {_quoted(second)} ({lead[1]}) "
                f"and is ahead in {ahead} runs over the ranges."
            )
        return said


def few(comparison: Comparison) -> str:
    """A warning where the replications are too few for shares of runs; else nothing."""
    n = comparison.replications
    if n >= FEW:
        return ""
    return (
        f"Only {n} replications: P(it pays), a share of {n} runs, is a first impression and cannot "
        "tell 60% from 90%; run again with 40 or more before deciding."
    )


def _quoted(name: str) -> str:
    return f"“{name}”"


def _range_of_money(low: float, high: float, currency: str, step: float) -> str:
    if max(abs(low), abs(high)) >= IN_MILLIONS:
        return f"{money(low, currency, step)} to {money(high, currency, step)}"
    return f"{currency} {span(low, high, step)}"


def _verdict(p: float, n: int) -> str:
    """Words for a share of runs; no stronger than so many runs allow."""
    low, high = wilson(p, n)
    if low > _CLEAR:
        return "it very probably pays"
    if high < 1.0 - _CLEAR:
        return "it very probably does not pay"
    if low > 0.5:
        return "it probably pays"
    if high < 0.5:
        return "it probably does not pay"
    if n < FEW:
        return "too few runs to say whether it pays"
    if _TOSS_UP[0] <= p <= _TOSS_UP[1]:
        return "about as likely as not"
    more = "to pay" if p > 0.5 else "not to pay"
    return f"it is more likely {more}, but so few runs cannot rule out an even chance"


def wilson(p: float, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share of n runs."""
    z2 = 1.959964**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return centre - half, centre + half
