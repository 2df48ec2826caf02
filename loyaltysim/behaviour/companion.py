"""The companion: who brought one, or was brought; as long as they are customers, so is one."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule

ORDER = 85
STATE = {"accompanied": float}
"""1 while one's companion is a customer, 0 afterwards and for who has none."""


@rule
def look_at_companion(customer: Record, there: int) -> None:
    """Whether the companion was a customer at the start of the week."""
    customer.accompanied = float(there)


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving (Nitzan & Libai 2011; Van den Bulte et al. 2018)."""
    return -beliefs.companion_stays * customer.accompanied
