"""The splits of a budget: a table in the terminal, and a page with their frontier."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyaltysim.report.experiments import COLOURS, page_of
from loyaltysim.report.figures import number
from loyaltysim.report.style import FAINT, SMALL, SOFT, WIDE, Sheet, look
from loyaltysim.report.svg import inline
from loyaltysim.studies.split import LEVERS, Split

HEIGHT = 3.6
COLUMNS = ("split", "profit a year", "95% interval", "lost a year", "95% interval", "")
FRONTIER = "frontier"


def statements(found: Split) -> Iterator[str]:
    """The answer in words: what pays best, and what pays more than rewards, or less."""
    best = found.table.iloc[0]
    currency = found.scenario.business.currency
    yield (
        f"{number(found.per_week)} {currency} a week pays best as {best.name}: "
        f"{number(best['profit_per_year'])} a year over spending nothing "
        f"({number(best['profit_per_year_low'])} to {number(best['profit_per_year_high'])})."
    )
    for lever, mean, low, high in found.against_rewards():
        if low > 0.0:
            yield f"{lever.capitalize()} beats rewards by {_year(mean, low, high)}."
        elif high < 0.0:
            yield f"Rewards beat {lever} by {_year(-mean, -high, -low)}."
        else:
            yield f"Whether {lever} beats rewards is open: {_year(mean, low, high)}."


def _year(mean: float, low: float, high: float) -> str:
    return f"{number(mean)} a year ({number(low)} to {number(high)})"


def rows(found: Split) -> Iterator[tuple[str, ...]]:
    """A row for each split: money a year, and customers lost, each with its interval."""
    for name, row in found.table.iterrows():
        yield (
            str(name),
            number(row["profit_per_year"]),
            f"{number(row['profit_per_year_low'])} to {number(row['profit_per_year_high'])}",
            points(row["loss"]),
            f"{points(row['loss_low'])} to {points(row['loss_high'])}",
            FRONTIER if row["frontier"] else "",
        )


def points(share: float) -> str:
    """A change of a share in percentage points."""
    return f"{100.0 * share:+.2f}".replace("-", "−")


def head(found: Split) -> str:
    """What was lived, in a line."""
    business = found.scenario.business
    return (
        f"{business.market.people:,} people, {found.replications} paired replications, seed "
        f"{business.seed}; {number(found.per_week)} {business.currency} a week, against the "
        f"business as it stands, sales {number(found.today.sales)} a week."
    )


CAPTION = (
    "Profit a year and percentage points of customers lost a year, against spending nothing; "
    "frontier: no other split has more profit and loses fewer. What money buys: points worth it to "
    "members; pay, which keeps staff; hours of training; compensation and quicker answers; fewer "
    "failures (`loyaltysim evidence split` has the assumption)."
)


def print_split(found: Split, console: Console) -> None:
    """The answer in words, then every split."""
    console.print(f"\n[bold]{escape(found.scenario.business.name)}: points or people?[/bold]")
    console.print(f"{escape(head(found))}\n")
    for statement in statements(found):
        console.print("\n".join(textwrap.wrap(escape(statement), min(console.width, 100))))
    table = Table(box=box.SIMPLE_HEAD, caption=CAPTION, caption_justify="left")
    for place, column in enumerate(COLUMNS):
        table.add_column(column, justify="left" if place in (0, 5) else "right")
    for row in rows(found):
        table.add_row(*map(escape, row))
    console.print(table)


def picture(found: Split) -> Figure:
    """Every split by customers lost and by profit, with its intervals; the frontier is joined."""
    table = found.table
    with look():
        sheet = Sheet(WIDE, HEIGHT + 0.9)
        axes = sheet.axes(0.8, 0.25, WIDE - 1.0, HEIGHT)
        for name, row in table.iterrows():
            alone = str(name) in LEVERS
            colour = COLOURS[LEVERS.index(str(name))] if alone else SOFT
            axes.errorbar(
                100.0 * row["loss"], row["profit_per_year"],
                xerr=50.0 * (row["loss_high"] - row["loss_low"]),
                yerr=0.5 * (row["profit_per_year_high"] - row["profit_per_year_low"]),
                fmt="o", markersize=4.5 if alone else 3.0, color=colour, elinewidth=0.9,
            )  # fmt: skip
            if alone or row["frontier"]:
                axes.annotate(
                    str(name), (100.0 * row["loss"], row["profit_per_year"]), xytext=(5, 5),
                    textcoords="offset points", fontsize=SMALL, color=colour,
                )  # fmt: skip
        front = table[table["frontier"]].sort_values("loss")
        axes.plot(100.0 * front["loss"], front["profit_per_year"], color=SOFT, linewidth=0.8)
        for line in (axes.axhline, axes.axvline):
            line(0.0, color=SOFT, linewidth=0.7, zorder=0.5)
        axes.margins(x=0.18, y=0.12)
        axes.set_xlabel("Customers lost a year, percentage points against spending nothing")
        axes.set_ylabel(f"Profit a year, {found.scenario.business.currency}")
        axes.yaxis.set_major_formatter(lambda value, _: number(value))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.2g}".replace("-", "−"))
        axes.grid(color=FAINT, linewidth=0.5)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def page(found: Split) -> str:
    """The page: answer, picture, table; opens offline."""
    title = f"{found.scenario.business.name}: points or people?"
    values: dict[str, Any] = {
        "title": title,
        "head": head(found),
        "statements": list(statements(found)),
        "picture": Markup(inline(picture(found), "split", title)),
        "columns": COLUMNS,
        "rows": list(rows(found)),
        "caption": CAPTION,
    }
    return page_of(Path(__file__).with_name("split.html.j2"), **values)
