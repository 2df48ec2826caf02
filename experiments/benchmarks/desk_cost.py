"""What complaints cost in time: 100,000 of them in three years, on one core.

    python experiments/benchmarks/desk_cost.py [tickets]

The desk by itself, without customers: as it is by default, and with channels, hours, two levels,
hand-offs, remedies and all rules. Beside it SimPy alone: two entries on its clock for each
ticket and nothing else, and the way of its textbook, a process for each ticket that requests an
agent and waits no longer than its patience. Seconds of the processor, the best of several.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any, get_args

import numpy as np
import simpy

from loyaltysim.customers.complaints import REMEDIES
from loyaltysim.firm.desk import Desk
from loyaltysim.record import TICKET
from loyaltysim.scenario.recovery import Rule
from loyaltysim.scenario.service import Service

WEEKS = 156
ROUNDS = 5
PATIENCE_WEEKS, WORK_WEEKS, AGENTS = 3.0 / 7.0, 2.5 / 168.0, 12
PLAIN = {"response_hours": 4.0, "desk": {"agents": 12, "handling_hours": 2.5, "patience_days": 3.0}}
EVERYTHING = {
    "response_hours": 4.0,
    "rules": list(get_args(Rule)),
    "recovery": {remedy: {"share_of_basket": "20%"} for remedy in REMEDIES},
    "desk": {
        "agents": 18, "handling_hours": 1.5, "hours": "9-17", "days": 5, "hand_offs": "10%",
        "complains_again": "20%", "resolved_by_skill": "40%",
        "second_level": {"agents": 12, "handling_hours": 2.0, "resolved": "80%"},
        "channels": [
            {
                "name": "phone", "share": 5, "hours": "8:30-18", "agents": 10,
                "handling_hours": 0.3, "patience_days": 0.05, "response_hours": 0.0,
            },
            {"name": "mail", "share": 3},
            {"name": "web", "share": 2, "at_once": True, "handling_hours": 0.2, "resolved": "30%"},
        ],
    },
}  # fmt: skip


def at_the_desk(stated: dict[str, Any], dates: np.ndarray) -> float:
    """Seconds at the desk, week by week as in a run."""
    env = simpy.Environment()
    desk = Desk(env, Service.model_validate(stated), (7, 0), lambda *_: None)
    tickets = np.zeros(len(dates), TICKET)
    tickets["customer"] = tickets["who"] = np.arange(len(dates))
    tickets["opened_at"], tickets["hotline_hours"] = dates, np.inf
    tickets["cause"] = np.arange(len(dates)) % 4
    weeks = np.searchsorted(dates, np.arange(WEEKS + 1))
    began = process_time()
    for week in range(WEEKS):
        desk.take(tickets[weeks[week] : weeks[week + 1]])
        env.run(week + 1)
        desk.messages()
    return process_time() - began


def two_entries(dates: np.ndarray) -> float:
    """Seconds of SimPy alone."""
    env = simpy.Environment()
    began = process_time()
    for date in dates.tolist():
        taken_up = env.timeout(date, date)
        taken_up.callbacks.append(
            lambda event: env.timeout(WORK_WEEKS, event.value).callbacks.append(lambda _: None)
        )
    env.run()
    return process_time() - began


def a_process_each(dates: np.ndarray) -> float:
    """Seconds of SimPy as its textbook has it."""
    env = simpy.Environment()
    agents = simpy.PriorityResource(env, AGENTS)
    draws = np.random.default_rng(1).exponential(size=(len(dates), 2)).tolist()

    def handle(date: float, patience: float, work: float) -> Iterator[Any]:
        yield env.timeout(date - env.now)
        with agents.request(priority=1) as request:
            yield request | env.timeout(patience * PATIENCE_WEEKS)
            if request.triggered:
                yield env.timeout(work * WORK_WEEKS)

    weeks = np.searchsorted(dates, np.arange(WEEKS + 1))
    began = process_time()
    for week in range(WEEKS):
        for number in range(weeks[week], weeks[week + 1]):
            env.process(handle(float(dates[number]), *draws[number]))
        env.run(week + 1)
    return process_time() - began


def main(tickets: int) -> None:
    """Print the seconds of each."""
    dates = np.sort(np.random.default_rng(1).uniform(0.0, WEEKS, tickets))
    ways: dict[str, Callable[[np.ndarray], float]] = {
        "the desk by default": lambda dates: at_the_desk(PLAIN, dates),
        "the desk with everything": lambda dates: at_the_desk(EVERYTHING, dates),
        "SimPy alone, two entries each": two_entries,
        "SimPy, a process each": a_process_each,
    }
    at_the_desk(PLAIN, dates[:10])  # The compiler's share is not counted.
    print(f"{tickets:,} complaints in {WEEKS} weeks")
    for name, seconds_of in ways.items():
        print(f"{name:<30} {min(seconds_of(dates) for _ in range(ROUNDS)):.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
