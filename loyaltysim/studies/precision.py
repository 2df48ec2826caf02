"""How many replications a comparison needs until its intervals are narrow enough.

Stein's two-stage procedure (1945): the spread among a first batch of paired differences says how
many there must be in all for an interval of a wanted width. The count depends on the spread alone
and never on the means, so that the interval covers at its nominal rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from loyaltysim.results.intervals import CONFIDENCE

MOST = 1000
"""Replications at which a comparison stops, if it does not say how many."""


@dataclass(frozen=True)
class Stopped:
    """Why a comparison that was to be so precise has so many replications."""

    within: float
    """Half of the interval of incremental profit that was wanted, in the currency."""
    first: int
    needed: int
    most: int

    @property
    def replications(self) -> int:
        """In all."""
        return min(self.needed, self.most)

    def __str__(self) -> str:
        lived = f"{self.replications:,} replications"
        if self.needed > self.most:
            return (
                f"{lived}, the most allowed; {self.needed:,} would be needed for intervals within "
                f"{self.within:,.0f}"
            )
        if self.needed == self.first:
            return f"{lived}: intervals are within {self.within:,.0f} by the first of them"
        wanted = f"intervals within {self.within:,.0f}"
        return f"{lived}, since the first {self.first:,} say that {wanted} need them"


def needed(differences: NDArray[np.float64], within: float) -> int:
    """Replications in all for an interval that reaches at most `within` to each side.

    `differences` of a first batch: (replications, alternatives); the widest decides.
    """
    first = len(differences)
    spread = differences.std(axis=0, ddof=1).max(initial=0.0)
    reach = student.ppf(0.5 + CONFIDENCE / 2.0, first - 1)
    return max(first, int(ceil((reach * float(spread) / within) ** 2)))
