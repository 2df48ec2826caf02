"""The desk: queues as theory has them, patience, and an end for every ticket."""

from math import prod

import numpy as np
import pytest
import simpy
from businesses import small
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.firm.desk import Desk
from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.record import TICKET
from loyaltysim.scenario.service import Service
from loyaltysim.simulation import run
from loyaltysim.units import HOURS_PER_WEEK

LONG = 1e9
"""Weeks after which every ticket has ended."""


def terms(*, response_hours: float = 0.0, **desk: object) -> Service:
    """A desk where nothing is waited for but the queue."""
    stated = {"agents": 1, "handling_hours": 1.0, "patience_days": 1e9, "resolved": "50%"} | desk
    return Service.model_validate({"response_hours": response_hours, "desk": stated})


def served(
    service: Service, opened_at: np.ndarray, until: float | None = None
) -> tuple[Desk, np.ndarray]:
    """A desk at which tickets of different people were opened at these dates (weeks)."""
    env = simpy.Environment()
    costs: list[float] = []
    desk = Desk(env, service, (7, 0), lambda account, amount: costs.append(amount))
    tickets = np.zeros(len(opened_at), TICKET)
    tickets["hotline_hours"] = np.inf
    tickets["customer"] = tickets["who"] = np.arange(len(opened_at))
    tickets["opened_at"] = opened_at
    tickets["severity"], tickets["basket"] = 3.0, 12.0
    desk.take(tickets)
    env.run(LONG if until is None else until)
    ends = desk.messages()
    assert len(costs) == ends["answered"].sum()
    return desk, ends


def arrivals(per_hour: float, count: int) -> np.ndarray:
    """Dates of a Poisson stream."""
    gaps = np.random.default_rng(1).exponential(1.0 / per_hour, count)
    return np.asarray(np.cumsum(gaps) / HOURS_PER_WEEK)


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_time_at_a_desk_with_one_agent_is_that_of_an_m_m_1_queue(load):
    ends = served(terms(), arrivals(load, 20_000))[1]
    assert len(ends) == 20_000
    assert ends["answered"].all()
    assert ends["hours"].mean() == pytest.approx(1.0 / (1.0 - load), rel=0.06)
    assert ends["resolved"].mean() == pytest.approx(0.5, abs=0.02)


def test_time_at_a_desk_with_agents_is_that_of_an_m_m_c_queue():
    agents, offered = 4, 3.0
    waiting = offered**agents / prod(range(1, agents + 1)) / (1.0 - offered / agents)
    calm = sum(offered**k / prod(range(1, k + 1)) for k in range(agents))
    waits = waiting / (calm + waiting)
    ends = served(terms(agents=agents), arrivals(offered, 20_000))[1]
    assert ends["hours"].mean() == pytest.approx(1.0 + waits / (agents - offered), rel=0.06)


def test_share_that_gives_up_is_that_of_a_queue_with_impatience():
    # Birth and death: arrivals 2 an hour, service 1, everybody in the queue leaves at rate 0.5.
    load, quits = 2.0, 0.5
    weights = np.cumprod([1.0] + [load / (1.0 + quits * n) for n in range(60)])
    busy = 1.0 - weights[0] / weights.sum()
    ends = served(terms(patience_days=1.0 / quits / 24.0), arrivals(load, 20_000))[1]
    assert 1.0 - ends["answered"].mean() == pytest.approx(1.0 - busy / load, abs=0.015)
    assert not ends["resolved"][ends["answered"] == 0].any()


def test_an_answer_takes_its_time_before_anyone_queues():
    ends = served(terms(agents=1000, response_hours=24.0), arrivals(5.0, 20_000))[1]
    assert ends["hours"].mean() == pytest.approx(25.0, rel=0.03)
    assert ends["answer_hours"].mean() == pytest.approx(24.0, rel=0.03)
    # Patience runs meanwhile: of two exponential clocks the faster wins.
    ends = served(
        terms(agents=1000, response_hours=24.0, patience_days=2.0), arrivals(5.0, 20_000)
    )[1]
    assert ends["answered"].mean() == pytest.approx(48.0 / 72.0, abs=0.015)


def test_who_waits_is_served_in_the_order_of_arrival():
    opened_at = np.array([0.0, 0.001, 0.002, 0.003])
    ends = served(terms(handling_hours=50.0), opened_at)[1]
    assert ends["customer"].tolist() == [0, 1, 2, 3]


@given(
    st.lists(st.floats(0.0, 3.0), max_size=30),
    st.integers(1, 3),
    st.sampled_from([0.0, 10.0, 300.0]),
    st.sampled_from([0.01, 2.0, 1e9]),
    st.floats(0.5, 4.0),
)
def test_every_ticket_ends_once_or_is_open(opened_at, agents, response, patience, until):
    service = terms(agents=agents, response_hours=response, patience_days=patience)
    dates = np.sort(np.array(opened_at))
    desk, ends = served(service, dates, until)
    assert len(set(ends["customer"])) == len(ends) <= desk.opened == len(dates)
    assert desk.first.busy <= agents
    assert (ends["hours"] >= 0.0).all()
    assert (
        dates[ends["customer"]] * HOURS_PER_WEEK + ends["hours"] < until * HOURS_PER_WEEK + 1e-9
    ).all()
    # With time enough, all of them end, each with the same luck as before.
    desk, later = served(service, dates)
    assert len(later) == len(dates)
    assert desk.first.busy == 0


def test_luck_of_a_ticket_is_its_own():
    opened_at = arrivals(0.2, 200)
    many, few = terms(agents=50), terms(agents=50)
    ends = served(many, opened_at)[1]
    # Every second ticket alone: the same work, whatever else lies on the desk.
    env = simpy.Environment()
    desk = Desk(env, few, (7, 0), lambda account, amount: None)
    tickets = np.zeros(100, TICKET)
    tickets["hotline_hours"] = np.inf
    tickets["customer"] = tickets["who"] = np.arange(0, 200, 2)
    tickets["opened_at"] = opened_at[::2]
    desk.take(tickets)
    env.run(LONG)
    alone = desk.messages()
    both = ends[np.isin(ends["customer"], alone["customer"])]
    order, other = np.argsort(both["customer"]), np.argsort(alone["customer"])
    assert both["hours"][order] == pytest.approx(alone["hours"][other], abs=1e-9)
    assert (both["resolved"][order] == alone["resolved"][other]).all()


def test_a_slower_desk_loses_more_customers():
    # Patience is long, so the desk's speed acts through the answer alone.
    desk = {"resolved": "90%", "patience_days": 100.0}
    lost = {}
    for hours in (1.0, 400.0):
        service = {"failure_per_visit": "30%", "response_hours": hours, "desk": desk}
        business = small(market={"people": 4000}, firm={"service": service}, beliefs={"voice": 0.5})
        result = run(business)
        lost[hours] = result.counts[:, :, COUNTS.index("lost_knowingly")].sum()
    assert lost[400.0] > lost[1.0] > 0


@pytest.mark.parametrize("weeks", [1, 2, 9])
def test_what_has_ended_by_the_horizon_is_in_the_books(weeks):
    # All amounts are alike, so each resolved complaint costs half of 10, in the week it ended.
    segment = small().market.segments[0].model_dump(exclude_none=True)
    segment["basket"] = {"mean": 10.0, "within": 0.0, "between": 0.0}
    quick = {"failure_per_visit": "50%", "response_hours": 1.0, "desk": {"agents": 50}}
    result = run(
        small(
            horizon=f"{weeks} weeks",
            market={"segments": [segment]},
            firm={"service": quick},
            beliefs={"voice": 1.0, "leave_after_failure": 0.9},
        )
    )
    week, resolved = result.desk[:, 0].astype(int) - 1, result.desk[:, 4]
    cost = result.ledger[:, 0, ACCOUNTS.index("compensation")]
    assert (cost == 5_000_000 * np.bincount(week, resolved, minlength=weeks)).all()
    assert cost[-1] > 0
    # And whoever leaves over it has left.
    assert result.counts[-1, 0, COUNTS.index("lost_knowingly")] > 0
