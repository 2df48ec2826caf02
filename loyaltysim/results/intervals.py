"""Means over replications, with their 95% intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


def mean_and_half_width(values: Floats) -> tuple[Floats, Floats]:
    """Mean over replications (first axis) and half the width of its 95% t interval.

    nan for the width of one replication.
    """
    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        return mean, np.full_like(mean, np.nan)
    error = values.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, np.asarray(student.ppf(0.5 + CONFIDENCE / 2.0, n - 1) * error)


def with_intervals(values: dict[str, Floats]) -> dict[str, Floats]:
    """Mean of each over replications (the first axis), and its bounds as `_low` and `_high`."""
    found: dict[str, Floats] = {}
    for name, array in values.items():
        mean, half = mean_and_half_width(array)
        found |= {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
    return found
