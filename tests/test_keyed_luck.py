"""Replications to decide are as many as decide nine times in ten."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

import loyaltysim

sys.path.append(str(Path(loyaltysim.__file__).parents[1] / "experiments"))

from keyed_luck import POWER, decisions, to_decide

TRIES = 20_000


@pytest.mark.parametrize(("mean", "samples"), [(1.0, 1), (-0.4, 1), (0.6, 2), (-1.5, 2)])
def test_so_many_replications_decide_as_often_as_said(mean, samples):
    spread = 1.3
    needed = to_decide(mean, spread, samples)
    luck = np.random.default_rng(4)
    for count, often in ((int(np.ceil(needed)), True), (int(np.ceil(needed)) - 1, False)):
        drawn = luck.normal(0.0, spread / np.sqrt(samples), (samples, count, TRIES))
        error = np.sqrt(drawn.var(axis=1, ddof=1).sum(axis=0) / count)
        shift = drawn.mean(axis=1)[0] - (drawn.mean(axis=1)[1] if samples == 2 else 0.0)
        reach = student.ppf(0.975, samples * (count - 1)) * error
        share = float((np.sign(mean) * (mean + shift) > reach).mean())
        error_of_share = np.sqrt(POWER * (1.0 - POWER) / TRIES)
        assert share > POWER - 4.0 * error_of_share if often else share < POWER + 4 * error_of_share


def test_what_pairs_share_is_what_they_save():
    luck = np.random.default_rng(5)
    shared = luck.normal(0.0, 10.0, 400)
    without, with_it = shared, shared + luck.normal(0.5, 1.0, 400)
    pairs, apart = decisions(with_it, without)
    assert apart / pairs == pytest.approx(201.0, rel=0.25)
    assert decisions(with_it + 1e6, without) == (2.0, 2.0)
    assert decisions(without + luck.permutation([-1.0, 1.0] * 200), without)[0] == np.inf
