"""A results folder: tables, the scenario, where it all came from, and the page.

It is written beside its place and moved there when complete, so a folder is whole
or not there. Nothing that exists is overwritten, and no two runs write into one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from loyaltysim import __version__
from loyaltysim.scenario import Scenario, dump
from loyaltysim.scenario.problems import printable

if TYPE_CHECKING:
    import pandas as pd

SCENARIO, PROVENANCE = "scenario.yaml", "provenance.json"
"""Names of the scenario as it was run, and of where the results come from."""

_PARTIAL = ".partial"
"""Ends the name of a folder that is being written."""


class FolderError(Exception):
    """A results folder that cannot be written; the text says why and what to do."""


def free_name(wanted: Path) -> Path:
    """The folder itself if nothing is there, else the first of `name-2`, `name-3`, ... free."""
    return next(path for path in _numbered(wanted) if not os.path.lexists(path))


def check_writable(folder: Path) -> None:
    """Raise `FolderError` before any work starts where a folder could not be made."""
    if os.path.lexists(folder):
        raise FolderError(f"{printable(folder)} exists already; name another folder with --out")
    if folder.name in ("", ".."):
        raise FolderError(f"{printable(folder)} is no name for a new folder; name one with --out")
    try:
        there = next(parent for parent in folder.parents if parent.exists())
        # A rehearsal, with all names below what is there.
        with TemporaryDirectory(prefix=".loyaltysim-", dir=there) as stage:
            _staging(stage / folder.relative_to(there)).mkdir(parents=True)
    except (OSError, ValueError) as error:
        raise FolderError(
            f"cannot write to {printable(folder.parent)}: {_reason(error)}; "
            "name another folder with --out"
        ) from error


def left_over(folder: Path) -> list[Path]:
    """Parts of folders of that name, of runs that were broken off while they wrote them.

    Or that are writing at this moment.
    """
    try:
        beside = sorted(folder.parent.iterdir())
    except OSError:
        return []
    return [p for p in beside if p.name.startswith(f".{folder.name}") and p.suffix == _PARTIAL]


def provenance(
    scenario: Scenario, command: Mapping[str, Any], files: Mapping[str, str]
) -> dict[str, Any]:
    """What is needed to get the same figures again, and to see that they are the same.

    Inputs, versions, platform, and the hashes of all other files (`files`); no clock time.
    """
    text = dump(scenario.document)
    libraries = ("numpy", "numba", "scipy", "pandas", "simpy", "pydantic", "ruamel.yaml", "SALib")
    return {
        "loyaltysim": __version__,
        "command": dict(command),
        "seed": scenario.business.seed,
        "scenario_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "libraries": {name: version(name) for name in libraries},
        "files_sha256": dict(files),
    }


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder but its provenance, by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != PROVENANCE and path.is_file()
    }


def write(
    folder: Path,
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    command: Mapping[str, Any],
    *,
    pages: Mapping[str, str] | None = None,
    parquet: bool = False,
) -> Path:
    """Write a results folder and return its path.

    That is another one, such as `name-2`, if the name was taken while the folder was
    written. Raises `FolderError` where it exists before or cannot be written; then
    nothing is left behind.
    """
    check_writable(folder)
    missing = [parent for parent in folder.parents if not parent.exists()]
    staging = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = _made(folder)
        for name, table in tables.items():
            table.to_csv(
                staging / f"{name}.csv", index=False, lineterminator="\n", float_format="%.10g"
            )
            if parquet:
                table.to_parquet(staging / f"{name}.parquet", index=False)
        for name, text in {SCENARIO: dump(scenario.document), **(pages or {})}.items():
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
        if parquet:
            command = {**command, "parquet": True}
        origin = json.dumps(provenance(scenario, command, hashes(staging)), indent=2) + "\n"
        (staging / PROVENANCE).write_text(origin, encoding="utf-8", newline="\n")
        return _moved(staging, folder)
    except OSError as error:
        raise FolderError(f"cannot write {printable(folder)}: {_reason(error)}") from error
    finally:
        _clear(staging, missing)


def _numbered(path: Path) -> Iterator[Path]:
    """The path itself, and then with -2, -3, ... after its name."""
    yield path
    yield from (path.with_name(f"{path.name}-{number}") for number in count(2))


def _staging(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{_PARTIAL}")


def _made(folder: Path) -> Path:
    """A new folder to write in, which no other run writes in at the same time."""
    for path in _numbered(folder):
        try:
            _staging(path).mkdir()
        except FileExistsError:
            continue
        return _staging(path)
    raise AssertionError("numbers do not end")


def _moved(staging: Path, folder: Path) -> Path:
    """Move what is complete to its place, or to the next free name if that has been taken."""
    while True:
        place = free_name(folder)
        try:
            return staging.rename(place)
        except OSError:
            if not os.path.lexists(place):
                raise


def _clear(staging: Path | None, missing: list[Path]) -> None:
    """Take away what is unfinished, and the folders that were made for it."""
    if staging is not None:
        shutil.rmtree(staging, ignore_errors=True)
    for parent in missing:
        try:
            parent.rmdir()
        except OSError:
            return  # It holds something, such as what was just written.


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
