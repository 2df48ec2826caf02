"""Stages at neighbouring thresholds: the same customers on the last day, read three times."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyaltysim.compiled import compiled
from loyaltysim.customers.stages import STAGES, THRESHOLDS, stage_of
from loyaltysim.evidence import register
from loyaltysim.record import THRESHOLDS as RECORD
from loyaltysim.record import Records
from loyaltysim.scenario.model import Stages
from loyaltysim.simulation import Result

Ints = NDArray[np.int64]

READINGS = ("looser", "stated", "stricter")

LOOSER_WHEN_HIGHER = ("client_overdue_gaps", "advocate_weeks")
"""A client may be away, and a recommendation be ago, for so long; of all others, more is needed."""


def thresholds_of(stages: Stages) -> Records:
    """The scenario's thresholds and their neighbours, a record for each of `READINGS`.

    Neighbours are as far away as the bounds of the register are from its value, in
    proportion, and never beyond what can be.
    """
    records = np.zeros(len(READINGS), RECORD)
    for name in THRESHOLDS:
        entry = register()[f"stages.{name}"]
        stated = getattr(stages, name)
        lower, higher = (_possible(name, stated * b / entry.value) for b in (entry.low, entry.high))
        looser, stricter = (higher, lower) if name in LOOSER_WHEN_HIGHER else (lower, higher)
        records[name] = looser, stated, stricter
    return records


def _possible(name: str, value: float) -> float:
    unit = register()[f"stages.{name}"].unit
    if unit == "count":
        # With one purchase a customer is a first-time customer, whatever the threshold.
        return max(round(value), 2)
    return min(value, 1.0) if unit == "share" else value


def count_stages(customers: Any, thresholds: Any, now: float, people: Ints) -> None:
    """Count everybody in the stage that each of several thresholds gives on a date."""
    for i in range(len(customers)):
        for k in range(len(thresholds)):
            people[k, stage_of(customers[i], thresholds[k], now)] += 1


def people_by_thresholds(result: Result) -> Ints:
    """People by reading and stage on the last day: (3, 7); as stated, those of the run."""
    people = np.zeros((len(READINGS), len(STAGES)), np.int64)
    thresholds = thresholds_of(result.business.stages)
    compiled(count_stages)(result.customers, thresholds, float(result.business.weeks), people)
    return people
