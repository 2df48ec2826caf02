"""Where an alternative's gain comes from: each occasion against the same one without it.

The margins sum, to the millionth, to the difference in revenue less cost of goods and
cost of serving.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim.compiled import compiled
from loyaltysim.customers.diary import HERE

Ints = NDArray[np.int64]
Entries = NDArray[np.int8]

MARGINS = ("joining", "staying", "choosing", "category growth", "amount")
"""In the order of the diary's entries: a purchase here that the other world lacks is booked by
why it was not made there, one that both have to the amount."""


def book_occasions(
    entries: Entries, gains: Ints, twin_entries: Entries, twin_gains: Ints, booked: Ints
) -> None:
    """Book the difference of every occasion to one margin; `gains` are those of purchases."""
    place = 0
    twin_place = 0
    for k in range(len(entries)):
        # The lesser entry is that of the world without a purchase, if there is one.
        margin = min(entries[k], twin_entries[k])
        if entries[k] == HERE:
            booked[margin] += gains[place]
            place += 1
        if twin_entries[k] == HERE:
            booked[margin] -= twin_gains[twin_place]
            twin_place += 1


class Diary:
    """The occasions of the reference, week by week: a byte each, and 8 for a purchase here."""

    def __init__(self) -> None:
        self.weeks: list[tuple[Entries, Ints]] = []

    def __call__(self, week: int, entries: Entries, gains: Ints) -> None:
        """Keep a week."""
        assert week == len(self.weeks)
        self.weeks.append((entries, gains))


class Margins:
    """What an alternative gained over its twin so far, in millionths, by `MARGINS`."""

    def __init__(self, twin: Diary) -> None:
        self.booked = np.zeros(len(MARGINS), np.int64)
        self._twin = twin
        self._book: Any = compiled(book_occasions)

    def __call__(self, week: int, entries: Entries, gains: Ints) -> None:
        """Book a week. Raises `ValueError` where its occasions are not those of the twin."""
        twin_entries, twin_gains = self._twin.weeks[week]
        if len(entries) != len(twin_entries):
            raise ValueError(f"week {week}: other occasions than those of the reference")
        self._book(entries, gains, twin_entries, twin_gains, self.booked)
