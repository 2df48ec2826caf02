"""Compare alternatives: the same customers, the same luck, paired replication by replication.

Four sets of runs: as stated; over the ranges of the assumptions, drawn anew in each
replication; and as stated with a lower and a higher share of wallet, which a firm's
own data cannot tell.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from math import exp, log, sqrt
from typing import Any

import numpy as np

from loyaltysim.draws import identity, uniforms, who
from loyaltysim.evidence import register
from loyaltysim.levels import Levels
from loyaltysim.results import money
from loyaltysim.results.classes import Lives, lives_of
from loyaltysim.results.comparison import HIGH_WALLET, LOW_WALLET, RANGES, STATED, Comparison
from loyaltysim.results.margins import Diary, Margins
from loyaltysim.results.summary import Summary, summarise
from loyaltysim.results.value import Value, value_of
from loyaltysim.results.yearbook import Yearbook
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.alternatives import plan_of
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.twins import same_occasions
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import levels_of
from loyaltysim.studies.precision import MOST, Stopped, needed
from loyaltysim.studies.steady import steady
from loyaltysim.studies.workers import spread

DECISIONS = {"assumption": 40}
WALLET_SHARE_OF_RUNS = 4
"""One run at a lower and a higher share of wallet for so many as stated."""

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs in all."""


@dataclass(frozen=True)
class Task:
    """One replication of one set: all alternatives on the same people and luck."""

    set: str
    replication: int


def compare(
    scenario: Scenario,
    *,
    replications: int | None = None,
    people: int | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
    within: float | None = None,
    most: int = MOST,
) -> Comparison:
    """Live every customer with each alternative, and with rivals that copy its programme.

    `replications` and `people` override the scenario's. With `within`, these are a first batch,
    which says how many there must be in all, `most` at most, for intervals of incremental profit
    that reach so far to each side (`studies.precision`; `Comparison.stopped` says why). `processes`
    is the number of worker processes (all cores where left out; 1 runs in this process); the
    result is the same for any. Raises `ScenarioError` where there is nothing to compare.
    """
    changes: dict[str, Any] = {}
    if replications is not None:
        changes["replications"] = replications
    if people is not None:
        changes["market.people"] = people
    if changes:
        scenario = scenario.change(changes)
    scenario = scenario.with_rival_copies()
    scenario.reference  # noqa: B018  (refuses a scenario without alternatives before any work)
    levels = levels_of(scenario.business)
    tasks = list(_tasks(scenario.business.replications))
    per_task = len(scenario.alternatives)
    done: dict[Task, list[Summary]] = {}

    def live(wanted: list[Task]) -> None:
        for task, summaries in lived(scenario, levels, wanted, processes or os.cpu_count() or 1):
            done[task] = summaries
            if progress is not None:
                progress(len(done) * per_task, len(tasks) * per_task)

    stopped = None
    if within is not None:
        first = scenario.business.replications
        stated = [task for task in tasks if task.set == STATED]
        live(stated)
        profits = np.array([[money.profit(s.monthly).sum() for s in done[t]] for t in stated])
        today = list(scenario.alternatives).index(scenario.reference)
        differences = profits - profits[:, today : today + 1]
        stopped = Stopped(within, first, needed(differences, within), max(most, first))
        tasks = list(_tasks(stopped.replications))
        scenario = scenario.change({"replications": stopped.replications})
    live([task for task in tasks if task not in done])
    runs = {
        name: [done[task] for task in tasks if task.set == name]
        for name in (STATED, RANGES, LOW_WALLET, HIGH_WALLET)
    }
    return Comparison(scenario, levels, runs, stopped)


def runs_of(scenario: Scenario, replications: int | None = None) -> int:
    """How many runs a comparison takes."""
    count = replications or scenario.business.replications
    return len(list(_tasks(count))) * len(scenario.with_rival_copies().alternatives)


def _tasks(replications: int) -> Iterator[Task]:
    for replication in range(replications):
        yield Task(STATED, replication)
        yield Task(RANGES, replication)
    for replication in range(max(2, replications // WALLET_SHARE_OF_RUNS)):
        yield Task(LOW_WALLET, replication)
        yield Task(HIGH_WALLET, replication)


def lived(
    scenario: Scenario, levels: Levels, tasks: list[Task], processes: int
) -> Iterator[tuple[Task, list[Summary]]]:
    """Each task with its runs in brief, in the order in which they are done."""
    text = json.dumps(scenario.document)
    if processes <= 1:
        for task in tasks:
            yield task, live_task(text, levels, task)
        return
    # Compiled once here, so that the workers find it in the cache.
    yield tasks[0], live_task(text, levels, tasks[0])
    rest = tasks[1:]
    yield from spread(partial(live_task, text, levels), rest, min(processes, len(rest)))


@lru_cache(maxsize=2)
def _scenario(text: str) -> Scenario:
    return Scenario.from_document(json.loads(text))


def live_task(text: str, levels: Levels, task: Task) -> list[Summary]:
    """All alternatives of one replication; the first is lived first, as the others' twin."""
    scenario = _scenario(text)
    if task.set == RANGES:
        scenario = scenario.with_assumptions(drawn(scenario, task.replication))
    shift = _wallet_shift(scenario, task)
    if shift:
        base = with_wallet(scenario.business, shift)
        levels = steady(base, near=levels, rounds=3)
    elif task.set == RANGES:
        levels = steady(scenario.business, near=levels, rounds=3)
    order = sorted(scenario.alternatives, key=lambda name: name != scenario.reference)
    summaries: dict[str, Summary] = {}
    twin: tuple[Business, Lives, Value] | None = None
    diary = Diary() if task.set == STATED else None
    for name in order:
        business = with_wallet(scenario.alternatives[name], shift)
        census = Yearbook(business)
        same = twin is not None and same_occasions(business, twin[0])
        before, worth = twin[1:] if twin is not None and same else (None, None)
        margins = Margins(diary) if before is not None and diary is not None else None
        notes = diary if twin is None else margins
        result = run(business, levels, replication=task.replication, census=census, diary=notes)
        booked = margins.booked if margins is not None else None
        lives = lives_of(result, census.purchases_before)
        summaries[name] = summarise(result, census, lives, before, booked, worth)
        twin = twin or (business, lives, value_of(result, census))
    return [summaries[name] for name in scenario.alternatives]


def drawn(scenario: Scenario, replication: int) -> dict[str, float]:
    """Values of all open assumptions for one replication, each from its own keyed draw."""
    seed = scenario.business.seed
    values = {}
    for name in scenario.assumptions():
        key = who(identity("assumption", plan_of(name)), 0)
        u = uniforms(seed, replication, key, DECISIONS["assumption"], 0, 0)[0]
        values[name] = triangular(u, *scenario.range_of(name))
    return values


def triangular(u: float, low: float, value: float, high: float) -> float:
    """Quantile of the triangular distribution with its mode at `value`."""
    if high <= low:
        return value
    below = (value - low) / (high - low)
    if u < below:
        return low + sqrt(u * (high - low) * (value - low))
    return high - sqrt((1.0 - u) * (high - low) * (high - value))


def _wallet_shift(scenario: Scenario, task: Task) -> float:
    """Log-odds by which the share of wallet differs from the stated one."""
    doubt = register()["share_of_wallet.doubt"].value
    if task.set == LOW_WALLET:
        return -doubt
    if task.set == HIGH_WALLET:
        return doubt
    if task.set == RANGES:
        key = who(identity("assumption", "share_of_wallet"), 0)
        seed = scenario.business.seed
        u = uniforms(seed, task.replication, key, DECISIONS["assumption"], 0, 0)[0]
        return triangular(u, -doubt, 0.0, doubt)
    return 0.0


def with_wallet(business: Business, shift: float) -> Business:
    """The business with another share of wallet but the purchases that its own data show.

    Where the share is lower, people use the category more often; that is what the
    firm cannot see, and it bounds what can be won.
    """
    if shift == 0.0:
        return business
    segments = []
    for segment in business.market.segments:
        share = segment.share_of_wallet
        if not 0.0 < share < 1.0:
            segments.append(segment)
            continue
        other = 1.0 / (1.0 + exp(-(log(share / (1.0 - share)) + shift)))
        changes: dict[str, Any] = {"share_of_wallet": other}
        rate = segment.occasions_per_week
        if rate is not None:
            changes["occasions_per_week"] = rate.model_copy(
                update={"mean": rate.mean * share / other}
            )
        segments.append(segment.model_copy(update=changes))
    market = business.market.model_copy(update={"segments": segments})
    return business.model_copy(update={"market": market})
