"""The desk: complaints come by channels, wait for an answer, are handled, resolved or given up.

A complaint is no process of its own. It is an entry on the clock when somebody takes it up and
another when the work on it ends: that is less than half of what a process with a request and a
patience costs. Whoever gives up does so on a date that is known beforehand, and is found gone
when an agent turns to the complaint, or at the end of the week.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import inf, log
from operator import itemgetter
from typing import Any

import numpy as np
import simpy

from loyaltysim.draws import uniforms, uniforms_of
from loyaltysim.firm.opening import opening_of
from loyaltysim.firm.recovery import NOTHING, Given, Recoveries
from loyaltysim.record import MESSAGE, Records
from loyaltysim.scenario.desk import Channel, SecondLevel
from loyaltysim.scenario.service import Service
from loyaltysim.units import HOURS_PER_WEEK

DECISIONS = {"ticket": 31, "ticket_again": 66}

CLOSED = (
    "answer_hours", "hours", "answered", "resolved", "gave_up", "channel", "level", "contacts",
    "hand_offs", "repeats", "remedy",
)  # fmt: skip
"""What is kept of each closed complaint, by the names of a message."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A complaint on its way through the desk: as a customer has written it, and what came of it.

    `luck` is that of the contact to come, `urgent` 1 for who is taken up before others.
    """

    customer: int
    who: int
    nth: int
    opened_at: float
    severity: float
    cause: int
    basket: float
    urgent: int
    hotline_hours: float
    luck: Sequence[float]
    channel: int
    level: Level
    terms: Terms
    gives_up_at: float = inf
    answered_at: float = inf
    contacts: int = 0
    hand_offs: int = 0
    repeats: int = 0
    followed_up: int = 0
    given: Given = NOTHING


class Level:
    """Those who handle complaints together, and what waits for them. Times are weeks."""

    def __init__(
        self,
        desk: Desk,
        number: int,
        agents: float,
        terms: Terms,
        beyond: Level | None = None,
    ) -> None:
        self.desk = desk
        self.env = desk.env
        self.number = number
        self.agents = agents
        self.busy = 0
        self.terms = terms
        self.opening = terms.opening
        self.beyond = beyond
        """Where goes what is not resolved here."""
        self._queue: list[tuple[int, float, int, Ticket]] = []
        self._joined = 0
        self._opens_at = -inf

    @property
    def free(self) -> bool:
        """Whether an agent has nothing to do."""
        return self.busy < self.agents

    @property
    def waiting(self) -> list[Ticket]:
        """The complaints that wait now, in no order."""
        now = self.env.now
        return [entry[-1] for entry in self._queue if entry[-1].gives_up_at > now]

    def take_up(self, event: simpy.Event) -> None:
        """The complaint that the clock brings."""
        self.join(event._value)

    def join(self, ticket: Ticket) -> None:
        """A complaint is there to be worked on."""
        now = self.env._now
        ticket.level = self
        opening = self.opening
        if self.free and not self._queue and (opening is None or opening.is_open(now)):
            self._begin(ticket, now)
            return
        self._joined += 1
        heappush(self._queue, (-ticket.urgent, now, self._joined, ticket))
        if self.free:
            self._next()

    def _begin(self, ticket: Ticket, now: float) -> None:
        self.busy += 1
        if ticket.contacts == 0:
            ticket.answered_at = now
        work = self.desk.work_on(ticket)
        if self.opening is not None:
            work = self.opening.after(now, work) - now
        self.env.timeout(work, ticket).callbacks.append(self._end)

    def _end(self, event: simpy.Event) -> None:
        self.busy -= 1
        self.desk.handled(event._value, self)
        if self._queue:
            self._next()

    def _next(self) -> None:
        """Free agents turn to what waits, those who have given up apart."""
        now = self.env._now
        if self.opening is not None and not self.opening.is_open(now):
            if self._opens_at <= now:
                self._opens_at = self.opening.next(now)
                event = self.env.timeout(self._opens_at - now)
                event.callbacks.append(lambda _: self._next())
            return
        while self.free and self._queue:
            ticket = heappop(self._queue)[-1]
            if ticket.gives_up_at > now:
                self._begin(ticket, now)
            else:
                self.desk.give_up(ticket)

    def let_go(self) -> None:
        """Those who have given up until now are gone."""
        now = self.env.now
        if any(entry[-1].gives_up_at <= now for entry in self._queue):
            for entry in self._queue:
                if entry[-1].gives_up_at <= now:
                    self.desk.give_up(entry[-1])
            self._queue = [entry for entry in self._queue if entry[-1].gives_up_at > now]
            heapify(self._queue)


class Terms:
    """On what terms complaints are handled that come by a channel, or to the second level."""

    def __init__(self, service: Service, stated: Channel | SecondLevel | None) -> None:
        desk = service.desk

        def of(name: str, otherwise: Any) -> Any:
            found = getattr(stated, name, None)
            return otherwise if found is None else found

        at_once = of("at_once", False)
        saved = desk.at_once_saves if "act_at_once" in service.rules else 0.0
        self.opening = (
            None if at_once else opening_of(of("hours", desk.hours), of("days", desk.days))
        )
        self.response_hours = (
            0.0 if at_once else of("response_hours", service.response_hours) * (1.0 - saved)
        )
        self.patience_days = of("patience_days", desk.patience_days)
        self.handling_hours = of("handling_hours", desk.handling_hours)
        self.resolved = of("resolved", desk.resolved)
        self.cost = of("cost_per_ticket", desk.cost_per_ticket)


class Desk:
    """The channels, the levels, and what they have closed. Times are weeks."""

    def __init__(
        self, env: simpy.Environment, terms: Service, key: tuple[int, int], book: Any
    ) -> None:
        self.env = env
        self.terms = desk = terms.desk
        self.key = key
        self.book: Callable[[str, float], None] = book
        self.skill = 1.0
        """Mean skill of those who are there, as the week shows it."""
        self.recoveries = Recoveries(terms)
        self.more_work = 1.0 + desk.rule_takes * len(set(terms.rules))
        self.catches = desk.follow_up_catches if "follow_up" in terms.rules else 0.0
        self.opened = 0
        self._closed: list[tuple[float, tuple[Any, ...]]] = []

        self.levels: list[Level] = []
        beyond = None
        if desk.second_level is not None:
            second = desk.second_level
            beyond = self._level(2, second.agents, Terms(terms, second), None)
        self.first = self._level(1, desk.agents, Terms(terms, None), beyond)
        self.routes: list[tuple[Level, Terms]] = []
        channels: Sequence[Channel | None] = desk.channels or [None]
        for channel in channels:
            of_channel = Terms(terms, channel)
            level = self.first
            if channel is not None and channel.at_once:
                level = self._level(0, inf, of_channel, self.first)
            elif channel is not None and channel.agents is not None:
                level = self._level(1, channel.agents, of_channel, beyond)
            self.routes.append((level, of_channel))
        shares = np.array([channel.used for channel in desk.channels or []])
        self._up_to = list(accumulate(shares / shares.sum())) if len(shares) else [1.0]

    def _level(self, *of: Any) -> Level:
        level = Level(self, *of)
        self.levels.append(level)
        return level

    def take(self, tickets: Records) -> None:
        """Take up the complaints of a week, in the order in which they come."""
        self.opened += len(tickets)
        luck = uniforms_of(*self.key, tickets["who"], DECISIONS["ticket"], tickets["nth"]).tolist()
        last = len(self.routes) - 1
        for fields, lanes in zip(tickets.tolist(), luck, strict=True):
            channel = min(bisect_right(self._up_to, lanes[4]), last)
            started = (*fields, lanes, channel, *self.routes[channel])
            ticket = Ticket(*started)
            first = ticket.urgent == 2 or (self.terms.grave_first and ticket.urgent == 1)
            ticket.urgent = 1 if first else 0
            self._come(ticket, ticket.opened_at)

    def _come(self, ticket: Ticket, date: float) -> None:
        """A complaint comes on a date; who finds the channel closed comes when it opens."""
        env, luck, terms = self.env, ticket.luck, ticket.terms
        if terms.opening is not None:
            date = terms.opening.next(date)
        patience = -log(luck[0]) * terms.patience_days / 7.0
        response_hours = min(terms.response_hours, ticket.hotline_hours)
        taken_up = -log(luck[1]) * response_hours / HOURS_PER_WEEK
        wait = date - env._now + min(taken_up, patience)
        if taken_up < patience:
            ticket.gives_up_at = env._now + wait + (patience - taken_up)
            env.timeout(wait, ticket).callbacks.append(ticket.level.take_up)
        else:
            ticket.gives_up_at = env._now + wait
            self.give_up(ticket)

    def work_on(self, ticket: Ticket) -> float:
        """How long the work takes (weeks)."""
        hours = ticket.terms.handling_hours * self.more_work
        return float(-log(ticket.luck[2]) * hours / HOURS_PER_WEEK)

    def handled(self, ticket: Ticket, level: Level) -> None:
        """What comes of a contact: an end, a colleague, the next level, or another complaint."""
        desk, luck, beyond = self.terms, ticket.luck, level.beyond
        self.book("service", ticket.terms.cost)
        ticket.contacts += 1
        able = 1.0 - desk.resolved_by_skill * (1.0 - self.skill)
        if level.number > 0 and luck[5] < desk.hand_offs:
            ticket.hand_offs += 1
            self._go_on(ticket, level)
        elif luck[3] < ticket.terms.resolved * able and self._give(ticket).resolves:
            self._close(ticket, self.env._now, resolved=1)
        elif beyond is not None:
            ticket.terms = beyond.terms
            self._go_on(ticket, beyond)
        elif luck[7] < self.catches:
            ticket.followed_up = 1
            self._go_on(ticket, level)
        elif luck[7] < self.catches + (1.0 - self.catches) * desk.complains_again:
            ticket.repeats += 1
            ticket.level, ticket.terms = self.routes[ticket.channel]
            self._draw_again(ticket)
            self._come(ticket, self.env._now)
        else:
            self._close(ticket, self.env._now)

    def _give(self, ticket: Ticket) -> Given:
        """What is given now, at the cost of all that has been."""
        given = self.recoveries.give(ticket.cause, ticket.basket, self.skill, ticket.luck[6])
        ticket.given = given._replace(cost=ticket.given.cost + given.cost)
        return given

    def _draw_again(self, ticket: Ticket) -> None:
        key = ticket.who, DECISIONS["ticket_again"], ticket.nth, ticket.contacts
        ticket.luck = uniforms(*self.key, *key)

    def _go_on(self, ticket: Ticket, level: Level) -> None:
        """A complaint waits for somebody else, with new patience."""
        self._draw_again(ticket)
        patience = -log(ticket.luck[0]) * ticket.terms.patience_days / 7.0
        ticket.gives_up_at = self.env._now + patience
        level.join(ticket)

    def give_up(self, ticket: Ticket) -> None:
        """A complaint ends on the date on which patience does, which may lie ahead."""
        self._close(ticket, ticket.gives_up_at, gave_up=1)

    def _close(self, ticket: Ticket, date: float, resolved: int = 0, gave_up: int = 0) -> None:
        given = ticket.given
        hours = (date - ticket.opened_at) * HOURS_PER_WEEK
        answer_hours = (ticket.answered_at - ticket.opened_at) * HOURS_PER_WEEK
        # The date, and then in the order of the fields of a message.
        self._closed.append(
            (date, (ticket.customer, 0, ticket.who, ticket.nth, 0.0, 0, 0.0, ticket.severity,
             ticket.cause, hours, answer_hours, answer_hours < inf, resolved, gave_up,
             ticket.channel, ticket.level.number, ticket.contacts, ticket.hand_offs,
             ticket.repeats, ticket.followed_up, given.remedy, given.fit, given.cost,
             given.voucher))
        )  # fmt: skip

    def messages(self) -> Records:
        """What the ends of complaints since the last call tell the customers, by their dates."""
        for level in self.levels:
            level.let_go()
        closed = sorted(self._closed, key=itemgetter(0))
        until = bisect_right(closed, self.env.now, key=itemgetter(0))
        self._closed = closed[until:]
        return np.array([row for _, row in closed[:until]], MESSAGE)
