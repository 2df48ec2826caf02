"""Where an occasion's nanoseconds go: each part taken out in turn, and the difference.

    python experiments/benchmarks/parts.py [--people N] [--rounds N] [--page FILE]

A part is replaced by next to nothing before the rules are compiled, in a process of its own,
on the micro-model beside this file. What is saved is what the part costs where it stands,
with what it makes others wait for; so the parts need not sum to the whole, and a part whose
absence changes behaviour (without logs, gaps are shorter) is counted for each occasion all
the same. Processor time of the customers' week alone; the best of all rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

HERE = Path(__file__).parent
WHOLE = "everything"


def _mixed(seed, replication, who, decision, nth, instance):  # type: ignore[no-untyped-def]  # noqa: ARG001
    # Four words that look random enough to live by, at a few multiplications.
    a = np.uint64(who) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(nth) * np.uint64(
        0xD2E7470EE14C6C93
    )
    a = (a ^ (a >> np.uint64(29))) * np.uint64(0xCA5A826395121157)
    b = (a ^ (a >> np.uint64(32))) * np.uint64(0xBB67AE8584CAA73B)
    c = (b ^ (b >> np.uint64(29))) * np.uint64(0xBB67AE8584CAA73B)
    d = (c ^ (c >> np.uint64(29))) * np.uint64(0xBB67AE8584CAA73B)
    return a, b, c, d


def _fast_exp(x: float) -> float:
    return 1.0 + x


def _fast_log(x: float) -> float:
    return x - 1.0


def _uniform_normal(u: float) -> float:
    return (u - 0.5) * 3.4641016151377544


def _no_fade(customer: Any, contact: Any, week: Any, beliefs: Any, now: float) -> None:
    pass


def _no_pull(customer, member, scheme, beliefs, now, gap, renews):  # type: ignore[no-untyped-def]  # noqa: ARG001
    return 0.0


def _same_stage(customer: Any, thresholds: Any, now: float) -> int:  # noqa: ARG001
    stage: int = customer.stage
    return stage


def _stays(u, customer, segment, week, beliefs, now, known_risk, log_risk, tally):  # type: ignore[no-untyped-def]  # noqa: ARG001
    customer.stayed_until = now


def _no_fetch(array: Any, place: int) -> None:
    pass


Swap = tuple[str, str, Callable[..., Any]]
PARTS: dict[str, list[Swap]] = {
    WHOLE: [],
    "luck: Philox": [("draws", "philox", _mixed)],
    "the log of a gap": [("behaviour.occasions", "log", _fast_log)],
    "normal quantiles of quality and basket": [("customers.visit", "normal", _uniform_normal)],
    "the exponential of a basket": [("customers.visit", "exp", _fast_exp)],
    "the exponential of a choice": [("customers.choice", "exp", _fast_exp)],
    "familiarity that fades": [("customers.population", "fade", _no_fade)],
    "the goal's pull": [
        ("customers.population", "gain_pull", _no_pull),
        ("customers.population", "progress_pull", _no_pull),
    ],
    "the decision to stay": [("customers.population", "decide_staying", _stays)],
    "the stage": [("customers.population", "stage_of", _same_stage)],
}
MEMORY = "without asking memory ahead"
PARTS[MEMORY] = [("customers.population", "fetch", _no_fetch)]


def without(part: str, people: int) -> float:
    """Nanoseconds an occasion, in this process, with one part taken out."""
    from micro.in_loyaltysim import business_of
    from numba import njit

    from loyaltysim import simulation
    from loyaltysim.ledger import COUNTS
    from loyaltysim.mechanism import rule

    for module, name, instead in PARTS[part]:
        low = instead is _mixed
        swapped = njit(nogil=True, forceinline=True)(instead) if low else rule(instead)
        setattr(import_module(f"loyaltysim.{module}"), name, swapped)
    simulation.perf_counter = process_time  # type: ignore[attr-defined]
    business = business_of(people)
    best = float("inf")
    for _ in range(6):
        result = simulation.run(business, seed=1)
        occasions = int(result.counts[:, :, COUNTS.index("occasions")].sum())
        best = min(best, result.seconds["population"] / occasions * 1e9)
    return best


def measure(people: int, rounds: int, parts: list[str]) -> dict[str, float]:
    """Nanoseconds an occasion without each part: processes in turn, the best of all rounds."""
    found = dict.fromkeys(parts, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for place, part in enumerate(parts):
                # A cache for each, or the swapped rules would be found by somebody else.
                paths = [str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]
                done = subprocess.run(
                    [sys.executable, __file__, "--people", str(people), "--without", part],
                    env=os.environ
                    | {
                        "LOYALTYSIM_CACHE": f"{folder}/{place}",
                        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                    },
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                found[part] = min(found[part], json.loads(done.stdout))
                print(f"{found[part]:4.0f} ns  {part}", flush=True)
    return found


def page(found: dict[str, float], people: int) -> str:
    """Table of what each part costs."""
    whole = found[WHOLE]
    lines = [
        f"{people:,} customers of the micro-model, {whole:.0f} ns an occasion.",
        "",
        "| part | ns an occasion | share |",
        "|---|---:|---:|",
    ]
    costs = {part: whole - ns for part, ns in found.items() if part not in (WHOLE, MEMORY)}
    costs["all the rest: state, branches, bookkeeping"] = whole - sum(costs.values())
    lines += [f"| {part} | {ns:.0f} | {ns / whole:.0%} |" for part, ns in costs.items()]
    if MEMORY in found:
        lines += ["", f"Without asking memory ahead: {found[MEMORY]:.0f} ns an occasion."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and write; or measure one part in this process."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--people", type=int, default=20_000)
    reader.add_argument("--rounds", type=int, default=2)
    reader.add_argument("--page", type=Path, default=Path("results/parts.md"))
    reader.add_argument("--without", choices=list(PARTS), help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.without is not None:
        print(without(given.without, given.people))
        return
    text = page(measure(given.people, given.rounds, list(PARTS)), given.people)
    print("\n" + text)
    given.page.parent.mkdir(parents=True, exist_ok=True)
    given.page.write_text(text, "utf-8")
    print(f"written to {given.page}")


if __name__ == "__main__":
    main()
