"""Chances that a scenario states itself, in place of the model's own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from loyaltysim.units import Share, Terms

MOST_TO_GO = 100


class Buys(Terms):
    """Chance of buying here at an occasion, by the stage in which it finds the person."""

    prospect: Share | None = None
    first_time: Share | None = None
    repeat: Share | None = None
    client: Share | None = None
    advocate: Share | None = None
    lost: Share | None = None
    """Of a lost customer who considers the firm again."""


class Loses(Terms):
    """Chance that a customer is lost at an occasion, by the stage in which it finds them."""

    first_time: Share | None = None
    repeat: Share | None = None
    client: Share | None = None
    advocate: Share | None = None


class Given(Terms):
    """Chances from tables instead of preferences, experience and goals.

    What a table leaves out stays with the model.
    """

    buys_by_stage: Buys = Field(default_factory=Buys)
    buys_by_purchases_to_go: (
        Annotated[list[Share], Field(min_length=1, max_length=MOST_TO_GO + 1)] | None
    ) = None
    """Of a member, by the purchases (on a card, the stamps) still missing to the next
    reward: first with none missing, then with one, and so on; the last holds beyond."""
    lost_by_stage: Loses = Field(default_factory=Loses)

    @property
    def of_customers(self) -> bool:
        """Whether it states how often somebody buys who is a customer already."""
        stages = self.buys_by_stage.model_copy(update={"prospect": None, "lost": None})
        return self.buys_by_purchases_to_go is not None or stages != Buys()
