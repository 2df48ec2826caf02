"""A results folder: tables, the scenario, where it all came from, and the page.

It is written beside its place and moved there when complete, so a folder is whole
or not there. Nothing that exists is overwritten.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from loyaltysim import __version__
from loyaltysim.scenario import Scenario, dump


class FolderError(Exception):
    """A results folder that cannot be written; the text says why and what to do."""


def free_name(wanted: Path) -> Path:
    """The folder itself if nothing is there, else the first of `name-2`, `name-3`, ... free."""
    candidate, number = wanted, 1
    while candidate.exists():
        number += 1
        candidate = wanted.with_name(f"{wanted.name}-{number}")
    return candidate


def check_writable(folder: Path) -> None:
    """Raise `FolderError` before any work starts where a folder could not be made."""
    if folder.exists():
        raise FolderError(f"{folder} exists already; name another folder with --out")
    staging = _staging(folder)
    if staging.exists():
        raise FolderError(
            f"{staging} is left from a run that was broken off, or in use by one that is not done; "
            "delete it, or name another folder with --out"
        )
    missing = [parent for parent in staging.parents if not parent.exists()]
    try:
        staging.mkdir(parents=True)
        for made in (staging, *missing):
            made.rmdir()
    except OSError as error:
        raise FolderError(
            f"cannot write to {folder.parent}: {error.strerror}; "
            "name a folder that you may write to with --out"
        ) from error


def provenance(scenario: Scenario, command: Mapping[str, Any]) -> dict[str, Any]:
    """What is needed to get the same figures again: inputs, versions, platform; no clock time."""
    text = dump(scenario.document)
    libraries = ("numpy", "numba", "scipy", "pandas", "simpy", "pydantic", "ruamel.yaml")
    return {
        "loyaltysim": __version__,
        "command": dict(command),
        "seed": scenario.business.seed,
        "scenario_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "libraries": {name: version(name) for name in libraries},
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

    Raises `FolderError` where it exists or cannot be written; then nothing is left behind.
    """
    check_writable(folder)
    staging = _staging(folder)
    try:
        staging.mkdir(parents=True)
        for name, table in tables.items():
            table.to_csv(
                staging / f"{name}.csv", index=False, lineterminator="\n", float_format="%.10g"
            )
            if parquet:
                table.to_parquet(staging / f"{name}.parquet", index=False)
        texts = {
            "scenario.yaml": dump(scenario.document),
            "provenance.json": json.dumps(provenance(scenario, command), indent=2) + "\n",
            **(pages or {}),
        }
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
        staging.rename(folder)
    except OSError as error:
        raise FolderError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def _staging(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.partial")
