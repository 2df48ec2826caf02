"""Two lives of one person in words: where they part, and both from there, side by side."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap

from loyaltysim.report.figures import share
from loyaltysim.story.life import Pair, Worlds
from loyaltysim.story.moment import Moment
from loyaltysim.story.telling import (
    chances,
    is_ordinary,
    many,
    sentences,
    shows,
    signed,
    summed_up,
    totals,
    when,
    without_reasons,
)

BETWEEN = " │ "


def tell_both(worlds: Worlds, width: int, everything: bool) -> str:
    """How the two lives part, and both from there."""
    names = [life.alternative or "the business as it is" for life in (worlds.before, worlds.after)]
    business = worlds.before.result.business
    lines = [f"Customer {worlds.before.customer} of {business.name}, in two worlds", ""]
    parting = worlds.parting
    if parting is None:
        lines += wrap(f"“{names[1]}” changes nothing in this life: {_near(worlds)}.", width)
        return "\n".join([*lines, "", worlds.after.told(width=width, everything=everything)])
    at = worlds.pairs.index(parting)
    lines += wrap(f"{many(at, 'moment')} alike, then they part.", width)
    lines += _difference(parting, names, width)
    choice = next((p for p in worlds.pairs if chosen_apart(p)), None)
    if choice is not None and choice is not parting:
        lines += ["", *wrap("The first choice that differs:", width)]
        lines += _difference(choice, names, width)
    half = (width - len(BETWEEN)) // 2
    lines += ["", _row(names[0], names[1], half), _row("─" * half, "─" * half, half)]
    for alike, group in groupby(worlds.pairs[at:], key=_is_alike):
        pairs = list(group)
        if alike and not everything and len(pairs) > 1:
            lines += [f"  {when(_date(pairs[0]), _date(pairs[-1]))}"]
            one, other = ([summed_up([m for m in side if m])] for side in zip(*pairs, strict=True))
            lines += _columns(one, other, half)
            continue
        for pair in pairs:
            lines += [f"  {when(_date(pair))}"]
            one, other = (_short(moment, everything) for moment in pair)
            lines += _columns(one, other, half)
    lines += ["", *_columns([totals(worlds.before)], [totals(worlds.after)], half)]
    return "\n".join(lines)


def chosen_apart(pair: Pair) -> bool:
    """Whether the same occasion was chosen for differently."""
    one, other = pair
    if one is None or other is None:
        return False
    return bool(one.facts.get("chosen") != other.facts.get("chosen"))


def _near(worlds: Worlds) -> str:
    first = worlds.first_difference
    if first is None:
        return "the two are the same, to the last bit"
    return f"only reasons differ, from {when(_date(first))} on, and never enough"


def _difference(pair: Pair, names: list[str], width: int) -> list[str]:
    """A moment in both worlds, and what moved its choice."""
    one, other = pair
    choices = bool(one and other and "choice" in one.facts and "choice" in other.facts)
    moved = _moved(one, other) if choices and one and other else []
    lines = ["", f"  {when(_date(pair))}"]
    for name, moment in zip(names, pair, strict=True):
        text = " ".join(_short(moment, bool(moved))) if moment else "No such moment."
        lines += wrap(f"{name}: {text}", width, initial_indent="  ", subsequent_indent="    ")
    if choices:
        text = f"What moved the choice: {', '.join(moved)}." if moved else "The reasons are alike."
        lines += wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    return lines


def _moved(one: Moment, other: Moment) -> list[str]:
    """Differences of log-odds, the largest first."""
    moved = []
    for option, name in (("", "log_odds"), ("rival: ", "rival_log_odds")):
        a, b = one.facts["choice"][name], other.facts["choice"][name]
        for term in {**a, **b}:
            # Infinities of both worlds cancel.
            change = 0.0 if a.get(term) == b.get(term) else b.get(term, 0.0) - a.get(term, 0.0)
            if shows(change):
                moved.append((-abs(change), signed(f"{option}{term}", change)))
    return [text for _, text in sorted(moved)]


def _is_alike(pair: Pair) -> bool:
    """Whether an ordinary occasion was chosen for alike, whatever was earned at it."""
    return all(m is not None and is_ordinary(m) for m in pair) and not chosen_apart(pair)


def _short(moment: Moment | None, everything: bool) -> list[str]:
    """A moment in a column: what happened, and the chances; reasons only where asked for."""
    if moment is None:
        return ["–"]
    if everything:
        return sentences(moment)
    told = without_reasons(moment)
    choice = moment.facts.get("choice")
    if choice is None:
        return told
    here = f"Chance here {share(choice['here'], 0)}, draw {choice['draw']:.3f}."
    return [text.replace(chances(choice), here) for text in told]


def _date(pair: Pair) -> float:
    moment = pair[0] or pair[1]
    assert moment is not None
    return moment.date


def _columns(one: list[str], other: list[str], half: int) -> list[str]:
    left, right = ([line for text in told for line in wrap(text, half)] for told in (one, other))
    rows = max(len(left), len(right))
    left += [""] * (rows - len(left))
    right += [""] * (rows - len(right))
    return [_row(a, b, half) for a, b in zip(left, right, strict=True)]


def _row(left: str, right: str, half: int) -> str:
    return f"{left:<{half}}{BETWEEN}{right}".rstrip()
