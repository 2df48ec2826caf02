"""Compilation of the rules, and the cache that a stale kernel cannot survive.

Numba's disk cache looks at the file of the compiled function alone, not at the
rules it calls. So the cache folder is named by a hash of every source file of
the package and of the versions: any edit leads to a new folder.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


def source_hash(folder: Path | None = None) -> str:
    """Hash of all Python sources of the package, and of the versions that compile them."""
    import llvmlite
    import numba
    import numpy

    root = folder or Path(__file__).parent
    digest = hashlib.blake2b(digest_size=12)
    for part in (numba.__version__, llvmlite.__version__, numpy.__version__, sys.version):
        digest.update(part.encode())
    digest.update(platform.machine().encode())
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    # The register's names become fields of a record.
    digest.update((root / "evidence" / "register.toml").read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where compiled rules are kept; `LOYALTYSIM_CACHE` overrides the user's cache folder."""
    stated = os.environ.get("LOYALTYSIM_CACHE")
    if stated:
        base = Path(stated)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "loyaltysim"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "loyaltysim"
    return base / _own_hash()


@cache
def _own_hash() -> str:
    """The hash of the sources as they stood when this process first asked.

    An edit while it runs must not store rules of before under the name of what came after.
    """
    return source_hash()


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@cache
def is_warm() -> bool:
    """Whether the population's week has been compiled before by exactly these sources."""
    return any(cache_folder().rglob("*live_week*.nbi"))


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled for speed, from the cache where possible.

    Without a folder that can be written, it is compiled anew in each process.
    """
    import numba

    from loyaltysim.mechanism import make_compilable

    make_compilable()
    folder = cache_folder()
    cached = _usable(folder)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        jitted: Callable[..., Any] = numba.njit(nogil=True, cache=cached, error_model="numpy")(
            function
        )
    finally:
        numba.config.CACHE_DIR = before
    return jitted
