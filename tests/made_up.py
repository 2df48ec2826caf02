"""Made-up studies: figures by a formula in the place of runs, as a sweep reads them."""

from contextlib import nullcontext

import numpy as np
from sweeps import document

from loyaltysim.scenario import Scenario
from loyaltysim.sweeps.sweep import MEASURES, Sweep

PULL, PRICE, QUITS = (
    "beliefs.satisfaction_pull", "beliefs.price_response", "firm.staff.quits_per_year",
)  # fmt: skip
ODD = "<b>x</b> [bold]"


def business():
    """A business with two alternatives, one of an odd name."""
    own = document()
    odd = {ODD: {"firm": {"costs_per_week": 10}}}
    return Scenario.from_document({**own, "alternatives": {**own["alternatives"], **odd}})


def made_up(plan, gain, missing=lambda point, replication: False, luck=100.0):
    """A sweep of which each run gains what a formula of its values and alternative says."""
    rng = np.random.default_rng(5)
    shared = luck * rng.normal(size=plan.replications)
    known = {}
    for point, key in enumerate(plan.keys):
        values = {f.name: v for f, v in zip(plan.factors, plan.points[point], strict=True)}
        known[key.whole] = []
        for replication in range(plan.replications):
            if missing(point, replication):
                continue
            found = []
            for name in plan.names:
                own = 0.0
                if name != plan.scenario.reference:
                    own = gain(values, name) + shared[replication] + luck / 5.0 * rng.normal()
                loss = 0.3 - own / 1e6
                found.append([own, 1e4, loss, loss, 50, 20, 0, 0, 0.5, 0.0, [own / 2.0] * 2])
            known[key.whole].append((replication, found, None))
    return Sweep(plan, lambda: nullcontext(lambda scenario: known.get(scenario, [])))


def gaining(made, gained):
    """A sweep of which nothing was lived: what each alternative but the reference gained is given.

    Of a point and a replication; nan where the run failed.
    """
    numbers = {key.whole: point for point, key in enumerate(made.keys)}

    def read(key):
        return [_run(made, made.points[numbers[key]], r, gained) for r in range(made.replications)]

    return Sweep(made, lambda: nullcontext(read))


def _run(made, point, replication, gained):
    gains = np.atleast_1d(gained(point, replication))
    if np.isnan(gains).any():
        return replication, None, "failed by design"
    found = []
    for name in made.names:
        others = made.others
        profit = float(gains[others.index(name) % len(gains)]) if name in others else 0.0
        found.append([profit, *[0.0] * (len(MEASURES) - 1), 0.0, [profit]])
    return replication, found, None
