"""A sweep: all alternatives at every point, on the same people and luck, run by run.

What is varied outside the alternatives says how the business is today, so that its owner's figures
hold at every point (the levels are found anew); what is varied in an alternative says what would be
changed, from the same today.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.levels import Levels, first_guess
from loyaltysim.results import money
from loyaltysim.results.census import Census
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.results.summary import BOUGHT, monthly_of, turnover_of
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.setting import belief_values, month_of
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import SEARCHED, levels_of
from loyaltysim.studies.steady import steady
from loyaltysim.studies.workers import spread
from loyaltysim.sweeps.plan import Plan, hash_of, key_of, plan
from loyaltysim.sweeps.store import Read, Store, reading

Floats = NDArray[np.float64]

GAINED = ("incremental_profit", "npv", "payback_month")
"""Of each run and alternative against the reference; money over the horizon."""

MEASURES = (
    "profit", "revenue", "yearly_loss", "observed_yearly_loss", "customers", "members",
    "programme_cost", "spending", "staff_turnover",
)  # fmt: skip
"""Of each run and alternative, over the horizon; losses and turnover a year."""

ROUNDS = 3
"""In which the levels of a business near the stated one are found."""

RECENT = 16
"""Alternatives of which a worker keeps what came of them: points may have some in common."""


class Progress:
    """How far a sweep is; one and the same object while it goes on."""

    def __init__(self, plan: Plan, done: int, total: int) -> None:
        """Of a plan, of which so many runs are done, of so many that are wanted."""
        self.plan = plan
        self.done, self.total, self.failed = done, total, 0
        self.finding = (0, 0)
        """Businesses as they stand today whose levels were found, and of how many; before runs."""
        self._gained: dict[tuple[int, str], tuple[float, int]] = {}

    @property
    def best(self) -> tuple[int, str, float] | None:
        """The best point so far: its number, the alternative, mean incremental profit."""
        means = ((total / runs, *at) for at, (total, runs) in self._gained.items())
        mean, point, name = max(means, default=(0.0, -1, ""))
        return (point, name, mean) if name else None

    def count(self, point: int, found: Any) -> None:
        """Count a run of a point: what was found, or None where it failed."""
        if found is None:
            self.failed += 1
            return
        self.done += 1
        names = self.plan.names
        today = found[names.index(self.plan.scenario.reference)]
        for name, figures in zip(names, found, strict=True):
            if name != self.plan.scenario.reference:
                total, runs = self._gained.get((point, name), (0.0, 0))
                self._gained[point, name] = (total + figures[0] - today[0], runs + 1)


@dataclass(frozen=True)
class Job:
    """One replication of one point; without one, the levels of its business are looked for."""

    text: str
    levels: Mapping[str, Any]
    point: int
    replication: int | None = None


@dataclass(frozen=True)
class World:
    """One alternative in one replication, known by what it is about."""

    today: str
    found: str
    """Its levels, by a hash: near another stated business others may have been found."""
    name: str
    overlay: str
    replication: int
    business: Business = field(compare=False)
    levels: Levels = field(compare=False)


def live(job: Job) -> list[list[Any]] | dict[str, Any]:
    """All alternatives of one replication: their measures, set-up, and profit by month."""
    scenario = _scenario(job.text)
    levels = _levels(scenario.business, job.levels)
    if job.replication is None:
        return _numbers(steady(scenario.business, near=levels, rounds=ROUNDS))
    today = key_of(job.text).today
    monthly, rest = {}, {}
    for name, business in scenario.alternatives.items():
        overlay = json.dumps(scenario.document["alternatives"][name])
        world = World(
            today, hash_of(json.dumps(job.levels)), name, overlay, job.replication, business, levels
        )
        monthly[name], rest[name] = _lived(world)
    now = monthly[scenario.reference]
    found = []
    for name, booked in monthly.items():
        loss, observed, customers, members, turnover = rest[name]
        profit = money.profit(booked)
        found.append(
            [
                float(profit.sum()),
                float(money.column(booked, "revenue").sum()),
                loss, observed, customers, members,
                float(money.column(booked, *money.PROGRAMME).sum()),
                float(money.spending(booked, now).sum()),
                turnover,
                float(money.column(booked, "programme_set_up").sum()),
                profit.round(6).tolist(),
            ]
        )  # fmt: skip
    return found


@lru_cache(maxsize=RECENT)
def _lived(world: World) -> tuple[Any, tuple[Any, ...]]:
    """Money by month, and what else is told of a run."""
    business = world.business
    census = Census(month_of(business.weeks - 1) + 1, len(business.market.segments))
    result = run(business, world.levels, replication=world.replication, census=census)
    return monthly_of(result), (
        float(census.yearly_loss[-1]),
        float(census.observed_yearly_loss[-1]),
        int(result.stages[-1].sum(axis=0)[BOUGHT].sum()),
        int(result.customers["member"].sum()),
        turnover_of(result),
    )


@lru_cache(maxsize=4)
def _scenario(text: str) -> Scenario:
    return Scenario.from_document(json.loads(text))


def _numbers(levels: Levels) -> dict[str, Any]:
    return {name: np.asarray(getattr(levels, name)).tolist() for name in SEARCHED}


def _levels(business: Business, numbers: Mapping[str, Any]) -> Levels:
    found = {
        name: np.array(value) if isinstance(value, list) else value
        for name, value in numbers.items()
    }
    return first_guess(business, belief_values(business)).but(**found)


def _tried(job: Job) -> tuple[str, Any]:
    """What a job gives, or its error: one failure must not stop a study."""
    try:
        return "", live(job)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})", None


@dataclass(frozen=True)
class Failed:
    """A run that could not be done."""

    point: int
    replication: int
    error: str


class Sweep:
    """The results of a sweep, read from its study run by run: memory does not grow with them."""

    def __init__(self, plan: Plan, opened: Callable[[], AbstractContextManager[Read]]) -> None:
        """Of a plan, and of how the study is opened to be read."""
        self.plan = plan
        self._opened = opened
        self._factors = [factor.name for factor in plan.factors]
        self._reference = plan.names.index(plan.scenario.reference)

    def first(self, replications: int) -> Sweep:
        """The same, of the first replications only."""
        made = replace(self.plan, replications=replications)
        # Scenarios are the same: they need not be checked again.
        made.__dict__["keys"] = self.plan.keys
        return Sweep(made, self._opened)

    @property
    def run_columns(self) -> list[str]:
        """What is told of each run."""
        return ["point", *self._factors, "replication", "alternative", *GAINED, *MEASURES]

    def each_run(self) -> Iterator[tuple[Any, ...]]:
        """Each run of each alternative, by point and replication, as in `run_columns`."""
        for point, replication, found, _ in self._each():
            for name, figures in zip(self.plan.names, found or (), strict=found is not None):
                gained = self._gained(figures, found[self._reference])
                measures = figures[: len(MEASURES)]
                yield (
                    point, *self.plan.points[point], replication, name, *gained, *measures,
                )  # fmt: skip

    def _each(self) -> Iterator[tuple[int, int, Any, str | None]]:
        """Point, replication, what was found, and the error if there was one."""
        with self._opened() as read:
            for point, key in enumerate(self.plan.keys):
                for replication, found, error in read(key.whole):
                    if replication < self.plan.replications:
                        yield point, replication, found, error

    def _gained(self, figures: Sequence[Any], today: Sequence[Any]) -> tuple[float, float, float]:
        """Figures as in `GAINED`."""
        gained = np.array(figures[-1]) - np.array(today[-1])
        set_up = np.array(figures[-2] - today[-2])
        rate = self.plan.scenario.business.hurdle_rate
        value = money.net_present_value(gained, set_up, rate)
        return float(gained.sum()), float(value), float(money.payback_month(gained))

    @cached_property
    def failures(self) -> list[Failed]:
        """Runs that could not be done, with their errors."""
        return [Failed(p, r, error) for p, r, _, error in self._each() if error is not None]

    def by_run(self, figure: str) -> Floats:
        """A figure of every run: (points, replications, alternatives); nan where none was lived."""
        names = self.plan.names
        shape = (len(self.plan.points), self.plan.replications, len(names))
        values = np.full(shape, np.nan)
        place, at = self.run_columns.index(figure), len(self._factors) + 1
        for row in self.each_run():
            values[row[0], row[at], names.index(row[at + 1])] = row[place]
        return values

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row for each run: factors, `replication`, `alternative`, and what came of it."""
        return pd.DataFrame(list(self.each_run()), columns=self.run_columns)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each point and alternative: means over replications.

        Of incremental profit its 95% interval (paired t; none of one replication) and the share of
        replications in which it pays, `p_pays`; these mean nothing for the reference.
        """
        rows: list[tuple[Any, ...]] = []
        first = len(self._factors) + 3
        for point, runs in groupby(self.each_run(), key=lambda row: int(row[0])):
            lived = list(runs)
            for place, name in enumerate(self.plan.names):
                own = np.array([row[first:] for row in lived[place :: len(self.plan.names)]], float)
                doubt = [np.nan] * 5
                if place != self._reference:
                    mean, half = mean_and_half_width(own[:, 0])
                    pays, value = (own[:, 0] > 0.0).mean(), own[:, 1].mean()
                    doubt = [float(x) for x in (mean, mean - half, mean + half, pays, value)]
                rows.append(
                    (
                        point, *self.plan.points[point], name, len(own), *map(float, doubt),
                        *own[:, len(GAINED) :].mean(axis=0).tolist(),
                    )
                )  # fmt: skip
        figures = ["incremental_profit", "low", "high", "p_pays", "npv", *MEASURES]
        columns = ["point", *self._factors, "alternative", "replications", *figures]
        return pd.DataFrame(rows, columns=columns)


def sweep(
    scenario: Scenario,
    vary: Mapping[str, Any],
    *,
    design: str = "grid",
    points: int | None = None,
    table: Sequence[Mapping[str, Any]] | None = None,
    alternatives: Sequence[str] | None = None,
    replications: int | None = None,
    people: int | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    processes: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Vary a scenario and compare its alternatives at every point.

    See `sweeps.plan.plan` for what can be varied. Results are kept in `folder` as they come (a
    temporary one if left out); `resume` goes on with what is there. `processes` are worker
    processes (all cores if left out); an `executor` of the caller's lives the runs instead. The
    results are the same for any of these. Raises `ScenarioError` before any work where something
    is wrong, and `StudyError` where results cannot be kept.
    """
    if people is not None:
        scenario = scenario.change({"market.people": people})
    made = plan(
        scenario,
        vary,
        design=design,
        points=points,
        table=table,
        alternatives=alternatives,
        replications=replications,
    )
    return kept(
        folder, made, resume, lambda store: steps(made, store, processes, executor), progress
    )


Work = Generator[Progress, None, Plan]
"""Runs as they are lived; returns the plan of what can be read then."""


def kept(
    folder: str | Path | None,
    made: Plan,
    resume: bool,
    work: Callable[[Store], Work],
    progress: Callable[[Progress], None] | None,
) -> Sweep:
    """What comes of some work on a study in its folder, or in a temporary one."""
    with TemporaryDirectory(prefix="loyaltysim-", ignore_cleanup_errors=True) as temporary:
        place = Path(temporary) / "study" if folder is None else Path(folder)
        with Store(place, made.identity, resume=resume) as store:
            found = followed(work(store), store, progress or (lambda _: None))
            if folder is not None:
                return Sweep(found.plan, partial(reading, place))
            runs = {key.whole: store.runs(key.whole) for key in found.plan.keys}
            return Sweep(found.plan, lambda: nullcontext(runs.__getitem__))


def followed(work: Work, store: Store, progress: Callable[[Progress], None]) -> Sweep:
    """Live some work to its end, and tell how far it is; what it found, while the store is open."""
    while True:
        try:
            now = next(work)
        except StopIteration as end:
            return reading_of(end.value, store)
        progress(now)


def reading_of(made: Plan, store: Store) -> Sweep:
    """What a study that is being held has of a plan so far."""
    return Sweep(made, lambda: nullcontext(store.runs))


def steps(
    made: Plan,
    store: Store,
    processes: int | None = None,
    executor: Executor | None = None,
    points: Collection[int] | None = None,
    replications: Collection[int] | None = None,
) -> Work:
    """Live what is missing, and keep each run as it is done; says how far it is after each.

    Only at some `points` and in some `replications` where these are given.
    """
    workers = processes or os.cpu_count() or 1
    at = range(len(made.points)) if points is None else points
    within = range(made.replications) if replications is None else replications
    # Points of one business as it stands today after one another: they have runs in common.
    first = {key.today: place for place, key in reversed([*enumerate(made.keys)])}
    order = sorted(at, key=lambda point: (first[made.keys[point].today], point))

    def missing() -> Iterator[tuple[int, int]]:
        for replication in within:
            done = store.done(replication)
            yield from ((p, replication) for p in order if made.keys[p].whole not in done)

    count, total = sum(1 for _ in missing()), len(order) * len(within)
    progress = Progress(made, total - count, total)
    needed = dict.fromkeys(point for point, _ in missing())
    levels = yield from _with_levels(store, progress, needed, workers, executor)
    jobs = (Job(made.text(p), levels[made.keys[p].today], p, r) for p, r in missing())
    for job, (error, found) in spread(_tried, jobs, min(workers, count), executor):
        assert job.replication is not None
        if error:
            store.keep_failure(made.keys[job.point].whole, job.replication, error)
        else:
            store.keep(made.keys[job.point].whole, job.replication, found)
        progress.count(job.point, found)
        yield progress
    return made


def _with_levels(
    store: Store,
    progress: Progress,
    points: Iterable[int],
    processes: int,
    executor: Executor | None,
) -> Generator[Progress, None, dict[str, Any]]:
    """The levels of each business as it stands at some points: known ones, and the others found."""
    made = progress.plan
    near = _numbers(levels_of(made.scenario.business))
    levels = {key_of(made.stated).today: near, **store.levels()}
    today = {made.keys[point].today: point for point in points}
    missing = {key: point for key, point in today.items() if key not in levels}
    jobs = (Job(made.text(point), near, point) for point in missing.values())
    for job, (error, found) in spread(_tried, jobs, min(processes, len(missing)), executor):
        key = made.keys[job.point].today
        # Its runs will fail by the same error, and tell it.
        levels[key] = near if error else found
        if not error:
            store.keep_levels(key, found)
        progress.finding = (progress.finding[0] + 1, len(missing))
        yield progress
    return levels
