"""What a finding is: a small scenario, figures that are read off its lives, and what they must be.

A value with the unit *sign* holds where the interval of its figure excludes zero on the right
side, a sign of zero where the interval lies within a stated band, and a magnitude where the
mean lies within its acceptance band. A value that set a default of the model is an input: it
is shown and never counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from worlds import Worlds

from loyaltysim.report.experiments import Floats, Panel

Sample = Mapping[str, float | NDArray[Any]]
"""What is kept of one replication: figures, and curves for the picture, by name."""

HOLDS, MISSES, INPUT = "holds", "misses", "input"


@dataclass(frozen=True)
class Estimate:
    """A figure over replications: its mean, standard error and 95% interval."""

    mean: float
    error: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float] | Floats) -> Estimate:
        """By Student's t; nowhere where a replication has no figure."""
        found = np.asarray(values, float)
        mean = float(found.mean())
        error = float(found.std(ddof=1) / sqrt(len(found)))
        reach = float(student.ppf(0.975, len(found) - 1)) * error
        return cls(mean, error, mean - reach, mean + reach)


@dataclass(frozen=True)
class Check:
    """One figure and what it must be: the whole interval, or the mean, between low and high."""

    figure: str
    """Its name in a sample."""
    label: str
    low: float
    high: float
    whole: bool = True
    """Whether all of the interval must lie there."""
    neutral: float = 0.0
    """What the figure is where nothing happens; nan where that is not said."""

    @property
    def wanted(self) -> str:
        """What passes, in words."""
        if self.high == inf:
            return f"above {self.low:g}"
        if self.low == -inf:
            return f"below {self.high:g}"
        return f"{self.low:g} to {self.high:g}".replace("-", "−")

    def passes(self, estimate: Estimate) -> bool:
        """Whether the figure is what it must be; one that could not be measured is not."""
        if self.whole:
            return bool(self.low < estimate.low and estimate.high < self.high)
        return bool(self.low <= estimate.mean <= self.high)


def above(figure: str, label: str) -> Check:
    """A sign: the figure is above zero."""
    return Check(figure, label, 0.0, inf)


def below(figure: str, label: str) -> Check:
    """A sign: the figure is below zero."""
    return Check(figure, label, -inf, 0.0)


def nothing(figure: str, label: str, within: float) -> Check:
    """A sign of zero: the figure is so near to it that it is as good as nothing."""
    return Check(figure, label, -within, within)


def between(figure: str, label: str, low: float, high: float, neutral: float = nan) -> Check:
    """A magnitude: the mean lies in the acceptance band."""
    return Check(figure, label, low, high, False, neutral)


@dataclass(frozen=True)
class Target:
    """A published value, by its number in `published.csv`, and the checks that must all pass."""

    id: str
    checks: tuple[Check, ...]
    sets: str = ""
    """The default that this value, or its direction, set: then it is an input and tests nothing."""
    miss: str = ""
    """Why the model misses it, where it does."""
    note: str = ""
    """What the measure leaves open."""


@dataclass(frozen=True)
class Finding:
    """One published finding as an experiment; a file of `findings/` holds one as `FINDING`."""

    id: str
    """Its number; with the letter of its first value where the number has several settings."""
    title: str
    scenario: str
    """YAML: the setting, and the worlds in which its customers live."""
    measure: Callable[[Worlds, int], Sample]
    """Live one replication in the worlds that are needed, and read the figures off."""
    targets: tuple[Target, ...]
    terms: tuple[str, ...] = ()
    """Beliefs that may carry the effect: each is switched off alone, on the same lives."""
    replications: int = 20
    picture: Callable[[Mapping[str, Floats], Mapping[str, Floats]], Panel] | None = None
    """A diagram of the means of the samples and of their standard errors."""
    setting: str = ""
    """Where the numbers of the scenario come from, beyond the published setting."""

    @property
    def figures(self) -> list[Check]:
        """All checks, in order."""
        return [check for target in self.targets for check in target.checks]


@dataclass(frozen=True)
class Shown:
    """A finding that was run: its figures, verdicts, and what becomes of them without a term."""

    finding: Finding
    estimates: Mapping[str, Estimate]
    means: Mapping[str, Floats]
    errors: Mapping[str, Floats]
    without: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    """By belief that is switched off: the same figures, over half of the replications."""
    people: int = 0
    replications: int = 0

    def verdict(self, target: Target) -> str:
        """Holds, misses, or is an input."""
        if target.sets:
            return INPUT
        passed = all(check.passes(self.estimates[check.figure]) for check in target.checks)
        return HOLDS if passed else MISSES


def run_finding(finding: Finding, worlds: Worlds, replications: int) -> Shown:
    """Live all replications, and again with each of its terms switched off."""
    samples = [finding.measure(worlds, number) for number in range(replications)]
    means, errors = {}, {}
    for name in samples[0]:
        values = np.array([sample[name] for sample in samples], float)
        means[name] = values.mean(axis=0)
        errors[name] = values.std(axis=0, ddof=1) / sqrt(len(values))
    without = {}
    for term in finding.terms if worlds.switching else ():
        other = worlds.but({term: 0.0})
        lived = [finding.measure(other, number) for number in range(max(2, replications // 2))]
        without[term] = _estimates(finding, lived)
    return Shown(
        finding,
        _estimates(finding, samples),
        means,
        errors,
        without,
        worlds.scenario.business.market.people,
        replications,
    )


def _estimates(finding: Finding, samples: Sequence[Sample]) -> dict[str, Estimate]:
    return {
        check.figure: Estimate.of([float(sample[check.figure]) for sample in samples])
        for check in finding.figures
    }
