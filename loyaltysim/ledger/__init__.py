"""Money and counts: where every amount is booked, once, in millionths of the currency unit."""

from __future__ import annotations

from math import floor

from loyaltysim.mechanism import rule

MICRO = 1_000_000
"""Millionths in one unit of the currency: an e-mail costs less than a cent."""

ACCOUNTS = (
    "revenue",
    "cost_of_goods",
    "service",
    "pay",
    "hiring",
    "training",
    "rewards",
    "programme_set_up",
    "programme_running",
    "acquisition",
    "compensation",
    "overhead",
)
"""Revenue is positive, all others are costs; profit = revenue - costs."""

COUNTS = (
    "occasions",
    "category_purchases",
    "purchases",
    "first_purchases",
    "failures",
    "complaints",
    "asked",
    "rude",
    "lost_knowingly",
    "lost_silently",
    "lost_asleep",
    "fell_asleep",
    "woke_up",
    "won_back",
    "joined",
    "rewarded",
    "refused",
    "promoted",
    "demoted",
    "missed",
    "favours_seen",
    "discounts",
    "recommended",
    "warned",
    "quality",
)
"""What is counted each week, by segment. Each loss is known or silent, and those of sleepers are
also counted as `lost_asleep`; sleepers at the end = at the start + fell asleep - woke up - lost
asleep. Discounts are money that was not asked for, in millionths, so that revenue is what was
paid. Complaints that came only because the firm asked are also counted as `asked`; `rude` is how
often somebody who was let down and said nothing to the firm took it out on its staff. Quality is
summed over purchases, in millionths of a point of ten."""

TALLY = dict.fromkeys((*ACCOUNTS, *COUNTS), int)
"""Fields of the sums of a segment: money, then counts. A rule writes `tally.revenue += ...`."""


@rule
def micros(amount: float) -> int:
    """Millionths of an amount, halves rounded up; exact from here on."""
    return int(floor(amount * 1000000.0 + 0.5))
