"""Which assumptions decide: a tornado, Morris' screening and Sobol's indices of a sweep.

Of profit against the reference, of the yearly loss, of the months to pay back, and of the decision
itself: which alternative brings most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.results.intervals import CONFIDENCE, mean_and_half_width
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.scenario.nearest import suggestion
from loyaltysim.scenario.problems import Problem
from loyaltysim.setting import month_of
from loyaltysim.sweeps.designs import MORRIS_LEVELS, MORRIS_STEP, unit_cube, ways
from loyaltysim.sweeps.factors import uncertain
from loyaltysim.sweeps.plan import Plan, plan, with_alternatives
from loyaltysim.sweeps.sweep import Progress, Sweep, kept, steps

Floats = NDArray[np.float64]

OUTCOMES = ("incremental_profit", "yearly_loss", "payback_month")

DECISION = "decision"
"""Whether the alternative that is best over the ranges is best at a point."""

DESIGN_OF = {"tornado": "ends", "morris": "morris", "sobol": "saltelli"}

COUNT = {"tornado": 1, "morris": 8, "sobol": 64}
"""Ways through the ranges, or base points of the indices, where it is not said how many."""

MOST_FACTORS = 30
"""Of which indices are taken without being named: they take many points for each."""

RESAMPLES = 400
"""Of the bootstrap by which SALib finds intervals."""


@dataclass(frozen=True)
class Sensitivity:
    """What each factor does to the outcomes, read from a sweep over its method's design."""

    sweep: Sweep
    method: str
    count: int

    @property
    def plan(self) -> Plan:
        """What was varied."""
        return self.sweep.plan

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each alternative, outcome and factor; the largest effects of each first.

        `tornado`: the outcome as stated and at either end of the factor's range, and the `swing`
        from one to the other with its 95% interval (paired t over replications). `morris`: the
        mean absolute effect `mu_star` of the whole range with its interval (bootstrap over ways),
        the mean effect `mu`, their spread `sigma`, and what `luck` alone would show. `sobol`: the
        `first` order and `total` indices with their intervals (bootstrap), and the share of the
        variance that is `luck`. nan where an outcome does not vary.
        """
        rows = [
            {"alternative": name, "outcome": outcome, "factor": factor.name, **figures}
            for name, outcome, values in self._outcomes()
            for factor, figures in zip(
                self.plan.factors, _METHODS[self.method](self, values), strict=True
            )
            if outcome == DECISION
            or self.plan.concerns(factor, name, self.plan.scenario.reference)
        ]  # fmt: skip
        frame = pd.DataFrame(rows)
        size = frame[_SIZE[self.method]].abs().fillna(-1.0)
        groups = frame.groupby(["alternative", "outcome"], sort=False).ngroup()
        return frame.iloc[np.lexsort((-size, groups))].reset_index(drop=True)

    def _outcomes(self) -> Iterator[tuple[str, str, Floats]]:
        """Each alternative's outcomes by run: (points, replications)."""
        for outcome in OUTCOMES:
            values = _finite(self.sweep, outcome)
            for name in self.plan.others:
                yield name, outcome, values[:, :, self.plan.names.index(name)]
        if self.method != "tornado":
            gained = self._gains.mean(axis=1)
            same = (gained.argmax(axis=1) == self.best).astype(float)
            yield (
                self.plan.names[self.best],
                DECISION,
                np.where(np.isnan(gained).any(axis=1), np.nan, same)[:, None],
            )

    @cached_property
    def _gains(self) -> Floats:
        """Profit against the reference, by run: (points, replications, alternatives)."""
        return self.sweep.by_run("incremental_profit")

    @property
    def best(self) -> int:
        """The alternative that brings most: as stated, or on average over the ranges."""
        gains = self._gains[:1] if self.method == "tornado" else self._gains
        lived = np.where(np.isnan(gains), 0.0, gains).sum(axis=(0, 1))
        return int((lived / np.maximum((~np.isnan(gains)).sum(axis=(0, 1)), 1)).argmax())

    @cached_property
    def shares_best(self) -> pd.Series:
        """The share of points at which each alternative brings most."""
        gained = self._gains.mean(axis=1)
        lived = gained[~np.isnan(gained).any(axis=1)]
        counts = np.bincount(lived.argmax(axis=1), minlength=len(self.plan.names))
        return pd.Series(counts / max(len(lived), 1), index=self.plan.names)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """Ends of ranges at which another alternative brings most than as stated (tornado).

        With what it brings more there, and its 95% interval (paired t).
        """
        rows = []
        for point, values in enumerate(self.plan.points[1:], start=1):
            gains = self._gains[point]
            if np.isnan(gains).any():
                continue
            other = int(gains.mean(axis=0).argmax())
            if other == self.best:
                continue
            mean, half = mean_and_half_width(gains[:, other] - gains[:, self.best])
            place = next(at for at, value in enumerate(values) if value is not None)
            rows.append(
                (
                    self.plan.factors[place].name, values[place], self.plan.names[other],
                    mean, mean - half, mean + half,
                )
            )  # fmt: skip
        columns = ["factor", "value", "alternative", "more", "low", "high"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values("low", ascending=False, ignore_index=True)

    def _tornado(self, values: Floats) -> Iterator[dict[str, Any]]:
        stated = float(values[0].mean())
        number = {point: at for at, point in enumerate(self.plan.points)}
        stands: list[Any] = [None] * len(self.plan.factors)
        for place, factor in enumerate(self.plan.factors):
            ends = [(*stands[:place], v, *stands[place + 1 :]) for v in _ends(factor.levels)]
            low, high = (values[number[end]] for end in ends)
            swing, half = mean_and_half_width(high - low)
            yield {
                "from": ends[0][place], "to": ends[1][place], "stated": stated,
                "at_from": low.mean(), "at_to": high.mean(),
                "swing": swing, "swing_low": swing - half, "swing_high": swing + half,
            }  # fmt: skip

    def _morris(self, values: Floats) -> Iterator[dict[str, Any]]:
        from SALib.analyze.morris import analyze

        factors, seed = len(self.plan.factors), self.plan.scenario.business.seed
        places = ways(factors, self.count, seed)
        outcome, kept_ = self._in_blocks(values, factors + 1)
        if len(outcome) < 2 * (factors + 1):  # One way alone has no spread.
            yield from ({"mu_star": np.nan} for _ in self.plan.factors)
            return
        found = analyze(
            unit_cube(factors), places[kept_], outcome, num_levels=MORRIS_LEVELS,
            num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed + 1,
        )  # fmt: skip
        # A difference of two points that only luck tells apart, over a step of the ways.
        luck = np.sqrt(2.0) * luck_of(values) * np.sqrt(2.0 / np.pi) / MORRIS_STEP
        for place in range(factors):
            star, half = float(found["mu_star"][place]), float(found["mu_star_conf"][place])
            yield {
                "mu_star": star, "mu_star_low": max(star - half, 0.0), "mu_star_high": star + half,
                "mu": float(found["mu"][place]), "sigma": float(found["sigma"][place]),
                "luck": luck,
            }  # fmt: skip

    def _sobol(self, values: Floats) -> Iterator[dict[str, Any]]:
        from SALib.analyze.sobol import analyze

        factors, seed = len(self.plan.factors), self.plan.scenario.business.seed
        outcome, _ = self._in_blocks(values, factors + 2)
        if not len(outcome) or outcome.std() <= 1e-12 * np.abs(outcome).max():
            yield from ({"first": np.nan, "total": np.nan} for _ in self.plan.factors)
            return
        found = analyze(
            unit_cube(factors), outcome, calc_second_order=False, num_resamples=RESAMPLES,
            conf_level=CONFIDENCE, seed=seed + 1,
        )  # fmt: skip
        luck = min(luck_of(values) ** 2 / outcome.var(), 1.0)
        for place in range(factors):
            first, total = float(found["S1"][place]), float(found["ST"][place])
            wide, wider = float(found["S1_conf"][place]), float(found["ST_conf"][place])
            yield {
                "first": first, "first_low": first - wide, "first_high": first + wide,
                "total": total, "total_low": total - wider, "total_high": total + wider,
                "luck": luck,
            }  # fmt: skip

    def _in_blocks(self, values: Floats, size: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Means by row of the design, and which rows; a block with a run that failed stays out."""
        means = values.mean(axis=1)[list(self.plan.rows)]
        whole = ~np.isnan(means).reshape(-1, size).any(axis=1)
        rows = np.repeat(whole, size)
        return means[rows], rows


_METHODS: dict[str, Callable[[Sensitivity, Floats], Iterator[dict[str, Any]]]] = {
    "tornado": Sensitivity._tornado,
    "morris": Sensitivity._morris,
    "sobol": Sensitivity._sobol,
}
_SIZE = {"tornado": "swing", "morris": "mu_star", "sobol": "total"}


def _ends(levels: Sequence[Any]) -> tuple[Any, Any]:
    return levels[0], levels[-1]


def _finite(found: Sweep, outcome: str) -> Floats:
    """A figure of every run; what is not paid back within the horizon counts as a month later."""
    values = found.by_run(outcome)
    if outcome != "payback_month":
        return values
    lived = ~np.isnan(found.by_run("profit"))
    months = month_of(found.plan.scenario.business.weeks - 1) + 1
    return np.where(lived & np.isnan(values), months + 1.0, values)


def luck_of(values: Floats) -> float:
    """Standard deviation of a point's mean by luck that the points do not share.

    Of a figure by run (points, replications): what is left of it but for the means of points and
    of replications. nan of one replication.
    """
    whole = values[~np.isnan(values).any(axis=1)]
    points, replications = whole.shape
    if replications < 2 or points < 2:
        return float("nan")
    rest = whole - whole.mean(axis=1, keepdims=True) - whole.mean(axis=0) + whole.mean()
    variance = (rest**2).sum() / ((points - 1) * (replications - 1))
    return float(np.sqrt(variance / replications))


def planned(
    scenario: Scenario,
    vary: Mapping[str, Any] | None = None,
    *,
    method: str = "tornado",
    points: int | None = None,
    alternatives: Sequence[str] | None = None,
    replications: int | None = None,
) -> tuple[Plan, int]:
    """The plan of an analysis, and its count of ways or base points.

    Raises `ScenarioError` with whatever is wrong.
    """
    if method not in DESIGN_OF:
        hint = f"allowed: {', '.join(DESIGN_OF)}{suggestion(method, list(DESIGN_OF))}"
        raise ScenarioError([Problem(field="method", found=method, hint=hint)])
    factors = vary or uncertain(with_alternatives(scenario, alternatives))
    if method == "sobol" and not vary and len(factors) > MOST_FACTORS:
        hint = (
            f"all {len(factors)} assumptions are too many for indices; screen them by morris, and "
            "name the few that matter, such as beliefs.price_response=assumed"
        )
        raise ScenarioError([Problem(field="factors", hint=hint)])
    count = points or COUNT[method]
    made = plan(
        scenario, factors, design=DESIGN_OF[method], points=count, alternatives=alternatives,
        replications=replications,
    )  # fmt: skip
    return made, count


def sensitivity(
    scenario: Scenario,
    vary: Mapping[str, Any] | None = None,
    *,
    method: str = "tornado",
    points: int | None = None,
    alternatives: Sequence[str] | None = None,
    replications: int | None = None,
    people: int | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    processes: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sensitivity:
    """Which assumptions decide what the alternatives bring.

    `vary` as for `sweep`; all that is uncertain over its range if left out, and the share of
    wallet. `method` is `tornado` (each factor at either end, all else as stated), `morris` (a
    screening: `points` ways through all ranges) or `sobol` (indices from `points` base points, a
    power of two). The rest as for `sweep`.
    """
    if people is not None:
        scenario = scenario.change({"market.people": people})
    made, count = planned(
        scenario, vary, method=method, points=points, alternatives=alternatives,
        replications=replications,
    )  # fmt: skip
    found = kept(
        folder, made, resume, lambda store: steps(made, store, processes, executor), progress
    )
    return Sensitivity(found, method, count)
