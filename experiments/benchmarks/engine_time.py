"""Worker processes that note how long they are within the engine: runs, and the search for levels.

A module of its own, since a worker does not import the script that started it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from loyaltysim.sweeps import sweep

ENGINE = ("run", "steady")
"""Through which a sweep calls it."""

_within = {"seconds": 0.0}


class Noting(Executor):
    """The caller's executor of a sweep; each worker has a file, with a line for each job."""

    def __init__(self, processes: int, folder: Path) -> None:
        self._folder = folder
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, context, initializer=_begin)

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """As the pool's own."""
        return self._pool.submit(_noted, self._folder, function, *args, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As the pool's own."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def seconds(self, since: float = 0.0) -> tuple[float, float]:
        """Within the engine, and within jobs, of all workers, from a moment on.

        A job that was begun before counts by its share since then.
        """
        engine, jobs = 0.0, 0.0
        for path in self._folder.iterdir():
            for line in path.read_text().splitlines():
                began, ended, within = map(float, line.split())
                after = max(0.0, ended - max(began, since))
                engine += within * after / (ended - began)
                jobs += after
        return engine, jobs


def _begin() -> None:
    for name in ENGINE:
        setattr(sweep, name, _timed(getattr(sweep, name)))


def _timed(function: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **named: Any) -> Any:
        began = perf_counter()
        try:
            return function(*args, **named)
        finally:
            _within["seconds"] += perf_counter() - began

    return timed


def _noted(folder: Path, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
    _within["seconds"], began = 0.0, perf_counter()
    result = function(*args, **named)
    with (folder / str(os.getpid())).open("a") as file:
        file.write(f"{began} {perf_counter()} {_within['seconds']}\n")
    return result
