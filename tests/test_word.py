"""Who hears a word, and what it does: acquaintances, people whom the firm suits, companions."""

from types import SimpleNamespace

import numpy as np
import pytest
from businesses import PEOPLE, small
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of
from test_laws import all_at, counted

from loyaltysim.behaviour import companion
from loyaltysim.behaviour.word import (
    MOST_TOLD,
    hear,
    recommend,
    somebody,
    welcome,
    welcome_saving,
)
from loyaltysim.customers.telling import hearer
from loyaltysim.record import CUSTOMER, MESSAGE, SEGMENT, TALLY, VISIT, WEEK
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
    segments = np.zeros(2, SEGMENT).view(np.recarray)
    segments["people"], segments["starts"] = [150, 250], [0, 150]
    week = np.zeros(1, WEEK).view(np.recarray)
    world = SimpleNamespace(customers=people, segments=segments, week=week, beliefs=[beliefs])
    for occasion in range(2_000):
        people["occasions"][0] = occasion
        found.append(hearer(world, 0, 0, good))
    assert 0 not in found
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
    ours = people["companion"] > 0
    assert ours.sum() > 40
    # Whom somebody brought last, and who brought whom: one of each two names the other.
    companions = people["companion"][ours] - 1
    assert (people["companion"][companions] > 0).mean() > 0.9


def test_an_invitation_is_not_for_ever():
    customer, beliefs = np.zeros(1, CUSTOMER).view(np.recarray)[0], beliefs_of()
    visit = np.zeros(1, VISIT).view(np.recarray)[0]
    customer.invited_by, customer.invited_at, customer.welcome_off = 7, 10.0, 0.2
    lasts = 10.0 + beliefs.invitation_lasts_weeks
    assert welcome_saving(customer, beliefs, lasts) == 0.2
    assert welcome_saving(customer, beliefs, lasts + 0.1) == 0.0
    for now, brought_by in ((lasts + 0.1, 0), (lasts, 7)):
        visit.now, visit.paid = now, 10.0
        assert welcome(customer, visit, beliefs) == brought_by
    assert (customer.companion, visit.paid) == (7, 8.0)


@pytest.mark.parametrize("market", ["occasions", "bills"])
def test_customers_recommend_as_often_as_is_stated(market):
    # At a typical pace, and with nothing that pleases or hurts.
    calm = {"recommends_by_satisfaction": 0.0, "told_when_unhappy": 0.0, "dormant_share": 0.0}
    segment = {"loss_per_year": "0%", "share_of_wallet": "50%"}
    if market == "bills":
        segment |= {"contract": {"every": "1 months"}, "occasions_per_week": None}
    whole = {"people": 4000, "start": all_at("repeat"), "segments": [{**PEOPLE, **segment}]}
    result = run(small(beliefs=calm, market=whole, horizon="52 weeks"))
    a_year = counted(result, "recommended").sum() / 4000
    assert a_year == pytest.approx(0.4, rel=0.15)


def test_one_person_more_in_a_market_of_two_segments_changes_few_hearers():
    def heard(people: int) -> dict:
        shares = (people - 1000) / people, 1000 / people
        segments = [
            {**PEOPLE, "name": name, "share": share}
            for name, share in zip(("first", "second"), shares, strict=True)
        ]
        market = {"people": people, "segments": segments}
        customers = run(small(market=market, horizon="4 weeks")).customers
        return dict(zip(customers["who"].tolist(), customers["heard"].tolist(), strict=True))

    before, after = heard(2000), heard(2001)
    assert sum(value != 0.0 for value in before.values()) > 100
    assert sum(after[who] != value for who, value in before.items()) < 10
