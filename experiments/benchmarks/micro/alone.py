"""One tool lives the micro-model in a process of its own, as `peers.py` starts it.

    python -m micro.alone TOOL PEOPLE SEED     # terms as JSON in, what was found as JSON out
    python -m micro.alone terms                # the terms of the scenario

A process each, so that the memory of one tool is not that of another.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from time import process_time
from typing import Any

from micro.terms import OUTCOMES, Terms, terms_of


def peak_mebibytes() -> float | None:
    """The most memory that this process has held; None where that is not known."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def lived(tool: str, terms: Terms, people: int, seed: int) -> dict[str, Any]:
    """Processor seconds, memory, and mean and variance of each outcome, after a warm-up."""
    live = import_module(f"micro.in_{tool}").live
    live(terms, 100, seed)
    began = process_time()
    outcomes = live(terms, people, seed)
    seconds = process_time() - began
    return {
        "seconds": seconds,
        "memory": peak_mebibytes(),
        "outcomes": {
            name: [float(outcomes[name].mean()), float(outcomes[name].var())] for name in OUTCOMES
        },
    }


def main() -> None:
    """Answer one question of `peers.py`."""
    tool, *numbers = sys.argv[1:]
    if tool == "terms":
        from loyaltysim.scenario import load
        from micro.terms import MODEL

        answer = asdict(terms_of(load(MODEL).business))
    else:
        people, seed = map(int, numbers)
        answer = lived(tool, Terms(**json.load(sys.stdin)), people, seed)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
