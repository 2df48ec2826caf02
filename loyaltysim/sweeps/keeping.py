"""The tables of a study in its folder, written beside their place and moved there when whole."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

import pandas as pd

from loyaltysim.results.folder import PROVENANCE, SCENARIO, provenance
from loyaltysim.scenario import dump
from loyaltysim.sweeps.sweep import Sweep

RUNS, PAGE = "runs", "report.html"


def write(
    found: Sweep,
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    page: str,
    *,
    parquet: bool = False,
) -> None:
    """Write tables, `runs.csv`, the page, the scenario, and where it all comes from."""
    made = found.plan
    for name, table in tables.items():
        as_csv = partial(table.to_csv, index=False, lineterminator="\n", float_format="%.10g")
        _place(folder / f"{name}.csv", as_csv)
        if parquet:
            table.to_parquet(folder / f"{name}.parquet", index=False)
    _place(folder / f"{RUNS}.csv", lambda file: _write_runs(found, file))
    if parquet:
        found.runs.to_parquet(folder / f"{RUNS}.parquet", index=False)
    write_page(folder, page)
    _place(folder / SCENARIO, lambda file: file.write(dump(made.scenario.document)))
    command = {
        "vary": [factor.name for factor in made.factors],
        "design": made.design,
        "replications": made.replications,
    }
    origin = json.dumps(provenance(made.scenario, command, {}), indent=2) + "\n"
    _place(folder / PROVENANCE, lambda file: file.write(origin))


def write_page(folder: Path, page: str) -> None:
    """Write the page, in place of an earlier one."""
    _place(folder / PAGE, lambda file: file.write(page))


def _write_runs(found: Sweep, file: TextIO) -> None:
    """Run by run, so that memory does not grow with their number."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(found.run_columns)
    for row in found.each_run():
        rows.writerow(f"{x:.10g}" if isinstance(x, float) else x for x in row)


def _place(path: Path, write: Callable[[TextIO], object]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            write(file)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
