"""Figures as a finance director writes them: digits by their intervals, money, shares, spans.

Shared by the page and the command line; needs no picture library.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.units import WEEKS_PER_MONTH, WEEKS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

MISSING = "–"
"""Shown where a measure is not defined."""

_MINUS = "−"
IN_MILLIONS = 1e6
"""From such an amount on, money in a sentence is written in millions."""
_LARGE = ((1e9, "bn"), (IN_MILLIONS, "m"))


def step_of(half_width: float) -> float:
    """To what a figure is rounded whose interval is this wide to each side: two digits of it.

    >>> step_of(10_963.0)
    1000.0
    """
    if not math.isfinite(half_width) or half_width <= 0.0:
        return 0.0
    return float(10.0 ** max(math.floor(math.log10(half_width)) - 1, -2))


def steps_of(low: pd.Series, high: pd.Series) -> dict[str, float]:
    """To what each alternative's figures are rounded, by their intervals, as alike as can be.

    All as the widest interval asks for, but each at least to one digit of its own.
    """
    own = {str(name): step_of((high[name] - low[name]) / 2.0) for name in low.index}
    widest = max(own.values(), default=0.0)
    return {name: min(widest, 10.0 * step) for name, step in own.items()}


def number(x: float, step: float = 0.0) -> str:
    """A number with separators, rounded to `step`, or to three digits where that is 0.

    >>> number(29_120.7, 1000.0), number(-59_036.1), number(math.nan)
    ('29,000', '−59,000', '–')
    """
    if not math.isfinite(x):
        return MISSING
    if step <= 0.0:
        step = max(0.01, 10.0 ** (math.floor(math.log10(abs(x))) - 2)) if x else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    rounded = round(round(x / step) * step, decimals)
    sign = _MINUS if rounded < 0.0 else ""
    return f"{sign}{abs(rounded):,.{decimals}f}"


def money(x: float, currency: str = "", step: float = 0.0) -> str:
    """An amount of money for a sentence, with the currency before it and millions as `m`.

    >>> money(29_120.7, "EUR", 1000.0), money(-1_101_731.0, "EUR")
    ('EUR 29,000', 'EUR −1.10 m')
    """
    if not math.isfinite(x):
        return MISSING
    size, letter = next((large for large in _LARGE if abs(x) >= large[0]), (1.0, ""))
    digits = number(x / size, step / size)
    return " ".join(part for part in (currency, digits, letter) if part)


def share(x: float, decimals: int = 1) -> str:
    """A share as a percentage.

    >>> share(0.2695), share(0.5, 0), share(math.nan)
    ('27.0%', '50%', '–')
    """
    if not math.isfinite(x):
        return MISSING
    return f"{number(100.0 * x, 10.0**-decimals)}%"


def span(low: float, high: float, step: float = 0.0) -> str:
    """From one bound to the other.

    >>> span(18_157.6, 40_083.9, 1000.0)
    '18,000 to 40,000'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    return f"{number(low, step)} to {number(high, step)}"


def interval(mean: float, low: float, high: float, currency: str = "") -> str:
    """A figure and its interval, both rounded to two digits of half the interval's width.

    >>> interval(29_120.7, 18_157.6, 40_083.9, "EUR")
    'EUR 29,000 (18,000 to 40,000)'
    """
    if not math.isfinite(mean):
        return MISSING
    step = step_of((high - low) / 2.0)
    start = f"{currency} " if currency else ""
    return f"{start}{number(mean, step)} ({span(low, high, step)})"


def with_error(mean: float, error: float, widest: float) -> str:
    """A figure and its error, rounded to the `widest` step, but each to a digit of its own.

    >>> with_error(1234.0, 56.0, 100.0), with_error(1234.0, 2.0, 100.0), with_error(0.0, 0.0, 1.0)
    ('1,230 ± 60', '1,234 ± 2', '0')
    """
    step = min(widest, 10.0 * step_of(error))
    return f"{number(mean, step)} ± {number(error, step)}" if error > 0.0 else number(mean)


def runs(p: float, n: int) -> str:
    """A share of runs as a count: `3 of 4`."""
    return MISSING if not math.isfinite(p) else f"{round(p * n)} of {n}"


def payback(month: float, share_of_runs: float, never: str) -> tuple[str, str]:
    """The month of the pay-back on average; and in how many runs there is one, if luck decides.

    >>> payback(4.0, 0.55, "never"), payback(4.0, 1.0, "never"), payback(math.nan, 0.1, "never")
    (('month 4', '55%'), ('month 4', ''), ('never', '10%'))
    """
    there = math.isfinite(month)
    sure = share_of_runs == (1.0 if there else 0.0)
    return f"month {month:.0f}" if there else never, "" if sure else share(share_of_runs, 0)


def horizon(weeks: float) -> str:
    """A length of time in whole years, months or weeks, whichever fits first.

    >>> horizon(156.0), horizon(26.0), horizon(10.0)
    ('3 years', '6 months', '10 weeks')
    """
    for length, unit in ((WEEKS_PER_YEAR, "year"), (WEEKS_PER_MONTH, "month"), (1.0, "week")):
        count = weeks / length
        if count > 0.99 and abs(count - round(count)) < 1e-6:
            return f"{round(count)} {unit}" + ("s" if round(count) != 1 else "")
    return f"{weeks:.1f} weeks"
