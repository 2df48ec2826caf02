"""What each thing that goes wrong has cost in satisfaction, kept to say later why somebody left.

Satisfaction and expectation take in every visit's quality at fixed rates, so what is missing from a
visit can be followed through both by itself: the same sums, with only that part of the quality.
Nothing that customers do reads it.
"""

from __future__ import annotations

from math import exp, log

from loyaltysim.behaviour.grievance import KINDS
from loyaltysim.behaviour.price import dearness, log_price_paid
from loyaltysim.mechanism import Record, rule

ORDER = 29
SKILL, LOAD, PRICE = KINDS, KINDS + 1, KINDS + 2
FOLLOWED = KINDS + 3
"""Places of what is followed: the kinds of failure, and these."""

SMALLEST = 1e-9
"""Of satisfaction that a visit changes altogether, so much is left."""

STATE = {"fell_short": (float, FOLLOWED), "used_to": (float, FOLLOWED), "let_down_at": int}
"""Points of ten by which satisfaction is lower, and by which expectation is, for each kind of
failure, for want of skill, for overload, and for what a dear price makes one expect; and the
purchases up to which those of failures have faded."""


@rule
def experience(customer: Record, visit: Record, week: Record, beliefs: Record) -> None:
    """A visit's shortfalls are taken in as its quality is (`behaviour.satisfaction`)."""
    moves, adapts = beliefs.satisfaction_moves, beliefs.expectation_moves
    own = adapts * (1.0 - beliefs.expectation_from_rivals)
    if visit.severity > 0.0:
        # Failures are rare, so what is left of the earlier ones is worked out only now.
        for kind in range(KINDS):
            customer.fell_short[kind] *= faded(customer, moves)
            customer.used_to[kind] *= faded(customer, adapts)
        customer.let_down_at = customer.purchases
        customer.fell_short[visit.kind] += moves * visit.severity
        customer.used_to[visit.kind] += own * visit.severity
    skill, load = visit.unskilled, visit.hurried
    customer.fell_short[SKILL] += moves * (skill - customer.fell_short[SKILL])
    customer.used_to[SKILL] += own * skill - adapts * customer.used_to[SKILL]
    customer.fell_short[LOAD] += moves * (load - customer.fell_short[LOAD])
    customer.used_to[LOAD] += own * load - adapts * customer.used_to[LOAD]
    dearer = max(dearness(customer, log_price_paid(visit, week), beliefs), 0.0)
    customer.used_to[PRICE] -= adapts * (
        beliefs.expectation_by_price * dearer + customer.used_to[PRICE]
    )


@rule
def faded(customer: Record, rate: float) -> float:
    """What is left of something after the purchases since the latest failure."""
    return exp((customer.purchases - customer.let_down_at) * log(max(1.0 - rate, SMALLEST)))


@rule
def make_good(customer: Record, kind: int, points: float, beliefs: Record) -> None:
    """A remedy gives back satisfaction that a failure of this kind has cost."""
    customer.fell_short[kind] -= points / faded(customer, beliefs.satisfaction_moves)


@rule
def shortfall(customer: Record, cause: int, beliefs: Record) -> float:
    """How much further above expectation satisfaction would be but for this, in points of ten.

    Less than nothing where one has come to expect so little that it pleases.
    """
    fell_short, used_to = customer.fell_short[cause], customer.used_to[cause]
    if cause < KINDS:
        fell_short *= faded(customer, beliefs.satisfaction_moves)
        used_to *= faded(customer, beliefs.expectation_moves)
    return float(fell_short - used_to)
