"""What a signature is: a small scenario, curves read off its lives, and the effects they show.

The effects are held to the same rule as those of the gallery of published findings: an effect
shows where the whole 95% interval of its figure has the right sign, and not otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from finding import Check, Estimate, Sample
from matplotlib.axes import Axes
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats

Estimates = Mapping[str, list[Estimate]]
"""By name in a sample: an estimate of a figure, or one for each point of a curve."""


@dataclass(frozen=True)
class Chart:
    """One diagram: curves over the same points."""

    across: str
    up: str
    x: Sequence[float] | Sequence[str]
    series: Mapping[str, str]
    """What a curve is called on the picture, by its name in a sample."""
    event: float | None = None
    """Where across something happens that a line marks."""
    zero: bool = False
    """Whether the diagram begins at zero, as shares and amounts do."""
    joined: bool = True
    """Whether a line joins the dots; not between kinds that have no order."""
    draw: Callable[[Axes, Estimates], None] | None = None
    """Draws it, where lines and dots would not do."""


@dataclass(frozen=True)
class Signature:
    """The effect by which a scheme is known; a file of `schemes/` holds one as `SIGNATURE`."""

    question: str
    """In a manager's words."""
    scenario: str
    """YAML: the business, and the worlds in which its customers live."""
    measure: Callable[[Worlds, int], Sample]
    """Live one replication in the worlds that are needed, and read curves and figures off."""
    charts: Sequence[Chart]
    effects: Sequence[Check]
    """Figures, and the sign that each must have for the effect to be said to show."""
    look: Sequence[str]
    """What to look at, and how to read it."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Figures of which no sign is expected, or could not be another: what each is, by its name."""


@dataclass(frozen=True)
class Shown:
    """A signature that was run."""

    name: str
    signature: Signature
    estimates: Estimates
    people: int
    replications: int

    def shows(self, effect: Check) -> bool:
        """Whether the effect is there, beyond chance."""
        return effect.passes(self.estimates[effect.figure][0])


def run_signature(name: str, signature: Signature, worlds: Worlds, replications: int) -> Shown:
    """Live all replications, and estimate each curve and figure."""
    samples = [signature.measure(worlds, number) for number in range(replications)]
    estimates = {}
    for key in samples[0]:
        values = np.array([np.atleast_1d(sample[key]) for sample in samples], float)
        estimates[key] = [Estimate.of(point) for point in values.T]
    people = worlds.scenario.business.market.people
    return Shown(name, signature, estimates, people, replications)


# What several of them measure


def percent_more(after: Floats | float, before: Floats | float) -> Floats:
    """How much more, in percent; none where there is nothing to compare with."""
    top, bottom = np.asarray(after, float), np.asarray(before, float)
    ratio = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0.0)
    return np.asarray(100.0 * (ratio - 1.0))


def lift(bought: Floats, without: Floats, group: Floats, weeks: slice) -> Floats:
    """How much more some people buy in some weeks than without, in percent."""
    return percent_more(bought[group, weeks].sum(), without[group, weeks].sum())


def by_week(world: Lived) -> Floats:
    """Purchases here of each person in each week: (people, weeks)."""
    weeks = world.result.business.weeks
    here = world.here
    places = world.who[here] * weeks + world.at[here].astype(int)
    return np.bincount(places, minlength=world.people * weeks).reshape(-1, weeks).astype(float)
