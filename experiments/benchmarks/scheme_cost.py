"""What reward schemes cost in time: six together against one, and one that is off.

    python experiments/benchmarks/scheme_cost.py [rounds]

The coffee shop for three years, on one thread; the customers' part of a run, the best of several. A
scheme that is off is held against the same package without that scheme's file, in turns, each in a
process of its own; the first of each has to be compiled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from loyaltysim import load
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run
from loyaltysim.studies.levels_of import levels_of

ROOT = Path(__file__).parents[2]
COFFEE = ROOT / "scenarios" / "coffee_shop.yaml"
OFF = "streak"
"""The scheme that is left out; no scenario here has it."""

REPEATS = 7

ONE = {"stamps": {"count": 10, "reward_cost": 0.9, "reward_value": 3.2}}
SIX = {
    **ONE,
    "points": {"per_euro": 10, "reward_at": 1000, "reward_cost": 2.1},
    "tiers": {"levels": [{"name": "regular", "at": 200}, {"name": "friend", "at": 600}]},
    "missions": {"period": "1 months", "stretch": "10%", "reward_cost": 0.9},
    "coupons": {"off": "20%", "valid": "2 weeks", "every": "3 months"},
    "gifts": {"on": "birthday", "reward_cost": 1.5, "reward_value": 5},
}


def seconds(business: Business) -> float:
    """The customers' part of a run: the best of several."""
    levels = levels_of(business)
    run(business, levels)
    return min(run(business, levels).seconds["population"] for _ in range(REPEATS))


def in_a_process(package: Path, cache: Path) -> float:
    """Seconds without a programme, by the package in a folder."""
    place = {"PYTHONPATH": str(package), "LOYALTYSIM_CACHE": str(cache)}
    done = subprocess.run(
        [sys.executable, __file__, "--alone"],
        env={**os.environ, **place}, cwd=package, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


def main(rounds: int) -> None:
    """Print both ratios."""
    base = load(COFFEE)
    without, one, six = (
        seconds(base.change({"programme": programme}).business) for programme in (None, ONE, SIX)
    )
    print(f"no programme {without:.3f} s, one scheme {one:.3f} s, six {six:.3f} s: {six / one:.2f}")
    with TemporaryDirectory() as name:
        whole, less = Path(name) / "whole", Path(name) / "less"
        for folder in (whole, less):
            shutil.copytree(
                ROOT / "loyaltysim", folder / "loyaltysim",
                ignore=shutil.ignore_patterns("__pycache__"),
            )  # fmt: skip
        (less / "loyaltysim" / "rewards" / f"{OFF}.py").unlink()
        best = {folder: float("inf") for folder in (whole, less)}
        for _ in range(rounds):
            for folder in best:
                best[folder] = min(best[folder], in_a_process(folder, Path(name) / "cache"))
    more = 100.0 * (best[whole] / best[less] - 1.0)
    print(
        f"without the file of {OFF} {best[less]:.3f} s, with it {best[whole]:.3f} s: {more:+.1f}%"
    )


if __name__ == "__main__":
    if "--alone" in sys.argv:
        print(seconds(load(COFFEE).business))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
