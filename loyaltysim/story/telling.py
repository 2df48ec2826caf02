"""A life in words."""

from __future__ import annotations

from loyaltysim.story.life import Life, Worlds


def tell(life: Life, width: int, everything: bool) -> str:
    """The story of a life."""
    return "\n".join(f"{when(m.date):<16}{m.kind} {m.facts}" for m in life.moments)


def tell_both(worlds: Worlds, width: int, everything: bool) -> str:
    """The story of two lives."""
    return str(worlds.parting)


def when(date: float) -> str:
    """A date as week and day, both from 1."""
    week = int(date)
    return f"week {week + 1}, day {int((date - week) * 7.0) + 1}"
