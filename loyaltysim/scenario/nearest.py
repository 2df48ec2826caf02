"""The nearest valid name, for messages about a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from itertools import islice

_MOST_NAMES = 1000
_SHORTEST_WORD, _FEW_NAMES = 4, 2


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no known name is near."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one, apart from case; empty without one."""
    if not 0 < len(name) <= 200:
        return ""
    by_lower = {k.lower(): k for k in islice(known, _MOST_NAMES) if len(k) <= 200}
    close = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def kindred(name: str, known: Iterable[str]) -> str:
    """The known name that shares a telling word with this one; empty without one.

    >>> kindred("always_right", ["customer_is_right", "listen"])
    'customer_is_right'
    """
    names = list(islice(known, _MOST_NAMES))
    # A word that stands in many names, such as `week`, tells nothing.
    telling = {
        word
        for word in _words(name)
        if len(word) >= _SHORTEST_WORD and sum(word in _words(k) for k in names) <= _FEW_NAMES
    }
    sharing = [k for k in names if telling & _words(k)]
    return max(sharing, key=lambda k: SequenceMatcher(None, name, k).ratio(), default="")


def _words(name: str) -> set[str]:
    return set(re.findall("[a-z]+", name[:200].lower()))
