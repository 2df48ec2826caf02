"""The friend who brought one: as long as they are customers, leaving is less likely."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule

ORDER = 85
STATE = {"friend": float}
"""1 while who brought one is a customer, -1 once they have left, 0 for who was not brought."""


@rule
def look_at_friend(customer: Record, there: int) -> None:
    """Whether who brought one was a customer at the start of the week."""
    customer.friend = 1.0 if there == 1 else -1.0


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving (Nitzan & Libai 2011)."""
    return -beliefs.friend_stays * customer.friend
