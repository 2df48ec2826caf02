"""Points: earned with what is bought, redeemed for rewards, lost when they expire."""

from __future__ import annotations

from math import ceil, exp, floor, inf
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from loyaltysim.behaviour.goodwill import move_goodwill, windfall
from loyaltysim.draws import uniforms
from loyaltysim.ledger import MICRO
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.balance import (
    add_units,
    forfeit,
    lapse_lots,
    lot_weeks,
    review_balance,
    take_units,
)
from loyaltysim.rewards.claiming import asks, claim_rewards
from loyaltysim.rewards.reward import RewardTerms, book_reward, fill_reward
from loyaltysim.units import NonNegative, Positive, Share, Weeks, YearlyRate, assumed, number
from loyaltysim.units import Terms as Base

ORDER = 1
NAME = "points"

MOST = 6
"""Rewards that a menu, and actions that a list, may have."""

Units = Annotated[int, BeforeValidator(number), Field(ge=1, le=10**9)]

DECISIONS = {"action": 22}
_ACTION = DECISIONS["action"]


class Reward(RewardTerms):
    """One reward of a menu."""

    at: Units
    """Points that it takes."""


class Action(Base):
    """Something that earns points beside a purchase: a review, a survey, an introduction."""

    points: Units
    per_year: YearlyRate
    """How often a member does it."""
    cost: NonNegative = 0.0
    """What handling it costs the firm, each time."""


class Partners(Base):
    """Other firms at which members earn the same points."""

    points_per_week: Positive
    """Points that a member earns there."""
    paid_per_point: NonNegative
    """What the partners pay for each."""


class Terms(Base):
    """Points on what is bought, for one reward or a menu of them."""

    per_euro: Annotated[
        NonNegative,
        Field(validation_alias=AliasChoices("per_euro", "per_dollar", "per_pound", "per_yuan")),
    ] = 0.0
    """Points for each unit of the scenario's currency; whole points, rounded down."""
    per_visit: NonNegative = 0.0
    """Points for each purchase."""
    actions: Annotated[list[Action], Field(min_length=1, max_length=MOST)] | None = None
    """What else earns points."""
    partners: Partners | None = None
    """Where else they are earned."""
    bonus_share: Share = 0.0
    """Share of a basket that earns more: a category, a brand."""
    bonus_factor: Positive = 1.0
    """How many times as many points it earns."""
    double_every: Weeks | None = None
    """Time from one day of double points to the next."""
    pending: Weeks | None = None
    """How long points wait before they can be used, while goods may come back."""
    most_per_visit: Units | None = None
    """Points that one purchase can bring."""
    from_amount: NonNegative = 0.0
    """Least purchase that earns points."""
    on_joining: Units | None = None
    """Points that are given on joining: a head start."""
    reward_at: Units | None = None
    """Points that the reward takes, where there is one."""
    reward_cost: NonNegative | None = None
    """What the reward costs the firm."""
    reward_value: NonNegative | None = None
    """What it is worth to the customer; left out, its cost at the firm's selling price."""
    menu: Annotated[list[Reward], Field(min_length=1, max_length=MOST)] | None = None
    """In place of one reward, several, from the smallest to the largest."""
    cash_per_point: Positive | None = None
    """What a missing point can be paid for with; left out, rewards are for points alone."""
    cash_from: Share = assumed("programme.points.cash_from")
    """Share of the points that must be there, where the rest can be paid."""
    charity: Share = 0.0
    """Share of the rewards that are given to a charity in the customer's name, at their cost."""
    expires_after: Weeks | None = None
    """Validity from the date of earning, oldest first; left out, for ever."""
    expires_every: Weeks | None = None
    """Time between fixed dates, counted from the launch, at which all points expire."""
    expires_unused: Weeks | None = None
    """Time without a purchase after which all points expire."""
    grace: Weeks | None = None
    """How much later a purchase still brings back points that expired unused."""
    redeems_per_visit: Share = assumed("programme.points.redeems_per_visit")
    replaces_purchase: Share = assumed("programme.points.replaces_purchase")

    @model_validator(mode="after")
    def _stated(self) -> Self:
        if (self.reward_at is None) == (self.menu is None):
            raise ValueError("state either reward_at or a menu")
        if (self.reward_at is None) != (self.reward_cost is None):
            raise ValueError("reward_cost goes with reward_at; in a menu each reward has its own")
        if self.per_euro == self.per_visit == 0.0 and not self.actions and not self.partners:
            raise ValueError("nothing earns points: state per_euro, per_visit, actions or partners")
        needed = [reward.at for reward in self.rewards]
        if sorted(set(needed)) != needed:
            raise ValueError("each reward of the menu must take more points than the one before it")
        return self

    @property
    def rewards(self) -> list[Reward]:
        """The rewards, from the smallest to the largest."""
        if self.menu is not None:
            return list(self.menu)
        assert self.reward_at is not None
        assert self.reward_cost is not None
        return [
            Reward(at=self.reward_at, reward_cost=self.reward_cost, reward_value=self.reward_value)
        ]

    @property
    def worth(self) -> tuple[float, float]:
        """What it is worth beforehand: share of a basket, and amount a visit."""
        point = max((r.reward_value or r.reward_cost) / r.at for r in self.rewards)
        return self.per_euro * point, self.per_visit * point

    @property
    def cost_per_unit(self) -> float:
        """What a point that is redeemed costs: that of the largest reward."""
        return self.rewards[-1].reward_cost / self.rewards[-1].at


STATE = {
    "pending_old": int,
    "pending_new": int,
    "pending_old_until": float,
    "pending_new_until": float,
    "active_at": float,
    "expiries": int,
}
"""Points that wait, earlier and later ones, and until when; the latest purchase (week), and the
fixed dates of expiry that have passed."""

FIELDS = {
    "per_spend": float,
    "per_visit": float,
    "actions": int,
    "action_points": (int, MOST),
    "action_rate": (float, MOST),
    "action_cost": (int, MOST),
    "partner_rate": float,
    "partner_price": float,
    "double_weeks": float,
    "pending_weeks": float,
    "most_per_visit": int,
    "earns_from": float,
    "on_joining": int,
    "rewards": int,
    "menu_at": (int, MOST),
    "menu_cost": (int, MOST),
    "menu_value": (float, MOST),
    "cash_price": float,
    "cash_from": float,
    "charity": float,
    "expiry_weeks": float,
    "unused_weeks": float,
    "grace_weeks": float,
}


def fill(fields: Any, terms: Terms, cost_share: float) -> None:
    """The terms as numbers of the scheme's record."""
    factor = 1.0 + terms.bonus_share * (terms.bonus_factor - 1.0)
    fields["per_spend"], fields["per_visit"] = factor * terms.per_euro, terms.per_visit
    fields["actions"] = len(terms.actions or [])
    for k, action in enumerate(terms.actions or []):
        fields["action_points"][k] = action.points
        fields["action_rate"][k] = action.per_year / 52.0
        fields["action_cost"][k] = round(action.cost * MICRO)
    if terms.partners is not None:
        fields["partner_rate"] = terms.partners.points_per_week
        fields["partner_price"] = terms.partners.paid_per_point * MICRO
    fields["double_weeks"] = terms.double_every or inf
    fields["pending_weeks"] = terms.pending or 0.0
    fields["most_per_visit"] = terms.most_per_visit or 10**15
    fields["earns_from"] = terms.from_amount
    fields["on_joining"] = terms.on_joining or 0
    fields["given"] = float(terms.on_joining is not None)
    fields["rewards"] = len(terms.rewards)
    best = -1.0
    for k, reward in enumerate(terms.rewards):
        fill_reward(fields, reward, cost_share)
        value = float(fields["reward_value"])
        fields["menu_at"][k] = reward.at
        fields["menu_cost"][k], fields["menu_value"][k] = fields["reward_cost"], value
        if value / reward.at > best:
            best, fields["reward_at"], worth = value / reward.at, reward.at, value
    # A point is worth what the best reward makes of it.
    fields["reward_value"] = worth
    fields["cash_price"] = terms.cash_per_point or 0.0
    fields["cash_from"] = terms.cash_from
    fields["charity"] = terms.charity
    fields["expiry_weeks"] = terms.expires_every or inf
    fields["unused_weeks"] = terms.expires_unused or inf
    fields["grace_weeks"] = terms.grace or 0.0
    fields["redeems"] = terms.redeems_per_visit
    fields["replaces"] = terms.replaces_purchase
    fields["lot_weeks"] = lot_weeks(terms.expires_after)


@rule
def start(customer: Record, member: Record, scheme: Record, now: float, flow: Record) -> None:
    """A new member has the points of joining; dates of expiry that have passed are no concern."""
    if scheme.on_joining > 0:
        add_units(member, scheme, scheme.on_joining, now, flow)
    member.active_at = now
    member.expiries = int(floor((now - scheme.opens_at) / scheme.expiry_weeks))


@rule
def lapse(
    customer: Record,
    member: Record,
    scheme: Record,
    beliefs: Record,
    now: float,
    flow: Record,
    tally: Record,
) -> None:
    """Points expire by age, on fixed dates, or unused; that hurts like money taken away."""
    before = flow.expired
    lapse_lots(member, scheme, now, flow)
    passed = int(floor((now - scheme.opens_at) / scheme.expiry_weeks))
    if passed > member.expiries:
        member.expiries = passed
        forfeit(member, flow)
    if now - member.active_at > scheme.unused_weeks + scheme.grace_weeks:
        forfeit(member, flow)
    if flow.expired > before:
        lost = (flow.expired - before) * scheme.reward_value / scheme.reward_at
        windfall(customer, scheme.rival, -lost, beliefs, now)
    _review(member, scheme, now)


@rule
def _review(member: Record, scheme: Record, now: float) -> None:
    """How far the goal is, and until when the points for it are kept."""
    review_balance(member, scheme, now)
    if scheme.expiry_weeks < inf:
        due = scheme.opens_at + (member.expiries + 1) * scheme.expiry_weeks
        member.goal_due = min(member.goal_due, due)


@rule
def _rate(customer: Record, scheme: Record) -> float:
    """Points for a unit of the currency, more of them for a higher tier."""
    return float(scheme.per_spend * (1.0 + customer.earn_boost[scheme.rival]))


@rule
def _waiting(member: Record, now: float) -> int:
    """Points that cannot be used yet."""
    waiting = 0
    if now < member.pending_old_until:
        waiting += member.pending_old
    if now < member.pending_new_until:
        waiting += member.pending_new
    return waiting


@rule
def _wanted(
    customer: Record, member: Record, scheme: Record, beliefs: Record, basket: float
) -> int:
    """The reward that is saved for: most worth for a point, discounted until it is reached.

    So a menu whose larger rewards are the better bargains makes people hoard.
    """
    if scheme.rewards == 1:
        return 0
    step = max(1.0, _rate(customer, scheme) * basket + scheme.per_visit)
    chosen = 0
    best = -1.0
    for k in range(scheme.rewards):
        missing = max(scheme.menu_at[k] - member.balance, 0)
        weeks = ceil(missing / step) * customer.usual_gap
        merit = (
            scheme.menu_value[k] / scheme.menu_at[k] * exp(-beliefs.delay_discount_per_week * weeks)
        )
        if merit > best:
            best = merit
            chosen = k
    return chosen


@rule
def _act(
    customer: Record,
    member: Record,
    scheme: Record,
    now: float,
    week: Record,
    flow: Record,
    tally: Record,
) -> None:
    """What else was done since the last purchase brings its points."""
    luck = uniforms(
        week.seed, week.replication, customer.who, _ACTION, customer.occasions, scheme.instance
    )
    for k in range(scheme.actions):
        if luck[k] < 1.0 - exp(-scheme.action_rate[k] * (now - member.active_at)):
            add_units(member, scheme, scheme.action_points[k], now, flow)
            book_reward(customer, scheme, scheme.action_cost[k], tally)


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
    """The reward that was saved for, as often as the points last; some pay what is missing."""
    if scheme.actions > 0:
        _act(customer, member, scheme, visit.now, week, flow, tally)
    usable = member.balance - _waiting(member, visit.now)
    least = scheme.menu_at[0]
    if scheme.cash_price > 0.0:
        least = int(ceil(scheme.cash_from * least))
    if usable < max(least, 1):
        return
    k = _wanted(customer, member, scheme, beliefs, visit.usual)
    at, cost, value = scheme.menu_at[k], scheme.menu_cost[k], scheme.menu_value[k]
    ready = usable // at
    units = ready * at
    cash = 0.0
    if ready == 0:
        # To pay for missing points must be the better bargain.
        if usable < scheme.cash_from * at or not 0.0 < scheme.cash_price <= value / at:
            return
        ready, units = 1, usable
        cash = (at - usable) * scheme.cash_price
    if not asks(customer, member, scheme, week, beliefs, visit.now, tally):
        return
    spent = int(floor(cash * 1000000.0 + 0.5))
    if scheme.charity > 0.0:
        luck = uniforms(
            week.seed, week.replication, customer.who, _ACTION, customer.occasions,
            64 + scheme.instance,
        )  # fmt: skip
        if luck[0] < scheme.charity:
            # Given away, it is no windfall, but an honour.
            book_reward(customer, scheme, ready * cost - spent, tally)
            take_units(member, units, flow)
            if scheme.rival == 0:
                tally.rewarded += ready
            move_goodwill(customer, scheme.rival, beliefs.recognition_pull, beliefs, visit.now)
            return
    worth = ready * value - cash
    claim_rewards(
        customer, member, scheme, ready, units, ready * cost - spent, worth, visit, beliefs, flow,
        tally,
    )  # fmt: skip


@rule
def earn(
    customer: Record,
    member: Record,
    scheme: Record,
    visit: Record,
    beliefs: Record,
    flow: Record,
    tally: Record,
) -> None:
    """Whole points for what is paid, for the visit, and for what was done since the last one."""
    now = visit.now
    points = _rate(customer, scheme) * visit.paid + scheme.per_visit
    if (now - scheme.opens_at) % scheme.double_weeks < 1.0 / 7.0 and scheme.double_weeks < inf:
        points *= 2.0
    units = 0
    if visit.paid >= scheme.earns_from:
        units = min(int(floor(points)), scheme.most_per_visit)
    away = now - member.active_at
    if scheme.partner_rate > 0.0:
        there = int(floor(scheme.partner_rate * away))
        units += there
        # The partners pay for them.
        book_reward(customer, scheme, -int(floor(there * scheme.partner_price)), tally)
    member.active_at = now
    if scheme.pending_weeks > 0.0:
        if now >= member.pending_old_until:
            member.pending_old = member.pending_new
            member.pending_old_until = member.pending_new_until
            member.pending_new = 0
        member.pending_new += units
        member.pending_new_until = now + scheme.pending_weeks
    add_units(member, scheme, units, now, flow)


@rule
def aim(customer: Record, member: Record, scheme: Record, visit: Record, beliefs: Record) -> float:
    """The goal is the reward that is saved for; a purchase brings the points of a usual basket."""
    k = _wanted(customer, member, scheme, beliefs, visit.usual)
    member.goal_size = float(scheme.menu_at[k])
    member.goal_step = max(1.0, _rate(customer, scheme) * visit.usual + scheme.per_visit)
    member.goal_value = scheme.menu_value[k]
    _review(member, scheme, visit.now)
    return float(member.balance)


@rule
def change(
    customer: Record, member: Record, scheme: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """Fixed dates of expiry that have passed, had they been in force, take nothing."""
    member.expiries = int(floor((now - scheme.opens_at) / scheme.expiry_weeks))
