"""Channels, hours, levels, remedies and rules at the desk: theory, laws, and what a user sees."""

from math import sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import simpy
from businesses import small
from hypothesis import given
from hypothesis import strategies as st
from test_compiled import differences

from loyaltysim.customers.complaints import REMEDIES, RULES, close_ticket
from loyaltysim.customers.failures import KINDS
from loyaltysim.evidence import beliefs, register
from loyaltysim.firm.desk import CLOSED, Desk
from loyaltysim.firm.opening import Opening
from loyaltysim.firm.recovery import Recoveries
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.record import TICKET
from loyaltysim.results.census import Census
from loyaltysim.results.tables import Tables
from loyaltysim.scenario.model import Business, Service
from loyaltysim.simulation import run
from loyaltysim.story.several import lived as several
from loyaltysim.units import HOURS_PER_WEEK

LONG = 1e6
BOUND = 4.0
ALL_RULES = [
    "customer_is_right", "listen", "apologise", "admit", "show_care", "stay_calm", "take_notes",
    "negotiate", "act_at_once", "follow_up",
]  # fmt: skip
PHONE = {
    "name": "phone", "share": "60%", "hours": "8-18", "agents": 1, "handling_hours": 0.5,
    "patience_days": 0.1, "response_hours": 0.0,
}  # fmt: skip
MAIL = {"name": "mail", "share": "30%"}
WEB = {"name": "web", "share": "10%", "at_once": True, "handling_hours": 0.2, "resolved": "30%"}
EVERYTHING = {
    "failure_per_visit": "40%",
    "rules": ALL_RULES,
    "recovery": {name: {"amount": 0.5, "share_of_basket": "20%"} for name in REMEDIES},
    "desk": {
        "agents": 2, "hours": "9-17", "days": 5, "hand_offs": "30%", "complains_again": "30%",
        "resolved_by_skill": "50%", "cost_per_ticket": 1.0, "channels": [PHONE, MAIL, WEB],
        "second_level": {"agents": 1, "handling_hours": 4.0, "resolved": "60%"},
    },
}  # fmt: skip
TALKATIVE = {"voice": 0.8}


def terms(*, rules: tuple[str, ...] = (), **desk: object) -> Service:
    """A desk where nothing is waited for but the queue, and nothing is resolved by itself."""
    stated = {"agents": 1, "handling_hours": 1.0, "patience_days": 1e9, "resolved": "100%"} | desk
    return Service.model_validate({"response_hours": 0.0, "desk": stated, "rules": list(rules)})


def served(
    service: Service,
    opened_at: np.ndarray,
    until: float = LONG,
    skill: float = 1.0,
    **tickets: object,
) -> tuple[Desk, np.ndarray]:
    """A desk at which tickets of different people were opened at these dates (weeks)."""
    env = simpy.Environment()
    desk = Desk(env, service, (7, 0), lambda account, amount: None)
    desk.skill = skill
    records = np.zeros(len(opened_at), TICKET)
    records["hotline_hours"] = np.inf
    records["customer"] = records["who"] = np.arange(len(opened_at))
    records["opened_at"] = opened_at
    records["severity"], records["basket"] = 3.0, 12.0
    for name, values in tickets.items():
        records[name] = values
    desk.take(records)
    env.run(until)
    return desk, desk.messages()


def arrivals(per_hour: float, count: int) -> np.ndarray:
    """Dates of a Poisson stream."""
    gaps = np.random.default_rng(2).exponential(1.0 / per_hour, count)
    return np.asarray(np.cumsum(gaps) / HOURS_PER_WEEK)


def z_of(values: np.ndarray, expected: float, batches: int = 40) -> float:
    """How many standard errors a mean is off, by batches far longer than a queue remembers."""
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    return float((means.mean() - expected) / (means.std(ddof=1) / sqrt(batches)))


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


# Nothing stated, nothing changed


JUSTICE = [
    "usual_fit", "rule_courtesy", "hand_off_courtesy", "rule_procedure", "repeat_procedure",
    "rule_outcome", "outcome_restores", "courtesy_restores", "procedure_restores",
    "outcome_stays", "courtesy_stays", "procedure_stays", "apology_habit", "apology_wears",
]  # fmt: skip


CALM: dict[str, Any] = {
    "market": {"people": 300},
    "horizon": "12 weeks",
    "firm": {
        "service": {
            "failure_per_visit": "40%",
            "desk": {"handling_hours": 6.0, "patience_days": 3.0},
        }
    },
}


def same(a: Business, b: Business) -> bool:
    one, other = run(a), run(b)
    return (
        len(one.desk) > 100
        and not differences(one, other)
        and one.desk.tobytes() == other.desk.tobytes()
    )


@pytest.mark.parametrize("name", JUSTICE)
def test_how_a_complaint_is_handled_counts_only_where_it_is_stated(name):
    far = register()[f"beliefs.{name}"]
    loud = {"voice": 0.8, name: far.high + 0.3 if far.unit != "share" else far.high}
    before = small(**CALM, beliefs=TALKATIVE)
    assert same(before, small(**CALM, beliefs=loud))


def test_what_is_usual_may_be_stated():
    service = CALM["firm"]["service"]
    desk = service["desk"] | {
        "hours": "0-24", "days": 7, "hand_offs": 0.0, "complains_again": 0.0,
        "resolved_by_skill": "0%", "rule_takes": "50%", "at_once_saves": "50%",
        "follow_up_catches": "50%", "channels": [{"name": "all", "share": 2}],
    }  # fmt: skip
    stated = service | {"desk": desk, "rules": []}
    plain = small(**CALM, beliefs=TALKATIVE)
    assert same(plain, small(**CALM | {"firm": {"service": stated}}, beliefs=TALKATIVE))


def test_a_life_is_the_same_compiled_and_interpreted():
    business = small(
        market={"people": 60}, horizon="20 weeks", beliefs=TALKATIVE, firm={"service": EVERYTHING}
    )
    result = run(business)
    assert not differences(result, run(business, interpreted=range(0, 60, 2)))
    desk = dict(zip(("week", *CLOSED), result.desk.T, strict=True))
    # All of it has happened.
    for name in ("resolved", "gave_up", "hand_offs", "repeats"):
        assert desk[name].any()
    assert set(desk["channel"]) == {0.0, 1.0, 2.0}
    assert set(desk["level"]) == {0.0, 1.0, 2.0}
    assert (result.customers["apologised"] > 0.0).any()
    complaints = result.counts.sum(axis=(0, 1))[COUNTS.index("complaints")]
    assert complaints == len(result.desk) + result.open_tickets


# What the handling does to a customer


def believed(**changes: float) -> SimpleNamespace:
    values = {name: register()[f"beliefs.{name}"].value for name in beliefs()}
    return SimpleNamespace(**values | changes)


def closed(
    *, rules: tuple[str, ...] = (), apologised: float = 0.0, severity: float = 3.0,
    believes: SimpleNamespace | None = None, **message: object,
) -> tuple[float, float, SimpleNamespace]:  # fmt: skip
    """Satisfaction gained, and risk of leaving, in shares of the damage, over one complaint."""
    customer = SimpleNamespace(who=1, satisfaction=0.0, compensation=0, apologised=apologised)
    kept = {name: len(set(part) & set(rules)) for name, part in RULES.items()}
    week = SimpleNamespace(seed=1, replication=0, **kept)
    told = dict.fromkeys(["hand_offs", "repeats", "followed_up"], 0) | {
        "answered": 1, "resolved": 1, "hours": 10.0, "severity": severity, "remedy": -1,
        "fit": 0.0, "given": 2.5, "nth": 3,
    } | message  # fmt: skip
    tally = SimpleNamespace(compensation=0)
    found = believes or believed()
    close_ticket(customer, SimpleNamespace(**told), week, found, 0.0, tally)
    assert tally.compensation == customer.compensation == (2_500_000 if told["resolved"] else 0)
    # The chance of leaving over it: the log risk at which the same luck decides.
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        again = SimpleNamespace(who=1, satisfaction=0.0, compensation=0, apologised=apologised)
        leaves = close_ticket(again, SimpleNamespace(**told), week, found, middle, tally)
        low, high = (low, middle) if leaves else (middle, high)
    lost = found.satisfaction_moves * severity
    return customer.satisfaction / lost, low, customer


def test_outcome_courtesy_and_procedure_count_in_the_order_of_the_meta_analyses():
    usual, stays, _ = closed()
    whole = believed(rule_courtesy=1.0, rule_procedure=1.0, usual_fit=0.0, recovery_quick=-0.4)
    base, base_stays, _ = closed(believes=whole)
    better = {
        "outcome": closed(believes=whole, remedy=2, fit=1.0),
        "courtesy": closed(believes=whole, rules=("listen",)),
        "procedure": closed(believes=whole, rules=("take_notes",)),
    }
    satisfies = [better[name][0] - base for name in better]
    keeps = [better[name][1] - base_stays for name in better]
    assert satisfies[0] > satisfies[1] > satisfies[2] > 0.0
    assert keeps[1] > 0.9 * keeps[0] > keeps[2] > 0.0
    assert keeps[1] == pytest.approx(believed().courtesy_stays, abs=1e-6)
    assert usual == pytest.approx(0.5 + 0.3 * np.exp(-10.0 / 24.0))
    assert stays > closed(answered=0, resolved=0)[1]


@given(
    st.sets(st.sampled_from(ALL_RULES)),
    st.floats(0.0, 1.0),
    st.integers(-1, len(REMEDIES) - 1),
    st.integers(0, 5),
    st.floats(0.0, 300.0),
    st.booleans(),
)
def test_recovery_never_exceeds_the_damage(rules, fit, remedy, hand_offs, hours, best):
    ends = {name: register()[f"beliefs.{name}"] for name in JUSTICE}
    drawn = believed(**{name: e.high if best else e.low for name, e in ends.items()})
    gained, _, _ = closed(
        rules=tuple(rules), remedy=remedy, fit=fit, hand_offs=hand_offs, hours=hours, believes=drawn
    )
    assert gained <= 1.0 + 1e-12
    # Unresolved, it is worth less, and without an answer nothing.
    unresolved, _, _ = closed(rules=tuple(rules), resolved=0, hours=hours, believes=drawn)
    assert unresolved < 1.0
    assert closed(answered=0, resolved=0, rules=tuple(rules))[0] == 0.0


@pytest.mark.parametrize("rule", [rule for rule in ALL_RULES if rule != "follow_up"])
def test_each_rule_helps_a_little(rule):
    gained, stays, _ = closed()
    more, more_stays, _ = closed(rules=(rule,))
    assert more > gained
    assert more_stays > stays
    unresolved = closed(resolved=0, rules=(rule,))[0] - closed(resolved=0)[0]
    assert (unresolved > 0.0) == (rule != "act_at_once")


def test_being_passed_on_or_having_to_come_again_hurts():
    gained, stays, _ = closed()
    for name in ("hand_offs", "repeats"):
        once, twice = closed(**{name: 1}), closed(**{name: 2})
        assert gained > once[0] > twice[0]
        assert stays > once[1] > twice[1]
    assert closed(followed_up=1)[0] > gained


def test_apologies_wear_off_until_they_are_worse_than_none():
    plain = closed(resolved=0)[0]
    gained, apologised = [], 0.0
    for _ in range(4):
        share, _, customer = closed(resolved=0, rules=("apologise",), apologised=apologised)
        assert customer.apologised > apologised
        apologised = customer.apologised
        gained.append(share - plain)
    assert gained[0] > gained[1] > gained[2] > gained[3]
    assert gained[0] > 0.0 > gained[2]
    # Other courtesy does not wear off, and nobody is used to apologies that were not made.
    assert closed(apologised=apologised)[0] == closed()[0]
    assert closed(rules=("listen",))[2].apologised == 0.0


def test_an_apology_as_a_remedy_wears_off_too():
    first = closed(remedy=REMEDIES.index("apologise"), fit=0.7)
    later = closed(remedy=REMEDIES.index("apologise"), fit=0.7, apologised=0.8)
    assert first[2].apologised > 0.0
    assert later[0] < first[0]
    assert closed(remedy=REMEDIES.index("refund"), fit=0.7, apologised=0.8)[0] == first[0]


# Remedies


def recoveries(**stated: object) -> Recoveries:
    return Recoveries(Service.model_validate({"recovery": stated}))


def test_the_remedy_that_fits_the_cause_is_given_where_it_is_found():
    offered = recoveries(
        apologise={}, replace={"share_of_basket": "40%", "amount": 1.0}, diagnosis="100%"
    )
    found = [offered.give(cause, 20.0, 1.0, 0.999) for cause in range(len(KINDS))]
    names = [REMEDIES[given.remedy] for given in found]
    assert dict(zip(KINDS, names, strict=True)) == {
        "core": "replace", "encounter": "apologise", "system": "replace", "promise": "replace",
    }  # fmt: skip
    assert [given.cost for given in found] == [9.0, 0.0, 9.0, 9.0]
    assert found[0].fit == register()["firm.service.recovery.replace.core"].value


@pytest.mark.parametrize("skill", [0.0, 0.5, 1.0])
def test_a_cause_is_found_by_skill_and_else_any_remedy_is_given(skill):
    offered = recoveries(
        fix={"core": "100%"}, explain={"core": "0%"}, diagnosis="80%", diagnosis_by_skill="50%"
    )
    lucks = (np.arange(10_000) + 0.5) / 10_000
    fits = [offered.give(0, 20.0, skill, luck).fit for luck in lucks]
    found = 0.8 * (1.0 - 0.5 * (1.0 - skill))
    assert np.mean(fits) == pytest.approx(found + (1.0 - found) / 2.0, abs=2e-4)


def test_without_remedies_the_usual_compensation_is_given():
    offered = Recoveries(Service.model_validate({"compensation_share_of_basket": "25%"}))
    assert offered.give(0, 20.0, 0.5, 0.9) == (-1, 0.0, 5.0)


def test_remedies_are_paid_for_and_told():
    business = small(market={"people": 150}, beliefs=TALKATIVE, firm={"service": EVERYTHING})
    census = Census(6, 1)
    result = run(business, census=census)
    complaints = Tables(result, census).complaints
    assert set(complaints["channel"]) == {"phone", "mail", "web"}
    assert set(complaints["remedy"][complaints["resolved"]]) <= set(REMEDIES)
    assert (complaints["remedy"][~complaints["resolved"]] == "").all()
    paid = result.ledger[:, 0, ACCOUNTS.index("compensation")].sum()
    assert paid >= 0.5 * MICRO * complaints["resolved"].sum() > 0
    # A ticket is paid for each time that it is handled.
    handled = complaints["contacts"].sum()
    assert result.ledger[:, -1, ACCOUNTS.index("service")].sum() >= handled * MICRO


# Rules at the desk


def test_each_rule_takes_time():
    dates = arrivals(0.1, 5_000)
    hours = [
        served(terms(agents=1000, rule_takes="10%", rules=rules), dates)[1]["hours"]
        for rules in ((), ("listen",), tuple(ALL_RULES[:9]))
    ]
    assert hours[1].mean() == pytest.approx(1.1 * hours[0].mean())
    assert hours[2].mean() == pytest.approx(1.9 * hours[0].mean())


def test_acting_at_once_shortens_the_wait():
    service = {"response_hours": 10.0, "desk": {"agents": 1000, "patience_days": 1e9}}
    dates = arrivals(0.1, 500)
    waits = [
        served(Service.model_validate(service | {"rules": rules}), dates)[1]["answer_hours"].mean()
        for rules in ([], ["act_at_once"])
    ]
    assert waits[1] == pytest.approx(0.75 * waits[0])


def test_following_up_resolves_more_and_spares_repeated_complaints():
    desk = {"agents": 1000, "resolved": 0.5, "complains_again": 0.5, "follow_up_catches": 0.4}
    dates = arrivals(1.0, 20_000)
    plain = served(terms(**desk), dates)[1]
    kept = served(terms(**desk, rules=("follow_up",)), dates)[1]
    # Each end in vain is followed by another attempt with chance r: resolved = p / (1 - (1 - p) r).
    again = 0.4 + 0.6 * 0.5
    assert abs(z_of(plain["resolved"], 0.5 / (1.0 - 0.5 * 0.5))) < BOUND
    assert abs(z_of(kept["resolved"], 0.5 / (1.0 - 0.5 * again))) < BOUND
    # Of each attempt half fail; of these the one complains again, unless followed up.
    assert abs(z_of(plain["repeats"], 0.25 / (1.0 - 0.25))) < BOUND
    assert abs(z_of(kept["repeats"], 0.15 / (1.0 - 0.35))) < BOUND
    assert kept["repeats"].mean() < plain["repeats"].mean()
    assert not plain["followed_up"].any()


def test_a_desk_whose_people_know_more_keeps_more_customers():
    # By a firm that keeps all the rules and finds remedies that fit, fewer are lost knowingly.
    lost = {}
    for name, more in (
        ("passed on", {"desk": {"agents": 50, "hand_offs": "60%", "handling_hours": 1.0}}),
        ("good", {
            "desk": {"agents": 50, "handling_hours": 1.0},
            "rules": ALL_RULES, "recovery": {remedy: {} for remedy in REMEDIES},
        }),
    ):  # fmt: skip
        service = {"failure_per_visit": "40%", "response_hours": 1.0, **more}
        business = small(
            market={"people": 3000}, firm={"service": service},
            beliefs={"voice": 0.9, "leave_after_failure": 0.2},
        )  # fmt: skip
        lost[name] = run(business).counts[:, :, COUNTS.index("lost_knowingly")].sum()
    assert lost["passed on"] > 1.3 * lost["good"] > 0


# What is written, and what is told


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({"desk": {"hours": "17-9"}}, "write the hours of one day such as 9-17"),
        ({"desk": {"hours": "nine"}}, "write the hours of one day such as 9-17"),
        ({"desk": {"channels": [MAIL, MAIL]}}, "two channels are named 'mail'"),
        ({"desk": {"channels": [{**MAIL, "share": 0}]}}, "come by one channel at least"),
        ({"desk": {"channels": [{**WEB, "agents": 2}]}}, "what answers at_once has no agents"),
        ({"recovery": {"diagnosis": "50%"}}, "offer one remedy at least: explain"),
        ({"rules": ["listen", "smile"]}, "customer_is_right"),
        ({"desk": {"hand_offs": "100%"}}, "0.95"),
    ],
)
def test_what_cannot_be_is_refused(service, said):
    with pytest.raises(ValueError, match=said):
        Service.model_validate(service)


def test_a_story_tells_what_happened_to_a_complaint():
    business = small(
        market={"people": 60}, horizon="20 weeks", beliefs=TALKATIVE, firm={"service": EVERYTHING}
    )
    told = "\n".join(
        life.told(width=400) for life in several(business, None, range(60), None).values()
    )
    for text in (
        "The complaint by phone was resolved after",
        "The complaint by phone was not answered; given up after",
        "The complaint by mail was answered, and given up after",
        "The complaint by web was",
        "passed on to a colleague once",
        "passed on to a colleague 2 times",
        "handed to the second level",
        "followed up",
        "made once more",
        "what was given: ",
    ):
        assert text in told
    plain = small(**CALM, beliefs=TALKATIVE)
    told = "\n".join(
        life.told(width=400) for life in several(plain, None, range(60), None).values()
    )
    assert "The complaint was resolved after" in told
    assert "First answer" not in told
