"""Points or people? One budget, split between rewards, pay, training, recovery and quality.

Every split of the same money is an alternative of the same business, lived on the same people
and luck. The same is what is booked: each split is lived again, larger or smaller, until it spends
the budget, or all that its levers can take.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.evidence import register
from loyaltysim.results import money
from loyaltysim.results.intervals import mean_and_half_width, with_intervals
from loyaltysim.results.summary import Summary
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.problems import Problem
from loyaltysim.studies.compare import Progress, Task, lived
from loyaltysim.studies.levels_of import levels_of
from loyaltysim.studies.levers import LEVERS, SPENT_ON, Today, bought, left_out, most
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

BUDGET_SHARE = 0.02
"""Of sales, where no budget is stated."""

BUDGETS = (0.5, 1.0, 2.0)
"""Budgets, of the stated one, at which each lever alone is lived."""

NOTHING = "nothing"
"""The business as it stands, with no money spent: a choice like the others."""

NEAR = 0.02
"""How far what is spent may be from the budget, of it."""

TRIES = 5
"""How often a split is lived at most until it is as near."""


def splits(parts: int, levers: Sequence[str] = LEVERS) -> list[dict[str, float]]:
    """Every way to give so many equal parts to the levers: the share of each that gets any."""
    chosen = combinations_with_replacement(levers, parts)
    return [{lever: one.count(lever) / parts for lever in levers if lever in one} for one in chosen]


def name_of(shares: Mapping[str, float]) -> str:
    """A split in words: `rewards`, or `50% rewards, 50% pay`."""
    if len(shares) == 1:
        return next(iter(shares))
    return ", ".join(f"{share:.0%} {lever}" for lever, share in shares.items())


def _merged(before: Any, change: Any) -> Any:
    """Maps merge, everything else replaces."""
    if not isinstance(before, dict) or not isinstance(change, dict):
        return change
    return before | {key: _merged(before.get(key), value) for key, value in change.items()}


def without_money(scenario: Scenario) -> Scenario:
    """The business as it stands, alone, with staff who respond: else pay would keep nobody."""
    if scenario.business.programme is not None:
        hint = "the business has a programme already; leave it out, or keep it to an alternative"
        raise ScenarioError([Problem(field="programme", hint=hint)])
    document = {key: value for key, value in scenario.document.items() if key != "alternatives"}
    return Scenario.from_document(_merged(document, {"firm": {"staff": {"responds": True}}}))


def overlay_of(
    scenario: Scenario, today: Today, sizes: Mapping[str, float], halves_for: float | None = None
) -> dict[str, Any]:
    """What so much money a week for each of some levers changes, as one alternative."""
    overlay: dict[str, Any] = {}
    costs = scenario.business.firm.costs_per_week
    for lever, size in sizes.items():
        change, besides = bought(lever, size, scenario.business, today, halves_for)
        overlay, costs = _merged(overlay, change), costs + besides
    return dict(_merged(overlay, {"firm": {"costs_per_week": costs}}))


@dataclass
class Trial:
    """Money a week for some levers, lived at one scale after another until it is spent."""

    sizes: dict[str, float]
    """What each lever is given at a scale of 1."""
    budget: float
    """What all of them are to spend."""
    largest: float
    """The scale from which on no lever can take more."""
    halves_for: float | None = None
    scale: float = 1.0
    tried: list[tuple[float, float, list[Summary]]] = field(default_factory=list)
    """Scale, what was spent a week, and the lives, by replication."""

    @property
    def best(self) -> tuple[float, float, list[Summary]]:
        """The try that came nearest."""
        return min(self.tried, key=self._miss)

    def _miss(self, one: tuple[float, float, list[Summary]]) -> float:
        return abs(one[1] - self.budget)

    @property
    def is_open(self) -> bool:
        """Whether another scale may come nearer; if so, that is what is to be lived next."""
        if not self.tried:
            return True
        if self._miss(self.best) <= NEAR * self.budget or len(self.tried) >= TRIES:
            return False
        self.scale = min(self._next(), self.largest)
        return all(self.scale != scale for scale, _, _ in self.tried)

    def _next(self) -> float:
        """Where the line through the two nearest tries, around the budget if there are such,
        meets it."""
        ordered = sorted(self.tried, key=self._miss)
        scale, spent, _ = ordered[0]
        over = spent > self.budget
        others = [one for one in ordered[1:] if (one[1] > self.budget) != over] or ordered[1:]
        if others:
            slope = (spent - others[0][1]) / (scale - others[0][0])
            if slope > 0.0:
                aim = scale + (self.budget - spent) / slope
                return min(max(aim, 0.2 * scale), 5.0 * scale)
        grow = self.budget / spent if spent > 0.0 else 5.0
        return scale * min(max(grow, 0.2), 5.0)


@dataclass
class Laboratory:
    """Where trials are lived, all of a pass on the same people and luck as spending nothing."""

    scenario: Scenario
    today: Today
    processes: int
    progress: Progress | None
    passes: int
    """How many are expected, for the progress shown."""
    nothing: list[Summary] = field(default_factory=list)
    done: int = 0

    def trial(
        self, sizes: Mapping[str, float], budget: float, halves_for: float | None = None
    ) -> Trial:
        """A trial of so much money a week for some levers, not lived yet."""
        business = self.scenario.business
        largest = max(most(lever, business, self.today) / size for lever, size in sizes.items())
        return Trial(dict(sizes), budget, largest, halves_for, min(1.0, largest))

    def live(self, trials: Sequence[Trial]) -> None:
        """Live all of them until each spends its budget, or comes no nearer."""
        count = self.scenario.business.replications
        levels = levels_of(self.scenario.business)
        tasks = [Task("split", number) for number in range(count)]
        for number in range(TRIES):
            todo = [trial for trial in trials if trial.is_open]
            if not todo:
                self.done += count * (TRIES - number)
                break
            alternatives: dict[str, Any] = {NOTHING: {}}
            for place, trial in enumerate(todo):
                sizes = {lever: size * trial.scale for lever, size in trial.sizes.items()}
                overlay = overlay_of(self.scenario, self.today, sizes, trial.halves_for)
                alternatives[f"{place}"] = overlay
            whole = Scenario.from_document({**self.scenario.document, "alternatives": alternatives})
            lives: dict[Task, list[Summary]] = {}
            for task, summaries in lived(whole, levels, tasks, self.processes):
                lives[task] = summaries
                self.done += 1
                if self.progress is not None:
                    self.progress(self.done, self.passes * TRIES * count)
            runs = [lives[task] for task in tasks]
            self.nothing = [summaries[0] for summaries in runs]
            for place, trial in enumerate(todo, 1):
                own = [summaries[place] for summaries in runs]
                spent = spending(trial.sizes, own, self.nothing)
                trial.tried.append((trial.scale, float(spent.mean()), own))


def spending(
    levers: Mapping[str, Any], lives: Sequence[Summary], nothing: Sequence[Summary]
) -> Floats:
    """What is booked a week beyond today, on the accounts of these levers, by replication."""
    accounts = {account for lever in levers for account in SPENT_ON[lever]}
    booked = [
        money.column(one.monthly, *accounts).sum() - money.column(none.monthly, *accounts).sum()
        for one, none in zip(lives, nothing, strict=True)
    ]
    weeks = (len(nothing[0].stages) - 1) or 1
    return np.asarray(booked) / weeks


@dataclass(frozen=True, repr=False)
class Split:
    """All splits of a budget, lived on the same people and luck."""

    scenario: Scenario
    per_week: float
    today: Today
    left_out: dict[str, str]
    """Levers that money cannot move here, and why."""
    nothing: list[Summary]
    """Spending nothing, by replication; so are all others."""
    trials: dict[str, Trial]
    """The splits by name."""
    by_lever: dict[tuple[str, float], Trial]
    """Each lever alone, by the budget as a multiple of the stated one."""
    by_cost: dict[float, Trial]
    """Quality alone, by what it costs to halve the failures."""

    @property
    def replications(self) -> int:
        """Paired replications."""
        return len(self.nothing)

    @property
    def names(self) -> list[str]:
        """Spending nothing, and the splits."""
        return [NOTHING, *self.trials]

    @property
    def levers(self) -> list[str]:
        """Those that money can move here."""
        return [lever for lever in LEVERS if lever not in self.left_out]

    @property
    def budgets(self) -> list[float]:
        """Multiples of the budget at which each lever alone was lived."""
        return sorted({budget for _, budget in self.by_lever})

    def more_profit(self, lives: Sequence[Summary]) -> Floats:
        """Profit a year over that of spending nothing, by replication."""
        years = self.scenario.business.weeks / WEEKS_PER_YEAR
        more = [
            money.incremental_profit(one.monthly, none.monthly).sum() / years
            for one, none in zip(lives, self.nothing, strict=True)
        ]
        return np.asarray(more)

    def _of_each(self, measure: Any) -> Floats:
        """A measure by replication and name, nothing first."""
        of = [measure(trial) for trial in self.trials.values()]
        return np.column_stack([np.zeros(self.replications), *of])

    @cached_property
    def spent_per_year(self) -> Floats:
        """What is booked a year beyond today: (replications, names)."""
        return self._of_each(
            lambda trial: WEEKS_PER_YEAR * spending(trial.sizes, trial.best[2], self.nothing)
        )

    @cached_property
    def profit_per_year(self) -> Floats:
        """Profit a year over that without the money: (replications, names)."""
        return self._of_each(lambda trial: self.more_profit(trial.best[2]))

    @cached_property
    def loss(self) -> Floats:
        """Share of customers lost in a year, less that without: (replications, names)."""
        before = np.array([one.yearly_loss for one in self.nothing])
        return self._of_each(
            lambda trial: np.array([one.yearly_loss for one in trial.best[2]]) - before
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each split and for spending nothing, best profit first: what is booked, profit
        a year and loss against without, with 95% intervals (paired t), and how it stands."""
        index = pd.Index(self.names, name="split")
        measures = {"profit_per_year": self.profit_per_year, "loss": self.loss}
        columns = {"spent_per_year": self.spent_per_year.mean(axis=0), **with_intervals(measures)}
        frame = pd.DataFrame(columns, index=index)
        frame["frontier"] = standing(self.profit_per_year, self.loss)
        return frame.sort_values("profit_per_year", ascending=False, kind="stable")

    @property
    def best(self) -> str:
        """The split with the highest profit, be it a loss."""
        return str(self.table.index.drop(NOTHING)[0])

    def as_good(self) -> list[str]:
        """What luck alone could put before the best: splits, and spending nothing."""
        best = self.profit_per_year[:, self.names.index(self.best)]
        behind = best[:, np.newaxis] - self.profit_per_year
        mean, half = mean_and_half_width(behind)
        low = dict(zip(self.names, mean - half, strict=True))
        return [name for name in self.table.index if name != self.best and low[name] <= 0.0]

    def against_rewards(self, budget: float = 1.0) -> pd.DataFrame:
        """Each lever alone against rewards alone, at a multiple of the budget: more profit a year
        with its 95% interval, and what it spends, of the budget."""
        rewards = self.more_profit(self.by_lever["rewards", budget].best[2])
        rows = {}
        for lever in self.levers:
            trial = self.by_lever[lever, budget]
            more = self.more_profit(trial.best[2]) - rewards
            spent = trial.best[1] / trial.budget
            rows[lever] = {**with_intervals({"more": more}), "spent": spent}
        return pd.DataFrame.from_dict(rows, orient="index").drop(index="rewards")

    def quality_against_rewards(self) -> pd.DataFrame:
        """More profit a year of quality alone than of rewards alone, by what it costs to halve the
        failures, from the register's low to its high."""
        rewards = self.more_profit(self.by_lever["rewards", 1.0].best[2])
        rows = {
            cost: with_intervals({"more": self.more_profit(trial.best[2]) - rewards})
            for cost, trial in sorted(self.by_cost.items())
        }
        return pd.DataFrame.from_dict(rows, orient="index").astype(float)

    def break_even(self) -> tuple[float, float, float]:
        """What it costs to halve the failures when quality stops beating rewards, and between what
        costs luck leaves that: between those lived, on a scale of ratios. Zero where it never does
        beat them, infinite where it always does."""
        found = self.quality_against_rewards()
        costs = found.index.to_numpy(dtype=float)
        mean, low, high = (
            crossing(costs, found[name].to_numpy()) for name in ("more", "more_low", "more_high")
        )
        return mean, low, high


def crossing(costs: Floats, more: Floats) -> float:
    """Where what quality brings more first falls to zero, as the costs rise.

    >>> crossing(np.array([0.01, 0.04]), np.array([1.0, -1.0]))
    0.02
    """
    below = np.flatnonzero(more <= 0.0)
    if not len(below):
        return math.inf
    at = below[0]
    if at == 0:
        return 0.0
    part = more[at - 1] / (more[at - 1] - more[at])
    return round(float(costs[at - 1] * (costs[at] / costs[at - 1]) ** part), 12)


def standing(profit: Floats, loss: Floats) -> list[str]:
    """How each split stands, of values (replications, splits): on the `frontier` if it does better
    in profit or in loss than each other; `beaten` if some other does better in both; `open` where
    luck alone decides. Better is beyond the 95% interval of the paired difference."""
    stands = []
    for place in range(profit.shape[1]):
        others = [other for other in range(profit.shape[1]) if other != place]
        mean, half = mean_and_half_width(profit[:, [place]] - profit[:, others])
        fewer, width = mean_and_half_width(loss[:, others] - loss[:, [place]])
        better = (mean > half) | (fewer > width)
        beaten = (mean < -half) & (fewer < -width)
        stands.append("frontier" if better.all() else "beaten" if beaten.any() else "open")
    return stands


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
    of `processes`. Raises `ScenarioError` where the business has a programme already, and where
    the money is more than it sells.
    """
    stated = {"replications": replications, "market.people": people}
    changes = {name: value for name, value in stated.items() if value is not None}
    if changes:
        scenario = scenario.change(changes)
    scenario = without_money(scenario)
    today = Today.of(scenario)
    if per_week is None:
        per_week = BUDGET_SHARE * today.sales
    check_budget(per_week, scenario, today)
    without = left_out(scenario.business, today)
    levers = [lever for lever in LEVERS if lever not in without]
    lab = Laboratory(scenario, today, processes or os.cpu_count() or 1, progress, passes=2)

    budgets = [budget for budget in BUDGETS if budget * per_week <= today.sales]
    shares = {share for one in splits(parts, levers) for share in one.values()}
    alone = {
        (lever, share): lab.trial({lever: share * per_week}, share * per_week)
        for lever in levers
        for share in sorted({*budgets, *shares})
    }
    dear = {
        cost: lab.trial({"quality": per_week}, per_week, cost)
        for cost in costs_of_quality()
        if "quality" in levers
    }
    lab.live([*alone.values(), *dear.values()])

    found = {}
    for one in splits(parts, levers):
        if len(one) > 1:
            # As much of each lever as spends its part alone.
            sizes = {}
            for lever, share in one.items():
                trial = alone[lever, share]
                sizes[lever] = trial.sizes[lever] * trial.best[0]
            found[name_of(one)] = lab.trial(sizes, per_week)
        else:
            found[name_of(one)] = alone[next(iter(one)), 1.0]
    lab.live([trial for trial in found.values() if not trial.tried])
    return Split(
        scenario,
        per_week,
        today,
        without,
        lab.nothing,
        found,
        {(lever, share): alone[lever, share] for lever in levers for share in budgets},
        dear,
    )


def check_budget(per_week: float, scenario: Scenario, today: Today) -> None:
    """Refuse a budget that is none, or more than is sold."""
    if 0.0 < per_week <= today.sales:
        return
    business = scenario.business
    raise ScenarioError(
        [
            Problem(
                field="budget",
                found=f"{per_week:,.6g} {business.currency} a week",
                allowed=f"more than 0, and at most {today.sales:,.0f}, what {business.name} sells "
                "in a week",
            )
        ]
    )


def costs_of_quality() -> list[float]:
    """What it may cost to halve the failures: the register's low, value and high, and between."""
    entry = register()["split.quality_halves_for"]
    below, above = math.sqrt(entry.low * entry.value), math.sqrt(entry.value * entry.high)
    return [entry.low, below, entry.value, above, entry.high]
