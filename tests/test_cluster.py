"""A sweep on a cluster: two worker processes and a scheduler, one of them killed on the way."""

import os
import signal
import warnings

import pytest
from sweeps import REPLICATIONS, VARY, scenario

from loyaltysim.sweeps.cluster import executor_of
from loyaltysim.sweeps.store import StudyError
from loyaltysim.sweeps.sweep import sweep


@pytest.mark.filterwarnings("ignore")
def test_workers_of_a_cluster_give_the_same_table_even_if_one_dies():
    from distributed import Client, LocalCluster

    here = sweep(scenario(), VARY, replications=REPLICATIONS, processes=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            pids = list(client.run(os.getpid).values())
            done = []

            def kill_one(progress):
                done.append(progress.done)
                if len(done) == 4:
                    os.kill(pids[0], signal.SIGKILL)

            with executor_of(cluster.scheduler_address) as executor:
                there = sweep(
                    scenario(), VARY, replications=REPLICATIONS, executor=executor,
                    progress=kill_one,
                )  # fmt: skip
    assert there.failures == []
    assert there.runs.equals(here.runs)
    assert there.table.equals(here.table)


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("loyaltysim.sweeps.cluster.SECONDS_TO_CONNECT", 1)
    with (
        pytest.raises(StudyError, match="no Dask scheduler answers"),
        executor_of("tcp://127.0.0.1:1"),
    ):
        pass
