"""The desk: complaints wait for an answer, are handled, resolved or not, or given up."""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator
from math import inf, log
from operator import attrgetter
from typing import Any

import numpy as np
import simpy

from loyaltysim.draws import uniforms
from loyaltysim.record import MESSAGE, Records
from loyaltysim.scenario.model import Service
from loyaltysim.units import HOURS_PER_WEEK

DECISIONS = {"ticket": 31}


class Waiting(simpy.resources.resource.SortedQueue):  # type: ignore[misc]
    """Tickets by priority and date; SimPy sorts them all afresh for each, which adds up."""

    def append(self, item: Any) -> None:
        """Put a request in its place."""
        insort(self, item, key=attrgetter("key"))


class Agents(simpy.PriorityResource):  # type: ignore[misc]
    """The desk's agents."""

    PutQueue = Waiting


class Desk:
    """Agents, a queue, and patience; one ticket is one process. Times are weeks."""

    def __init__(
        self, env: simpy.Environment, terms: Service, key: tuple[int, int], book: Any
    ) -> None:
        self.env = env
        self.terms = terms
        self.key = key
        self.book = book
        self.agents = Agents(env, capacity=terms.desk.agents)
        self.closed: list[tuple[float, ...]] = []
        self.opened = 0

    def take(self, tickets: Records) -> None:
        """Take up the complaints of a week, in the order in which they come."""
        self.opened += len(tickets)
        for ticket in tickets.tolist():
            self.env.process(self._handle(*ticket))

    def _handle(
        self,
        customer: int,
        who: int,
        nth: int,
        opened_at: float,
        severity: float,
        cause: int,
        basket: float,
        urgent: int,
        hotline_hours: float,
    ) -> Generator[simpy.Event, Any, None]:
        terms, env = self.terms, self.env
        luck = uniforms(*self.key, who, DECISIONS["ticket"], nth, 0)
        patience = -log(luck[0]) * terms.desk.patience_days / 7.0
        response_hours = min(terms.response_hours, hotline_hours)
        taken_up = -log(luck[1]) * response_hours / HOURS_PER_WEEK
        answer_hours = inf
        answered = resolved = False
        yield env.timeout(opened_at - env.now + min(taken_up, patience))
        if taken_up < patience:
            first = urgent == 2 or (terms.desk.grave_first and urgent == 1)
            with self.agents.request(priority=0 if first else 1) as request:
                if not request.triggered:
                    yield request | env.timeout(patience - taken_up)
                if request.triggered:
                    answered = True
                    answer_hours = (env.now - opened_at) * HOURS_PER_WEEK
                    work = -log(luck[2]) * terms.desk.handling_hours / HOURS_PER_WEEK
                    yield env.timeout(work)
                    resolved = bool(luck[3] < terms.desk.resolved)
                    self.book("service", terms.desk.cost_per_ticket)
        hours = (env.now - opened_at) * HOURS_PER_WEEK
        # In the order of the fields of a message.
        self.closed.append(
            (customer, 0, who, nth, 0.0, 0, 0.0, severity, cause, hours, answer_hours, answered,
             resolved, basket)
        )  # fmt: skip

    def messages(self) -> Records:
        """What the ends of complaints since the last call tell the customers."""
        closed, self.closed = self.closed, []
        return np.array(closed, MESSAGE)
