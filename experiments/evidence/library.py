"""What the gallery holds: the published values, the findings that can be run, and running one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import isfinite
from pathlib import Path

from finding import HOLDS, INPUT, Estimate, Finding, Shown, Target, run_finding
from worlds import Worlds

FOLDER = Path(__file__).parent

QUICK_REPLICATIONS = 5
QUICK_PEOPLE = 0.5


@cache
def published() -> dict[str, dict[str, str]]:
    """The rows of `published.csv` by the number of the value."""
    with (FOLDER / "published.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@cache
def findings() -> dict[str, Finding]:
    """Every file of `findings/`, by the number of its finding."""
    names = sorted(path.stem for path in (FOLDER / "findings").glob("e*.py"))
    loaded = [import_module(f"findings.{name}").FINDING for name in names]
    return {finding.id: finding for finding in loaded}


def is_sign(target: Target) -> bool:
    """Whether a direction is claimed, and no size."""
    return published()[target.id]["unit"] == "sign" or all(c.whole for c in target.checks)


def run_one(id: str, null: str, quick: bool) -> Shown:
    """Run a finding, with the defaults or a null model; `quick` with fewer people and lives."""
    finding = findings()[id]
    worlds = Worlds.of(
        finding.scenario,
        null,
        shrink=QUICK_PEOPLE if quick else 1.0,
        switching=not (null or quick),
    )
    return run_finding(finding, worlds, QUICK_REPLICATIONS if quick else finding.replications)


@dataclass(frozen=True)
class Count:
    """Of the values that were run: how many hold, by kind."""

    holds: int
    of: int

    def __str__(self) -> str:
        return f"{self.holds} of {self.of}"


def counted(shown: list[Shown], kind: str = "all") -> Count:
    """Of all values that are no inputs, of signs, of magnitudes, or of those of high confidence."""
    verdicts = [
        one.verdict(target)
        for one in shown
        for target in one.finding.targets
        if (kind == "all")
        or (kind == "sign" and is_sign(target))
        or (kind == "magnitude" and not is_sign(target))
        or (kind == "high" and published()[target.id]["confidence"] == "high")
    ]
    judged = [verdict for verdict in verdicts if verdict != INPUT]
    return Count(judged.count(HOLDS), len(judged))


def missing() -> list[dict[str, str]]:
    """Published values to reproduce that no finding runs yet, with the lever they need."""
    run = {target.id for finding in findings().values() for target in finding.targets}
    return [row for row in published().values() if row["role"] == "target" and row["id"] not in run]


def carried(shown: Shown, target: Target) -> str:
    """Which single term carries the first figure of a target that has a neutral value."""
    for check in target.checks:
        shares = _shares(shown, check.figure, check.neutral)
        if shares:
            break
    else:
        return ""
    best = max(shares, key=lambda name: shares[name])
    share = shares[best]
    figure = f"“{check.label}”"
    left = shown.without[best][check.figure].mean
    if share < 0.3:
        return f"No single one of the terms carries {figure}."
    much = "Nearly all" if share >= 0.9 else "Most" if share >= 0.6 else "A part"
    before = shown.estimates[check.figure].mean
    return (
        f"{much} of {figure} is carried by {best}: without it {left:.3g} in place of {before:.3g}."
    )


def _shares(shown: Shown, figure: str, neutral: float) -> dict[str, float]:
    found: Estimate = shown.estimates[figure]
    if not isfinite(neutral + found.mean) or found.low <= neutral <= found.high:
        return {}
    return {
        name: 1.0 - (others[figure].mean - neutral) / (found.mean - neutral)
        for name, others in shown.without.items()
    }
