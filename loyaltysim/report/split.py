"""The splits of a budget: the answer in words, tables, and a page with a picture of all splits."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyaltysim.evidence import register
from loyaltysim.report.experiments import COLOURS, page_of
from loyaltysim.report.figures import number, share, span, step_of
from loyaltysim.report.style import FAINT, INK, NARROW, PAPER, SOFT, WIDE, Sheet, look, tidy_money
from loyaltysim.report.svg import inline
from loyaltysim.report.words import FEW
from loyaltysim.studies.levers import LEVERS
from loyaltysim.studies.split import NOTHING, Split
from loyaltysim.units import WEEKS_PER_YEAR

HEIGHT = 3.6
MARKERS = "osD^v"
SPARED = 0.97
"""A lever that spends less of the budget than this leaves the rest unspent."""
OVER = 1.03
"""A lever that spends more of it cannot do with less."""

STANDS = {"frontier": "on it", "open": "open", "beaten": ""}
MULTIPLES = {0.5: "half the budget", 1.0: "the budget", 2.0: "twice the budget"}


# In words


def statements(found: Split) -> Iterator[str]:
    """The answer in words: what pays best, if anything; what pays more than rewards, or less; at
    which budgets, and up to which cost of quality."""
    yield _best(found)
    if found.replications < FEW:
        yield (
            f"Only {found.replications} replications: a first impression; run again with 40 or "
            "more before deciding."
        )
    for lever, why in found.left_out.items():
        yield f"Money for {lever} changes nothing here, and is left out: {why}."
    yield from _not_the_budget(found)
    for lever, row in found.against_rewards().iterrows():
        name, (mean, low, high) = str(lever), row[["more", "more_low", "more_high"]]
        less = row["spent"] < SPARED
        at = f", with {share(row['spent'], 0)} of the money," if less else ""
        if low > 0.0:
            yield f"{name.capitalize()}{at} beats rewards by {_year(mean, low, high)}."
        elif high < 0.0:
            yield f"Rewards beat {name}{at} by {_year(-mean, -high, -low)}."
        else:
            yield f"Whether {name}{at} beats rewards is open: {_year(mean, low, high)}."
    for lever in ("recovery", "quality"):
        if lever in found.levers and len(found.budgets) > 1:
            yield _by_budget(found, lever)
    if "quality" in found.levers:
        yield _by_cost(found)


def _best(found: Split) -> str:
    """What pays best; spending nothing competes."""
    row, best = found.table.loc[found.best], found.best
    mean, low, high = row[["profit_per_year", "profit_per_year_low", "profit_per_year_high"]]
    money = f"{number(budget_of(found))} {found.scenario.business.currency} a year"
    if mean <= 0.0:
        maybe = ", luck could explain it" if high > 0.0 else ""
        return (
            f"Spending nothing pays best: of {money}, even {best}, which loses least, takes "
            f"{_year(-mean, -high, -low)} from the profit{maybe}."
        )
    if low <= 0.0:
        sure = found.table.index[found.table["profit_per_year_low"] > 0.0]
        but = f"; beyond luck pays {'; '.join(sure[:3])}" if len(sure) else ""
        return (
            f"{money} brings most as {best}, {_year(mean, low, high)} over spending nothing, but "
            f"luck alone could explain that{but}."
        )
    said = f"{money} pays best as {best}: {_year(mean, low, high)} over spending nothing."
    rivals = found.as_good()
    if not rivals:
        return said
    more = f" and {len(rivals) - 3} more" if len(rivals) > 3 else ""
    return f"{said} Luck alone could put first as well: {'; '.join(rivals[:3])}{more}."


def budget_of(found: Split) -> float:
    """The budget of a year."""
    return found.per_week * WEEKS_PER_YEAR


def _not_the_budget(found: Split) -> Iterator[str]:
    """Levers alone that cannot take the money, or cannot do with it."""
    for lever in found.levers:
        trial = found.by_lever[lever, 1.0]
        spent, a_year = trial.best[1] / trial.budget, number(trial.best[1] * WEEKS_PER_YEAR)
        who = f"{lever.capitalize()} {'take' if lever == 'rewards' else 'takes'}"
        if spent < SPARED:
            yield f"{who} no more than {a_year} of it; the rest stays unspent."
        elif spent > OVER:
            yield f"{who} {a_year} a year: this lever comes no nearer to the budget."


def _by_budget(found: Split, lever: str) -> str:
    """At which budgets a lever beats rewards, at which it does not, and where that is open."""
    at: dict[str, list[str]] = {}
    for budget in found.budgets:
        row = found.against_rewards(budget).loc[lever]
        verdict = (
            "beats rewards" if row["more_low"] > 0.0
            else "is beaten by them" if row["more_high"] < 0.0
            else "may do either"
        )  # fmt: skip
        at.setdefault(verdict, []).append(MULTIPLES[budget])
    said = "; it ".join(f"{verdict} at {_listed(names)}" for verdict, names in at.items())
    if "beats rewards" not in at:
        said = said.replace("beaten by them", "beaten by rewards", 1).replace(
            "may do either", "may beat rewards or not", 1
        )
    return f"By budget, {lever} {said}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _by_cost(found: Split) -> str:
    """Up to which cost of quality it beats rewards."""
    entry = register()["split.quality_halves_for"]
    at, low, high = found.break_even()
    ends = f"{share(entry.low)} to {share(entry.high)}"
    of = "of a basket at each visit"
    assumed = f"assumed are {share(entry.value)}, and {ends} may be"
    if low == math.inf:
        return f"Quality beats rewards at whatever it may cost to halve the failures ({ends} {of})."
    if high == 0.0:
        return (
            f"Quality does not beat rewards at anything that it may cost to halve the failures "
            f"({ends} {of})."
        )
    first = f"less than {share(entry.low)}" if low == 0.0 else share(low)
    last = f"more than {share(entry.high)}" if high == math.inf else share(high)
    bounds = f"95% interval {first} to {last}"
    if at == 0.0:
        return (
            f"Quality does not beat rewards at anything from {ends} {of} for half the failures, "
            f"but luck could hide that it does up to {last}; assumed are {share(entry.value)}."
        )
    if at == math.inf:
        return (
            f"Quality beats rewards at anything from {ends} {of} for half the failures, but "
            f"beyond luck only up to {first}; assumed are {share(entry.value)}."
        )
    return (
        f"Quality beats rewards as long as halving the failures costs less than {share(at)} {of} "
        f"({bounds}); {assumed}."
    )


def _year(mean: float, low: float, high: float) -> str:
    step = step_of((high - low) / 2.0)
    return f"{number(mean, step)} a year ({span(low, high, step)})"


# In tables


def rows(found: Split) -> Iterator[tuple[tuple[str, str], ...]]:
    """A row for each split: each cell with its interval, if it has one."""
    for name, row in found.table.iterrows():
        profit, low, high = row[["profit_per_year", "profit_per_year_low", "profit_per_year_high"]]
        step = step_of((high - low) / 2.0)
        none = name == NOTHING
        yield (
            (str(name), ""),
            (number(row["spent_per_year"], 1.0), ""),
            (number(profit, step), "" if none else span(low, high, step)),
            (
                points(row["loss"]),
                "" if none else f"{points(row['loss_low'])} to {points(row['loss_high'])}",
            ),
            (STANDS[row["frontier"]], ""),
        )


def columns(found: Split) -> list[str]:
    """The heads of that table, the budget beside what is spent."""
    spent = f"spent a year, of {number(budget_of(found))}"
    return ["split", spent, "profit a year", "lost a year", "frontier"]


def rows_by_budget(found: Split) -> Iterator[tuple[tuple[str, str], ...]]:
    """Each lever against rewards, with a column for each budget; where one of the two spends
    another sum, that is said."""
    for lever in found.levers[1:]:
        cells = [(lever, "")]
        for budget in found.budgets:
            row = found.against_rewards(budget).loc[lever]
            step = step_of((row["more_high"] - row["more_low"]) / 2.0)
            trial = found.by_lever["rewards", budget]
            spent = (("rewards spend", trial.best[1] / trial.budget), ("spends", row["spent"]))
            notes = [f"{who} {share(part, 0)}" for who, part in spent if not SPARED < part < OVER]
            bounds = span(row["more_low"], row["more_high"], step)
            cells.append((number(row["more"], step), "; ".join([bounds, *notes])))
        yield tuple(cells)


def columns_by_budget(found: Split) -> list[str]:
    """The heads of that table."""
    return [
        "more profit a year than rewards",
        *(f"at {MULTIPLES[b]}, {number(b * budget_of(found))}" for b in found.budgets),
    ]


def points(part: float) -> str:
    """A change of a share in percentage points."""
    return f"{100.0 * part:+.2f}".replace("-", "−")


def head(found: Split) -> str:
    """What was lived, in a line."""
    business = found.scenario.business
    return (
        f"{business.market.people:,} people, {found.replications} paired replications, seed "
        f"{business.seed}; budget {number(budget_of(found))} {business.currency} a year "
        f"({number(found.per_week)} a week), against the business as it stands, sales "
        f"{number(found.today.sales)} a week."
    )


CAPTION = (
    "Spent: what is booked a year beyond today, the time at the till for points and what follows "
    "from a lever included; rewards still owed at the end are not. Profit a year and percentage "
    "points of customers lost a year, against spending nothing, with 95% intervals. Frontier: on "
    "it, beyond luck each other one has less profit or loses more; open, luck decides; else some "
    "other one does better in both. What money buys: points worth it to members; pay, which keeps "
    "staff; hours of training; quicker answers; fewer failures (`loyaltysim evidence split` has "
    "the assumption)."
)


def print_split(found: Split, console: Console) -> None:
    """The answer in words, then every split, and each lever by budget."""
    console.print(f"\n[bold]{escape(found.scenario.business.name)}: points or people?[/bold]")
    console.print(f"{escape(head(found))}\n")
    for statement in statements(found):
        console.print("\n".join(textwrap.wrap(escape(statement), min(console.width, 100))))
    console.print(_table(columns(found), rows(found), CAPTION))
    console.print(_table(columns_by_budget(found), rows_by_budget(found), None))


def _table(columns: Any, cells: Any, caption: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, caption=caption, caption_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    for row in cells:
        table.add_row(*(escape(f"{value} ({more})" if more else value) for value, more in row))
    return table


# As a page


def picture(found: Split, width: float = WIDE) -> Figure:
    """Every split by customers lost and by profit, with its intervals."""
    key = _key(found)
    across = 3 if width >= WIDE else 2
    below = 0.5 + 0.16 * math.ceil(len(key) / across)
    left = 0.7
    with look():
        sheet = Sheet(width, HEIGHT + 0.1 + below)
        axes = sheet.axes(left, 0.1, width - left - 0.15, HEIGHT)
        for name, row in found.table.iterrows():
            style = _style(str(name))
            axes.errorbar(
                100.0 * row["loss"], row["profit_per_year"],
                xerr=50.0 * (row["loss_high"] - row["loss_low"]),
                yerr=0.5 * (row["profit_per_year_high"] - row["profit_per_year_low"]),
                elinewidth=0.8, **style,
                markerfacecolor=style["color"] if row["frontier"] != "beaten" else PAPER,
                zorder=3.0 if str(name) in LEVERS else 2.0,
            )  # fmt: skip
        for line in (axes.axhline, axes.axvline):
            line(0.0, color=SOFT, linewidth=0.7, zorder=0.5)
        axes.margins(x=0.08, y=0.08)
        lost = "Customers lost a year, percentage points"
        axes.set_xlabel(f"{lost} against spending nothing" if width >= WIDE else lost)
        axes.set_ylabel(f"More profit a year, {found.scenario.business.currency}")
        tidy_money(axes.yaxis)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.2g}".replace("-", "−"))
        axes.grid(color=FAINT, linewidth=0.5)
        sheet.figure.legend(
            handles=key, loc="lower left", bbox_to_anchor=(left / width, 0.0), ncols=across,
            handletextpad=0.4, borderaxespad=0.0, borderpad=0.0, columnspacing=1.4,
        )  # fmt: skip
        sheet.figure.draw_without_rendering()
    return sheet.figure


def _style(name: str) -> dict[str, Any]:
    if name == NOTHING:
        return {"fmt": "P", "color": INK, "markersize": 6.0}
    if name in LEVERS:
        place = LEVERS.index(name)
        return {"fmt": MARKERS[place], "color": COLOURS[place], "markersize": 5.0}
    return {"fmt": "o", "color": "#999999", "markersize": 3.0}


def _key(found: Split) -> list[Line2D]:
    """What the marks mean."""
    shown = [NOTHING, *found.levers]
    named = {"spending nothing" if name == NOTHING else name: _style(name) for name in shown}
    mixed = [name for name in found.trials if name not in LEVERS]
    if mixed:
        named["more than one lever"] = _style(mixed[0])
    marks = [
        Line2D([], [], linestyle="", marker=style["fmt"], color=style["color"], label=name)
        for name, style in named.items()
    ]
    hollow = Line2D([], [], linestyle="", marker="o", color=SOFT, label="hollow: beaten in both")
    hollow.set_markerfacecolor(PAPER)
    marks.append(hollow)
    for mark in marks:
        mark.set_markersize(4.5)
    return marks


def page(found: Split) -> str:
    """The page: answer, picture, tables; opens offline."""
    title = f"{found.scenario.business.name}: points or people?"
    values: dict[str, Any] = {
        "title": title,
        "head": head(found),
        "statements": list(statements(found)),
        "wide": Markup(inline(picture(found, WIDE), "splitw", title)),
        "narrow": Markup(inline(picture(found, NARROW), "splitn", title)),
        "tables": [
            (columns(found), list(rows(found)), CAPTION),
            (columns_by_budget(found), list(rows_by_budget(found)), ""),
        ],
    }
    return page_of(Path(__file__).with_name("split.html.j2"), **values)
