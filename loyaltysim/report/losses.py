"""The page's part on why customers left: causes, by segment and stage, and what each cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyaltysim.report.figures import MISSING, number, share, step_of, with_error
from loyaltysim.report.panels import put_key, put_title
from loyaltysim.report.people import STAGE_NAMES
from loyaltysim.report.style import (
    INK,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    cut,
    paler,
    picture,
    tick,
)
from loyaltysim.report.tables import Cell, Column, Group, Note, Row, Table, cells_of
from loyaltysim.report.words import CAUSES, best
from loyaltysim.results.comparison import STATED, Comparison
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.units import WEEKS_PER_YEAR

GROUPS = {
    "failures": ("product", "treatment", "systems", "promises"),
    "answers": ("answer",),
    "staff": ("unskilled", "overload", "contact"),
    "price": ("price",),
    "fairness": ("envy", "taken_away"),
    "others": ("rivals", "word"),
}
_COLOURS = {
    "failures": "#332288", "answers": "#88CCEE", "staff": "#117733", "price": "#DDCC77",
    "fairness": "#CC6677", "others": "#AA4499",
}  # fmt: skip
"""From Tol's muted palette: causes are no alternatives, and stand in no picture beside them."""


def group_of(cause: str) -> str:
    """The group of a cause."""
    return next((name for name, causes in GROUPS.items() if cause in causes), "none")


def tables(comparison: Comparison) -> list[Table]:
    """Causes of loss; the same by segment and by stage."""
    return [_causes(comparison), _places(comparison)]


def _per_year(comparison: Comparison) -> float:
    return WEEKS_PER_YEAR / comparison.scenario.business.weeks


def _causes(comparison: Comparison) -> Table:
    frame = _of_reference(comparison)
    per_year = _per_year(comparison)
    name = best(comparison)
    currency = comparison.scenario.business.currency
    change, half = _change(comparison, name)
    step, change_step = step_of(float(frame["half"].max()) * per_year), step_of(half.max())

    def but_for(row: pd.Series) -> str:
        if row.name == "none":
            return MISSING
        return with_error(row["but_for"] * per_year, row["half"] * per_year, step)

    columns = [
        Column("but for it", but_for, "1", True),
        Column("lost over it", lambda r: share(r["share"]), "2"),
        Column(f"a year, {currency}", lambda r: number(r["worth_per_year"] * per_year), "3"),
        Column(
            "more or fewer",
            lambda r: with_error(change[r.name], half[r.name], change_step),
            "4",
            True,
        ),
    ]
    total = [
        Cell(MISSING),
        Cell(share(1.0, 0), f"{number(frame['lost'].sum() * per_year)} a year"),
        Cell(number(frame["worth_per_year"].sum() * per_year)),
        Cell(with_error(*_total_change(comparison, name), change_step)),
    ]
    rows = [
        Row(CAUSES[str(cause)].capitalize(), "", False, cells)
        for cause, cells in zip(frame.index, cells_of(frame, columns), strict=True)
    ]
    notes = [
        Note("", "Each loss keeps what had raised its risk. Firm turbulence, and ethical "
             "problems other than broken promises, are not modelled. Of customers without a "
             "contract, price and rivals move the choice at each purchase rather than the risk of "
             "leaving, so they hardly show here."),
        Note("1", "Customers a year who would have been there still, then, but for this cause "
             "(± 95%). Causes overlap, so these do not add up."),
        Note("2", "Losses shared out among their causes in proportion, and among none of these, "
             "such as moving away or needing it no more."),
        Note("3", "Contribution that goes with a year’s losses: what these customers left in a "
             "usual year, baskets less goods and serving, before rewards. Some are won back."),
        Note("4", f"Losses a year by “{name}” against “{comparison.reference}”, shared out; "
             "± 95%, paired."),
    ]  # fmt: skip
    groups = [
        Group(f"With “{cut(comparison.reference, 40)}”", 3),
        Group(f"By “{cut(name, 40)}”", 1),
    ]
    rows.append(Row("Together", "", False, total))
    return Table("losses", "Why they left", columns, rows, notes, groups, of="Cause")


def _of_reference(comparison: Comparison) -> pd.DataFrame:
    """Causes that occur, the largest first and none last, with half the interval of `but_for`."""
    frame = comparison.base.loss_causes
    shown = frame["alternative"].isin([comparison.reference, best(comparison)])
    occurs = frame[shown].groupby("cause")["lost"].max() > 0.0
    frame = frame[frame["alternative"] == comparison.reference].set_index("cause")
    frame = frame[occurs.reindex(frame.index)].sort_values("lost", ascending=False)
    frame["half"] = (frame["but_for_high"] - frame["but_for_low"]) / 2.0
    return frame.loc[[*(c for c in frame.index if c != "none"), "none"]]


def _lost_by_cause(comparison: Comparison, name: str) -> np.ndarray:
    """Losses a year more or fewer than with the reference: (replications, causes + 1)."""
    at, reference = comparison.names.index(name), comparison.names.index(comparison.reference)
    lost = comparison.collect(STATED, lambda s: s.base.losses[..., 1].sum(axis=(0, 1)) / 1e6)
    return np.asarray((lost[:, at] - lost[:, reference]) * _per_year(comparison))


def _change(comparison: Comparison, name: str) -> tuple[pd.Series, pd.Series]:
    causes = comparison.base.loss_causes["cause"].unique()
    mean, half = mean_and_half_width(_lost_by_cause(comparison, name))
    return pd.Series(mean, causes), pd.Series(half, causes)


def _total_change(comparison: Comparison, name: str) -> tuple[float, float]:
    mean, half = mean_and_half_width(_lost_by_cause(comparison, name).sum(axis=1))
    return float(mean), float(half)


def by_place(comparison: Comparison) -> pd.DataFrame:
    """Losses of the reference by segment and by stage: a year, shares of groups, and worth."""
    frame = comparison.base.losses
    frame = frame[frame["alternative"] == comparison.reference]
    frame = frame.assign(group=frame["cause"].map(group_of))
    rows = {}
    for place, order in (
        ("segment", [s.name for s in comparison.scenario.business.market.segments]),
        ("stage", list(STAGE_NAMES)),
    ):
        for name in order:
            own = frame[frame[place] == name]
            if own.empty:
                continue
            lost = own.groupby("group")["lost"].sum()
            said = STAGE_NAMES[name] if place == "stage" else name
            rows[place, said] = {
                **{group: lost.get(group, 0.0) / lost.sum() for group in (*GROUPS, "none")},
                "lost": lost.sum() * _per_year(comparison),
                "worth": own["worth_per_year"].sum() * _per_year(comparison),
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def _places(comparison: Comparison) -> Table:
    frame = by_place(comparison)
    occurs = [group for group in GROUPS if (frame[group] > 0.0).any()]

    def part(group: str, *, edge: bool = False) -> Column:
        return Column(group, lambda r: share(r[group]), edge=edge)

    currency = comparison.scenario.business.currency
    columns = [
        Column("lost a year", lambda r: number(r["lost"]), edge=True),
        *(part(group, edge=at == 0) for at, group in enumerate(occurs)),
        part("none"),
        Column(f"a year, {currency}", lambda r: number(r["worth"]), edge=True),
    ]
    rows = [
        Row(str(name), "", False, cells)
        for (_, name), cells in zip(frame.index, cells_of(frame, columns), strict=True)
    ]
    said = {
        "failures": "failures: product, treatment, systems, promises",
        "answers": "answers: how a complaint was answered",
        "staff": "staff: practice, time, and people who left",
        "fairness": "fairness: others favoured, something taken away",
        "others": "others: rivals, and warnings",
    }
    notes = [
        Note("", f"With “{comparison.reference}”: first by segment, then by the stage from which "
             "they were lost. Shares of the losses of each row, shared out among their causes "
             f"({'; '.join(text for group, text in said.items() if group in occurs)}), and the "
             "contribution that goes with a year’s losses. Single causes: losses.csv."),
    ]  # fmt: skip
    caption = "Who left, from where, and why"
    return Table("loss-places", caption, columns, rows, notes, of="Segment or stage")


@picture
def causes(comparison: Comparison, *, width: float = WIDE) -> Figure:
    """Customers lost a year but for each cause, and shares of causes by segment and stage."""
    frame = _of_reference(comparison).drop(index="none")
    frame = frame[frame["lost"] > 0.0]
    places = by_place(comparison)
    beside = width >= WIDE
    row, head, names = 0.2, 0.3, 2.05 if beside else 1.95
    height = row * max(len(frame), 1)
    other = row * len(places) + 0.15
    gap, right = 1.35, 0.75
    panel = (width - names - gap - 2 * right) / 2 if beside else width - names - right
    tall = max(height, other) if beside else height + 0.35 + head + other
    sheet = Sheet(width, head + tall + 0.55)
    put_title(sheet, 0.05, head, "Lost a year, but for")
    _draw_causes(sheet.axes(names, head, panel, height), comparison, frame)
    x, y = (names + panel + right + gap, head) if beside else (1.45, head + height + 0.35 + head)
    put_title(sheet, x - (gap - 0.1 if beside else 1.4), y, "Of all losses")
    span = width - x - right
    _draw_places(sheet.axes(x, y, span, other), places)
    shown = [group for group in GROUPS if (places[group] > 0.0).any()]
    handles = [Line2D([], [], linewidth=5, color=_COLOURS[group], label=group) for group in shown]
    put_key(sheet, width, handles)
    return sheet.figure


def _draw_causes(axes: Axes, comparison: Comparison, frame: pd.DataFrame) -> None:
    per_year = _per_year(comparison)
    places = np.arange(len(frame))
    values, half = frame["but_for"] * per_year, frame["half"] * per_year
    colour = [_COLOURS[group_of(str(cause))] for cause in frame.index]
    axes.barh(places, values, height=0.7, color=colour)
    axes.hlines(places, values - half, values + half, color=paler(INK, 0.4), linewidth=0.9)
    currency = comparison.scenario.business.currency
    for place, end, worth in zip(places, values + half, frame["worth_per_year"], strict=True):
        axes.annotate(
            f"{currency} {tick(float(f'{worth * per_year:.2g}'))}", (end, place), xytext=(3, 0),
            textcoords="offset points", va="center_baseline", fontsize=SMALL, color=SOFT,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(places, [CAUSES[str(cause)].capitalize() for cause in frame.index])
    axes.set_xlabel("Customers")
    _bare(axes, len(places))


def _draw_places(axes: Axes, frame: pd.DataFrame) -> None:
    # A little room parts the segments from the stages.
    at = np.arange(len(frame)) + 0.75 * (frame.index.get_level_values(0) == "stage")
    left = np.zeros(len(frame))
    for group in GROUPS:
        values = frame[group].to_numpy()
        axes.barh(at, values, left=left, height=0.7, color=_COLOURS[group])
        left += values
    for place, end, lost in zip(at, left, frame["lost"], strict=True):
        axes.annotate(
            f"{share(end, 0)} of {number(lost)}", (end, place), xytext=(3, 0),
            textcoords="offset points", va="center_baseline", fontsize=SMALL, color=SOFT,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(at, [cut(str(name), 20) for _, name in frame.index])
    axes.xaxis.set_major_formatter(lambda v, _: share(v, 0))
    _bare(axes, at[-1] + 1.0 if len(at) else 1.0)


def _bare(axes: Axes, rows: float) -> None:
    axes.set_ylim(rows - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
