"""A sensitivity analysis in words and rows: which assumptions decide what pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console

from loyaltysim.report.factors import called, command, said, stated, tried
from loyaltysim.report.figures import MISSING, horizon, interval, number, share, span, step_of
from loyaltysim.report.study import (
    Cell,
    Picture,
    Rows,
    Section,
    page_of_study,
    print_commands,
    print_head,
    print_rows,
    so_far,
    whole_replications,
)
from loyaltysim.results.intervals import CONFIDENCE, mean_and_half_width
from loyaltysim.setting import month_of
from loyaltysim.sweeps.designs import MORRIS_STEP
from loyaltysim.sweeps.factors import Factor
from loyaltysim.sweeps.sensitivity import DECISION, OUTCOMES, Sensitivity

Floats = NDArray[np.float64]

PROFIT, LOSS, PAYBACK = OUTCOMES

MOST_PRINTED, MOST_ON_PAGE = 8, 12
"""Assumptions that are told of what each alternative brings; all are in the study's folder."""

MOST_OF_OTHERS = 3
"""Of the yearly loss and of the pay-back."""

MOST_NAMED = 3
"""In one sentence."""

MOST_VARIED = 6
"""In the command that comes next."""

CSV = "sensitivity.csv"

METHODS = {
    "tornado": "each assumption at either end of its range, all else as stated",
    "morris": "ways through all ranges at once, one assumption a step (Morris)",
    "sobol": "all ranges at once, by their likelihood (Sobol)",
}


@dataclass(frozen=True)
class Measure:
    """The columns of the size of an effect, and of its interval."""

    size: str
    low: str
    high: str


MEASURES = {
    "tornado": Measure("swing", "swing_low", "swing_high"),
    "morris": Measure("mu_star", "mu_star_low", "mu_star_high"),
    "sobol": Measure("total", "total_low", "total_high"),
}


_OF_MORRIS = ("mu_star", "mu_star_low", "mu_star_high", "mu", "sigma")


# What is read from the table


def largest(found: Sensitivity, name: str, outcome: str, most: int | None = None) -> pd.DataFrame:
    """The largest effects on an outcome of an alternative, those that are none left out."""
    table, size = found.table, MEASURES[found.method].size
    own = table[(table["alternative"] == name) & (table["outcome"] == outcome)]
    own = own[own[size].abs() > 0.0].head(most) if size in own else own.head(0)
    if found.method == "morris" and outcome == DECISION:
        # Told as the share of steps that turn it.
        own = own.assign(**{name: own[name] * MORRIS_STEP for name in _OF_MORRIS if name in own})
    return own


def beyond_luck(found: Sensitivity, rows: pd.DataFrame) -> pd.DataFrame:
    """Effects whose interval lies off zero, and (Morris) above what luck alone would show."""
    if rows.empty:
        return rows
    measure = MEASURES[found.method]
    low, high = rows[measure.low], rows[measure.high]
    if found.method == "tornado":
        return rows[(low > 0.0) | (high < 0.0)]
    floor = rows["luck"].fillna(0.0) if found.method == "morris" else 0.0
    return rows[low > floor]


def factors_of(found: Sensitivity) -> dict[str, Factor]:
    """Factors by name."""
    return {factor.name: factor for factor in found.plan.factors}


def deciding(found: Sensitivity) -> list[str]:
    """Names of factors that move the decision, the surest first; if none is sure, the likeliest."""
    if found.method == "tornado":
        sure = found.flips[found.flips["low"] > 0.0]
        return list(dict.fromkeys((found.flips if sure.empty else sure)["factor"]))
    best = found.plan.names[found.best]
    return list(beyond_luck(found, largest(found, best, DECISION))["factor"])


def mattering(found: Sensitivity) -> list[str]:
    """Names of the few factors that matter: those that decide, then those that move most."""
    size = MEASURES[found.method].size
    moving = pd.concat(
        [beyond_luck(found, largest(found, name, PROFIT)) for name in found.plan.others]
    )
    order = moving[size].abs().sort_values(ascending=False, kind="stable").index
    moved = list(moving.loc[order, "factor"])
    sure = found.method != "tornado" or bool((found.flips["low"] > 0.0).any())
    names = [*deciding(found), *moved] if sure else [*moved, *deciding(found)]
    return list(dict.fromkeys(names))[:MOST_VARIED]


def gains_of(found: Sensitivity) -> Floats:
    """Profit against the reference by replication and alternative: as stated, or over the ranges.

    Of whole replications; over the ranges the mean of points.
    """
    gains = found.sweep.by_run(PROFIT)
    gains = gains[:1] if found.method == "tornado" else gains
    lived = np.asarray(~np.isnan(gains).any(axis=2))
    return np.array([gains[lived[:, r], r].mean(axis=0) for r in np.flatnonzero(lived.any(axis=0))])


def foremost(found: Sensitivity) -> str:
    """The alternative that brings most of those that are held against the reference."""
    means = pd.Series(gains_of(found).mean(axis=0), index=found.plan.names)
    return str(means[found.plan.others].idxmax())


def nothing_yet(found: Sensitivity) -> bool:
    """Whether nothing can be told: nothing was lived, or not what all else is held against."""
    profit = found.sweep.by_run("profit")
    return bool(np.isnan(profit[:1] if found.method == "tornado" else profit).all())


# In words


def statements(found: Sensitivity) -> Iterator[str]:
    """The decision, what would change it, and what moves what each alternative brings."""
    if nothing_yet(found):
        yield "Nothing has been lived yet that could be told."
        return
    yield _decision(found)
    yield from _flips(found) if found.method == "tornado" else _moving_the_decision(found)
    if found.plan.replications == 1:
        yield "One replication only: how much of this is luck is not known; take ten or more."
    for name in found.plan.others:
        yield _moving(found, name)
    yield from _luck(found)


def _decision(found: Sensitivity) -> str:
    """Which alternative brings most, by how much, and how sure that is."""
    made = found.plan
    runs, best = gains_of(found), found.best
    next_best = next(at for at in runs.mean(axis=0).argsort()[::-1] if at != best)
    now = made.names.index(made.scenario.reference)
    name, other, reference = (f"“{made.names[at]}”" for at in (best, next_best, now))
    how = "as stated" if found.method == "tornado" else "on average over the ranges"
    currency = made.scenario.business.currency
    open_ = "luck alone could explain that"
    if best == now:
        more, low = _more(runs[:, next_best], currency)
        but = "" if low else f"; {open_}"
        text = f"{name} brings most {how}; {other} comes nearest, with {more} against it{but}."
    else:
        over = horizon(made.scenario.business.weeks)
        more, sure = _more(runs[:, best], currency)
        text = f"{name} brings most {how}: {more} more than {reference} over {over}"
        text += "" if sure else f", but {open_}"
        if next_best != now:
            more, sure = _more(runs[:, best] - runs[:, next_best], "")
            text += f"; {more} more than {other}, the next best"
            text += "." if sure else f": {open_}."
        else:
            text += "."
    if found.method == "tornado":
        return text
    shares = found.shares_best.sort_values(ascending=False, kind="stable")
    first, *others = [(n, share(part, 0)) for n, part in shares.items() if part > 0.0] or [("", "")]
    more = "".join(f", “{n}” at {part}" for n, part in others)
    return f"{text} “{first[0]}” is best at {first[1]} of the points{more}." if first[0] else text


def _more(runs: Floats, currency: str) -> tuple[str, bool]:
    """A gain with its interval, and whether luck does not explain it."""
    mean, half = (float(figure) for figure in mean_and_half_width(runs))
    if np.isnan(half):
        return f"{currency} {number(mean)}".strip(), False
    return interval(mean, mean - half, mean + half, currency), abs(mean) > half


def _flips(found: Sensitivity) -> Iterator[str]:
    """Which assumption, at which end of its range, makes another alternative best."""
    flips, made, factors = found.flips, found.plan, factors_of(found)
    if flips.empty:
        yield "No assumption alone, at either end of its range, makes another one best."
        return
    sure = flips[flips["low"] > 0.0]
    if sure.empty:
        yield "No assumption alone makes another one best for sure."
    for _, row in sure.head(MOST_VARIED).iterrows():
        factor = factors[row["factor"]]
        known = stated(made, factor)
        rather = "" if known is None else f" rather than {said(made, factor, known)}"
        yield (
            f"“{row['alternative']}” brings most instead where “{called(factor)}” is "
            f"{said(made, factor, row['value'])}{rather}: "
            f"{interval(row['more'], row['low'], row['high'])} more."
        )
    if len(sure) > MOST_VARIED:
        yield f"{len(sure) - MOST_VARIED} more such ends of ranges are in {CSV}."
    perhaps = flips[~(flips["low"] > 0.0)]
    if len(perhaps):
        told = [
            f"“{row['alternative']}” where “{called(factors[row['factor']])}” is "
            f"{said(made, factors[row['factor']], row['value'])}"
            for _, row in perhaps.head(MOST_NAMED).iterrows()
        ]
        more = f"; {len(perhaps) - len(told)} more" if len(perhaps) > len(told) else ""
        yield f"Perhaps, but luck alone could explain it: {'; '.join(told)}{more}."


def _moving_the_decision(found: Sensitivity) -> Iterator[str]:
    """Which assumptions decide whether the best one is best."""
    best = found.plan.names[found.best]
    rows = beyond_luck(found, largest(found, best, DECISION))
    if rows.empty:
        yield f"No assumption alone moves beyond luck whether “{best}” is best."
        return
    told = "; ".join(_effect_said(found, row) for _, row in rows.head(MOST_NAMED).iterrows())
    yield f"Whether “{best}” is best depends most on {told}."


def _moving(found: Sensitivity, name: str) -> str:
    """What moves what an alternative brings most."""
    rows = beyond_luck(found, largest(found, name, PROFIT))
    if rows.empty:
        return f"Nothing moves what “{name}” brings beyond luck."
    told = [_effect_said(found, row) for _, row in rows.head(MOST_NAMED).iterrows()]
    return f"What “{name}” brings depends most on {'; '.join(told)}."


def _effect_said(found: Sensitivity, row: pd.Series) -> str:
    """An assumption and what it does, as a piece of a sentence."""
    made, factor = found.plan, factors_of(found)[row["factor"]]
    label, outcome = f"“{called(factor)}”", row["outcome"]
    if found.method == "tornado":
        step = _step(row, outcome, found.method)
        low, high = (_figure(found, outcome, row[end], step) for end in ("at_from", "at_to"))
        first, last = (said(made, factor, row[end]) for end in ("from", "to"))
        return f"{label} ({low} at {first}, {high} at {last})"
    if found.method == "sobol":
        return f"{label} ({share(min(row['total'], 1.0), 0)} of what varies)"
    if outcome == DECISION:
        return f"{label} (turns it in {share(row['mu_star'], 0)} of its steps)"
    way = "more or less" if abs(row["mu"]) < row["mu_star"] else "more" if row["mu"] > 0 else "less"
    step = _step(row, outcome, found.method)
    size = _change(outcome, row["mu_star"], step)
    return f"{label} ({size} {way} over {tried(made, factor)})"


def _luck(found: Sensitivity) -> Iterator[str]:
    """How much of what is shown luck alone would show."""
    table = found.table
    profits = table[table["outcome"] == PROFIT]
    if found.plan.replications == 1:
        return
    if found.method == "tornado":
        # What changes nothing at all does so by no luck.
        moving = profits[profits["swing_high"] > profits["swing_low"]]
        off = len(beyond_luck(found, moving))
        by_luck = (1.0 - CONFIDENCE) * len(moving)
        yield (
            f"Of {len(moving):,} swings of what the alternatives bring, {off:,} lie off zero "
            f"(95% each); by luck alone about {by_luck:.0f} would."
        )
        return
    if "luck" not in profits:
        return
    known = profits.groupby("alternative", sort=False)["luck"].first().dropna()
    if found.method == "morris" and len(known):
        told = ", ".join(f"{number(x, step_of(x))} of “{name}”" for name, x in known.items())
        yield f"Luck alone would show effects of about this size: {told}."
    elif len(known):
        told = ", ".join(f"{share(part, 0)} of “{name}”" for name, part in known.items())
        yield (
            "Of what varies about so much is luck, which more people or replications would take "
            f"away: {told}."
        )


# In rows


def rows_of(found: Sensitivity, outcome: str, name: str, most: int) -> Rows:
    """The largest effects on an outcome of an alternative."""
    made, factors = found.plan, factors_of(found)
    cells = []
    for _, row in largest(found, name, outcome, most).iterrows():
        factor = factors[row["factor"]]
        known = stated(made, factor)
        assumed = "" if known is None else f"stated {said(made, factor, known)}"
        cells.append([(called(factor), ""), (tried(made, factor), assumed), *_figures(found, row)])
    columns = ["assumption", "tried", *_COLUMNS[found.method]]
    return Rows(_title(outcome, name), columns, cells, _NOTES[found.method])


_COLUMNS = {
    "tornado": ("at either end", "swing"),
    "morris": ("moves it by", "on average", "spread"),
    "sobol": ("alone", "with all else"),
}

_NOTES = {
    "tornado": "With the 95% interval of the swing from the lower end to the upper one.",
    "morris": (
        "Moves it by: mean size of the effect of the whole range, with its 95% interval. On "
        "average: with its sign. Spread: how much that differs by what else is assumed. Of the "
        "best one: shares of an assumption's steps that turn it."
    ),
    "sobol": (
        "Shares of the variance: by this assumption alone, and with all that it does together "
        "with others; with 95% intervals."
    ),
}


def _title(outcome: str, name: str) -> str:
    return {
        PROFIT: f"What “{name}” brings",
        LOSS: f"Customers lost a year with “{name}”",
        PAYBACK: f"Month in which “{name}” has paid back",
        DECISION: f"Whether “{name}” is best",
    }[outcome]


def _figures(found: Sensitivity, row: pd.Series) -> Iterator[Cell]:
    """The figures of an effect, as in `_COLUMNS`."""
    outcome, method = row["outcome"], found.method
    if method == "sobol":
        for name in ("first", "total"):
            low, high = (number(100.0 * row[f"{name}_{end}"], 1.0) for end in ("low", "high"))
            yield share(row[name], 0), f"{low} to {high}"
        return
    step, measure = _step(row, outcome, method), MEASURES[method]
    scale = _scale(outcome)
    bounds = span(scale * row[measure.low], scale * row[measure.high], step)
    bounds = "" if bounds == MISSING else bounds
    if method == "tornado":
        ends = (_figure(found, outcome, row[end], step) for end in ("at_from", "at_to"))
        yield " to ".join(ends), ""
        yield _change(outcome, row["swing"], step), bounds
        return
    yield _change(outcome, row["mu_star"], step), bounds
    yield _change(outcome, row["mu"], step), ""
    yield _change(outcome, row["sigma"], step), ""


def _scale(outcome: str) -> float:
    return 100.0 if outcome in (LOSS, DECISION) else 1.0


def _step(row: pd.Series, outcome: str, method: str) -> float:
    measure = MEASURES[method]
    return step_of(_scale(outcome) * float(row[measure.high] - row[measure.low]) / 2.0)


def _figure(found: Sensitivity, outcome: str, x: float, step: float) -> str:
    """An outcome as it is said."""
    months = month_of(found.plan.scenario.business.weeks - 1) + 1
    if outcome == PAYBACK and x > months:
        return "never"
    return number(_scale(outcome) * x, step) + ("%" if outcome == LOSS else "")


def _change(outcome: str, x: float, step: float) -> str:
    """A change of an outcome as it is said."""
    return number(_scale(outcome) * x, step) + _CHANGE_UNITS.get(outcome, "")


_CHANGE_UNITS = {LOSS: " points", DECISION: "%"}


def _all_rows(found: Sensitivity, most: int, others: list[str]) -> Iterator[tuple[str, str, Rows]]:
    """Outcome, alternative and table: what moves the decision, what each alternative brings, and
    (of some) the yearly loss and the pay-back."""
    best = found.plan.names[found.best]
    wanted = [(DECISION, best, most)] if found.method != "tornado" else []
    wanted += [(PROFIT, name, most) for name in found.plan.others]
    wanted += [(outcome, n, MOST_OF_OTHERS) for outcome in (LOSS, PAYBACK) for n in others]
    told = [(outcome, name, rows_of(found, outcome, name, n)) for outcome, name, n in wanted]
    told = [which for which in told if which[2].cells]
    for outcome, name, rows in told:
        # What the columns mean is said once.
        yield outcome, name, replace(rows, note=rows.note if rows is told[-1][2] else "")


# In the terminal, and as a page


def title(found: Sensitivity) -> str:
    """What it is about."""
    return f"{found.plan.scenario.business.name}: which assumptions decide"


def head(found: Sensitivity) -> str:
    """What was lived, in a line."""
    made = found.plan
    business = made.scenario.business
    return (
        f"{len(made.factors):,} assumptions, {len(made.points):,} scenarios: "
        f"{METHODS[found.method]}; {made.replications} paired replications each, "
        f"{business.market.people:,} people, {business.currency}; against "
        f"“{made.scenario.reference}”."
    )


def commands(found: Sensitivity) -> Iterator[tuple[str, str]]:
    """What to type next: indices of what matters, and where the decision turns."""
    if nothing_yet(found):
        return
    made, factors = found.plan, factors_of(found)
    names = mattering(found)
    if len(names) > 1 and found.method != "sobol":
        yield (
            "How much each of those that matter explains, with all that they do together:",
            command("sensitivity", made, [factors[n] for n in names], "--method", "sobol"),
        )
    turning = [n for n in deciding(found)[:MOST_VARIED] if factors[n].unit != "as written"]
    if turning:
        best = made.names[found.best]
        against = [] if best == made.scenario.reference else ["--against", best]
        yield (
            "From which value on another one is better:",
            command("break-even", made, [factors[n] for n in turning], *against),
        )


def print_sensitivity(found: Sensitivity, console: Console) -> None:
    """The answer in words, then what moves what most, and what to type next."""
    print_head(title(found), head(found), statements(found), console)
    if nothing_yet(found):
        return
    shown = [rows for *_, rows in _all_rows(found, MOST_PRINTED, [foremost(found)])]
    for rows in shown:
        print_rows(rows, console, MOST_PRINTED, CSV)
    print_commands(commands(found), console)


def page(found: Sensitivity, again_in: int | None = None) -> str:
    """The page: the answer, pictures, tables, what to type next; opens offline.

    While the study is still being lived, `again_in` says after how many seconds to read it again.
    """
    far = ""
    if again_in is not None:
        far = so_far(found.sweep, len(found.plan.points) * found.plan.replications)
        found = replace(found, sweep=whole_replications(found.sweep))
    return page_of_study(
        title(found),
        statements(found),
        head(found),
        [] if nothing_yet(found) else list(_sections(found)),
        commands=list(commands(found)),
        so_far=far,
        again_in=again_in,
    )


def _sections(found: Sensitivity) -> Iterator[Section]:
    from loyaltysim.report import sensitivity_pictures as pictures

    told = list(_all_rows(found, MOST_ON_PAGE, found.plan.others))
    panels = [
        (rows.title, largest(found, name, outcome, MOST_ON_PAGE))
        for outcome, name, rows in told
        if outcome in (PROFIT, DECISION)
    ]
    if panels:
        made = found.plan
        draw, caption = pictures.PICTURES[found.method]
        caption += f" In {made.scenario.business.currency}, against “{made.scenario.reference}”."
        drawn = partial(draw, found, panels)
        yield Section("", [Picture("effects", "What moves it most", caption, drawn)])
    if told:
        yield Section("In figures", tables=[rows for *_, rows in told])
