"""What a person may write in a scenario file, with units, ranges and defaults.

Defaults come from the evidence register alone. Nothing here knows how a
simulation runs.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from loyaltysim.evidence import beliefs, register
from loyaltysim.rewards.programme import Programme
from loyaltysim.scenario.given import Given
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.service import Service
from loyaltysim.scenario.staff import Staff
from loyaltysim.units import (
    Count,
    Name,
    NonNegative,
    Positive,
    Share,
    Spread,
    Terms,
    Weeks,
    assumed,
    number,
    share,
    weeks,
)

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
Month = Literal[
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip


Factor = Annotated[float, BeforeValidator(share), Field(gt=0, le=100)]
"""A level relative to today's: 100% is unchanged."""


class Start(Terms):
    """Shares of people by stage in week 0; they must sum to 100%."""

    suspect: Share = 0.0
    prospect: Share = 0.0
    first_time: Share = 0.0
    repeat: Share = 0.0
    client: Share = 0.0
    advocate: Share = 0.0
    lost: Share = 0.0

    @property
    def customers(self) -> float:
        """Share of all people who are customers."""
        return self.first_time + self.repeat + self.client + self.advocate

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        _check_sum([(name, value) for name, value in self], "the shares of the stages")
        return self


class OccasionRate(Terms):
    """How often a person could use the category: gamma across people."""

    mean: Positive
    """Occasions a week, mean over people."""
    spread: Annotated[float, BeforeValidator(number), Field(ge=0, le=10)] = assumed(
        "market.segments.occasions_per_week.spread"
    )
    """Coefficient of variation across people."""
    regularity: Annotated[int, BeforeValidator(number), Field(ge=1, le=9)] = assumed(
        "market.segments.occasions_per_week.regularity"
    )
    """k of the Erlang gaps: 1 is exponential, larger is more regular."""
    drift: Spread = assumed("market.segments.occasions_per_week.drift")
    """Standard deviation of the slow change of a person's log rate."""


class Basket(Terms):
    """What is spent at a visit: lognormal within and between people."""

    mean: Positive
    """Mean amount, in the currency, without VAT."""
    within: Spread = assumed("market.segments.basket.within")
    """Standard deviation of log amounts of one person."""
    between: Spread = assumed("market.segments.basket.between")
    """Standard deviation of log means across people."""


class LossPerPurchase(Terms):
    """Chance of being lost after any purchase: beta across people."""

    mean: Share
    spread: Annotated[float, BeforeValidator(share), Field(ge=0, lt=1)] = 0.0
    """Polarisation 1 / (a + b + 1) of the beta distribution; 0 is the same for all."""


class Contract(Terms):
    """Occasions are billing dates; only an awake customer decides."""

    every: Weeks
    """Time between two billing or renewal dates."""
    awake: Share = assumed("market.segments.contract.awake")
    """Share of dates at which the customer considers the alternatives."""


class Segment(Terms):
    """People who are alike in how they use the category."""

    REPLACED: ClassVar = {"preference_spread": "switching"}
    """Fields that are not in force where another is stated."""

    name: Name
    share: Share
    occasions_per_week: OccasionRate | None = None
    contract: Contract | None = None
    basket: Basket
    buy_share: Share
    """Share of occasions on which a neutral person buys anywhere."""
    share_of_wallet: Share
    """Share of those that go to this firm, in the neutral state."""
    preference_spread: Spread = assumed("market.segments.preference_spread")
    switching: Positive | None = None
    """In place of `preference_spread`: S of the Dirichlet distribution of people's shares of
    wallet among this firm and its rivals. The smaller, the more people keep to one of them."""
    loss_per_year: Annotated[float, BeforeValidator(share), Field(ge=0, lt=1)] = assumed(
        "market.segments.loss_per_year"
    )
    loss_spread: Spread = assumed("market.segments.loss_spread")
    loss_per_purchase: LossPerPurchase | None = None
    never_buys: Share = assumed("market.segments.never_buys")
    """Share of the suspects and prospects who never will."""
    start: Start | None = None
    """Shares by stage in week 0, where they differ from the market's."""
    given: Given | None = None
    """Chances stated in tables, in place of the model's own."""

    @model_validator(mode="after")
    def _one_kind_of_occasion(self) -> Self:
        if (self.occasions_per_week is None) == (self.contract is None):
            raise ValueError("give either occasions_per_week or contract")
        if self.switching is not None and "preference_spread" in self.model_fields_set:
            raise ValueError("give either preference_spread or switching")
        if self.given is not None and self.contract is not None and self.given.of_customers:
            raise ValueError(
                "a contract goes on without a choice; in given, state buys_by_stage of "
                "prospect and lost only"
            )
        return self


class NamedRival(Terms):
    """One of the rivals, where they are told apart."""

    name: Name
    share: Share
    """Of the purchases that go to rivals."""


class Market(Terms):
    """Everyone who might ever come, and the rivals they may go to."""

    people: Count
    start: Start
    segments: Annotated[list[Segment], Field(min_length=1, max_length=50)]
    rivals: Annotated[list[NamedRival], Field(min_length=1, max_length=9)] | None = None
    """Rivals to tell apart; left out, they are one."""
    growth_per_year: Annotated[float, BeforeValidator(share), Field(gt=-1, le=10)] = assumed(
        "market.growth_per_year"
    )
    """Growth of the number of customers as the business stands; 0 keeps them level."""
    season: dict[Month, Factor] | None = None
    """Occasions by month, relative to the average month."""
    rival_quality: Annotated[float, BeforeValidator(number), Field(ge=-100, le=100)] = assumed(
        "market.rival_quality"
    )
    """How much better than this firm's present service the rivals' is, in points of ten."""
    rivals_improve_per_year: Annotated[float, BeforeValidator(number), Field(ge=-10, le=10)] = 0.0
    """By how much that rises in a year, in points of ten: customers come to expect it."""
    correlation_rate_preference: Annotated[
        float, BeforeValidator(number), Field(ge=-0.95, le=0.95)
    ] = assumed("market.correlation_rate_preference")
    correlation_rate_basket: Annotated[float, BeforeValidator(number), Field(ge=-0.95, le=0.95)] = (
        assumed("market.correlation_rate_basket")
    )
    correlation_preference_staying: Annotated[
        float, BeforeValidator(number), Field(ge=-0.95, le=0.95)
    ] = assumed("market.correlation_preference_staying")

    @field_validator("segments", "rivals")
    @classmethod
    def _distinct_and_whole(cls, named: list[Any] | None, info: ValidationInfo) -> Any:
        names = [item.name for item in named or []]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two {info.field_name} are named {name!r}; names must differ")
        if named:
            shares = [(item.name, item.share) for item in named]
            _check_sum(shares, f"the shares of the {info.field_name}")
        return named

    @field_validator("season")
    @classmethod
    def _whole_year(cls, season: dict[Month, float] | None) -> dict[Month, float] | None:
        if season is None:
            return None
        missing = [month for month in MONTHS if month not in season]
        if missing:
            raise ValueError(f"every month is needed; missing: {', '.join(missing)}")
        average = sum(season.values()) / 12.0
        if abs(average - 1.0) > 0.005:
            raise ValueError(f"the months must average 100%; they average {average:.1%}")
        return season


class Marketing(Terms):
    """How people come to know the firm."""

    budget_per_week: NonNegative = 0.0
    reach_per_week: Share | None = None
    """Share of those who do not know the firm who hear of it each week, at the
    business's own budget. Left out, it is set so that the base stays level."""
    budget_elasticity: Share = assumed("firm.marketing.budget_elasticity")
    """Elasticity of the reach to a change of the budget."""


class Firm(Terms):
    """The business."""

    gross_margin: Share
    price: Factor = 1.0
    """Price level relative to today's."""
    costs_per_week: NonNegative = 0.0
    staff: Staff
    service: Service = Field(default_factory=Service)
    marketing: Marketing = Field(default_factory=Marketing)


ASSUMED = "assumed"


def weeks_or_assumed(value: Any) -> Any:
    """Weeks of a duration, or the register's where `assumed` is written."""
    return register()["rival.copies_after"].value if value == ASSUMED else weeks(value)


class Rival(Terms):
    """What the rivals do about it."""

    copies_after: (
        Annotated[float, BeforeValidator(weeks_or_assumed), Field(gt=0, le=5200)] | None
    ) = None
    """When rivals offer the same programme, or `assumed` for the register's time;
    left out, never."""


class Stages(Terms):
    """Thresholds at which a customer is called a client or an advocate."""

    client_purchases: Annotated[int, BeforeValidator(number), Field(ge=2, le=1000)] = assumed(
        "stages.client_purchases"
    )
    client_share_of_wallet: Share = assumed("stages.client_share_of_wallet")
    client_familiarity: Share = assumed("stages.client_familiarity")
    client_overdue_gaps: Positive = assumed("stages.client_overdue_gaps")
    """A client who has not bought for so many of the usual gaps is one no longer."""
    advocate_weeks: Positive = assumed("stages.advocate_weeks")
    """A client who recommended the firm within so many weeks is an advocate."""
    lapsed_gaps: Positive = assumed("stages.lapsed_gaps")
    lapsed_days: NonNegative = assumed("stages.lapsed_days")
    """Lost as observed: no purchase for so many usual gaps, and at least so many days."""


class Belief(Terms):
    """A belief of one's own, with the range in which it may lie."""

    value: Annotated[float, BeforeValidator(number)]
    low: Annotated[float, BeforeValidator(number)]
    high: Annotated[float, BeforeValidator(number)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("the value must lie between low and high")
        return self


def _belief(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": value, "low": value, "high": value}
    return value


def _known_belief(name: str) -> str:
    if name not in beliefs():
        raise ValueError(f"unknown belief{suggestion(name, beliefs())}")
    return name


_BELIEF_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "share": (0.0, 1.0),
    "weeks": (0.01, None),
    "hours": (0.01, None),
    "ratio": (0.01, None),
    "people": (0.0, 100.0),
}
"""What can be, by the unit of a belief; times and ratios are divided by."""

BeliefName = Annotated[str, AfterValidator(_known_belief)]
Seed = Annotated[int, BeforeValidator(number), Field(ge=0, lt=2**63)]
Replications = Annotated[int, BeforeValidator(number), Field(ge=2, le=100_000)]


class Business(Terms):
    """One world: a market, a firm, and perhaps a programme, over a horizon."""

    name: Name
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    horizon: Weeks
    replications: Replications = assumed("replications")
    seed: Seed = assumed("seed")
    starts: Month = "january"
    hurdle_rate: Annotated[float, BeforeValidator(share), Field(ge=0, le=10)] = assumed(
        "hurdle_rate"
    )
    market: Market
    firm: Firm
    programme: Programme | None = None
    rival: Rival = Field(default_factory=Rival)
    stages: Stages = Field(default_factory=Stages)
    beliefs: dict[BeliefName, Annotated[Belief, BeforeValidator(_belief)]] = Field(
        default_factory=dict
    )

    @field_validator("beliefs", mode="before")
    @classmethod
    def _without_nulls_of_known(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            return stated
        if len(stated) > 4 * len(beliefs()):
            # The nearest name would be looked for thousands of times.
            raise ValueError(f"many more names than the {len(beliefs())} beliefs that there are")
        return {k: v for k, v in stated.items() if v is not None or k not in beliefs()}

    @field_validator("beliefs")
    @classmethod
    def _possible(cls, stated: dict[str, Belief]) -> dict[str, Belief]:
        for name, belief in stated.items():
            entry = register()[f"beliefs.{name}"]
            least, most = _BELIEF_BOUNDS.get(entry.unit, (0.0 if entry.low >= 0.0 else None, None))
            wrong = ""
            if least is not None and belief.low < least:
                wrong = "cannot be negative" if least == 0.0 else f"must be at least {least:g}"
            elif most is not None and belief.high > most:
                wrong = f"can be {most:g} at most"
            if wrong:
                # The context tells the message which of the beliefs it is about.
                raise PydanticCustomError("item", wrong, {"item": name})
        return stated

    @property
    def weeks(self) -> int:
        """Whole weeks of the horizon, at least one."""
        return max(1, round(self.horizon))


def _check_sum(shares: list[tuple[str, float]], what: str) -> None:
    total = sum(value for _, value in shares)
    if abs(total - 1.0) > 1e-6:
        parts = " + ".join(f"{name} {value * 100:.6g}%" for name, value in shares if value)
        sum_ = f"{total * 100:.6g}%"
        raise ValueError(f"{what} must sum to 100%; they sum to {sum_} ({parts})")
