"""Finance measures of a programme against the same customers without it.

Definitions: incremental profit is the profit with the alternative less the profit
without it, month by month, on the same customers and the same luck. What the
alternative spends is its programme costs and whatever else it changes in what the
firm decides to pay for. ROI = sum of incremental profit / sum of that spending.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.ledger import ACCOUNTS, MICRO

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROGRAMME = ("rewards", "programme_set_up", "programme_running")
"""Accounts of the cost of a programme."""

DECIDED = ("pay", "hiring", "training", "acquisition", "overhead")
"""Accounts of other spending that the firm decides on; compared with the reference's."""


def column(monthly: Ints, *accounts: str) -> Floats:
    """Sum of accounts in the currency, by month (over the last axis of `monthly`)."""
    return np.asarray(sum(monthly[..., ACCOUNTS.index(name)] for name in accounts)) / MICRO


def profit(monthly: Ints) -> Floats:
    """Revenue less all costs, by month."""
    revenue = ACCOUNTS.index("revenue")
    return np.asarray(2 * monthly[..., revenue] - monthly.sum(axis=-1)) / MICRO


def incremental_profit(monthly: Ints, reference: Ints) -> Floats:
    """Paired difference of profit, by month."""
    return profit(monthly) - profit(reference)


def uplift(revenue: Floats, reference: Floats) -> Floats:
    """Relative change of revenue over the months (last axis); nan where there was none."""
    before = reference.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0.0, revenue.sum(axis=-1) / before - 1.0, np.nan)


def spending(monthly: Ints, reference: Ints) -> Floats:
    """What the alternative costs to run, by month: its programme, and other spending it adds."""
    added = column(monthly, *DECIDED) - column(reference, *DECIDED)
    return np.asarray(column(monthly, *PROGRAMME) - column(reference, *PROGRAMME) + added)


def monthly_rate(hurdle_rate: float) -> float:
    """Discount rate of a month for a yearly one."""
    return float((1.0 + hurdle_rate) ** (1.0 / 12.0) - 1.0)


def net_present_value(difference: Floats, set_up: Floats, hurdle_rate: float) -> Floats:
    """Discounted incremental profit; month t = 1, 2, ... at its end, the set-up at t = 0.

    `difference` by month (last axis) contains the set-up cost as a negative amount
    in its first month; `set_up` is that cost, added back and taken at t = 0.
    """
    months = np.arange(1, difference.shape[-1] + 1)
    factor = (1.0 + monthly_rate(hurdle_rate)) ** -months
    return np.asarray((difference * factor).sum(axis=-1) + set_up * factor[0] - set_up)


def payback_month(difference: Floats) -> Floats:
    """First month (from 1) in which the cumulated difference is >= 0 and stays so; nan if never."""
    cumulated = np.cumsum(difference, axis=-1)
    below = cumulated < 0.0
    months = difference.shape[-1]
    # The month after the last one below zero.
    last_below = np.where(below.any(axis=-1), months - np.argmax(below[..., ::-1], axis=-1), 0)
    return np.where(last_below < months, last_below + 1.0, np.nan)
