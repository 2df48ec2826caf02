"""Pictures of a check: the formula as a line, the simulation as dots with their errors, and z."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from checks import BOUND, Check, Finding
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loyaltysim.report.experiments import WRONG, draw_panel
from loyaltysim.report.style import INK, SMALL, SOFT, WIDE, Sheet, look

TOP, HEIGHT, FOOT = 0.3, 1.9, 0.45


def draw(finding: Finding) -> Figure:
    """The panels of a finding side by side, and the z of all its figures."""
    with look():
        sheet = Sheet(WIDE, TOP + HEIGHT + FOOT)
        panels = len(finding.panels)
        room = (WIDE - 1.1) / panels
        for place, panel in enumerate(finding.panels):
            axes = sheet.axes(0.55 + place * room, TOP, room - 0.62, HEIGHT)
            draw_panel(axes, panel)
        _draw_z(sheet.axes(WIDE - 1.0, TOP, 0.95, HEIGHT), finding.checks)
        sheet.text(WIDE - 1.0, 0.05, "z of each figure", fontsize=SMALL)
        sheet.text(0.55, 0.05, "line: formula   dots: simulated, ± 2 errors", fontsize=SMALL)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def _draw_z(axes: Axes, checks: Sequence[Check]) -> None:
    z = np.array([c.z for c in checks])
    shown = np.clip(z, -6.0, 6.0)
    y = np.arange(len(z))
    axes.axvspan(-BOUND, BOUND, color="#eeeeee", linewidth=0)
    axes.axvline(0.0, color=SOFT, linewidth=0.6)
    axes.scatter(shown, y, s=9, color=[INK if c.passes else WRONG for c in checks])
    axes.set_xlim(-6.2, 6.2)
    axes.set_xticks([-BOUND, 0, BOUND])
    axes.set_ylim(len(z) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
