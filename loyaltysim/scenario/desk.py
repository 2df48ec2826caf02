"""The complaints desk as a person may write it: channels, hours, agents, a second level."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from loyaltysim.units import Name, NonNegative, Positive, Share, Terms, assumed, number, share

_HOURS = re.compile(r"(\d{1,2})(?::([0-5]\d))?\s*-\s*(\d{1,2})(?::([0-5]\d))?", re.ASCII)


def hours_of_day(written: str) -> tuple[float, float]:
    """When a day begins and ends, in hours, of text such as `9-17` or `8:30-18`.

    >>> hours_of_day("8:30-18")
    (8.5, 18.0)
    """
    match = _HOURS.fullmatch(written)
    if match is not None:
        start = int(match[1]) + int(match[2] or 0) / 60.0
        end = int(match[3]) + int(match[4] or 0) / 60.0
        if start < end <= 24.0:
            return start, end
    raise ValueError("write the hours of one day such as 9-17 or 8:30-18, from 0 to 24 at most")


def _hours(written: str) -> str:
    hours_of_day(written)
    return written


Agents = Annotated[int, BeforeValidator(number), Field(ge=1, le=1000)]
Hours = Annotated[str, AfterValidator(_hours)]
"""Opening hours of a day, such as 9-17."""
Days = Annotated[int, BeforeValidator(number), Field(ge=1, le=7)]
"""Days of the week, from Monday on."""
Chance = Annotated[float, BeforeValidator(share), Field(ge=0, le=0.95)]
"""Of something that may happen again and again."""
Weight = Annotated[float, BeforeValidator(share), Field(ge=0, le=1000)]
"""How much of something there is, relative to the others."""


class Channel(Terms):
    """A way by which complaints come; what it leaves out is as at the desk as a whole."""

    name: Name
    share: Weight
    """How many complaints come by it, relative to the others, where all are as easy as usual."""
    ease: Annotated[float, BeforeValidator(number), Field(gt=0, le=100)] = 1.0
    """How easily one complains by it: a factor on the odds. What is easier is used more."""
    hours: Hours | None = None
    days: Days | None = None
    agents: Agents | None = None
    """Agents of its own; left out, those of the desk."""
    at_once: bool = False
    """Whether it answers at once, day and night, without agents: self-service. Whom it does not
    help goes on to the desk."""
    response_hours: NonNegative | None = None
    """Mean hours until somebody takes a complaint up, apart from queueing."""
    handling_hours: Positive | None = None
    patience_days: Positive | None = None
    resolved: Share | None = None
    cost_per_ticket: NonNegative | None = None

    @model_validator(mode="after")
    def _at_once_or_not(self) -> Self:
        if self.at_once and {"agents", "hours", "days", "response_hours"} & self.model_fields_set:
            raise ValueError("what answers at_once has no agents, hours, days or response_hours")
        return self

    @property
    def used(self) -> float:
        """How many complaints come by it, relative to the others."""
        return self.share * self.ease


class SecondLevel(Terms):
    """To whom goes what is not resolved at the first contact."""

    agents: Agents
    handling_hours: Positive | None = None
    """Left out, as at the first level; so are the others."""
    resolved: Share | None = None
    cost_per_ticket: NonNegative | None = None


class Desk(Terms):
    """Where complaints are handled."""

    agents: Agents = assumed("firm.service.desk.agents")
    handling_hours: Positive = assumed("firm.service.desk.handling_hours")
    """Mean elapsed hours in which an agent works on one complaint, while the desk is open."""
    patience_days: Positive = assumed("firm.service.desk.patience_days")
    resolved: Share = assumed("firm.service.desk.resolved")
    """Share of handled complaints that end with the customer content."""
    resolved_by_skill: Share = 0.0
    """Share of these that takes skill: what is missing of the staff's lowers it so far."""
    cost_per_ticket: NonNegative = 0.0
    """For each time that a complaint is handled."""
    grave_first: bool = False
    """Whether complaints about grave failures are taken up before others that wait."""
    hours: Hours | None = None
    """When its agents work, such as 9-17; left out, day and night."""
    days: Days | None = None
    """Days of the week on which they do, from Monday on; left out, all."""
    channels: Annotated[list[Channel], Field(min_length=1, max_length=20)] | None = None
    """Ways by which complaints come; left out, there is one."""
    second_level: SecondLevel | None = None
    hand_offs: Chance = 0.0
    """Chance that a complaint is only passed on to a colleague, who takes as long again."""
    complains_again: Chance = 0.0
    """Chance that who was answered in vain complains once more."""
    rule_takes: Share = assumed("firm.service.desk.rule_takes")
    at_once_saves: Share = assumed("firm.service.desk.at_once_saves")
    follow_up_catches: Chance = assumed("firm.service.desk.follow_up_catches")

    @property
    def ease(self) -> float:
        """How easily one complains by its channels: a factor on the odds, 1 without any."""
        channels = self.channels or []
        whole = sum(channel.share for channel in channels)
        return sum(channel.used for channel in channels) / whole if channels else 1.0

    @field_validator("channels")
    @classmethod
    def _distinct(cls, channels: list[Channel] | None) -> Any:
        names = [channel.name for channel in channels or []]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two channels are named {name!r}; names must differ")
        if channels and sum(channel.share for channel in channels) == 0.0:
            raise ValueError("complaints must come by one channel at least")
        return channels
