"""Where runs can be lived beside this machine's processes: on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import cast

from loyaltysim.scenario.problems import printable
from loyaltysim.sweeps.store import StudyError

LOCAL = "local"

SECONDS_TO_CONNECT = 20


@contextmanager
def executor_of(address: str) -> Iterator[Executor]:
    """An executor of the scheduler at an address, or of a cluster on this machine (`local`).

    Workers may come, go and die: what one was at is lived again by another. Raises `StudyError`
    where the extra is missing or the scheduler does not answer.
    """
    if find_spec("distributed") is None:
        raise StudyError("--cluster needs Dask: pip install 'loyaltysim[cluster]'")
    from distributed import Client

    try:
        # On this machine one process a core; compiled rules hold no lock, but Python does.
        client = (
            Client(threads_per_worker=1, dashboard_address=None)
            if address == LOCAL
            else Client(address, timeout=SECONDS_TO_CONNECT)
        )
    except (OSError, ValueError, TimeoutError) as error:
        raise StudyError(
            f"no Dask scheduler answers at {printable(address)}; start one with `dask scheduler`, "
            "or name `local`"
        ) from error
    with client:
        yield cast(Executor, client.get_executor(retries=10))
