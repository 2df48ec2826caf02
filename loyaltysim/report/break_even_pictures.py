"""Pictures of a break-even: what each alternative is worth over the range of an assumption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from loyaltysim.report.break_even import Line
from loyaltysim.report.experiments import COLOURS
from loyaltysim.report.factors import SAID_UNITS, called, said, stated, unit_of
from loyaltysim.report.panels import put_key, small_pictures
from loyaltysim.report.style import FAINT, INK, SOFT, WIDE, cut, tidy_money
from loyaltysim.sweeps.break_even import BreakEven
from loyaltysim.sweeps.factors import WALLET, Factor

Panel = Sequence[Line]
"""The alternatives with a break-even over one factor's range."""

NARROWEST = 3.0


def panels(known: Sequence[Line]) -> list[Panel]:
    """A panel for each factor with a break-even, the sure ones first, then as they are known."""
    found: dict[str, list[Line]] = {}
    for line in known:
        if line.turns:
            found.setdefault(line.factor.name, []).append(line)
    return sorted(found.values(), key=lambda own: not any(line.sure for line in own))


def curves(found: BreakEven, shown: Sequence[Panel], *, width: float = WIDE) -> Figure:
    """A curve for each alternative with a break-even, over each factor; zero is break-even."""
    names = [
        name for name in found.names if any(name == line.name for own in shown for line in own)
    ]
    colour = {name: COLOURS[found.names.index(name) % len(COLOURS)] for name in names}
    titles = [_title(found, own[0].factor) for own in shown]
    rows = -(-len(names) // (4 if width >= WIDE else 2))
    sheet, grid = small_pictures(
        width, titles, height=1.6, left=0.5, bottom=0.42 + 0.17 * rows, narrowest=NARROWEST,
        beside=0.6,
    )  # fmt: skip
    for own, axes in zip(shown, grid, strict=True):
        _draw(found, own, axes, colour)
    handles = [Line2D([], [], color=colour[name], label=f"“{cut(name, 24)}”") for name in names]
    put_key(sheet, width, handles)
    return sheet.figure


def _title(found: BreakEven, factor: Factor) -> str:
    unit = unit_of(found.plan, factor)
    return called(factor) + (f", {unit}" if unit in SAID_UNITS else "")


def _draw(found: BreakEven, own: Panel, axes: Axes, colour: dict[str, str]) -> None:
    made, factor = found.plan, own[0].factor
    place = made.factors.index(factor)
    values = [0.0]
    for line in own:
        frame = found.curve(place, line.name)
        x, hue = frame["value"], colour[line.name]
        axes.plot(x, frame["median"], color=hue, marker="o", markersize=2.5, linewidth=1.2)
        axes.fill_between(x, frame["low"], frame["high"], color=hue, alpha=0.18, linewidth=0)
        values += [*frame["low"], *frame["high"]]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)
    axes.axhline(0.0, color=INK, linewidth=0.8)
    for line in own:
        for turn in line.turns:
            ends = np.clip([turn.low, turn.high], line.start, line.end)
            axes.plot(ends, [0.0, 0.0], color=colour[line.name], linewidth=4.0, alpha=0.55)
            axes.plot(turn.value, 0.0, "|", color=INK, markersize=9, markeredgewidth=1.4)
    known = stated(made, factor)
    start, end = min(line.start for line in own), max(line.end for line in own)
    if known is not None and start <= known <= end:
        axes.axvline(known, color=SOFT, linewidth=0.8, linestyle=":")
    axes.set_xlim(start - 0.03 * (end - start), end + 0.03 * (end - start))
    tidy_money(axes.yaxis, 4)
    _ticks(found, own[0], axes)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)


def _ticks(found: BreakEven, line: Line, axes: Axes) -> None:
    """Ticks as values are said, their unit in the title; of a share of wallet what it comes to."""
    made, factor = found.plan, line.factor
    unit = unit_of(made, factor)
    most = 3 if factor.name == WALLET else 4
    axes.xaxis.set_major_locator(MaxNLocator(most))
    if abs(line.end) < 1e4:
        axes.xaxis.set_major_formatter(
            lambda x, _: said(made, factor, float(x)).removesuffix(f" {unit}")
        )
    else:
        tidy_money(axes.xaxis, most)
