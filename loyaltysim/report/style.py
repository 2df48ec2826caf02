"""How pictures look: colours, type, lengths in inches, names cut to fit."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from loyaltysim.report.figures import number
from loyaltysim.report.words import is_copy
from loyaltysim.results.comparison import Comparison
from loyaltysim.scenario.alternatives import COPIED

WIDE, NARROW = 7.1, 3.6
"""Widths of a picture: across an A4 page, and across a telephone."""

INK, SOFT, FAINT, PAPER = "#222222", "#666666", "#d5d5d5", "#ffffff"
SIZE, SMALL = 8.5, 7.5
"""Type in points; a picture is printed at its own size."""

# Tol's muted palette, in an order that keeps neighbours apart for the colour-blind.
_HUES = ("#332288", "#CC6677", "#117733", "#44AA99", "#882255", "#999933", "#AA4499", "#6699CC")

_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Droid Sans Fallback",
)

P = ParamSpec("P")


def colours(comparison: Comparison) -> dict[str, str]:
    """A colour for each alternative, the same in every picture; a copied one is paler."""
    names = comparison.names
    originals = [n for n in names if n != comparison.reference and not is_copy(n, names)]
    chosen = {name: _HUES[i % len(_HUES)] for i, name in enumerate(originals)}
    chosen[comparison.reference] = INK
    for name in names:
        if name not in chosen:
            chosen[name] = paler(chosen[name.removesuffix(COPIED)], 0.4)
    return {name: chosen[name] for name in names}


def paler(colour: str, by: float) -> str:
    """A colour mixed with so much white."""
    return str(to_hex([c + (1.0 - c) * by for c in to_rgb(colour)]))


def dashes(comparison: Comparison, name: str) -> str:
    """Line style: an alternative that a rival copies is dashed."""
    return "--" if is_copy(name, comparison.names) else "-"


@contextmanager
def look() -> Iterator[None]:
    """The settings in which every picture is made and written; nothing of the user's enters."""
    settings = {
        "font.family": ["DejaVu Sans", *_chinese_fonts()],
        "font.size": SIZE,
        "text.parse_math": False,
        "text.color": INK,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": INK,
        "axes.labelsize": SMALL,
        "axes.titlesize": SIZE,
        "axes.titlelocation": "left",
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "butt",
        "legend.frameon": False,
        "legend.fontsize": SMALL,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "svg.fonttype": "none",
        "svg.hashsalt": "loyaltysim",
        "svg.image_inline": True,
    }
    with warnings.catch_warnings(), mpl.rc_context():
        # A machine without Chinese type still writes the text; the reader's has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield


def picture(
    draw: Callable[Concatenate[Comparison, P], Figure],
) -> Callable[Concatenate[Comparison, P], Figure]:
    """Draw in the house's look, whatever the user's own settings are."""

    @wraps(draw)
    def drawn(comparison: Comparison, *args: P.args, **kwargs: P.kwargs) -> Figure:
        with look():
            figure = draw(comparison, *args, **kwargs)
            figure.draw_without_rendering()  # Ticks are made here, in this look.
            return figure

    return cast(Callable[Concatenate[Comparison, P], Figure], drawn)


@cache
def _chinese_fonts() -> tuple[str, ...]:
    installed = set(font_manager.get_font_names())
    return tuple(name for name in _CHINESE if name in installed)


class Sheet:
    """A figure whose axes are placed in inches from its top left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes of a size, by the place of their top left corner."""
        w, h = self.width, self.height
        return self.figure.add_axes((left / w, 1.0 - (top + height) / h, width / w, height / h))

    def text(self, left: float, top: float, text: str, **style: Any) -> None:
        """Text at a place."""
        x, y = left / self.width, 1.0 - top / self.height
        self.figure.text(x, y, text, **{"va": "top", "fontsize": SIZE, **style})


def tidy_money(axis: Any, most: int = 5) -> None:
    """Ticks of an axis of amounts: short, a true minus sign, about so many of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: tick(x)))


def tick(x: float) -> str:
    """An amount at a tick, short: 20k, 1.5m.

    >>> tick(-20000.0), tick(1500000.0), tick(0.0), tick(0.5)
    ('−20k', '1.5m', '0', '0.5')
    """
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(x) >= 0.9999 * size:
            return f"{_plain(x / size)}{letter}"
    return _plain(x)


def _plain(x: float) -> str:
    text = number(x, 0.01)
    return text.rstrip("0").rstrip(".") if "." in text else text


# Names


def cut(name: str, room: int) -> str:
    """A name in at most so many letters' room, the middle left out; a Chinese one takes two.

    >>> cut("a very long name of a programme, copied", 24)
    'a very long…amme, copied'
    """
    if _room(name) <= room:
        return name
    tail = COPIED if name.endswith(COPIED) else ""
    stem = name.removesuffix(tail) if tail else name
    end = max((room - _room(tail)) // 4, 2) if room > 12 else 0
    end_text = ""
    while stem and _room(stem[-1] + end_text) <= end:
        end_text = stem[-1] + end_text
        stem = stem[:-1]
    while stem and _room(stem + end_text + tail) + 1 > room:
        stem = stem[:-1]
    return f"{stem.rstrip()}…{end_text.lstrip()}{tail}"


def lines(name: str, room: int, most: int = 2) -> str:
    """A name broken into at most so many lines of so much room, cut where that is not enough."""
    if _room(name) <= room:
        return name
    name = cut(name, room * most - 6)
    rows = [""]
    for word in _words(name, room):
        if _room(rows[-1] + word.rstrip()) <= room or not rows[-1]:
            rows[-1] += word
        else:
            rows.append(word)
    while len(rows) > most:
        rows[-2:] = [rows[-2] + rows[-1]]
    return "\n".join(cut(row.strip(), room) for row in rows)


def _words(text: str, longest: int) -> Iterator[str]:
    """Pieces between which a line may break: after a space or a wide letter, or when too long."""
    word = ""
    for letter in text:
        word += letter
        if letter == " " or _room(letter) == 2 or len(word) >= longest:
            yield word
            word = ""
    if word:
        yield word


def _room(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def letters_in(inches: float, size: float = SIZE) -> int:
    """How many letters of a size, set bold, stand in so many inches."""
    return max(6, int(inches * 72.0 / (size * 0.64)))
