"""Whether the people of two worlds meet the same occasions, so that they can be held together."""

from __future__ import annotations

from typing import Any

from loyaltysim.evidence import register
from loyaltysim.scenario.model import Business

MEMORY = "drift_memory_weeks"


def same_occasions(one: Business, other: Business) -> bool:
    """Whether everybody has a twin in the other world, with occasions on the same dates."""
    return _occasions(one) == _occasions(other)


def _occasions(business: Business) -> tuple[Any, ...]:
    """All that decides who there is, and when people could use the category."""
    market = business.market
    season = market.season and (market.season, business.starts)
    segments = [(s.name, s.share, s.occasions_per_week, s.contract) for s in market.segments]
    memory = None
    if any(rate is not None and rate.drift > 0.0 for _, _, rate, _ in segments):
        stated = business.beliefs.get(MEMORY)
        memory = register()[f"beliefs.{MEMORY}"].value if stated is None else stated.value
    return business.seed, business.weeks, market.people, season, segments, memory
