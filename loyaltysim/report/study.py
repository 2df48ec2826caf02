"""What sweeps, sensitivity analyses and break-evens share when they are told: a page, and rows."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loyaltysim.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = tuple[str, str]
"""What stands in a table, and what is said below it, smaller: an interval."""

WIDEST = 100
"""Letters of a line of words in the terminal."""


@dataclass(frozen=True)
class Rows:
    """A table: its title, heads, cells, and a note; so many columns from the left are words."""

    title: str
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    note: str = ""
    words: int = 1
    folded: bool = False
    """Shown on the page when it is asked for."""


@dataclass(frozen=True)
class Picture:
    """A picture of a page, drawn in the width that is asked for."""

    key: str
    title: str
    caption: str
    draw: Callable[..., Figure]


@dataclass(frozen=True)
class Section:
    """A part of a page; the first has no title."""

    title: str
    pictures: Sequence[Picture] = ()
    tables: Sequence[Rows] = ()


def page_of_study(
    title: str,
    statements: Iterable[str],
    head: str,
    sections: Sequence[Section],
    *,
    commands: Sequence[tuple[str, str]] = (),
    so_far: str = "",
    again_in: int | None = None,
) -> str:
    """The page: the answer, pictures, tables, and what to type next; opens offline.

    `commands` are what each is for, and the command. With `again_in` the page reads itself again
    after so many seconds.
    """
    from loyaltysim.report.experiments import page_of

    return page_of(
        Path(__file__).with_name("study.html.j2"),
        title=title,
        statements=list(statements),
        head=head,
        sections=[
            {"title": s.title, "pictures": [*map(_drawn, s.pictures)], "tables": s.tables}
            for s in sections
        ],
        commands=commands,
        so_far=so_far,
        again_in=again_in,
    )


def _drawn(picture: Picture) -> dict[str, Any]:
    """A picture across a page and across a telephone."""
    from markupsafe import Markup

    from loyaltysim.report.style import NARROW, WIDE, look
    from loyaltysim.report.svg import inline

    shown: dict[str, Any] = {"title": picture.title, "caption": picture.caption}
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        with look():
            figure = picture.draw(width=width)
            figure.draw_without_rendering()
        shown[name] = Markup(inline(figure, f"{picture.key}{name[0]}", picture.title))
    return shown


def lived(found: Sweep) -> int:
    """Runs that were lived so far."""
    profit = found.by_run("profit")
    return int((~np.isnan(profit).all(axis=2)).sum()) if profit.size else 0


def whole_replications(found: Sweep) -> Sweep:
    """What a study that is being lived has in those replications that all points were tried in.

    At least in the first, so that points are told apart by the same luck.
    """
    tried = np.asarray(~np.isnan(found.by_run("profit")).all(axis=2))
    for failed in found.failures:
        tried[failed.point, failed.replication] = True
    count = max(int(np.logical_and.accumulate(tried.all(axis=0)).sum()), 1)
    return found.first(count)


def so_far(found: Sweep, of: int | None = None) -> str:
    """How far a study is that is still being lived."""
    known = f"{lived(found):,}" if of is None else f"{lived(found):,} of {of:,}"
    return f"So far: {known} runs. This page shows what they say, and reads itself again."


# In the terminal


def print_head(title: str, head: str, statements: Iterable[str], console: Console) -> None:
    """A title, what was lived, and the answer in words."""
    console.print(Text(f"\n{title}", style="bold"))
    console.print(Text(f"{head}\n"))
    for statement in statements:
        for line in textwrap.wrap(statement, min(console.width, WIDEST)):
            console.print(Text(line))


def print_rows(rows: Rows, console: Console, most: int, where: str) -> None:
    """A table, cut to so many rows; `where` the others are."""
    table = Table(
        box=box.SIMPLE_HEAD, title=Text(rows.title) if rows.title else None, title_justify="left",
        title_style="bold", caption_justify="left",
    )  # fmt: skip
    for place, column in enumerate(rows.columns):
        if place < rows.words:
            table.add_column(Text(column), overflow="fold", max_width=44)
        else:
            table.add_column(Text(column), justify="right")
    for cells in rows.cells[:most]:
        table.add_row(*(Text(f"{text}\n{more}" if more else text) for text, more in cells))
    notes = [rows.note] if rows.note else []
    if len(rows.cells) > most:
        notes.append(f"The first {most} of {len(rows.cells):,}; all are in {where}.")
    if notes:
        table.caption = Text(" ".join(notes))
    console.print(table, soft_wrap=False)


def print_commands(commands: Iterable[tuple[str, str]], console: Console) -> None:
    """What to type next, each in one line, to be copied."""
    for what, text in commands:
        console.print(Text(f"\n{what}"))
        console.print(Text(f"  {text}"), soft_wrap=True)
