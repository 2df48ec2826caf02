"""Work spread over processes, which end when it is done, when it fails and when it is stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


TRIES = 3
"""Pools that may die one after another without having finished anything."""

AHEAD = 4
"""Tasks that wait with an executor for each worker; memory does not grow with their number."""


def spread(
    function: Callable[[T], R],
    tasks: Iterable[T],
    processes: int,
    executor: Executor | None = None,
) -> Iterator[tuple[T, R]]:
    """Each task with what `function` makes of it, in the order in which they are done.

    By worker processes, in this one where that is enough, or by an executor of the caller's. A
    worker that dies takes its pool along: what that left is handed to a new one. However this
    ends, no worker process is left: not by an error, not by Ctrl-C, and not where this process is
    killed. Raises `BrokenExecutor` where workers die again and again.
    """
    if processes <= 1 and executor is None:
        for task in tasks:
            yield task, function(task)
        return
    left: deque[T] = deque()
    more = iter(tasks)
    if executor is not None:
        yield from _handed_out(function, left, more, executor, AHEAD * (os.cpu_count() or 1))
        return
    died = 0
    while _any(left, more):
        try:
            with _pool(processes) as pool:
                for done in _handed_out(function, left, more, pool, AHEAD * processes):
                    died = 0
                    yield done
        except BrokenExecutor:
            died += 1
            if died == TRIES:
                raise


def _handed_out(
    function: Callable[[T], R], left: deque[T], more: Iterator[T], executor: Executor, most: int
) -> Iterator[tuple[T, R]]:
    """Tasks with their results; those without one are back among what is left, however it ends."""
    waiting: dict[Future[R], T] = {}
    try:
        while waiting or _any(left, more):
            while len(waiting) < most and _any(left, more):
                # Workers are started when something is handed to them.
                with _main_left_alone(), _stopping_later():
                    waiting[executor.submit(function, left[0])] = left[0]
                left.popleft()
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                result = future.result()
                yield waiting.pop(future), result
    finally:
        left.extendleft(reversed(waiting.values()))


def _any(left: deque[T], more: Iterator[T]) -> bool:
    """Whether a task is left; the next one is taken from those to come where none came back."""
    if not left:
        left.extend(islice(more, 1))
    return bool(left)


@contextmanager
def _pool(processes: int) -> Iterator[Executor]:
    """Worker processes, of which none outlives what they are for."""
    others = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, spawn, initializer=_begin)
    try:
        yield pool
    except BaseException:
        # A task can take minutes, and some more wait where they cannot be taken back.
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start workers that do not import the caller's script again.

    They need nothing of it, and a script without an `if __name__ == "__main__"` would
    otherwise start its comparison once more in each worker.
    """
    main = sys.modules["__main__"]
    names = [name for name in ("__file__", "__spec__") if name in vars(main)]
    kept: dict[str, Any] = {name: vars(main).pop(name) for name in names}
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(kept)


@contextmanager
def _stopping_later() -> Iterator[None]:
    """Put off Ctrl-C until the workers have been started.

    They inherit that it is blocked, so none of them ends with a traceback of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    masks = hasattr(signal, "pthread_sigmask")
    if masks:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)
