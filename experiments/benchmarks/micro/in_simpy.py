"""The micro-model in SimPy: a process for each customer, an event for each occasion."""

from __future__ import annotations

from collections.abc import Generator
from random import Random

import numpy as np
import simpy
from numpy.typing import NDArray

from micro.person import Customer
from micro.terms import OUTCOMES, Terms


def _life(env: simpy.Environment, customer: Customer) -> Generator[simpy.Event, None, None]:
    gap, rate = customer.luck.expovariate, customer.rate
    while not customer.lost:
        yield env.timeout(gap(rate))
        customer.meet(env.now)


def live(terms: Terms, people: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Outcomes of each customer."""
    luck = Random(seed)
    env = simpy.Environment()
    customers = [Customer() for _ in range(people)]
    for customer in customers:
        customer.start(terms, luck)
        env.process(_life(env, customer))
    env.run(until=terms.weeks)
    return {
        name: np.array([getattr(customer, name) for customer in customers], float)
        for name in OUTCOMES
    }
