"""What the pages of the experiments share: a template to extend, and diagrams of lines and dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from numpy.typing import NDArray

from loyaltysim import __version__
from loyaltysim.report.style import FAINT
from loyaltysim.report.svg import FONTS

Floats = NDArray[np.float64]

COLOURS = ("#332288", "#CC6677", "#117733", "#999933", "#6699CC")
WRONG = "#aa0000"


@dataclass(frozen=True)
class Series:
    """Points of a picture: simulated with their standard errors, and by formula if there is one."""

    name: str
    x: Sequence[Any] | NDArray[Any]
    formula: Floats | None
    simulated: Floats
    error: Floats


@dataclass(frozen=True)
class Panel:
    """One diagram: what is across and what is up, and its series."""

    across: str
    up: str
    series: Sequence[Series]


def draw_panel(axes: Axes, panel: Panel, bottom: float | None = 0.0, joined: bool = True) -> None:
    """The formula, or what joins the dots, as a line; the simulation as dots, +- 2 errors."""
    for series, colour in zip(panel.series, cycle(COLOURS)):
        named = isinstance(series.x[0], str)
        x = np.arange(len(series.x)) if named else np.asarray(series.x)
        line = series.simulated if series.formula is None else series.formula
        if joined:
            axes.plot(x, line, color=colour, linewidth=1.0)
        axes.errorbar(
            x, series.simulated, 2.0 * series.error, fmt="o", markersize=3.2, color=colour,
            elinewidth=1.0, label=series.name,
        )  # fmt: skip
        if named:
            slanted = max(len(str(name)) for name in series.x) > 3
            axes.set_xticks(x, list(series.x), rotation=35 if slanted else 0)
    if len(panel.series) > 1:
        axes.legend(loc="best", handletextpad=0.2, borderaxespad=0.2)
    if bottom is not None:
        axes.set_ylim(bottom=bottom)
    axes.set_xlabel(panel.across)
    axes.set_ylabel(panel.up)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)


def page_of(template: Path, **values: Any) -> str:
    """The page of a template file, which may extend `experiments.html.j2`; opens offline."""
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(template.parent), PackageLoader("loyaltysim.report", "")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template(template.name)
    return page.render(fonts=Markup(FONTS), version=__version__, **values)
