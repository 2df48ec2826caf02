"""Customer bases written by hand, for comparisons that were never lived."""

import numpy as np

from loyaltysim.customers.causes import CAUSES, MEASURES
from loyaltysim.customers.stages import STAGES
from loyaltysim.results.satisfaction import BANDS
from loyaltysim.results.tenure import GROUPS, SUMS
from loyaltysim.results.value import Cuts, ValueClasses
from loyaltysim.results.yearbook import CustomerBase


def written_base(moved: int = 0, years: int = 2, segments: int = 1) -> CustomerBase:
    """A thousand customers, some of whom an alternative makes true friends of."""
    people = np.array([400, 100, 100, 400])
    moves = np.diag([400, 100, 100, 400, 0])
    moves[3, [0, 3]] += moved, -moved
    curve = np.linspace(0.0, 1.0, 51) ** 3
    return CustomerBase(
        value=ValueClasses(
            cuts=Cuts(20.0, 90e6),
            people=people + np.array([moved, 0, 0, -moved]),
            net=np.array([300, 80, 10, 10]) * 10**9,
            correlation=0.3,
            moves=moves,
        ),
        lorenz=np.array([[curve, curve]] * years),
        overlap=np.array([0.5] * (years - 1) + [np.nan]),
        tenure=np.full((len(GROUPS), years, len(SUMS)), 1e9),
        losses=np.full((segments, len(STAGES), len(CAUSES) + 1, len(MEASURES)), 10**6),
        satisfaction=7.5,
        kept_by_satisfaction=np.ones((BANDS, 3)),
    )
