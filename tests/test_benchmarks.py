"""The benchmark's restatements are the same model, and its command runs. Nothing is timed."""

import subprocess
import sys
from importlib import import_module
from math import sqrt
from pathlib import Path

import pytest

import loyaltysim
from loyaltysim.scenario import load

BENCHMARKS = Path(loyaltysim.__file__).parent.parent / "experiments" / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from micro.terms import MODEL, OUTCOMES, terms_of  # noqa: E402

BOUND = 4.0
PEOPLE = {"loyaltysim": 20_000, "numpy": 20_000, "simpy": 3_000, "mesa": 3_000}


@pytest.fixture(scope="module")
def lived():
    """Outcomes of each customer, by tool."""
    terms = terms_of(load(MODEL).business)
    found = {}

    def of(tool):
        if tool not in found:
            live = import_module(f"micro.in_{tool}").live
            found[tool] = live(terms, PEOPLE[tool], seed=3)
        return found[tool]

    return of


@pytest.mark.parametrize("tool", ["numpy", "simpy", "mesa"])
def test_the_restatements_agree_with_loyaltysim(lived, tool):
    pytest.importorskip(tool)
    ours, theirs = lived("loyaltysim"), lived(tool)
    for name in OUTCOMES:
        error = sqrt(ours[name].var() / len(ours[name]) + theirs[name].var() / len(theirs[name]))
        z = (ours[name].mean() - theirs[name].mean()) / error
        assert abs(z) < BOUND, f"{name}: z = {z:.2f}, standard error {error:.4f}"


def test_the_command_compares_and_writes(tmp_path):
    page = tmp_path / "page.md"
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "peers.py", "--people=200", "--rounds=1", "--page", page],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = page.read_text("utf-8")
    assert "The tools agree" in text
    for tool in ("NumPy", "SimPy", "loyaltysim"):
        assert f"| {tool} | points redeemed |" in text
