"""The tables of a study in its folder, written beside their place and moved there when whole."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from loyaltysim.report.sweep import page
from loyaltysim.results.folder import PROVENANCE, SCENARIO, provenance
from loyaltysim.scenario import dump
from loyaltysim.sweeps.sweep import Sweep

POINTS, RUNS, PAGE = "points", "runs", "report.html"


def write(found: Sweep, folder: Path, *, parquet: bool = False) -> None:
    """Write `points.csv`, `runs.csv`, the page, the scenario, and where it all comes from."""
    made = found.plan
    _place(
        folder / f"{POINTS}.csv",
        lambda file: found.table.to_csv(
            file, index=False, lineterminator="\n", float_format="%.10g"
        ),
    )
    _place(folder / f"{RUNS}.csv", lambda file: _write_runs(found, file))
    if parquet:
        found.table.to_parquet(folder / f"{POINTS}.parquet", index=False)
        found.runs.to_parquet(folder / f"{RUNS}.parquet", index=False)
    text_of_page = page(found)
    _place(folder / PAGE, lambda file: _write_text(file, text_of_page))
    text = dump(made.scenario.document)
    _place(folder / SCENARIO, lambda file: _write_text(file, text))
    command = {
        "sweep": [factor.name for factor in made.factors],
        "design": made.design,
        "replications": made.replications,
    }
    origin = json.dumps(provenance(made.scenario, command, {}), indent=2) + "\n"
    _place(folder / PROVENANCE, lambda file: _write_text(file, origin))


def _write_runs(found: Sweep, file: TextIO) -> None:
    """Run by run, so that memory does not grow with their number."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(found.run_columns)
    for row in found.each_run():
        rows.writerow(f"{x:.10g}" if isinstance(x, float) else x for x in row)


def _write_text(file: TextIO, text: str) -> None:
    file.write(text)


def _place(path: Path, write: Callable[[TextIO], object]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            write(file)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
