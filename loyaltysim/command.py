"""A command from its first moment to its last: however it ends, that is said, with an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

OK, FAILED, WRONG_INPUT = 0, 1, 2
"""Exit codes: done; could not be done; the input is wrong. Stopped by a signal, such as
Ctrl-C, it is 128 and the signal's number, as a shell would have it."""


def main() -> None:
    """Run the command line; every foreseeable error is told in words, with its exit code."""
    _open_streams()
    with _stopped_by_signals():
        try:
            import loyaltysim.cli_inside  # noqa: F401  (adds its commands)
            from loyaltysim.cli import app

            code = app(
                sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value"
            )
            sys.stdout.flush()
        except KeyboardInterrupt as stop:
            code = _stopped(stop)
        except Exception as error:
            code = _told(error)
    sys.exit(code if isinstance(code, int) else OK)


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
    """The end of a session or of a job is handled like Ctrl-C; what was ignored remains so."""
    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(number)


def _stopped(stop: KeyboardInterrupt) -> int:
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        # A second Ctrl-C shall not cut off the last words.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept = getattr(stop, "__notes__", ["nothing was written"])
    say(f"\nStopped; {kept[0]}.")
    return 128 + int(stop.args[0] if stop.args else signal.SIGINT)


def _told(error: Exception) -> int:
    """Exit code of an error that has a plain message; others are bugs and are raised."""
    from concurrent.futures import BrokenExecutor

    from cyclopts import CycloptsError

    from loyaltysim.results.folder import FolderError
    from loyaltysim.scenario import ScenarioError
    from loyaltysim.scenario.problems import printable

    kept = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    if isinstance(error, ScenarioError):
        say(str(error))
        return WRONG_INPUT
    if isinstance(error, CycloptsError):
        say(f"loyaltysim: {printable(error)}")
        return WRONG_INPUT
    if isinstance(error, FolderError):
        say(f"loyaltysim: {error}")
    elif isinstance(error, MemoryError):
        fewer = "there is not enough memory; take fewer people or fewer --processes"
        say(f"loyaltysim: {error.args[0] if error.args else fewer}{kept}")
    elif isinstance(error, BrokenExecutor):
        say(
            "loyaltysim: a worker process was ended from outside, perhaps for want of memory; "
            "take fewer --processes or fewer people"
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


def _give_up(stream: object) -> None:
    """Send what is left in a stream nowhere, so that it does not fail again at the exit."""
    if isinstance(stream, io.TextIOWrapper):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
