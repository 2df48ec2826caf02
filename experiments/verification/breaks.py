"""Ways in which a study that is being lived can be broken off, each with what must be seen then."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE = 60.0
"""Seconds to wait for what must come about."""
LEFT_SECONDS = 5.0
"""In which all processes of a study must have ended."""

DATABASE, LOG = "study.sqlite", "study.sqlite-wal"
MOST_CUT = 9000
"""Bytes of the log that are cut off, at most: two runs or so."""


class Child:
    """A command at work, in a process group of its own, with what it said."""

    def __init__(self, arguments: Sequence[str], folder: Path, disk: Path) -> None:
        self.disk = disk
        self.study = disk / "study"
        self._said = folder / "said"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, *arguments], cwd=disk, stdout=said, stderr=said,
                start_new_session=True, preexec_fn=_heed_ctrl_c,
            )  # fmt: skip
        self.pid = self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the command itself has ended."""
        return self._process.poll() is not None

    def code(self, seconds: float = PATIENCE) -> int:
        """How it ended; waits for that."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal_all(signal.SIGKILL)
            self._process.wait()
            return -999

    @property
    def said(self) -> str:
        """On both streams, up to now."""
        return self._said.read_text(errors="replace")

    def signal(self, number: int) -> None:
        """To the command alone."""
        self._process.send_signal(number)

    def signal_all(self, number: int) -> None:
        """To the command and its workers, as a terminal does."""
        os.killpg(self.pid, number)

    def processes(self, having: str = "") -> list[int]:
        """What is alive of its group, with that in its command line; Linux only."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                state, _, group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
                line = (place / "cmdline").read_text(errors="replace")
            except OSError:
                continue
            if int(group) == self.pid and state not in "ZX" and having in line:
                found.append(int(place.name))
        return found

    def left(self) -> list[str]:
        """Trouble, where any of its processes outlives it; these are ended then."""
        if within(LEFT_SECONDS, lambda: not self.processes()):
            return []
        count = len(self.processes())
        self.signal_all(signal.SIGKILL)
        return [f"{count} processes left"]


def _heed_ctrl_c() -> None:
    # In the background, a shell has Ctrl-C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether something comes about soon."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def all_killed(child: Child, _luck: random.Random) -> list[str]:
    """As by a power cut, but for the disk."""
    child.signal_all(signal.SIGKILL)
    child.code()
    return child.left()


def main_killed(child: Child, _luck: random.Random) -> list[str]:
    """The workers must end by themselves."""
    child.signal(signal.SIGKILL)
    child.code()
    return child.left()


def worker_killed(child: Child, luck: random.Random) -> list[str]:
    """As for want of memory; the study goes on without being started again."""
    within(PATIENCE, lambda: child.ended or bool(child.processes("spawn_main")))
    workers = child.processes("spawn_main")
    if workers:
        os.kill(luck.choice(workers), signal.SIGKILL)
    return []


def interrupted(child: Child, _luck: random.Random) -> list[str]:
    """Ctrl-C in a terminal."""
    child.signal_all(signal.SIGINT)
    return _stopped(child, signal.SIGINT)


def terminated(child: Child, _luck: random.Random) -> list[str]:
    """As by a job's end."""
    child.signal(signal.SIGTERM)
    return _stopped(child, signal.SIGTERM)


def _stopped(child: Child, number: int) -> list[str]:
    child.code()
    begun = " replications x " in child.said
    return _ended(child, 128 + number, "--resume goes on" if begun else "nothing was written")


def disk_full(child: Child, luck: random.Random) -> list[str]:
    """A disk on which nothing is left but a page or two; it is emptied afterwards."""
    ballast = child.disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            os.truncate(file.fileno(), max(0, file.tell() - 4096 * luck.randrange(4)))
    try:
        return _ended(child, 1, "full", "No space left")
    finally:
        ballast.unlink()


def file_limited(child: Child, luck: random.Random) -> list[str]:
    """No file may grow any longer than that: a quota."""
    log = child.study / LOG
    size = (log.stat().st_size if log.exists() else 0) + luck.randrange(12_000)
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, size))
    return _ended(child, 1, "full", "File too large")


def _ended(child: Child, code: int, *words: str) -> list[str]:
    found = child.code()
    said = child.said
    trouble = [] if found == code else [f"exit code {found}"]
    if not any(word in said for word in words):
        trouble.append(f"does not say {words[0]!r}")
    if "Traceback" in said:
        trouble.append("a traceback")
    return trouble + child.left()


def log_cut(child: Child, luck: random.Random) -> list[str]:
    """The end of the log never reached the disk, though it had been said to."""
    trouble = all_killed(child, luck)
    log = child.study / LOG
    if log.exists():
        size = log.stat().st_size
        os.truncate(log, max(0, size - luck.randrange(1, MOST_CUT)))
    return trouble


def log_torn(child: Child, luck: random.Random) -> list[str]:
    """Cut off within what was being written: part of a page, the rest of it noise."""
    trouble = all_killed(child, luck)
    log = child.study / LOG
    if log.exists():
        with log.open("ab") as file:
            file.write(luck.randbytes(luck.randrange(1, MOST_CUT)))
    return trouble


BREAKS: dict[str, Callable[[Child, random.Random], list[str]]] = {
    "all killed": all_killed,
    "main process killed": main_killed,
    "a worker killed": worker_killed,
    "Ctrl-C": interrupted,
    "SIGTERM": terminated,
    "disk full": disk_full,
    "file size limited": file_limited,
    "log cut short": log_cut,
    "log torn": log_torn,
}

GOES_ON = "a worker killed"
"""Alone does not end the command."""
LOSES = "log cut short"
"""Alone may lose runs that were kept."""
NEEDS_A_DISK = "disk full"
