"""Where the runs of a study are kept: one embedded database file that survives a kill.

Every finished run is committed by itself (SQLite, write-ahead log), by the one process that holds
the study, under a hash of the scenario that it lived: another design over the same scenario finds
what was lived before. What was committed stays, whatever happens; what was not is lived again. The
lock is a transaction on a small file beside it: it ends with its process, even where that is
killed.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from loyaltysim.scenario.problems import printable

DATABASE, LOCK = "study.sqlite", "study.lock"

FORMAT = 2
"""Of the tables below; a file of another one is not read."""

_TABLES = """
create table about (name text primary key, value text not null) without rowid;
create table levels (base text primary key, found text not null) without rowid;
create table runs (
    scenario text not null, replication integer not null, found text, error text,
    primary key (scenario, replication)
) without rowid;
create index lived on runs (replication) where error is null;
"""


class StudyError(Exception):
    """A study that cannot be kept or gone on with; the text says why and what to do."""


Run = tuple[int, Any, str | None]
"""Replication, what was found, and the error where it could not be done."""

Read = Callable[[str], list[Run]]
"""What was lived of a scenario, by its hash, in the order of replications."""


@contextmanager
def reading(folder: Path) -> Iterator[Read]:
    """The runs of a study that nobody needs to hold."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        yield lambda scenario: _runs(database, scenario)


def _runs(database: sqlite3.Connection, scenario: str) -> list[Run]:
    rows = database.execute(
        "select replication, found, error from runs where scenario = ? order by replication",
        (scenario,),
    )
    return [(r, None if found is None else json.loads(found), error) for r, found, error in rows]


class Store:
    """The runs of one study in one folder; a context manager."""

    def __init__(self, folder: Path, about: Mapping[str, str], *, resume: bool) -> None:
        """Begin a study, or go on with it. Raises `StudyError` where that cannot be done."""
        self.folder = folder
        self._path = folder / DATABASE
        self._lock: sqlite3.Connection | None = None
        there = self._path.exists()
        if resume and not there:
            raise StudyError(
                f"{printable(folder)} holds no study to go on with; leave out --resume"
            )
        if there and not resume:
            raise StudyError(
                f"{printable(folder)} holds a study already; go on with it by --resume, or name "
                "another folder with --out"
            )
        try:
            if not there and folder.is_dir() and any(_others(folder)):
                raise StudyError(
                    f"{printable(folder)} holds other files, which a study would overwrite; name "
                    "a new folder with --out"
                )
            folder.mkdir(parents=True, exist_ok=True)
            self._take()
            self._database = sqlite3.connect(self._path, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = full")
            if self._is_empty():
                self._begin(about)
            else:
                self._check(about)
        except sqlite3.DatabaseError as error:
            self.close()
            raise _told(error, self._path) from error
        except OSError as error:
            self.close()
            raise StudyError(f"cannot write to {printable(folder)}: {error.strerror}") from error
        except StudyError:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the study; the log becomes part of the file."""
        for connection in (getattr(self, "_database", None), self._lock):
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def _take(self) -> None:
        lock = sqlite3.connect(self.folder / LOCK, timeout=0.0, isolation_level=None)
        try:
            lock.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            lock.close()
            if "locked" not in str(error):
                raise
            raise StudyError(
                f"{printable(self.folder)} is being worked on by another process; wait for it, or "
                "name another folder with --out"
            ) from error
        self._lock = lock

    def _is_empty(self) -> bool:
        # Killed before its first table was there, a study is begun anew.
        return not self._database.execute("select 1 from sqlite_master").fetchall()

    def _begin(self, about: Mapping[str, str]) -> None:
        rows = [*about.items(), ("format", str(FORMAT))]
        self._database.executescript(f"begin;{_TABLES}")
        self._database.executemany("insert into about values (?, ?)", rows)
        self._database.execute("commit")

    def _check(self, about: Mapping[str, str]) -> None:
        kept = dict(self._database.execute("select name, value from about"))
        if kept.pop("format", "") != str(FORMAT):
            raise StudyError(
                f"{printable(self._path)} was written by another version of loyaltysim; its runs "
                "can be read by that one only. Name another folder with --out"
            )
        other = [name for name, value in about.items() if kept.get(name) != value]
        if other:
            what = "loyaltysim itself" if other == ["engine"] else f"its {', '.join(other)}"
            raise StudyError(
                f"{printable(self.folder)} holds another study: {what} changed since; put that "
                "back, or name another folder with --out"
            )

    def done(self, replication: int) -> set[str]:
        """Scenarios, by hash, that need not be lived again in a replication."""
        rows = self._database.execute(
            "select scenario from runs where replication = ? and error is null", (replication,)
        )
        return {scenario for (scenario,) in rows}

    def levels(self) -> dict[str, Any]:
        """What was found of businesses as they are today, by a hash of each."""
        rows = self._database.execute("select base, found from levels")
        return {base: json.loads(found) for base, found in rows}

    def keep_levels(self, base: str, found: Any) -> None:
        """Keep what was found of a business."""
        self._write("insert or replace into levels values (?, ?)", base, json.dumps(found))

    def keep(self, scenario: str, replication: int, found: Any) -> None:
        """Keep a finished run; nothing of it is lost from here on."""
        values = (scenario, replication, json.dumps(found), None)
        self._write("insert or replace into runs values (?, ?, ?, ?)", *values)

    def keep_failure(self, scenario: str, replication: int, error: str) -> None:
        """Keep why a run could not be done; it is tried again when the study goes on."""
        values = (scenario, replication, None, error)
        self._write("insert or replace into runs values (?, ?, ?, ?)", *values)

    def _write(self, statement: str, *values: Any) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise _told(error, self._path) from error

    def runs(self, scenario: str) -> list[Run]:
        """What was lived of a scenario, by its hash."""
        return _runs(self._database, scenario)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        files = (Path(f"{self._path}{end}") for end in ("", "-wal"))
        return sum(os.path.getsize(path) for path in files if path.exists())


def _others(folder: Path) -> Iterator[Path]:
    """What is in a folder beside the lock of a study that was broken off at once."""
    return (path for path in folder.iterdir() if not path.name.startswith(LOCK))


def _told(error: sqlite3.DatabaseError, path: Path) -> StudyError:
    said = str(error)
    if "full" in said:
        why = "the disk is full; make room, then go on with --resume: nothing finished is lost"
    elif "disk I/O" in said:
        # So SQLite calls a quota that is used up, and a full disk where its index does not fit.
        why = (
            "the disk is full, perhaps by a quota, or it fails; make room, then go on with "
            "--resume: nothing finished is lost"
        )
    elif "malformed" in said or "not a database" in said:
        why = "it is damaged, or is no study; name another folder with --out"
    elif "locked" in said:
        why = "another program is writing to it; close that, then go on with --resume"
    else:
        why = f"{said}; go on with --resume when that is mended"
    return StudyError(f"{printable(path)}: {why}")
