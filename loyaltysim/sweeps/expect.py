"""What a sweep will take, before it starts."""

from __future__ import annotations

from loyaltysim.levels import TREND_WEEKS
from loyaltysim.scenario.model import Business
from loyaltysim.studies.steady import PILOT_PEOPLE, pilots_of
from loyaltysim.sweeps.plan import Plan, key_of
from loyaltysim.sweeps.sweep import MEASURES, ROUNDS
from loyaltysim.units import WEEKS_PER_MONTH

SECONDS_PER_OCCASION = 1.4e-7
SECONDS_PER_WEEK = 3e-4
SECONDS_PER_PERSON = 3e-6
"""Of one core, as measured for ordinary businesses; schemes make it more."""

BYTES_PER_NUMBER = 20


def seconds_of(made: Plan, tasks: int) -> float:
    """Of one core for so many replications of points, with all their alternatives.

    And for finding the levels of each business as it stands today but the stated one.
    """
    business = made.scenario.business
    stated = key_of(made.stated).today
    todays = {key.today for key in made.keys}
    searches = len(todays - {stated}) if tasks else 0
    pilot = _seconds(business, min(business.market.people, PILOT_PEOPLE), TREND_WEEKS)
    lived = 0.0
    for name, one in made.scenario.alternatives.items():
        # The world as it is today is the same at all points that do not change it.
        often = len(todays) / len(made.points) if name == made.scenario.reference else 1.0
        lived += often * _seconds(one, one.market.people, one.weeks)
    return tasks * lived + searches * ROUNDS * pilots_of(business) * pilot


def _seconds(business: Business, people: int, weeks: float) -> float:
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
