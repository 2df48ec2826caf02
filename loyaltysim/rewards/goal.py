"""The goal rule: how an open goal pulls, the same for stamps, points and all later goals."""

from __future__ import annotations

from math import ceil, exp, factorial, inf, log

import numpy as np

from loyaltysim.mechanism import Record, rule

STATE = {
    "goal_size": float,
    "goal_left": float,
    "goal_step": float,
    "goal_visits": float,
    "goal_due": float,
    "goal_value": float,
    "felt": float,
}
"""Units of the whole goal, of what is left, and that a purchase brings; purchases still needed,
until when (week), what reaching it is worth, and how far that, or what is held, is felt (to 1)."""


_LOG_FACTORIALS = np.array([log(factorial(n)) for n in range(16)])


@rule
def log_factorial(n: float) -> float:
    """ln n! for a whole number: a table, then Stirling's series (error below 1e-10)."""
    if n < 16.0:
        return float(_LOG_FACTORIALS[int(n)])
    inverse = 1.0 / n
    series = inverse / 12.0 - inverse * inverse * inverse / 360.0
    return n * log(n) - n + 0.5 * log(6.283185307179586 * n) + series


@rule
def pivotal_chance(visits: float, expected: float) -> float:
    """Log of P(reach | buy now) - P(reach | not), for purchases that come as a Poisson number.

    With `visits` purchases still needed and `expected` more in the time that is
    left, this one decides exactly if `visits - 1` others come. Those who reach
    the goal anyway, and those who cannot, are hardly pulled.
    """
    others = max(visits - 1.0, 0.0)
    return others * log(expected) - expected - log_factorial(others)


@rule
def chance_if_renewed(visits: float, expected: float) -> float:
    """Log of P(reach | go on) - P(reach | leave), for a contract whose bills come evenly.

    Who leaves gives the goal up, so the chance without is none; who stays reaches it if the
    bills that are needed, one at least, come in the time that is left.
    """
    return 0.0 if max(visits, 1.0) <= expected else -inf


@rule
def look_at_goal(member: Record, done: float) -> None:
    """How far the goal is from what has been done of it."""
    if member.goal_size == 0.0:
        return
    member.goal_left = max(0.0, member.goal_size - done)
    member.goal_visits = float(ceil(member.goal_left / member.goal_step))


@rule
def progress_pull(member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """Log-rate by how far one has come (Kivetz et al. 2006), and by a head start apart from it.

    It wears off with the months since joining (Meyer-Waarden). Goals with one firm that a
    purchase brings nearer add up, as points and tiers do (Kopalle et al. 2012); one whose date
    has passed pulls no more.
    """
    if member.goal_size == 0.0 or now >= member.goal_due:
        return 0.0
    worn = exp(-(now - member.joined_at) / beliefs.programme_fades_weeks)
    progress = 1.0 - member.goal_left / member.goal_size
    pull = beliefs.progress_pull * progress + beliefs.head_start_pull * scheme.given
    return float(member.felt * worn * pull)


@rule
def gain_pull(
    customer: Record,
    member: Record,
    scheme: Record,
    beliefs: Record,
    now: float,
    gap: float,
    renews: bool,
) -> float:
    """Log-rate by what a purchase now adds to the expected gain, valued like a price cut.

    `gap` is the time between purchases there; `renews` is whether a contract goes on, instead
    of what is bought now. Rules that are known to end on a date make the goal end with them.
    """
    time_left = min(min(member.goal_due, scheme.rules_until) - now, beliefs.foresight_weeks)
    if member.goal_size == 0.0 or time_left <= 0.0:
        return 0.0
    if member.goal_value * beliefs.price_response <= 0.0:
        return 0.0
    expected = time_left / gap
    if renews:
        exponent = chance_if_renewed(member.goal_visits, expected)
    else:
        exponent = pivotal_chance(member.goal_visits, expected)
    exponent -= beliefs.delay_discount_per_week * member.goal_visits * gap
    if exponent <= -20.0:
        return 0.0
    return beliefs.price_response * member.goal_value * exp(exponent) / customer.usual_basket
