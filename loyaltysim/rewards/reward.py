"""A reward: what it costs the firm, what it is worth to the customer, and handing it over."""

from __future__ import annotations

from typing import Any

from loyaltysim.behaviour.goodwill import move_goodwill, windfall
from loyaltysim.ledger import MICRO
from loyaltysim.mechanism import Record, rule
from loyaltysim.units import NonNegative, Terms

STATE = {"redeemed": int}
"""Rewards taken at the present visit."""

FIELDS = {"reward_cost": int, "reward_value": float, "kept": float}
"""Cost in millionths, worth to the customer, and share of rewards handed over as promised."""


class RewardTerms(Terms):
    """What one reward costs and is worth."""

    reward_cost: NonNegative
    """What a reward costs the firm."""
    reward_value: NonNegative | None = None
    """What it is worth to the customer; left out, its cost at the firm's selling price."""


def fill_reward(fields: Any, terms: RewardTerms, cost_share: float) -> None:
    """The terms as numbers; `cost_share` is that of goods in the firm's selling prices."""
    value = terms.reward_value
    if value is None:
        value = terms.reward_cost / cost_share if cost_share > 0.0 else terms.reward_cost
    fields["reward_cost"] = round(terms.reward_cost * MICRO)
    fields["reward_value"] = value


@rule
def book_reward(customer: Record, scheme: Record, cost: int, tally: Record) -> None:
    """A cost of rewards for this customer; what rivals pay is not booked."""
    if scheme.rival == 0:
        tally.rewards += cost
        customer.rewards += cost


@rule
def hand_over(
    customer: Record,
    scheme: Record,
    rewards: int,
    cost: int,
    worth: float,
    beliefs: Record,
    now: float,
    tally: Record,
) -> None:
    """Rewards are given: booked at cost, and answered with a share of their worth (E24).

    `cost` (millionths) and `worth` are those of all of them.
    """
    book_reward(customer, scheme, cost, tally)
    if scheme.rival == 0:
        tally.rewarded += rewards
    windfall(customer, scheme.rival, worth, beliefs, now)


@rule
def hand_over_one(
    customer: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """The scheme's one reward is given, unless there is no money left for any."""
    if scheme.kept == 0.0:
        refuse(customer, scheme, 1.0, beliefs, now, tally)
        return
    hand_over(customer, scheme, 1, scheme.reward_cost, scheme.reward_value, beliefs, now, tally)


@rule
def refuse(
    customer: Record, scheme: Record, surprise: float, beliefs: Record, now: float, tally: Record
) -> None:
    """A reward that was promised is not to be had: a promise is broken; the first time most."""
    if scheme.rival == 0:
        tally.refused += 1
    move_goodwill(customer, scheme.rival, -beliefs.promise_pull * surprise, beliefs, now)
