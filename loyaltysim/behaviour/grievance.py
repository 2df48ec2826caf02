"""Grievances: failures are remembered for a while, and change how the next one is felt."""

from __future__ import annotations

from math import exp, log

from loyaltysim.mechanism import Record, rule

ORDER = 32
KINDS = 4
"""Kinds of failure (`customers.failures.KINDS`)."""

STATE = {"grievances": (float, KINDS), "grievances_at": float}
"""Severities of past failures that are not yet forgotten (points of ten), by kind of failure, and
the date up to which they have faded (week)."""


@rule
def remembered(customer: Record, beliefs: Record, now: float) -> float:
    """What is remembered of past failures of all kinds, in points of ten."""
    whole = 0.0
    for kind in range(KINDS):
        whole += customer.grievances[kind]
    if whole == 0.0:
        return 0.0
    return whole * exp(-(now - customer.grievances_at) / beliefs.grievance_fades_weeks)


@rule
def felt_severity(customer: Record, severity: float, beliefs: Record, now: float) -> float:
    """How grave a failure is to this customer.

    The graver, the more is remembered of earlier ones, up to `grievance_adds` more; the slighter,
    the more has been bought here before, for good (directions: Knox & van Oest 2014). What a
    membership softens is in the risk of leaving already.
    """
    again = 1.0 - exp(-remembered(customer, beliefs, now) / beliefs.failure_severity)
    known = exp(-beliefs.history_softens * log(1.0 + customer.purchases))
    return severity * (1.0 + beliefs.grievance_adds * again) * known


@rule
def remember(customer: Record, kind: int, severity: float, beliefs: Record, now: float) -> None:
    """A failure joins what is remembered, as grave as it was by itself."""
    kept = exp(-(now - customer.grievances_at) / beliefs.grievance_fades_weeks)
    for k in range(KINDS):
        customer.grievances[k] *= kept
    customer.grievances[kind] += severity
    customer.grievances_at = now
