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
    """All that decides who there is, and when people could use the category.

    The whole market and the thresholds: the bills of a contract follow from how its
    holder stands at the start.
    """
    market = business.market
    starts = business.starts if market.season else None
    rates = [segment.occasions_per_week for segment in market.segments]
    memory = None
    if any(rate is not None and rate.drift > 0.0 for rate in rates):
        stated = business.beliefs.get(MEMORY)
        memory = register()[f"beliefs.{MEMORY}"].value if stated is None else stated.value
    return business.seed, business.weeks, starts, market, business.stages, memory
