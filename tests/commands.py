"""What tests of the command line share: commands in a process of their own, and a scenario."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import loyaltysim

ROOT = Path(loyaltysim.__file__).parent.parent
FILES = [
    "alternatives.csv",
    "concentration.csv",
    "counts.csv",
    "cumulative.csv",
    "customer_classes.csv",
    "ledger.csv",
    "lorenz.csv",
    "loss_causes.csv",
    "losses.csv",
    "margins.csv",
    "members.csv",
    "provenance.json",
    "report.html",
    "retention.csv",
    "runs.csv",
    "scenario.yaml",
    "stage_thresholds.csv",
    "stages.csv",
    "tenure.csv",
    "units.csv",
    "value_classes.csv",
    "value_cuts.csv",
    "value_moves.csv",
]
"""What is in the folder of a comparison."""


def script(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of experiments in a process of its own, as a person would."""
    return subprocess.run(
        [sys.executable, "-W", "error", path, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "loyaltysim", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def starter(folder: Path, *changes: tuple[str, str], name: str = "scenario.yaml") -> Path:
    """The starter scenario, with changes of its text."""
    text = (ROOT / "loyaltysim" / "scenario" / "starter.yaml").read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


QUICK = (
    ("horizon: 3 years", "horizon: 6 months"),
    (
        """  service:
    firm:
      service: {failure_per_visit: {value: 1%, low: 0.5%, high: 1.8%}, response_hours: 4}   # not \
sure: a range
      costs_per_week: 120
  staff:
    firm: {staff: {pay_per_week: 590, quits_per_year: 25%}}
""",
        "",
    ),
)
"""Changes that make the starter scenario quick to compare."""


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
    }


def compare_again(say: Callable[..., Said], folder: Path, *arguments: str) -> Said:
    starter(folder, *QUICK)
    return say("compare", "scenario.yaml", "--people", "100", "-r", "2", "-p", "1", *arguments)
