"""Two lives of one person in words: where they part, and both from there, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    tell,
    totals,
    when,
    without_reasons,
)

BETWEEN = " │ "


def tell_both(worlds: Worlds, width: int, everything: bool, most: int | None = None) -> str:
    """How the two lives part, and both from there; after `most` entries the rest in sums."""
    names = [life.alternative or "the business as it is" for life in (worlds.before, worlds.after)]
    business = worlds.before.result.business
    lines = [f"Customer {worlds.before.customer} of {business.name}, in two worlds", ""]
    parting = worlds.parting
    if parting is None:
        lines += wrap(f"“{names[1]}” changes nothing in this life: {_near(worlds)}.", width)
        told = tell(worlds.after, width, everything, most)
        return "\n".join([*lines, "", told])
    at = worlds.pairs.index(parting)
    lines += wrap(f"{many(at, 'moment')} alike, then they part.", width)
    lines += _difference(parting, names, width)
    choice = next((p for p in worlds.pairs if chosen_apart(p)), None)
    if choice is not None and choice is not parting:
        lines += ["", *wrap("The first choice that differs:", width)]
        lines += _difference(choice, names, width)
    half = (width - len(BETWEEN)) // 2
    lines += ["", _row(names[0], names[1], half), _row("─" * half, "─" * half, half)]
    if everything:
        entries = [[pair] for pair in worlds.pairs[at:]]
    else:
        # In a short story, choices that differ are summed up too: the first has been told.
        entries = list(_entries(worlds.pairs[at:], _is_alike if most is None else _is_ordinary))
    for pairs in entries[:most]:
        lines += [f"  {when(_date(pairs[0]), _date(pairs[-1]))}"]
        if len(pairs) > 1:
            lines += _columns(_summed(pairs, 0), _summed(pairs, 1), half)
        else:
            one, other = (_short(moment, everything) for moment in pairs[0])
            lines += _columns(one, other, half)
    rest = [pair for pairs in entries[len(entries[:most]) :] for pair in pairs]
    if rest:
        lines += [f"  {when(_date(rest[0]), _date(rest[-1]))}, summed up"]
        lines += _columns(_summed(rest, 0), _summed(rest, 1), half)
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
    return _is_ordinary(pair) and not chosen_apart(pair)


def _is_ordinary(pair: Pair) -> bool:
    return all(moment is not None and is_ordinary(moment) for moment in pair)


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


def _entries(pairs: Sequence[Pair], is_alike: Callable[[Pair], bool]) -> Iterator[list[Pair]]:
    """What is alike together, all else one by one."""
    for alike, group in groupby(pairs, key=is_alike):
        if alike:
            yield list(group)
        else:
            yield from ([pair] for pair in group)


def _summed(pairs: Sequence[Pair], world: int) -> list[str]:
    """The occasions of a time in one of the worlds, in a sentence."""
    moments = [pair[world] for pair in pairs]
    occasions = [moment for moment in moments if moment and moment.kind == "occasion"]
    return [summed_up(occasions)] if occasions else ["–"]


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
