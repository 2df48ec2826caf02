"""A balance of points or stamps: lots by age, oldest first.

Issued = redeemed + expired + outstanding, in whole units, for every scheme.
"""

from __future__ import annotations

from math import floor, inf

from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.goal import look_at_goal

LOTS = 14
"""Lots of one twelfth of the validity each: at most thirteen are alive at once."""

STATE = {"balance": int, "newest_lot": int, "lots": (int, LOTS)}
"""What a membership keeps: units held, the number of the newest lot, units by lot."""

FIELDS = {"lot_weeks": float}
"""Width of a lot in weeks; infinite where nothing expires."""

FLOWS = ("issued", "redeemed", "expired")
"""Fields of the units of a scheme and segment that were issued, redeemed, and expired."""


def lot_weeks(expires_after: float | None) -> float:
    """Width of a lot; units live for twelve to thirteen of them (months, for a year)."""
    return float("inf") if expires_after is None else expires_after / 12.0


@rule
def lapse_lots(member: Record, scheme: Record, now: float, flow: Record) -> None:
    """Take out the lots that are older than their validity."""
    if member.balance == 0:
        return
    today = int(floor(now / scheme.lot_weeks))
    if today <= member.newest_lot:
        return
    # Each lot that comes into view takes the place of one that has just expired.
    turned = min(today - member.newest_lot, LOTS)
    for step in range(1, turned + 1):
        place = (today - turned + step + 1) % LOTS
        expired = member.lots[place]
        member.balance -= expired
        flow.expired += expired
        member.lots[place] = 0
    member.newest_lot = today


@rule
def kept_until(member: Record, scheme: Record, now: float) -> float:
    """Week in which a unit that is held expires on average; expiry must be up to date.

    The average moves on smoothly with what is earned, where the date of the oldest lot
    would jump, however few units it holds.
    """
    if scheme.lot_weeks == inf:
        return inf
    if member.balance == 0:
        return now + 12.0 * scheme.lot_weeks
    aged = 0
    for age in range(1, LOTS):
        aged += age * member.lots[(member.newest_lot - age) % LOTS]
    return float((member.newest_lot + LOTS - 1 - aged / member.balance) * scheme.lot_weeks)


@rule
def add_units(member: Record, scheme: Record, units: int, now: float, flow: Record) -> None:
    """Put newly issued units into today's lot; expiry must be up to date."""
    today = int(floor(now / scheme.lot_weeks))
    member.newest_lot = today
    member.lots[today % LOTS] += units
    member.balance += units
    flow.issued += units


@rule
def forfeit(member: Record, flow: Record) -> None:
    """All units that are held are lost."""
    flow.expired += member.balance
    member.balance = 0
    for place in range(LOTS):
        member.lots[place] = 0


@rule
def start_lots_anew(member: Record, scheme: Record, now: float) -> None:
    """After a change of the validity: what is held is valid from now on."""
    for place in range(LOTS):
        member.lots[place] = 0
    member.newest_lot = int(floor(now / scheme.lot_weeks))
    member.lots[member.newest_lot % LOTS] = member.balance


@rule
def take_units(member: Record, units: int, flow: Record) -> None:
    """Redeem units, the oldest first; the balance must suffice."""
    left = units
    for age in range(LOTS - 1, -1, -1):
        place = (member.newest_lot - age) % LOTS
        taken = min(left, member.lots[place])
        member.lots[place] -= taken
        left -= taken
    member.balance -= units
    flow.redeemed += units


@rule
def review_balance(member: Record, scheme: Record, now: float) -> None:
    """How far the goal is, and until when the units that count towards it are kept."""
    member.goal_due = kept_until(member, scheme, now)
    look_at_goal(member, float(member.balance))
