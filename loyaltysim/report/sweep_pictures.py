"""Pictures of a sweep: response curves, a heat map with its break-even line, parallel axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from loyaltysim.report.experiments import COLOURS
from loyaltysim.report.factors import value_said
from loyaltysim.report.panels import label_outer, put_key, small_pictures
from loyaltysim.report.style import FAINT, INK, SMALL, SOFT, WIDE, Sheet, cut, tidy_money
from loyaltysim.report.sweep import best_of
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.sweeps.factors import Factor
from loyaltysim.sweeps.sweep import Sweep

Floats = NDArray[np.float64]

CELLS = 12
"""Bands into which the values of a sampled factor are gathered for a curve."""

GAIN = "#0b6e4f"
LOSS = "#a33b20"


def curve(found: Sweep, gained: Floats, factor: Factor, name: str) -> pd.DataFrame:
    """Incremental profit by value of a factor, averaged over all else, with its 95% interval.

    `gained` is that of each run (points, replications, alternatives). Paired: the points are
    averaged within each replication first. Many values of a sample are gathered in bands; points
    at which the factor is left as stated are left out.
    """
    place = found.plan.factors.index(factor)
    x = pd.Series([point[place] for point in found.plan.points])
    if _is_number(factor) and x.nunique() > CELLS:
        edges = np.linspace(x.min(), x.max(), CELLS + 1)
        band = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, CELLS - 1)
        x = pd.Series((edges[band] + edges[band + 1]) / 2.0).where(x.notna())
    runs = pd.DataFrame(gained[:, :, found.plan.names.index(name)])
    means = runs.groupby(x, sort=False).mean()
    mean, half = mean_and_half_width(means.to_numpy().T)
    frame = pd.DataFrame({"x": means.index, "mean": mean, "low": mean - half, "high": mean + half})
    return frame.sort_values("x") if _is_number(factor) else frame


def _is_number(factor: Factor) -> bool:
    return factor.unit != "as written"


def curves(found: Sweep, *, width: float = WIDE) -> Figure:
    """A response curve for each factor, an alternative a line, with bands; zero is break-even."""
    factors = found.plan.factors
    names = found.plan.others
    sheet, grid = small_pictures(
        width, [factor.label for factor in factors], height=1.6, left=0.62, bottom=0.75,
        narrowest=2.1,
    )  # fmt: skip
    gained = found.by_run("incremental_profit")
    for at, (factor, axes) in enumerate(zip(factors, grid, strict=True)):
        for name, colour in zip(names, _colours(names), strict=True):
            frame = curve(found, gained, factor, name)
            x = frame["x"] if _is_number(factor) else np.arange(len(frame))
            axes.plot(x, frame["mean"], color=colour, marker="o", markersize=2.5, linewidth=1.2)
            axes.fill_between(x, frame["low"], frame["high"], color=colour, alpha=0.18, linewidth=0)
        axes.axhline(0.0, color=INK, linewidth=0.8)
        tidy_money(axes.yaxis, 4)
        _ticks(axes.xaxis, factor)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        label_outer(axes, at, len(grid), width, "", " ", narrowest=2.1)
    low, high = (f(axes.get_ylim()[end] for axes in grid) for f, end in ((min, 0), (max, 1)))
    for axes in grid:
        axes.set_ylim(low, high)
    handles = [
        Line2D([], [], color=colour, label=cut(name, 30))
        for name, colour in zip(names, _colours(names), strict=True)
    ]
    put_key(sheet, width, handles)
    return sheet.figure


def heat(found: Sweep, *, width: float = WIDE) -> Figure:
    """The best alternative over the first two factors of a grid; the line is where it breaks even.

    Averaged over all other factors.
    """
    across, up = found.plan.factors[:2]
    name = best_of(found)
    table = found.table[found.table["alternative"] == name]
    cells = table.pivot_table(
        index=up.name, columns=across.name, values="incremental_profit", sort=False
    )
    values = cells.to_numpy()
    largest = float(np.nanmax(np.abs(values))) or 1.0
    height = min(0.62 * (width - 2.2), 3.2)
    sheet = Sheet(width, height + 1.0)
    axes = sheet.axes(1.05, 0.3, width - 2.3, height)
    norm = TwoSlopeNorm(0.0, -largest, largest)
    # So few colours that nothing is drawn as pixels, for which the page has no place.
    shown = axes.pcolormesh(values, cmap=mpl.colormaps["PuOr"].resampled(21), norm=norm)
    if values.min() < 0.0 < values.max() and min(values.shape) > 1:
        middles = (np.arange(size) + 0.5 for size in reversed(values.shape))
        axes.contour(*middles, values, levels=[0.0], colors=INK, linewidths=1.4)
    for axis, factor, stated in (
        (axes.xaxis, across, cells.columns),
        (axes.yaxis, up, cells.index),
    ):
        every = -(-len(stated) // 8)
        places = range(0, len(stated), every)
        said = [value_said(stated[place], factor.unit) for place in places]
        axis.set_ticks([place + 0.5 for place in places], said)
    axes.set_xlabel(cut(across.label, 60))
    axes.set_ylabel(cut(up.label, 34))
    bar = sheet.figure.colorbar(shown, cax=sheet.axes(width - 1.1, 0.3, 0.15, height))
    tidy_money(bar.ax.yaxis, 5)
    return sheet.figure


def parallel(found: Sweep, *, width: float = WIDE) -> Figure:
    """Every point as a line over its factors, coloured by what the best alternative brings."""
    factors = found.plan.factors
    name = best_of(found)
    table = found.table[found.table["alternative"] == name].sort_values("incremental_profit")
    gained = table["incremental_profit"].to_numpy()
    sheet = Sheet(width, 3.1)
    axes = sheet.axes(0.5, 0.2, width - 1.0, 2.2)
    axis = np.arange(len(factors))
    heights = np.column_stack([_heights(table[f.name], f) for f in factors])
    for row, gain in zip(heights, gained, strict=True):
        axes.plot(axis, row, color=GAIN if gain > 0.0 else LOSS, alpha=0.5, linewidth=0.8)
    for place, factor in enumerate(factors):
        axes.axvline(place, color=SOFT, linewidth=0.8)
        ends = _ends(table[factor.name], factor)
        for y, end in zip((-0.04, 1.04), ends, strict=True):
            axes.annotate(
                value_said(end, factor.unit), (place, y), ha="center",
                va="top" if y < 0 else "bottom", fontsize=SMALL, annotation_clip=False,
            )  # fmt: skip
    room = int(14 * width / max(len(factors), 1))
    axes.set_xticks(axis, [cut(factor.label, room) for factor in factors])
    axes.tick_params(axis="x", pad=14, length=0)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlim(-0.3, len(factors) - 0.7)
    axes.yaxis.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    handles = [
        Line2D([], [], color=GAIN, label=f"“{cut(name, 24)}” gains"),
        Line2D([], [], color=LOSS, label="loses"),
    ]
    put_key(sheet, width, handles)
    return sheet.figure


def _heights(values: pd.Series, factor: Factor) -> Floats:
    if not _is_number(factor):
        order = list(dict.fromkeys(factor.levels))
        return np.array([order.index(v) for v in values]) / max(len(order) - 1, 1)
    spread = values.max() - values.min()
    return np.asarray((values - values.min()) / (spread or 1.0), float)


def _ends(values: pd.Series, factor: Factor) -> tuple[object, object]:
    if not _is_number(factor):
        return factor.levels[0], factor.levels[-1]
    return values.min(), values.max()


def _ticks(axis: object, factor: Factor) -> None:
    from matplotlib.ticker import MaxNLocator

    if not _is_number(factor):
        names = [value_said(value, factor.unit) for value in factor.levels]
        axis.set_ticks(range(len(names)), [cut(name, 10) for name in names])  # type: ignore[attr-defined]
        return
    axis.set_major_locator(MaxNLocator(4))  # type: ignore[attr-defined]
    axis.set_major_formatter(lambda v, _: value_said(float(v), factor.unit).removesuffix(" weeks"))  # type: ignore[attr-defined]


def _colours(names: Sequence[str]) -> Iterator[str]:
    return iter([COLOURS[place % len(COLOURS)] for place in range(len(names))])
