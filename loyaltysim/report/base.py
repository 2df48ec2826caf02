"""The page's part on the customers themselves: their classes, who brings the money, tenure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.report.figures import MISSING, number, share, step_of, with_error
from loyaltysim.report.panels import put_key, put_title
from loyaltysim.report.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    colours,
    cut,
    paler,
    picture,
    tidy_money,
)
from loyaltysim.report.tables import Cell, Column, Group, Note, Table, table_of
from loyaltysim.report.words import best
from loyaltysim.results.comparison import Comparison
from loyaltysim.results.concentration import TOP
from loyaltysim.results.value import VALUE_CLASSES

_GROUP_NAMES = {"base": "Today’s customers", "new": "Newcomers"}


def table(comparison: Comparison) -> Table:
    """Value classes and who moves among them, concentration, tenure against profit."""
    base = comparison.base
    classes = base.value_classes.set_index(["alternative", "class"])
    years = base.concentration.groupby("alternative", sort=False)
    last = years.last()
    again = years["overlap"].mean()
    cuts = base.value_cuts.set_index("alternative")
    half = (classes["change_high"] - classes["change_low"]) / 2.0
    widest = step_of(float(half.max()))

    def shares(kind: str) -> Callable[[pd.Series], Cell]:
        def read(row: pd.Series) -> Cell:
            own = classes.loc[(row.name, kind)]
            return Cell(share(own["share"], 0), f"{share(own['net_share'], 0)} of net")

        return read

    def moved(kind: str) -> Callable[[pd.Series], str]:
        def read(row: pd.Series) -> str:
            own = classes.loc[(row.name, kind)]
            if not np.isfinite(own["change"]):
                return MISSING
            error = (own["change_high"] - own["change_low"]) / 2.0
            return with_error(own["change"], error, widest)

        return read

    columns = [
        *(Column(kind, shares(kind), edge=kind == VALUE_CLASSES[0]) for kind in VALUE_CLASSES),
        *(Column(kind, moved(kind), edge=kind == VALUE_CLASSES[0]) for kind in VALUE_CLASSES),
        Column("of sales", lambda r: share(last.loc[r.name, "sales"], 0), edge=True),
        Column("of net", lambda r: share(last.loc[r.name, "net"], 0)),
        Column("a year later too", lambda r: share(again[r.name], 0)),
        Column("r", lambda r: number(cuts.loc[r.name, "correlation"], 0.01), edge=True),
    ]
    groups = [
        Group("Customers at any time", 4, ("1",)),
        Group("More or fewer by it", 4, ("2",)),
        Group(f"Best {share(TOP, 0)}", 3, ("3",)),
        Group("Tenure, profit", 1, ("4",)),
    ]
    stated = cuts.loc[comparison.reference]
    currency = comparison.scenario.business.currency
    notes = [
        Note("1", "True friends stay long and are profitable, butterflies are profitable and "
             "short, barnacles long and not, strangers neither (Reinartz & Kumar 2002). Long: at "
             f"least {number(stated['long_from'], 0.1)} months, profitable: at least {currency} "
             f"{number(stated['profitable_from'])} net over the horizon, the medians of the "
             "reference’s customers in each replication, on average. Net: revenue less goods, "
             "serving, rewards and compensation."),
        Note("2", "People of the class more or fewer than with the reference, cut at the same "
             "medians; ± 95%. Who moved from which class to which is in value_moves.csv."),
        Note("3", "What the best fifth of the buyers of the last whole year bring, and how many of "
             "the best by sales are among them the next year too."),
        Note("4", "Correlation across customers of the months that they were one and of the net."),
    ]  # fmt: skip
    caption = "Friends, butterflies, barnacles and strangers"
    return table_of(comparison, "base", caption, columns, notes, groups)


def _shown(comparison: Comparison) -> list[str]:
    """The reference, and the best alternative beside it."""
    return list(dict.fromkeys([comparison.reference, best(comparison)]))


@picture
def value(comparison: Comparison, *, width: float = WIDE) -> Figure:
    """Lorenz curves of the reference, and its classes: share of customers, share of net."""
    name = comparison.reference
    beside = width >= WIDE
    left, right, gap, height, head = 0.62, 0.15, 1.55, 2.2, 0.3
    panel = (width - left - right - gap) / 2 if beside else width - left - right
    cell = head + height + 0.5
    sheet = Sheet(width, cell + (0.0 if beside else 0.3 + 1.9))
    put_title(sheet, left, head, "Buyers of the last year, least first")
    _lorenz(sheet.axes(left, head, panel, height), comparison, name)
    x, y = (left + panel + gap, 0.0) if beside else (1.05, cell)
    put_title(sheet, x if beside else left, y + head, "Classes: customers and net")
    span = width - x - right - 0.35
    _bars(sheet.axes(x, y + head, span, height if beside else 1.5), comparison, name)
    return sheet.figure


def _lorenz(axes: Axes, comparison: Comparison, name: str) -> None:
    curves = comparison.base.lorenz
    curves = curves[(curves["alternative"] == name) & (curves["year"] == curves["year"].max())]
    axes.plot([0.0, 1.0], [0.0, 1.0], color=FAINT, linewidth=0.8)
    axes.plot(curves["customers"], curves["sales"], color=INK, label="sales")
    axes.plot(curves["customers"], curves["net"], color=SOFT, linestyle=":", label="net")
    top = curves["sales"].to_numpy()[np.isclose(curves["customers"], 1.0 - TOP)]
    if len(top) and np.isfinite(top[0]):
        axes.vlines(1.0 - TOP, top[0], 1.0, color=SOFT, linewidth=0.6)
        said = f"the best {share(TOP, 0)} bring\n{share(1.0 - top[0], 0)} of sales"
        axes.text(
            1.0 - TOP - 0.02, 0.97, said, ha="right", va="top", fontsize=SMALL, linespacing=1.3
        )
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(min(0.0, float(curves["net"].min(skipna=True))) if len(curves) else 0.0, 1.0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda v, _: share(v, 0))
    axes.set_xlabel("Share of customers")
    axes.set_ylabel("Share of what they bring")
    axes.legend(loc="lower left", bbox_to_anchor=(0.02, 0.3), handlelength=1.6)


def _bars(axes: Axes, comparison: Comparison, name: str) -> None:
    classes = comparison.base.value_classes
    own = classes[classes["alternative"] == name].set_index("class").loc[list(VALUE_CLASSES)]
    places = np.arange(len(VALUE_CLASSES))
    pale = paler(INK, 0.65)
    for offset, column, colour in ((-0.2, "share", pale), (0.2, "net_share", INK)):
        values = own[column].to_numpy()
        axes.barh(places + offset, np.nan_to_num(values), height=0.36, color=colour)
        errors = [own[f"{column}_low"], own[f"{column}_high"]]
        axes.hlines(places + offset, *errors, color=INK if colour == pale else pale, linewidth=0.9)
        what = "of customers" if column == "share" else "of net"
        for place, amount, high in zip(places + offset, values, errors[1], strict=True):
            end = np.nanmax([amount, high, 0.0])
            axes.annotate(
                f"{share(amount, 0)} {what}", (end, place), xytext=(3, 0),
                textcoords="offset points", va="center_baseline", fontsize=SMALL,
                annotation_clip=False,
            )  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=0.8)
    high = np.nanmax([*own["share_high"], *own["net_share_high"], 0.1])
    axes.set_xlim(min(0.0, np.nanmin([*own["net_share_low"], 0.0])), high * 1.35)
    axes.set_yticks(places, [kind.capitalize() for kind in VALUE_CLASSES])
    axes.set_ylim(len(places) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


@picture
def tenure(comparison: Comparison, *, width: float = WIDE) -> Figure:
    """What customers leave, pay and cost by year of tenure: the reference, and the best."""
    frame = comparison.base.tenure
    shown = _shown(comparison)
    currency = comparison.scenario.business.currency
    measures = {
        "net": f"Net in a year ({currency})",
        "of_list_price": "Paid of list prices",
        "cost_to_serve": f"Cost to serve a purchase ({currency})",
    }
    beside = width >= WIDE
    left, right, gap, height, head = 0.62, 0.1, 0.62, 1.6, 0.3
    across = len(measures) if beside else 1
    panel = (width - left - right - gap * (across - 1)) / across
    cell = head + height + (0.5 if beside else 0.35)
    sheet = Sheet(width, cell * (len(measures) // across) + 0.45)
    colour = colours(comparison)
    years = int(frame["year"].max())
    for at, (column, title) in enumerate(measures.items()):
        x = left + (panel + gap) * (at % across)
        y = cell * (at // across)
        put_title(sheet, x, y + head, title)
        axes = sheet.axes(x, y + head, panel, height)
        for number_, name in enumerate(shown):
            for group, style in (("base", "-"), ("new", "--")):
                own = frame[(frame["alternative"] == name) & (frame["customers"] == group)]
                place = own["year"] + 0.08 * (number_ - 0.5)
                axes.plot(place, own[column], color=colour[name], linestyle=style, linewidth=1.1)
                axes.vlines(
                    place, own[f"{column}_low"], own[f"{column}_high"], color=colour[name],
                    linewidth=0.8,
                )  # fmt: skip
                face = colour[name] if group == "base" else "white"
                axes.plot(
                    place, own[column], "o", markersize=3.5, color=colour[name],
                    markerfacecolor=face,
                )  # fmt: skip
        chosen = frame[frame["alternative"].isin(shown)]
        _limits(axes, chosen, column)
        axes.set_xlim(0.6, years + 0.4)
        axes.set_xticks(range(1, years + 1))
        axes.set_xlabel("Year of tenure")
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
    handles = [
        *(Line2D([], [], color=colour[name], label=cut(name, 24)) for name in shown),
        Line2D([], [], color=SOFT, marker="o", markersize=3.5, label=_GROUP_NAMES["base"]),
        Line2D(
            [], [], color=SOFT, marker="o", markersize=3.5, linestyle="--",
            markerfacecolor="white", label=_GROUP_NAMES["new"],
        ),
    ]  # fmt: skip
    put_key(sheet, width, handles)
    return sheet.figure


def _limits(axes: Axes, frame: pd.DataFrame, column: str) -> None:
    """From zero, or over all of the share of list prices; wild intervals are cut."""
    means = frame[column].to_numpy()
    high = float(np.nanmax(means, initial=0.0))
    low = float(np.nanmin(means, initial=0.0))
    room = 0.25 * (high - low) or 1.0
    if column == "of_list_price":
        axes.set_ylim(0.0, 1.1)
        axes.yaxis.set_major_formatter(lambda v, _: share(v, 0))
        return
    axes.set_ylim(low - (room if low < 0.0 else 0.0), high + room)
    tidy_money(axes.yaxis, 4)
    if high < 1.0:
        axes.yaxis.set_major_formatter(lambda v, _: f"{v:g}".replace("-", "−"))
