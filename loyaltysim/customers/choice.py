"""The choice at an occasion: this firm, a rival, or nothing."""

from __future__ import annotations

from math import exp

from loyaltysim.mechanism import mechanisms, rule, seam, sum_of

FIRM, RIVAL, NOTHING = 0, 1, 2

CERTAIN = 300.0
"""Log-odds, and log risks, beyond which nothing changes; weights and hazards stay numbers."""

STATE = {
    "firm_weight": float,
    "rival_weight": float,
    "firm_odds": float,
    "rival_odds": float,
}
"""Neutral weights of the firm and of rivals against nothing, and the odds p / (1 - p) of their
neutral chances p of being chosen."""

wishes = sum_of(seam(mechanisms("loyaltysim.behaviour"), "wish"), "customer, week, beliefs")


@rule
def choose(u: float, weight: float, rival_weight: float) -> int:
    """Firm, rival or nothing, in this order on the unit interval, nothing having weight 1.

    So a better offer of the firm flips choices only towards it.
    """
    cut = u * (1.0 + weight + rival_weight)
    if cut < weight:
        return FIRM
    if cut < weight + rival_weight:
        return RIVAL
    return NOTHING


@rule
def lifted(weight: float, odds: float, log_rate: float, log_odds: float) -> float:
    """Weight of an option whose neutral chance p is to change by a log-rate (`odds` = p / (1 - p)).

    Published effects are log-rates. Below zero the chance becomes exactly p exp(log_rate).
    Above, where that could exceed one, its slope at zero is kept: log-odds of
    log_rate / (1 - p), which saturates by itself. Effects stated as `log_odds` come on top.
    """
    if log_rate >= 0.0:
        return weight * exp(min(log_rate * (1.0 + odds) + log_odds, CERTAIN))
    rate = exp(log_rate)
    if log_odds != 0.0:
        weight *= exp(min(log_odds, CERTAIN))
    return weight * rate / (1.0 + odds * (1.0 - rate))
