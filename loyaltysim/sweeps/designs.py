"""Designs: which values of the factors are tried together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import numpy as np

from loyaltysim.scenario import ScenarioError
from loyaltysim.scenario.problems import Problem
from loyaltysim.sweeps.factors import Factor, Value

Point = tuple[Value, ...]
"""A value of each factor, in their order."""

SAMPLED = 64
"""Points of a sample that does not say how many."""

MOST_POINTS = 100_000


def grid(factors: Sequence[Factor], _points: int, _seed: int) -> list[Point]:
    """Every level of each factor with every level of the others; the last varies fastest."""
    size = prod(len(factor.levels) for factor in factors)
    if size > MOST_POINTS:
        hint = f"a full grid of these has {size:,} points; take fewer steps, or a sample"
        raise ScenarioError([Problem(field="factors", hint=hint)])
    return list(product(*(factor.levels for factor in factors)))


def one_at_a_time(factors: Sequence[Factor], _points: int, _seed: int) -> list[Point]:
    """Each factor over its levels, the others in the middle of theirs."""
    middle = [factor.levels[(len(factor.levels) - 1) // 2] for factor in factors]
    points = [tuple(middle)]
    for place, factor in enumerate(factors):
        for level in factor.levels:
            points.append((*middle[:place], level, *middle[place + 1 :]))
    return list(dict.fromkeys(points))


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """A sample that meets every part of each factor's range once (McKay et al. 1979)."""
    from scipy.stats import qmc

    return _sampled(factors, qmc.LatinHypercube(len(factors), rng=seed).random(points))


def sobol(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """A scrambled Sobol sequence: fills the space evenly; its size is a power of two."""
    from scipy.stats import qmc

    if points & (points - 1):
        hint = f"a Sobol sequence has a power of two of points, such as {1 << points.bit_length()}"
        raise ScenarioError([Problem(field="points", found=str(points), hint=hint)])
    sequence = qmc.Sobol(len(factors), rng=seed)
    return _sampled(factors, sequence.random_base2(points.bit_length() - 1))


def _sampled(factors: Sequence[Factor], quantiles: np.ndarray) -> list[Point]:
    # A quantile of 0 or 1 has no place in a distribution without ends.
    inside = np.clip(quantiles, 1e-9, 1.0 - 1e-9)
    return [
        tuple(factor.at(float(u)) for factor, u in zip(factors, row, strict=True)) for row in inside
    ]


DESIGNS: dict[str, Callable[[Sequence[Factor], int, int], list[Point]]] = {
    "grid": grid,
    "one_at_a_time": one_at_a_time,
    "latin_hypercube": latin_hypercube,
    "sobol": sobol,
}
