"""The pictures of a comparison: each a function from it to a matplotlib figure.

All take the `width` in inches (`WIDE` for paper, `NARROW` for a telephone) and, where
there is a small picture for each alternative, the `names` to show (all where left out;
axes are shared with those that are not shown).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.ledger import ACCOUNTS
from loyaltysim.report.style import (
    FAINT,
    INK,
    NARROW,
    PAPER,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    colours,
    columns_of,
    cut,
    dashes,
    letters_in,
    lines,
    paler,
    picture,
    tidy_money,
)
from loyaltysim.report.words import best, horizon, number, share
from loyaltysim.results.comparison import Comparison

__all__ = [
    "NARROW",
    "WIDE",
    "cumulative",
    "decision",
    "retention",
    "retention_differences",
    "stage_differences",
    "stages",
    "where_the_money_went",
]

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

ACCOUNT_NAMES = {
    "revenue": "Revenue",
    "cost_of_goods": "Cost of goods",
    "service": "Service",
    "pay": "Pay",
    "hiring": "Hiring",
    "training": "Training",
    "rewards": "Rewards",
    "programme_set_up": "Programme set-up",
    "programme_running": "Programme running",
    "acquisition": "Acquisition",
    "compensation": "Compensation",
    "overhead": "Other costs",
}

_TITLE = 0.17
"""Inches of a line of a title."""

_TICKS = 0.28
"""Inches below axes for the figures at their ticks, and a gap."""

_WORTH_A_BAR = 0.005
"""Accounts that change by less than this share of the largest change are shown together."""

_BETWEEN = 1.05
"""Inches between two pictures of retention: labels at the end of lines, then an axis."""

_FIGURES = 0.5
"""Inches of a column of figures beside bars."""


@picture
def decision(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """Incremental profit of each alternative, and how far luck and ignorance move it."""
    frame = comparison.alternatives.loc[_others(comparison)]
    shown = list(names) if names is not None else list(frame.index)
    row, head, foot, side = 0.48, 0.3, 0.68 if width >= WIDE else 1.05, 0.12
    sheet = Sheet(width, head + row * len(shown) + foot)
    axes = sheet.axes(side, head, width - 2 * side, row * len(shown))
    columns = ["low", "high", "ranges_low", "ranges_high", "low_wallet", "high_wallet"]
    _limits(axes.set_xlim, frame[columns].to_numpy(), 0.06)
    axes.set_ylim(len(shown), 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    tidy_money(axes.xaxis)
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    business = comparison.scenario.business
    axes.set_xlabel(
        f"Profit over {horizon(business.horizon)} beyond that of “"
        f"{cut(comparison.reference, 24)}” ({business.currency})"
    )
    colour = colours(comparison)
    chance = "P(it pays):  stated | over ranges"
    sheet.text(width - side, 0.06, chance, ha="right", fontsize=SMALL, color=SOFT)
    for at, name in enumerate(shown):
        data = frame.loc[name]
        top = head + at * row + 0.05
        both = f"{share(data['p_pays_stated'], 0)} | {share(data['p_pays_ranges'], 0)}"
        room = letters_in(width - 2 * side - 1.0)
        clear = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
        _title(sheet, side, top + 0.2, cut(name, room), bbox=clear)
        sheet.text(width - side, top + 0.11, both, ha="right", va="baseline")
        _range_bar(axes, data, at + 0.58, colour[name])
        if at:
            axes.axhline(at, color=FAINT, linewidth=0.5)
    handles = [
        Line2D([], [], color=SOFT, linewidth=5, label="95% interval as stated (luck)"),
        Line2D([], [], color=SOFT, linewidth=1.2, label="5% to 95% over the ranges (ignorance)"),
        Line2D(
            [], [], color=INK, marker="|", linestyle="", label="L, H: low, high share of wallet"
        ),
    ]
    _key(sheet, width, handles)
    return sheet.figure


def _key(sheet: Sheet, width: float, handles: list[Line2D]) -> None:
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


def _range_bar(axes: Axes, data: pd.Series, y: float, colour: str) -> None:
    """One alternative: luck thick, ignorance thin, the shares of wallet as letters below."""
    axes.hlines(y, data["ranges_low"], data["ranges_high"], color=colour, linewidth=1.2)
    for end in ("ranges_low", "ranges_high"):
        axes.vlines(data[end], y - 0.08, y + 0.08, color=colour, linewidth=1.2)
    axes.hlines(y, data["low"], data["high"], color=paler(colour, 0.35), linewidth=6)
    axes.plot(data["incremental_profit"], y, "o", color=colour, markersize=4.5, mec="w", mew=0.7)
    letters = sorted([(data["low_wallet"], "L"), (data["high_wallet"], "H")])
    for (value, letter), side in zip(letters, ("right", "left"), strict=True):
        if np.isfinite(value):
            axes.vlines(value, y + 0.11, y + 0.32, color=INK, linewidth=0.9)
            axes.annotate(
                letter,
                (value, y + 0.34),
                xytext=(-2.0 if side == "right" else 2.0, 0.0),
                textcoords="offset points",
                ha=side,
                va="baseline",
                fontsize=6.5,
            )


@picture
def cumulative(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """Cumulated incremental profit by month: the mean, luck's band and ignorance's band."""
    frame = comparison.cumulative
    shown = list(names) if names is not None else _others(comparison)
    currency = comparison.scenario.business.currency
    sheet, grid = _grid(width, shown, height=1.25, left=0.62, bottom=0.5)
    bounds = frame[frame["alternative"] != comparison.reference]
    limits = bounds[["low", "high", "ranges_low", "ranges_high", "mean"]].to_numpy()
    colour = colours(comparison)
    for number_, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        data = frame[frame["alternative"] == name]
        start = pd.DataFrame(0.0, index=[0], columns=data.columns.drop("alternative"))
        data = pd.concat([start, data.drop(columns="alternative")])
        month = data["month"]
        axes.fill_between(
            month, data["ranges_low"], data["ranges_high"], color=paler(colour[name], 0.82), lw=0
        )
        axes.fill_between(month, data["low"], data["high"], color=paler(colour[name], 0.5), lw=0)
        axes.plot(month, data["mean"], color=colour[name], linestyle=dashes(comparison, name))
        axes.axhline(0.0, color=INK, linewidth=0.8)
        _limits(axes.set_ylim, limits, 0.06)
        axes.set_xlim(0, month.max())
        axes.set_xticks(_months(int(month.max())))
        tidy_money(axes.yaxis)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        _payback(axes, comparison.alternatives.loc[name, "payback_month"])
        _outer_labels(axes, number_, len(shown), width, "Month", f"Cumulated profit ({currency})")
    return sheet.figure


def _payback(axes: Axes, month: float) -> None:
    found = np.isfinite(month)
    text = f"paid back from month {month:.0f}" if found else "not paid back"
    if found:
        axes.plot(month, 0.0, "o", color=INK, markersize=4, clip_on=False, zorder=5)
    axes.text(
        0.98, 0.02, text, transform=axes.transAxes, ha="right", va="bottom", fontsize=SMALL,
        color=SOFT,
    )  # fmt: skip


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
    head = _TITLE * max(title.count("\n") + 1 for title in titles) + 0.1
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
        _title(sheet, left + x * (panel + gap), y * cell + head, titles[at])
        months = keep / 52.0 * 12.0
        stacked = [data[stage].to_numpy() for stage in STAGE_NAMES]
        axes.stackplot(
            months, stacked, colors=list(STAGE_COLOURS.values()), edgecolor="white", linewidth=0.4
        )
        axes.set_xlim(0, months.max())
        axes.set_ylim(0, frame.sum(axis=1).max())
        axes.set_xticks(_months(int(months.max())))
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
    shown = list(names) if names is not None else _others(comparison)
    people = comparison.alternatives[list(STAGE_NAMES)]
    difference = people - people.loc[comparison.reference]
    labels = list(STAGE_NAMES.values())
    sheet, grid = _grid(
        width,
        shown,
        height=1.15,
        left=1.28,
        bottom=0.42,
        narrowest=1.55,
        figures=_FIGURES,
    )
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        values = difference.loc[name].to_numpy()
        _bars(axes, values, labels, [STAGE_COLOURS[s] for s in STAGE_NAMES], difference.to_numpy())
        _outer_labels(axes, at, len(shown), width, "People", "", left=1.28, narrowest=1.55)
        if not axes.get_ylabel() and at % _columns(width, len(shown), 1.28, 1.55):
            axes.set_yticklabels([])
    return sheet.figure


@picture
def where_the_money_went(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """From the reference's profit to the alternative's: what each account added or took."""
    shown = list(names) if names is not None else _others(comparison)
    totals = comparison.ledger.pivot_table(
        index="alternative", columns="account", values="amount", aggfunc="sum", sort=False
    )[list(ACCOUNTS)]
    change = totals - totals.loc[comparison.reference]
    signs = pd.Series([1.0 if a == "revenue" else -1.0 for a in ACCOUNTS], index=list(ACCOUNTS))
    change = change * signs
    largest = change.abs().max()
    used = [a for a in ACCOUNTS if largest[a] > _WORTH_A_BAR * largest.max()] or ["revenue"]
    if len(used) < int((largest > 0.0).sum()):
        change["rest"] = change[[a for a in ACCOUNTS if a not in used]].sum(axis=1)
        used = [*used, "rest"]
    labels = [*(ACCOUNT_NAMES.get(a, "All others") for a in used), "Profit"]
    height = 0.165 * len(labels) + 0.1
    sheet, grid = _grid(
        width,
        shown,
        height=height,
        left=1.28,
        bottom=0.42,
        narrowest=1.55,
        figures=_FIGURES,
    )
    colour = colours(comparison)
    before = change[used].cumsum(axis=1)
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        steps = change.loc[name, used].to_numpy()
        starts = np.append(0.0, np.cumsum(steps)[:-1])
        y = np.arange(len(labels))
        axes.barh(y[:-1], steps, left=starts, height=0.72, color=[
            paler(colour[name], 0.45) if s >= 0 else "#8a8a8a" for s in steps
        ])  # fmt: skip
        axes.barh(y[-1], steps.sum(), height=0.72, color=colour[name])
        ends = np.append(starts + steps, steps.sum())
        for here, end in enumerate(ends[:-1]):
            axes.vlines(end, here, here + 1, color=SOFT, linewidth=0.5)
        _limits(axes.set_xlim, before.to_numpy(), 0.05)
        _figures(axes, _signed(np.append(steps, steps.sum()), largest.max()), last_bold=True)
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_yticks(y, labels)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        tidy_money(axes.xaxis, 3)
        if at % _columns(width, len(shown), 1.28, 1.55):
            axes.set_yticklabels([])
        currency = comparison.scenario.business.currency
        _outer_labels(
            axes, at, len(shown), width, f"Change ({currency})", "", left=1.28, narrowest=1.55
        )
    return sheet.figure


def _figures(axes: Axes, said: Sequence[str], *, last_bold: bool) -> None:
    """What the bars amount to, in a column at the right."""
    for y, text in enumerate(said):
        axes.annotate(
            text,
            (1.0, y),
            xytext=(_FIGURES * 72.0, 0.0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=SMALL,
            fontweight="bold" if last_bold and y == len(said) - 1 else "normal",
            annotation_clip=False,
        )


def _signed(values: np.ndarray, largest: float) -> list[str]:
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
        _title(sheet, x, top + 0.3, title)
        axes = sheet.axes(x, top + 0.3, panel, height)
        axes.set_xlim(0, months)
        axes.set_ylim(0.0, 1.0)
        axes.set_xticks(_months(months))
        axes.set_xlabel(since[group])
        axes.yaxis.set_major_formatter(lambda v, _: share(v, 0))
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        if at == 0 or not beside:
            axes.set_ylabel("Still there")
        ends = {}
        for view, style in (("true", "-"), ("observed", ":")):
            curve = frame[group][view].dropna()
            axes.plot(curve.index, curve, color=INK, linestyle=style)
            ends[view] = (curve.index[-1], curve.iloc[-1])
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
    shown = list(names) if names is not None else _others(comparison)
    curves = _curves(comparison)
    difference = {
        name: 100.0 * (curves[name] - curves[comparison.reference]) for name in _others(comparison)
    }
    limits = np.concatenate([d.to_numpy().ravel() for d in difference.values()])
    sheet, grid = _grid(width, shown, height=1.1, left=0.62, bottom=0.66 if width >= WIDE else 0.85)
    colour = colours(comparison)
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        data = difference[name]
        months = int(data.index.max())
        for group, tone, weight in (("new", "#9a9a9a", 1.1), ("base", colour[name], 1.6)):
            for view, style in (("observed", ":"), ("true", "-")):
                curve = data[group][view].dropna()
                axes.plot(curve.index, curve, color=tone, linestyle=style, linewidth=weight)
        axes.axhline(0.0, color=INK, linewidth=0.8)
        _limits(axes.set_ylim, limits, 0.08)
        axes.set_xlim(0, months)
        axes.set_xticks(_months(months))
        tidy_money(axes.yaxis)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        _outer_labels(axes, at, len(shown), width, "Months", "Percentage points")
    _key(sheet, width, [
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
    return {
        str(name): part.pivot_table(
            index="month", columns=["customers", "view"], values="share", sort=False
        )
        for name, part in kept.groupby("alternative", sort=False)
    }


# Shared pieces


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


def _others(comparison: Comparison) -> list[str]:
    return [n for n in comparison.names if n != comparison.reference]


def _columns(width: float, count: int, left: float, narrowest: float) -> int:
    return columns_of(width - left, count, narrowest)


def _grid(
    width: float,
    names: Sequence[str],
    *,
    height: float,
    left: float,
    bottom: float,
    narrowest: float = 1.75,
    figures: float = 0.0,
) -> tuple[Sheet, list[Axes]]:
    """A small picture for each name, row by row, with the name above it."""
    across = _columns(width, len(names), left, narrowest)
    rows = -(-len(names) // across)
    gap_x, right = 0.2, 0.1
    panel = (width - left - right - gap_x * (across - 1)) / across
    room = letters_in(panel)
    titles = [lines(name, room) for name in names]
    heads = [
        _TITLE * max(t.count("\n") + 1 for t in titles[row * across : (row + 1) * across]) + 0.1
        for row in range(rows)
    ]
    sheet = Sheet(width, sum(heads) + rows * (height + _TICKS) - _TICKS + bottom)
    grid = []
    for at, title in enumerate(titles):
        row = at // across
        x = left + (at % across) * (panel + gap_x)
        y = sum(heads[: row + 1]) + row * (height + _TICKS)
        _title(sheet, x, y, title)
        grid.append(sheet.axes(x, y, panel - figures, height))
    return sheet, grid


def _title(sheet: Sheet, x: float, bottom: float, text: str, **style: Any) -> None:
    """A name of one or two lines that ends just above `bottom`, all on the same base line."""
    rows = text.split("\n")
    for at, row in enumerate(rows):
        y = bottom - 0.09 - _TITLE * (len(rows) - 1 - at)
        sheet.text(x, y, row, fontweight="bold", va="baseline", **style)


def _outer_labels(
    axes: Axes, at: int, count: int, width: float, below: str, beside: str,
    *, left: float = 0.62, narrowest: float = 1.75,
) -> None:  # fmt: skip
    """Axis titles where a row begins and a column ends only."""
    across = _columns(width, count, left, narrowest)
    if at + across >= count:
        axes.set_xlabel(below)
    if at % across == 0:
        if beside:
            axes.set_ylabel(beside)
    elif beside:
        axes.tick_params(axis="y", labelleft=False)


def _bars(
    axes: Axes, values: np.ndarray, labels: list[str], fill: list[str], scale: np.ndarray
) -> None:
    y = np.arange(len(values))
    axes.barh(y, values, height=0.72, color=fill, edgecolor=SOFT, linewidth=0.4)
    _limits(axes.set_xlim, scale, 0.05)
    _figures(axes, _signed(values, 1.0), last_bold=False)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.set_yticks(y, labels)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    tidy_money(axes.xaxis, 3)


def _limits(set_limits: object, values: np.ndarray, margin: float) -> None:
    """Limits that hold all finite values and zero."""
    finite = values[np.isfinite(values)]
    low, high = (min(0.0, finite.min()), max(0.0, finite.max())) if finite.size else (0.0, 0.0)
    if low == high:
        low, high = -1.0, 1.0
    room = (high - low) * margin
    set_limits(low - room, high + room)  # type: ignore[operator]


def _months(last: int) -> list[int]:
    """Ticks of an axis of months: every year, half-year or quarter."""
    every = next((e for e in (1, 3, 6, 12, 24, 60) if last / e <= 4.01), 120)
    return list(range(0, last + 1, every))
