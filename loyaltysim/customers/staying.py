"""Staying: whether a customer is still there; lost knowingly, silently, or only asleep."""

from __future__ import annotations

from math import exp

from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, GONE, forget_after_loss, is_customer
from loyaltysim.behaviour.deals import wish as deal_wish
from loyaltysim.behaviour.price import wish as price_wish
from loyaltysim.behaviour.word import rumour
from loyaltysim.customers.choice import CERTAIN
from loyaltysim.mechanism import Record, mechanisms, rule, seam, sum_of

STATE = {
    "frailty": float,
    "drop_out": float,
    "stayed_until": float,
    "lost_at": float,
    "lost_knowingly": int,
}
"""Personal factor on the risk of leaving, personal risk after any purchase, until when it was
decided to stay, when the customer was last lost (week; infinite if never), and how."""

staying_terms = sum_of(
    seam(mechanisms("loyaltysim.behaviour"), "staying"), "customer, week, beliefs"
)


@rule
def terms_of_leaving(
    customer: Record, segment: Record, week: Record, beliefs: Record, now: float
) -> float:
    """What moves the log risk of leaving, apart from programmes.

    A contract is not chosen again at each date: whoever is awake decides whether to stay.
    So what would move the choice moves the risk the other way, at the same rates. Left out
    are satisfaction and familiarity, whose effect on staying is known by itself, and habit:
    a bill that was paid unasked is no choice that was repeated.
    """
    terms: float = staying_terms(customer, week, beliefs)
    if segment.period > 0.0:
        terms -= price_wish(customer, week, beliefs) + deal_wish(customer, week, beliefs)
        terms -= rumour(customer, beliefs, now)
    return terms


@rule
def leave(
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    knowingly: bool,
    tally: Record,
) -> None:
    """The customer is gone."""
    if customer.activity == DORMANT:
        tally.lost_asleep += 1
    customer.activity = GONE
    customer.lost_at = now
    customer.lost_knowingly = 1 if knowingly else 0
    if knowingly:
        tally.lost_knowingly += 1
    else:
        tally.lost_silently += 1
    forget_after_loss(customer, segment, week, beliefs, now)


@rule
def follow(
    customer: Record, segment: Record, week: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """Whoever serves the customer has gone to a rival, and the customer goes along."""
    customer.follows = 0
    if is_customer(customer):
        leave(customer, segment, week, beliefs, now, True, tally)


@rule
def decide_staying(
    u: float,
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    known_risk: float,
    log_risk: float,
    tally: Record,
) -> None:
    """One draw for the time since the last decision and for what was just experienced.

    Both parts are hazards; `known_risk` is that of the experience, `log_risk` the
    sum of the terms that move the risk over time. A share of the silent ones sleeps.
    """
    weeks = now - customer.stayed_until
    customer.stayed_until = now
    silent_risk = customer.frailty * segment.loss_per_week * weeks
    # Most occasions end here, without an exponential: exp(x) <= 1 / (1 - x) below x = 1,
    # and 1 - exp(-risk) <= risk.
    if log_risk < 1.0 and (u - known_risk) * (1.0 - log_risk) >= silent_risk:
        return
    silent_risk *= exp(min(log_risk, CERTAIN))
    known = 1.0 - exp(-known_risk)
    if u < known:
        leave(customer, segment, week, beliefs, now, True, tally)
        return
    silent = 1.0 - exp(-(known_risk + silent_risk)) - known
    if u < known + silent * (1.0 - beliefs.dormant_share):
        leave(customer, segment, week, beliefs, now, False, tally)
    elif u < known + silent:
        customer.activity = DORMANT
        tally.fell_asleep += 1


@rule
def sleep_on(
    u: float,
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    tally: Record,
) -> None:
    """A sleeper wakes, is lost for good, or sleeps on."""
    years = (now - customer.stayed_until) / 52.0
    customer.stayed_until = now
    wakes = beliefs.dormant_wakes_per_year * years
    leaves = beliefs.dormant_leaves_per_year * years
    if u >= wakes + leaves:
        return
    total = 1.0 - exp(-(wakes + leaves))
    if u < total * wakes / (wakes + leaves):
        customer.activity = ACTIVE
        tally.woke_up += 1
    elif u < total:
        leave(customer, segment, week, beliefs, now, False, tally)
