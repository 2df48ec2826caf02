"""Who hears a word, and what it does: acquaintances, people whom the firm suits, companions."""

import numpy as np
import pytest
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of

from loyaltysim.behaviour import companion
from loyaltysim.behaviour.word import MOST_TOLD, hear, recommend, somebody
from loyaltysim.customers.population import hearer
from loyaltysim.record import CUSTOMER, MESSAGE, TALLY, WEEK
from loyaltysim.simulation import run


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


def crowd(**fields) -> np.ndarray:
    """People of a market, and the first of them as a teller who knows the firm well."""
    people = np.zeros(400, CUSTOMER).view(np.recarray)
    for name, values in fields.items():
        people[name] = values
    people["who"] = np.arange(len(people))
    people["familiarity"] = 1.0
    return people


def told(people: np.ndarray, good: bool, **changes: float) -> np.ndarray:
    """Who hears the words that the first of them tells at 2,000 occasions."""
    beliefs, found = beliefs_of(**changes), []
    for occasion in range(2_000):
        people["occasions"][0] = occasion
        week = np.zeros(1, WEEK).view(np.recarray)[0]
        found.append(hearer(people, 0, week, beliefs, 0, good))
    return np.array(found)


def test_who_knows_twice_as_many_people_hears_twice_as_much():
    # Log numbers of acquaintances .72 apart in z: those of z and of z + ln 2 / .72.
    z = np.where(np.arange(400) % 2 == 0, 0.0, np.log(2.0) / 0.72)
    share = (told(crowd(sociability=z), False) % 2).mean()
    assert abs(share - 2.0 / 3.0) < 4.0 * np.sqrt(2.0 / 9.0 / 2_000)


def test_a_recommendation_of_somebody_who_knows_the_firm_goes_to_whom_it_suits():
    odds = np.where(np.arange(400) % 2 == 0, 0.1, 1.0)
    for good, matching, expected in ((True, 1.0, 7.0 / 8.0), (True, 0.0, 0.5), (False, 1.0, 0.5)):
        share = (told(crowd(firm_odds=odds), good, matching=matching) % 2).mean()
        assert abs(share - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / 2_000)


def test_who_comes_twice_as_often_tells_twice_as_much():
    customer, beliefs = np.zeros(1, CUSTOMER).view(np.recarray)[0], beliefs_of()
    tally = np.zeros(1, TALLY).view(np.recarray)[0]
    luck = (np.arange(20_000) + 0.5) / 20_000
    told_by = [
        sum(recommend(u, customer, beliefs, pace, 0.0, tally) for u in luck) for pace in (0.5, 1.0)
    ]
    assert told_by[0] == pytest.approx(2.0 * told_by[1], rel=0.02)


def test_prospects_who_heed_a_word_have_been_brought():
    customer, beliefs = np.zeros(1, CUSTOMER).view(np.recarray)[0], beliefs_of(word_heeded=1.0)
    week, message, tally = (
        np.zeros(1, kind).view(np.recarray)[0] for kind in (WEEK, MESSAGE, TALLY)
    )
    message.good, message.teller = 1.0, 6
    customer.aware = 1
    hear(customer, message, week, beliefs, 3.0, tally)
    assert customer.invited_by == 7
    # A customer is not brought again.
    customer.purchases, customer.invited_by = 1, 0
    hear(customer, message, week, beliefs, 4.0, tally)
    assert customer.invited_by == 0


def test_a_word_moves_those_least_who_know_the_firm_best():
    week, message, tally = (
        np.zeros(1, kind).view(np.recarray)[0] for kind in (WEEK, MESSAGE, TALLY)
    )
    customer, beliefs = np.zeros(1, CUSTOMER).view(np.recarray)[0], beliefs_of()
    for familiarity in (0.0, 0.4, 1.0):
        for good, pull in ((1.0, beliefs.good_word_pull), (-1.0, -beliefs.bad_word_pull)):
            customer.heard, customer.familiarity, message.good = 0.0, familiarity, good
            hear(customer, message, week, beliefs, 3.0, tally)
            assert customer.heard == pytest.approx(pull * (1.0 - familiarity))


def test_companions_keep_each_other():
    customer, beliefs = np.zeros(1, CUSTOMER).view(np.recarray)[0], beliefs_of()
    week = np.zeros(1, WEEK).view(np.recarray)[0]
    for there in (1, 0):
        companion.look_at_companion(customer, there)
        assert companion.staying(customer, week, beliefs) == -beliefs.companion_stays * there


def test_both_sides_of_a_recommendation_have_a_companion():
    talk = {"recommends_per_year": 6.0, "word_heeded": 1.0}
    people = run(small(beliefs=talk, market={"people": 1000})).customers
    brought = np.flatnonzero((people["invited_by"] > 0) & (people["purchases"] > 0))
    assert len(brought) > 20
    assert (people["companion"][brought] > 0).all()
    bringers = people["invited_by"][brought] - 1
    assert (people["companion"][bringers] > 0).mean() > 0.9
