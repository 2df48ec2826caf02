"""Keyed luck: the published generator, and draws that know nothing of each other."""

import importlib
import pkgutil

import numpy as np
import pytest
from businesses import small
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import ndtri

from loyaltysim import behaviour, customers, firm, rewards
from loyaltysim.compiled import compiled
from loyaltysim.draws import (
    Luck,
    _piece,
    identities,
    identity,
    normal,
    occasion_luck,
    philox,
    uniforms,
    uniforms_of,
    who,
)
from loyaltysim.simulation import run

WORDS = st.integers(0, 2**63 - 1)


@given(WORDS, WORDS, WORDS, WORDS, WORDS, WORDS)
@example(0, 0, 0, 0, 0, 0)
@example(*[2**63 - 1] * 6)
def test_philox_is_numpys_bit_for_bit(seed, replication, someone, decision, nth, instance):
    counter = (instance << 192) | (nth << 128) | (decision << 64) | someone
    # NumPy's generator counts up before it draws.
    theirs = np.random.Philox(key=seed | (replication << 64), counter=(counter - 1) % 2**256)
    ours = philox(seed, replication, someone, decision, nth, instance)
    assert [int(x) for x in ours] == theirs.random_raw(4).tolist()


@given(WORDS, WORDS, WORDS)
def test_draws_are_cut_from_the_words_of_one_block(seed, someone, nth):
    a, b, c, d = (int(x) for x in philox(seed, 3, someone, 1, nth, 0))
    low = 2**32 - 1
    halves = [a >> 32, a & low, b >> 32, b & low, c >> 32, c & low]
    luck = occasion_luck(seed, 3, someone, nth)
    assert list(luck[:6]) == [(x + 0.5) / 2**32 for x in halves]
    thirds = [((d >> 42) + 0.5) / 2**22, ((d >> 21) % 2**21 + 0.5) / 2**21]
    assert list(luck[6:]) == [*thirds, (d % 2**21 + 0.5) / 2**21]
    assert list(uniforms(seed, 3, someone, 1, nth, 0)[:6]) == list(luck[:6])


@pytest.mark.parametrize(("shift", "bits"), [(32, 32), (0, 32), (42, 22), (21, 21), (0, 21)])
def test_neither_zero_nor_one_is_drawn(shift, bits):
    for extreme in (0, 2**64 - 1):
        drawn = _piece(np.uint64(extreme), shift, 2**bits - 1, 2.0**-bits)
        assert 0.0 < drawn < 1.0
        assert np.isfinite(normal(drawn))


@given(st.floats(2.0**-33, 1.0 - 2.0**-33))
@example(0.5)
@example(0.075)
@example(0.925)
@example(1e-12)
@example(1e-300)
def test_normal_is_the_quantile_of_the_normal_distribution(u):
    assert normal(u) == pytest.approx(float(ndtri(u)), rel=2e-14, abs=2e-16)


def _correlation(a, b):
    return abs(np.corrcoef(a, b)[0, 1])


MANY = 200_000
BOUND = 5.0 / np.sqrt(MANY)
"""Five standard errors; keyed draws are the same everywhere, so nothing fails by chance."""


def test_draws_of_people_decisions_replications_and_seeds_are_unrelated():
    people = who(identity("segment", "commuters"), np.arange(MANY, dtype=np.int64))
    others = who(identity("segment", "neighbours"), np.arange(MANY, dtype=np.int64))
    drawn = uniforms_of(7, 0, people, 10)
    assert abs(drawn.mean(axis=0) - 0.5).max() < BOUND
    assert abs(drawn.var(axis=0) - 1.0 / 12.0).max() < BOUND
    for first in range(8):
        for second in range(first):
            assert _correlation(drawn[:, first], drawn[:, second]) < BOUND
    for other in (
        uniforms_of(7, 0, people, 11),
        uniforms_of(7, 0, others, 10),
        uniforms_of(7, 1, people, 10),
        uniforms_of(8, 0, people, 10),
        np.roll(drawn, 1, axis=0),
    ):
        for column in range(8):
            assert _correlation(drawn[:, column], other[:, column]) < BOUND


def test_draws_fill_the_unit_square_evenly():
    people = who(identity("segment", "commuters"), np.arange(MANY, dtype=np.int64))
    drawn = uniforms_of(7, 0, people, 10)
    cells = np.histogram2d(drawn[:, 0], drawn[:, 1], bins=20, range=[[0, 1], [0, 1]])[0]
    expected = MANY / 400
    chi_square = ((cells - expected) ** 2 / expected).sum()
    # 399 degrees of freedom: mean 399, standard deviation 28.
    assert 300 < chi_square < 500


MILLION = 1_000_000


def _fill(start, step, out):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        found = uniforms(
            start[0] + i * step[0], start[1] + i * step[1], start[2] + i * step[2],
            start[3] + i * step[3], start[4] + i * step[4], start[5] + i * step[5],
        )  # fmt: skip
        for k in range(8):
            out[i, k] = found[k]


def drawn_along(*moving: int) -> np.ndarray:
    """Eight million draws, along one or several parts of the key: shape (million, 8)."""
    start = np.array([7, 3, who(identity("segment", "commuters"), 11), 10, 40, 1])
    out = np.empty((MILLION, 8))
    compiled(_fill)(start, np.isin(np.arange(6), moving).astype(np.int64), out)
    return out


def _z_of_cells(*numbers: np.ndarray) -> float:
    """Chi-square of the cells of a grid, as z; uniform where all is well."""
    cells = 2 ** (12 // len(numbers))
    place = np.zeros(numbers[0].shape, np.int64)
    for number in numbers:
        place = place * cells + (number * cells).astype(np.int64)
    counts = np.bincount(place.ravel(), minlength=cells ** len(numbers))
    expected = place.size / len(counts)
    freedom = len(counts) - 1
    return float((((counts - expected) ** 2 / expected).sum() - freedom) / np.sqrt(2 * freedom))


@pytest.mark.parametrize(
    "moving",
    [(0,), (1,), (2,), (3,), (4,), (5,), (2, 4), (1, 2)],
    ids=["seed", "replication", "who", "decision", "occasion", "instance", "both", "two more"],
)
def test_millions_of_draws_are_even_and_know_nothing_of_their_neighbours(moving):
    drawn = drawn_along(*moving)
    # Evenly spread; pairs and triples of neighbouring keys fill square and cube; so do the
    # draws of one block, and those of a block with others of the next.
    before, after = drawn[:-1], drawn[1:]
    assert abs(_z_of_cells(drawn)) < 4.5
    assert abs(_z_of_cells(before, after)) < 4.5
    assert abs(_z_of_cells(drawn[:-2], drawn[1:-1], drawn[2:])) < 4.5
    assert abs(_z_of_cells(drawn, np.roll(drawn, 1, axis=1))) < 4.5
    assert abs(_z_of_cells(before, np.roll(after, 3, axis=1))) < 4.5
    assert abs(_z_of_cells(drawn[::2], drawn[1::2])) < 4.5


def test_draws_of_different_replications_seeds_decisions_and_occasions_are_independent():
    along = drawn_along(2)
    for other in (0, 1, 3, 4, 5):
        # The same people with the next seed, replication, decision, occasion, instance.
        start = np.array([7, 3, who(identity("segment", "commuters"), 11), 10, 40, 1])
        start[other] += 1
        out = np.empty((MILLION, 8))
        compiled(_fill)(start, np.array([0, 0, 1, 0, 0, 0]), out)
        assert abs(_z_of_cells(along, out)) < 4.5
        assert abs(_z_of_cells(along, np.roll(out, 1, axis=1))) < 4.5


def test_occasions_of_one_person_are_unrelated():
    lives = np.array([occasion_luck(7, 0, 12345, nth) for nth in range(20_000)])
    bound = 5.0 / np.sqrt(len(lives))
    for first in range(len(Luck._fields)):
        assert _correlation(lives[1:, first], lives[:-1, first]) < bound
        for second in range(first):
            assert _correlation(lives[:, first], lives[:, second]) < bound


def test_no_two_decisions_share_a_number():
    numbers = []
    for package in (behaviour, customers, rewards, firm):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            numbers += getattr(module, "DECISIONS", {}).values()
    assert len(numbers) > 10
    # 1 is the occasion itself.
    assert len(set(numbers)) == len(numbers)
    assert 1 not in numbers


def test_names_that_share_a_number_are_refused(monkeypatch):
    monkeypatch.setattr("loyaltysim.draws.identity", lambda kind, name: 5)
    with pytest.raises(ValueError, match=r"'a' and 'b' cannot be told apart; rename one"):
        identities("segment", ["a", "b"])


def test_a_replication_redraws_the_people():
    business = small(horizon="1 weeks", market={"people": 50})
    one, two = run(business, replication=0), run(business, replication=1)
    assert (one.customers["who"] == two.customers["who"]).all()
    assert (one.customers["rate"] != two.customers["rate"]).all()
