"""Pieces that pictures share: small pictures in rows, their titles, labels and limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from loyaltysim.report.figures import number
from loyaltysim.report.style import (
    INK,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    letters_in,
    lines,
    tidy_money,
)
from loyaltysim.results.comparison import Comparison

TITLE = 0.17
"""Inches of a line of a title."""

TICKS = 0.28
"""Inches below axes for the figures at their ticks, and a gap."""

FIGURES = 0.5
"""Inches of a column of figures beside bars."""


def spread(places: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Places moved apart to at least `gap`, in their order, as little as possible."""
    moved = np.array(places, dtype=float)
    for _ in range(200):
        close = np.flatnonzero(np.diff(moved) < gap - 1e-9)
        if not len(close):
            break
        for at in close:
            lack = gap - (moved[at + 1] - moved[at])
            moved[at] -= lack / 2.0
            moved[at + 1] += lack / 2.0
        moved = np.clip(moved, low, None)
    over = max(0.0, moved[-1] - high)
    return moved - over if moved[0] - over >= low else moved


def others(comparison: Comparison) -> list[str]:
    """All alternatives but the reference."""
    return [n for n in comparison.names if n != comparison.reference]


def across_of(width: float, count: int, left: float, narrowest: float) -> int:
    """How many small pictures stand side by side, none narrower than `narrowest`."""
    return max(1, min(count, int((width - left) / narrowest)))


def small_pictures(
    width: float,
    names: Sequence[str],
    *,
    height: float,
    left: float,
    bottom: float,
    narrowest: float = 1.75,
    figures: float = 0.0,
    beside: float = 0.2,
) -> tuple[Sheet, list[Axes]]:
    """A small picture for each name, row by row, with the name above it; `beside` is between."""
    across = across_of(width, len(names), left, narrowest)
    rows = -(-len(names) // across)
    gap_x, right = beside, 0.1
    panel = (width - left - right - gap_x * (across - 1)) / across
    room = letters_in(panel)
    titles = [lines(name, room) for name in names]
    heads = [
        TITLE * max(t.count("\n") + 1 for t in titles[row * across : (row + 1) * across]) + 0.1
        for row in range(rows)
    ]
    sheet = Sheet(width, sum(heads) + rows * (height + TICKS) - TICKS + bottom)
    grid = []
    for at, title in enumerate(titles):
        row = at // across
        x = left + (at % across) * (panel + gap_x)
        y = sum(heads[: row + 1]) + row * (height + TICKS)
        put_title(sheet, x, y, title)
        grid.append(sheet.axes(x, y, panel - figures, height))
    return sheet, grid


def put_title(sheet: Sheet, x: float, bottom: float, text: str, **style: Any) -> None:
    """A name of one or two lines that ends just above `bottom`, all on the same base line."""
    rows = text.split("\n")
    for at, row in enumerate(rows):
        y = bottom - 0.09 - TITLE * (len(rows) - 1 - at)
        sheet.text(x, y, row, fontweight="bold", va="baseline", **style)


def label_outer(
    axes: Axes, at: int, count: int, width: float, below: str, beside: str,
    *, left: float = 0.62, narrowest: float = 1.75,
) -> None:  # fmt: skip
    """Axis titles where a row begins and a column ends only."""
    across = across_of(width, count, left, narrowest)
    if at + across >= count:
        axes.set_xlabel(below)
    if at % across == 0:
        if beside:
            axes.set_ylabel(beside)
    elif beside:
        axes.tick_params(axis="y", labelleft=False)


def draw_bars(
    axes: Axes, values: np.ndarray, labels: list[str], fill: list[str], scale: np.ndarray
) -> None:
    """Bars from zero with their figures; the axis holds all of `scale`."""
    y = np.arange(len(values))
    axes.barh(y, values, height=0.72, color=fill, edgecolor=SOFT, linewidth=0.4)
    put_figures(axes, signed(values, 1.0), last_bold=False)
    lay_out_bars(axes, labels, scale)


def lay_out_bars(axes: Axes, labels: Sequence[str], scale: np.ndarray) -> None:
    """The axes of bars from zero, one below the other, that hold all of `scale`."""
    hold(axes.set_xlim, scale, 0.05)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(labels)), labels)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    tidy_money(axes.xaxis, 3)


def hold(set_limits: object, values: np.ndarray, margin: float) -> None:
    """Limits that hold all finite values and zero."""
    finite = values[np.isfinite(values)]
    low, high = (min(0.0, finite.min()), max(0.0, finite.max())) if finite.size else (0.0, 0.0)
    if low == high:
        low, high = -1.0, 1.0
    room = (high - low) * margin
    set_limits(low - room, high + room)  # type: ignore[operator]


def month_ticks(last: int) -> list[int]:
    """Ticks of an axis of months: every year, half-year or quarter."""
    every = next((e for e in (1, 3, 6, 12, 24, 60) if last / e <= 4.01), 120)
    return list(range(0, last + 1, every))


def put_key(sheet: Sheet, width: float, handles: list[Line2D]) -> None:
    """What the marks mean, at the foot of a picture."""
    sheet.figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        ncols=len(handles) if width >= WIDE else 1 + len(handles) // 4,
        borderaxespad=0.2,
        handlelength=2.0,
        columnspacing=1.6,
    )


def put_figures(axes: Axes, said: Sequence[str], *, last_bold: bool) -> None:
    """What the bars amount to, in a column at the right."""
    for y, text in enumerate(said):
        axes.annotate(
            text,
            (1.0, y),
            xytext=(FIGURES * 72.0, 0.0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=SMALL,
            fontweight="bold" if last_bold and y == len(said) - 1 else "normal",
            annotation_clip=False,
        )


def signed(values: np.ndarray, largest: float) -> list[str]:
    """Changes with their sign, all in the unit that suits the largest; nothing for no change."""
    size, letter = next(
        ((s, x) for s, x in ((1e9, "bn"), (1e6, "m"), (1e3, "k")) if largest >= s),
        (1.0, ""),
    )
    step = 1.0 if largest / size >= 100.0 or size == 1.0 else 0.1
    said = []
    for value in values:
        text = number(value / size, step)
        small = text.strip("−0.,") == ""
        said.append("" if small else f"{'+' if value > 0 else ''}{text}{letter}")
    return said
