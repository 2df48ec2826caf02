"""What the commands of studies have in common: what is asked, and carrying it out."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from cyclopts import Parameter, validators

from loyaltysim.cli.common import (
    Json,
    Parquet,
    People,
    Processes,
    check_parquet,
    console_of,
    escaped,
    print_json,
    progress_bar,
    say_if_compiling,
    shown_path,
    whole,
)
from loyaltysim.command import FAILED, OK

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from rich.console import Console

    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.studies import StudyTerms
    from loyaltysim.sweeps.plan import Plan
    from loyaltysim.sweeps.store import Store
    from loyaltysim.sweeps.sweep import Progress, Sweep, Work

T = TypeVar("T")
Terms = TypeVar("Terms", bound="StudyTerms")

SECONDS_TO_PAGE = 30.0
"""Before the page is written for the first time, and between two of its versions at least."""

PAGE_SHARE = 0.02
"""Of the time that writing it may take."""

StudyFile = Annotated[Path, Parameter(help="Scenario file, with or without a section for it.")]
Points = Annotated[
    int | None, Parameter(validator=validators.Number(gte=1), converter=whole, help="Of a sample.")
]


@Parameter(name="*")
@dataclass(frozen=True)
class Asked:
    """Options that every study has."""

    vary: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            help="A factor: PATH=20%..100%:5, PATH=1..100:3:log, PATH=10%,20%, or PATH=assumed; "
            "as often as wanted.",
        ),
    ] = None
    study: Annotated[
        Path | None, Parameter(help="File with a section that says what to vary, and how.")
    ] = None
    alternative: Annotated[
        list[str] | None,
        Parameter(
            name=["--alternative", "-a"],
            negative="",
            help="Lived beside the reference, as often as wanted; all if left out.",
        ),
    ] = None
    replications: Annotated[
        int | None,
        Parameter(
            name=["--replications", "-r"],
            validator=validators.Number(gte=1),
            converter=whole,
            help="Of each point, paired; the scenario's if left out.",
        ),
    ] = None
    people: People = None
    processes: Processes = None
    cluster: Annotated[
        str | None,
        Parameter(help="Address of a Dask scheduler, or `local`: live the runs there."),
    ] = None
    out: Annotated[Path | None, Parameter(name=["--out", "-o"], help="The study's folder.")] = None
    resume: Annotated[bool, Parameter(negative="", help="Go on with the study in that folder.")] = (
        False
    )
    only: Annotated[
        str | None,
        Parameter(help="Live one run by itself, POINT/REPLICATION, as a failure is told."),
    ] = None
    plan: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Only say what would be lived, and how long it takes.",
        ),
    ] = False
    parquet: Parquet = False
    json_: Json = False

    @property
    def workers(self) -> int:
        """Processes that live runs."""
        return self.processes or os.cpu_count() or 1

    def read(self, file: Path, kind: type[Terms]) -> tuple[Scenario, Terms]:
        """The scenario, and what is asked of it: in a file, and before that on the line.

        Raises `ScenarioError`.
        """
        from loyaltysim.scenario import ScenarioError
        from loyaltysim.scenario.problems import Problem, shown
        from loyaltysim.sweeps.terms import load_study

        check_parquet(self.parquet)
        scenario, terms = load_study(file, kind, self.study)
        if self.people is not None:
            scenario = scenario.change({"market.people": self.people})
        factors = dict(terms.vary or {})
        for text in self.vary or []:
            name, _, values = (part.strip() for part in text.partition("="))
            if not name or (not values and "=" in text):
                hint = "write PATH=VALUES, such as firm.staff.quits_per_year=20%..100%:5"
                raise ScenarioError([Problem(field="--vary", found=shown(text), hint=hint)])
            factors[name] = values or "assumed"
        stated: dict[str, Any] = {"vary": factors or None}
        if self.alternative:
            stated["alternatives"] = self.alternative
        if self.replications:
            stated["replications"] = self.replications
        return scenario, terms.model_copy(update=stated)


NOTHING = Asked()


@dataclass(frozen=True)
class Telling(Generic[T]):
    """How what a study found is read and told."""

    read: Callable[[Sweep], T]
    page: Callable[[T, int | None], str]
    """With the seconds after which it is to be looked at again, while runs are under way."""
    show: Callable[[T, Console], None]
    tables: Callable[[T], Mapping[str, pd.DataFrame]]
    """By name; the first is what a script gets."""


def carry_out(
    asked: Asked,
    folder: Path,
    made: Plan,
    work: Callable[[Store, Executor | None], Work],
    telling: Telling[T],
) -> int:
    """Live what is missing; whatever ends it, what is done is kept and can be gone on with."""
    if asked.plan:
        console_of().print(escaped(said(made, 0, asked.workers)))
        return OK

    from loyaltysim.scenario.problems import printable
    from loyaltysim.sweeps import keeping
    from loyaltysim.sweeps.store import Store
    from loyaltysim.sweeps.sweep import followed, steps

    notes = console_of(stderr=True)
    with Store(asked.out or folder, made.identity, resume=asked.resume) as store:
        lived = 0
        for replication in range(made.replications):
            done = store.done(replication)
            lived += sum(key.whole in done for key in made.keys)
        notes.print(escaped(said(made, lived, asked.workers)))
        say_if_compiling(notes)
        try:
            with (
                _cluster(asked.cluster) as executor,
                progress_bar(notes, f"{made.scenario.business.name}") as bar,
            ):
                as_it_goes = _as_it_goes(store, telling)

                def tell(progress: Progress) -> None:
                    bar(progress.done, progress.total, lambda: so_far(progress))
                    as_it_goes(progress)

                if asked.only is None:
                    found = followed(work(store, executor), store, tell)
                else:
                    point, replication = _one_run(asked.only, made)
                    one = steps(made, store, 1, points=[point], replications=[replication])
                    found = followed(one, store, tell)
            read = telling.read(found)
            tables = telling.tables(read)
            keeping.write(
                found, store.folder, tables, telling.page(read, None), parquet=asked.parquet
            )
        except BaseException as error:
            error.add_note(
                f"what was done is kept in {printable(store.folder)}; the same command with "
                "--resume goes on"
            )
            raise
        if asked.json_:
            name, table = next(iter(tables.items()))
            rows = json.loads(table.to_json(orient="records"))
            print_json({"scenario": made.scenario.business.name, name: rows})
        else:
            telling.show(read, console_of())
            page = shown_path(store.folder / keeping.PAGE)
            console_of().print(f"Wrote {shown_path(store.folder)}: open {page}")
        return _tell_failures(found, notes)


def _tell_failures(found: Sweep, notes: Console) -> int:
    for failed in found.failures[:10]:
        run = f"{failed.point}/{failed.replication}"
        notes.print(
            escaped(
                f"{found.plan.said(failed.point)}, replication {failed.replication}: "
                f"{failed.error}; by itself: --resume --only {run}"
            )
        )
    if found.failures:
        notes.print(f"{len(found.failures):,} runs failed; --resume tries all of these again.")
    return FAILED if found.failures else OK


def _one_run(text: str, made: Plan) -> tuple[int, int]:
    from loyaltysim.scenario import ScenarioError
    from loyaltysim.scenario.problems import Problem, shown

    matched = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
    if matched:
        point, replication = int(matched[1]), int(matched[2])
        if point < len(made.points) and replication < made.replications:
            return point, replication
    allowed = f"POINT/REPLICATION, up to {len(made.points) - 1}/{made.replications - 1}"
    raise ScenarioError([Problem(field="--only", found=shown(text), allowed=allowed)])


def _as_it_goes(store: Store, telling: Telling[T]) -> Callable[[Progress], None]:
    """Writes the page while runs are lived, now and then; so that it costs little."""
    from loyaltysim.sweeps import keeping
    from loyaltysim.sweeps.sweep import reading_of

    due = time.monotonic() + SECONDS_TO_PAGE

    def write(progress: Progress) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        began = time.monotonic()
        sofar = telling.read(reading_of(progress.plan, store))
        keeping.write_page(store.folder, telling.page(sofar, round(SECONDS_TO_PAGE)))
        spent = time.monotonic() - began
        due = time.monotonic() + max(SECONDS_TO_PAGE, spent / PAGE_SHARE)

    return write


def said(made: Plan, done: int, workers: int) -> str:
    """The plan in words: runs, the time that they take, and the room."""
    from loyaltysim.report.figures import number
    from loyaltysim.sweeps.expect import bytes_of, seconds_of

    runs = len(made.points) * made.replications - done
    lived = f", {done:,} of {done + runs:,} done" if done else ""
    minutes = seconds_of(made, runs) / min(workers, max(runs, 1)) / 60.0
    time_ = f"{number(minutes, 1.0)} minutes" if minutes >= 2.0 else f"{60.0 * minutes:.0f} seconds"
    return (
        f"{len(made.points):,} points x {made.replications} replications x {len(made.names)} "
        f"alternatives{lived}: about {time_} on {workers} cores, {bytes_of(made) / 1e6:.1f} MB."
    )


def so_far(progress: Progress) -> str:
    """The best point so far, and how many runs failed, for beside the bar."""
    from loyaltysim.report.figures import number

    said = []
    found, of = progress.finding
    if found < of:
        said.append(f"today's levels: {found} of {of}")
    if progress.best is not None:
        point, name, gain = progress.best
        said.append(f"best so far {name} {number(gain)} at {progress.plan.said(point)}"[:60])
    if progress.failed:
        said.append(f"{progress.failed} failed")
    return "; ".join(said)


@contextmanager
def _cluster(address: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask cluster; none where none is named."""
    if address is None:
        yield None
        return
    from loyaltysim.sweeps.cluster import executor_of

    with executor_of(address) as executor:
        yield executor
