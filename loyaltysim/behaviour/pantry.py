"""The pantry: right after a purchase, the wish to buy again anywhere is lower."""

from __future__ import annotations

from math import exp

from loyaltysim.mechanism import Record, rule

ORDER = 70
STATE = {"stocked_at": float}
"""When the category was last bought, anywhere (week)."""


@rule
def appetite(customer: Record, beliefs: Record, now: float) -> float:
    """Factor on the weights of this firm and of rivals; what is bought earlier is borrowed."""
    if beliefs.pantry_drop == 0.0:
        return 1.0
    left = exp(-(now - customer.stocked_at) / beliefs.pantry_lasts_weeks)
    return exp(-beliefs.pantry_drop * left)
