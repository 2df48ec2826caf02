"""A sweep in the terminal: what pays where, and what moves it most."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyaltysim.report.figures import number, share, span, step_of
from loyaltysim.sweeps.sweep import Sweep

COLUMNS = ("alternative", "incremental profit", "95% interval", "P(it pays)", "lost a year")

MOST_ROWS = 40
"""Points that are printed; all of them are in the folder."""


def print_sweep(found: Sweep, console: Console) -> None:
    """The answer in words, then a row for each point and alternative."""
    made = found.plan
    business = made.scenario.business
    console.print(f"\n[bold]{escape(business.name)}[/bold]")
    console.print(
        f"{len(made.points):,} points ({made.design.replace('_', ' ')}), {made.replications} "
        f"paired replications each, {business.currency}; against "
        f"“{escape(made.scenario.reference)}”.\n"
    )
    for statement in statements(found):
        console.print("\n".join(textwrap.wrap(escape(statement), min(console.width, 100))))
    console.print(_table(found), soft_wrap=False)


def statements(found: Sweep) -> Iterator[str]:
    """Where each alternative pays, and where it pays best."""
    table = found.table
    for name in found.plan.names:
        if name == found.plan.scenario.reference:
            continue
        own = table[table["alternative"] == name]
        if own.empty:
            continue
        best = own.loc[own["incremental_profit"].idxmax()]
        pays = int((own["low"] > 0.0).sum())
        step = step_of(float(best["high"] - best["low"]) / 2.0)
        yield (
            f"“{name}” pays at {pays} of {len(own)} points for sure (95%), best at "
            f"{where(found, best)}: {number(best['incremental_profit'], step)} "
            f"({span(best['low'], best['high'], step)})."
        )


def where(found: Sweep, row: pd.Series) -> str:
    """A point in words."""
    units = {factor.name: factor.unit for factor in found.plan.factors}
    return ", ".join(f"{name} {value_said(row[name], unit)}" for name, unit in units.items())


def value_said(value: object, unit: str) -> str:
    """A value of a factor as a person writes it."""
    if unit == "share" and isinstance(value, float | int):
        return share(float(value))
    if isinstance(value, float | int) and not isinstance(value, bool):
        text = f"{value:.4g}".replace("-", "−")
        return f"{text} weeks" if unit == "weeks" else text
    return str(value)


def _table(found: Sweep) -> Table:
    factors = found.plan.factors
    table = Table(box=box.SIMPLE_HEAD, caption_justify="left")
    for factor in factors:
        table.add_column(escape(factor.name), overflow="fold", max_width=28)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "alternative" else "right")
    rows = found.table[found.table["alternative"] != found.plan.scenario.reference]
    for _, row in rows.head(MOST_ROWS).iterrows():
        step = step_of(float(row["high"] - row["low"]) / 2.0)
        table.add_row(
            *(value_said(row[factor.name], factor.unit) for factor in factors),
            escape(str(row["alternative"])),
            number(row["incremental_profit"], step),
            span(row["low"], row["high"], step),
            share(row["p_pays"], 0),
            share(row["yearly_loss"]),
        )
    if len(rows) > MOST_ROWS:
        table.caption = f"The first {MOST_ROWS} of {len(rows):,}; all are in points.csv."
    return table
