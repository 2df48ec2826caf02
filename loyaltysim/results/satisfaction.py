"""How satisfied customers are, and who of them is kept by how satisfied they were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.record import Records

Flags = NDArray[np.bool_]

BANDS_PER_POINT = 2
BANDS = 10 * BANDS_PER_POINT
"""Satisfaction is read in bands of half a point; what is beyond ten belongs to the last one."""


class Satisfaction:
    """Follows the customers as they stand: who is dissatisfied may be one no longer."""

    def __init__(self, customers: Records, there: Flags) -> None:
        self.customers = 0
        """Customers counted at the ends of months."""
        self.points = 0.0
        """Their satisfaction, summed."""
        self.bands = np.zeros((BANDS, 3))
        """Customers at the starts of years by satisfaction: how many, their satisfaction summed,
        and how many were kept for that year."""
        self._begin_year(customers, there)

    def _begin_year(self, customers: Records, there: Flags) -> None:
        self._who = np.flatnonzero(there)
        self._before = customers["satisfaction"][self._who]

    def count(self, customers: Records, there: Flags) -> None:
        """Count those who are customers at the end of a month."""
        self.customers += int(there.sum())
        self.points += float(customers["satisfaction"][there].sum())

    def close_year(self, customers: Records, there: Flags, stayed: Flags) -> None:
        """Hold who stayed through the year against what they felt before; begin the next."""
        band = np.clip(self._before * BANDS_PER_POINT, 0, BANDS - 1).astype(np.int64)
        for column, weights in enumerate((None, self._before, stayed[self._who])):
            self.bands[:, column] += np.bincount(band, weights, minlength=BANDS)
        self._begin_year(customers, there)

    @property
    def mean(self) -> float:
        """Mean satisfaction of customers, in points of ten; nan without any."""
        return self.points / self.customers if self.customers else float("nan")
