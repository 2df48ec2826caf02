"""Tables of a comparison about single customers and their twins, and lives to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loyaltysim.ledger import MICRO
from loyaltysim.results.classes import CLASSES, MEASURES
from loyaltysim.results.intervals import with_intervals
from loyaltysim.results.summary import Summary
from loyaltysim.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from loyaltysim.results.comparison import Comparison
    from loyaltysim.story.life import Worlds


def single(name: str, summary: Summary) -> float:
    """A figure of the twins of a run; nan where there are none."""
    return np.nan if summary.twins is None else float(getattr(summary.twins, name))


def classes(comparison: Comparison) -> pd.DataFrame:
    """See `Comparison.classes`."""
    missing = np.full((len(CLASSES), len(MEASURES)), np.nan)
    sums = comparison.collect("stated", lambda s: missing if s.twins is None else s.twins.classes)
    people, contribution, rewards = np.moveaxis(sums.astype(float), -1, 0)
    values = {
        "people": people,
        "contribution": contribution / MICRO,
        "rewards": rewards / MICRO,
        "net": (contribution - rewards) / MICRO,
    }
    table = comparison.tidy(with_intervals(values), {"class": np.array(CLASSES)})
    return table[table["alternative"] != comparison.reference].reset_index(drop=True)


def members(comparison: Comparison) -> pd.DataFrame:
    """See `Comparison.members`."""
    years = comparison.scenario.business.weeks / WEEKS_PER_YEAR
    groups = comparison.collect("stated", lambda s: s.groups).astype(float)
    without = comparison.collect("stated", lambda s: single("members_without", s)) / MICRO / years
    people, revenue = groups[..., 0], groups[..., 1] / MICRO / years
    with np.errstate(divide="ignore", invalid="ignore"):
        each = revenue / people
        twin = without / people[..., 0]
    values = {
        "members": people[..., 0],
        "others": people[..., 1],
        "member_revenue": each[..., 0],
        "other_revenue": each[..., 1],
        "naive": each[..., 0] - each[..., 1],
        "true": each[..., 0] - twin,
    }
    table = comparison.tidy(with_intervals(values), {})
    shown = (table["members"] > 0.0) & (table["alternative"] != comparison.reference)
    return table[shown].reset_index(drop=True)


def stories(comparison: Comparison, alternative: str) -> dict[str, Worlds]:
    """See `Comparison.stories`."""
    from loyaltysim.story.life import Worlds
    from loyaltysim.story.several import lived

    twins = comparison.runs["stated"][0][comparison.names.index(alternative)].twins
    typical = [] if twins is None else twins.typical.tolist()
    chosen = {kind: n for kind, n in zip(CLASSES, typical, strict=bool(typical)) if n >= 0}
    if not chosen:
        return {}
    worlds = comparison.scenario.alternatives
    before, after = (
        lived(worlds[name], comparison.levels, [*chosen.values()], name)
        for name in (comparison.reference, alternative)
    )
    return {kind: Worlds(before[n], after[n]) for kind, n in chosen.items()}
