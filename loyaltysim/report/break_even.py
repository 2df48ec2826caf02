"""A break-even in words and rows: what would have to be true for each alternative to pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import numpy as np
from rich.console import Console

from loyaltysim.report.factors import called, range_said, said, stated
from loyaltysim.report.figures import horizon, interval
from loyaltysim.report.study import (
    Cell,
    Picture,
    Rows,
    Section,
    lived,
    page_of_study,
    print_head,
    print_rows,
    so_far,
)
from loyaltysim.results.intervals import CONFIDENCE
from loyaltysim.sweeps.break_even import LEAST, BreakEven, median_of
from loyaltysim.sweeps.factors import Factor

MOST_SAID = 4
"""Break-evens of an alternative that are told in words; all are in the tables."""

MOST_PRINTED = 8

MOST_DRAWN = 16
"""Factors of which curves are drawn."""

FEW = 3
"""So many factors that change nothing are named."""

CSV = "break_even.csv"


@dataclass(frozen=True)
class Turn:
    """A value at which an alternative begins or ceases to pay, and its interval."""

    above: bool
    """Whether it pays above that value."""
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """What is known of one alternative over the range of one factor."""

    name: str
    factor: Factor
    start: float
    end: float
    """Of what was tried."""
    pays: str
    """`everywhere`, `nowhere`, `partly` where there are turns, or `open` where luck decides."""
    sure: bool
    turns: tuple[Turn, ...] = ()


def lines_of(found: BreakEven) -> list[Line]:
    """All that is known, by alternative; break-evens nearest to what is stated first."""
    factors = {factor.name: factor for factor in found.plan.factors}
    known: dict[tuple[str, str], Line] = {}
    table = found.table
    for _, row in table[table["from"].notna()].iterrows():
        key = (row["alternative"], row["factor"])
        if row["pays"] in ("everywhere", "nowhere"):
            known[key] = Line(
                key[0], factors[key[1]], row["from"], row["to"], row["pays"], bool(row["sure"])
            )
            continue
        turn = Turn(row["pays"] == "above", row["break_even"], row["low"], row["high"])
        line = known.get(key) or Line(
            key[0], factors[key[1]], row["from"], row["to"], "partly", True
        )
        known[key] = replace(line, sure=line.sure and bool(row["sure"]), turns=(*line.turns, turn))
    return sorted(
        map(_settled, known.values()),
        key=lambda line: (found.names.index(line.name), *_near(found, line)),
    )


def _settled(line: Line) -> Line:
    """A line with one turn for each interval: a median that goes to and fro between the same
    bounds does so by luck. Where nothing bounds any of them, luck decides."""
    turns: list[Turn] = []
    for _, same in groupby(line.turns, key=lambda turn: (turn.low, turn.high)):
        own = list(same)
        turns += [replace(own[len(own) // 2], above=own[0].above)] if len(own) % 2 else []
    bounds = np.isfinite([[turn.low, turn.high] for turn in turns])
    if line.turns and not bounds.any():
        return replace(line, pays="open", sure=False, turns=())
    return replace(line, sure=line.sure or bool(line.turns and bounds.all()), turns=tuple(turns))


def _near(found: BreakEven, line: Line) -> tuple[bool, float]:
    """Whether it is open, and how far its nearest turn is from what is stated, in ranges."""
    here = stated(found.plan, line.factor)
    here = (line.start + line.end) / 2.0 if here is None else here
    away = [abs(turn.value - here) / (line.end - line.start) for turn in line.turns]
    return not line.sure, min(away, default=np.inf)


def turning(found: BreakEven, name: str) -> list[Line]:
    """Those of an alternative with a break-even."""
    return [line for line in lines_of(found) if line.name == name and line.turns]


# In words


def statements(found: BreakEven) -> Iterator[str]:
    """Of each alternative: whether it pays as stated, and what would have to be true."""
    if not lived(found.sweep):
        yield "Nothing has been lived yet that could be told."
        return
    known = lines_of(found)
    yield from _as_stated(found)
    if not known:
        yield f"Too few replications yet for a median's interval: that takes {LEAST}."
        return
    for name in found.names:
        own = [line for line in known if line.name == name]
        turns = [line for line in own if line.turns]
        yield from (_turn_said(found, line) for line in turns[:MOST_SAID])
        if len(turns) > MOST_SAID:
            yield f"{len(turns) - MOST_SAID} more break-evens of “{name}” are in the tables."
        yield from _whatever(found, name, own)
    count = sum(len(line.turns) for line in known)
    if count >= 2:
        yield (
            f"Of {count:,} intervals of 95% luck alone makes about "
            f"{max((1.0 - CONFIDENCE) * count, 1.0):.0f} miss the break-even."
        )


def _as_stated(found: BreakEven) -> Iterator[str]:
    """Whether each alternative pays with all as stated."""
    made = found.plan
    stands = next((n for n, p in enumerate(made.points) if all(v is None for v in p)), None)
    if stands is None:
        return
    npv = found.sweep.by_run("npv")[stands]
    npv = npv - npv[:, [made.names.index(found.against)]]
    over = horizon(made.scenario.business.weeks)
    said_, currency = [], made.scenario.business.currency
    for name in found.names:
        median, low, high = median_of(npv[:, made.names.index(name)])
        if not np.isfinite(median):
            return
        verb = "pays" if low > 0.0 else "does not pay" if high <= 0.0 else "may pay or not"
        said_.append(f"“{name}” {verb}, {interval(median, low, high, currency)}")
    yield f"As stated, against “{found.against}” over {over}, in present value: {'; '.join(said_)}."


def _turn_said(found: BreakEven, line: Line) -> str:
    """Where an alternative pays, by one factor."""
    made, factor = found.plan, line.factor
    perhaps = "" if line.sure else " perhaps"
    bounds = [_bounds(found, line, turn) for turn in line.turns]
    known = stated(made, factor)
    range_ = range_said(made, factor, line.start, line.end)
    assumed = "" if known is None else f"stated {said(made, factor, known)}, "
    return (
        f"“{line.name}”{perhaps} pays only if “{called(factor)}” is {where(found, line)} "
        f"(95%: {'; '.join(bounds)}; {assumed}tried {range_})."
    )


def where(found: BreakEven, line: Line) -> str:
    """The values at which it pays: above one, below one, or between two."""

    def value(turn: Turn) -> str:
        return said(found.plan, line.factor, _rounded(line, turn, turn.value))

    parts, start = [], None
    for turn in line.turns:
        if turn.above:
            start = turn
        else:
            parts.append(
                f"between {value(start)} and {value(turn)}" if start else f"below {value(turn)}"
            )
            start = None
    if start:
        parts.append(f"above {value(start)}")
    return " or ".join(parts)


def _bounds(found: BreakEven, line: Line, turn: Turn) -> str:
    """The interval of a break-even; open where it reaches beyond what was tried."""
    made, factor = found.plan, line.factor
    low, high = (_rounded(line, turn, end) for end in (turn.low, turn.high))
    if np.isfinite([low, high]).all():
        return range_said(made, factor, low, high)
    if np.isfinite(high):
        return f"up to {said(made, factor, high)}, from below what was tried"
    if np.isfinite(low):
        return f"from {said(made, factor, low)} to beyond what was tried"
    return "wider than what was tried"


def _rounded(line: Line, turn: Turn, value: float) -> float:
    """A value to two digits of half its interval, as far as that was tried."""
    half = (min(turn.high, line.end) - max(turn.low, line.start)) / 2.0
    if not np.isfinite(value) or half <= 0.0:
        return value
    step = 10.0 ** (np.floor(np.log10(half)) - 1.0)
    return float(f"{round(value / step) * step:.12g}")


def _whatever(found: BreakEven, name: str, own: list[Line]) -> Iterator[str]:
    """Of those that an alternative pays or does not pay with, whatever they are."""
    for verb, sure in _WHATEVER:
        some = [line for line in own if (VERBS.get(line.pays), line.sure) == (verb, sure)]
        perhaps = "" if sure or verb == VERBS["open"] else " perhaps"
        start = f"“{name}”{perhaps} {verb} whatever"
        if len(some) > FEW:
            told = any(line.turns for line in own)
            which = (
                f"{'all ' if len(some) == len(own) else ''}{len(some):,}{' other' if told else ''}"
            )
            yield f"{start} any one of {which} assumptions is within its range."
            continue
        for line in some:
            low, high = (said(found.plan, line.factor, v) for v in (line.start, line.end))
            yield f"{start} “{called(line.factor)}” is between {low} and {high}."


VERBS = {"everywhere": "pays", "nowhere": "never pays", "open": "may pay or not"}
_WHATEVER = [("pays", True), ("pays", False), ("never pays", True), ("never pays", False)]
_WHATEVER += [("may pay or not", False)]


# In rows


def _rows(found: BreakEven, name: str) -> Rows:
    """The break-evens of an alternative."""
    cells = []
    for line in turning(found, name):
        known = stated(found.plan, line.factor)
        cells.append(
            [
                (called(line.factor), ""),
                (where(found, line), "" if line.sure else "perhaps"),
                ("; ".join(_bounds(found, line, turn) for turn in line.turns), ""),
                _tried(found, line, known),
            ]
        )
    columns = ["assumption", "pays if it is", "95% interval", "tried"]
    return Rows(f"“{name}” against “{found.against}”", columns, cells, words=3)


def _tried(found: BreakEven, line: Line, known: float | None) -> Cell:
    return (
        range_said(found.plan, line.factor, line.start, line.end),
        "" if known is None else f"stated {said(found.plan, line.factor, known)}",
    )


def _rows_whatever(found: BreakEven) -> Rows:
    """Those that change nothing in whether an alternative pays."""
    cells = [
        [
            (called(line.factor), ""),
            (f"“{line.name}”", ""),
            (VERBS[line.pays], "" if line.sure or line.pays == "open" else "perhaps"),
            _tried(found, line, stated(found.plan, line.factor)),
        ]
        for line in lines_of(found)
        if not line.turns
    ]
    return Rows(
        f"{len(cells):,} that change nothing in whether an alternative pays",
        ["assumption", "alternative", "whatever it is", "tried"], cells, words=3, folded=True,
    )  # fmt: skip


# In the terminal, and as a page


def title(found: BreakEven) -> str:
    """What it is about."""
    return f"{found.plan.scenario.business.name}: what would have to be true"


def head(found: BreakEven) -> str:
    """What was lived, in a line."""
    made = found.plan
    business = made.scenario.business
    count = len(made.factors)
    return (
        f"{count:,} assumption{'' if count == 1 else 's'}, each over its range, all else as "
        f"stated; {made.replications} paired replications each, {business.market.people:,} people, "
        f"{business.currency}; against “{found.against}”. An alternative pays where the median of "
        "its net present value is above zero."
    )


def print_break_even(found: BreakEven, console: Console) -> None:
    """The answer in words, then the break-evens of each alternative."""
    print_head(title(found), head(found), statements(found), console)
    for name in found.names:
        rows = _rows(found, name)
        if rows.cells:
            print_rows(rows, console, MOST_PRINTED, CSV)


def page(found: BreakEven, again_in: int | None = None) -> str:
    """The page: the answer, curves, the break-evens; opens offline.

    While the study is still being lived, `again_in` says after how many seconds to read it again.
    """
    return page_of_study(
        title(found),
        statements(found),
        head(found),
        list(_sections(found)),
        so_far="" if again_in is None else so_far(found.sweep),
        again_in=again_in,
    )


def _sections(found: BreakEven) -> Iterator[Section]:
    from loyaltysim.report import break_even_pictures as pictures

    drawn = pictures.panels(lines_of(found))
    if drawn:
        currency = found.plan.scenario.business.currency
        caption = (
            f"Median of the net present value against “{found.against}” ({currency}), and its 95% "
            "band; dots where a value was lived. Above zero it pays. On the axis of zero the "
            "break-even and its interval; the upright line is what is stated."
        )
        draw = partial(pictures.curves, found, drawn[:MOST_DRAWN])
        yield Section("", [Picture("curves", "Where it begins to pay", caption, draw)])
    tables = [rows for name in found.names if (rows := _rows(found, name)).cells]
    whatever = _rows_whatever(found)
    tables += [whatever] if whatever.cells else []
    if tables:
        yield Section("In figures", tables=tables)
