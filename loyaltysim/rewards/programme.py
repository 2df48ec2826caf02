"""A programme: what it costs to run, who joins, and its schemes.

Every scheme is one file of this package that declares

- `NAME`, its key under `programme:`, and `Terms`, what a person writes there;
- `STATE`, its fields of a membership, and `FIELDS`, those of its terms;
- `fill(fields, terms, cost_share)`, the terms as numbers;

and those of these rules that it needs: `offer` at an occasion (a log-rate of coming), and at a
purchase, in this order, `start` (on joining), `lapse` (what has expired or ended), `claim` (what
is had, before paying), `earn` (after it) and `aim` (sets the open goal, returns what is done of it).
"""

from __future__ import annotations

from typing import Any

from pydantic import create_model, model_validator

from loyaltysim.mechanism import mechanisms
from loyaltysim.units import NonNegative, Share, Terms, Weeks, assumed


class ProgrammeCosts(Terms):
    """What a programme costs beside its rewards, and who takes part."""

    set_up: NonNegative = 0.0
    """Paid once, in week 0."""
    per_week: NonNegative = 0.0
    """Platform, communication and other running costs."""
    cost_per_member_year: NonNegative = 0.0
    """Messages and handling for each member and year."""
    checkout_seconds: NonNegative = assumed("programme.checkout_seconds")
    """Staff time at each member's purchase."""
    joins: Share = assumed("programme.joins")
    """Share of customers with a typical gain who would join."""
    automatic: bool = False
    """Whether every customer is a member without asking."""
    fee_per_year: NonNegative = 0.0
    """What a membership costs the customer."""
    trial: Weeks | None = None
    """For how long the first membership is free, where there is a fee."""
    clear_rules: bool = False
    """Whether everybody can see who gets what, and why."""
    kept: Share = 1.0
    """Share of the rewards asked for that are handed over, as was promised."""

    @property
    def schemes(self) -> list[tuple[int, Any]]:
        """The schemes in force: the number of the kind and its terms."""
        stated = ((kind, getattr(self, module.NAME)) for kind, module in enumerate(schemes()))
        return [(kind, terms) for kind, terms in stated if terms is not None]

    @property
    def scheme_names(self) -> list[str]:
        """The schemes in force, by name, in the order of `schemes`."""
        return [schemes()[kind].NAME for kind, _ in self.schemes]


def schemes() -> tuple[Any, ...]:
    """The modules of all kinds of scheme, in their fixed order."""
    return mechanisms("loyaltysim.rewards")


def _something_to_gain(self: ProgrammeCosts) -> ProgrammeCosts:
    if not self.schemes:
        known = " or ".join(module.NAME for module in schemes())
        raise ValueError(f"a programme needs at least one scheme: {known}")
    return self


_make: Any = create_model
Programme: Any = _make(
    "Programme",
    __base__=ProgrammeCosts,
    __doc__="A loyalty programme with one scheme or several.",
    __validators__={"_something_to_gain": model_validator(mode="after")(_something_to_gain)},
    **{module.NAME: (module.Terms | None, None) for module in schemes()},
)
