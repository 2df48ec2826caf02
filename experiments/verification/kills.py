"""A sweep that is broken off again and again ends as if nothing had been.

    python experiments/verification/kills.py [--kills 100] [--seed 1]

A small sweep is lived as a command, broken off in nine ways at random moments, and gone on with by
`--resume`, study after study, until there were so many breaks. After each the database is sound and
holds, by content, what it held before; no run that is kept is lived again; the tables at the end
are those of a study that nothing disturbed, byte for byte. Linux only; the full disk is a small one
of its own, which only root can have. Exit code 1 where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from breaks import BREAKS, DATABASE, GOES_ON, LOG, LOSES, NEEDS_A_DISK, PATIENCE, Child, within

import loyaltysim
from loyaltysim.scenario import dump

COFFEE = Path(__file__).parents[2] / "scenarios" / "coffee_shop.yaml"
SMALL = {"horizon": "52 weeks", "market.people": 400}
TABLES = ("points.csv", "runs.csv")
POINTS, REPLICATIONS = 30, 10
RUNS = POINTS * REPLICATIONS
OPTIONS = (
    "--vary", "firm.staff.quits_per_year=20%..100%:3",
    "--vary", "alternatives.points.programme.points.reward_cost=1..3:10",
    "-a", "points", "-r", str(REPLICATIONS), "-p", "2", "-o", "study",
)  # fmt: skip

AT_ANY_TIME = 0.15
"""Share of breaks that do not wait for a run: they mostly fall while the command starts."""
SECONDS_TO_START = 0.5, 5.0
"""Before the first, it is Python itself that would be broken off."""
MOST_BETWEEN = 12
"""Runs to wait for until the next break, at most."""
SECONDS_AFTER = 0.15
"""From the last of these to the break, at most."""
MOMENTS = ("at start", "among runs", "at tables")

WITNESS = """
create table if not exists twice (scenario, replication);
create trigger if not exists lived_twice before insert on runs
when exists (select 1 from runs where scenario = new.scenario and replication = new.replication
             and error is null)
begin insert into twice values (new.scenario, new.replication); end;
"""
"""Notes each run that is kept though it had been kept."""

Kept = dict[tuple[str, int], str]
"""What is found of a run, by its scenario's hash and replication."""


@dataclass
class Broken:
    """A break: of which kind, when, and what became of the runs."""

    kind: str
    moment: str
    trouble: list[str]
    kept: Kept
    """What was there just before."""
    runs: int
    """Of these, since the break before."""
    lost: int = 0
    """Of these, not there any more."""


def main(arguments: Sequence[str]) -> int:
    """Break off as often as wanted, and print what was seen; the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    luck = random.Random(options.seed)
    found: list[Broken] = []
    trouble: list[str] = []
    studies, began = 0, time.monotonic()
    with TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        write_scenario(folder)
        whole = undisturbed(folder)
        while len(found) < options.kills:
            studies += 1
            with _disk(folder / f"disk-{studies}") as disk:
                trouble += broken_off(folder, disk, luck, options.kills, found)
                if _tables(disk / "study") != whole:
                    trouble.append(f"study {studies} ends with other tables")
    print("\n".join(_rows(found)))
    print(
        f"{len(found)} breaks in {studies} studies of {RUNS} runs each, "
        f"{time.monotonic() - began:.0f} s, seed {options.seed}"
    )
    trouble += [f"{b.kind}, {b.moment}: {text}" for b in found for text in b.trouble]
    print("\n".join(trouble) or "all tables the same, byte for byte; no run was lived twice")
    return 1 if trouble else 0


def write_scenario(folder: Path) -> None:
    """The coffee shop with fewer people for a shorter time."""
    scenario = loyaltysim.load(COFFEE).change(SMALL)
    (folder / "shop.yaml").write_text(dump(scenario.document), "utf-8")


def command(folder: Path, *more: str) -> list[str]:
    """The sweep as arguments of Python."""
    return ["-m", "loyaltysim", "sweep", str(folder / "shop.yaml"), *OPTIONS, *more]


def undisturbed(folder: Path) -> list[bytes]:
    """The tables of the study that nothing disturbs."""
    place = folder / "whole"
    place.mkdir()
    child = Child(command(folder), folder, place)
    if child.code(10.0 * PATIENCE) != 0:  # The model may have to be compiled first.
        raise SystemExit(child.said)
    return _tables(place / "study")


def broken_off(
    folder: Path, disk: Path, luck: random.Random, most: int, found: list[Broken]
) -> Iterator[str]:
    """Live a study to its end; breaks are added to those `found`, `most` in all.

    What is wrong with the study as a whole comes back in words.
    """
    database = disk / "study" / DATABASE
    kept: Kept = {}
    while True:
        more = ["--resume"] if database.exists() else []
        child = Child(command(folder, *more), folder, disk)
        broken = None
        while len(found) < most:
            broken = _next_break(child, database, len(kept), luck)
            if broken is None:
                break
            found.append(broken)
            kept = broken.kept
            print(f"{len(found):>5}  {broken.kind}, {broken.moment}", file=sys.stderr, flush=True)
            if broken.kind != GOES_ON:
                break
            broken.trouble += _not_going_on(child, database)
        code = child.code()
        now, sound = _content(disk / "study", folder)
        if not sound:
            yield "the database is damaged"
        gone = sum(now.get(run) != text for run, text in kept.items())
        if broken is not None and broken.kind == LOSES:
            broken.lost = gone
        elif gone:
            yield f"{gone} runs that had been kept are not there any more"
        if code == 0:
            yield from _lived_twice(database)
            return
        if broken is None or broken.kind == GOES_ON:
            yield f"exit code {code} though nothing ended it: {child.said[-500:]}"
            return
        if now:
            with closing(sqlite3.connect(database)) as connection:
                connection.executescript(WITNESS)
        kept = now


def _next_break(child: Child, database: Path, before: int, luck: random.Random) -> Broken | None:
    """Wait for a moment and break off; None where the command ends by itself before."""
    wanted = before + luck.randint(1, MOST_BETWEEN)
    if luck.random() < AT_ANY_TIME or wanted > RUNS:
        within(luck.uniform(*SECONDS_TO_START), lambda: child.ended)
    else:
        within(PATIENCE, lambda: child.ended or len(runs_kept(database)) >= wanted)
        within(luck.uniform(0.0, SECONDS_AFTER), lambda: child.ended)
    kept = runs_kept(database)
    moment = MOMENTS[0 if len(kept) == before else 1 if len(kept) < RUNS else 2]
    kind = luck.choice([k for k in BREAKS if k != NEEDS_A_DISK or os.path.ismount(child.disk)])
    if child.ended:
        return None
    trouble = BREAKS[kind](child, luck)
    if child.ended and child.code() == 0:
        return None  # It came too late.
    return Broken(kind, moment, trouble, kept, len(kept) - before)


def _not_going_on(child: Child, database: Path) -> list[str]:
    """Trouble, unless one more run is kept by the command as it is."""
    runs = len(runs_kept(database))
    goes_on = within(PATIENCE, lambda: child.ended or len(runs_kept(database)) > runs)
    return [] if goes_on else ["does not go on"]


def _lived_twice(database: Path) -> Iterator[str]:
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("select name from sqlite_master where name = 'twice'")
        if tables.fetchall():
            (twice,) = connection.execute("select count(*) from twice").fetchone()
            if twice:
                yield f"{twice} runs were lived again though they had been kept"


def runs_kept(database: Path) -> Kept:
    """All runs kept up to now, by one who only looks."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "select scenario, replication, found from runs where error is null"
            )
            return {(scenario, number): found for scenario, number, found in rows}
    except sqlite3.Error:
        return {}


def _content(study: Path, folder: Path) -> tuple[Kept, bool]:
    """All runs kept, and whether the database is sound; of a copy, so that nothing is mended."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in (DATABASE, LOG):
        if (study / name).exists():
            shutil.copy(study / name, copy / name)
    with closing(sqlite3.connect(copy / DATABASE)) as connection:
        try:
            sound = connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        except sqlite3.DatabaseError:
            sound = False
    return runs_kept(copy / DATABASE), sound


def _tables(study: Path) -> list[bytes]:
    paths = [study / name for name in TABLES]
    return [path.read_bytes() if path.exists() else b"" for path in paths]


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    """A small disk of its own where that is allowed, else a folder."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    own = (
        shutil.which("mount") is not None
        and subprocess.run(mount, capture_output=True).returncode == 0
    )
    try:
        yield place
    finally:
        if own:
            subprocess.run(["umount", str(place)], check=False)


def _rows(found: Sequence[Broken]) -> Iterator[str]:
    """A line for each kind of break."""
    yield (
        f"\n{'':<22}{'breaks':>8}"
        + "".join(f"{moment:>13}" for moment in MOMENTS)
        + (f"{'runs between':>14}{'runs lost':>11}{'trouble':>9}")
    )
    for kind in (*BREAKS, "in all"):
        own = [broken for broken in found if kind in (broken.kind, "in all")]
        moments = "".join(f"{sum(b.moment == m for b in own):>13}" for m in MOMENTS)
        runs, lost = sum(b.runs for b in own), sum(b.lost for b in own)
        trouble = sum(bool(b.trouble) for b in own)
        yield f"{kind:<22}{len(own):>8}{moments}{runs:>14}{lost:>11}{trouble:>9}"
    if not any(broken.kind == NEEDS_A_DISK for broken in found):
        yield f"{NEEDS_A_DISK}: not tried; it takes root to have a disk of its own"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
