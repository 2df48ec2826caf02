"""Tables for the terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table

from loyaltysim.customers.stages import STAGES
from loyaltysim.report.classes import ClassCells, classes_said, members_said, more, plus, points
from loyaltysim.report.figures import (
    MISSING,
    horizon,
    number,
    payback,
    runs,
    share,
    span,
    step_of,
    steps_of,
    with_error,
)
from loyaltysim.report.words import CAUSES, MARGINS, answer, margins_said
from loyaltysim.results.classes import CLASSES
from loyaltysim.results.concentration import TOP

if TYPE_CHECKING:
    from rich.console import Console

    from loyaltysim.evidence import Entry
    from loyaltysim.results.base import BaseTables
    from loyaltysim.results.comparison import Comparison
    from loyaltysim.results.tables import Tables


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The answer in words, then money, doubt, customers and stages by alternative."""
    business = comparison.scenario.business
    console.print(f"\n[bold]{escape(business.name)}[/bold]")
    console.print(
        f"{business.market.people:,} people, {horizon(business.horizon)}, "
        f"{comparison.replications} paired replications, seed {business.seed}, "
        f"{business.currency}; against “{escape(comparison.reference)}”.\n"
    )
    for statement in answer(comparison):
        console.print("\n".join(textwrap.wrap(escape(statement), min(console.width, 100))))
    frame = comparison.alternatives
    for table in (
        _money(comparison, frame),
        _doubt(comparison, frame),
        _margins(comparison),
        _classes(comparison),
        _members(comparison, frame),
        _customers(frame),
        _stages(comparison, frame),
    ):
        console.print()
        console.print(table, soft_wrap=False)
    _print_base(comparison.base, comparison.reference, console)


def _print_base(base: BaseTables, name: str, console: Console) -> None:
    """Who the customers are and who brings the money; of an alternative, if one is named."""
    classes, years = base.value_classes, base.concentration
    if name:
        classes, years = (part[part["alternative"] == name] for part in (classes, years))
    parts = classes.set_index("class")[["share", "net_share"]]
    said = [f"{share(part, 0)} {kind} {share(net, 0)}" for kind, part, net in parts.itertuples()]
    text = (
        f"Customers and their share of the net{f', with “{name}”' if name else ''}: "
        f"{', '.join(said)}. The best {share(TOP, 0)} of the last year's buyers bring "
        f"{share(years['sales'].iloc[-1], 0)} of sales."
    )
    console.print("\n".join(textwrap.wrap(escape(text), min(console.width, 100))))
    causes = base.loss_causes
    if name:
        causes = causes[causes["alternative"] == name]
    text = _why_they_left(causes.set_index("cause")["share"])
    console.print("\n".join(textwrap.wrap(escape(text), min(console.width, 100))))


def _why_they_left(shares: pd.Series) -> str:
    """The causes of loss, the largest first."""
    if not math.isfinite(shares["none"]):
        return "Nobody left."
    named = shares.drop("none").sort_values(ascending=False)
    said = [f"{CAUSES[str(cause)]} {share(x)}" for cause, x in named.items() if x >= 0.0005]
    rest = f"{share(shares['none'])} for none of these reasons"
    return f"Why customers left: {', '.join([*said, rest])}."


def _table(title: str, caption: str, *columns: str) -> Table:
    table = Table(
        title=title, caption=caption, box=box.SIMPLE_HEAD, title_justify="left",
        caption_justify="left", title_style="bold",
    )  # fmt: skip
    table.add_column("alternative", overflow="fold", min_width=9)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _money(comparison: Comparison, frame: pd.DataFrame) -> Table:
    currency = comparison.scenario.business.currency
    table = _table(
        f"Money over the horizon, {currency}",
        "Incremental profit: paired, 95% interval over replications. NPV at "
        f"{share(comparison.scenario.business.hurdle_rate, 0)} a year. ROI: incremental profit / "
        "spending. Pay-back: first month from which the sum stays at or above zero, and the share "
        "of runs that have one, where luck decides. Still owed: "
        "rewards yet to come on what members hold at the end, at cost; not taken off the profit.",
        "incremental profit", "95% interval", "still owed", "NPV", "spending", "of it programme",
        "ROI", "pay-back",
    )  # fmt: skip
    steps = steps_of(frame["low"], frame["high"])
    for name, row in frame.iterrows():
        if name == comparison.reference:
            table.add_row(escape(str(name)), "(reference)", *[MISSING] * 7)
            continue
        step = steps[str(name)]
        month, in_runs = payback(row["payback_month"], row["p_payback"], "never")
        table.add_row(
            escape(str(name)),
            number(row["incremental_profit"], step),
            span(row["low"], row["high"], step),
            number(row["owed"]) if row["owed"] else MISSING,
            number(row["npv"], step),
            number(row["spending"]),
            number(row["programme_cost"]) if row["programme_cost"] else MISSING,
            share(row["roi"], 0),
            f"{month} ({in_runs})" if in_runs else month,
        )
    return table


def _doubt(comparison: Comparison, frame: pd.DataFrame) -> Table:
    table = _table(
        "Does it pay? Luck and ignorance apart",
        "As stated: only luck differs. Over the ranges: every number that the scenario leaves "
        "open, or states with a range, is drawn from it. Share of wallet: a firm's own data do "
        "not tell it.",
        "pays, as stated", "pays, over the ranges", "middle of the ranges", "9 in 10 runs",
        "low share of wallet", "stated", "high",
    )  # fmt: skip
    drawn = len(comparison.runs["ranges"])
    steps = steps_of(frame["low"], frame["high"])
    wide_steps = steps_of(frame["ranges_low"], frame["ranges_high"])
    for name, row in frame.drop(index=comparison.reference).iterrows():
        wide, step = wide_steps[str(name)], steps[str(name)]
        table.add_row(
            escape(str(name)),
            runs(row["p_pays_stated"], comparison.replications),
            f"{runs(row['p_pays_ranges'], drawn)} ({share(row['p_pays_ranges'], 0)})",
            number(row["ranges_median"], wide),
            span(row["ranges_low"], row["ranges_high"], wide),
            number(row["low_wallet"], step),
            number(row["incremental_profit"], step),
            number(row["high_wallet"], step),
        )
    return table


def _margins(comparison: Comparison) -> Table:
    table = _table(
        f"Where the gain comes from, {comparison.scenario.business.currency}",
        "What purchases leave (revenue less goods and the cost of serving), occasion by occasion "
        f"against the reference; ± 95%. {escape(margins_said(comparison))}",
        *MARGINS, "together",
    )  # fmt: skip
    for name, part in comparison.margins.groupby("alternative", sort=False):
        half = (part["high"] - part["low"]) / 2.0
        widest = step_of(half.max())
        cells = [with_error(*both, widest) for both in zip(part["amount"], half, strict=True)]
        table.add_row(escape(str(name)), *cells, number(part["amount"].sum(skipna=False), widest))
    return table


def _classes(comparison: Comparison) -> Table:
    table = _table(
        f"What becomes of everybody, {comparison.scenario.business.currency}",
        escape(classes_said(comparison)),
        *CLASSES, "together",
    )  # fmt: skip
    cells = ClassCells(comparison)
    for name in comparison.classes["alternative"].unique():
        said = [f"{cells.people(name, kind)}\n{cells.net(name, kind)}" for kind in CLASSES]
        table.add_row(escape(name), *said, f"\n{cells.together(name)}")
    return table


def _members(comparison: Comparison, frame: pd.DataFrame) -> Table:
    table = _table(
        "Members against non-members, and against themselves",
        members_said(),
        "a member", "another customer", "naive", "true", "subsidy", "early uplift", "uplift",
        "pull-forward",
    )  # fmt: skip
    members = comparison.members.set_index("alternative")
    for name, row in frame.drop(index=comparison.reference).iterrows():
        said = [MISSING] * 4
        if name in members.index:
            own = members.loc[name]
            without = own["member_revenue"] - own["true"]
            bases = {"naive": own["other_revenue"], "true": without}
            said = [number(own["member_revenue"]), number(own["other_revenue"])]
            said += [" ".join(more(own, kind, of)) for kind, of in bases.items()]
        table.add_row(
            escape(str(name)), *said, share(row["subsidy_share"], 0),
            plus(row["uplift_early"]), plus(row["uplift"]),
            points(row["pull_forward"], row["pull_forward_low"], row["pull_forward_high"]),
        )  # fmt: skip
    return table


def _customers(frame: pd.DataFrame) -> Table:
    table = _table(
        "Customers and staff",
        "Loss a year: true (they left), and seen: as the firm sees it (no purchase for long). "
        "Retained: of the customers at the start, still there after a year. "
        "Loss counts everybody who was ever lost in the year; retained, those who came back too. "
        "Saved: lost without the alternative, there with it; lost by it: the reverse.",
        "loss a year", "loss, seen", "retained", "retained, seen", "customers", "members", "saved",
        "lost by it", "staff turnover", "skill", "answer (h)",
    )  # fmt: skip
    for name, row in frame.iterrows():
        table.add_row(
            escape(str(name)),
            share(row["yearly_loss"]),
            share(row["observed_yearly_loss"]),
            share(row["retention"]),
            share(row["observed_retention"]),
            number(row["customers"], 1.0),
            number(row["members"], 1.0) if row["members"] else MISSING,
            number(row["saved"], 1.0),
            number(row["annoyed"], 1.0),
            share(row["staff_turnover"], 0),
            share(row["staff_skill"], 0),
            number(row["answer_hours"], 0.1),
        )
    return table


def _stages(comparison: Comparison, frame: pd.DataFrame) -> Table:
    names = [stage.replace("_", "-") for stage in STAGES]
    table = _table(
        "People by stage at the end",
        "Means over replications. Clients are counted by thresholds of habit and tie: the last "
        "columns have clients and advocates with all thresholds stricter, and looser.",
        *names, "clients, stricter", "clients, looser",
    )  # fmt: skip
    ties = comparison.stage_thresholds.query("stage in ('client', 'advocate')")
    ties = ties.pivot_table(index="alternative", columns="thresholds", values="people", aggfunc=sum)
    for name, row in frame.iterrows():
        table.add_row(
            escape(str(name)),
            *[number(row[stage], 1.0) for stage in STAGES],
            number(ties.loc[str(name), "stricter"], 1.0),
            number(ties.loc[str(name), "looser"], 1.0),
        )
    return table


def print_run(tables: Tables, alternative: str | None, console: Console) -> None:
    """The years of one run, and where people stand at its end."""
    business = tables.result.business
    which = f", {alternative}" if alternative else ""
    console.print(f"\n[bold]{escape(business.name + which)}[/bold], one run, {business.currency}")
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for year in tables.years["year"]:
        table.add_column(f"year {year}", justify="right")
    for column, values in tables.years.drop(columns="year").items():
        if (values != 0).any():
            name = str(column)
            table.add_row(name.replace("_", " "), *[_cell(name, value) for value in values])
    console.print(table, soft_wrap=False)
    people = tables.result.stages[-1].sum(axis=0)
    parts = [f"{n.replace('_', '-')} {count:,}" for n, count in zip(STAGES, people, strict=True)]
    console.print(f"At the end: {', '.join(parts)}.")
    ties = tables.stage_thresholds.query("stage in ('client', 'advocate')")
    ties = ties.groupby("thresholds")["people"].sum()
    console.print(
        f"Clients and advocates: {ties['stated']:,} by the thresholds as stated, "
        f"{ties['stricter']:,} by stricter ones, {ties['looser']:,} by looser ones."
    )
    _print_base(tables.base, "", console)
    for row in tables.units.itertuples():
        console.print(
            f"{str(row.scheme).capitalize()}: {row.issued:,} issued, {row.redeemed:,} redeemed, "
            f"{row.expired:,} expired, {row.outstanding:,} outstanding."
        )


def _cell(column: str, value: float) -> str:
    if column.endswith("loss"):
        return share(value)
    return number(value, 1.0)


def _bound(value: float) -> str:
    """A bound of a range; what only a computer's whole numbers end at, as a power of two."""
    if value >= 2.0**53 and math.log2(value).is_integer():
        return f"2^{math.log2(value):.0f}"
    return f"{value:g}"


def print_evidence(entries: Sequence[Entry], asked: str | None, console: Console) -> None:
    """Defaults with unit, range, grade and source: one in full, several as a table."""
    if asked and len(entries) == 1:
        entry = entries[0]
        console.print(f"[bold]{escape(entry.name)}[/bold]: {escape(entry.label)}")
        console.print(f"  value   {entry.value:g} {escape(entry.unit)}")
        console.print(f"  range   {_bound(entry.low)} to {_bound(entry.high)}")
        console.print(f"  grade   {entry.grade}")
        for head, text in (("source", entry.source), ("note", entry.note)):
            lines = textwrap.wrap(text, 88)
            for number_, line in enumerate(lines):
                console.print(f"  {head if not number_ else '':<7} {escape(line)}")
        for source in entry.sources:
            console.print(f"  {escape(source.name):<7} {escape(source.citation)}")
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("parameter", overflow="fold", min_width=24)
    for column in ("value", "range"):
        table.add_column(column, justify="right")
    for column in ("unit", "grade", "what it is"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        low_high = f"{_bound(entry.low)} to {_bound(entry.high)}"
        table.add_row(
            escape(entry.name), f"{entry.value:g}", low_high, escape(entry.unit), entry.grade,
            escape(entry.label),
        )  # fmt: skip
    console.print(table, soft_wrap=False)
