"""Moments of a life, and how records are read for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, log
from typing import Any

from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, is_customer
from loyaltysim.ledger import TALLY
from loyaltysim.rewards.balance import FLOWS
from loyaltysim.rewards.programme import schemes

BOOKED = tuple(name for name in TALLY if name != "occasions")
"""What happens at a moment; an occasion itself is counted before it can be seen."""

NAMES = {"word": "word heard"}
"""Terms are called by the files of their mechanisms, but for these."""

OPTIONS = ("here", "rival", "nothing")
"""What can be chosen, by its number."""

Facts = dict[str, Any]


@dataclass
class Moment:
    """Something that happened to a person, with what the rules said about it.

    `date` is in weeks from the start of the run; `nth` is the number of the occasion
    (from 0), or of the message within the life; `facts` hold numbers, text, lists and maps.
    """

    date: float
    kind: str
    nth: int
    facts: Facts = field(default_factory=dict)

    @property
    def key(self) -> tuple[float, int, int]:
        """What a moment has in common with the same one in another world, in order of time."""
        return (self.date, KINDS.index(self.kind), self.nth)


KINDS = (
    "start", "contact", "occasion", "word", "complaint", "introduction", "expiry", "last day",
)  # fmt: skip
"""Kinds of moments, in their order within a date."""


def values(tally: Any) -> tuple[int, ...]:
    """What has been booked so far."""
    return tuple(int(getattr(tally, name)) for name in BOOKED)


def flows(flow: Any) -> list[int]:
    """Units issued, redeemed and expired so far."""
    return [int(getattr(flow, name)) for name in FLOWS]


def standing(customer: Any) -> str:
    """How somebody stands before an occasion, as far as it decides whether there is a choice."""
    if customer.never:
        return "never"
    if customer.aware == 0:
        return "stranger"
    if customer.activity == DORMANT:
        return "asleep"
    if customer.activity != ACTIVE:
        return "lost"
    return "customer" if is_customer(customer) else "prospect"


def scheme_name(scheme: Any) -> str:
    """The scheme as it is called in a story."""
    name = str(schemes()[int(scheme.kind)].NAME)
    apart = int(scheme.instance) // 1000
    if apart >= 1000:
        name += " (campaign)"
    elif apart > 0:
        name += f" {apart + 1}"
    return f"{name} at rivals" if scheme.rival else name


def ln(x: float) -> float:
    """Natural logarithm, also of 0."""
    return log(x) if x > 0.0 else -inf


def number(x: Any) -> float | None:
    """A number as Python has it, or none."""
    return None if x is None else float(x)
