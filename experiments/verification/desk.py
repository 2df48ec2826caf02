"""The complaints desk as a queue: Erlang C and Erlang A with priorities, and Little's law.

Erlang (1917) and Palm (1957; M/M/c+M is "Erlang A") for the number at the desk, Cobham (1954)
and Kella & Yechiali (1985) for waits by priority without patience; with patience, who is urgent
sees a birth-and-death queue of their own while all agents are busy. Little (1961).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import Any

import numpy as np
from checks import Finding, Floats, Oracle, Panel, Sample, check, pooled, ratio_of, series_of

from loyaltysim.scenario.model import Business
from loyaltysim.setting import belief_values
from loyaltysim.simulation import run
from loyaltysim.units import HOURS_PER_WEEK

LOOKS_PER_WEEK = 1_680
SHOWN = 12
"""Numbers at the desk in the picture."""
MOST = 3_000
"""Numbers at the desk over which sums are taken; more never happen."""


class Watch:
    """Looks at the desk at regular times, as it stands in the run's own environment.

    `seen` sums over the looks of a week: looks, all agents busy, agents busy, urgent and
    other complaints waiting; `numbers` counts the looks by the number at the desk. Weeks
    are batches: far longer than the queue remembers.
    """

    def __init__(self, weeks: int) -> None:
        self.seen = np.zeros((weeks, 5))
        self.numbers = np.zeros((weeks, SHOWN + 1))

    def begin(self, run: Any) -> None:
        """Start looking."""
        run.env.process(self._look(run.env, run.desk.first))

    def _look(self, env: Any, level: Any) -> Iterator[Any]:
        while True:
            yield env.timeout(1.0 / LOOKS_PER_WEEK)
            week = int(env.now)
            if week < len(self.seen):
                queue = level.waiting
                urgent = sum(ticket.urgent for ticket in queue)
                full = not level.free
                self.seen[week] += (1.0, full, level.busy, urgent, len(queue) - urgent)
                self.numbers[week, min(level.busy + len(queue), SHOWN)] += 1.0

    def __call__(self, _run: Any, _month: int) -> None:
        """Nothing is done at the end of a month."""


def live(business: Business, replication: int) -> Sample:
    """Sums by week, the first one left out: looks at the desk, and what the tickets say."""
    watch = Watch(business.weeks)
    closed = run(business, replication=replication, census=watch).desk
    week = closed[:, 0].astype(int) - 1
    hours, answered = closed[:, 2], closed[:, 3]
    sums = [np.bincount(week, w, business.weeks) for w in (np.ones_like(hours), hours, answered)]
    tickets = np.column_stack(sums)[1:]
    return {"seen": watch.seen[1:], "numbers": watch.numbers[1:], "tickets": tickets}


class Queue:
    """Closed forms of M/M/c+M with the terms of a business; times are hours.

    `slower` multiplies the time that an agent takes.
    """

    def __init__(self, business: Business, slower: float = 1.0) -> None:
        desk, market = business.firm.service.desk, business.market
        rate = market.segments[0].occasions_per_week
        assert rate is not None
        belief = belief_values(business)
        self.arrivals = rate.mean * market.people / HOURS_PER_WEEK
        self.urgent = exp(-belief["grave_failure"] / belief["failure_severity"])
        serve = 1.0 / (desk.handling_hours * slower)
        self.impatience = 1.0 / (desk.patience_days * 24.0)
        n = np.arange(MOST)
        down = np.minimum(n, desk.agents) * serve + np.maximum(n - desk.agents, 0) * self.impatience
        self.chances = _stationary(np.full(MOST, self.arrivals), down)
        self.busy = float(self.chances[n >= desk.agents].sum())
        self.agents_busy = float(self.chances @ np.minimum(n, desk.agents))
        self.waiting = float(self.chances @ np.maximum(n - desk.agents, 0))
        # Urgent complaints wait only while all agents are busy, and then are served by all.
        up = np.full(MOST, self.arrivals * self.urgent)
        own = _stationary(up, desk.agents * serve + n * self.impatience)
        self.urgent_waiting = self.busy * float(own @ n)
        self.give_up = self.impatience * self.waiting / self.arrivals

    @property
    def hours(self) -> float:
        """Mean time at the desk, by Little's law."""
        return (self.waiting + self.agents_busy) / self.arrivals


def _stationary(up: Floats, down: Floats) -> Floats:
    """Chances of a birth-and-death process; `down[0]` is not used."""
    ratio = np.append(0.0, np.cumsum(np.log(up[:-1]) - np.log(down[1:])))
    weights = np.exp(ratio - ratio.max())
    return np.asarray(weights / weights.sum())


def judge(business: Business, samples: list[Sample]) -> Finding:
    """Waiting, abandonment and priorities against the formulas, Little's law between the two."""
    queue, slow = Queue(business), Queue(business, slower=1.01)
    looks, full, busy, urgent, others = pooled(samples, "seen").T
    tickets, hours, answered = pooled(samples, "tickets").T
    weeks = np.ones(len(looks))
    # What waits varies much, but depends on the time of service all the more.
    other_waiting = queue.waiting - queue.urgent_waiting
    checks = [
        ratio_of("complaints an hour", tickets / HOURS_PER_WEEK, weeks, queue.arrivals),
        ratio_of("all agents busy", full, looks, queue.busy, slow.busy),
        ratio_of("agents busy", busy, looks, queue.agents_busy),
        ratio_of(
            "urgent complaints waiting", urgent, looks, queue.urgent_waiting, slow.urgent_waiting
        ),
        ratio_of(
            "other complaints waiting",
            others,
            looks,
            other_waiting,
            slow.waiting - slow.urgent_waiting,
        ),
        ratio_of("minutes at the desk", 60.0 * hours, tickets, 60.0 * queue.hours),
    ]
    if queue.give_up > 1e-6:
        gone = tickets - answered
        waited = (urgent + others) / looks * HOURS_PER_WEEK
        checks += [
            ratio_of("share that gives up", gone, tickets, queue.give_up, slow.give_up),
            ratio_of("give up an hour, of those who wait", gone, waited, queue.impatience),
        ]
    at_desk, by_tickets = (busy + urgent + others) / looks, hours / HOURS_PER_WEEK
    apart = at_desk - by_tickets
    checks.append(
        check(
            "Little: number at the desk = complaints x time",
            at_desk.mean(),
            by_tickets.mean(),
            apart.std(ddof=1) / np.sqrt(len(apart)),
        )
    )
    numbers = pooled(samples, "numbers")
    at = [ratio_of(str(n), numbers[:, n], looks, queue.chances[n]) for n in range(SHOWN)]
    panel = Panel("Complaints at the desk", "Share of time", [series_of(at, range(SHOWN))])
    return Finding(checks, [panel])


_THEORY = (
    "number at the desk: birth and death, up lambda, down min(n, c) mu + max(n - c, 0) theta\n"
    "urgent waiting, while all are busy: up lambda_1, down c mu + n theta\n"
    "hours = number / lambda (Little),  share that gives up = theta x number waiting / lambda\n"
    "1 / mu = handling_hours, 1 / theta = patience_days; “1%” is of handling_hours for the share\n"
    "that gives up, what waits, and all agents busy"
)
_SOURCE = "Erlang (1917), Cobham (1954), Kella & Yechiali (1985), Little (1961)"
_WRONG = ("market.segments.everybody.occasions_per_week.mean", "firm.service.desk.handling_hours")

ERLANG_C = Oracle(
    name="erlang_c",
    title="Erlang C: M/M/c with priorities",
    theory=_THEORY,
    source=_SOURCE,
    live=live,
    judge=judge,
    fast={"horizon": "16 weeks", "replications": 2},
    wrong=_WRONG,
)

ERLANG_A = Oracle(
    name="erlang_a",
    title="Erlang A: M/M/c+M, where who waits may give up",
    theory=_THEORY,
    source=f"{_SOURCE}, Palm (1957)",
    live=live,
    judge=judge,
    fast={"horizon": "10 weeks", "replications": 2},
    wrong=(*_WRONG, "firm.service.desk.patience_days"),
)
