"""The pictures of a comparison: each a function from it to a matplotlib figure.

All take the `width` in inches (`WIDE` for paper, `NARROW` for a telephone) and, where
there is a small picture for each alternative, the `names` to show (all where left out;
axes are shared with those that are not shown).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.ledger import ACCOUNTS
from loyaltysim.report.figures import MISSING, horizon, share
from loyaltysim.report.panels import (
    FIGURES,
    across_of,
    hold,
    label_outer,
    lay_out_bars,
    month_ticks,
    others,
    put_figures,
    put_key,
    put_title,
    signed,
    small_pictures,
)
from loyaltysim.report.people import retention, retention_differences, stage_differences, stages
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
    cut,
    dashes,
    letters_in,
    paler,
    picture,
    tidy_money,
)
from loyaltysim.report.words import MARGINS
from loyaltysim.results.comparison import Comparison

__all__ = [
    "NARROW",
    "WIDE",
    "cumulative",
    "decision",
    "margins",
    "retention",
    "retention_differences",
    "stage_differences",
    "stages",
    "where_the_money_went",
]

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

_WORTH_A_BAR = 0.005
"""Accounts that change by less than this share of the largest change are shown together."""


@picture
def decision(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """Incremental profit of each alternative, and how far luck and ignorance move it."""
    frame = comparison.alternatives.loc[others(comparison)]
    shown = list(names) if names is not None else list(frame.index)
    row, head, foot, side = 0.48, 0.3, 0.68 if width >= WIDE else 1.05, 0.12
    sheet = Sheet(width, head + row * len(shown) + foot)
    axes = sheet.axes(side, head, width - 2 * side, row * len(shown))
    columns = ["low", "high", "ranges_low", "ranges_high", "low_wallet", "high_wallet"]
    hold(axes.set_xlim, frame[columns].to_numpy(), 0.06)
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
        put_title(sheet, side, top + 0.2, cut(name, room), bbox=clear)
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
    put_key(sheet, width, handles)
    return sheet.figure


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
    shown = list(names) if names is not None else others(comparison)
    currency = comparison.scenario.business.currency
    sheet, grid = small_pictures(width, shown, height=1.25, left=0.62, bottom=0.5)
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
        hold(axes.set_ylim, limits, 0.06)
        axes.set_xlim(0, month.max())
        axes.set_xticks(month_ticks(int(month.max())))
        tidy_money(axes.yaxis)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        _payback(axes, comparison.alternatives.loc[name, "payback_month"])
        label_outer(axes, number_, len(shown), width, "Month", f"Cumulated profit ({currency})")
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
def where_the_money_went(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """From the reference's profit to the alternative's: what each account added or took."""
    shown = list(names) if names is not None else others(comparison)
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
    sheet, grid = small_pictures(
        width,
        shown,
        height=height,
        left=1.28,
        bottom=0.42,
        narrowest=1.55,
        figures=FIGURES,
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
        put_figures(axes, signed(np.append(steps, steps.sum()), largest.max()), last_bold=True)
        lay_out_bars(axes, labels, before.to_numpy())
        if at % across_of(width, len(shown), 1.28, 1.55):
            axes.set_yticklabels([])
        currency = comparison.scenario.business.currency
        label_outer(
            axes, at, len(shown), width, f"Change ({currency})", "", left=1.28, narrowest=1.55
        )
    return sheet.figure


@picture
def margins(
    comparison: Comparison, *, width: float = WIDE, names: Sequence[str] | None = None
) -> Figure:
    """What each margin adds to what purchases leave, with its interval, and all together."""
    shown = list(names) if names is not None else others(comparison)
    frame = comparison.margins.set_index(["alternative", "margin"])
    currency = comparison.scenario.business.currency
    labels = [*(name.capitalize() for name in MARGINS), "Together"]
    y = np.arange(len(labels))
    left, narrowest = 1.28, 1.55
    sheet, grid = small_pictures(
        width, shown, height=0.165 * len(labels) + 0.1, left=left, bottom=0.42,
        narrowest=narrowest, figures=FIGURES,
    )  # fmt: skip
    colour = colours(comparison)
    together = frame["amount"].groupby(level=0).sum(min_count=1)
    scale = np.concatenate([frame.to_numpy().ravel(), together.to_numpy()])
    for at, (name, axes) in enumerate(zip(shown, grid, strict=True)):
        data = frame.loc[name].loc[list(MARGINS)]
        values = np.append(data["amount"], together[name])
        axes.barh(y[:-1], values[:-1], height=0.72, color=paler(colour[name], 0.45))
        axes.barh(y[-1], values[-1], height=0.72, color=colour[name])
        axes.hlines(y[:-1], data["low"], data["high"], color=INK, linewidth=0.8)
        said = signed(values, np.nanmax(np.abs(scale), initial=0.0))
        put_figures(axes, said if np.isfinite(values).all() else [MISSING] * 6, last_bold=True)
        lay_out_bars(axes, labels, scale)
        if at % across_of(width, len(shown), left, narrowest):
            axes.set_yticklabels([])
        label_outer(
            axes, at, len(shown), width, f"Change ({currency})", "", left=left, narrowest=narrowest
        )
    return sheet.figure
