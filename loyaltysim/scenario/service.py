"""What customers experience, as a person may write it: quality, what fails, who listens."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from loyaltysim.scenario.desk import Desk
from loyaltysim.scenario.recovery import Recovery, Rule
from loyaltysim.units import NonNegative, Share, Spread, Terms, Weeks, assumed, number


class Failures(Terms):
    """What goes wrong: how often each kind of failure occurs, relative to the others."""

    core: NonNegative = assumed("firm.service.failures.core")
    """The product, or what was ordered."""
    encounter: NonNegative = assumed("firm.service.failures.encounter")
    """How one is treated: attitude, details, being sent from one to another."""
    system: NonNegative = assumed("firm.service.failures.system")
    """Shop, site and delivery."""
    promise: NonNegative = assumed("firm.service.failures.promise")
    """Something promised that is not kept, or late."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if sum(self.weights) == 0.0:
            raise ValueError("one kind of failure at least must occur")
        return self

    @property
    def weights(self) -> list[float]:
        """The kinds in the order of `customers.failures.KINDS`."""
        return [self.core, self.encounter, self.system, self.promise]


class Recall(Terms):
    """A bad batch is withdrawn, and what was sold of it replaced."""

    above: Annotated[float, BeforeValidator(number), Field(ge=1, le=1000)]
    """A batch is bad whose product fails more often than this many times the average."""
    noticed_after: Weeks
    """Time from its first sale until it is withdrawn, in whole weeks."""
    cost_per_purchase: NonNegative
    """Of each purchase until then."""


class Batch(Terms):
    """The product is made or bought in batches, which are not equally good."""

    weeks: Annotated[int, BeforeValidator(number), Field(ge=1, le=520)] = assumed(
        "firm.service.batch.weeks"
    )
    """How long one batch is sold."""
    spread: Spread = 0.0
    """Standard deviation between batches of the log of how often the product fails; its mean
    stays as stated."""
    recall: Recall | None = None


class Service(Terms):
    """What customers experience."""

    quality: Annotated[float, BeforeValidator(number), Field(ge=0, le=10)] = assumed(
        "firm.service.quality"
    )
    """Mean of a visit served by skilled staff, in points of ten."""
    quality_spread: Annotated[float, BeforeValidator(number), Field(ge=0, le=10)] = assumed(
        "firm.service.quality_spread"
    )
    failure_per_visit: Share = assumed("firm.service.failure_per_visit")
    """Share of visits on which something goes wrong, of any kind."""
    failures: Failures = Field(default_factory=Failures)
    batch: Batch = Field(default_factory=Batch)
    learns: Share = 0.0
    """Share by which failures of a kind fall with each answered complaint about that kind for a
    hundred customers."""
    learns_floor: Share = assumed("firm.service.learns_floor")
    """Share of the failures of a kind that no complaint teaches to avoid."""
    ease: Annotated[float, BeforeValidator(number), Field(gt=0, le=100)] = 1.0
    """How easy it is to complain: a factor on the odds that a failure is voiced; 1 is as today."""
    ease_cost_per_week: NonNegative = 0.0
    contact_mode: Literal["basic", "reactive", "accountable", "proactive", "partnership"] = (
        "reactive"
    )
    """Whether the firm is gone after the sale, invites complaints, asks after each purchase, also
    now and then, or works with its customers for their success (Kotler)."""
    contact_cost_per_customer_week: NonNegative = 0.0
    """What that contact costs, for each customer of the firm."""
    response_hours: NonNegative = assumed("firm.service.response_hours")
    """Mean hours until somebody takes up a complaint, apart from queueing."""
    cost_per_visit: NonNegative = 0.0
    compensation_share_of_basket: Share = assumed("firm.service.compensation_share_of_basket")
    desk: Desk = Field(default_factory=Desk)
    recovery: Recovery | None = None
    """Remedies in place of the compensation; left out, nobody asks what fits."""
    rules: list[Rule] = Field(default_factory=list)
    """Of the ten rules of handling a complaint, those that are kept."""

    @field_validator("rules")
    @classmethod
    def _once(cls, rules: list[Rule]) -> list[Rule]:
        for rule in rules:
            if rules.count(rule) > 1:
                raise ValueError(f"{rule!r} stands twice")
        return rules

    @property
    def closeness(self) -> int:
        """The place of the contact mode, from the most distant one."""
        return get_args(type(self).model_fields["contact_mode"].annotation).index(self.contact_mode)
