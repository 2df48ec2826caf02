"""Dismissals and lay-offs: who goes, who comes, what it costs, and what customers feel of it."""

import numpy as np
import pytest
from businesses import QUIET, small
from test_staff import Firm

from loyaltysim.levels import first_guess
from loyaltysim.results.census import Census
from loyaltysim.results.tables import Tables
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.setting import belief_values
from loyaltysim.simulation import run
from loyaltysim.studies.steady import steady

STEADY = {"quits_per_year": 0, "hiring_weeks": 0}
CUT = {"lays_off": {"at": "10 weeks", "share": "30%"}}


def departed(firm):
    firm.staff.show(firm.seats)
    return firm.seats["departures"][:-1]


# Dismissals


@pytest.mark.parametrize("more", [{}, {"pay_per_week": 600, "responds": True}, {"overload": 0.5}])
def test_as_many_are_dismissed_as_is_stated_whatever_pay_and_morale(more):
    firm = Firm(**STEADY | {"dismissed_per_year": "10%"} | more).lives(520)
    assert firm.staff.dismissed == firm.staff.hires
    assert abs(firm.staff.dismissed - 400.0) < 4.0 * 20.0
    assert firm.staff.quits == 0
    assert firm.booked["hiring"] == firm.staff.hires * 3 * firm.staff.terms.pay_per_week


def test_the_least_practised_go_and_their_successors_before_all_others():
    firm = Firm(**STEADY, dismissed_per_year="10%")
    (first,) = [min(firm.staff.employees, key=lambda one: one.practice).seat]
    left = departed(firm.lives(200))
    assert left[first] == firm.staff.dismissed > 100
    assert left.sum() == left[first]
    # Who quits may be anybody; as many departures leave more skill where the unskilled go.
    by_chance = Firm(quits_per_year="10%", hiring_weeks=0).lives(200)
    assert (departed(by_chance) > 0).sum() > 100
    skill = [f.seats["skill"][:-1].mean() for f in (firm, by_chance)]
    assert skill[0] > skill[1] + 0.005


def test_who_has_given_notice_is_not_dismissed_besides():
    firm = Firm(count=3, quits_per_year="300%", notice="4 weeks", dismissed_per_year="500%")
    staff = firm.staff
    for _ in range(300):
        noticed = [one for one in staff.employees if one is not None and one.leaves]
        dismissed = staff.dismissed
        staff.show(firm.seats)
        staff.live_on(firm.load, 0.0)
        firm.env.run(until=firm.env.now + 1)
        assert staff.present == 3 - staff.quits - staff.dismissed + staff.hires
        if len(noticed) == 3:
            assert staff.dismissed == dismissed
    assert staff.dismissed > 10
    assert staff.quits > 10


# Lay-offs


def test_places_are_cut_for_good_the_empty_ones_first():
    firm = Firm(**CUT, hiring_weeks=10).lives(10)
    empty = [seat for seat, one in enumerate(firm.staff.employees) if one is None]
    hired = firm.staff.hires
    firm.env.run(until=10.5)
    staff = firm.staff
    assert len(staff.cut) == 120
    assert staff.laid_off == 120 - len(empty) < 110
    assert set(empty) <= staff.cut
    # Whoever was looked for does not come, and is not paid for.
    firm.env.run(until=200)
    assert staff.places == 280
    assert not {one.seat for one in staff.employees if one is not None} & staff.cut
    assert staff.hires == hired > 0
    assert staff.present == 400 - staff.quits - staff.laid_off + staff.hires
    assert firm.booked["hiring"] == staff.hires * 3 * 500


def test_who_is_laid_off_while_on_notice_does_not_quit():
    firm = Firm(quits_per_year="300%", notice="20 weeks", **CUT)
    present = []
    for _ in range(60):
        firm.staff.show(firm.seats)
        firm.staff.live_on(firm.load, 0.0)
        firm.env.run(until=firm.env.now + 1)
        staff = firm.staff
        present.append(staff.present)
        assert present[-1] == 400 - staff.quits - staff.laid_off + staff.hires <= staff.places
    assert staff.laid_off > 100


@pytest.mark.parametrize(
    ("seats", "share", "left"), [(3, "100%", 1), (1, "50%", 1), (10, "25%", 7)]
)
def test_a_share_is_rounded_and_one_is_left(seats, share, left):
    firm = Firm(**STEADY, count=seats, lays_off={"at": "1 weeks", "share": share}).lives(3)
    assert firm.staff.present == firm.staff.places == left


def test_a_deeper_cut_takes_more_of_the_same():
    cuts = [
        Firm(**STEADY, lays_off={"at": "1 weeks", "share": share}).lives(2).staff.cut
        for share in ("10%", "20%")
    ]
    assert len(cuts[0]) == 40
    assert cuts[0] < cuts[1]


def test_nobody_is_paid_for_a_place_that_is_cut():
    for stand_in in ({}, {"stand_in_pay_per_week": 500}):
        firm = Firm(**STEADY | stand_in, **CUT).lives(30)
        assert firm.booked["pay"] == pytest.approx(500 * (400 * 10 + 280 * 20))
        assert len(firm.staff.servers(firm.seats)) == 280
    # Where stand-ins earn as much as staff, quits change nothing of it.
    firm = Firm(stand_in_pay_per_week=500, **CUT).lives(30)
    assert firm.booked["pay"] == pytest.approx(500 * (400 * 10 + 280 * 20))


def test_the_work_is_shared_among_those_who_are_left():
    firm = Firm(**STEADY, **CUT).lives(20)
    firm.staff.visits_per_seat = 10.0
    contacts, there = np.zeros(1, np.int64), np.ones(1, np.int8)
    servers = firm.staff.servers(firm.seats)
    firm.staff.share_the_work(firm.seats, len(servers), 8000.0, contacts, there)
    load = firm.staff.terms.usual_load * 8000.0 / (280 * 10.0)
    assert firm.seats["overload"][servers] == pytest.approx(load - 1.0)


def test_what_is_cut_at_once_is_that_share_of_the_team():
    firm = Firm(**STEADY, **CUT).lives(20)
    assert firm.staff.team_change == pytest.approx(0.3)


# Customers


CALM = {"beliefs": QUIET, "horizon": "52 weeks"}


def with_staff(**staff):
    return small(**CALM, firm={"staff": {"count": 5, **STEADY, **staff}})


@pytest.mark.parametrize("contact", ["pooled", "dedicated"])
@pytest.mark.parametrize(
    "leave",
    [{"dismissed_per_year": "200%"}, {"lays_off": {"at": "26 weeks", "share": "60%"}}],
)
def test_ties_break_by_whoever_leaves(contact, leave):
    stay, go = (run(with_staff(contact=contact, **more)) for more in ({}, leave))
    bought = go.customers["purchases"] > 20
    ties = [result.customers["familiarity"][bought].mean() for result in (stay, go)]
    assert ties[1] < ties[0]
    assert go.firm[-1, 6:8].sum() >= 2
    lost = [result.customers["tie_lost"].sum() for result in (stay, go)]
    assert lost[1] > lost[0] == 0.0


@pytest.mark.parametrize(
    "neutral",
    [
        {"dismissed_per_year": "0%"},
        {"lays_off": {"at": "2 weeks", "share": "0%"}},
        {"lays_off": {"at": "60 weeks", "share": "90%"}},
    ],
)
def test_without_any_nothing_changes_at_all(neutral):
    leaving = {"count": 5, "quits_per_year": "200%", "stand_in_pay_per_week": 300}
    plain, same = (run(small(**CALM, firm={"staff": leaving | more})) for more in ({}, neutral))
    assert plain.quits > 2
    assert plain.customers.tobytes() == same.customers.tobytes()
    assert (plain.ledger == same.ledger).all()
    assert plain.firm.tobytes() == same.firm.tobytes()


def test_a_departure_of_any_kind_is_in_the_tables():
    leaving = {"quits_per_year": "80%", "dismissed_per_year": "50%", **CUT}
    census = Census(12, 1)
    table = Tables(run(with_staff(**leaving), census=census), census).staff
    last = table.iloc[-1]
    left = last["quits"] + last["dismissed"] + last["laid_off"]
    assert last["present"] == 5 - left + last["hires"]
    assert last["dismissed"] > 0
    assert last["laid_off"] == last["cut"] == 2
    assert table["cut"][:10].sum() == 0


def test_a_level_business_is_searched_before_anybody_is_laid_off():
    plain, cutting = (steady(with_staff(**more), rounds=2) for more in ({}, CUT))
    assert cutting.visits_per_seat == plain.visits_per_seat
    assert (cutting.loss_per_week == plain.loss_per_week).all()
    # Ties have grown under all departures that are usual.
    fades = [
        first_guess(world, belief_values(world)).ties
        for world in (with_staff(quits_per_year=0.5), with_staff(quits_per_year=0.2,
                                                                 dismissed_per_year=0.3))
    ]  # fmt: skip
    assert fades[0] == fades[1]


def test_a_lay_off_without_its_date_is_refused():
    document = small().model_dump(exclude_unset=True)
    document["firm"]["staff"]["lays_off"] = {"share": "20%"}
    with pytest.raises(ScenarioError, match="lays_off"):
        Scenario.from_document(document)
