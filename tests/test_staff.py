"""Staff: careers, morale, what keeps people, and what a departure does to their customers."""

from math import exp, log1p

import numpy as np
import pytest
import simpy
from businesses import QUIET, small
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of, record

from loyaltysim.behaviour.familiarity import fade
from loyaltysim.firm.hand_over import tie_breaks
from loyaltysim.firm.staff import Staff
from loyaltysim.levels import first_guess
from loyaltysim.record import CUSTOMER, SEAT, WEEK
from loyaltysim.scenario.staff import HandOver
from loyaltysim.setting import belief_values
from loyaltysim.simulation import run

PEOPLE = {"count": 400, "pay_per_week": 500, "quits_per_year": "50%", "hiring_weeks": 4}


class Firm:
    """Staff without customers, lived week by week."""

    def __init__(self, overload=0.0, rude=0.0, **terms):
        business = small(firm={"staff": PEOPLE | terms})
        levels = first_guess(small(firm={"staff": PEOPLE}), belief_values(business))
        self.env, self.booked = simpy.Environment(), {}
        self.staff = Staff(self.env, business.firm.staff, levels, beliefs_of(), (1, 2), self._book)
        self.seats = np.zeros(self.staff.terms.count + 1, SEAT)
        self.load, self.rude = [overload] * len(self.seats), rude

    def _book(self, account, amount):
        self.booked[account] = self.booked.get(account, 0.0) + amount

    def lives(self, weeks):
        for week in range(weeks):
            self.staff.show(self.seats)
            self.staff.live_on(self.load, self.rude)
            self.env.run(until=week + 1)
            self.staff.pay()
        return self


def quits_a_year(firm, years):
    """Quits for each filled seat and year, and the standard error."""
    filled = firm.booked["pay"] / firm.staff.terms.pay_per_week / 52.0
    return firm.staff.quits / filled, np.sqrt(firm.staff.quits) / filled


@pytest.mark.parametrize(
    ("terms", "factor"),
    [
        ({}, 1.0),
        ({"pay_per_week": 600}, 1.0),
        ({"pay_per_week": 600, "responds": True}, 1.2**-2.5),
        ({"market_pay_per_week": 600, "responds": True}, 1.2**2.5),
        ({"recognitions_per_year": 12, "responds": True}, exp(-0.2 * 0.5 * log1p(1.0))),
        ({"overload": 0.5, "responds": True}, exp(0.2 * 2.0 * 0.5)),
        ({"rude": 0.1, "responds": True}, exp(0.2 * 10.0 * 0.1)),
        ({"overload": 0.5, "rude": 0.1}, 1.0),
    ],
)
def test_people_quit_as_often_as_pay_and_morale_say(terms, factor):
    years = 8
    found, error = quits_a_year(Firm(**terms).lives(52 * years), years)
    # Morale needs a few months to come to rest.
    assert abs(found - 0.5 * factor) < 4.0 * error + 0.02 * abs(1.0 - factor)


def test_notice_is_worked_and_shortens_the_vacancy():
    at_once, told = Firm().lives(900), Firm(notice="4 weeks").lives(900)
    vacant = [1.0 - f.booked["pay"] / 500 / 900 / 400 for f in (at_once, told)]
    # Mean vacancy 4 weeks; what is left of it after 4 weeks of search is 4 / e.
    assert vacant[0] == pytest.approx(4.0 / 108.0, rel=0.1)
    assert vacant[1] == pytest.approx(4.0 / np.e / 109.5, rel=0.15)


def test_every_week_is_paid_for_once_and_every_change_is_booked():
    firm = Firm(
        stand_in_pay_per_week=300, recognitions_per_year=26, recognition_cost=10,
        training_hours_per_week=2, training_cost_per_hour=5,
    ).lives(104)  # fmt: skip
    staff, booked = firm.staff, firm.booked
    assert staff.present == 400 - staff.quits + staff.hires
    assert booked["hiring"] == pytest.approx(staff.hires * 3 * 500)
    # A stand-in fills each vacancy, so that every seat and week is paid one of the two.
    present = (booked["training"] - staff.hires * 3 * 500) / 10.0
    paid = booked["pay"] - present * 26 / 52 * 10
    filled = (paid - 400 * 104 * 300) / 200
    assert filled == pytest.approx(present, rel=0.01)
    assert len(staff.servers(firm.seats)) == 400


def test_training_teaches_newcomers_slow_and_a_process_stands_in_for_skill():
    def shown(**terms):
        return Firm(**terms).lives(60).seats["skill"][:-1].mean()

    usual = shown()
    assert shown(training_hours_per_week=4) > usual + 0.002
    assert shown(quits_per_year="150%") < usual - 0.02
    missing = 1.0 - usual
    assert shown(process_discipline="50%") == pytest.approx(1.0 - missing * (1.0 - 0.5 * 0.8))


def test_a_raise_is_paid_by_tenure_and_keeps_people():
    plain, raised = Firm().lives(300), Firm(raise_per_year="5%", responds=True).lives(300)
    assert raised.staff.quits < 0.9 * plain.staff.quits
    assert raised.booked["pay"] > 1.05 * plain.booked["pay"]


# What a departure does

share = st.floats(0.0, 1.0)


@given(prepared=share, alike=share, database=share)
def test_handing_over_well_saves_a_part_of_the_tie(prepared, alike, database):
    beliefs = beliefs_of()
    terms = HandOver(prepared=prepared, alike=alike, database=database)
    broken = tie_breaks(terms, beliefs)
    assert tie_breaks(HandOver(), beliefs) == beliefs.familiarity_breaks
    assert 0.0 <= broken <= beliefs.familiarity_breaks
    better = HandOver(prepared=1.0, alike=alike, database=database)
    assert tie_breaks(better, beliefs) <= broken


def parted(familiarity, to_rival=0, alias=0, customers=1, **beliefs):
    """What a customer's tie, and whether one goes along, look like after a departure."""
    week = record(WEEK, dedicated=1, tie_breaks=0.6, alias=alias)
    contact = record(SEAT, departures=1, to_rival=to_rival)
    found = []
    for number in range(customers):
        customer = record(CUSTOMER, who=number, familiarity=familiarity)
        fade(customer, contact, week, beliefs_of(**beliefs), 0.0)
        found.append((customer.familiarity, customer.follows))
        assert customer.contact_known == 1
        fade(customer, contact, week, beliefs_of(**beliefs), 0.0)
        assert (customer.familiarity, customer.follows) == found[-1]
    return np.array(found).T


def test_an_alias_hides_who_left_from_those_who_hardly_knew_the_person():
    assert parted(0.5)[0] == pytest.approx(0.2)
    assert parted(0.2)[0] == pytest.approx(0.08)
    assert parted(0.2, alias=1)[0] == pytest.approx(0.2)
    assert parted(0.5, alias=1)[0] == pytest.approx(0.2)


def test_customers_follow_to_a_rival_in_proportion_to_the_tie():
    assert not parted(0.9, customers=500)[1].any()
    for tie in (0.3, 0.9):
        along = parted(tie, to_rival=1, customers=4000, follows_contact=0.5)[1]
        expected = 0.5 * tie
        error = np.sqrt(expected * (1.0 - expected) / 4000)
        assert abs(along.mean() - expected) < 4.0 * error


TIES = {
    "firm": {"staff": {"count": 3, "quits_per_year": "200%", "contact": "dedicated"}},
    "beliefs": {**QUIET, "follows_contact": 1.0, "joins_rival": 1.0},
    "horizon": "52 weeks",
}


def test_who_follows_is_lost_knowingly_and_stays_home_where_nobody_goes_to_a_rival():
    lost = {}
    for rate in (0.0, 1.0):
        business = small(**TIES | {"beliefs": TIES["beliefs"] | {"joins_rival": rate}})
        result = run(business)
        assert not result.customers["follows"].any() or rate
        lost[rate] = int(result.customers["lost_knowingly"].sum())
    assert lost[1.0] > lost[0.0] + 20


def test_a_departure_is_the_same_in_one_life_and_in_bulk():
    fast = run(small(**TIES))
    slow = run(small(**TIES), interpreted=range(0, 200, 7))
    assert fast.quits > 3
    assert fast.customers.tobytes() == slow.customers.tobytes()
    assert (fast.ledger == slow.ledger).all()


# What does nothing changes nothing


@pytest.mark.parametrize(
    "staff",
    [
        {"notice": None, "raise_per_year": 0, "recognition_cost": 0, "process_discipline": 0},
        {"market_pay_per_week": 800},
        {"recognitions_per_year": 5},
        {"hand_over": {"prepared": 0, "alike": 0, "database": 0, "alias": False}},
        {"hand_over": {"alike": 1.0, "prepared": 1.0, "database": 1.0, "alias": True}},
    ],
)
def test_neutral_terms_change_nothing_at_all(staff):
    eased = {"prepared_eases": 0.0, "alike_eases": 0.0, "database_eases": 0.0}
    beliefs = {**eased, "alias_works_below": 0.0}
    plain = run(small(beliefs=beliefs))
    same = run(small(firm={"staff": staff}, beliefs=beliefs))
    assert plain.customers.tobytes() == same.customers.tobytes()
    assert (plain.ledger == same.ledger).all()


def test_without_quits_nothing_of_what_keeps_people_matters():
    still = {"staff": {"quits_per_year": 0, "contact": "dedicated"}}
    plain = run(small(firm=still))
    eased = run(small(firm={"staff": still["staff"] | {"hand_over": {"prepared": 1.0}}}))
    assert plain.customers.tobytes() == eased.customers.tobytes()
