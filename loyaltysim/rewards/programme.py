"""A programme: what it costs to run, who joins, and its schemes.

Every scheme is one file of this package that declares

- `NAME`, its key under `programme:`, and `Terms`, what a person writes there;
- `STATE`, its fields of a membership, and `FIELDS`, those of its terms;
- `fill(fields, terms, cost_share)`, the terms as numbers;

and those of these rules that it needs: `offer` at an occasion (a log-rate of coming), and at a
purchase, in this order, `start` (on joining), `lapse` (what has expired or ended), `claim` (what
is had, before paying), `earn` (after it) and `aim` (sets the open goal, returns what is done of
it); `change` when its rules change, `introduced` when somebody was brought. A scheme that reaches
people without a purchase has `contacts(terms, people, rival)`, which names them week by week, and
the rule `arrive`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, Any, NamedTuple

from pydantic import Field, create_model, model_validator

from loyaltysim.mechanism import mechanisms
from loyaltysim.units import NonNegative, Positive, Share, Terms, Weeks, assumed

ASKED = ("points", "stamps")
"""Kinds whose rewards members ask for when they are ready."""


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
    budget_per_year: Positive | None = None
    """What rewards may cost in a year of the run; once it is spent, nothing is sent or handed over
    until the next."""
    gaming_share: Share = 0.0
    """Share of people who game the rules: they split purchases for stamps, use coupons twice, and
    never put off what is ready."""
    kept: Share = 1.0
    """Share of the rewards asked for (points, stamps) that are handed over, as was promised."""

    @property
    def schemes(self) -> list[Version]:
        """The schemes in force from the start, those of campaigns last."""
        campaigns: list[Any] = getattr(self, "campaigns", None) or []
        return [
            Version(kind, terms, campaign=getattr(stated, "name", ""))
            for stated in (self, *campaigns)
            for kind, module in enumerate(schemes())
            if (terms := getattr(stated, module.NAME, None)) is not None
        ]

    @property
    def versions(self) -> list[Version]:
        """The schemes with their later rules, and those that hold for later members alone."""
        found = self.schemes
        latest = {version.kind: version for version in found if not version.campaign}
        changes: list[Any] = getattr(self, "changes", None) or []
        for change in sorted(changes, key=lambda change: change.at):
            known_at = change.at - (change.notice or 0.0)
            if change.closes:
                for version in found:
                    version.later.append(Later(change.at, known_at, None))
                continue
            for kind, now in list(latest.items()):
                part = getattr(change, schemes()[kind].NAME)
                terms = now.latest if part is None else changed(now.latest, part)
                if terms == now.latest:
                    continue
                if change.grandfather:
                    # Whoever is in by then keeps the old rules.
                    now.joins_until = change.at
                    latest[kind] = Version(kind, terms, joins_from=change.at)
                    found.append(latest[kind])
                    continue
                for version in found:
                    if version.kind == kind and not version.campaign:
                        terms = version.latest if part is None else changed(version.latest, part)
                        version.later.append(Later(change.at, known_at, terms))
        return found


class Later(NamedTuple):
    """Rules that hold from a date on, known from another; None closes the scheme."""

    at: float
    known_at: float
    terms: Any


@dataclass
class Version:
    """A scheme as it holds for those who join within a time (weeks)."""

    kind: int
    terms: Any
    joins_from: float = 0.0
    joins_until: float = inf
    campaign: str = ""
    later: list[Later] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The scheme, its campaign, and whether its rules hold for later members alone."""
        name = str(schemes()[self.kind].NAME)
        if self.campaign:
            return f"{name}, {self.campaign}"
        return name if self.joins_from == 0.0 else f"{name}, later members"

    @property
    def cost_per_unit(self) -> float | None:
        """What a unit that is held will cost; None for a scheme without units."""
        cost: float | None = getattr(self.latest, "cost_per_unit", None)
        return cost

    def in_week(self, week: int) -> Any:
        """The rules in a week; None where the scheme is closed."""
        terms = self.terms
        for later in self.later:
            if later.at <= week:
                terms = later.terms
        return terms

    @property
    def latest(self) -> Any:
        """The rules that hold in the end, or held until it was closed."""
        terms = [self.terms] + [later.terms for later in self.later if later.terms is not None]
        return terms[-1]


def changed(terms: Any, part: Any) -> Any:
    """Terms with some of their fields replaced. Raises `ValueError` where they cannot be."""
    new = terms.model_copy(update={name: getattr(part, name) for name in part.model_fields_set})
    for validator in type(terms).__pydantic_decorators__.model_validators.values():
        if validator.info.mode == "after":
            try:
                new = validator.func(new)
            except ValueError as error:
                raise ValueError(f"changes: {error}") from error
    return new


def schemes() -> tuple[Any, ...]:
    """The modules of all kinds of scheme, in their fixed order."""
    return mechanisms("loyaltysim.rewards")


def is_sent(kind: int) -> bool:
    """Whether a kind of scheme reaches people by itself, without their joining."""
    return hasattr(schemes()[kind], "contacts")


def _something_to_gain(self: ProgrammeCosts) -> ProgrammeCosts:
    if not self.schemes:
        known = " or ".join(module.NAME for module in schemes())
        raise ValueError(f"a programme needs at least one scheme: {known}")
    if self.fee_per_year > 0.0 and self.automatic:
        raise ValueError("nobody pays a fee without asking; leave out automatic, or the fee")
    if self.kept < 1.0 and not any(schemes()[s.kind].NAME in ASKED for s in self.schemes):
        raise ValueError(f"kept is of rewards that are asked for: {' or '.join(ASKED)}")
    if self.fee_per_year > 0.0 and all(is_sent(scheme.kind) for scheme in self.schemes):
        raise ValueError(
            "a fee is paid for what members have at the counter, and all that this programme does "
            "is sent to people; add a scheme that they join, such as discount"
        )
    campaigns: list[Any] = getattr(self, "campaigns", None) or []
    twice = [c.name for n, c in enumerate(campaigns) if c.name in [d.name for d in campaigns[:n]]]
    if twice:
        raise ValueError(f"campaigns: the name {twice[0]!r} stands twice")
    changes: list[Any] = getattr(self, "changes", None) or []
    later = [change for change in changes if not change.closes]
    for change in later:
        unknown = [
            module.NAME
            for module in schemes()
            if getattr(change, module.NAME) is not None and getattr(self, module.NAME) is None
        ]
        if unknown:
            raise ValueError(f"changes: the programme has no {unknown[0]} whose rules could change")
    self.versions  # noqa: B018  (refuses rules that cannot be)
    return self


class ChangeOfRules(Terms):
    """New rules from a date on, for everybody or for new members alone."""

    at: Weeks
    """When they come into force."""
    notice: Weeks | None = None
    """How long before members know of them; left out, not before."""
    grandfather: bool = False
    """Whether who is a member by then keeps the old rules."""
    closes: bool = False
    """Whether the programme ends, and what is held in it is lost."""


_make: Any = create_model


def _part_of(module: Any) -> Any:
    """Terms of which any may be left out, as those that do not change."""
    fields = {
        name: (_annotated(field) | None, _optional(field))
        for name, field in module.Terms.model_fields.items()
    }
    return _make(
        f"Changed{module.NAME.title()}", __base__=Terms, __doc__=module.Terms.__doc__, **fields
    )


def _annotated(field: Any) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _optional(field: Any) -> Any:
    return Field(
        default=None, validation_alias=field.validation_alias, description=field.description
    )


def _changes_something(self: Any) -> Any:
    stated = [module.NAME for module in schemes() if getattr(self, module.NAME) is not None]
    if self.closes == bool(stated):
        raise ValueError("state either `closes: true`, or the schemes whose rules change")
    if self.closes and self.grandfather:
        raise ValueError("a programme that closes ends for everybody; leave out grandfather")
    return self


Change: Any = _make(
    "Change",
    __base__=ChangeOfRules,
    __doc__=ChangeOfRules.__doc__,
    __validators__={"_changes_something": model_validator(mode="after")(_changes_something)},
    **{module.NAME: (_part_of(module) | None, None) for module in schemes()},
)


class NamedCampaign(Terms):
    """Something that is sent to people: another coupon, gift, honour or perk, by a name."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is called."""


def _sends_something(self: Any) -> Any:
    sent = [module.NAME for kind, module in enumerate(schemes()) if is_sent(kind)]
    if all(getattr(self, name) is None for name in sent):
        raise ValueError(f"say what the campaign sends: {' or '.join(sent)}")
    return self


Campaign: Any = _make(
    "Campaign",
    __base__=NamedCampaign,
    __doc__=NamedCampaign.__doc__,
    __validators__={"_sends_something": model_validator(mode="after")(_sends_something)},
    **{
        module.NAME: (module.Terms | None, None)
        for kind, module in enumerate(schemes())
        if is_sent(kind)
    },
)
Programme: Any = _make(
    "Programme",
    __base__=ProgrammeCosts,
    __doc__="A loyalty programme with one scheme or several.",
    __validators__={"_something_to_gain": model_validator(mode="after")(_something_to_gain)},
    changes=(Annotated[list[Change], Field(max_length=20)] | None, None),
    campaigns=(Annotated[list[Campaign], Field(max_length=20)] | None, None),
    **{module.NAME: (module.Terms | None, None) for module in schemes()},
)
