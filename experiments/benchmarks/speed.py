"""How fast a run is, where its time goes, and how much memory it takes.

    python experiments/benchmarks/speed.py [people ...]

Everybody is a customer at the start and meets two occasions a week for three years;
complaints and staff are on. One thread. The first line is the wait after installation
(or after an edit), when the rules are compiled; of the others the best of several runs.
"""

from __future__ import annotations

import gc
import os
import sys
from time import perf_counter, process_time
from typing import Any

from loyaltysim.compiled import is_warm
from loyaltysim.ledger import COUNTS
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, run

STAMPS = {"stamps": {"count": 10, "reward_cost": 3.0, "head_start": 2}}
POINTS = {"points": {"per_euro": 10, "reward_at": 1000, "reward_cost": 4.0}}
PARTS = ("total", "processor", "birth", "population", "firm")
KINDS: dict[str, dict[str, Any]] = {
    "no programme": {},
    "stamps": {"programme": STAMPS},
    "points, copied by the rival": {
        "programme": POINTS | {"joins": "60%"},
        "rival": {"copies_after": "6 months"},
    },
}


def business(people: int, **changes: Any) -> Business:
    """A firm whose market knows it: first-time buyers to advocates."""
    start = {"first_time": "10%", "repeat": "50%", "client": "35%", "advocate": "5%"}
    segment = {
        "name": "everybody",
        "share": "100%",
        "occasions_per_week": {"mean": 2.0, "spread": 0.8},
        "basket": {"mean": 10.0},
        "buy_share": "70%",
        "share_of_wallet": "45%",
    }
    document = {
        "name": "Benchmark",
        "currency": "EUR",
        "horizon": "3 years",
        "market": {"people": people, "start": start, "segments": [segment]},
        "firm": {"gross_margin": "60%", "staff": {"count": 10, "pay_per_week": 500}},
    }
    return Business.model_validate(document | changes)


def peak_memory() -> str:
    """The most memory this process has held so far."""
    try:
        import resource
    except ImportError:
        return "not known here"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    return f"{peak / (2**30 if sys.platform == 'darwin' else 2**20):.2f} GiB"


def timed(terms: Business) -> Result:
    """One run; `processor` is what it used, less than the total on a busy machine."""
    began = process_time()
    result = run(terms)
    result.seconds["processor"] = process_time() - began
    return result


def best(terms: Business, runs: int) -> Result:
    """The quickest of several runs."""
    found = timed(terms)
    for _ in range(runs - 1):
        gc.collect()
        other = timed(terms)
        if other.seconds["total"] < found.seconds["total"]:
            found = other
    return found


def row(name: str, people: int, result: Result) -> str:
    """One line of the table."""
    seconds = result.seconds
    occasions = int(result.counts[:, :, COUNTS.index("occasions")].sum())
    tickets = len(result.desk) + result.open_tickets
    parts = "".join(f"{seconds[part]:>9.3f} s" for part in PARTS)
    each = "".join(
        f"{seconds[part] / occasions * 1e9:>9.0f} ns" for part in ("population", "total")
    )
    return f"{people:>9,}  {name:<28}{occasions:>12,}{each}{parts}{tickets:>10,}  {peak_memory()}"


def main(sizes: list[int]) -> None:
    """Print the wait for the compiler, then the table."""
    was_warm = is_warm()
    began = perf_counter()
    run(business(100))
    waited = perf_counter() - began
    print(f"first run: {waited:.1f} s ({'from the cache' if was_warm else 'compiled'})")
    print(f"processors: {os.cpu_count()}, one used")
    print(
        "\n   people  world                          occasions  customers      in all"
        "      total  processor      birth  customers       firm   tickets  peak memory so far"
    )
    for people in sizes:
        for name, changes in KINDS.items():
            if name != "no programme" and people != sizes[0]:
                continue
            result = best(business(people, **changes), runs=max(1, min(10, 100_000 // people)))
            print(row(name, people, result), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
