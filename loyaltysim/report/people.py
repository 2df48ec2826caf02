"""Pictures of people: their stages, and who stays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.report.figures import number, share
from loyaltysim.report.panels import (
    FIGURES,
    TITLE,
    across_of,
    draw_bars,
    hold,
    label_outer,
    month_ticks,
    others,
    put_key,
    put_title,
    small_pictures,
    spread,
)
from loyaltysim.report.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    colours,
    letters_in,
    lines,
    picture,
    tidy_money,
)
from loyaltysim.report.words import best
from loyaltysim.results.comparison import Comparison
from loyaltysim.units import WEEKS_PER_YEAR

STAGE_NAMES = {
    "advocate": "Advocates",
    "client": "Clients",
    "repeat": "Repeat customers",
    "first_time": "First-time customers",
    "prospect": "Prospects",
    "suspect": "Suspects",
    "lost": "Lost",
}
"""From the most loyal to the lost, as they are stacked."""

STAGE_COLOURS = {
    "advocate": "#0b3c5d",
    "client": "#2a6f97",
    "repeat": "#6aa5c4",
    "first_time": "#b3d3e3",
    "prospect": "#e9dfc7",
    "suspect": "#f5f1e6",
    "lost": "#c9a79c",
}

_BETWEEN = 1.05
"""Inches between two pictures of retention: labels at the end of lines, then an axis."""


@picture
def stages(comparison: Comparison, *, width: float = WIDE) -> Figure:
    """People by stage over time, for the reference and for the best alternative beside it."""
    chosen = [comparison.reference]
    top = best(comparison)
    if top not in chosen:
        chosen.append(top)
    beside = width >= WIDE
    left, right, gap, height = 0.62, 1.7, 0.2, 2.6 if beside else 2.2
    across = len(chosen) if beside else 1
    rows = -(-len(chosen) // across)
    panel = (width - left - right - gap * (across - 1)) / across
    titles = [lines(name, letters_in(panel)) for name in chosen]
    head = TITLE * max(title.count("\n") + 1 for title in titles) + 0.1
    cell = head + height + 0.25
    sheet = Sheet(width, rows * cell + 0.2)
    frame = comparison.stages.pivot_table(
        index=["alternative", "week"], columns="stage", values="people", sort=False
    )
    for at, name in enumerate(chosen):
        weeks = frame.loc[name].index.to_numpy()
        keep = np.unique(np.append(weeks[::4], weeks[-1]))
        data = frame.loc[name].loc[keep]
        x, y = at % across, at // across
        axes = sheet.axes(left + x * (panel + gap), y * cell + head, panel, height)
        put_title(sheet, left + x * (panel + gap), y * cell + head, titles[at])
        months = keep / WEEKS_PER_YEAR * 12.0
        stacked = [data[stage].to_numpy() for stage in STAGE_NAMES]
        axes.stackplot(
            months, stacked, colors=list(STAGE_COLOURS.values()), edgecolor="white", linewidth=0.4
        )
        axes.set_xlim(0, months.max())
        axes.set_ylim(0, frame.sum(axis=1).max())
        axes.set_xticks(month_ticks(int(months.max())))
        axes.yaxis.set_major_formatter(lambda v, _: number(v))
        if x:
            axes.set_yticklabels([])
        else:
            axes.set_ylabel("People")
        if y == rows - 1:
            axes.set_xlabel("Month")
        if x == across - 1:
            ends = np.array([series[-1] for series in stacked])
            _stage_labels(axes, ends)
    return sheet.figure


def _stage_labels(axes: Axes, ends: np.ndarray) -> None:
    """The stages and their numbers beside the end of the areas, kept apart."""
    tops = np.cumsum(ends)
    middles = tops - ends / 2.0
    low, high = axes.get_ylim()
    height = axes.bbox.height / 72.0
    places = spread(middles, (high - low) * 0.15 / height, low, high)
    x = axes.get_xlim()[1]
    for place, middle, (stage, label), end in zip(
        places, middles, STAGE_NAMES.items(), ends, strict=True
    ):
        axes.annotate(
            f"{label} {number(end, 1.0)}",
            (x, middle),
            xytext=(12, (place - middle) * height * 72.0 / (high - low)),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": STAGE_COLOURS[stage] if stage not in ("suspect", "prospect") else FAINT,
                "shrinkA": 1,
                "shrinkB": 0,
                "linewidth": 1.2,
            },
        )


@picture
def stage_differences(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """People by stage at the end, more or fewer than with the reference."""
    shown = list(names) if names is not None else others(comparison)
    people = comparison.alternatives[list(STAGE_NAMES)]
    difference = people - people.loc[comparison.reference]
    labels = list(STAGE_NAMES.values())
    sheet, grid = small_pictures(
        width,
        shown,
        height=1.15,
        left=1.28,
        bottom=0.42,
        narrowest=1.55,
        figures=FIGURES,
    )
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        values = difference.loc[name].to_numpy()
        draw_bars(
            axes, values, labels, [STAGE_COLOURS[s] for s in STAGE_NAMES], difference.to_numpy()
        )
        label_outer(axes, at, len(shown), width, "People", "", left=1.28, narrowest=1.55)
        if not axes.get_ylabel() and at % across_of(width, len(shown), 1.28, 1.55):
            axes.set_yticklabels([])
    return sheet.figure


@picture
def retention(comparison: Comparison, *, width: float = WIDE) -> Figure:
    """Customers of the reference still there, by months since the start, or since joining.

    True, and as the firm sees it from who has bought lately; today's base, and newcomers.
    """
    frame = _curves(comparison)[comparison.reference]
    months = int(frame.index.max())
    beside = width >= WIDE
    left, right, height = 0.62, 0.8, 1.9
    panel = (width - left - right - (_BETWEEN if beside else 0.0)) / (2 if beside else 1)
    cell = height + 0.75
    sheet = Sheet(width, cell * (1 if beside else 2))
    titles = {"base": "Today’s customers", "new": "Newcomers"}
    since = {"base": "Months since the start", "new": "Months since joining"}
    for at, (group, title) in enumerate(titles.items()):
        x = left + (panel + _BETWEEN if beside else 0.0) * at
        top = 0.0 if beside else cell * at
        put_title(sheet, x, top + 0.3, title)
        axes = sheet.axes(x, top + 0.3, panel, height)
        axes.set_xlim(0, months)
        axes.set_ylim(0.0, 1.0)
        axes.set_xticks(month_ticks(months))
        axes.set_xlabel(since[group])
        axes.yaxis.set_major_formatter(lambda v, _: share(v, 0))
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        if at == 0 or not beside:
            axes.set_ylabel("Still there")
        ends = {}
        for view, style in (("true", "-"), ("observed", ":")):
            curve = frame[group][view].dropna()
            if curve.empty:
                continue
            axes.plot(curve.index, curve, color=INK, linestyle=style)
            ends[view] = (curve.index[-1], curve.iloc[-1])
        if not ends:
            axes.text(0.5 * months, 0.5, "Nobody joined.", ha="center", fontsize=SMALL)
            continue
        order = sorted(ends, key=lambda v: ends[v][1])
        places = spread(np.array([ends[v][1] for v in order]), 0.075, 0.0, 1.0)
        for view, place in zip(order, places, strict=True):
            axes.text(ends[view][0] + months * 0.02, place, view, va="center", fontsize=SMALL)
    return sheet.figure


@picture
def retention_differences(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """Percentage points by which more customers are still there than with the reference."""
    shown = list(names) if names is not None else others(comparison)
    curves = _curves(comparison)
    difference = {
        name: 100.0 * (curves[name] - curves[comparison.reference]) for name in others(comparison)
    }
    limits = np.concatenate([d.to_numpy().ravel() for d in difference.values()])
    limits = limits[np.isfinite(limits)]
    sheet, grid = small_pictures(
        width, shown, height=1.1, left=0.62, bottom=0.66 if width >= WIDE else 0.85
    )
    colour = colours(comparison)
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        data = difference[name]
        months = int(data.index.max())
        for group, tone, weight in (("new", "#9a9a9a", 1.1), ("base", colour[name], 1.6)):
            for view, style in (("observed", ":"), ("true", "-")):
                curve = data[group][view].dropna()
                axes.plot(curve.index, curve, color=tone, linestyle=style, linewidth=weight)
        axes.axhline(0.0, color=INK, linewidth=0.8)
        hold(axes.set_ylim, limits, 0.08)
        axes.set_xlim(0, months)
        axes.set_xticks(month_ticks(months))
        tidy_money(axes.yaxis)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        label_outer(axes, at, len(shown), width, "Months", "Percentage points")
    put_key(sheet, width, [
        Line2D([], [], color=INK, linewidth=1.6, label="today’s customers (in colour)"),
        Line2D([], [], color="#9a9a9a", linewidth=1.1, label="newcomers"),
        Line2D([], [], color=SOFT, linestyle="-", label="solid: true"),
        Line2D([], [], color=SOFT, linestyle=":", label="dotted: observed"),
    ])  # fmt: skip
    return sheet.figure


def _curves(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """By alternative: months down, (group, view) across.

    Newcomers are followed for three quarters of the horizon: the last months rest on
    the few who joined first.
    """
    frame = comparison.retention
    months = frame["month"].max()
    kept = frame[(frame["customers"] == "base") | (frame["month"] <= 0.75 * months)]
    # All four curves, also where nobody joined.
    every = pd.MultiIndex.from_product([("base", "new"), ("true", "observed")])
    return {
        str(name): part.pivot_table(
            index="month", columns=["customers", "view"], values="share", sort=False
        ).reindex(columns=every)
        for name, part in kept.groupby("alternative", sort=False)
    }
