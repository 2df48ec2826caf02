"""A sweep as a command, broken off in ways that `experiments/verification/kills.py` mixes."""

import random
import signal
import sys
from pathlib import Path

import pytest
from sweeps import command, document, lived, scenario

import loyaltysim
from loyaltysim.scenario import dump
from loyaltysim.sweeps.keeping import write
from loyaltysim.sweeps.sweep import sweep

if sys.platform != "linux":
    pytest.skip("processes are seen in /proc", allow_module_level=True)

sys.path.append(str(Path(loyaltysim.__file__).parents[1] / "experiments" / "verification"))

from breaks import DATABASE, Child, file_limited, main_killed, within, worker_killed
from kills import runs_kept

VARY = {"alternatives.points.programme.points.reward_cost": "1..3:6"}
PEOPLE, REPLICATIONS = 3000, 20
OPTIONS = (
    *(f"--vary={name}={values}" for name, values in VARY.items()), f"--people={PEOPLE}",
    f"--replications={REPLICATIONS}", "--processes=2", "-o", "study",
)  # fmt: skip
LUCK = random.Random(3)
SECONDS = 120.0


def written(folder):
    (folder / "shop.yaml").write_text(dump(document()), encoding="utf-8")


def tables_of(folder):
    return [(folder / "study" / name).read_bytes() for name in ("points.csv", "runs.csv")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The tables of the study as Python gives them, with nothing kept on the way."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "study").mkdir()
    found = sweep(scenario(), VARY, replications=REPLICATIONS, people=PEOPLE, processes=1)
    write(found, folder / "study", {"points": found.table}, "")
    return tables_of(folder)


@pytest.fixture
def begun(tmp_path):
    """The study at work, with some runs kept."""
    written(tmp_path)
    child = Child(command(tmp_path, *OPTIONS)[1:], tmp_path, tmp_path)
    assert within(SECONDS, lambda: child.ended or len(runs_of(child)) >= 5)
    assert not child.ended, child.said
    yield child
    main_killed(child, LUCK)


def runs_of(child):
    return runs_kept(child.study / DATABASE)


def test_another_process_is_refused_and_no_worker_outlives_the_first(begun, tmp_path):
    begun.signal_all(signal.SIGSTOP)  # It shall not end meanwhile.
    other = lived(tmp_path, *OPTIONS, "--resume")
    assert other.returncode == 1
    assert other.stderr.endswith(
        "loyaltysim: study is being worked on by another process; wait for it, or name another "
        "folder with --out\n"
    )
    begun.signal_all(signal.SIGCONT)
    assert len(begun.processes("spawn_main")) == 2
    assert main_killed(begun, LUCK) == []


def test_without_a_worker_and_then_without_room_nothing_is_lost(begun, whole, tmp_path):
    before = len(runs_of(begun))
    worker_killed(begun, LUCK)
    assert within(SECONDS, lambda: begun.ended or len(runs_of(begun)) >= before + 10)
    kept = runs_of(begun)
    assert file_limited(begun, LUCK) == []
    assert "the disk is full, perhaps by a quota" in begun.said
    assert begun.said.count("--resume") == 1
    assert kept.items() <= runs_of(begun).items()
    done = lived(tmp_path, *OPTIONS, "--resume")
    assert done.returncode == 0, done.stderr
    assert tables_of(tmp_path) == whole
