"""Work spread over processes, which end when it is done, when it fails and when it is stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def spread(function: Callable[[T], R], tasks: Sequence[T], processes: int) -> Iterator[tuple[T, R]]:
    """Each task with what `function` makes of it, in the order in which they are done.

    However this ends, no worker process is left: not by an error, not by Ctrl-C, and
    not where this process is killed.
    """
    others = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(processes, len(tasks)), spawn, initializer=_begin)
    try:
        with _main_left_alone(), _stopping_later():
            waiting: dict[Future[R], T] = {pool.submit(function, task): task for task in tasks}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
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
