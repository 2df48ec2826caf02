"""The page's tables of alternatives: what is shown of them, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from loyaltysim.report.figures import MISSING, number, payback, runs, share, span, steps_of
from loyaltysim.report.people import STAGE_NAMES
from loyaltysim.report.style import colours
from loyaltysim.results.comparison import LOW_WALLET, RANGES, STATED, Comparison

_SCALES = ((1e10, "million "), (1e7, "thousand "))
"""From such amounts on, a table is written in millions, or in thousands, of the currency."""


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table, and below it in small type."""

    text: str
    small: str = ""


@dataclass(frozen=True)
class Column:
    """A column's title, its footnote, and what it says of a row of the frame."""

    label: str
    read: Callable[[pd.Series], Cell | str]
    mark: str = ""
    edge: bool = False


@dataclass(frozen=True)
class Group:
    """Columns under one title."""

    label: str
    columns: int
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A footnote."""

    mark: str
    text: str


@dataclass(frozen=True)
class Row:
    """One alternative, or whatever else a row is about; without a colour of its own then."""

    name: str
    colour: str
    is_reference: bool
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """A table with its footnotes."""

    key: str
    caption: str
    columns: list[Column]
    rows: list[Row]
    notes: list[Note]
    groups: list[Group] = field(default_factory=list)
    mark: str = ""
    """Footnote of the caption."""
    of: str = "Alternative"
    """What its rows are."""

    @property
    def is_short(self) -> bool:
        """Whether it is kept on one printed page, footnotes and all."""
        return len(self.rows) <= 9


def tables_of(comparison: Comparison) -> list[Table]:
    """Does it pay; finance; customers and staff; stages."""
    return [
        _profit(comparison),
        _finance(comparison),
        _customers(comparison),
        _stages(comparison),
    ]


def _profit(comparison: Comparison) -> Table:
    frame = comparison.alternatives
    money = Money(comparison, frame[["low", "high", "ranges_low", "ranges_high"]])
    stated, ranges = comparison.replications, len(comparison.runs[RANGES])
    wallet = len(comparison.runs[LOW_WALLET])

    by_luck = steps_of(frame["low"], frame["high"])
    by_ignorance = steps_of(frame["ranges_low"], frame["ranges_high"])

    def luck(row: pd.Series) -> float:
        return by_luck[str(row.name)]

    def ignorance(row: pd.Series) -> float:
        return by_ignorance[str(row.name)]

    columns = [
        Column("mean", lambda r: money(r["incremental_profit"], luck(r)), edge=True),
        Column("95% interval", lambda r: money.span(r["low"], r["high"], luck(r)), "2"),
        Column("median", lambda r: money(r["ranges_median"], ignorance(r)), edge=True),
        Column(
            "5% to 95%",
            lambda r: money.span(r["ranges_low"], r["ranges_high"], ignorance(r)),
            "3",
        ),
        Column("as stated", lambda r: _chance(r["p_pays_stated"], stated), edge=True),
        Column("over the ranges", lambda r: _chance(r["p_pays_ranges"], ranges)),
        Column("low", lambda r: money(r["low_wallet"], luck(r)), edge=True),
        Column("stated", lambda r: money(r["incremental_profit"], luck(r))),
        Column("high", lambda r: money(r["high_wallet"], luck(r))),
    ]
    groups = [
        Group("As stated: luck", 2),
        Group("Over the ranges: ignorance", 2),
        Group("P(it pays)", 2, ("4",)),
        Group("By share of wallet", 3, ("5",)),
    ]
    notes = [
        Note("1", f"Profit less that of “{comparison.reference}”, on the same customers with the "
             "same luck; never members against non-members. Profit = revenue without VAT less "
             "all costs; a reward counts at its cost to the firm. Figures are rounded to two "
             "digits of half their interval."),
        Note("2", f"Paired t interval over {stated} replications: what luck alone leaves open; "
             "more replications narrow it."),
        Note("3", f"{ranges} runs, each with every number that the scenario leaves open, or states "
                  "with a range, drawn from it: what is "
             "not known, with the luck that is left in it; finding out narrows it."),
        Note("4", "Share of the runs with incremental profit above zero. As stated it takes "
             "every assumption for certain, and with enough customers becomes 0 or 1; read it "
             "only with the one over the ranges."),
        Note("5", "A firm’s own data do not tell its share of its customers’ wallets, which "
             f"bounds what can be won. Low and high: the mean as stated and the paired difference "
             f"in {wallet} runs each, with the same purchases but a lower or higher share."),
    ]  # fmt: skip
    return table_of(
        comparison,
        "profit",
        f"Incremental profit over the horizon ({money.unit})",
        columns,
        notes,
        groups,
        mark="1",
    )


def _finance(comparison: Comparison) -> Table:
    frame = comparison.alternatives
    shown = ["npv_low", "npv_high", "spending", "programme_cost", "profit", "revenue"]
    money = Money(comparison, frame[shown])
    business = comparison.scenario.business
    rate = share(business.hurdle_rate).replace(".0%", "%")
    months = comparison.difference(STATED).shape[-1]

    by_luck = steps_of(frame["npv_low"], frame["npv_high"])

    def rounded(name: str) -> Callable[[pd.Series], str]:
        return lambda r: money(r[name], by_luck[str(r.name)])

    def whole(name: str) -> Callable[[pd.Series], str]:
        # To the same digit as the profit, unless that would leave less than two.
        step = max(by_luck.values())
        return lambda r: money(r[name], step if step <= abs(r[name]) / 100.0 else 0.0)

    def pays_back(row: pd.Series) -> Cell | str:
        if row.name == comparison.reference:
            return MISSING
        said, in_runs = payback(row["payback_month"], row["p_payback"], f"not in {months}")
        return Cell(said, in_runs and f"{in_runs} of runs")

    columns = [
        Column("NPV", rounded("npv"), "1", True),
        Column(
            "95% interval",
            lambda r: money.span(r["npv_low"], r["npv_high"], by_luck[str(r.name)]),
        ),
        Column("ROI", lambda r: share(r["roi"], 0), "2"),
        Column("Pay-back", pays_back, "3"),
        Column("Spending", lambda r: money(r["spending"]), "4", True),
        Column("of it on a programme", lambda r: money(r["programme_cost"])),
        Column("still owed", lambda r: money(r["owed"]) if r["owed"] else MISSING, "8"),
        Column(
            "per extra customer",
            lambda r: number(r["cost_per_incremental_customer"]),
            "5",
        ),
        Column("Subsidy", lambda r: share(r["subsidy_share"], 0), "6"),
        Column("Revenue", whole("revenue"), "", True),
        Column("Profit", whole("profit"), "7"),
    ]

    notes = [
        Note("1", f"Net present value at {rate} a year, set-up at the start; paired 95% interval."),
        Note("2", f"Incremental profit for each {business.currency} spent; {MISSING} where "
             "nothing is spent."),
        Note("3", "First month from which the cumulated mean is not below zero to the end; and the "
             "share of runs that have one, where not all or not none have."),
        Note("4", "The programme (rewards at cost, set-up, running) and what else the firm "
             "decides to spend more on than the reference (pay, hiring, training, acquisition, "
             "other). Running a programme includes the staff’s time at the till, at their pay."),
        Note("5", f"Spending for each customer more at the end ({business.currency}); {MISSING} "
             "where there are not more, or nothing is spent."),
        Note("6", "Share of the reward cost that went to what would have been bought anyway; "
             f"{MISSING} without rewards."),
        Note("7", "Revenue and profit of the whole business over the horizon, as stated."),
        Note("8", "Rewards yet to come on what members hold at the end, at cost and by the share "
             "redeemed so far; not taken off the profit."),
    ]  # fmt: skip
    return table_of(comparison, "finance", f"Finance ({money.unit})", columns, notes)


def _customers(comparison: Comparison) -> Table:
    months = min(12, comparison.runs[STATED][0][0].retention.shape[1] - 1)

    def whole(name: str) -> Callable[[pd.Series], str]:
        return lambda r: number(r[name], 1.0)

    def of(name: str, decimals: int = 1) -> Callable[[pd.Series], str]:
        return lambda r: share(r[name], decimals)

    def moved(name: str) -> Callable[[pd.Series], str]:
        # Nobody is saved or lost by what they are compared with.
        return lambda r: MISSING if r.name == comparison.reference else number(r[name], 1.0)

    columns = [
        Column("true", of("yearly_loss"), edge=True),
        Column("observed", of("observed_yearly_loss")),
        Column("true", of("retention"), edge=True),
        Column("observed", of("observed_retention")),
        Column("at the end", whole("customers"), edge=True),
        Column("members", whole("members")),
        Column("saved", moved("saved"), "3"),
        Column("lost by it", moved("annoyed"), "3"),
        Column("quit a year", of("staff_turnover", 0), edge=True),
        Column("skill", lambda r: number(r["staff_skill"], 0.01), "4"),
        Column("answer in hours", lambda r: number(r["answer_hours"], 1.0)),
        Column("solved in hours", lambda r: number(r["resolution_hours"], 1.0)),
        Column("resolved", of("complaints_resolved", 0)),
    ]
    groups = [
        Group("Yearly loss", 2, ("1",)),
        Group(f"Retention, {months} months", 2, ("2",)),
        Group("Customers", 4),
        Group("Staff and complaints", 5),
    ]
    notes = [
        Note("1", "Share of the customers at the start of a year who were lost in it, mean of the "
             "years. True: gone, knowingly or silently. Observed: no purchase for longer than is "
             "usual for them, which is all that the firm sees."),
        Note("2", f"Share of the customers at the start who are there {months} months later, "
             "those who were lost and came back included."),
        Note("3", "Saved: lost with the reference, customers with the alternative. Lost by it: the "
             "reverse."),
        Note("4", "Mean skill, where 1 is an experienced employee’s."),
    ]  # fmt: skip
    return table_of(
        comparison, "customers", "Customers and staff, as stated", columns, notes, groups
    )


def _stages(comparison: Comparison) -> Table:
    people = comparison.stage_thresholds.set_index(["alternative", "stage", "thresholds"])
    people = people["people"].sort_index()

    def counted(stage: str) -> Callable[[pd.Series], Cell]:
        def read(row: pd.Series) -> Cell:
            near = people[str(row.name), stage]
            moves = near["stricter"] != near["looser"]
            small = f"{number(near['stricter'], 1.0)} | {number(near['looser'], 1.0)}"
            return Cell(number(row[stage], 1.0), small if moves else "")

        return read

    order = [*reversed([stage for stage in STAGE_NAMES if stage != "lost"]), "lost"]
    columns = [
        Column(STAGE_NAMES[stage], counted(stage), edge=at == 0) for at, stage in enumerate(order)
    ]
    notes = [
        Note("", "Means over the replications as stated. Stages are read off behaviour and "
             "attitude by the scenario’s thresholds; no stage causes anything."),
        Note("", "In small type, the same customers with all thresholds of clients and advocates "
             "stricter | looser, at the ends of their ranges."),
    ]  # fmt: skip
    return table_of(comparison, "stage-table", "People by stage at the end", columns, notes)


def table_of(
    comparison: Comparison,
    key: str,
    caption: str,
    columns: list[Column],
    notes: list[Note],
    groups: list[Group] | None = None,
    mark: str = "",
) -> Table:
    """A table with a row for each alternative."""
    frame = comparison.alternatives
    colour = colours(comparison)
    rows = [
        Row(name, colour[name], name == comparison.reference, cells)
        for name, cells in zip(comparison.names, cells_of(frame, columns), strict=True)
    ]
    return Table(key, caption, columns, rows, notes, groups or [], mark)


def cells_of(frame: pd.DataFrame, columns: list[Column]) -> list[list[Cell]]:
    """What the columns say of each row of a frame."""
    said = [[column.read(row) for column in columns] for _, row in frame.iterrows()]
    return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in cells] for cells in said]


class Money:
    """How a table writes amounts: in one unit, chosen by its largest."""

    def __init__(self, comparison: Comparison, amounts: pd.DataFrame) -> None:
        largest = np.nanmax(np.abs(amounts.to_numpy()), initial=0.0)
        word = ""
        self.size = 1.0
        for from_, scale in _SCALES:
            if largest >= from_:
                self.size, word = from_ / 1e4, scale
                break
        self.unit = f"{word}{comparison.scenario.business.currency}"

    def __call__(self, x: float, step: float = 0.0) -> str:
        """An amount."""
        return number(x / self.size, step / self.size)

    def span(self, low: float, high: float, step: float) -> str:
        """From one amount to another."""
        return span(low / self.size, high / self.size, step / self.size)


def _chance(p: float, n: int) -> Cell:
    if not np.isfinite(p):
        return Cell(MISSING)
    return Cell(share(p, 0), runs(p, n))
