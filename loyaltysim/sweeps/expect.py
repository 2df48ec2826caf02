"""What a sweep will take, before it starts."""

from __future__ import annotations

from loyaltysim.scenario.model import Business
from loyaltysim.sweeps.plan import Plan
from loyaltysim.sweeps.sweep import MEASURES
from loyaltysim.units import WEEKS_PER_MONTH

SECONDS_PER_OCCASION = 1.5e-7
SECONDS_PER_WEEK = 1.5e-3
SECONDS_PER_PERSON = 3e-6
"""Of one core, as measured for an ordinary business; schemes make it more."""

BYTES_PER_NUMBER = 20


def seconds_of(made: Plan, tasks: int) -> float:
    """Of one core for so many replications of points, with all their alternatives."""
    return tasks * sum(_seconds(business) for business in made.scenario.alternatives.values())


def _seconds(business: Business) -> float:
    people, weeks = business.market.people, business.weeks
    occasions = 0.0
    for segment in business.market.segments:
        rate = segment.occasions_per_week
        contract = 0.0 if segment.contract is None else 1.0 / segment.contract.every
        occasions += segment.share * people * weeks * (contract if rate is None else rate.mean)
    return SECONDS_PER_OCCASION * occasions + SECONDS_PER_WEEK * weeks + SECONDS_PER_PERSON * people


def bytes_of(made: Plan) -> int:
    """On disk, when all is done."""
    months = made.scenario.business.weeks / WEEKS_PER_MONTH
    numbers = len(made.names) * (len(MEASURES) + months)
    return round(len(made.points) * made.replications * numbers * BYTES_PER_NUMBER)
