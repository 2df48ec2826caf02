"""How signatures are shown: rows for a terminal, a picture, and the page with all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from finding import Check, Estimate
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from signature import Chart, Estimates, Shown

from loyaltysim.report.experiments import Panel, Series, draw_panel, page_of
from loyaltysim.report.style import SMALL, SOFT, WIDE, Sheet, look
from loyaltysim.report.svg import inline

TOP, HEIGHT, FOOT, LEFT, BETWEEN = 0.3, 2.2, 0.55, 0.65, 0.85
"""Of a picture, in inches: above, of and below a diagram, left of it, and between two."""

IN_A_ROW = 2


def number(value: float) -> str:
    """Three figures, a true minus sign."""
    text = f"{value:.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
    return text.replace("-", "−") if isfinite(value) else "–"


def interval(found: Estimate) -> str:
    """A mean with its 95% interval."""
    if not isfinite(found.mean):
        return "–"
    return f"{number(found.mean)} ({number(found.low)} to {number(found.high)})"


def table_of(chart: Chart, estimates: Estimates) -> list[list[str]]:
    """The figures of a diagram: a head, and a row for each point."""
    head = [chart.across, *chart.series.values()]
    columns = [estimates[key] for key in chart.series]
    rows = zip(chart.x, *columns, strict=True)
    return [head, *([str(x), *map(interval, found)] for x, *found in rows)]


def verdict(shown: Shown, effect: Check) -> str:
    """Whether an effect shows, in a word or two."""
    return "shows" if shown.shows(effect) else "does not show"


def figures(shown: Shown) -> Iterator[tuple[str, str, str, str]]:
    """What each figure is, its interval, what is expected of it, and whether that shows."""
    for name, label in shown.signature.told.items():
        yield label, interval(shown.estimates[name][0]), "", ""
    for effect in shown.signature.effects:
        found = interval(shown.estimates[effect.figure][0])
        yield effect.label, found, effect.wanted, verdict(shown, effect)


def in_a_line(text: str) -> str:
    """A title that is broken on a picture."""
    return text.replace("\n", " ")


def rows(shown: Shown) -> Iterator[str]:
    """A signature in the terminal."""
    yield f"{shown.name}: {shown.signature.question}"
    for chart in shown.signature.charts:
        table = table_of(chart, shown.estimates)
        yield f"  {in_a_line(chart.up)}"
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table:
            cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            yield "    " + "  ".join(cells)
    for label, found, _, said in figures(shown):
        yield f"  {label}: {found}{', ' if said else ''}{said}"


def answer(done: Sequence[Shown]) -> str:
    """How many of the effects show, and of which schemes some do not."""
    effects = [(one.name, one.shows(effect)) for one in done for effect in one.signature.effects]
    count = sum(there for _, there in effects)
    missing = dict.fromkeys(name for name, there in effects if not there)
    rest = f" Not all of them with: {', '.join(missing)}." if missing else ""
    return f"{count} of {len(effects)} effects show.{rest}"


def render(done: Sequence[Shown]) -> str:
    """The whole page as HTML."""
    return page_of(
        Path(__file__).parent / "signatures.html.j2",
        answer=answer(done),
        signatures=[_shown(one) for one in done],
    )


def _shown(shown: Shown) -> dict[str, Any]:
    signature = shown.signature
    return {
        "name": shown.name,
        "question": signature.question,
        "look": signature.look,
        "size": f"{shown.replications} replications of {shown.people:,} people",
        "picture": Markup(inline(draw(shown), shown.name.replace(" ", "-"), signature.question)),
        "figures": list(figures(shown)),
        "tables": [
            (in_a_line(chart.up), table_of(chart, shown.estimates)) for chart in signature.charts
        ],
        "scenario": signature.scenario.strip(),
    }


def draw(shown: Shown) -> Figure:
    """The diagrams of a signature, two in a row; an odd one takes the row."""
    charts = shown.signature.charts
    lines = [charts[first : first + IN_A_ROW] for first in range(0, len(charts), IN_A_ROW)]
    with look():
        sheet = Sheet(WIDE, TOP + len(lines) * (HEIGHT + FOOT))
        for line, row in enumerate(lines):
            room = (WIDE - LEFT - 0.1 + BETWEEN) / len(row)
            for place, chart in enumerate(row):
                top = TOP + line * (HEIGHT + FOOT)
                axes = sheet.axes(LEFT + place * room, top, room - BETWEEN, HEIGHT)
                _draw_chart(axes, chart, shown.estimates)
        sheet.text(LEFT, 0.03, "dots: simulated, with 95% intervals", fontsize=SMALL, color=SOFT)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def _draw_chart(axes: Axes, chart: Chart, estimates: Estimates) -> None:
    if chart.draw is not None:
        chart.draw(axes, estimates)
        return
    series = []
    for key, name in chart.series.items():
        found = estimates[key]
        means = np.array([one.mean for one in found])
        # A panel draws two errors; half of the interval's reach makes it the interval.
        halves = np.array([(one.high - one.low) / 4.0 for one in found])
        series.append(Series(name, list(chart.x), None, means, halves))
    panel = Panel(chart.across, chart.up, series)
    draw_panel(axes, panel, bottom=0.0 if chart.zero else None, joined=chart.joined)
    if isinstance(chart.x[0], str):
        axes.tick_params(axis="x", rotation=0)
        axes.set_xlim(-0.5, len(chart.x) - 0.5)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 4, 5, 10]))
    low, high = axes.get_ylim()
    if len(series) > 1:
        # Room for the names, in which no figures stand.
        axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= high])
        high += (0.05 + 0.09 * len(series)) * (high - low)
        axes.set_ylim(low, high)
    if low < 0.0 < high:
        axes.axhline(0.0, color=SOFT, linewidth=0.7, zorder=0.5)
    if chart.event is not None:
        axes.axvline(chart.event, color=SOFT, linewidth=0.7, linestyle=":")
