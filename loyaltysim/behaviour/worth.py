"""How far a worth is felt: not at all where there is none, in full from a good part on."""

from __future__ import annotations

from math import exp

from loyaltysim.mechanism import Record, rule


@rule
def felt(worth: float, scale: float, customer: Record) -> float:
    """From 0 to 1: two thirds at a worth of so many usual baskets."""
    if worth <= 0.0 or scale <= 0.0:
        return 1.0 if worth > 0.0 else 0.0
    return 1.0 - exp(-worth / (scale * customer.usual_basket))
