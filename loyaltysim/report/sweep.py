"""A sweep in words and rows: what pays where; in the terminal, and on its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd
from rich.console import Console

from loyaltysim.report.factors import value_said
from loyaltysim.report.figures import number, share, span, step_of
from loyaltysim.report.study import (
    Picture,
    Rows,
    Section,
    lived,
    page_of_study,
    print_head,
    print_rows,
    so_far,
    whole_replications,
)
from loyaltysim.sweeps.sweep import Sweep

COLUMNS = ("alternative", "incremental profit", "95% interval", "P(it pays)", "lost a year")

MOST_ON_PAGE = 500

MOST_ROWS = 40
"""Points that are printed; all of them are in the folder."""


def print_sweep(found: Sweep, console: Console) -> None:
    """The answer in words, then a row for each point and alternative."""
    print_head(found.plan.scenario.business.name, head(found), statements(found), console)
    print_rows(_rows(found), console, MOST_ROWS, "points.csv")


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


def _rows(found: Sweep) -> Rows:
    """A row for each point and alternative but the reference."""
    factors = found.plan.factors
    table = found.table[found.table["alternative"] != found.plan.scenario.reference]
    cells = []
    for _, row in table.iterrows():
        step = step_of(float(row["high"] - row["low"]) / 2.0)
        said = [
            *(value_said(row[factor.name], factor.unit) for factor in factors),
            str(row["alternative"]),
            number(row["incremental_profit"], step),
            span(row["low"], row["high"], step),
            share(row["p_pays"], 0),
            share(row["yearly_loss"]),
        ]
        cells.append([(text, "") for text in said])
    columns = [*(factor.label for factor in factors), *COLUMNS]
    return Rows("", columns, cells, words=len(factors) + 1)


def head(found: Sweep) -> str:
    """What was lived, in a line."""
    made = found.plan
    return (
        f"{len(made.points):,} points ({made.design.replace('_', ' ')}), {made.replications} "
        f"paired replications each, {made.scenario.business.currency}; against "
        f"“{made.scenario.reference}”."
    )


def page(found: Sweep, again_in: int | None = None) -> str:
    """The page: the answer, pictures, the points; opens offline.

    While the study is still being lived, `again_in` says after how many seconds to read it again.
    """
    from loyaltysim.report import sweep_pictures as pictures

    made = found.plan
    far = so_far(found, len(made.points) * made.replications) if again_in is not None else ""
    found = whole_replications(found) if far else found
    shown = []
    if lived(found):
        shown.append(
            Picture(
                "curves", "Response",
                "Incremental profit over the horizon by each factor, averaged over all else, "
                "with its 95% interval (paired). Where a line crosses zero, the alternative "
                "breaks even.",
                partial(pictures.curves, found),
            )
        )  # fmt: skip
    if shown and len(made.factors) >= 2 and made.design in ("grid", "table"):
        shown.append(
            Picture(
                "heat", "Two factors at once",
                f"Incremental profit of “{best_of(found)}”; along the line it breaks even.",
                partial(pictures.heat, found),
            )
        )  # fmt: skip
    if shown and len(made.factors) >= 3 and None not in made.points[0]:
        shown.append(
            Picture(
                "parallel", "All factors",
                "Each line is a point; each upright an axis from its least to its largest value.",
                partial(pictures.parallel, found),
            )
        )  # fmt: skip
    table = _rows(found)
    first = replace(
        table,
        cells=table.cells[:MOST_ON_PAGE],
        note=f"The first {min(len(table.cells), MOST_ON_PAGE):,} of {len(table.cells):,} rows; "
        "all are in points.csv, single runs in runs.csv.",
    )
    return page_of_study(
        f"{made.scenario.business.name}: what pays where",
        statements(found),
        head(found),
        [Section("", shown, [first])],
        so_far=far,
        again_in=again_in,
    )
