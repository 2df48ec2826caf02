"""Designs: which values of the factors are tried together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from loyaltysim.scenario import ScenarioError
from loyaltysim.scenario.problems import Problem
from loyaltysim.scenario.studies import MOST_POINTS
from loyaltysim.sweeps.factors import Factor, Value

Point = tuple[Value, ...]
"""A value of each factor, in their order."""

SAMPLED = 64
"""Points of a sample that does not say how many."""

MORRIS_LEVELS = 4
"""Places of a factor that Morris' ways go by, as he recommends."""

MORRIS_STEP = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1.0))
"""Of Morris' ways, as a share of a factor's range."""


def grid(factors: Sequence[Factor], _points: int, _seed: int) -> list[Point]:
    """Every level of each factor with every level of the others; the last varies fastest."""
    size = prod(len(factor.levels) for factor in factors)
    if size > MOST_POINTS:
        hint = f"a full grid of these has {size:,} points; take fewer steps, or a sample"
        raise ScenarioError([Problem(field="factors", hint=hint)])
    return list(product(*(factor.levels for factor in factors)))


def one_at_a_time(factors: Sequence[Factor], _points: int, _seed: int) -> list[Point]:
    """The scenario as it stands, then each factor over its levels, all else as it stands."""
    return _alone([factor.levels for factor in factors])


def ends(factors: Sequence[Factor], _points: int, _seed: int) -> list[Point]:
    """The scenario as it stands, then each factor at either end, all else as it stands."""
    return _alone([(factor.levels[0], factor.levels[-1]) for factor in factors])


def _alone(values: Sequence[Sequence[Value]]) -> list[Point]:
    stands: Point = (None,) * len(values)
    points = [stands]
    for place, own in enumerate(values):
        points += [(*stands[:place], value, *stands[place + 1 :]) for value in own]
    return points


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """A sample that meets every part of each factor's range once (McKay et al. 1979)."""
    from scipy.stats import qmc

    return _sampled(factors, qmc.LatinHypercube(len(factors), rng=seed).random(points))


def sobol(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """A scrambled Sobol sequence: fills the space evenly; its size is a power of two."""
    from scipy.stats import qmc

    _check_power_of_two(points)
    sequence = qmc.Sobol(len(factors), rng=seed)
    return _sampled(factors, sequence.random_base2(points.bit_length() - 1))


def morris(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """So many ways through the factors' ranges, one factor a step (Morris 1991).

    A scenario more than there are factors for each way.
    """
    return [
        tuple(factor.even(float(place)) for factor, place in zip(factors, row, strict=True))
        for row in ways(len(factors), points, seed)
    ]


def ways(factors: int, count: int, seed: int) -> np.ndarray:
    """The places, 0 to 1, that Morris' ways go by: (count x (factors + 1), factors)."""
    from SALib.sample.morris import sample

    return np.asarray(sample(unit_cube(factors), count, num_levels=MORRIS_LEVELS, seed=seed + 1))


def saltelli(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """A Sobol sequence crossed with another, factor by factor, for Sobol's indices.

    So many points (a power of two) times two more than there are factors (Saltelli et al. 2010).
    """
    from SALib.sample.sobol import sample

    _check_power_of_two(points)
    cube = unit_cube(len(factors))
    return _sampled(factors, sample(cube, points, calc_second_order=False, seed=seed + 1))


def unit_cube(factors: int) -> dict[str, Any]:
    """So many factors between 0 and 1, as SALib is told of them."""
    names = [f"x{place}" for place in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}


def _check_power_of_two(points: int) -> None:
    if points & (points - 1):
        hint = f"a Sobol sequence has a power of two of points, such as {1 << points.bit_length()}"
        raise ScenarioError([Problem(field="points", found=str(points), hint=hint)])


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
    "ends": ends,
    "morris": morris,
    "saltelli": saltelli,
}
