"""loyaltysim beside SimPy, Mesa and NumPy, on one micro-model; writes a page of figures.

    pip install "loyaltysim[bench]"
    python experiments/benchmarks/peers.py [--people N] [--rounds N] [--page FILE]

`micro/model.yaml` is the model, `micro/terms.py` its equations, `micro/in_*.py` each tool's
restatement, written as a good user of that tool would. Each run is a process of its own on
one thread; the tools take turns, round by round. Timed is everything from the model's
numbers to the outcomes of each customer, people's birth included; imports and compilation
are not. A tool that is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

TOOLS = {"numpy": "NumPy", "loyaltysim": "loyaltysim", "mesa": "Mesa", "simpy": "SimPy"}
REACH = {"simpy": 100, "mesa": 30, "numpy": 2}
"""How many times as fast as each peer loyaltysim is meant to be."""

BOUND = 4.0
"""|z| of a difference that is taken for luck; among 15 differences, 1 time in 1,000 by luck."""

HERE = Path(__file__).parent
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA")
Found = list[dict[str, Any]]
"""What each round found of one tool."""


def ask(*question: str, terms: str = "") -> dict[str, Any] | None:
    """What a process of its own answers; None where its tool is not installed."""
    paths = [str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]
    one = {f"{name}_NUM_THREADS": "1" for name in THREADS}
    done = subprocess.run(
        [sys.executable, "-m", "micro.alone", *question],
        input=terms,
        env=os.environ | one | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    if f"No module named '{question[0]}'" in done.stderr:
        return None
    if done.returncode != 0:
        sys.exit(f"{question[0]} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(terms: dict[str, Any], people: int, rounds: int) -> Iterator[dict[str, Found]]:
    """All tools in turn, round by round; what has been found so far, after each round."""
    found: dict[str, Found] = {tool: [] for tool in TOOLS}
    for number in range(rounds):
        for place, tool in enumerate(TOOLS):
            # The tools share nothing, so that their differences have the sum of the variances.
            seed = 1 + number * len(TOOLS) + place
            answer = ask(tool, str(people), str(seed), terms=json.dumps(terms))
            if answer is not None:
                found[tool].append(answer)
                print(f"round {number + 1}: {TOOLS[tool]} {answer['seconds']:.2f} s", flush=True)
            elif number == 0:
                print(f"{TOOLS[tool]} is not installed and is left out: pip install {tool}")
        yield {tool: answers for tool, answers in found.items() if answers}


def estimate(answers: Found, outcome: str, people: int) -> tuple[float, float]:
    """Mean of an outcome over all rounds, and its standard error."""
    means, variances = zip(*(answer["outcomes"][outcome] for answer in answers), strict=True)
    n = len(answers)
    return sum(means) / n, sqrt(sum(variances) / n / (n * people))


def differences(found: dict[str, Found], people: int) -> list[tuple[str, str, float, float, float]]:
    """Tool, outcome, mean, its difference from NumPy's, and the standard error of that."""
    rows = []
    for tool, answers in found.items():
        for outcome in answers[0]["outcomes"]:
            mean, error = estimate(answers, outcome, people)
            other, its_error = estimate(found["numpy"], outcome, people)
            rows.append((tool, outcome, mean, mean - other, sqrt(error**2 + its_error**2)))
    return rows


def ratio(found: dict[str, Found], tool: str, other: str) -> float:
    """How many times as fast a tool is as another: median over the rounds."""
    pairs = zip(found[tool], found[other], strict=True)
    return median(theirs["seconds"] / own["seconds"] for own, theirs in pairs)


def speeds(found: dict[str, Found], customer_weeks: int) -> list[str]:
    """Table of speed and memory."""
    lines = [
        "| tool | customer-weeks a second, median (best) | against NumPy | peak memory | "
        "loyaltysim against it | meant |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for tool, answers in found.items():
        seconds = [answer["seconds"] for answer in answers]
        peaks = [answer["memory"] for answer in answers if answer["memory"] is not None]
        memory = f"{max(peaks):,.0f} MiB" if peaks else "not known here"
        ahead = f"{ratio(found, 'loyaltysim', tool):.2f}" if tool in REACH else ""
        lines.append(
            f"| {TOOLS[tool]} | {customer_weeks / median(seconds):.2e} "
            f"({customer_weeks / min(seconds):.2e}) | {ratio(found, tool, 'numpy'):.3f} | {memory} "
            f"| {ahead} | {REACH.get(tool, '')} |"
        )
    return lines


def agreement(rows: list[tuple[str, str, float, float, float]]) -> list[str]:
    """Table of means and of differences from NumPy."""
    lines = [
        "| tool | outcome of a customer | mean | difference from NumPy | standard error | z |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for tool, outcome, mean, difference, error in rows:
        name = f"| {TOOLS[tool]} | {outcome.replace('_', ' ')} | {mean:.4f} "
        if tool == "numpy":
            lines.append(name + "| | | |")
        else:
            lines.append(name + f"| {difference:+.4f} | {error:.4f} | {difference / error:+.2f} |")
    return lines


def page(found: dict[str, Found], terms: dict[str, Any], people: int) -> tuple[str, bool]:
    """The page, and whether all tools agree."""
    rows = differences(found, people)
    worst = max((abs(row[3] / row[4]) for row in rows if row[0] != "numpy"), default=0.0)
    agrees = worst < BOUND
    rounds = len(found["numpy"])
    lines = [
        f"{people:,} customers, {terms['weeks']} weeks, one thread, {rounds} rounds in turn; "
        f"processor time. {os.cpu_count()} processors, {platform.machine()}, "
        f"Python {platform.python_version()}.",
        "",
        *speeds(found, people * terms["weeks"]),
        "",
        f"The tools {'agree' if agrees else 'DIFFER'}: the largest |z| is {worst:.2f}, "
        f"the bound {BOUND:g}.",
        "",
        *agreement(rows),
    ]
    return "\n".join(lines) + "\n", agrees


def main() -> None:
    """Measure, print, write, and fail where the tools do not agree."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--people", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--page", type=Path, default=Path("results/peers.md"))
    given = reader.parse_args()
    if given.people < 1 or given.rounds < 1:
        reader.error("--people and --rounds are 1 at least")
    terms = ask("terms")
    assert terms is not None
    given.page.parent.mkdir(parents=True, exist_ok=True)
    for found in measure(terms, given.people, given.rounds):
        text, agrees = page(found, terms, given.people)
        given.page.write_text(text, "utf-8")
    print("\n" + text)
    print(f"written to {given.page}")
    if not agrees:
        sys.exit("the tools do not agree")


if __name__ == "__main__":
    main()
