"""What keyed luck is worth: replications that independent runs would need for the same decision.

    python experiments/keyed_luck.py [SCENARIO ...] [--replications N] [--processes N]

Every alternative is lived on the same people and luck as the reference, so what they share
cancels in the difference. Runs with seeds of their own share nothing: the variance of
their difference is the sum of both variances. The ratio of the two variances is how many
times more replications they need for an interval as narrow. A decision is made where the 95%
interval of the difference leaves out zero; how many replications make it nine times in ten follows
from the mean and the spreads that were found (noncentral t). Standard errors come from leaving out
one replication at a time (jackknife, of the log); intervals are 95%.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import nct
from scipy.stats import t as student

import loyaltysim
from loyaltysim.results import money
from loyaltysim.results.comparison import STATED
from loyaltysim.results.intervals import CONFIDENCE
from loyaltysim.scenario import Scenario
from loyaltysim.studies.compare import Task, live_task
from loyaltysim.studies.levels_of import levels_of

Floats = NDArray[np.float64]

SCENARIOS = Path(__file__).parent.parent / "scenarios"

POWER = 0.9
MOST = 1e7
CERTAIN = 50.0
"""Standard errors from zero at which any test is sure, also of two replications."""


def profits(scenario: Scenario, replications: int, processes: int) -> Floats:
    """Profit over the horizon: (replications, alternatives)."""
    text = json.dumps(scenario.document)
    live = partial(live_task, text, levels_of(scenario.business))
    tasks = [Task(STATED, number) for number in range(replications)]
    first = live(tasks[0])  # Compiled here once.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        runs = [first, *pool.map(live, tasks[1:])]
    return np.array([[money.profit(s.monthly).sum() for s in summaries] for summaries in runs])


def log_worth(with_it: Floats, without: Floats) -> float:
    """Log of the variance of independent differences over that of paired ones."""
    apart = with_it.var(ddof=1) + without.var(ddof=1)
    return float(np.log(apart / (with_it - without).var(ddof=1)))


def to_decide(mean: float, spread: float, others: int) -> float:
    """Replications until the interval of a difference leaves out zero so often as `POWER`.

    `spread` is the standard deviation of one difference; a replication beyond the first adds
    `others` degrees of freedom: 1 for pairs, 2 for two samples. At least two.
    """

    def short(count: float) -> float:
        freedom = others * (count - 1.0)
        far = min(abs(mean) / spread * np.sqrt(count), CERTAIN)
        return float(nct.sf(student.ppf(0.5 + CONFIDENCE / 2.0, freedom), freedom, far)) - POWER

    if short(2.0) >= 0.0:
        return 2.0
    return float(brentq(short, 2.0, MOST)) if short(MOST) > 0.0 else np.inf


def decisions(with_it: Floats, without: Floats) -> tuple[float, float]:
    """Replications to decide: as pairs, and as independent runs."""
    difference = with_it - without
    apart = np.sqrt(with_it.var(ddof=1) + without.var(ddof=1))
    mean = float(difference.mean())
    return to_decide(mean, float(difference.std(ddof=1)), 1), to_decide(mean, float(apart), 2)


def log_more(with_it: Floats, without: Floats) -> float:
    """Log of how many times more replications independent runs need to decide."""
    pairs, apart = decisions(with_it, without)
    return float(np.log(apart / pairs))


def with_error(
    log_of: Callable[[Floats, Floats], float], with_it: Floats, without: Floats
) -> tuple[float, float]:
    """A ratio and its relative standard error, from its log."""
    n = len(without)
    left_out = [log_of(np.delete(with_it, k), np.delete(without, k)) for k in range(n)]
    return float(np.exp(log_of(with_it, without))), float(np.sqrt((n - 1) * np.var(left_out)))


def show(scenario: Scenario, replications: int, processes: int) -> None:
    """One line for each alternative, in Markdown."""
    scenario = scenario.with_rival_copies()
    profit = profits(scenario, replications, processes)
    names = list(scenario.alternatives)
    at = names.index(scenario.reference)
    print(f"\n{scenario.business.name}, {replications} pairs, {scenario.business.currency}\n")
    print(
        "| alternative | difference | standard error: pairs | independent | times the variance | "
        "to decide: pairs | independent | times as many |"
    )
    print("|---|---|---|---|---|---|---|---|")
    reach = student.ppf(0.5 + CONFIDENCE / 2.0, replications - 1)
    for place, name in enumerate(names):
        if place == at:
            continue
        with_it, without = profit[:, place], profit[:, at]
        difference = with_it - without
        paired = difference.std(ddof=1) / np.sqrt(replications)
        times = with_error(log_worth, with_it, without)
        cells = [f"{difference.mean():,.0f}", f"{paired:,.0f}", f"{paired * times[0] ** 0.5:,.0f}"]
        cells.append(_said(*times, reach))
        if abs(difference.mean()) > reach * paired:
            pairs, apart = decisions(with_it, without)
            more = with_error(log_more, with_it, without)
            cells += [f"{np.ceil(pairs):,.0f}", f"{np.ceil(apart):,.0f}", _said(*more, reach)]
        else:
            cells += ["not decided yet", "", ""]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _said(times: float, error: float, reach: float) -> str:
    """A ratio with its interval."""
    low, high = times * np.exp(-reach * error), times * np.exp(reach * error)
    return f"{times:,.1f} ({low:,.1f} to {high:,.1f})"


def main(arguments: Iterable[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenarios", nargs="*", type=Path, metavar="SCENARIO")
    parser.add_argument("--replications", type=int, default=60)
    parser.add_argument("--people", type=int, help="fewer, for a quick look")
    parser.add_argument("--processes", type=int, default=2)
    stated = parser.parse_args(None if arguments is None else list(arguments))
    for path in stated.scenarios or sorted(SCENARIOS.glob("*.yaml")):
        scenario = loyaltysim.load(path)
        if stated.people is not None:
            scenario = scenario.change({"market.people": stated.people})
        show(scenario, stated.replications, stated.processes)


if __name__ == "__main__":
    main()
