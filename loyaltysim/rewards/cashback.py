"""Cashback: a share of what was spent is paid back later."""

from __future__ import annotations

from math import exp, floor
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.goodwill import windfall
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import add_units, take_units
from loyaltysim.rewards.reward import book_reward
from loyaltysim.units import NonNegative, Weeks, share
from loyaltysim.units import Terms as Base

ORDER = 5
NAME = "cashback"

UNITS = 100.0
"""Units of the balance in one of the currency: cents."""


class Terms(Base):
    """Money back, on fixed dates."""

    back: Annotated[float, BeforeValidator(share), Field(gt=0, le=1)]
    """Share of what is spent that is paid back."""
    paid_every: Weeks
    """Time between two dates of payment."""
    paid_from: NonNegative = 0.0
    """Least amount that is paid out; less is kept for the next date."""

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        return self.back, 0.0

    @property
    def cost_per_unit(self) -> float:
        """What a unit that is held will cost."""
        return 1.0 / UNITS


STATE = {"payments": int}
"""Dates of payment that have passed."""

FIELDS = {"back": float, "pay_weeks": float, "pay_from": int}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fields["back"] = terms.back
    fields["pay_weeks"] = terms.paid_every
    fields["pay_from"] = round(terms.paid_from * UNITS)
    fields["lot_weeks"] = float("inf")
    # A unit is worth a cent.
    fields["reward_at"], fields["reward_value"] = round(UNITS), 1.0


@rule
def lapse(
    customer: Record,
    member: Record,
    scheme: Record,
    beliefs: Record,
    now: float,
    flow: Record,
    tally: Record,
) -> None:
    """On a date of payment the balance is paid out, and a share of it is spent here again."""
    passed = int(floor((now - scheme.opens_at) / scheme.pay_weeks))
    if passed <= member.payments or scheme.kept == 0.0:
        # Where there is no money left, the date of payment is put off.
        return
    member.payments = passed
    if member.balance == 0 or member.balance < scheme.pay_from:
        return
    units = member.balance
    take_units(member, units, flow)
    book_reward(customer, scheme, units * 10000, tally)
    if scheme.rival == 0:
        tally.rewarded += 1
    windfall(customer, scheme.rival, units / UNITS, beliefs, now)


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """Money to come pulls like a price cut, discounted until it is paid."""
    wait = scheme.pay_weeks - (now - scheme.opens_at) % scheme.pay_weeks
    return float(
        beliefs.price_response * scheme.back * exp(-beliefs.delay_discount_per_week * wait)
    )


@rule
def earn(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """A share of what is paid, in whole cents."""
    add_units(member, scheme, int(floor(scheme.back * visit.paid * UNITS + 0.5)), visit.now, flow)


@rule
def change(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """The next date of payment is one of the new rules."""
    member.payments = int(floor((now - scheme.opens_at) / scheme.pay_weeks))
