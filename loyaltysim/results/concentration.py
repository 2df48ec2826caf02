"""How much of a year's sales, and of what they leave, comes from how few customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.record import Records

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MEASURES = ("sales", "net")
"""What is concentrated: revenue, and what customers leave (`value.net_of`)."""

TOP = 0.2
"""The best fifth, of which the rule of 80 to 20 speaks."""

SHARES = np.linspace(0.0, 1.0, 51)
"""Shares of customers at which a Lorenz curve is read, from the least to all of them."""


def lorenz(amounts: NDArray[np.int64] | Floats) -> Floats:
    """Share of the total that the least `SHARES` of customers bring: (51,).

    Nowhere (nan) where there is nothing to share.
    """
    total = amounts.sum()
    if total <= 0:
        return np.full(len(SHARES), np.nan)
    ordered = np.sort(amounts).astype(float)
    summed = np.concatenate([[0.0], np.cumsum(ordered)])
    return np.asarray(np.interp(SHARES * len(ordered), np.arange(len(summed)), summed) / total)


def top_share(curve: Floats) -> Floats:
    """What the best fifth bring, by Lorenz curves along the last axis."""
    return np.asarray(1.0 - curve[..., round((1.0 - TOP) * (len(SHARES) - 1))])


def top_of(amounts: NDArray[np.int64] | Floats, among: Flags) -> Flags:
    """Who belongs to the best fifth of those among whom it is looked for; ties go by number."""
    places = np.flatnonzero(among)
    best = places[np.argsort(-amounts[places], kind="stable")][: round(TOP * len(places))]
    flags = np.zeros(len(among), bool)
    flags[best] = True
    return flags


class Concentration:
    """Lorenz curves of each year's buyers, and who of its best were among the best before."""

    def __init__(self, customers: Records, net: NDArray[np.int64]) -> None:
        self.buyers: list[int] = []
        """People who bought in each year."""
        self.curves: list[Floats] = []
        """Of each year by `MEASURES`: (2, 51)."""
        self.overlap: list[float] = []
        """Of each year's best fifth by sales, the share among the next year's; the last is nan."""
        self._best: Flags | None = None
        self._remember(customers, net)

    def _remember(self, customers: Records, net: NDArray[np.int64]) -> None:
        self._revenue, self._net = customers["revenue"].copy(), net
        self._purchases = customers["purchases"].copy()

    def close_year(self, customers: Records, net: NDArray[np.int64]) -> None:
        """Read the year that ends now."""
        sales = customers["revenue"] - self._revenue
        bought = customers["purchases"] > self._purchases
        left = net - self._net
        self.buyers.append(int(bought.sum()))
        self.curves.append(np.array([lorenz(sales[bought]), lorenz(left[bought])]))
        best = top_of(sales, bought)
        if self._best is not None and self._best.any():
            self.overlap[-1] = float((best & self._best).sum() / self._best.sum())
        self.overlap.append(np.nan)
        self._best = best
        self._remember(customers, net)
