"""Pictures of a sensitivity analysis: a tornado, Morris' effects and Sobol's indices.

Small pictures by alternative; in each the assumptions one below the other, largest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.report.factors import called, tried
from loyaltysim.report.panels import TITLE, across_of, put_key, put_title
from loyaltysim.report.sensitivity import beyond_luck, factors_of
from loyaltysim.report.style import (
    FAINT,
    INK,
    PAPER,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    letters_in,
    lines,
    paler,
    tidy_money,
)
from loyaltysim.sweeps.sensitivity import DECISION, Sensitivity

Panels = Sequence[tuple[str, pd.DataFrame]]
"""A title, and the effects of a small picture, largest first."""

LOWER, UPPER = "#6699CC", "#882255"
"""Ends of a range."""

LINE, BAR, GAP = 0.135, 0.13, 0.11
"""Inches of a line of a name, of the bar below it, and of room below that."""

NARROWEST = 3.0
LEFT, RIGHT, BETWEEN = 0.1, 0.15, 0.35
BELOW, KEY = 0.34, 0.34


def tornado(found: Sensitivity, panels: Panels, *, width: float = WIDE) -> Figure:
    """Bars from what an alternative brings as stated to either end of each assumption's range."""
    sheet, grid = _ranked(found, panels, width)
    for axes, places, rows in grid:
        sure = set(beyond_luck(found, rows).index)
        known = rows[["stated", "at_from", "at_to"]].to_numpy(float)
        whiskers = rows["at_from"].to_numpy()[:, None] + rows[["swing_low", "swing_high"]]
        _limit(axes, np.concatenate([known.ravel(), whiskers.to_numpy(float).ravel()]))
        for y, (at, row) in zip(places, rows.iterrows(), strict=True):
            ends = [(row["at_from"], LOWER), (row["at_to"], UPPER)]
            # The shorter one over the longer, where both go the same way.
            for value, colour in sorted(ends, key=lambda end: -abs(end[0] - row["stated"])):
                shown = colour if at in sure else paler(colour, 0.65)
                length = value - row["stated"]
                axes.barh(y, length, BAR, left=row["stated"], color=shown, linewidth=0)
            _whisker(axes, y, *(row["at_from"] + row[f"swing_{end}"] for end in ("low", "high")))
            _upright(axes, y, row["stated"], SOFT)
        low, high = axes.get_xlim()
        if low < 0.0 < high:
            for y in places:
                _upright(axes, y, 0.0, INK, linewidth=1.2)
        tidy_money(axes.xaxis, 4)
    marks = {"lower end": LOWER, "upper end": UPPER}
    handles = [Line2D([], [], color=c, linewidth=5, label=name) for name, c in marks.items()]
    handles += [
        Line2D([], [], color=INK, linewidth=1.2, label="breaks even"),
        Line2D(
            [], [], color=INK, linewidth=0.8, marker="|", markersize=5, label="95% of the swing"
        ),
    ]
    put_key(sheet, width, handles)
    return sheet.figure


def morris(found: Sensitivity, panels: Panels, *, width: float = WIDE) -> Figure:
    """Mean size of each effect with its interval, its spread, and what luck alone would show."""
    sheet, grid = _ranked(found, panels, width)
    for axes, places, rows in grid:
        sure = set(beyond_luck(found, rows).index)
        luck = float(rows["luck"].iloc[0])
        shown = rows[["mu_star_high", "mu_star", "sigma"]].to_numpy(float)
        _limit(axes, np.append(shown.ravel(), [0.0, luck]))
        for y, (at, row) in zip(places, rows.iterrows(), strict=True):
            colour = UPPER if at in sure else paler(UPPER, 0.5)
            _whisker(axes, y, row["mu_star_low"], row["mu_star_high"])
            axes.plot(row["mu_star"], y, "o", color=colour, markersize=5)
            axes.plot(row["sigma"], y, "D", color=SOFT, markerfacecolor=PAPER, markersize=3.5)
            if np.isfinite(luck):
                _upright(axes, y, luck, LOWER, linestyle=":", linewidth=1.6)
        _axis(axes, bool((rows["outcome"] == DECISION).all()))
    put_key(
        sheet, width,
        [
            _dot("o", UPPER, UPPER, "mean size, 95%"),
            _dot("D", SOFT, PAPER, "spread"),
            Line2D([], [], color=LOWER, linestyle=":", linewidth=1.6, label="luck alone"),
        ],
    )  # fmt: skip
    return sheet.figure


def sobol(found: Sensitivity, panels: Panels, *, width: float = WIDE) -> Figure:
    """Shares of the variance: of each assumption alone, and with all it does with others."""
    sheet, grid = _ranked(found, panels, width)
    for axes, places, rows in grid:
        for y, (_, row) in zip(places, rows.iterrows(), strict=True):
            for name, off, face in (("first", -0.035, PAPER), ("total", 0.035, UPPER)):
                _whisker(axes, y + off, row[f"{name}_low"], row[f"{name}_high"])
                axes.plot(row[name], y + off, "o", color=UPPER, markerfacecolor=face, markersize=4)
        ends = rows[["first", "first_low", "total", "total_high"]].to_numpy(float)
        _limit(axes, np.append(ends.ravel(), [0.0, 1.0]))
        _axis(axes, True)
    handles = [_dot("o", UPPER, PAPER, "alone, 95%"), _dot("o", UPPER, UPPER, "with all else, 95%")]
    put_key(sheet, width, handles)
    return sheet.figure


PICTURES = {
    "tornado": (
        tornado,
        "What each alternative brings as stated, and with one assumption at the lower or the upper "
        "end of its range; pale where luck alone could explain the swing. The line is its 95% "
        "interval, at the upper end.",
    ),
    "morris": (
        morris,
        "How much the whole range of each assumption moves what an alternative brings, whatever "
        "else is assumed; pale where luck alone could explain it. A large spread: it depends on "
        "what else is assumed.",
    ),
    "sobol": (
        sobol,
        "What explains how what each alternative brings varies over all ranges: shares of the "
        "variance by an assumption alone, and with all that it does together with others.",
    ),
}


# One below the other


def _ranked(
    found: Sensitivity, panels: Panels, width: float
) -> tuple[Sheet, list[tuple[Axes, list[float], pd.DataFrame]]]:
    """Axes for each panel, with names above the places of its rows, and the ranges beside them."""
    across = across_of(width, len(panels), LEFT, NARROWEST)
    panel = (width - LEFT - RIGHT - BETWEEN * (across - 1)) / across
    names = [_names(found, rows, panel) for _, rows in panels]
    titles = [lines(title, letters_in(panel)) for title, _ in panels]
    heights = [sum(_height(max(row, key=_lines)) for row in own) for own in names]
    deepest = [max(heights[at : at + across]) for at in range(0, len(panels), across)]
    above = [
        0.15 + TITLE * max(text.count("\n") + 1 for text in titles[at : at + across])
        for at in range(0, len(panels), across)
    ]
    sheet = Sheet(width, sum(deepest) + sum(above) + BELOW * len(deepest) + KEY)
    grid = []
    for at, (_, rows) in enumerate(panels):
        row = at // across
        x = LEFT + (at % across) * (panel + BETWEEN)
        y = sum(deepest[:row]) + sum(above[: row + 1]) + row * BELOW
        put_title(sheet, x, y, titles[at])
        axes = sheet.axes(x, y, panel, heights[at])
        axes.set_ylim(heights[at], 0.0)
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=FAINT, linewidth=0.5)
        grid.append((axes, list(_write(axes, names[at])), rows))
    return sheet, grid


def _names(found: Sensitivity, rows: pd.DataFrame, panel: float) -> list[tuple[str, str]]:
    """What each row is called, in up to three lines, and the range that was tried."""
    factors = factors_of(found)
    said = []
    for name in rows["factor"]:
        factor = factors[name]
        beside = lines(tried(found.plan, factor), letters_in(panel / 2.0, SMALL))
        room = int(panel * 72.0 / (SMALL * 0.58)) - max(map(len, beside.split("\n"))) - 2
        said.append((lines(called(factor), room, 3), beside))
    return said


def _height(text: str) -> float:
    return LINE * _lines(text) + BAR + GAP


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _write(axes: Axes, names: Sequence[tuple[str, str]]) -> Iterator[float]:
    """The names and ranges of rows; the places of what is drawn below them."""
    top = 0.0
    over: dict[str, Any] = {
        "va": "top",
        "fontsize": SMALL,
        "annotation_clip": False,
        "linespacing": 1.1,
    }
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
    for text, beside in names:
        at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "bbox": paper, **over}
        axes.annotate(text, (0.0, top), ha="left", **at)
        axes.annotate(beside, (1.0, top), ha="right", color=SOFT, **at)
        top += _height(max(text, beside, key=_lines))
        yield top - GAP - BAR / 2.0


def _limit(axes: Axes, values: np.ndarray) -> None:
    """Limits that hold all that is known of some values."""
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    room = 0.04 * (high - low) or 1.0
    axes.set_xlim(low - room, high + room)


def _whisker(axes: Axes, y: float, low: float, high: float) -> None:
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [y, y], color=INK, linewidth=0.8, marker="|", markersize=4)


def _upright(axes: Axes, y: float, x: float, colour: str, **style: Any) -> None:
    """A line at a value, beside the bar of one row only: above it stands a name."""
    axes.plot([x, x], [y - 0.8 * BAR, y + 0.8 * BAR], color=colour, **({"linewidth": 0.8} | style))


def _axis(axes: Axes, shares: bool) -> None:
    tidy_money(axes.xaxis, 5)
    if shares:
        axes.xaxis.set_major_formatter(lambda x, _: f"{100.0 * x:.0f}%".replace("-", "−"))


def _dot(marker: str, colour: str, face: str, label: str) -> Line2D:
    return Line2D(
        [], [], linestyle="", marker=marker, color=colour, markerfacecolor=face, markersize=5,
        label=label,
    )  # fmt: skip
