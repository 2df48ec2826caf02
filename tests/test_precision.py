"""A precision target: how many replications, why, and that the interval still covers."""

import numpy as np
import pytest
from businesses import POINTS, terms
from scipy.stats import t as student

from loyaltysim import compare
from loyaltysim.scenario import Scenario
from loyaltysim.studies.precision import needed

ALTERNATIVES = {"nothing": {}, "points": {"programme": POINTS}}


def scenario():
    return Scenario.from_document(
        terms(horizon="8 weeks", replications=4, alternatives=ALTERNATIVES, market={"people": 150})
    )


def test_the_interval_covers_at_its_nominal_rate_and_is_narrow_enough():
    """Stein's procedure on normal differences of unknown spread."""
    luck = np.random.default_rng(1)
    trials, within, true = 4000, 1.0, 3.0
    covered, counts = 0, []
    for _ in range(trials):
        first = luck.normal(true, 2.0, (6, 1))
        count = needed(first, within)
        rest = luck.normal(true, 2.0, count - 6)
        mean = np.concatenate([first[:, 0], rest]).mean()
        reach = student.ppf(0.975, 5) * first.std(ddof=1) / np.sqrt(count)
        assert reach <= within + 1e-12
        covered += abs(mean - true) <= reach if count == 6 else abs(mean - true) <= within
        counts.append(count)
    error = np.sqrt(0.05 * 0.95 / trials)
    assert covered / trials > 0.95 - 4.0 * error
    assert np.mean(counts) > 20


def test_a_comparison_goes_on_until_it_is_precise():
    rough = compare(scenario(), processes=1)
    assert rough.stopped is None
    row = rough.alternatives.loc["points"]
    half = (row["high"] - row["low"]) / 2.0
    fine = compare(scenario(), processes=1, within=half / 1.6)
    assert fine.replications == fine.stopped.replications > 4
    assert "since the first 4 say" in str(fine.stopped)
    # The first replications are the same ones.
    assert (fine.total("stated")[:4] == rough.total("stated")).all()
    again = compare(fine.scenario, processes=1)
    assert again.alternatives.equals(fine.alternatives)


def test_it_stops_at_the_first_batch_or_at_the_most_allowed():
    wide = compare(scenario(), processes=1, within=1e9)
    assert wide.replications == 4
    assert "by the first of them" in str(wide.stopped)
    narrow = compare(scenario(), processes=1, within=1e-3, most=6)
    assert narrow.replications == 6
    assert "the most allowed" in str(narrow.stopped)


def test_what_never_differs_needs_no_more():
    assert needed(np.zeros((5, 3)), 1.0) == 5
    assert needed(np.array([[0.0, 1.0], [0.0, 5.0]]), 1.0) == pytest.approx(
        np.ceil((student.ppf(0.975, 1) * np.sqrt(8.0)) ** 2)
    )
