"""The levels of a business, found once: in this process, and on this machine by these sources."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np

from loyaltysim.compiled import cache_folder
from loyaltysim.levels import Levels, first_guess
from loyaltysim.scenario.model import Business
from loyaltysim.setting import belief_values
from loyaltysim.studies.steady import steady

SEARCHED = (
    "quality", "visits_per_seat", "loss_per_week", "first_chance",
    "reach_per_week", "reach_trend", "regained_per_week", "regained_trend",
)  # fmt: skip
"""What the search finds; the rest of the levels follows from the scenario."""

_known: dict[str, Levels] = {}


def levels_of(business: Business) -> Levels:
    """The levels of `steady`, from an earlier search for the same business if there was one.

    They are kept beside the compiled rules, whose folder is named by all sources; where that
    cannot be written, or what is there cannot be read, they are searched again.
    """
    stated = business.model_dump_json(exclude={"name", "currency", "replications"})
    key = hashlib.blake2b(stated.encode(), digest_size=12).hexdigest()
    if key not in _known:
        path = cache_folder() / f"levels-{key}.npz"
        levels = _kept(path, business)
        if levels is None:
            levels = steady(business)
            _keep(path, levels)
        _known.clear()
        _known[key] = levels
    return _known[key]


def _kept(path: Path, business: Business) -> Levels | None:
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in SEARCHED}
    except Exception:
        # Whatever is wrong with the file, it is only a copy.
        return None
    if any(array.dtype != np.float64 for array in arrays.values()):
        return None
    searched = {name: array if array.ndim else float(array) for name, array in arrays.items()}
    return first_guess(business, belief_values(business)).but(**searched)


def _keep(path: Path, levels: Levels) -> None:
    part = path.with_name(f"{path.stem}-{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, **{name: getattr(levels, name) for name in SEARCHED})
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
