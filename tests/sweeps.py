"""A small sweep for tests: as a scenario, as a command, and broken off."""

import os
import subprocess
import sys
import time
from pathlib import Path

from businesses import terms

from loyaltysim.scenario import Scenario, dump

VARY = {
    "firm.staff.quits_per_year": "20%..100%:3",
    "alternatives.points.programme.points.reward_cost": [1, 2],
}
POINTS, REPLICATIONS = 6, 2


def document(**changes):
    """A business with a programme to try."""
    points = {"points": {"per_euro": 10, "reward_at": 300, "reward_cost": 2.0, "reward_value": 3.0}}
    alternatives = {"nothing": {}, "points": {"programme": points}}
    small = {"people": 120, **changes.pop("market", {})}
    return terms(horizon="8 weeks", alternatives=alternatives, market=small, **changes)


def scenario(**changes):
    """The same, validated."""
    return Scenario.from_document(document(**changes))


def written(folder: Path) -> Path:
    """The same as a file with a section `sweep`."""
    path = folder / "shop.yaml"
    sweep = {"vary": VARY, "replications": REPLICATIONS}
    path.write_text(dump({**document(), "sweep": sweep}), encoding="utf-8")
    return path


def command(folder: Path, *arguments: str, command: str = "sweep") -> list[str]:
    """The sweep of that file as a command, or another study of it."""
    shop = str(folder / "shop.yaml")
    return [sys.executable, "-m", "loyaltysim", command, shop, *arguments]


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command as a process of its own group."""
    return subprocess.Popen(
        command(folder, *arguments), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip


def lived(folder: Path, *arguments: str, **which: str) -> subprocess.CompletedProcess[str]:
    """The command, to its end."""
    return subprocess.run(
        command(folder, *arguments, **which), cwd=folder, capture_output=True, text=True,
        check=False, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip


def until(condition, seconds=120.0):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
