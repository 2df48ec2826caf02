"""Commands that live many scenarios: sweeps, kept as they go."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, validators

from loyaltysim.cli.common import (
    Json,
    Parquet,
    People,
    Processes,
    app,
    check_parquet,
    console_of,
    escaped,
    print_json,
    progress_bar,
    refuse,
    say_if_compiling,
    shown_path,
    whole,
)
from loyaltysim.command import FAILED, OK

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from loyaltysim.sweeps.plan import Plan
    from loyaltysim.sweeps.store import Store
    from loyaltysim.sweeps.sweep import Progress


@app.command
def sweep(
    file: Annotated[Path, Parameter(help="Scenario file, with or without a section `sweep`.")],
    /,
    *,
    vary: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            help="A factor: PATH=20%..100%:5, PATH=1..100:3:log, PATH=10%,20%, or PATH=assumed; "
            "as often as wanted.",
        ),
    ] = None,
    design: Annotated[
        str | None,
        Parameter(help="grid, one_at_a_time, latin_hypercube or sobol."),
    ] = None,
    points: Annotated[
        int | None,
        Parameter(
            validator=validators.Number(gte=1), converter=whole, help="Of a sample; 64 if left out."
        ),
    ] = None,
    table: Annotated[
        Path | None, Parameter(help="CSV file of designs: a column a factor, a row a point.")
    ] = None,
    alternative: Annotated[
        list[str] | None,
        Parameter(
            name=["--alternative", "-a"],
            negative="",
            help="Lived beside the reference, as often as wanted; all if left out.",
        ),
    ] = None,
    replications: Annotated[
        int | None,
        Parameter(
            name=["--replications", "-r"],
            validator=validators.Number(gte=1),
            converter=whole,
            help="Of each point, paired; the scenario's if left out.",
        ),
    ] = None,
    people: People = None,
    processes: Processes = None,
    cluster: Annotated[
        str | None,
        Parameter(help="Address of a Dask scheduler, or `local`: live the runs there."),
    ] = None,
    out: Annotated[Path | None, Parameter(name=["--out", "-o"], help="The study's folder.")] = None,
    resume: Annotated[
        bool, Parameter(negative="", help="Go on with the study in that folder.")
    ] = False,
    plan: Annotated[
        bool, Parameter(negative="", help="Only say what would be lived, and how long it takes.")
    ] = False,
    parquet: Parquet = False,
    json_: Json = False,
) -> int:
    """Vary a scenario, compare its alternatives at every point, and keep every run as it is done.

    What is varied outside the alternatives says how the business is today; what is varied in an
    alternative says what would be changed. A study that was broken off goes on with --resume.
    """
    from loyaltysim.sweeps.plan import plan as plan_
    from loyaltysim.sweeps.terms import load_sweep

    check_parquet(parquet)

    scenario, terms = load_sweep(file)
    if people is not None:
        scenario = scenario.change({"market.people": people})
    factors = dict(terms.vary or {})
    for text in vary or []:
        name, equals, values = (part.strip() for part in text.partition("="))
        if not (name and equals and values):
            return refuse(
                f"--vary {text[:80]}: write PATH=VALUES, such as "
                "--vary firm.staff.quits_per_year=20%..100%:5"
            )
        factors[name] = values
    made = plan_(
        scenario,
        factors,
        design=design or terms.design,
        points=points or terms.points,
        table=None if table is None else _designs(table),
        alternatives=alternative or terms.alternatives,
        replications=replications or terms.replications,
    )
    folder = out or Path("studies") / file.stem
    workers = processes or os.cpu_count() or 1
    if plan:
        console_of().print(escaped(said(made, 0, workers)))
        return OK

    from loyaltysim.sweeps.store import Store

    with Store(folder, made.identity, resume=resume) as store:
        done = [store.done(replication) for replication in range(made.replications)]
        lived = sum(key.whole in own for own in done for key in made.keys)
        console_of(stderr=True).print(escaped(said(made, lived, workers)))
        return _carry_out(made, store, workers, cluster, parquet, json_)


def _designs(path: Path) -> list[dict[str, Any]]:
    """The points of a CSV file; a value is read as on the command line."""
    from loyaltysim.scenario import ScenarioError
    from loyaltysim.scenario.problems import Problem, printable
    from loyaltysim.sweeps.table import read

    try:
        return read(path)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([Problem(file=printable(path), hint=why)]) from None


def said(made: Plan, done: int, workers: int) -> str:
    """The plan in words: runs, the time that they take, and the room."""
    from loyaltysim.report.figures import number
    from loyaltysim.sweeps.expect import bytes_of, seconds_of

    runs = len(made.points) * made.replications - done
    lived = f", {done:,} of {done + runs:,} done" if done else ""
    minutes = seconds_of(made, runs) / min(workers, max(runs, 1)) / 60.0
    time = f"{number(minutes, 1.0)} minutes" if minutes >= 2.0 else f"{60.0 * minutes:.0f} seconds"
    return (
        f"{len(made.points):,} points x {made.replications} replications x {len(made.names)} "
        f"alternatives{lived}: about {time} on {workers} cores, {bytes_of(made) / 1e6:.1f} MB."
    )


def _carry_out(
    made: Plan, store: Store, workers: int, cluster: str | None, parquet: bool, json_: bool
) -> int:
    """Live what is missing; whatever ends it, what is done is kept and can be gone on with."""
    from loyaltysim.scenario.problems import printable
    from loyaltysim.sweeps.sweep import Sweep, steps

    notes = console_of(stderr=True)
    say_if_compiling(notes)
    try:
        with (
            _cluster(cluster) as executor,
            progress_bar(notes, f"Sweeping {made.scenario.business.name}") as bar,
        ):
            for progress in steps(made, store, workers, executor):
                bar(progress.done, progress.total, so_far(made, progress))
        found = Sweep(made, lambda: nullcontext(store.runs))

        from loyaltysim.sweeps.keeping import write

        write(found, store.folder, parquet=parquet)
    except BaseException as error:
        error.add_note(
            f"what was done is kept in {printable(store.folder)}; the same command with --resume "
            "goes on"
        )
        raise
    if json_:
        rows = json.loads(found.table.to_json(orient="records"))
        print_json({"scenario": made.scenario.business.name, "points": rows})
    else:
        from loyaltysim.report.sweep import print_sweep

        print_sweep(found, console_of())
        page = shown_path(store.folder / "report.html")
        console_of().print(f"Wrote {shown_path(store.folder)}: open {page}")
    for failed in found.failures[:10]:
        where = made.said(failed.point)
        notes.print(escaped(f"{where}, replication {failed.replication}: {failed.error}"))
    if found.failures:
        notes.print(f"{len(found.failures):,} runs failed; --resume tries these again.")
    return FAILED if found.failures else OK


def so_far(made: Plan, progress: Progress) -> str:
    """The best point so far, and how many runs failed, for beside the bar."""
    from loyaltysim.report.figures import number

    said = []
    if progress.best is not None:
        point, name, gain = progress.best
        values = ", ".join(map(str, made.points[point]))
        said.append(f"best so far {name} {number(gain)} at {values}"[:60])
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
