"""What a sweep costs beside its engine: time, idle cores, and memory of the main process.

    python experiments/benchmarks/sweep_cost.py [--points 1000] [--people 10000] [--profile]

The coffee shop over three years, the points app against nothing, one replication, a Latin hypercube
over factors of the business as it stands today (its levels are found anew at each point), then over
factors of the app alone. The engine is the simulation and the search for levels, as timed within
the workers; its share once they have started says with few points what it will be with many. The
last lines are for a shop of 120 people over eight weeks, where next to nothing is engine. To be run
on a machine that does nothing else; the cores' times are the whole machine's.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from engine_time import Noting

import loyaltysim
from loyaltysim.compiled import is_warm
from loyaltysim.report.sweep import page
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import run
from loyaltysim.sweeps.keeping import write
from loyaltysim.sweeps.plan import plan
from loyaltysim.sweeps.store import Store
from loyaltysim.sweeps.sweep import reading_of, steps

COFFEE = Path(__file__).parents[2] / "scenarios" / "coffee_shop.yaml"
CORES = os.cpu_count() or 1
MEGABYTE = 2**20

TODAY = {
    "firm.staff.quits_per_year": "20%..100%",
    "firm.service.failure_per_visit": "1%..5%",
    "firm.service.response_hours": "2..72",
    "firm.marketing.budget_per_week": "50..300",
}
CHANGE = {
    "alternatives.points.programme.points.reward_at": "500..2000",
    "alternatives.points.programme.points.reward_cost": "1..4",
    "alternatives.points.programme.points.reward_value": "3..8",
    "alternatives.points.programme.per_week": "20..120",
}
VARIED = {"the business today": TODAY, "the alternative alone": CHANGE}
DONE = (0.1, 0.25, 0.5, 0.75, 1.0)


@dataclass
class Cost:
    """What a sweep took, in seconds of one core unless said otherwise."""

    runs: int
    planned: float
    started: float
    """From the plan until the first job is done."""
    lived: float
    """From then on."""
    written: float
    engine: float
    """In all."""
    engine_since: float
    """Since the first job was done, as those that follow."""
    jobs_since: float
    own: float
    """Processor time of the main process."""
    workers: float
    busy: list[float]
    """Share of each core, from the first job to the last."""
    memory: list[float]
    """Megabytes of the main process when so much is done, as in `DONE`, and when all is written."""

    @property
    def wall(self) -> float:
        """From the plan to the page."""
        return self.planned + self.started + self.lived + self.written


def cost_of(scenario: Scenario, vary: dict[str, Any], points: int, profile: bool) -> Cost:
    """Live a sweep as the command does, and measure."""
    profiler = cProfile.Profile()
    own, others = _used(resource.RUSAGE_SELF), _used(resource.RUSAGE_CHILDREN)
    if profile:
        profiler.enable()
    began = perf_counter()
    made = plan(
        scenario, vary, design="latin_hypercube", points=points, alternatives=["points"],
        replications=1,
    )  # fmt: skip
    planned = perf_counter()
    memory: list[float] = []
    started, cores = 0.0, []
    with TemporaryDirectory() as name:
        folder, notes = Path(name) / "study", Path(name) / "notes"
        notes.mkdir()
        with Store(folder, made.identity, resume=False) as store:
            with Noting(CORES, notes) as executor:
                for progress in steps(made, store, CORES, executor):
                    if not started:
                        started, cores = perf_counter(), _cores()
                    while len(memory) < len(DONE) and progress.done >= points * DONE[len(memory)]:
                        memory.append(_held())
                lived = perf_counter()
                busy = [_share(*both) for both in zip(cores, _cores(), strict=True)]
                engine, _ = executor.seconds()
                since = executor.seconds(started)
            found = reading_of(made, store)
            write(found, folder, {"points": found.table}, page(found))
        written = perf_counter()
        memory.append(_held())
    profiler.disable()
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(15)
    return Cost(
        points, planned - began, started - planned, lived - started, written - lived,
        engine, *since,
        _used(resource.RUSAGE_SELF) - own, _used(resource.RUSAGE_CHILDREN) - others, busy, memory,
    )  # fmt: skip


def _used(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _held() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _cores() -> list[tuple[float, float]]:
    """Of each core: time at work, and time in all."""
    lines = Path("/proc/stat").read_text().splitlines()
    each = [[float(n) for n in line.split()[1:9]] for line in lines if line[:3] == "cpu"][1:]
    return [(sum(times) - times[3] - times[4], sum(times)) for times in each]


def _share(before: tuple[float, float], after: tuple[float, float]) -> float:
    return (after[0] - before[0]) / max(after[1] - before[1], 1e-9)


def show(name: str, cost: Cost) -> None:
    """A few lines on a sweep."""
    room = CORES * cost.wall
    print(
        f"\n{name}: {cost.runs:,} points in {cost.wall:.1f} s (plan {cost.planned:.1f}, start "
        f"{cost.started:.1f}, runs {cost.lived:.1f}, tables and page {cost.written:.1f})"
    )
    since = cost.engine_since / (CORES * cost.lived)
    print(
        f"  engine {cost.engine / room:.1%} of wall time x {CORES} cores, {since:.1%} from the "
        "first job to the last"
    )
    print(
        f"  cores busy meanwhile: {', '.join(f'{share:.1%}' for share in cost.busy)}; by this "
        f"sweep: {(cost.own + cost.workers) / room:.1%} in all, main process {cost.own:.1f} s"
    )
    said = ", ".join(f"{m:.0f} at {t:.0%}" for m, t in zip(cost.memory, DONE, strict=False))
    print(f"  main process: {said}, {cost.memory[-1]:.0f} MB when all is written", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Print what each sweep takes."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=200, help="points at least of the smallest shop")
    parser.add_argument("--profile", action="store_true", help="of the main process")
    options = parser.parse_args(arguments)
    shop = loyaltysim.load(COFFEE)
    if not is_warm():
        run(shop.change({"market.people": 100, "horizon": "2 weeks"}).business)
    scenario = shop.change({"market.people": options.people})
    for name, vary in VARIED.items():
        show(name, cost_of(scenario, vary, options.points, options.profile))
    tiny = shop.change({"market.people": 120, "horizon": "8 weeks"})
    cost = cost_of(tiny, CHANGE, max(options.points, options.few), options.profile)
    show("120 people over eight weeks", cost)
    beside = 1e3 * (CORES * cost.lived - cost.engine_since) / cost.runs
    print(
        f"  beside the engine {beside:.1f} ms of a core for each point, of which in jobs "
        f"{1e3 * (cost.jobs_since - cost.engine_since) / cost.runs:.1f} ms, main process "
        f"{1e3 * cost.own / cost.runs:.1f} ms"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
