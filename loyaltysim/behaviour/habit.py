"""Habit: one's recent share of wallet, above or below one's own usual."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule

ORDER = 60
STATE = {"wallet": float, "usual_wallet": float}
"""Recent share of category purchases that went to this firm, and the neutral share."""


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm."""
    return beliefs.habit_pull * (customer.wallet - customer.usual_wallet)


@rule
def gap_at_rivals(customer: Record) -> float:
    """Weeks between purchases at rivals, from one's pace here and recent share of wallet."""
    here = min(max(customer.wallet, 0.02), 0.98)
    return customer.usual_gap * here / (1.0 - here)


@rule
def remember_choice(customer: Record, here: float, beliefs: Record) -> None:
    """Each category purchase moves the recent share: `here` is 1 for this firm, 0 for a rival."""
    customer.wallet += beliefs.habit_moves * (here - customer.wallet)
