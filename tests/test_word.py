"""Who hears a word: anybody alike, and mostly the same person in a market that has grown."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.behaviour.word import MOST_TOLD, somebody
from loyaltysim.record import CUSTOMER, WEEK


def hearers(people: int, words: int, nth: int = 0) -> np.ndarray:
    """Who hears the nth word of each of many occasions."""
    teller, week = (np.zeros(1, kind).view(np.recarray)[0] for kind in (CUSTOMER, WEEK))
    week.seed, teller.who = 5, 77
    found = np.empty(words, int)
    for occasion in range(words):
        teller.occasions = occasion
        found[occasion] = somebody(teller, week, people, nth, 0)
    return found


def test_anybody_may_hear_alike():
    found = np.bincount(hearers(20, 4_000), minlength=20)
    expected = 4_000 / 20
    # 19 degrees of freedom: mean 19, standard deviation 6.2.
    assert ((found - expected) ** 2 / expected).sum() < 45.0


def test_one_person_more_becomes_the_hearer_of_few_words_and_changes_no_other():
    before, after = hearers(100, 3_000), hearers(101, 3_000)
    changed = before != after
    assert (after[changed] == 100).all()
    expected = 3_000 / 101
    assert abs(changed.sum() - expected) < 4.0 * np.sqrt(expected)


@given(st.integers(1, 10**6), st.integers(0, MOST_TOLD - 1))
def test_the_hearer_is_in_the_market(people, nth):
    assert 0 <= hearers(people, 1, nth)[0] < people
