"""Stopped, out of room, not permitted, taken already: said plainly, with nothing lost."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from commands import FILES, QUICK, ROOT, command, compare_again, digests, starter

from loyaltysim.results import folder as results_folder

WRITES = len([name for name in FILES if name != "report.html"]) + 1
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def files(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def every_write(monkeypatch, act):
    """Call `act` with the number of the write before each file of a results folder is written."""
    done = 0

    def counted(write):
        def replaced(self, *args, **kwargs):
            nonlocal done
            act(done)
            done += 1
            return write(self, *args, **kwargs)

        return replaced

    monkeypatch.setattr(pd.DataFrame, "to_csv", counted(pd.DataFrame.to_csv))
    monkeypatch.setattr(Path, "write_text", counted(Path.write_text))


def failing_at(number, error):
    """Fail at that write."""

    def act(done):
        if done == number:
            raise error

    return act


# Ctrl-C


def stop(*_args, **_kwargs):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "where",
    [
        "loyaltysim.scenario.load",
        "loyaltysim.results.folder.check_writable",
        "loyaltysim.compiled.is_warm",
        "loyaltysim.studies.compare.compare",
        "loyaltysim.report.page.render",
        "loyaltysim.results.folder.provenance",
        "pathlib.Path.rename",
    ],
)
def test_stopped_by_hand_leaves_nothing_half_written(say, tmp_path, monkeypatch, no_wait, where):
    monkeypatch.setattr(where, stop)
    said = compare_again(say, tmp_path, "--out", "deep/mine")
    assert said.code == 130
    assert said.out == ""
    assert said.err.endswith("\nStopped; nothing was written.\n")
    assert files(tmp_path) == ["scenario.yaml"]


@pytest.mark.parametrize("number", range(WRITES))
def test_stopped_while_writing_takes_back_what_was_written(
    say, tmp_path, monkeypatch, no_wait, number
):
    starter(tmp_path, *QUICK)
    every_write(monkeypatch, failing_at(number, KeyboardInterrupt()))
    said = say("compare", "scenario.yaml", "--out", "deep/mine")
    assert said.code == 130
    assert said.err.endswith("\nStopped; nothing was written.\n")
    assert files(tmp_path) == ["scenario.yaml"]


def test_stopped_while_printing_says_where_the_results_are(say, tmp_path, monkeypatch, no_wait):
    monkeypatch.setattr("loyaltysim.report.terminal.print_comparison", stop)
    said = compare_again(say, tmp_path, "--out", "mine")
    assert said.code == 130
    assert said.err.endswith("\nStopped; the results are in mine.\n")
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == FILES


def started(folder: Path, *arguments: str, code: str = "") -> subprocess.Popen[str]:
    """A command at work in a process group of its own."""
    how = ["-c", code] if code else ["-m", "loyaltysim"]
    return subprocess.Popen(
        [sys.executable, *how, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(job: subprocess.Popen[str]) -> tuple[str, str]:
    """What a job said in all; it fails if it does not end."""
    try:
        return job.communicate(timeout=60)
    finally:
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)
            job.communicate()


def members(group: int) -> list[int]:
    """The live processes of a process group; Linux only."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def until(condition) -> None:
    """Wait for what comes in the end."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come")


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """The model has been compiled, so that a job is soon at work."""
    folder = tmp_path_factory.mktemp("warm")
    starter(folder, *QUICK)
    quick = ("--people", "50", "-r", "2", "-p", "1")
    assert command("compare", "scenario.yaml", *quick, folder=folder).returncode == 0


@pytest.fixture
def working(tmp_path, warm):
    """Start a long comparison, and wait until it has its worker processes, if any."""

    def start(processes: int) -> subprocess.Popen[str]:
        starter(tmp_path)
        job = started(
            tmp_path,
            *("compare", "scenario.yaml", "-o", "mine", "-r", "4000", "--people", "500"),
            *("-p", str(processes)),
        )
        if processes > 1 and Path("/proc").is_dir():
            # Itself, the workers, and the tracker of what they share.
            until(lambda: job.poll() is not None or len(members(job.pid)) >= processes + 2)
        else:
            time.sleep(2.0)
        return job

    return start


@posix
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_all_of_it(working, tmp_path, processes, name):
    number = getattr(signal, name)
    job = working(processes)
    os.killpg(job.pid, number)
    out, err = ended(job)
    assert (job.returncode, out) == (128 + number, "")
    assert "\nStopped; nothing was written.\n" in err
    assert "Traceback" not in err
    assert files(tmp_path) == ["scenario.yaml"]
    until(lambda: members(job.pid) == [])


@posix
def test_pressed_again_and_again_it_is_said_once(working, tmp_path):
    job = working(2)
    for _ in range(20):
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGINT)
        time.sleep(0.02)
    _, err = ended(job)
    assert job.returncode == 130
    assert err.count("Stopped; nothing was written.") == 1
    assert "Traceback" not in err
    assert files(tmp_path) == ["scenario.yaml"]


@posix
def test_workers_do_not_outlive_a_command_that_is_killed(working):
    job = working(2)
    job.kill()
    ended(job)
    until(lambda: members(job.pid) == [])


@posix
def test_ctrl_c_that_is_lost_in_compiled_code_still_ends_the_command(tmp_path):
    code = """
import ctypes, sys, time
from loyaltysim import cli, command

@ctypes.CFUNCTYPE(None)
def called_back():  # What is raised here goes no further.
    print("working", flush=True)
    time.sleep(30.0)

cli.app = lambda *_args, **_kwargs: [called_back() for _ in range(100)]
command.main()
"""
    job = started(tmp_path, code=code)
    assert job.stdout is not None
    assert job.stdout.readline() == "working\n"
    job.send_signal(signal.SIGINT)
    _, err = ended(job)
    assert (job.returncode, err) == (130, "\nStopped; nothing was written.\n")


@posix
def test_stopped_while_a_library_runs_text_as_code_the_exit_code_is_still_the_signal_s(tmp_path):
    (tmp_path / "within.py").write_text(
        "import os, signal\n"
        "from loyaltysim import cli, command\n"
        "text = 'os.kill(os.getpid(), signal.SIGTERM)'\n"
        "cli.app = lambda *_args, **_kwargs: exec(text)\n"
        "command.main()\n",
        "utf-8",
    )
    job = subprocess.run(
        [sys.executable, "-m", "within"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (job.returncode, job.stdout, job.stderr)
    assert said == (143, "", "\nStopped; nothing was written.\n")


# No room


@pytest.mark.parametrize("number", range(WRITES))
def test_a_full_disk_leaves_nothing_half_written_and_the_results_are_printed(
    say, tmp_path, monkeypatch, no_wait, number
):
    starter(tmp_path, *QUICK)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    every_write(monkeypatch, failing_at(number, full))
    said = say("compare", "scenario.yaml", "--out", "deep/mine")
    assert said.code == 1
    assert said.err.endswith("loyaltysim: cannot write deep/mine: No space left on device\n")
    assert "incremental profit" in said.out
    assert "Wrote" not in said.out
    assert files(tmp_path) == ["scenario.yaml"]


def test_all_writes_are_counted(say, tmp_path, monkeypatch, no_wait):
    numbers: list[int] = []
    starter(tmp_path, *QUICK)
    every_write(monkeypatch, numbers.append)
    assert say("compare", "scenario.yaml", "--out", "mine").code == 0
    assert numbers == list(range(WRITES))


@posix
def test_no_room_in_earnest(tmp_path, warm):
    """The system itself refuses to write more than so many bytes into a file."""
    starter(tmp_path, ("people: 5000 ", "people: 300 "), *QUICK)
    code = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
from loyaltysim.command import main
main()
"""
    job = started(tmp_path, "run", "scenario.yaml", "-o", "mine", code=code)
    out, err = ended(job)
    assert job.returncode == 1
    assert err.endswith("loyaltysim: cannot write mine: File too large\n")
    assert "Traceback" not in err
    assert "revenue" in out
    assert files(tmp_path) == ["scenario.yaml"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_no_room_for_a_scenario_leaves_no_half_of_one(say, tmp_path, monkeypatch):
    plain_open = Path.open

    def full_for_new_files(path, mode="r", *args, **kwargs):
        if mode != "x":
            return plain_open(path, mode, *args, **kwargs)
        path.touch()
        return plain_open(Path("/dev/full"), "w", *args, **kwargs)

    monkeypatch.setattr(Path, "open", full_for_new_files)
    said = say("init", "mine.yaml")
    assert said.code == 2
    assert "cannot write mine.yaml: No space left on device" in said.err
    assert files(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_cannot_be_printed_is_an_error_and_no_traceback(tmp_path, stream):
    starter(
        tmp_path, ("currency: EUR", "currency: euro" if stream == "stderr" else "currency: GBP")
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "loyaltysim", "validate", "scenario.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, stream: full},
            check=False,
            timeout=60,
        )
    if stream == "stdout":
        assert (done.returncode, done.stderr) == (1, "loyaltysim: No space left on device\n")
    else:
        assert (done.returncode, done.stdout) == (2, "")


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "| true"])
def test_a_reader_who_has_gone_is_no_reason_for_a_traceback(tmp_path, closed):
    starter(tmp_path)
    shell = f"'{sys.executable}' -m loyaltysim evidence {closed}"
    done = subprocess.run(
        ["sh", "-c", shell],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stderr == ""


# Not permitted


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENAMETOOLONG])
@pytest.mark.parametrize("name", ["compare", "run"])
def test_a_folder_that_cannot_be_made_is_refused_before_any_work(
    say, tmp_path, monkeypatch, no_work, number, name
):
    def refuse(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    starter(tmp_path)
    monkeypatch.setattr(os, "mkdir", refuse)
    said = say(name, "scenario.yaml", "--out", "mine")
    assert said.code == 1
    assert said.err == (
        f"loyaltysim: cannot write to .: {os.strerror(number)}; name another folder with --out\n"
    )
    assert files(tmp_path) == ["scenario.yaml"]


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may do anything")
def test_a_read_only_folder(say, tmp_path, no_work):
    starter(tmp_path)
    tmp_path.chmod(0o555)
    try:
        said = say("compare", "scenario.yaml")
        made = say("init", "mine.yaml")
    finally:
        tmp_path.chmod(0o755)
    assert said.code == 1
    assert "Permission denied; name another folder with --out" in said.err
    assert made.code == 2
    assert "name a file in a folder that you may write to" in made.err
    assert files(tmp_path) == ["scenario.yaml"]


@pytest.mark.parametrize(
    ("out", "parts"),
    [
        ("a_file/below", ["cannot write to a_file: ", "--out"]),
        ("", ["exists already"]),
        (".", ["exists already"]),
        ("..", ["exists already"]),
        ("nowhere/..", ["no name for a new folder"]),
        ("/", ["exists already"]),
        ("n" * 300, ["File name too long"]),
        ("a\0b", ["null byte"]),
        ("dangling", ["exists already"]),
        ("\x1b[31mred", []),
        ("-x", []),
    ],
)
def test_odd_names_of_a_results_folder(say, tmp_path, monkeypatch, out, parts):
    worked = []
    monkeypatch.setattr(
        "loyaltysim.studies.compare.compare", lambda *_, **__: worked.append(1) or stop()
    )
    starter(tmp_path)
    (tmp_path / "a_file").write_text("mine")
    if hasattr(os, "symlink"):
        (tmp_path / "dangling").symlink_to("nothing_there")
    before = files(tmp_path)
    said = say("compare", "scenario.yaml", f"--out={out}")
    assert said.code == (1 if parts else 130), said.err
    assert bool(worked) is not bool(parts)
    for part in parts:
        assert part in said.err
    assert "\x1b" not in said.err
    assert files(tmp_path) == before


# Taken already


@pytest.mark.parametrize("name", ["compare", "run"])
def test_an_existing_folder_is_refused_before_any_work(say, tmp_path, no_work, name):
    starter(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "a_file").write_text("mine")
    for out in ("there", "a_file"):
        said = say(name, "scenario.yaml", "--out", out)
        assert said.code == 1
        assert said.err == (f"loyaltysim: {out} exists already; name another folder with --out\n")
    assert (tmp_path / "a_file").read_text() == "mine"


def test_what_a_broken_off_run_left_is_named_and_left_alone(say, tmp_path, no_wait):
    (tmp_path / ".mine.partial").mkdir()
    (tmp_path / ".mine.partial" / "half").write_text("of it")
    said = compare_again(say, tmp_path, "--out", "mine")
    assert said.code == 0
    assert "Note: .mine.partial is left from a run that was broken off" in said.err
    assert "delete it" in said.err
    assert (tmp_path / ".mine.partial" / "half").read_text() == "of it"
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == FILES


def test_a_name_that_is_taken_during_the_work_is_not_lost_to(say, tmp_path, monkeypatch, no_wait):
    """Neither the results that another run put there meanwhile, nor ours."""
    starter(tmp_path, *QUICK)

    def taken(number):
        if number == WRITES - 1:
            (tmp_path / "mine").mkdir()
            (tmp_path / "mine" / "theirs").touch()

    every_write(monkeypatch, taken)
    said = say("compare", "scenario.yaml", "--out", "mine")
    assert said.code == 0
    assert "Wrote mine-2: open mine-2/report.html" in said.out
    assert files(tmp_path / "mine") == ["theirs"]
    assert sorted(p.name for p in (tmp_path / "mine-2").iterdir()) == FILES


def test_two_at_once_write_two_folders(tmp_path, ready):
    """Both were told that the name is free."""
    written = []

    def write():
        written.append(
            results_folder.write(tmp_path / "deep" / "mine", ready.scenario, ready.tables, {})
        )

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path in written) == ["mine", "mine-2"]
    assert digests(written[0]) == digests(written[1])
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["mine", "mine-2"]
