"""The page's part on why customers left: causes, by segment and stage, and what each cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from loyaltysim.customers.causes import SHARED
from loyaltysim.ledger import MICRO
from loyaltysim.report.figures import MISSING, number, share, step_of, steps_of, with_error
from loyaltysim.report.panels import put_key, put_title
from loyaltysim.report.people import STAGE_NAMES
from loyaltysim.report.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    WIDE,
    Sheet,
    cut,
    picture,
    tick,
)
from loyaltysim.report.tables import Cell, Column, Group, Note, Row, Table, cells_of
from loyaltysim.report.words import CAUSES, best
from loyaltysim.results.comparison import STATED, Comparison
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

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
    # A cause that only the alternative has is told where it is more than luck.
    frame = frame[(frame["lost"] > 0.0) | (frame["change"].abs() > frame["change_half"])]
    steps = {kind: _steps(frame[f"{kind}_half"]) for kind in ("lost", "but_for", "change")}

    def told(kind: str) -> Callable[[pd.Series], str]:
        def read(row: pd.Series) -> str:
            return with_error(row[kind], row[f"{kind}_half"], steps[kind][str(row.name)])

        return read

    def but_for(row: pd.Series) -> str:
        return MISSING if row.name == "none" else told("but_for")(row)

    columns = [
        Column("lost a year", told("lost"), "1", True),
        Column("of all", lambda r: share(r["share"])),
        Column(f"their {currency} a year", lambda r: number(r["worth_per_year"] * per_year), "2"),
        Column("would have stayed", but_for, "3"),
        Column("more or fewer", told("change"), "4", True),
    ]
    lost, half = mean_and_half_width(_lost(comparison, comparison.reference).sum(axis=1))
    change, change_half = mean_and_half_width(_change(comparison, name).sum(axis=1))
    total = [
        Cell(with_error(float(lost), float(half), step_of(float(half)))),
        Cell(share(1.0 if lost else np.nan, 0)),
        Cell(number(frame["worth_per_year"].sum() * per_year)),
        Cell(MISSING),
        Cell(with_error(float(change), float(change_half), step_of(float(change_half)))),
    ]
    rows = [
        Row(CAUSES[str(cause)].capitalize(), "", False, cells)
        for cause, cells in zip(frame.index, cells_of(frame, columns), strict=True)
    ]
    rows.append(Row("Together", "", False, total))
    notes = [
        Note("", "Each loss keeps what had raised its risk. “None of these” are people who move "
             "away, need it no more, or go for reasons that are not followed: turbulence of the "
             "firm, and ethical problems other than broken promises, are not modelled. "
             "Inconvenience is in two causes, a shop, site or delivery that fails and staff "
             "without time. Without a contract, price and a rival’s service move the choice at "
             "each purchase and not the risk of leaving, so they show in purchases instead."),
        Note("1", "Customers a year, shared out among the causes of each loss in proportion, so "
             "that they add up (± 95%)."),
        Note("2", "What these customers left in a usual year: baskets less goods and serving, "
             "before rewards. Some are won back."),
        Note("3", "That day, but for this cause. Causes overlap, so these do not add up; and many "
             "of them would have been lost later over something else, so without the cause fewer "
             "are saved by the end."),
        Note("4", f"Lost a year with “{name}” against “{comparison.reference}” (± 95%, paired)."),
    ]  # fmt: skip
    groups = [
        Group(f"With “{cut(comparison.reference, 40)}”", 4),
        Group(f"By “{cut(name, 40)}”", 1),
    ]
    return Table("losses", "Why they left", columns, rows, notes, groups, of="Cause")


def _steps(half: pd.Series) -> dict[str, float]:
    return steps_of(-half, half)


def _of_reference(comparison: Comparison) -> pd.DataFrame:
    """Causes by what is lost over them a year, none of these last; half of each interval.

    Also how many more or fewer are lost with the best alternative, `change`.
    """
    per_year = _per_year(comparison)
    frame = comparison.base.loss_causes
    frame = frame[frame["alternative"] == comparison.reference].set_index("cause")
    for kind in ("lost", "but_for"):
        frame[f"{kind}_half"] = (frame[f"{kind}_high"] - frame[f"{kind}_low"]) / 2.0 * per_year
        frame[kind] *= per_year
    frame["change"], frame["change_half"] = mean_and_half_width(
        _change(comparison, best(comparison))
    )
    order = frame["lost"].sort_values(ascending=False, kind="stable").index
    return frame.loc[[*(cause for cause in order if cause != "none"), "none"]]


def _lost(comparison: Comparison, name: str) -> Floats:
    """Losses a year by cause, shared out: (replications, causes + 1)."""
    at = comparison.names.index(name)
    sums = comparison.collect(STATED, lambda s: s.base.losses[..., SHARED].sum(axis=(0, 1)))
    return np.asarray(sums[:, at] / MICRO * _per_year(comparison))


def _change(comparison: Comparison, name: str) -> Floats:
    """The same, more or fewer than with the reference."""
    return _lost(comparison, name) - _lost(comparison, comparison.reference)


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
    index = pd.MultiIndex.from_tuples(rows, names=["place", "name"])
    columns = [*GROUPS, "none", "lost", "worth"]
    return pd.DataFrame(list(rows.values()), index, columns, dtype=float)


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
    """Customers lost a year by cause, and shares of causes by segment and stage."""
    frame = _of_reference(comparison).drop(index="none")
    frame = frame[frame["lost"] > 0.0]
    places = by_place(comparison)
    beside = width >= WIDE
    row, head, names = 0.2, 0.3, 2.05 if beside else 1.95
    height = row * max(len(frame), 1)
    other = row * len(places) + 0.15
    gap, right = 1.35, 0.75
    panel = (width - names - gap - 2 * right) / 2 if beside else width - names - right
    tall = max(height, other) if beside else height + 0.45 + head + other
    sheet = Sheet(width, head + tall + 0.55)
    put_title(sheet, 0.05, head, "Lost a year, by cause")
    _draw_causes(sheet.axes(names, head, panel, height), comparison, frame)
    x, y = (names + panel + right + gap, head) if beside else (1.45, head + height + 0.45 + head)
    put_title(sheet, x - (gap - 0.1 if beside else 1.4), y, "Of all who left")
    _draw_places(sheet.axes(x, y, width - x - right, other), places)
    shown = [group for group in GROUPS if (places[group] > 0.0).any()]
    handles = [Line2D([], [], linewidth=5, color=_COLOURS[group], label=group) for group in shown]
    handles.append(Line2D([], [], linewidth=5, color=FAINT, label="none of these"))
    put_key(sheet, width, handles)
    return sheet.figure


def _draw_causes(axes: Axes, comparison: Comparison, frame: pd.DataFrame) -> None:
    per_year = _per_year(comparison)
    places = np.arange(len(frame))
    values, half = frame["lost"], frame["lost_half"]
    axes.barh(places, values, height=0.7, color=[_COLOURS[group_of(str(c))] for c in frame.index])
    # White on the bar, dark beyond it.
    axes.hlines(places, (values - half).clip(lower=0.0), values, color="white", linewidth=0.9)
    axes.hlines(places, values, values + half, color=INK, linewidth=0.9)
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
    for group in (*GROUPS, "none"):
        values = frame[group].to_numpy()
        axes.barh(at, values, left=left, height=0.7, color=_COLOURS.get(group, FAINT))
        left += values
    for place, none, lost in zip(at, frame["none"], frame["lost"], strict=True):
        axes.annotate(
            f"{share(1.0 - none, 0)} of {number(lost)}", (1.0, place), xytext=(3, 0),
            textcoords="offset points", va="center_baseline", fontsize=SMALL, color=SOFT,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(0.0, 1.0)
    axes.set_yticks(at, [cut(str(name), 20) for _, name in frame.index])
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.xaxis.set_major_formatter(lambda v, _: share(v, 0))
    _bare(axes, at[-1] + 1.0 if len(at) else 1.0)


def _bare(axes: Axes, rows: float) -> None:
    axes.set_ylim(max(rows, 1.0) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def unexplained(comparison: Comparison) -> str:
    """How many leave over none of the causes, for the caption of the picture."""
    frame = _of_reference(comparison)
    lost = frame["lost"].sum()
    if not lost:
        return "Nobody left."
    return f"Of {number(lost)} a year, {share(frame['share']['none'], 0)} left over none of these."
