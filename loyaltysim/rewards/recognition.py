"""Recognition: praise and thanks, in public or in private, without material worth."""

from __future__ import annotations

from typing import Any, Literal

from loyaltysim.behaviour.fairness import favour
from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.audience import Dates, Numbers, People, fill_contact, on_dates
from loyaltysim.rewards.reward import book_reward

ORDER = 10
NAME = "recognition"

FORMS = ("public", "private", "thanks")


class Terms(Dates):
    """An honour, or thanks, on dates."""

    form: Literal["public", "private", "thanks"]
    """An honour that others see, one that they do not, or thanks by card or call."""

    @property
    def visible(self) -> bool:
        """Whether others see it."""
        return self.form == "public"


FIELDS = {"form": int}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    fill_contact(fields, terms)
    fields["form"] = FORMS.index(terms.form)


def contacts(terms: Terms, people: People, rival: bool) -> Numbers:
    """Numbers of the people who are honoured or thanked in this week."""
    return on_dates(terms, people, rival)


@rule
def arrive(
    customer: Record, member: Record, scheme: Record, week: Record, beliefs: Record, tally: Record
) -> None:
    """Honour pleases, less each time (Gallus 2017); thanks were found to do nothing (Samek &
    Longfield 2023), and do by default.
    """
    book_reward(customer, scheme, scheme.contact_cost, tally)
    pull = beliefs.thanks_pull
    if scheme.form == 0:
        favour(customer, scheme, beliefs, week.begins, tally)
        pull = beliefs.recognition_pull * (1.0 + beliefs.visible_pull)
    elif scheme.form == 1:
        pull = beliefs.recognition_pull
    side = scheme.rival
    move_goodwill(customer, side, pull * (1.0 - customer.praised[side]), beliefs, week.begins)
    customer.praised[side] += beliefs.gift_habit * (1.0 - customer.praised[side])
