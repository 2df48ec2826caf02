"""A result again, from its own provenance: the same bytes, or why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loyaltysim.results.folder import PROVENANCE, SCENARIO, hashes, provenance, write
from loyaltysim.scenario import Scenario, load
from loyaltysim.scenario.problems import printable

LARGEST = 1_000_000
"""Bytes; nobody's provenance is longer."""


EDITED = "was changed after it was written"


class ProvenanceError(Exception):
    """A folder that does not say how its results were made; the text says what is wrong."""


@dataclass(frozen=True)
class Origin:
    """How results were made: the command with its options, and what was there then."""

    kind: str
    file: str
    alternative: str | None
    replication: int
    parquet: bool
    hashes: dict[str, str]
    """SHA-256 of each file, by name, when it was written; empty in older folders."""
    versions: dict[str, str]
    """Of this program, Python, the libraries and the platform."""

    @property
    def command(self) -> dict[str, Any]:
        """The command as provenance keeps it."""
        if self.kind == "compare":
            return {"compare": self.file}
        return {
            "run": self.file, "alternative": self.alternative, "replication": self.replication,
        }  # fmt: skip


@dataclass(frozen=True)
class Repeat:
    """What came of it: names of files that are the same, and of those that are not, and why."""

    same: list[str]
    differ: dict[str, str]
    """Those that were changed by hand come first."""
    changed: dict[str, tuple[str, str]]
    """Versions that have changed since: name to then and now."""


def origin_of(folder: Path) -> Origin:
    """Read a folder's provenance; whatever is in the file, it is no more than data.

    Raises `ProvenanceError` where it is missing or is not what a results folder holds.
    """
    path = folder / PROVENANCE
    where = printable(path)
    if not folder.is_dir():
        raise ProvenanceError(f"{printable(folder)} is no folder; name a results folder")
    try:
        if path.stat().st_size > LARGEST:
            raise ProvenanceError(f"{where} is too long to be one of ours")
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProvenanceError(
            f"{printable(folder)} has no {PROVENANCE}; name a folder that `compare` or "
            "`run --out` has written"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise ProvenanceError(f"cannot read {where}: {reason}") from None
    fields = _Fields(where, found)
    command = fields.map("command")
    kinds = [kind for kind in ("compare", "run") if isinstance(command.get(kind), str)]
    if len(kinds) != 1:
        raise ProvenanceError(f"{where}: `command` must name `compare` or `run`, and its scenario")
    (kind,) = kinds
    alternative, replication = command.get("alternative"), command.get("replication", 0)
    if not isinstance(alternative, str | None):
        raise ProvenanceError(f"{where}: `alternative` must be a name")
    if type(replication) is not int or not 0 <= replication < 2**62:
        raise ProvenanceError(f"{where}: `replication` must be a whole number from 0")
    return Origin(
        kind=kind,
        file=command[kind],
        alternative=alternative,
        replication=replication,
        parquet=command.get("parquet") is True,
        hashes=fields.texts("files_sha256"),
        versions=_versions(fields.value),
    )


class _Fields:
    """Fields of a map that may hold anything."""

    def __init__(self, where: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise ProvenanceError(f"{where} is no map of fields, as `compare` and `run` write it")
        self.where, self.value = where, value

    def map(self, name: str) -> dict[str, Any]:
        """A field that must be a map."""
        found = self.value.get(name)
        if not isinstance(found, dict):
            raise ProvenanceError(f"{self.where}: `{name}` is missing or is no map")
        return found

    def texts(self, name: str) -> dict[str, str]:
        """A field that may be missing, else a map of texts."""
        found = self.value.get(name, {})
        if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
            raise ProvenanceError(f"{self.where}: `{name}` must be a map of hashes")
        return found


def _versions(found: Mapping[str, Any]) -> dict[str, str]:
    libraries = found.get("libraries")
    parts = {**(libraries if isinstance(libraries, dict) else {})}
    parts |= {name: found.get(name) for name in ("loyaltysim", "python", "platform")}
    return {str(name): str(version) for name, version in parts.items()}


def rerun(
    folder: Path,
    out: Path,
    *,
    origin: Origin | None = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Repeat:
    """Run the command of a results folder again, on the scenario kept there, into `out`.

    Raises `ProvenanceError`, `ScenarioError` or `FolderError` where that cannot be done.
    """
    origin = origin or origin_of(folder)
    scenario = load(folder / SCENARIO)
    written = _live(origin, scenario, out, processes, progress)
    new = hashes(written)
    there = hashes(folder)
    differ: dict[str, str] = {}
    for name in sorted({*new, *origin.hashes}):
        if name not in new:
            differ[name] = "is not written any more"
        elif name not in there:
            differ[name] = "is missing in the folder"
        elif there[name] != origin.hashes.get(name, there[name]):
            differ[name] = EDITED
        elif there[name] != new[name]:
            differ[name] = "has other content"
    # The cause before what comes of it.
    differ = dict(sorted(differ.items(), key=lambda item: (item[1] != EDITED, item[0])))
    now = _versions(provenance(scenario, {}, {}))
    changed = {
        name: (then, now.get(name, "none"))
        for name, then in origin.versions.items()
        if now.get(name) != then
    }
    return Repeat([name for name in sorted(new) if name not in differ], differ, changed)


def _live(
    origin: Origin,
    scenario: Scenario,
    out: Path,
    processes: int | None,
    progress: Callable[[int, int], None] | None,
) -> Path:
    if origin.kind == "run":
        from loyaltysim.studies.simulate import simulate

        lived = simulate(scenario, origin.alternative, replication=origin.replication)
        return write(out, scenario, lived.tables, origin.command, parquet=origin.parquet)
    from loyaltysim.report.page import render
    from loyaltysim.studies.compare import compare

    comparison = compare(scenario, processes=processes, progress=progress)
    pages = {"report.html": render(comparison)}
    return write(
        out, comparison.scenario, comparison.tables, origin.command,
        pages=pages, parquet=origin.parquet,
    )  # fmt: skip
