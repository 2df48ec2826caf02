"""The micro-model in Mesa: agents that live a week when the model activates them."""

from __future__ import annotations

import mesa
import numpy as np
from numpy.typing import NDArray

from micro.person import Customer
from micro.terms import OUTCOMES, Terms


class Shopper(mesa.Agent, Customer):
    """A customer who knows the date of the next occasion."""

    def __init__(self, model: Market, terms: Terms) -> None:
        super().__init__(model)
        self.start(terms, model.random)
        self.due = self.luck.expovariate(self.rate)

    def week(self, end: float) -> None:
        """Live the occasions until the end of the week; who is lost leaves the model."""
        while self.due < end:
            self.meet(self.due)
            if self.lost:
                self.remove()
                return
            self.due += self.luck.expovariate(self.rate)


class Market(mesa.Model):
    """All customers."""

    def __init__(self, terms: Terms, people: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.week = 0
        Shopper.create_agents(self, people, terms)

    def step(self) -> None:
        """A week."""
        self.week += 1
        self.agents.do("week", self.week)


def live(terms: Terms, people: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Outcomes of each customer."""
    market = Market(terms, people, seed)
    customers = list(market.agents)
    for _ in range(terms.weeks):
        market.step()
    return {
        name: np.array([getattr(customer, name) for customer in customers], float)
        for name in OUTCOMES
    }
