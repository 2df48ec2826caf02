"""Member prices: a share off every purchase, for members alone."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from loyaltysim.behaviour.deals import offer_off, take_off
from loyaltysim.mechanism import Record, rule
from loyaltysim.units import Terms as Base
from loyaltysim.units import share

ORDER = 4
NAME = "discount"


class Terms(Base):
    """A share off for members, always."""

    off: Annotated[float, BeforeValidator(share), Field(gt=0, le=0.95)]
    """Share off every purchase."""

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        return self.off, 0.0


FIELDS = {"off": float}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fields["off"] = terms.off


@rule
def offer(customer: Record, member: Record, scheme: Record, beliefs: Record, now: float) -> float:
    """The lower price is seen at every occasion."""
    return offer_off(customer, scheme.rival, scheme.off, beliefs)


@rule
def claim(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    week: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """The price is lower."""
    take_off(visit, scheme.off)
