"""The page of the gallery, and the picture of a finding: its own diagram, and its figures."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from finding import HOLDS, INPUT, Check, Estimate, Shown
from library import carried, counted, missing, published
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loyaltysim.report.experiments import COLOURS, WRONG, draw_panel, page_of
from loyaltysim.report.style import FAINT, INK, SMALL, SOFT, WIDE, Sheet, look
from loyaltysim.report.svg import inline

ROW, TOP, FOOT = 0.62, 0.3, 0.1
LEFT = 3.3
"""Width of a finding's own diagram."""

TITLES = {
    "": "Published findings, run again",
    "none": "Published findings without behavioural terms",
    "doubled": "Published findings with every behavioural default doubled",
}


def render(done: list[Shown], null: str, whole: bool) -> str:
    """The whole page as HTML."""
    return page_of(
        Path(__file__).parent / "gallery.html.j2",
        title=TITLES[null],
        null=null,
        count=counted(done),
        high=counted(done, "high"),
        signs=counted(done, "sign"),
        sizes=counted(done, "magnitude"),
        findings=[_finding(one) for one in done],
        missing=missing() if whole else [],
    )


def _finding(shown: Shown) -> dict[str, Any]:
    finding = shown.finding
    first = published()[finding.targets[0].id]
    return {
        "id": finding.id,
        "title": finding.title,
        "citation": first["citation"],
        "where": first["setting"],
        "setting": finding.setting,
        "size": f"{shown.replications} replications of {shown.people:,} people, "
        "each with and without, on the same luck",
        "picture": Markup(inline(draw(shown), finding.id, finding.title)),
        "targets": [_target(shown, target) for target in finding.targets],
        "terms": list(shown.without),
        "scenario": finding.scenario.strip(),
    }


def _target(shown: Shown, target: Any) -> dict[str, Any]:
    row = published()[target.id]
    verdict = shown.verdict(target)
    return {
        "id": target.id,
        "finding": row["finding"],
        "published": _published(row),
        "confidence": row["confidence"],
        "verdict": verdict,
        "sets": target.sets,
        "miss": target.miss if verdict not in (HOLDS, INPUT) else "",
        "note": target.note,
        "carried": carried(shown, target),
        "figures": [
            {
                "label": check.label,
                "wanted": check.wanted,
                "found": _figure(shown.estimates[check.figure]),
                "passes": check.passes(shown.estimates[check.figure]),
                "without": [_number(other[check.figure].mean) for other in shown.without.values()],
            }
            for check in target.checks
        ],
    }


def _published(row: dict[str, str]) -> str:
    if row["unit"] == "sign":
        return {"1": "+", "-1": "−", "0": "none"}[row["value"]]
    interval = f" ({row['low']} to {row['high']})" if row["low"] and row["high"] else ""
    return f"{row['value']}{interval}".replace("-", "−")


def _figure(found: Estimate) -> str:
    if not isfinite(found.mean):
        return "not to be measured"
    return f"{_number(found.mean)} ({_number(found.low)} to {_number(found.high)})"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def draw(shown: Shown) -> Figure:
    """A finding's own diagram, and each figure with its interval on what it must be."""
    checks = shown.finding.figures
    judged = [(t, c) for t in shown.finding.targets for c in t.checks]
    own = shown.finding.picture
    height = max(ROW * len(checks), 2.35 if own else 0.0)
    with look():
        sheet = Sheet(WIDE, TOP + height + FOOT)
        if own is not None:
            axes = sheet.axes(0.6, TOP, LEFT - 0.75, 1.9)
            panel = own(shown.means, shown.errors)
            draw_panel(axes, panel, bottom=None)
        left = LEFT + 0.15 if own is not None else 0.15
        for place, (target, check) in enumerate(judged):
            top = TOP + place * ROW
            text = f"{target.id}  {check.label}"
            sheet.text(left, top - 0.1, text, fontsize=SMALL)
            axes = sheet.axes(left, top + 0.1, WIDE - left - 0.15, 0.16)
            stated = _stated(check, published()[target.id])
            _draw_check(axes, check, shown.estimates[check.figure], bool(target.sets), stated)
        sheet.text(
            left,
            0.02,
            "grey: what passes   dot: simulated, 95%   diamond: published",
            fontsize=SMALL,
            color=SOFT,
        )
        sheet.figure.draw_without_rendering()
    return sheet.figure


def _stated(check: Check, row: dict[str, str]) -> float | None:
    """The published value on the scale of the figure, where it is a size."""
    if check.whole or row["unit"] == "sign":
        return None
    # A change by a fifth is a ratio of 1.2.
    as_ratio = row["unit"] == "relative change" and check.neutral == 1.0
    return float(row["value"]) + (1.0 if as_ratio else 0.0)


def _draw_check(
    axes: Axes, check: Check, found: Estimate, is_input: bool, stated: float | None
) -> None:
    bounds = [x for x in (check.low, check.high) if isfinite(x)]
    marks = (*bounds, found.low, found.high, found.mean, *([] if stated is None else [stated]))
    ends = np.array([x for x in marks if isfinite(x)])
    room = 0.25 * (max(np.ptp(ends), abs(ends).max() * 0.2) or 1.0)
    low, high = ends.min() - room, ends.max() + room
    axes.set_xlim(low, high)
    axes.axvspan(max(check.low, low), min(check.high, high), color="#e6e6e6", linewidth=0)
    if isfinite(found.mean):
        colour = COLOURS[0] if check.passes(found) else WRONG
        if is_input:
            colour = SOFT
        reach = [[found.mean - found.low], [found.high - found.mean]]
        axes.errorbar(
            [found.mean], [0.0], xerr=reach, fmt="o", markersize=4, color=colour, elinewidth=1.2
        )
    if stated is not None:
        axes.plot([stated], [0.0], marker="D", markersize=5, color=SOFT, markerfacecolor="none")
    for bound in bounds:
        axes.axvline(bound, color=INK if bound == 0.0 else FAINT, linewidth=0.7)
    axes.set_ylim(-1.0, 1.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
