"""Fairness: favours that others see please more, and put off those who go without."""

from __future__ import annotations

from loyaltysim.mechanism import Record, rule

ORDER = 57
STATE = {"envy": float, "favoured_until": float}
"""Favours to others that are seen at a visit, on average lately, and until when one's own last
favour is remembered (week)."""


@rule
def favour(customer: Record, scheme: Record, beliefs: Record, now: float, tally: Record) -> None:
    """A customer gets what not everybody gets; others see it where it is visible."""
    if scheme.rival == 0:
        customer.favoured_until = now + beliefs.goodwill_fades_weeks
        tally.favours_seen += scheme.visible


@rule
def wish(customer: Record, week: Record, beliefs: Record) -> float:
    """Log-rate of choosing the firm."""
    return -beliefs.envy_pull * customer.envy


@rule
def staying(customer: Record, week: Record, beliefs: Record) -> float:
    """Log risk of leaving."""
    return beliefs.goodwill_stays * beliefs.envy_pull * customer.envy


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """Each visit shows how much others are favoured, which clear rules make more bearable (E17)."""
    seen = 0.0
    if visit.now >= customer.favoured_until:
        seen = week.favours_seen * (1.0 - beliefs.clarity * week.clear_rules)
    if customer.envy != seen:
        customer.envy += beliefs.envy_moves * (seen - customer.envy)
