"""The friend who brought one: as long as they are customers, leaving is less likely."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule

ORDER = 85
STATE = {"friend": float}
"""1 while who brought one is a customer, 0 afterwards and for who was not brought."""


@rule
def look_at_friend(customer: Record, there: int) -> None:
    """Whether who brought one was a customer at the start of the week."""
    customer.friend = float(there)


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving (Nitzan & Libai 2011; Van den Bulte et al. 2018)."""
    return -beliefs.friend_stays * customer.friend
