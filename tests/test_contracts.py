"""Contracts: bills come by the calendar, and customers who are awake decide whether to go on."""

import numpy as np
import pytest
from businesses import QUIET, merged, small, terms

from loyaltysim.scenario.model import MONTHS, Business
from loyaltysim.simulation import Run

EVERY = 52.0 / 12.0


def contracts(**changes: object) -> Business:
    """Everybody holds a contract with monthly bills, or might; nobody talks."""
    segment = dict(terms()["market"]["segments"][0])
    del segment["occasions_per_week"]
    segment |= {"contract": {"every": "1 months", "awake": "50%"}}
    stated = {
        "horizon": "2 years",
        "market": {"people": 500, "segments": [segment]},
        "beliefs": QUIET,
    }
    return small(**merged(stated, changes))


def lived(business: Business) -> tuple[np.ndarray, np.ndarray, Run]:
    """The customers as they were born, their first dates, and the run in which they lived."""
    life = Run(business, None, 7, 0, 1, (), None)
    born, first = life.customers.copy(), life.due.copy()
    life.env.run(until=life.env.process(life.live()))
    return born, first, life


@pytest.mark.parametrize("overdue", [3.0, 0.4])
def test_bills_are_evenly_spaced_in_any_season(overdue):
    season = {month: 0.5 if place % 2 else 1.5 for place, month in enumerate(MONTHS)}
    terms = {"market": {"season": season}, "stages": {"client_overdue_gaps": overdue}}
    born, first, life = lived(contracts(**terms, beliefs={"dormant_share": 0.0}))
    dates = (life.due - first) / EVERY
    assert dates == pytest.approx(np.round(dates))
    assert dates == pytest.approx(life.customers["occasions"])
    # From the bill before week 0 on, each came one period after the one before it.
    now = life.customers
    stayed = (
        (born["purchases"] > 0) & (born["lost_at"] < born["last_at"]) & (now["times_lost"] == 0)
    )
    assert stayed.sum() > 50
    assert now["usual_gap"][stayed] == pytest.approx(EVERY)
    bills = (now["last_at"][stayed] - born["last_at"][stayed]) / EVERY
    assert bills == pytest.approx((now["purchases"] - born["purchases"])[stayed])
