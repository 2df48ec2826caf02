"""Rewards, pay, training, recovery and quality: what so much money a week changes in a business.

Plain arithmetic on what the business does today, and one assumption, what it costs to halve the
failures. What is booked in the end differs from it (more people ask for rewards, fewer seats are
empty); the study of splits finds the size at which the money is really spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loyaltysim.evidence import register
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.results.money import PROGRAMME
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.problems import Problem
from loyaltysim.scenario.service import Service
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import levels_of

LEVERS = ("rewards", "pay", "training", "recovery", "quality")

SPENT_ON = {
    "rewards": PROGRAMME,
    "pay": ("pay",),
    "training": ("training",),
    "recovery": ("overhead", "compensation"),
    "quality": ("overhead",),
}
"""The accounts through which a lever spends: with the time at the till for points, the pay of
seats that are no longer empty, and the compensation of those who would not have been helped."""

PURCHASES_TO_REWARD = 10
"""Usual baskets that earn a reward."""

QUICKEST = 0.1
"""Share of today's time to answer below which no money brings it."""

MOST_TRAINING = 0.5
"""Share of the paid hours that training takes at most."""

PILOT_REPLICATION = 2**62 + 2**20
"""The luck of the look at today's business, which no run of a study uses."""


@dataclass(frozen=True)
class Today:
    """What the business does in a week as it stands: what money is held against."""

    sales: float
    visits: float
    complaints: float

    @classmethod
    def of(cls, scenario: Scenario) -> Today:
        """Found by living the business once."""
        business = scenario.business
        result = run(business, levels_of(business), replication=PILOT_REPLICATION)
        weeks = len(result.ledger)
        sales = result.ledger[:, :, ACCOUNTS.index("revenue")].sum() / MICRO / weeks
        visits, complaints = (
            result.counts[:, :, COUNTS.index(name)].sum() / weeks
            for name in ("purchases", "complaints")
        )
        if visits == 0.0:
            hint = "nobody buys here, so there is nothing that money could be held against"
            raise ScenarioError([Problem(field="market", hint=hint)])
        return cls(float(sales), float(visits), float(complaints))

    @property
    def basket(self) -> float:
        """Mean paid at a visit."""
        return self.sales / self.visits


def left_out(business: Business, today: Today) -> dict[str, str]:
    """Levers that money cannot move here, and why."""
    service, why = business.firm.service, {}
    if answering(business, today) == 0.0:
        why["recovery"] = "no complaint waits to be taken up"
    if most("training", business, today) == 0.0:
        why["training"] = f"{MOST_TRAINING:.0%} of the paid hours or more are training already"
    if service.failure_per_visit == 0.0:
        why["quality"] = "nothing goes wrong"
    return why


def answering(business: Business, today: Today) -> float:
    """Cost a week, at the pay of the staff, of the work on complaints that wait for an answer."""
    staff, service = business.firm.staff, business.firm.service
    waits = sum(share * hours for share, slow, hours in _ways(service) if slow > 0.0)
    return float(today.complaints * waits * staff.pay_per_week / staff.hours_per_week)


def _ways(service: Service) -> list[tuple[float, float, float]]:
    """Share of the complaints, hours to answer and to handle, of each way by which they come."""
    desk, channels = service.desk, service.desk.channels
    if channels is None:
        return [(1.0, service.response_hours, desk.handling_hours)]
    whole = sum(channel.share for channel in channels)
    ways = []
    for channel in channels:
        slow = service.response_hours if channel.response_hours is None else channel.response_hours
        handling = channel.handling_hours or desk.handling_hours
        ways.append((channel.share / whole, 0.0 if channel.at_once else slow, handling))
    return ways


def most(lever: str, business: Business, today: Today) -> float:
    """The most money a week that a lever can take."""
    staff = business.firm.staff
    if lever == "rewards":
        # Points worth all that is paid for them, at the firm's selling prices.
        cost_share = 1.0 - business.firm.gross_margin or 1.0
        return float(cost_share * today.sales * register()["programme.joins"].value)
    if lever == "training":
        free = MOST_TRAINING * staff.hours_per_week - staff.training_hours_per_week
        return float(max(free, 0.0) * staff.count * staff.pay_per_week / staff.hours_per_week)
    if lever == "recovery":
        return (1.0 / QUICKEST - 1.0) * answering(business, today)
    return float("inf")


def bought(
    lever: str, per_week: float, business: Business, today: Today, halves_for: float | None = None
) -> tuple[dict[str, Any], float]:
    """What so much money a week changes in the business, as an alternative states it, and how
    much of it is not spent by these changes themselves but every week besides.

    `halves_for` is what it costs to halve the failures (the register's where left out).
    """
    staff, service = business.firm.staff, business.firm.service
    per_week = min(per_week, most(lever, business, today))
    if lever == "rewards":
        # Points worth that share of what members spend.
        reward_at = max(round(PURCHASES_TO_REWARD * today.basket), 1)
        joins = register()["programme.joins"].value
        cost = per_week / (today.sales * joins) * reward_at
        return {
            "programme": {"points": {"per_euro": 1, "reward_at": reward_at, "reward_cost": cost}}
        }, 0.0
    if lever == "pay":
        pay = staff.pay_per_week + per_week / staff.count
        return {"firm": {"staff": {"pay_per_week": pay}}}, 0.0
    if lever == "training":
        # A trainer costs what the trained earn; their own time is missing at the counter.
        before, hour = staff.training_hours_per_week, staff.pay_per_week / staff.hours_per_week
        more = per_week / staff.count / hour
        price = (before * staff.training_cost_per_hour + more * hour) / (before + more)
        terms = {"training_hours_per_week": before + more, "training_cost_per_hour": price}
        return {"firm": {"staff": terms}}, 0.0
    if lever == "recovery":
        # Time to answer falls in proportion to the work that can be done. That a larger
        # compensation would please more is not simulated; what is given costs, and that is all.
        faster = 1.0 / (1.0 + per_week / answering(business, today))
        return {"firm": {"service": _quicker(service, faster)}}, per_week
    share = register()["split.quality_halves_for"].value if halves_for is None else halves_for
    halves = share * today.basket * today.visits
    failure = service.failure_per_visit * 0.5 ** (per_week / halves)
    return {"firm": {"service": {"failure_per_visit": failure}}}, per_week


def _quicker(service: Service, by: float) -> dict[str, Any]:
    """The hours to answer in force, of the desk and of each channel with its own, times `by`."""
    terms: dict[str, Any] = {"response_hours": service.response_hours * by}
    if service.desk.channels is not None:
        stated = [channel.model_dump(exclude_unset=True) for channel in service.desk.channels]
        for channel in stated:
            if channel.get("response_hours") is not None:
                channel["response_hours"] *= by
        terms["desk"] = {"channels": stated}
    return terms
