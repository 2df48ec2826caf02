"""What the commands share: the application, kinds of arguments, the console, errors, results."""

from __future__ import annotations

import json
import re
import sys
import time
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

SECONDS_TO_NOTE = 0.3
"""Between two notes beside a progress bar: finding what to say may take a while."""

ScenarioFile = Annotated[Path, Parameter(help="Scenario file (YAML).")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for a script.")]
Out = Annotated[
    Path | None, Parameter(name=["--out", "-o"], help="Results folder; must not exist yet.")
]


def whole(_type: Any, tokens: Sequence[Token]) -> int:
    """A whole number; 1.5 is refused and not rounded."""
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        raise ValueError(f"{text[:40]} is not a whole number; write one such as 20 or 1000")
    return int(text)


Whole = Annotated[int | None, Parameter(validator=validators.Number(gte=1), converter=whole)]
People = Annotated[
    Whole, Parameter(help="For a quick try: people, with staff and costs as they are.")
]
Replications = Annotated[
    int | None,
    Parameter(
        name=["--replications", "-r"],
        validator=validators.Number(gte=2),
        converter=whole,
        help="Paired replications, in place of the scenario's.",
    ),
]
Processes = Annotated[
    Whole, Parameter(name=["--processes", "-p"], help="Worker processes; all cores if left out.")
]
Parquet = Annotated[
    bool,
    Parameter(negative="", help="Write Parquet beside CSV (needs the extra `parquet`)."),
]


def loaded(path: Path, replications: int | None = None, people: int | None = None) -> Scenario:
    """The scenario of a file, with fewer or more replications and people where asked for."""
    from loyaltysim.scenario import load

    plan = load(path)
    changes = {"replications": replications, "market.people": people}
    stated = {name: value for name, value in changes.items() if value is not None}
    if not stated:
        return plan
    of = plan.business.market.people
    if people is not None and people != of:
        say(
            f"Only a quick try: {people:,} of {of:,} people, with staff and costs as they are, so "
            "profits are not those of the business."
        )
    return plan.change(stated)


def console_of(*, stderr: bool = False) -> Console:
    """Where to print: in the width of a terminal, or uncut."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        # A file or a pipe has no width of its own; nothing is cut to 80 columns.
        console = Console(stderr=stderr, highlight=False, soft_wrap=True, width=200)
    return console


def escaped(text: str) -> str:
    """Text that the console prints as it is."""
    from rich.markup import escape

    return escape(text)


def shown_path(path: Path) -> str:
    """A path as the console prints it."""
    from loyaltysim.scenario.problems import printable

    return escaped(printable(path))


def print_json(value: Any) -> None:
    """Print for a script."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def refuse(message: str) -> int:
    """Say what is wrong with the input; returns the exit code."""
    say(f"loyaltysim: {message}")
    return WRONG_INPUT


def write_new(path: Path, text: str, *, such_as: str) -> int:
    """Write a file that must not exist yet, whole or not at all; returns the exit code."""
    from loyaltysim.scenario.problems import printable

    made = False
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            made = True
            file.write(text)
    except FileExistsError:
        return refuse(
            f"{printable(path)} exists already and is left as it is; name another file, "
            f"such as: {such_as}"
        )
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        return refuse(
            f"cannot write {printable(path)}: {error.strerror}; "
            "name a file in a folder that you may write to"
        )
    return OK


def deliver(keep: Callable[[], Path | None], show: Callable[[Path | None], None]) -> int:
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


def check_folder(folder: Path, notes: Console) -> None:
    """Before any work: raise `FolderError` where results cannot go; name what was left there."""
    from loyaltysim.results.folder import check_writable, left_over

    check_writable(folder)
    for part in left_over(folder):
        notes.print(
            f"[dim]Note: {shown_path(part)} is left from a run that was broken off, or is being "
            "written by another; delete it if none is.[/dim]"
        )


def check_parquet(wanted: bool) -> None:
    """Before any work: raise `FolderError` where the extra is missing."""
    from importlib.util import find_spec

    from loyaltysim.results.folder import FolderError

    if wanted and find_spec("pyarrow") is None:
        raise FolderError("--parquet needs pyarrow: pip install 'loyaltysim[parquet]'")


def say_if_compiling(console: Console) -> None:
    """A word about the wait, where there will be one."""
    from loyaltysim.compiled import is_warm

    if not is_warm():
        console.print("Compiling the model for this machine: once, about 20 seconds ...")


@contextmanager
def progress_bar(console: Console, what: str) -> Iterator[Callable[..., None]]:
    """A progress bar with the rate and the time left; silent where nobody is watching.

    Called with what is done, of how much, and if wanted with what says a note to stand beside.
    """
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
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        job = bar.add_task(escaped(what), total=None, note="", rate="")
        due = 0.0

        def update(done: int, total: int, note: Callable[[], str] | None = None) -> None:
            nonlocal due
            bar.update(job, completed=done, total=total)
            if console.is_terminal and time.monotonic() >= due:
                due = time.monotonic() + SECONDS_TO_NOTE
                speed = bar.tasks[0].speed
                bar.update(
                    job,
                    rate="" if speed is None else f"{speed:.1f} a second",
                    note="" if note is None else escaped(note()),
                )

        yield update
