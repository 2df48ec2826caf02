"""The signature of every reward scheme: the effect by which it is known, as a picture.

    python experiments/schemes/signatures.py [points stamps ...] [--quick] [--out DIR]

Each scheme is tried in the same shop, on the lives that the same people lead without it, with the
behavioural defaults of the register; a file of `schemes/` holds its scenario, its curves and the
effects that they should show. One that does not is said not to. `--quick` takes half of the people
and five replications. Exit code 2 on wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from time import perf_counter

FOLDER = Path(__file__).parent
# Lives are read off as in the gallery of published findings.
sys.path.append(str(FOLDER.parent / "evidence"))

from presenting import answer, render, rows  # noqa: E402
from signature import Shown, Signature, run_signature  # noqa: E402
from worlds import Worlds  # noqa: E402

from loyaltysim.rewards.programme import schemes  # noqa: E402

REPLICATIONS = 8
QUICK_REPLICATIONS = 5
QUICK_PEOPLE = 0.5


@cache
def signatures() -> dict[str, Signature]:
    """Every file of `schemes/`, by name: the kinds of scheme in their order, then the others."""
    found = sorted(path.stem for path in (FOLDER / "schemes").glob("*.py"))
    kinds = [module.NAME for module in schemes()]
    names = sorted(found, key=lambda name: kinds.index(name) if name in kinds else len(kinds))
    return {name: import_module(f"schemes.{name}").SIGNATURE for name in names}


def run_one(name: str, quick: bool) -> Shown:
    """Run a signature; `quick` with fewer people and lives."""
    signature = signatures()[name]
    worlds = Worlds.of(signature.scenario, shrink=QUICK_PEOPLE if quick else 1.0)
    return run_signature(name, signature, worlds, QUICK_REPLICATIONS if quick else REPLICATIONS)


def main(arguments: Sequence[str]) -> int:
    """Run the signatures and report; the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="SCHEME", help=", ".join(signatures()))
    parser.add_argument("--quick", action="store_true", help="fewer people and replications")
    parser.add_argument("--out", type=Path, help="folder for the page")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in signatures()]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(signatures())}")
    began = perf_counter()
    done = []
    for name in dict.fromkeys(options.names or signatures()):
        done.append(run_one(name, options.quick))
        print("\n".join(rows(done[-1])), flush=True)
    print(answer(done))
    print(f"{perf_counter() - began:.0f} s")
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / "signatures.html"
        path.write_text(render(done), "utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
