"""The micro-model in loyaltysim: its scenario file, lived by the ordinary engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.ledger import MICRO
from loyaltysim.scenario import load
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run
from micro.terms import MODEL, Terms


def business_of(people: int) -> Business:
    """The scenario, with so many people."""
    business = load(MODEL).business
    return business.model_copy(
        update={"market": business.market.model_copy(update={"people": people})}
    )


def live(_terms: Terms, people: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Outcomes of each customer."""
    business = business_of(people)
    customers = run(business, seed=seed).customers
    assert business.programme is not None
    assert business.programme.points is not None
    points = business.programme.points
    bought_before = 1
    return {
        "purchases": (customers["purchases"] - bought_before).astype(float),
        "points_redeemed": customers["rewards"]
        / MICRO
        / points.reward_cost
        * float(points.reward_at),
        "lost": (customers["activity"] == GONE).astype(float),
        "satisfaction": customers["satisfaction"].copy(),
        "revenue": customers["revenue"] / MICRO,
    }
