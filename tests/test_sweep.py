"""Sweeps: what comes out, and that nothing is lost, doubled or lived twice, whatever happens."""

import os
import random
import signal
import sqlite3
import time

import numpy as np
import pandas as pd
import pytest
from sweeps import POINTS, REPLICATIONS, VARY, lived, scenario, started, until, written

from loyaltysim.cli import app, asked
from loyaltysim.scenario import ScenarioError
from loyaltysim.studies.compare import compare
from loyaltysim.sweeps import keeping
from loyaltysim.sweeps import sweep as sweeping
from loyaltysim.sweeps.store import DATABASE, Store, StudyError
from loyaltysim.sweeps.sweep import sweep

TABLES = ("points.csv", "runs.csv")


@pytest.fixture(scope="module")
def found():
    return sweep(scenario(), VARY, replications=REPLICATIONS, processes=1)


def tables_of(folder):
    return [(folder / name).read_bytes() for name in TABLES]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The tables of the study that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    written(folder)
    done = lived(folder, "--processes", "2", "-o", "study")
    assert done.returncode == 0, done.stderr
    return tables_of(folder / "study")


LONGER = ("--people", "4000", "--replications", "5", "--processes", "2", "-o", "study")
"""Long enough to be broken off several times."""


@pytest.fixture(scope="module")
def longer(tmp_path_factory):
    """The tables of a longer study that nothing disturbed."""
    folder = tmp_path_factory.mktemp("longer")
    written(folder)
    done = lived(folder, *LONGER)
    assert done.returncode == 0, done.stderr
    return tables_of(folder / "study")


# What comes out


def test_each_point_has_its_runs_and_what_is_constant_stays_out(found):
    assert len(found.runs) == POINTS * REPLICATIONS * 2
    assert list(found.runs.columns[:5]) == ["point", *VARY, "replication", "alternative"]
    table = found.table
    assert len(table) == POINTS * 2
    assert (table["replications"] == REPLICATIONS).all()
    assert table.loc[table["alternative"] == "nothing", "incremental_profit"].isna().all()
    runs = found.runs[found.runs["alternative"] == "points"]
    means = runs.groupby("point")["incremental_profit"].mean().to_numpy()
    shown = table.loc[table["alternative"] == "points", "incremental_profit"]
    assert shown.to_numpy() == pytest.approx(means)


def test_a_point_as_the_business_stands_is_the_comparison():
    """The same people and luck: a sweep over one point says what `compare` says."""
    one = sweep(scenario(), {"firm.staff.count": [3]}, replications=3, processes=1)
    both = compare(scenario(), replications=3, processes=1)
    row = one.table.set_index("alternative").loc["points"]
    other = both.alternatives.loc["points"]
    for figure in ("incremental_profit", "low", "high", "profit", "yearly_loss", "members"):
        assert row[figure] == pytest.approx(other[figure], rel=1e-9, abs=1e-6)


def test_dearer_rewards_cost_what_they_cost(found):
    """The cost of a reward changes no behaviour, so profit falls by exactly the rewards' cost."""
    runs = found.runs[found.runs["alternative"] == "points"]
    quits, cost = VARY
    cheap, dear = (runs[runs[cost] == price].set_index([quits, "replication"]) for price in (1, 2))
    assert (cheap["revenue"] == dear["revenue"]).all()
    lost = cheap["incremental_profit"] - dear["incremental_profit"]
    costs = dear["programme_cost"] - cheap["programme_cost"]
    assert lost.to_numpy() == pytest.approx(costs.to_numpy(), abs=1e-4)
    assert (costs > 0.0).all()


def test_processes_and_python_give_what_the_command_gives(found, whole, tmp_path):
    runs = pd.read_csv(pd.io.common.BytesIO(whole[1]))
    assert list(runs.columns) == list(found.runs.columns)
    numbers = found.runs.select_dtypes("number").columns
    assert np.allclose(runs[numbers], found.runs[numbers], rtol=1e-9, atol=1e-9, equal_nan=True)


# Broken off


def test_killed_again_and_again_it_ends_as_if_nothing_had_been(longer, tmp_path):
    """The study, or one of its workers, is killed at random moments, and gone on with."""
    written(tmp_path)
    database = tmp_path / "study" / DATABASE
    luck = random.Random(5)
    kept, killed = 0, 0
    while True:
        more = ["--resume"] if database.exists() else []
        process = started(tmp_path, *LONGER, *more)
        until(lambda p=process, n=kept + 5: _runs_in(database) >= n or p.poll() is not None)
        time.sleep(luck.uniform(0.0, 0.3))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        out, said = process.communicate()
        if process.returncode != -signal.SIGKILL:
            break
        kept = _runs_in(database)
    assert killed >= 2
    assert process.returncode == 0, said
    assert "Wrote study" in out
    assert tables_of(tmp_path / "study") == longer


def test_ctrl_c_says_how_to_go_on(longer, tmp_path):
    written(tmp_path)
    process = started(tmp_path, *LONGER)
    database = tmp_path / "study" / DATABASE
    until(lambda: database.exists() and _runs_in(database) > 0)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "kept in study; the same command with --resume goes on" in said
    done = lived(tmp_path, *LONGER, "--resume")
    assert done.returncode == 0, done.stderr
    assert tables_of(tmp_path / "study") == longer


def _runs_in(database):
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from runs").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_what_is_done_is_not_lived_again(tmp_path, monkeypatch):
    first = sweep(scenario(), VARY, replications=1, processes=1, folder=tmp_path / "study")
    lives = []
    monkeypatch.setattr(sweeping, "live", lambda job: lives.append(job) or [])
    again = sweep(
        scenario(), VARY, replications=1, processes=1, folder=tmp_path / "study", resume=True
    )
    assert lives == []
    assert again.table.equals(first.table)


def test_a_failed_run_is_told_and_tried_again(tmp_path, monkeypatch):
    live = sweeping.live

    def fails(job):
        if job.replication == 1 and job.point == 2:
            raise ZeroDivisionError("by design")
        return live(job)

    monkeypatch.setattr(sweeping, "live", fails)
    arguments = {"replications": 2, "processes": 1, "folder": tmp_path / "study"}
    first = sweep(scenario(), VARY, **arguments)
    (failed,) = first.failures
    assert (failed.point, failed.replication) == (2, 1)
    assert "by design" in failed.error
    assert first.table.set_index(["point", "alternative"]).loc[(2, "points"), "replications"] == 1
    monkeypatch.setattr(sweeping, "live", live)
    again = sweep(scenario(), VARY, resume=True, **arguments)
    assert again.failures == []
    assert len(again.runs) == POINTS * 2 * 2


def test_a_failed_run_is_lived_again_by_itself(tmp_path, monkeypatch, capsys):
    """It is named with its values, and with what to type; and nothing else is lived then."""
    live, lives = sweeping.live, []

    def fails(job):
        if job.replication is not None:
            lives.append((job.point, job.replication))
        if (job.point, job.replication) == (2, 1):
            raise ZeroDivisionError("by design")
        return live(job)

    command = ["sweep", str(written(tmp_path)), "-o", str(tmp_path / "study"), "-p", "1"]
    monkeypatch.setattr(sweeping, "live", fails)
    assert app([*command], result_action="return_value") == 1
    said = capsys.readouterr().err
    assert "quits_per_year=0.6" in said
    assert "--resume --only 2/1" in said
    lives.clear()
    monkeypatch.setattr(sweeping, "live", lambda job: lives.append(job) or live(job))
    again = [*command, "--resume", "--only", "2/1"]
    assert app(again, result_action="return_value") == 0
    assert [(job.point, job.replication) for job in lives] == [(2, 1)]
    with pytest.raises(ScenarioError, match="up to 5/1"):
        app(
            [*command, "--resume", "--only", "6/0"],
            result_action="return_value",
            exit_on_error=False,
        )


def test_the_page_is_written_as_it_goes(tmp_path, monkeypatch):
    pages = []
    place = keeping.write_page
    monkeypatch.setattr(keeping, "write_page", lambda f, page: pages.append(page) or place(f, page))
    monkeypatch.setattr(asked, "SECONDS_TO_PAGE", 0.0)
    monkeypatch.setattr(asked, "PAGE_SHARE", 1e9)
    command = ["sweep", str(written(tmp_path)), "-o", str(tmp_path / "study"), "-p", "1"]
    assert app(command, result_action="return_value") == 0
    *under_way, last = pages
    assert len(under_way) >= POINTS * REPLICATIONS
    assert "So far" in under_way[POINTS]
    assert 'http-equiv="refresh"' in under_way[0]
    assert "So far" not in last


# Where it is kept


def test_a_second_process_on_a_study_is_refused(tmp_path):
    with Store(tmp_path, {"a": "1"}, resume=False), pytest.raises(StudyError, match="another proc"):
        Store(tmp_path, {"a": "1"}, resume=True)
    Store(tmp_path, {"a": "1"}, resume=True).close()


@pytest.mark.parametrize(
    ("about", "resume", "said"),
    [
        ({"scenario": "1", "engine": "1"}, False, "--resume"),
        ({"scenario": "2", "engine": "1"}, True, "its scenario changed"),
        ({"scenario": "1", "engine": "2"}, True, "loyaltysim itself changed"),
    ],
)
def test_another_study_is_not_gone_on_with(tmp_path, about, resume, said):
    Store(tmp_path, {"scenario": "1", "engine": "1"}, resume=False).close()
    with pytest.raises(StudyError, match=said):
        Store(tmp_path, about, resume=resume)


def test_a_study_begins_in_no_folder_of_other_files(tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyError, match="other files"):
        Store(tmp_path, {}, resume=False)
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yaml"]


def test_what_is_no_study_is_told(tmp_path):
    with pytest.raises(StudyError, match="no study to go on with"):
        Store(tmp_path, {}, resume=True)
    (tmp_path / DATABASE).write_bytes(b"something else" * 100)
    with pytest.raises(StudyError, match="damaged, or is no study"):
        Store(tmp_path, {}, resume=True)


def test_a_torn_log_loses_nothing_that_was_committed_before(tmp_path):
    with Store(tmp_path, {}, resume=False) as store:
        for point in range(5):
            store.keep(f"{point}", 0, [point])
        log = tmp_path / f"{DATABASE}-wal"
        kept, main = log.read_bytes(), (tmp_path / DATABASE).read_bytes()
    (tmp_path / DATABASE).write_bytes(main)
    log.write_bytes(kept[: len(kept) - 700])
    with Store(tmp_path, {}, resume=True) as store:
        found = [store.runs(f"{point}") for point in range(5)]
    kept = sum(map(len, found))
    assert found == [[(0, [point], None)] if point < kept else [] for point in range(5)]
    assert 3 <= kept < 5


def test_a_full_disk_is_told_and_loses_nothing(tmp_path):
    with Store(tmp_path, {}, resume=False) as store:
        store.keep("a", 0, [1.0])
        pages = store._database.execute("pragma page_count").fetchone()[0]
        store._database.execute(f"pragma max_page_count = {pages}")
        with pytest.raises(StudyError, match="disk is full; make room"):
            store.keep("b", 0, [1.0] * 100_000)
        assert store.runs("a") == [(0, [1.0], None)]
    with Store(tmp_path, {}, resume=True) as store:
        store.keep_failure("b", 0, "why")
        assert store.done(0) == {"a"}
        store.keep("b", 0, [2.0])
        assert store.runs("b") == [(0, [2.0], None)]
