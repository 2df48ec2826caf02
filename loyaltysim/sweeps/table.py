"""Designs in a CSV file: a column a factor, a row a point."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from loyaltysim.scenario.problems import shown
from loyaltysim.scenario.studies import MOST_POINTS
from loyaltysim.sweeps.factors import plain

MOST_BYTES = 50_000_000


def read(path: Path) -> list[dict[str, Any]]:
    """The rows by name of the factor. Raises `ValueError` that names the line, and `OSError`."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 1_000_000} MB")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            names = [name.strip() for name in next(lines, [])]
            if not names or not all(names) or len(set(names)) < len(names):
                raise ValueError("line 1: write the name of a factor over each column, each once")
            rows = [_row(names, cells, lines.line_num) for cells in lines if cells]
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8 text") from None
        except csv.Error as error:
            raise ValueError(f"line {lines.line_num}: {error}") from None
    if not 1 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"has {len(rows):,} points; allowed: 1 to {MOST_POINTS:,}")
    return rows


def _row(names: list[str], cells: list[str], line: int) -> dict[str, Any]:
    if len(cells) != len(names):
        raise ValueError(f"line {line}: {len(cells)} values for {len(names)} factors")
    for name, cell in zip(names, cells, strict=True):
        if not cell.strip():
            raise ValueError(f"line {line}: {shown(name)} has no value")
    return {name: plain(cell) for name, cell in zip(names, cells, strict=True)}
