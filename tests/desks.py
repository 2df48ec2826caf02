"""A desk by itself: its terms, tickets that come to it, and how far off a mean is."""

from math import sqrt

import numpy as np
import simpy

from loyaltysim.firm.desk import Desk
from loyaltysim.record import TICKET
from loyaltysim.scenario.service import Service
from loyaltysim.units import HOURS_PER_WEEK

LONG = 1e6
BOUND = 4.0
PHONE = {
    "name": "phone", "share": "60%", "hours": "8-18", "agents": 1, "handling_hours": 0.5,
    "patience_days": 0.1, "response_hours": 0.0,
}  # fmt: skip
MAIL = {"name": "mail", "share": "30%"}
WEB = {"name": "web", "share": "10%", "at_once": True, "handling_hours": 0.2, "resolved": "30%"}


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
