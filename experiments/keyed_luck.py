"""What keyed luck is worth: replications that independent runs would need instead of pairs.

    python experiments/keyed_luck.py [SCENARIO ...] [--replications N] [--processes N]

Every alternative is lived on the same people and luck as the reference, so what they share
cancels in the difference. Runs with seeds of their own share nothing: the variance of
their difference is the sum of both variances. The ratio of the two variances is how many
times more replications they need for an interval as narrow. Its standard error comes from
leaving out one replication at a time (jackknife, of the log).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import loyaltysim
from loyaltysim.results import money
from loyaltysim.results.comparison import STATED
from loyaltysim.scenario import Scenario
from loyaltysim.studies.compare import Task, live_task
from loyaltysim.studies.levels_of import levels_of

Floats = NDArray[np.float64]

SCENARIOS = Path(__file__).parent.parent / "scenarios"


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


def worth(with_it: Floats, without: Floats) -> tuple[float, float]:
    """How many times more replications independent runs need, and its relative standard error."""
    n = len(without)
    left_out = [log_worth(np.delete(with_it, k), np.delete(without, k)) for k in range(n)]
    return np.exp(log_worth(with_it, without)), np.sqrt((n - 1) * np.var(left_out))


def show(scenario: Scenario, replications: int, processes: int) -> None:
    """One line for each alternative, in Markdown."""
    scenario = scenario.with_rival_copies()
    profit = profits(scenario, replications, processes)
    names = list(scenario.alternatives)
    at = names.index(scenario.reference)
    print(f"\n{scenario.business.name}, {replications} pairs, {scenario.business.currency}\n")
    print("| alternative | pairs: standard error | independent: standard error | worth |")
    print("|---|---|---|---|")
    for place, name in enumerate(names):
        if place == at:
            continue
        with_it, without = profit[:, place], profit[:, at]
        times, error = worth(with_it, without)
        paired = (with_it - without).std(ddof=1) / np.sqrt(replications)
        apart = paired * np.sqrt(times)
        more = f"{times:.0f} times ({times * np.exp(-error):.0f} to {times * np.exp(error):.0f})"
        print(f"| {name} | {paired:,.0f} | {apart:,.0f} | {more} |", flush=True)


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
