"""The people who serve, as a person may write them: pay, stay, learning, handing over."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from loyaltysim.units import (
    NonNegative,
    Positive,
    Share,
    Terms,
    Weeks,
    YearlyRate,
    assumed,
    number,
    share,
)


class HandOver(Terms):
    """What is done when somebody leaves, so that customers do not leave with them."""

    prepared: Share = 0.0
    """How far who takes over has been introduced and knows what is going on."""
    alike: Share = 0.0
    """How like the one who leaves who takes over is chosen to be."""
    database: Share = 0.0
    """How much of what is known about customers stands where all can read it."""
    alias: bool = False
    """Whether whoever serves goes by one and the same name."""


class LayOff(Terms):
    """Places on the staff that are cut for good at a date."""

    at: Weeks
    share: Share
    """Of all places, rounded; one at least is left."""


class Staff(Terms):
    """The people who serve: their pay, how long they stay, how they learn."""

    count: Annotated[int, BeforeValidator(number), Field(ge=1, le=5000)]
    pay_per_week: NonNegative
    quits_per_year: YearlyRate = assumed("firm.staff.quits_per_year")
    dismissed_per_year: YearlyRate = 0.0
    """Dismissals for each place and year; the least practised go first."""
    lays_off: LayOff | None = None
    contact: Literal["pooled", "dedicated"] = "pooled"
    """Whether a customer is served by whoever is there, or has one contact."""
    hiring_weeks: NonNegative = assumed("firm.staff.hiring_weeks")
    hiring_cost_in_weeks_of_pay: NonNegative = assumed("firm.staff.hiring_cost_in_weeks_of_pay")
    training_cost_in_weeks_of_pay: NonNegative = assumed("firm.staff.training_cost_in_weeks_of_pay")
    hours_per_week: Positive = assumed("firm.staff.hours_per_week")
    usual_load: Annotated[float, BeforeValidator(share), Field(gt=0, le=1)] = assumed(
        "firm.staff.usual_load"
    )
    """Share of what the staff can serve well that today's visits take."""
    skill_at_start: Share = assumed("firm.staff.skill_at_start")
    skill_grows_in_weeks: Positive = assumed("firm.staff.skill_grows_in_weeks")
    responds: bool = False
    """Whether morale and quits answer to pay, load, rudeness and recognition; else quits are as
    stated, and morale as usual."""
    market_pay_per_week: Positive | None = None
    """What others pay for this work; left out, what the business pays today."""
    raise_per_year: Share = 0.0
    """Rise of pay for each year that somebody has been here, for ten years at most."""
    notice: Weeks | None = None
    """How long before leaving somebody says so; the search for a successor begins then."""
    recognitions_per_year: NonNegative = 0.0
    """How often each is thanked before others, and what that costs."""
    recognition_cost: NonNegative = 0.0
    training_hours_per_week: NonNegative = 0.0
    """Paid hours in which each learns and does not serve, and what an hour costs besides."""
    training_cost_per_hour: NonNegative = 0.0
    stand_in_pay_per_week: NonNegative | None = None
    """Pay of somebody new to the work who fills a vacancy for the time; left out, nobody does."""
    process_discipline: Share = 0.0
    """How far work follows a process that does not depend on who does it."""
    hand_over: HandOver = Field(default_factory=HandOver)

    @model_validator(mode="after")
    def _some_pay_is_answered(self) -> Self:
        if self.responds and self.pay_per_week == 0.0:
            raise ValueError("pay_per_week must be above 0 where quits respond to it")
        return self

    @model_validator(mode="after")
    def _some_time_is_left(self) -> Self:
        if self.training_hours_per_week >= self.hours_per_week:
            raise ValueError(
                f"training_hours_per_week ({self.training_hours_per_week:g}) must be less than "
                f"hours_per_week ({self.hours_per_week:g})"
            )
        return self
