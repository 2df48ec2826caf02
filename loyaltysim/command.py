"""A command from its first moment to its last: however it ends, that is said, with an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

OK, FAILED, WRONG_INPUT = 0, 1, 2
"""Exit codes: done; could not be done; the input is wrong. Stopped by a signal, such as
Ctrl-C, it is 128 and the signal's number, as a shell would have it."""


GRACE_SECONDS = 4.0
"""For tidying up after Ctrl-C, before the command is cut off."""

results_ready = threading.Event()
"""Set when the work is done; what is written from then on is tidied up and not cut off."""


def main() -> None:
    """Run the command line; every foreseeable error is told in words, with its exit code."""
    _open_streams()
    with _stopped_by_signals():
        try:
            code = _run()
        except KeyboardInterrupt as stop:
            code = _stopped(stop)
    sys.exit(code)


def _run() -> int:
    try:
        from loyaltysim.cli import app

        code = app(
            sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value"
        )
        sys.stdout.flush()
    except Exception as error:
        return _told(error)
    return code if isinstance(code, int) else OK


def say(message: str) -> None:
    """Write a line to the error stream; where that is closed or full, to nobody."""
    try:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)


def _open_streams() -> None:
    """A stream that was closed by the caller goes nowhere, and none fails at a foreign letter."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # A file of ours must not get the number of a standard stream.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl-C, the end of a session and that of a job stop the work; what was ignored remains so.

    An exception does it, so that all is tidied up on the way out. But it comes late while
    the model is compiled, and is lost where compiled code calls back. So a thread watches.
    """
    before: dict[int, Any] = {}
    results_ready.clear()
    watched, alarm = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(alarm, False)
    hook, sys.unraisablehook = sys.unraisablehook, _silent_when_stopped
    former = signal.set_wakeup_fd(alarm)
    threading.Thread(target=_watch, args=(watched,), daemon=True).start()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            before[number] = signal.signal(number, _stop)
    try:
        yield
    finally:
        results_ready.set()
        for number, handler in before.items():
            if signal.getsignal(number) == _stop:
                signal.signal(number, handler)
        signal.set_wakeup_fd(former)
        sys.unraisablehook = hook
        os.close(alarm)


def _stop(number: int, _frame: object) -> NoReturn:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            # Pressed again, it shall not cut off the tidying up, nor the last words.
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise KeyboardInterrupt(number)


def _silent_when_stopped(lost: sys.UnraisableHookArgs) -> None:
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)


def _watch(watched: int) -> None:
    """End the process if it has not ended by itself soon after a signal."""
    with open(watched, "rb", buffering=0) as alarms:
        pressed = alarms.read(1)
        if pressed and not results_ready.wait(GRACE_SECONDS):
            if sys.stderr.isatty():
                sys.stderr.write("\x1b[?25h")  # The progress bar hides the cursor.
            say("\nStopped; nothing was written.")
            os._exit(128 + pressed[0])
        while alarms.read(1):
            pass


def _stopped(stop: KeyboardInterrupt) -> int:
    # Raised while a library runs text as code, as dataclasses do, Python would remember it though
    # it has been caught, and end `python -m` as by SIGINT; running some more text forgets it.
    exec("")
    kept = getattr(stop, "__notes__", ["nothing was written"])
    say(f"\nStopped; {kept[0]}.")
    return 128 + int(stop.args[0] if stop.args else signal.SIGINT)


def _told(error: Exception) -> int:
    """Exit code of an error that has a plain message; others are bugs and are raised."""
    from concurrent.futures import BrokenExecutor

    from cyclopts import CycloptsError, UnusedCliTokensError

    from loyaltysim.results.folder import FolderError
    from loyaltysim.scenario import ScenarioError
    from loyaltysim.scenario.problems import printable
    from loyaltysim.sweeps.store import StudyError

    kept = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    if isinstance(error, ScenarioError):
        say(str(error))
        return WRONG_INPUT
    if isinstance(error, UnusedCliTokensError):
        tokens = printable(" ".join(error.unused_tokens or []))
        say(f"loyaltysim: too much on the command line: {tokens}; see `loyaltysim --help`")
        return WRONG_INPUT
    if isinstance(error, CycloptsError):
        there = "" if "Did you mean" in str(error) else _options_of(error)
        say(f"loyaltysim: {printable(error)}{there}")
        return WRONG_INPUT
    if isinstance(error, FolderError | StudyError):
        say(f"loyaltysim: {error}")
    elif isinstance(error, MemoryError):
        fewer = "there is not enough memory; take fewer people or fewer --processes"
        say(f"loyaltysim: {error.args[0] if error.args else fewer}{kept}")
    elif isinstance(error, BrokenExecutor):
        say(
            "loyaltysim: a worker process was ended from outside, perhaps for want of memory; "
            f"take fewer --processes or fewer people{kept}"
        )
    elif isinstance(error, BrokenPipeError):
        _give_up(sys.stdout)  # Whoever reads has seen enough, as in `| head`.
    elif isinstance(error, OSError):
        _give_up(sys.stdout)
        where = f"{printable(error.filename)}: " if error.filename is not None else ""
        say(f"loyaltysim: {where}{error.strerror or error}{kept}")
    else:
        raise error
    return FAILED


def _options_of(error: Exception) -> str:
    """What may be written in place of an option that is not there."""
    from cyclopts import UnknownOptionError

    if not isinstance(error, UnknownOptionError):
        return ""
    names = [
        next((name for name in argument.names if name.startswith("--")), "")
        for argument in error.argument_collection
    ]
    return f" There are {', '.join(name for name in names if name)}."


def _give_up(stream: object) -> None:
    """Send what is left in a stream nowhere, so that it does not fail again at the exit."""
    if isinstance(stream, io.TextIOWrapper):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
