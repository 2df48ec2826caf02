"""Points or people? One budget, split between rewards, pay, training, recovery and quality.

Every split of the same money is an alternative of the same business, lived on the same people
and luck. What money buys is stated here, lever by lever: plain arithmetic on what the business
does today, and one assumption, what it costs to halve the failures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.evidence import register
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.results import money
from loyaltysim.results.comparison import STATED
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.results.summary import Summary
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.problems import Problem
from loyaltysim.simulation import run
from loyaltysim.studies.compare import Progress, Task, lived
from loyaltysim.studies.levels_of import levels_of
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

LEVERS = ("rewards", "pay", "training", "recovery", "quality")

PURCHASES_TO_REWARD = 10
"""Usual baskets that earn a reward."""

BUDGET_SHARE = 0.02
"""Of sales, where no budget is stated."""

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


def bought(
    lever: str, per_week: float, business: Business, today: Today
) -> tuple[dict[str, Any], float]:
    """What so much money a week changes in the business, as an alternative states it, and how
    much of it is not spent by these changes themselves but every week besides."""
    staff, service, basket = business.firm.staff, business.firm.service, today.basket
    hour = staff.pay_per_week / staff.hours_per_week
    if lever == "rewards":
        # Points worth that share of what members spend, and never more than the money.
        reward_at = max(round(PURCHASES_TO_REWARD * basket), 1)
        joins = register()["programme.joins"].value
        cost = per_week / (today.sales * joins) * reward_at
        points = {"per_euro": 1, "reward_at": reward_at, "reward_cost": cost}
        return {"programme": {"points": points, "budget_per_year": per_week * WEEKS_PER_YEAR}}, 0.0
    if lever == "pay":
        pay = staff.pay_per_week + per_week / staff.count
        return {"firm": {"staff": {"pay_per_week": pay}}}, 0.0
    if lever == "training":
        # A trainer costs what the trained earn; their own time is missing at the counter.
        hours = min(per_week / staff.count / hour, 0.5 * staff.hours_per_week)
        paid = per_week / staff.count / hours
        terms = {"training_hours_per_week": hours, "training_cost_per_hour": paid}
        return {"firm": {"staff": terms}}, 0.0
    if lever == "recovery":
        # Half of it as compensation, as far as that goes, the rest as time to answer.
        resolved = today.complaints * service.desk.resolved
        room = (1.0 - service.compensation_share_of_basket) * resolved * basket
        back = min(0.5 * per_week, room)
        work = today.complaints * service.desk.handling_hours * hour
        more: dict[str, Any] = {}
        if resolved > 0.0:
            share = service.compensation_share_of_basket + back / (resolved * basket)
            more["compensation_share_of_basket"] = min(share, 1.0)
        if work > 0.0:
            more["response_hours"] = service.response_hours / (1.0 + (per_week - back) / work)
        return {"firm": {"service": more}}, per_week - back
    halves = register()["split.quality_halves_for"].value * basket * today.visits
    failure = service.failure_per_visit * 0.5 ** (per_week / halves)
    return {"firm": {"service": {"failure_per_visit": failure}}}, per_week


def splits(parts: int) -> list[tuple[int, ...]]:
    """Every way to give so many equal parts to the levers: parts by lever."""
    chosen = combinations_with_replacement(range(len(LEVERS)), parts)
    return [tuple(one.count(place) for place in range(len(LEVERS))) for one in chosen]


def name_of(parts: tuple[int, ...]) -> str:
    """A split in words: `rewards`, or `50% rewards, 50% pay`."""
    total = sum(parts)
    named = [(part, lever) for part, lever in zip(parts, LEVERS, strict=True) if part]
    if len(named) == 1:
        return named[0][1]
    return ", ".join(f"{part / total:.0%} {lever}" for part, lever in named)


def _merged(before: Any, change: Any) -> Any:
    """Maps merge, everything else replaces."""
    if not isinstance(before, dict) or not isinstance(change, dict):
        return change
    return before | {key: _merged(before.get(key), value) for key, value in change.items()}


def split_scenario(scenario: Scenario, today: Today, per_week: float, parts: int) -> Scenario:
    """The scenario with a split as each alternative, against the business as it stands."""
    business = scenario.business
    if business.programme is not None:
        hint = "the business has a programme already; leave it out, or keep it to an alternative"
        raise ScenarioError([Problem(field="programme", hint=hint)])
    document = {key: value for key, value in scenario.document.items() if key != "alternatives"}
    # Else pay would keep nobody.
    document = _merged(document, {"firm": {"staff": {"responds": True}}})
    alternatives: dict[str, Any] = {"nothing": {}}
    for split in splits(parts):
        overlay: dict[str, Any] = {}
        costs = business.firm.costs_per_week
        for lever, part in zip(LEVERS, split, strict=True):
            if part:
                change, besides = bought(lever, per_week * part / parts, business, today)
                overlay, costs = _merged(overlay, change), costs + besides
        alternatives[name_of(split)] = _merged(overlay, {"firm": {"costs_per_week": costs}})
    return Scenario.from_document({**document, "alternatives": alternatives})


@dataclass(frozen=True, repr=False)
class Split:
    """All splits of a budget, lived on the same people and luck."""

    scenario: Scenario
    per_week: float
    today: Today
    runs: list[list[Summary]]
    """By replication, and in the order of the alternatives."""

    @property
    def replications(self) -> int:
        """Paired replications."""
        return len(self.runs)

    @property
    def names(self) -> list[str]:
        """The splits, without the business as it stands."""
        return list(self.scenario.alternatives)[1:]

    @cached_property
    def profit_per_year(self) -> Floats:
        """Profit a year over that without the money: (replications, splits)."""
        profit = np.array([[money.profit(s.monthly).sum() for s in runs] for runs in self.runs])
        years = self.scenario.business.weeks / WEEKS_PER_YEAR
        return np.asarray((profit[:, 1:] - profit[:, :1]) / years)

    @cached_property
    def loss(self) -> Floats:
        """Share of customers lost in a year, less that without: (replications, splits)."""
        loss = np.array([[s.yearly_loss for s in runs] for runs in self.runs])
        return np.asarray(loss[:, 1:] - loss[:, :1])

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each split, best profit first: profit a year and loss against without, with
        95% intervals (paired t), and whether it is on the frontier: no other has more profit and
        loses fewer."""
        frame = pd.DataFrame(index=pd.Index(self.names, name="split"))
        for name, values in (("profit_per_year", self.profit_per_year), ("loss", self.loss)):
            mean, half = mean_and_half_width(values)
            frame[name], frame[f"{name}_low"], frame[f"{name}_high"] = (
                mean,
                mean - half,
                mean + half,
            )
        profit, loss = frame["profit_per_year"].to_numpy(), frame["loss"].to_numpy()
        frame["frontier"] = [
            not np.any((profit >= p) & (loss <= n) & ((profit > p) | (loss < n)))
            for p, n in zip(profit, loss, strict=True)
        ]
        return frame.sort_values("profit_per_year", ascending=False)

    def against_rewards(self) -> Iterator[tuple[str, float, float, float]]:
        """Each lever alone against rewards alone: more profit a year, and its 95% interval."""
        rewards = self.profit_per_year[:, self.names.index("rewards")]
        for lever in LEVERS[1:]:
            more = self.profit_per_year[:, self.names.index(lever)] - rewards
            mean, half = mean_and_half_width(more)
            yield lever, float(mean), float(mean - half), float(mean + half)


def split(
    scenario: Scenario,
    *,
    per_week: float | None = None,
    parts: int = 2,
    replications: int | None = None,
    people: int | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Split:
    """Live every split of `per_week` (2% of sales where left out) into `parts` equal parts.

    `replications` and `people` override the scenario's; the result is the same for any number
    of `processes`. Raises `ScenarioError` where the business has a programme already.
    """
    stated = {"replications": replications, "market.people": people}
    changes = {name: value for name, value in stated.items() if value is not None}
    if changes:
        scenario = scenario.change(changes)
    today = Today.of(scenario)
    if per_week is None:
        per_week = BUDGET_SHARE * today.sales
    whole = split_scenario(scenario, today, per_week, parts)
    levels = levels_of(whole.business)
    tasks = [Task(STATED, number) for number in range(whole.business.replications)]
    done: dict[Task, list[Summary]] = {}
    for task, summaries in lived(whole, levels, tasks, processes or os.cpu_count() or 1):
        done[task] = summaries
        if progress is not None:
            progress(len(done), len(tasks))
    return Split(whole, per_week, today, [done[task] for task in tasks])
