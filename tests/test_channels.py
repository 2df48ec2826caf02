"""The desk: channels, hours, levels, hand-offs; theory, and laws of any desk."""

import numpy as np
import pytest
import simpy
from businesses import small
from desks import BOUND, LONG, PHONE, WEB, arrivals, served, terms, z_of
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.firm.desk import CLOSED, Desk
from loyaltysim.firm.opening import Opening
from loyaltysim.record import TICKET
from loyaltysim.simulation import run
from loyaltysim.units import HOURS_PER_WEEK

# The desk against theory


def test_of_two_priorities_each_waits_as_theory_has_it():
    # Cobham (1954), one agent, no pre-emption: W0 = load, mean service 1 hour.
    load, urgent = 0.7, 0.3
    dates = arrivals(load, 30_000)
    first = np.random.default_rng(3).random(len(dates)) < urgent
    ends = served(terms(), dates, urgent=np.where(first, 2, 0))[1]
    ends = ends[np.argsort(ends["customer"])]
    first_load = load * urgent
    wanted = {True: load / (1.0 - first_load)}
    wanted[False] = wanted[True] / (1.0 - load)
    for is_first, wait in wanted.items():
        waits = ends["answer_hours"][first == is_first]
        assert abs(z_of(waits, wait)) < BOUND
        # The test would see the other's wait, and that without priorities.
        assert abs(z_of(waits, load / (1.0 - load))) > BOUND


def test_a_complaint_that_is_passed_on_comes_back_to_the_queue():
    # A queue with feedback is one with slower service (Jackson 1957).
    load, passed_on = 0.4, 0.4
    ends = served(terms(hand_offs=passed_on), arrivals(load, 30_000))[1]
    assert abs(z_of(ends["hours"], 1.0 / (1.0 - passed_on - load))) < BOUND
    assert abs(z_of(ends["contacts"], 1.0 / (1.0 - passed_on))) < BOUND
    assert (ends["hand_offs"] == ends["contacts"] - 1).all()
    assert ends["resolved"].all()


def test_what_is_not_resolved_goes_to_a_second_queue():
    # Two queues in a row, each as if the other were not there (Jackson 1957).
    load, resolved = 0.6, 0.75
    service = terms(resolved=resolved, second_level={"agents": 1, "handling_hours": 2.0})
    ends = served(service, arrivals(load, 30_000))[1]
    onward = load * (1.0 - resolved)
    hours = 1.0 / (1.0 - load) + (1.0 - resolved) / (0.5 - onward)
    assert abs(z_of(ends["hours"], hours)) < BOUND
    assert abs(z_of(ends["level"] == 2, 1.0 - resolved)) < BOUND
    assert abs(z_of(ends["answer_hours"], load / (1.0 - load))) < BOUND
    # Second level at its own terms: a quarter of the quarter stays unresolved.
    assert abs(z_of(ends["resolved"], 1.0 - (1.0 - resolved) ** 2)) < BOUND


@pytest.mark.parametrize("skill", [0.4, 0.8, 1.0])
def test_first_contact_resolution_follows_skill(skill):
    service = terms(agents=1000, resolved=0.7, resolved_by_skill=0.5, second_level={"agents": 1000})
    ends = served(service, arrivals(5.0, 20_000), skill=skill)[1]
    at_first = ends["contacts"] == 1
    assert abs(z_of(at_first, 0.7 * (1.0 - 0.5 * (1.0 - skill)))) < BOUND


def open_time(opening: Opening, until: float, since: float = 0.0) -> float:
    """Weeks of open time between two dates, day by day."""
    total = 0.0
    for number in range(int(since) * 7, int(until) * 7 + 7):
        if number % 7 < opening.days:
            start, end = (number + opening.start) / 7.0, (number + opening.end) / 7.0
            total += max(0.0, min(end, until) - max(start, since))
    return total


def test_with_hours_the_desk_is_the_same_queue_by_its_own_clock():
    # Complaints that come while it is open see M/M/1 on a clock that stands still at night.
    load = 0.6
    opening = Opening("9-17", 5)
    by_own_clock = arrivals(load, 30_000)
    # From the desk's clock to the calendar.
    per_day = opening.length / 7.0
    day, rest = np.divmod(by_own_clock, per_day)
    dates = (day // 5 * 7 + day % 5 + opening.start) / 7.0 + rest
    ends = served(terms(hours="9-17", days=5), dates)[1]
    ends = ends[np.argsort(ends["customer"])]
    ended_at = dates + ends["hours"] / HOURS_PER_WEEK
    spent = [
        open_time(opening, until, since) * HOURS_PER_WEEK
        for since, until in zip(dates, ended_at, strict=True)
    ]
    assert abs(z_of(np.array(spent), 1.0 / (1.0 - load))) < BOUND
    assert abs(z_of(ends["hours"], 1.0 / (1.0 - load))) > BOUND


# Opening hours

openings = st.builds(
    lambda start, hours, days: Opening(f"{start}-{min(start + hours, 24)}", days),
    st.integers(0, 23),
    st.integers(1, 24),
    st.integers(1, 7),
)


@given(openings, st.floats(0.0, 300.0), st.floats(0.0, 1.5), st.floats(0.0, 1.5))
def test_work_is_done_in_open_hours_and_none_is_lost(opening, date, work, more):
    begins = opening.next(date)
    assert begins >= date
    assert opening.next(begins) == begins
    assert open_time(opening, begins, date) == pytest.approx(0.0, abs=1e-8)
    ends = opening.after(begins, work)
    assert open_time(opening, ends, begins) == pytest.approx(work, abs=1e-8)
    # Who stops in between and goes on is done as soon.
    there = opening.next(opening.after(opening.next(ends), more))
    assert open_time(opening, there, begins) == pytest.approx(work + more, abs=1e-7)


def test_who_waits_at_the_door_goes_before_who_comes_when_it_opens():
    hours = {"early": "8-17", "late": "9-17"}
    channels = [{"name": name, "share": 1, "hours": when} for name, when in hours.items()]
    service = terms(hours="9-17", channels=channels, handling_hours=1e-6)
    ends = served(service, np.full(60, 2.0 / HOURS_PER_WEEK))[1]
    assert ends["answer_hours"] == pytest.approx(7.0, abs=1e-3)
    assert (np.diff(ends["channel"]) >= 0).all()
    assert set(ends["channel"]) == {0, 1}


def test_a_day_that_begins_at_midnight_is_that_day():
    # Dates are no exact sevenths of a week.
    opening = Opening("0-9", 7)
    for day in range(2_000):
        assert opening.next(day / 7.0) == day / 7.0
        assert opening.after(day / 7.0, 0.01) == pytest.approx(day / 7.0 + 0.01)


def test_a_desk_that_opens_finds_what_came_overnight_in_its_order():
    # Monday at noon of a first day with hours 9 to 17, and later; each takes about no time.
    noon = 0.5 / 7.0
    dates = np.array([noon, noon + 0.3 / 7.0, noon + 0.4 / 7.0, noon + 0.55 / 7.0])
    service = terms(hours="9-17", days=1, handling_hours=1e-6)
    ends = served(service, dates)[1]
    assert ends["customer"].tolist() == [0, 1, 2, 3]
    answered_at = dates + ends["answer_hours"] / HOURS_PER_WEEK
    assert answered_at == pytest.approx([noon] + 3 * [1.0 + 9.0 / HOURS_PER_WEEK])


def test_patience_begins_when_the_channel_opens():
    # A caller at night who would wait a quarter of an hour calls in the morning.
    night = np.full(300, 2.0 / HOURS_PER_WEEK)
    phone = {**PHONE, "agents": 1000, "patience_days": 0.01}
    ends = served(terms(channels=[phone]), night)[1]
    assert ends["answered"].all()
    assert ends["answer_hours"] == pytest.approx(6.0)


def test_self_service_answers_at_once_and_sends_the_rest_to_the_desk():
    service = terms(
        agents=1000, hours="9-17", channels=[{**WEB, "share": 1}], resolved="100%", hand_offs=0.3
    )
    dates = arrivals(1.0, 4_000)
    ends = served(service, dates)[1]
    assert (ends["answer_hours"] == 0.0).all()
    helped = ends["level"] == 0
    assert abs(z_of(helped, 0.3)) < BOUND
    assert (ends["contacts"][helped] == 1).all()
    # A machine passes nobody on.
    assert not ends["hand_offs"][helped].any()
    assert (ends["contacts"][~helped] == 2 + ends["hand_offs"][~helped]).all()
    assert ends["resolved"].all()
    # Self-service works at night, the desk by day.
    ended_at = (dates[ends["customer"]] * HOURS_PER_WEEK + ends["hours"]) % 24.0
    assert (ended_at[helped] < 6.0).any()
    assert ((ended_at[~helped] > 9.0) & (ended_at[~helped] < 17.0 + 1e-6)).all()


def test_who_complains_again_comes_by_the_same_channel():
    web = {**WEB, "share": 1, "resolved": "50%"}
    service = terms(agents=1000, channels=[web], resolved="0%", complains_again=0.9)
    ends = served(service, arrivals(1.0, 1_000))[1]
    assert (ends["repeats"][ends["resolved"] == 1] > 0).any()
    assert (ends["level"][ends["resolved"] == 1] == 0).all()
    assert (ends["contacts"] == 2 * ends["repeats"] + 1 + (ends["level"] == 1)).all()


# Laws of any desk


@st.composite
def desks(draw: st.DrawFn) -> dict[str, object]:
    chance = st.sampled_from([0.0, 0.3, 0.9])
    hours = st.sampled_from([None, "9-17", "0-24", "22-24"])
    channels = []
    for name in ["a", "b", "c"][: draw(st.integers(0, 3))]:
        channel: dict[str, object] = {"name": name, "share": draw(st.sampled_from([1, 5]))}
        if draw(st.booleans()):
            channel["at_once"] = True
        else:
            channel["agents"] = draw(st.sampled_from([None, 1, 3]))
            channel["hours"] = draw(hours)
            channel["response_hours"] = draw(st.sampled_from([None, 0.0, 60.0]))
        channel["patience_days"] = draw(st.sampled_from([None, 0.02]))
        channels.append(channel)
    return {
        "agents": draw(st.integers(1, 3)),
        "hours": draw(hours),
        "days": draw(st.sampled_from([None, 1, 5, 7])),
        "patience_days": draw(st.sampled_from([0.05, 3.0, 1e9])),
        "handling_hours": draw(st.sampled_from([0.1, 10.0, 100.0])),
        "resolved": draw(st.sampled_from(["0%", "50%", "100%"])),
        "hand_offs": draw(chance),
        "complains_again": draw(chance),
        "second_level": draw(st.sampled_from([None, {"agents": 1, "resolved": "40%"}])),
        "channels": channels or None,
    }


@given(desks(), st.lists(st.floats(0.0, 3.0), max_size=25), st.floats(0.5, 5.0), st.booleans())
def test_every_complaint_ends_once_or_is_open(desk, opened_at, until, follows_up):
    service = terms(rules=("follow_up",) if follows_up else (), **desk)
    dates = np.sort(np.array(opened_at))
    env = simpy.Environment()
    there = Desk(env, service, (7, 0), lambda account, amount: None)
    tickets = np.zeros(len(dates), TICKET)
    tickets["hotline_hours"], tickets["opened_at"] = np.inf, dates
    tickets["customer"] = tickets["who"] = np.arange(len(dates))
    there.take(tickets)
    ends = []
    # Looked at day by day, each end is told once, on its day; and in the end there is one.
    for day in [*np.arange(1, int(until * 7) + 1) / 7.0, LONG]:
        before = env.now
        env.run(day)
        told = there.messages()
        date = dates[told["customer"]] + told["hours"] / HOURS_PER_WEEK
        assert (np.diff(date) >= -1e-9).all()
        assert ((date > before - 1e-9) & (date < day + 1e-9)).all()
        for level in there.levels:
            assert 0 <= level.busy <= level.agents
            assert not (level.waiting and level.free and level.opening is None)
        ends.append(told)
    closed = np.concatenate(ends)
    assert sorted(closed["customer"]) == list(range(len(dates)))
    assert there.opened == len(dates)
    assert (closed["hours"] >= np.where(closed["answered"], closed["answer_hours"], 0.0)).all()
    assert (closed["answer_hours"] >= 0.0).all()
    # Resolved, given up or unresolved; who was never answered has given up.
    assert not (closed["resolved"] & closed["gave_up"]).any()
    assert closed["gave_up"][closed["answered"] == 0].all()
    assert closed["answered"][closed["resolved"] == 1].all()
    assert (closed["contacts"] >= closed["answered"]).all()
    assert (closed["contacts"] > closed["hand_offs"] + closed["repeats"] - 1).all()
    assert not any(level.busy or level.waiting for level in there.levels)


def test_what_does_not_concern_a_complaint_does_not_change_it():
    # Luck is that of the complaint: a channel of others, busier or not, leaves it alone.
    dates = arrivals(2.0, 400)
    web = {**WEB, "share": 1}
    ends = {}
    for agents in (1, 50):
        mail = {"name": "mail", "share": 1, "agents": agents}
        told = served(terms(resolved=0.5, channels=[web, mail]), dates)[1]
        ends[agents] = told[np.argsort(told["customer"])]
    helped = (ends[1]["channel"] == 0) & (ends[1]["level"] == 0)
    assert helped.any()
    for name in ("hours", "resolved", "level"):
        assert (ends[1][name][helped] == ends[50][name][helped]).all()
    assert (ends[1]["channel"] == ends[50]["channel"]).all()


def test_an_easier_channel_is_used_more_and_brings_more_complaints():
    def complaints(ease):
        channels = [{"name": "shop", "share": 1}, {"name": "chat", "share": 1, "ease": ease}]
        service = {"failure_per_visit": "20%", "desk": {"agents": 10, "channels": channels}}
        business = small(market={"people": 2000}, horizon="1 year", firm={"service": service})
        return run(business).desk[:, 1 + CLOSED.index("channel")]

    usual, easy = complaints(1.0), complaints(3.0)
    odds = 0.1 / 0.9 * 2.0
    assert len(easy) / len(usual) == pytest.approx(odds / (1.0 + odds) / 0.1, rel=0.15)
    assert easy.mean() == pytest.approx(0.75, abs=0.04)
    assert usual.mean() == pytest.approx(0.5, abs=0.04)
