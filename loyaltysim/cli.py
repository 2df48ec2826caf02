"""The command line. Each command imports what it needs, so that help is there at once."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter, Token, validators

from loyaltysim import __version__
from loyaltysim.command import OK, WRONG_INPUT, results_ready, say

if TYPE_CHECKING:
    from rich.console import Console

    from loyaltysim.scenario import Scenario

app = App(
    name="loyaltysim",
    version=__version__,
    suppress_keyboard_interrupt=False,  # `command.main` says what became of the work.
    help="Try loyalty programmes on simulated customers before launching them.",
    help_format="plaintext",
    help_epilogue=(
        "Exit codes: 0 done, 1 could not be done, 2 wrong input, 130 stopped. "
        "Start with `loyaltysim init` and `loyaltysim compare scenario.yaml`."
    ),
)

ScenarioFile = Annotated[Path, Parameter(help="Scenario file (YAML).")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for a script.")]
Out = Annotated[
    Path | None, Parameter(name=["--out", "-o"], help="Results folder; must not exist yet.")
]


def _whole(_type: Any, tokens: Sequence[Token]) -> int:
    """A whole number; 1.5 is refused and not rounded."""
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        raise ValueError(f"{text[:40]} is not a whole number; write one such as 20 or 1000")
    return int(text)


Whole = Annotated[int | None, Parameter(validator=validators.Number(gte=1), converter=_whole)]
Parquet = Annotated[
    bool,
    Parameter(negative="", help="Write Parquet beside CSV (needs the extra `parquet`)."),
]


@app.command
def compare(
    scenario: ScenarioFile,
    /,
    *,
    replications: Annotated[
        int | None,
        Parameter(
            name=["--replications", "-r"],
            validator=validators.Number(gte=2),
            converter=_whole,
            help="Paired replications, in place of the scenario's.",
        ),
    ] = None,
    people: Annotated[
        Whole,
        Parameter(help="For a quick try: people, with staff and costs as they are."),
    ] = None,
    processes: Annotated[
        Whole,
        Parameter(name=["--processes", "-p"], help="Worker processes; all cores if left out."),
    ] = None,
    out: Out = None,
    parquet: Parquet = False,
    json_: Json = False,
) -> int:
    """Live every customer with each alternative, and say which of them pays.

    Prints a table and writes a results folder with tidy tables and one page
    (`report.html`) to open, print or send.
    """
    from loyaltysim.results.folder import free_name

    _check_parquet(parquet)
    plan = _load(scenario, replications, people)
    plan.reference  # noqa: B018  (says so before any work when there is nothing to compare)
    folder = out or free_name(Path("results") / scenario.stem)
    notes = _console(stderr=True)
    _check_folder(folder, notes)
    _say_if_compiling(notes)

    from loyaltysim.studies.compare import compare as compare_

    with _progress(notes, f"Living {plan.business.name}") as progress:
        comparison = compare_(plan, processes=processes, progress=progress)

    from loyaltysim.report.page import render
    from loyaltysim.results.folder import write

    def keep() -> Path:
        command = {"compare": scenario.name}
        pages = {"report.html": render(comparison)}
        return write(
            folder, comparison.scenario, comparison.tables, command, pages=pages, parquet=parquet
        )

    def show(kept: Path | None) -> None:
        if json_:
            rows = json.loads(comparison.alternatives.reset_index().to_json(orient="records"))
            place = str(kept) if kept is not None else None
            _print_json({"scenario": plan.business.name, "folder": place, "alternatives": rows})
            return
        from loyaltysim.report.terminal import print_comparison

        print_comparison(comparison, _console())
        for note in plan.notes():
            notes.print(f"[dim]Note: {_escaped(note)}[/dim]")
        if kept is not None:
            _console().print(f"Wrote {_path(kept)}: open {_path(kept / 'report.html')}")

    return _deliver(keep, show)


@app.command
def run(
    scenario: ScenarioFile,
    /,
    *,
    alternative: Annotated[
        str | None, Parameter(name=["--alternative", "-a"], help="Which; the business if left out.")
    ] = None,
    replication: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=0, lt=2**62),
            converter=_whole,
            help="Another number is other people and other luck.",
        ),
    ] = 0,
    threads: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=1),
            converter=_whole,
            help="The result is the same with any number.",
        ),
    ] = 1,
    out: Out = None,
    parquet: Parquet = False,
    json_: Json = False,
) -> int:
    """Live one alternative once, and print its years; `--out` keeps every table."""
    _check_parquet(parquet)
    plan = _load(scenario)
    notes = _console(stderr=True)
    if out is not None:
        _check_folder(out, notes)
    _say_if_compiling(notes)

    from loyaltysim.studies.simulate import simulate

    tables = simulate(plan, alternative, replication=replication, threads=threads)

    def keep() -> Path | None:
        if out is None:
            return None
        from loyaltysim.results.folder import write

        command = {"run": scenario.name, "alternative": alternative, "replication": replication}
        return write(out, plan, tables.tables, command, parquet=parquet)

    def show(kept: Path | None) -> None:
        if json_:
            years = json.loads(tables.years.to_json(orient="records"))
            _print_json(
                {"scenario": plan.business.name, "alternative": alternative, "years": years}
            )
            return
        from loyaltysim.report.terminal import print_run

        print_run(tables, alternative, _console())
        if kept is not None:
            _console().print(f"Wrote {_path(kept)}")

    return _deliver(keep, show)


@app.command
def validate(scenario: ScenarioFile, /, *, json_: Json = False) -> int:
    """Check a scenario file: every mistake at once, with its line and the nearest valid name."""
    from loyaltysim.scenario import ScenarioError, load

    try:
        plan = load(scenario)
    except ScenarioError as error:
        if json_:
            _print_json({"valid": False, "problems": json.loads(error.to_json())})
            return WRONG_INPUT
        raise
    if json_:
        _print_json(
            {
                "valid": True,
                "scenario": plan.business.name,
                "alternatives": list(plan.alternatives),
                "notes": plan.notes(),
            }
        )
        return OK
    console = _console()
    business = plan.business
    console.print(
        f"{_path(scenario)} is valid: {_escaped(business.name)}, "
        f"{business.market.people:,} people, {business.weeks} weeks, "
        f"{business.replications} replications."
    )
    if plan.alternatives:
        console.print(f"Alternatives: {_escaped(', '.join(plan.alternatives))}.")
    for note in plan.notes():
        console.print(f"[dim]Note: {_escaped(note)}[/dim]")
    return OK


@app.command
def init(
    path: Annotated[Path, Parameter(help="Where to write the scenario.")] = Path("scenario.yaml"),
) -> int:
    """Write a commented starter scenario, ready to compare."""
    from importlib.resources import files

    from loyaltysim.scenario.problems import printable

    text = files("loyaltysim.scenario").joinpath("starter.yaml").read_text("utf-8")
    made = False
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            made = True
            file.write(text)
    except FileExistsError:
        return _refuse(
            f"{printable(path)} exists already and is left as it is; name another file, "
            "such as: loyaltysim init my_business.yaml"
        )
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        return _refuse(
            f"cannot write {printable(path)}: {error.strerror}; "
            "name a file in a folder that you may write to"
        )
    _console().print(f"Wrote {_path(path)}. Edit it, then: loyaltysim compare {_path(path)}")
    return OK


@app.command
def evidence(
    parameter: Annotated[
        str | None, Parameter(help="Name, or a part of it; all if left out.")
    ] = None,
    *,
    json_: Json = False,
) -> int:
    """Show where defaults come from: value, unit, plausible range, source and grade."""
    from loyaltysim.evidence import find, register

    entries = find(parameter) if parameter else list(register().values())
    if json_:
        from dataclasses import asdict

        _print_json([asdict(entry) for entry in entries])
        return OK if entries else WRONG_INPUT
    if not entries:
        from loyaltysim.scenario.problems import quoted

        return _refuse(
            f"no default is called anything like {quoted(parameter)}; "
            "`loyaltysim evidence` lists all of them"
        )
    from loyaltysim.report.terminal import print_evidence

    print_evidence(entries, parameter, _console())
    return OK


# What the commands share


def _load(path: Path, replications: int | None = None, people: int | None = None) -> Scenario:
    from loyaltysim.scenario import load

    plan = load(path)
    changes = {"replications": replications, "market.people": people}
    stated = {name: value for name, value in changes.items() if value is not None}
    return plan.change(stated) if stated else plan


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        # A file or a pipe has no width of its own; nothing is cut to 80 columns.
        console = Console(stderr=stderr, highlight=False, soft_wrap=True, width=200)
    return console


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _path(path: Path) -> str:
    from loyaltysim.scenario.problems import printable

    return _escaped(printable(path))


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _refuse(message: str) -> int:
    say(f"loyaltysim: {message}")
    return WRONG_INPUT


def _deliver(keep: Callable[[], Path | None], show: Callable[[Path | None], None]) -> int:
    """Write the results and print them, in this order.

    What was found is printed even where it cannot be written, and where printing is
    broken off, it is said that the results have been written.
    """
    from loyaltysim.results.folder import FolderError
    from loyaltysim.scenario.problems import printable

    results_ready.set()
    try:
        kept = keep()
    except FolderError:
        show(None)
        raise
    try:
        show(kept)
        sys.stdout.flush()
    except BaseException as error:
        if kept is not None:
            error.add_note(f"the results are in {printable(kept)}")
        raise
    return OK


def _check_folder(folder: Path, notes: Console) -> None:
    from loyaltysim.results.folder import check_writable, left_over

    check_writable(folder)
    for part in left_over(folder):
        notes.print(
            f"[dim]Note: {_path(part)} is left from a run that was broken off, or is being "
            "written by another; delete it if none is.[/dim]"
        )


def _check_parquet(wanted: bool) -> None:
    from importlib.util import find_spec

    from loyaltysim.results.folder import FolderError

    if wanted and find_spec("pyarrow") is None:
        raise FolderError("--parquet needs pyarrow: pip install 'loyaltysim[parquet]'")


def _say_if_compiling(console: Console) -> None:
    from loyaltysim.compiled import is_warm

    if not is_warm():
        console.print("Compiling the model for this machine: once, about 20 seconds ...")


@contextmanager
def _progress(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar with the time left; silent where nobody is watching."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        job = bar.add_task(_escaped(what), total=None)
        yield lambda done, total: bar.update(job, completed=done, total=total)
