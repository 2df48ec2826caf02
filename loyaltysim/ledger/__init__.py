"""Money: where every amount is booked, once, in millionths of the currency unit."""

from __future__ import annotations

from math import floor

from loyaltysim.mechanism import rule

MICRO = 1_000_000
"""Millionths in one unit of the currency: an e-mail costs less than a cent."""

REVENUE = 0
COST_OF_GOODS = 1
SERVICE = 2
PAY = 3
HIRING = 4
TRAINING = 5
REWARDS = 6
PROGRAMME_SET_UP = 7
PROGRAMME_RUNNING = 8
ACQUISITION = 9
COMPENSATION = 10
OVERHEAD = 11

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
"""Names by number. Revenue is positive, all others are costs; profit = revenue - costs."""

PROGRAMME = (REWARDS, PROGRAMME_SET_UP, PROGRAMME_RUNNING)
"""The accounts that make up the cost of a programme."""


@rule
def micros(amount: float) -> int:
    """Millionths of an amount, halves rounded up; exact from here on."""
    return int(floor(amount * 1000000.0 + 0.5))
