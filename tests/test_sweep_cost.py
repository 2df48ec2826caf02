"""The benchmark of sweeps runs, with one replication and no warning, and its shares are shares."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import loyaltysim

COMMAND = Path(loyaltysim.__file__).parents[1] / "experiments" / "benchmarks" / "sweep_cost.py"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_command_measures_three_sweeps():
    done = subprocess.run(
        [sys.executable, "-W", "error", COMMAND, "--points=3", "--people=200", "--few=3"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shares = re.findall(r"engine ([\d.]+)% of wall time", done.stdout)
    assert len(shares) == 3
    assert all(0.0 < float(share) < 100.0 for share in shares)
    assert len(re.findall(r"MB when all is written", done.stdout)) == 3
