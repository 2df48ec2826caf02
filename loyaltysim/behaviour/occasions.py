"""When a person could use the category: gaps, season, slow drift. No policy enters here."""

from __future__ import annotations

from math import exp, inf, log, sqrt

from loyaltysim.draws import normal, uniforms
from loyaltysim.mechanism import Record, rule

ORDER = 10
STATE = {"rate": float, "drift": float, "drift_quarter": int, "pace": float, "occasions": int}
"""Occasions a week at the average season, its log deviation in a quarter, the occasions a week
that go with it, and occasions so far."""

DECISIONS = {"gap": 2, "drift": 3}
_GAP = DECISIONS["gap"]
_DRIFT = DECISIONS["drift"]

QUARTER_WEEKS = 13.0


@rule
def drift_on(
    customer: Record, segment: Record, week: Record, beliefs: Record, quarter: int
) -> None:
    """The log rate wanders about its mean, a step a quarter (autoregressive, so it stays put)."""
    if customer.drift_quarter == quarter:
        return
    keeps = exp(-QUARTER_WEEKS / beliefs.drift_memory_weeks)
    while customer.drift_quarter < quarter:
        customer.drift_quarter += 1
        luck = uniforms(
            week.seed, week.replication, customer.who, _DRIFT, customer.drift_quarter, 0
        )
        step = sqrt(1.0 - keeps * keeps) * segment.drift_sd
        customer.drift = keeps * customer.drift + step * normal(luck[0])
    # The mean of exp(drift) is kept at one.
    deviation = customer.drift - 0.5 * segment.drift_sd * segment.drift_sd
    customer.pace = customer.rate * exp(deviation)


@rule
def gap(customer: Record, segment: Record, week: Record, first: float) -> float:
    """Weeks of average season to the next occasion: Erlang-k, as a sum of exponentials.

    A contract's dates are evenly spaced. `first` is the occasion's own uniform.
    """
    if segment.period > 0.0:
        return segment.period
    product = first
    if segment.regularity > 1:
        more = uniforms(week.seed, week.replication, customer.who, _GAP, customer.occasions, 0)
        for k in range(segment.regularity - 1):
            product *= more[k]
    return -log(product) / (segment.regularity * customer.pace)


@rule
def after(now: float, weeks: float, segment: Record, season: Record) -> float:
    """The date at which so many weeks of average season have passed since `now`.

    `season` has a factor for each week of the run, nothing where all are alike;
    a date after the end is infinity. Bills come by the calendar, in any season.
    """
    if len(season) == 0 or segment.period > 0.0:
        return now + weeks
    week = int(now)
    left = weeks
    date = now
    while week < len(season):
        step = (week + 1.0 - date) * season[week]
        if step > left:
            return date + left / season[week]
        left -= step
        week += 1
        date = float(week)
    return inf
