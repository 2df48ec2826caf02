"""A visit: who serves, what is bought and paid, what is experienced."""

from __future__ import annotations

from math import exp

from loyaltysim.behaviour.awareness import is_customer
from loyaltysim.draws import normal
from loyaltysim.ledger import micros
from loyaltysim.mechanism import Record, each_of, mechanisms, rule, seam

STATE = {
    "purchases": int,
    "first_at": float,
    "last_at": float,
    "usual_gap": float,
    "revenue": int,
    "costs": int,
    "rewards": int,
    "discounts": int,
    "compensation": int,
    "log_basket": float,
    "usual_basket": float,
}
"""Purchases here so far, first and latest date (week), smoothed gap between them (weeks), money
booked for this customer, and taken off prices (millionths), and the mean of log amounts and of
amounts."""

VISIT = {
    "now": float,
    "usual": float,
    "paid": float,
    "discount": float,
    "quality": float,
    "unskilled": float,
    "hurried": float,
    "severity": float,
    "kind": int,
    "own_contact": float,
    "complains": int,
    "told": int,
    "priority": int,
    "hotline_hours": float,
}
"""One visit: date, usual basket at today's prices, amount paid, taken off it, quality, what it
lost for want of skill and to overload (points of ten), severity of a failure (points of ten, 0
without one) and its kind, 1 if served by one's contact or team and 0.5 by a colleague, whether it
leads to a complaint (1 unasked, 2 because the firm asks), how many people hear of it, and, of a
complaint, whether it is taken up before others and the mean hours until then (infinite: as for
others)."""

experience = each_of(
    seam(mechanisms("loyaltysim.behaviour"), "experience"), "customer, visit, week, beliefs"
)


@rule
def server_of(contact: Record, week: Record, u: float) -> int:
    """Who serves: -1 for one's own contact, else the place among those who serve."""
    if week.dedicated == 1 and contact.present == 1:
        return -1
    return min(int(u * week.present), week.present - 1)


@rule
def serve(
    visit: Record, server: Record, own_contact: float, week: Record, beliefs: Record, luck: float
) -> None:
    """The quality of a visit: what the firm stands for, less what skill and time are missing.

    Those who like to work here serve better (Rucci, Kirn & Quinn 1998).
    """
    visit.own_contact = own_contact
    visit.unskilled = beliefs.skill_quality * (1.0 - server.skill)
    visit.hurried = beliefs.load_quality * server.overload
    visit.quality = (
        week.quality
        - visit.unskilled
        - visit.hurried
        + beliefs.morale_quality * server.morale
        + week.quality_spread * normal(luck)
    )


@rule
def basket(customer: Record, segment: Record, week: Record, u: float) -> float:
    """What is put into the basket, at today's prices: lognormal within a person."""
    return exp(customer.log_basket + segment.basket_within * normal(u)) * week.price


@rule
def pay(customer: Record, visit: Record, week: Record, beliefs: Record, tally: Record) -> None:
    """Book the purchase and bring the customer's history up to date."""
    revenue = micros(visit.paid)
    goods = micros((visit.paid + visit.discount) / week.price * week.cost_share)
    off = micros(visit.discount)
    tally.discounts += off
    customer.discounts += off
    tally.revenue += revenue
    tally.cost_of_goods += goods
    tally.service += week.cost_per_visit
    customer.revenue += revenue
    customer.costs += goods + week.cost_per_visit
    tally.purchases += 1
    if customer.member == 1:
        # The card or app is handled once, however many schemes it serves.
        tally.programme_running += week.checkout_cost
    if is_customer(customer):
        gap = visit.now - customer.last_at
        customer.usual_gap += beliefs.usual_gap_moves * (gap - customer.usual_gap)
    else:
        # Only from now on is there a customer to lose (again).
        customer.stayed_until = visit.now
        if customer.purchases == 0:
            customer.first_at = visit.now
            tally.first_purchases += 1
        else:
            tally.won_back += 1
    customer.purchases += 1
    customer.last_at = visit.now


@rule
def take_in(customer: Record, visit: Record, week: Record, beliefs: Record, tally: Record) -> None:
    """What was experienced changes attitude, tie and habits."""
    tally.quality += int(visit.quality * 1000000.0)
    if visit.severity > 0.0:
        tally.failures += 1
    experience(customer, visit, week, beliefs)
