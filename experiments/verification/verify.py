"""The simulation against closed forms: every oracle, a table, and one page of pictures.

    python experiments/verification/verify.py [NAME ...] [--fast] [--mutate] [--out DIR]

Each oracle is a scenario file in this folder in which all but one part of the model is
switched off, so that theory says exactly what has to come out. It passes when each of its
figures lies within 4 standard errors of the formula. `--mutate` lives each scenario with one of
its numbers 1% larger, against the formula of the right one: all of these must fail. `--fast`
takes seconds and fewer people (and mutates by 10%). Exit code 1 when anything is not as it
should be, 2 on wrong arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from brands import DIRICHLET
from card import CARD
from chain import CHAIN
from checks import NOTICED, Finding, Oracle, Sample
from contracts import CONTRACTS
from counts import BG_NBD, NBD
from desk import ERLANG_A, ERLANG_C
from gaps import GAPS

import loyaltysim
from loyaltysim.compiled import is_warm
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run

FOLDER = Path(__file__).parent
ORACLES = {
    oracle.name: oracle
    for oracle in (NBD, BG_NBD, DIRICHLET, CONTRACTS, CHAIN, CARD, GAPS, ERLANG_C, ERLANG_A)
}


@dataclass(frozen=True)
class Job:
    """An oracle, the business that is lived, and that whose formula it is held against."""

    oracle: Oracle
    lived: Business
    right: Business
    changed: str = ""
    """Which number is larger than it should be, if any."""


def scenario_of(oracle: Oracle, fast: bool) -> Scenario:
    """The oracle's scenario file, smaller where wanted."""
    scenario = loyaltysim.load(FOLDER / f"{oracle.name}.yaml")
    return scenario.change(oracle.fast) if fast else scenario


def jobs_of(oracle: Oracle, fast: bool, mutate: bool) -> Iterator[Job]:
    """What there is to live for an oracle: the scenario, or each that is wrong a little."""
    right = scenario_of(oracle, fast)
    if not mutate:
        yield Job(oracle, right.business, right.business)
        return
    for path in oracle.wrong:
        more = _more(_stated(right.document, path), 1.1 if fast else 1.01)
        yield Job(oracle, right.change({path: more}).business, right.business, path)


def _stated(document: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(document, list):
            document = next(item for item in document if item["name"] == name)
        else:
            document = document[name]
    return document


def _more(stated: Any, factor: float) -> Any:
    if isinstance(stated, dict):
        return {name: _more(value, factor) for name, value in stated.items()}
    if isinstance(stated, list):
        return [_more(value, factor) for value in stated]
    return factor * float(stated)


def live(name: str, business: Business, replication: int) -> Sample:
    """One replication of an oracle, in a process of its own."""
    return ORACLES[name].live(business, replication)


def findings(jobs: Sequence[Job], processes: int) -> Iterator[tuple[Job, Finding]]:
    """Live all replications and judge each job as soon as it is complete."""
    if processes == 1:
        for job in jobs:
            lived = range(job.lived.replications)
            yield job, judged(job, [live(job.oracle.name, job.lived, i) for i in lived])
        return
    if not is_warm():
        run(jobs[0].lived.model_copy(update={"horizon": 1.0}))  # Compiled once, for all.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        pending: list[tuple[Job, list[Future[Sample]]]] = [
            (job, [pool.submit(live, job.oracle.name, job.lived, i) for i in lived])
            for job in jobs
            for lived in [range(job.lived.replications)]
        ]
        while pending:
            job, futures = pending.pop(0)
            yield job, judged(job, [future.result() for future in futures])


def judged(job: Job, samples: list[Sample]) -> Finding:
    """What the replications say against the formula."""
    return job.oracle.judge(job.right, samples)


def complaints(job: Job, finding: Finding, fast: bool) -> list[str]:
    """What is not as it should be, in words; nothing if all is."""
    failing = [c for c in finding.checks if not c.passes]
    if job.changed:
        return [] if failing else [f"more of {job.changed} goes unnoticed"]
    found = [f"{c.quantity}: z = {c.z:.1f}" for c in failing]
    if not fast:
        blind = [c for c in finding.checks if c.notices < NOTICED]
        found += [f"{c.quantity}: 1% would be z = {c.notices:.1f} only" for c in blind]
    return found


def rows(finding: Finding) -> Iterator[str]:
    """The table of an oracle, a line a figure."""
    yield f"  {'':<52}{'formula':>11}{'simulated':>11}{'error':>10}{'z':>7}{'1% is z':>9}"
    for c in finding.checks:
        notices = f"{c.notices:9.1f}" if c.notices == c.notices else f"{'–':>9}"
        yield (
            f"  {c.quantity:<52}{c.formula:>11.6g}{c.simulated:>11.6g}{c.error:>10.2g}{c.z:>7.2f}"
            f"{notices}{'' if c.passes else '  FAILS'}"
        )


def main(arguments: Sequence[str]) -> int:
    """Run the oracles and report; the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ORACLES))
    parser.add_argument("--fast", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--mutate", action="store_true", help="see that a 1%% error fails")
    parser.add_argument("--out", type=Path, help="folder for the page, verification.html")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in ORACLES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(ORACLES)}")
    if options.processes < 1:
        parser.error("--processes must be at least 1")
    chosen = [ORACLES[name] for name in options.names or ORACLES]
    jobs = [job for oracle in chosen for job in jobs_of(oracle, options.fast, options.mutate)]

    began = perf_counter()
    wrong: list[str] = []
    done: list[tuple[Job, Finding]] = []
    for job, finding in findings(jobs, options.processes):
        done.append((job, finding))
        found = complaints(job, finding, options.fast)
        if job.changed:
            worst = max(finding.checks, key=lambda c: abs(c.z))
            verdict = "NOT NOTICED" if found else "fails, as it must"
            why = f"{worst.quantity}, z = {worst.z:.1f}"
            print(f"{job.oracle.name}, more {job.changed}: {verdict} ({why})", flush=True)
        else:
            print(f"{job.oracle.title}\n" + "\n".join(rows(finding)), flush=True)
        wrong += [f"{job.oracle.name}: {text}" for text in found]
    print(f"{sum(len(f.checks) for _, f in done)} figures in {perf_counter() - began:.0f} s")
    if options.out is not None and not options.mutate:
        from page import render

        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / "verification.html"
        path.write_text(render([(job.oracle, job.right, f) for job, f in done]), "utf-8")
        print(path)
    print("\n".join(wrong) or "all as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
