"""The verification command: every oracle holds, fewer people, and a wrong number is noticed."""

import subprocess
import sys
from pathlib import Path

import pytest

import loyaltysim

COMMAND = Path(loyaltysim.__file__).parent.parent / "experiments" / "verification" / "verify.py"
ORACLES = ("nbd", "bg_nbd", "dirichlet", "contracts", "chain", "card", "gaps", "erlang_c erlang_a")


def verify(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a person would."""
    return subprocess.run(
        [sys.executable, "-W", "error", COMMAND, "--fast", "--processes", "1", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("names", ORACLES)
def test_the_simulation_agrees_with_theory(names):
    done = verify(*names.split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all as it should be\n")


@pytest.mark.parametrize("names", ORACLES)
def test_a_number_that_is_wrong_is_noticed(names):
    done = verify("--mutate", *names.split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fails, as it must" in done.stdout
    assert "NOT NOTICED" not in done.stdout


def test_the_page_holds_every_oracle_that_was_asked_for(tmp_path):
    done = verify("gaps", "card", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "verification.html").read_text("utf-8")
    assert "Stamp card" in page
    assert page.count("<svg") >= 2
    assert "http" not in page.replace("http://www.w3.org/", "")


def test_an_oracle_that_is_not_there_is_refused_with_what_there_is():
    done = verify("nbdd")
    assert done.returncode == 2
    assert "unknown: nbdd; there are nbd, bg_nbd" in done.stderr
