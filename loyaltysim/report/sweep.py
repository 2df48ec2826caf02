"""A sweep in words and rows: what pays where; in the terminal, and on its page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyaltysim.report.figures import number, share, span, step_of
from loyaltysim.sweeps.sweep import Sweep

COLUMNS = ("alternative", "incremental profit", "95% interval", "P(it pays)", "lost a year")

MOST_ON_PAGE = 500

MOST_ROWS = 40
"""Points that are printed; all of them are in the folder."""


def print_sweep(found: Sweep, console: Console) -> None:
    """The answer in words, then a row for each point and alternative."""
    console.print(f"\n[bold]{escape(found.plan.scenario.business.name)}[/bold]")
    console.print(f"{escape(head(found))}\n")
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


def best_of(found: Sweep) -> str:
    """The alternative that brings most over all points."""
    means = found.table.groupby("alternative")["incremental_profit"].mean()
    return str(means.idxmax())


def where(found: Sweep, row: pd.Series) -> str:
    """A point in words."""
    factors = found.plan.factors
    return ", ".join(f"{f.label} {value_said(row[f.name], f.unit)}" for f in factors)


def value_said(value: object, unit: str) -> str:
    """A value of a factor as a person writes it."""
    if value is None or value != value:
        return "as stated"
    if unit == "share" and isinstance(value, float | int):
        return share(float(value))
    if isinstance(value, float | int) and not isinstance(value, bool):
        text = f"{value:.4g}".replace("-", "−")
        return f"{text} weeks" if unit == "weeks" else text
    return str(value)


def rows(found: Sweep) -> Iterator[list[str]]:
    """A row for each point and alternative but the reference, as it is shown."""
    table = found.table[found.table["alternative"] != found.plan.scenario.reference]
    for _, row in table.iterrows():
        step = step_of(float(row["high"] - row["low"]) / 2.0)
        yield [
            *(value_said(row[factor.name], factor.unit) for factor in found.plan.factors),
            str(row["alternative"]),
            number(row["incremental_profit"], step),
            span(row["low"], row["high"], step),
            share(row["p_pays"], 0),
            share(row["yearly_loss"]),
        ]


def head(found: Sweep) -> str:
    """What was lived, in a line."""
    made = found.plan
    return (
        f"{len(made.points):,} points ({made.design.replace('_', ' ')}), {made.replications} "
        f"paired replications each, {made.scenario.business.currency}; against "
        f"“{made.scenario.reference}”."
    )


def _table(found: Sweep) -> Table:
    table = Table(box=box.SIMPLE_HEAD, caption_justify="left")
    for factor in found.plan.factors:
        table.add_column(escape(factor.label), overflow="fold", max_width=28)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "alternative" else "right")
    shown = list(rows(found))
    for row in shown[:MOST_ROWS]:
        table.add_row(*map(escape, row))
    if len(shown) > MOST_ROWS:
        table.caption = f"The first {MOST_ROWS} of {len(shown):,}; all are in points.csv."
    return table


def page(found: Sweep, again_in: int | None = None) -> str:
    """The page: the answer, pictures, the points; opens offline."""
    from pathlib import Path

    from markupsafe import Markup

    from loyaltysim.report import sweep_pictures as pictures
    from loyaltysim.report.experiments import page_of
    from loyaltysim.report.style import NARROW, WIDE, look
    from loyaltysim.report.svg import inline

    made = found.plan
    title = f"{made.scenario.business.name}: what pays where"
    drawn: list[tuple[str, Any, str, str]] = [
        (
            "curves", pictures.curves, "Response",
            "Incremental profit over the horizon by each factor, averaged over all else, with "
            "its 95% interval (paired). Where a line crosses zero, the alternative breaks even.",
        )
    ]  # fmt: skip
    if len(made.factors) >= 2 and made.design in ("grid", "table"):
        drawn.append(
            (
                "heat", pictures.heat, "Two factors at once",
                f"Incremental profit of “{best_of(found)}”; along the line it breaks even.",
            )
        )  # fmt: skip
    if len(made.factors) >= 3 and None not in made.points[0]:
        drawn.append(
            (
                "parallel", pictures.parallel, "All factors",
                "Each line is a point; each upright an axis from its least to its largest value.",
            )
        )  # fmt: skip
    shown = []
    for key, draw, name, caption in drawn:
        with look():
            both = [draw(found, width=width) for width in (WIDE, NARROW)]
            for figure in both:
                figure.draw_without_rendering()
        wide, narrow = (
            Markup(inline(figure, f"{key}{end}", name))
            for figure, end in zip(both, "wn", strict=True)
        )
        shown.append({"title": name, "caption": caption, "wide": wide, "narrow": narrow})
    table = list(rows(found))
    return page_of(
        Path(__file__).with_name("sweep.html.j2"),
        title=title,
        head=head(found),
        statements=list(statements(found)),
        pictures=shown,
        columns=[*(factor.label for factor in made.factors), *COLUMNS],
        rows=table[:MOST_ON_PAGE],
        note=f"The first {min(len(table), MOST_ON_PAGE):,} of {len(table):,} rows; all are in "
        "points.csv, single runs in runs.csv.",
    )
