"""A sweep: all alternatives at every point, on the same people and luck, run by run.

What is varied outside the alternatives says how the business is today, so that its owner's figures
hold at every point (the levels are found anew); what is varied in an alternative says what would be
changed, from the same today.
"""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

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
from loyaltysim.sweeps.plan import Plan, plan
from loyaltysim.sweeps.store import Failed, Store

MEASURES = (
    "profit", "revenue", "yearly_loss", "observed_yearly_loss", "customers", "members",
    "programme_cost", "spending", "staff_turnover",
)  # fmt: skip
"""Of each run and alternative, over the horizon; losses and turnover a year."""

ROUNDS = 3
"""In which the levels of a business near the stated one are found."""


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: runs done, in all, and the best point so far."""

    done: int
    total: int
    failed: int
    best: tuple[int, str, float] | None
    """Point, alternative, mean incremental profit."""


@dataclass(frozen=True)
class Job:
    """One replication of one point; without one, the levels of its business are looked for."""

    text: str
    levels: Mapping[str, Any]
    point: int
    replication: int | None = None


def live(job: Job) -> list[list[Any]] | dict[str, Any]:
    """All alternatives of one replication: their measures, and profit by month."""
    scenario = _scenario(job.text)
    levels = _levels(scenario.business, job.levels)
    if job.replication is None:
        return _numbers(steady(scenario.business, near=levels, rounds=ROUNDS))
    monthly: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, business in scenario.alternatives.items():
        months = month_of(business.weeks - 1) + 1
        census = Census(months, len(business.market.segments))
        result = run(business, levels, replication=job.replication, census=census)
        monthly[name] = monthly_of(result)
        rest[name] = (
            float(census.yearly_loss[-1]),
            float(census.observed_yearly_loss[-1]),
            int(result.stages[-1].sum(axis=0)[BOUGHT].sum()),
            int(result.customers["member"].sum()),
            turnover_of(result),
        )
    today = monthly[scenario.reference]
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
                float(money.spending(booked, today).sum()),
                turnover,
                profit.round(6).tolist(),
            ]
        )  # fmt: skip
    return found


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


class Sweep:
    """The results of a sweep, read from its study run by run: memory does not grow with them."""

    def __init__(
        self,
        plan: Plan,
        rows: Callable[[], Iterable[tuple[int, int, Any]]],
        failures: Sequence[Failed],
    ) -> None:
        self.plan = plan
        self.failures = failures
        """Runs that could not be done, with their errors."""
        self._rows = rows
        self._factors = [factor.name for factor in plan.factors]
        self._reference = plan.names.index(plan.scenario.reference)

    @property
    def run_columns(self) -> list[str]:
        """What is told of each run."""
        figures = ["incremental_profit", "payback_month", *MEASURES]
        return ["point", *self._factors, "replication", "alternative", *figures]

    def each_run(self) -> Iterator[tuple[Any, ...]]:
        """Each run of each alternative, by point and replication, as in `run_columns`."""
        for point, replication, found in self._rows():
            today = np.array(found[self._reference][-1])
            for name, figures in zip(self.plan.names, found, strict=True):
                gained = np.array(figures[-1]) - today
                first = (float(gained.sum()), float(money.payback_month(gained)))
                yield (
                    point, *self.plan.points[point], replication, name, *first, *figures[:-1],
                )  # fmt: skip

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
                doubt = [np.nan] * 4
                if place != self._reference:
                    mean, half = own[:, 0].mean(), np.nan
                    if len(own) > 1:
                        half = float(mean_and_half_width(own[:, 0])[1])
                    doubt = [mean, mean - half, mean + half, (own[:, 0] > 0.0).mean()]
                rows.append(
                    (
                        point, *self.plan.points[point], name, len(own), *map(float, doubt),
                        *own[:, 2:].mean(axis=0).tolist(),
                    )
                )  # fmt: skip
        figures = ["incremental_profit", "low", "high", "p_pays", *MEASURES]
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
    count = processes or os.cpu_count() or 1
    with TemporaryDirectory(prefix="loyaltysim-", ignore_cleanup_errors=True) as temporary:
        place = Path(temporary) / "study" if folder is None else Path(folder)
        with Store(place, made.identity, resume=resume) as store:
            for done in steps(made, store, count, executor):
                if progress is not None:
                    progress(done)
            rows = list(store.runs())
            return Sweep(made, lambda: rows, store.failures())


def steps(
    made: Plan,
    store: Store,
    processes: int,
    executor: Executor | None = None,
) -> Iterator[Progress]:
    """Live what is missing, and keep each run as it is done; says how far it is after each."""
    done = store.done()
    track = _Track(made, len(done))
    levels = _kept_levels(made, store)
    for _ in _find_levels(made, store, levels, processes, executor):
        yield track.now()
    jobs = [
        Job(text, levels[base_of(text)], point, replication)
        for point, text in enumerate(made.texts)
        for replication in range(made.replications)
        if (point, replication) not in done
    ]
    for job, (error, found) in spread(_tried, jobs, processes, executor):
        assert job.replication is not None
        if error:
            store.keep_failure(Failed(job.point, job.replication, error))
        else:
            store.keep(job.point, job.replication, found)
        track.count(job.point, found)
        yield track.now()


class _Track:
    """What a progress display shows."""

    def __init__(self, made: Plan, done: int) -> None:
        self._names = made.names
        self._at = made.names.index(made.scenario.reference)
        self._total = len(made.points) * made.replications
        self._done, self._failed = done, 0
        self._sums: dict[tuple[int, str], tuple[float, int]] = {}

    def count(self, point: int, found: Any) -> None:
        if found is None:
            self._failed += 1
            return
        self._done += 1
        for name, figures in zip(self._names, found, strict=True):
            if name != self._names[self._at]:
                total, runs = self._sums.get((point, name), (0.0, 0))
                self._sums[point, name] = (total + figures[0] - found[self._at][0], runs + 1)

    def now(self) -> Progress:
        best = max(self._sums.items(), key=lambda item: item[1][0] / item[1][1], default=None)
        found = None if best is None else (*best[0], best[1][0] / best[1][1])
        return Progress(self._done, self._total, self._failed, found)


def base_of(text: str) -> str:
    """A hash of the business as it is today, by which its levels are known."""
    document = {k: v for k, v in json.loads(text).items() if k not in ("alternatives", "name")}
    return hashlib.blake2b(json.dumps(document).encode(), digest_size=12).hexdigest()


def _kept_levels(made: Plan, store: Store) -> dict[str, Any]:
    """Levels of the business as stated, and of all that were found before."""
    stated = _numbers(levels_of(made.scenario.business))
    return {base_of(json.dumps(made.scenario.document)): stated, **store.levels()}


def _find_levels(
    made: Plan, store: Store, levels: dict[str, Any], processes: int, executor: Executor | None
) -> Iterator[None]:
    """The levels of each business that is not known yet are found and added."""
    near = levels[base_of(json.dumps(made.scenario.document))]
    bases = {base_of(text): (point, text) for point, text in enumerate(made.texts)}
    missing = [
        Job(text, near, point) for base, (point, text) in bases.items() if base not in levels
    ]
    for job, (error, found) in spread(_tried, missing, processes, executor):
        # Its runs will fail by the same error, and tell it.
        levels[base_of(job.text)] = near if error else found
        if not error:
            store.keep_levels(base_of(job.text), found)
        yield
