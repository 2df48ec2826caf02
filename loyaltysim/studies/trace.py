"""One life in one world, or in two."""

from __future__ import annotations

import numpy as np

from loyaltysim.scenario import Scenario
from loyaltysim.simulation import run
from loyaltysim.story.life import Life, Worlds
from loyaltysim.story.several import lived
from loyaltysim.studies.levels_of import levels_of
from loyaltysim.studies.simulate import chosen


def trace(
    scenario: Scenario,
    customer: int,
    alternative: str | None = None,
    *,
    against: str | None = None,
    replication: int = 0,
) -> Life | Worlds:
    """The life of a person (a number of the table of customers, from 0), moment by moment.

    With `against`, the same person in two alternatives, who meets the same occasions and
    the same luck in both. The business itself is lived where `alternative` is left out.
    Raises `ScenarioError` for an alternative that is not in the scenario, and
    `IndexError` for a number that nobody has.
    """
    life = _live(scenario, customer, alternative, replication)
    if against is None:
        return life
    return Worlds(_live(scenario, customer, against, replication), life)


def _live(scenario: Scenario, customer: int, alternative: str | None, replication: int) -> Life:
    business = chosen(scenario, alternative)
    people = business.market.people
    if not 0 <= customer < people:
        raise IndexError(
            f"there is no customer {customer}; they have the numbers 0 to {people - 1}"
        )
    levels = levels_of(scenario.business)
    return lived(business, levels, [customer], alternative, replication)[customer]


def eventful(scenario: Scenario, alternative: str | None = None, replication: int = 0) -> int:
    """The number of somebody to whom much happens, of many kinds."""
    business = chosen(scenario, alternative)
    people = run(business, levels_of(scenario.business), replication=replication).customers
    kinds = (
        people["purchases"] > people["times_lost"] + 12,
        people["times_lost"] > 0,
        people["rewards"] > 0,
        people["compensation"] > 0,
        people["heard"] != 0.0,
        people["recommended_at"] > 0.0,
        people["first_at"] > 0.0,
    )
    return int(np.sum(kinds, axis=0).argmax())
