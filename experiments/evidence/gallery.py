"""Published findings, run again: what was found, what the simulation gives, and a verdict.

    python experiments/evidence/gallery.py [E03 E04 ...] [--quick] [--null none|doubled] [--out DIR]

Each finding is a file in `findings/`: a small scenario, figures read off its lives, and the
published value with its acceptance band. All share the behavioural defaults of the register;
none is tuned to a finding. A miss stays a miss. `--null none` runs them without behavioural
terms, which must fail most directions, `--null doubled` with every behavioural default doubled,
which must fail most sizes: else passing would say nothing. `--quick` takes half of the people
and five replications, and switches no single terms off. Exit code 2 on wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from finding import Shown
from library import counted, findings, missing, published, run_one
from worlds import NULLS

from loyaltysim.studies.workers import spread


def rows(shown: Shown) -> Iterator[str]:
    """A finding in the terminal: a line a figure, under its published value and verdict."""
    for target in shown.finding.targets:
        row = published()[target.id]
        value = "" if row["unit"] == "sign" else f" ({row['value']} {row['unit']})"
        yield f"{target.id} {shown.verdict(target).upper():<7}{row['finding']}{value}"
        for check in target.checks:
            found = shown.estimates[check.figure]
            interval = f"{found.low:.3g} to {found.high:.3g}"
            yield f"    {check.label:<66}{found.mean:>9.3g}  {interval:<22}{check.wanted}"


def summary(done: list[Shown], null: str) -> Iterator[str]:
    """The counts, and for a null model whether it fails as it must."""
    yield (
        f"{counted(done)} values hold ({counted(done, 'high')} of high confidence; signs "
        f"{counted(done, 'sign')}, sizes {counted(done, 'magnitude')})"
    )
    if null:
        kind = "sign" if null == "none" else "magnitude"
        count = counted(done, kind)
        failing = count.of - count.holds
        fails = "as it must" if 2 * failing > count.of else "TOO FEW"
        yield f"null model “{null}” fails {failing} of {count.of} {kind} values: {fails}"


def main(arguments: Sequence[str]) -> int:
    """Run the findings and report; the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("ids", nargs="*", metavar="ID", help=", ".join(findings()))
    parser.add_argument("--quick", action="store_true", help="fewer people and replications")
    parser.add_argument("--null", choices=list(NULLS), default="", help="run a null model")
    parser.add_argument("--out", type=Path, help="folder for the page")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.ids if name not in findings()]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(findings())}")
    if options.processes < 1:
        parser.error("--processes must be at least 1")
    began = perf_counter()
    ids = list(dict.fromkeys(options.ids)) or list(findings())
    found: dict[str, Shown] = {}
    for one, shown in lived(ids, options.null, options.quick, options.processes):
        found[one] = shown
        print("\n".join(rows(shown)), flush=True)
    done = [found[one] for one in ids]
    print("\n".join(summary(done, options.null)))
    if not options.ids:
        print(f"{len(missing())} values not yet: the lever is missing")
    print(f"{perf_counter() - began:.0f} s")
    if options.out is not None:
        from showing import render

        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / (f"gallery_{options.null}.html" if options.null else "gallery.html")
        path.write_text(render(done, options.null, not options.ids), "utf-8")
        print(path)
    return 0


def lived(ids: list[str], null: str, quick: bool, processes: int) -> Iterator[tuple[str, Shown]]:
    """Each finding as soon as it has been run; the same for any number of processes."""
    work = partial(run_one, null=null, quick=quick)
    yield from spread(work, ids, min(processes, len(ids)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
