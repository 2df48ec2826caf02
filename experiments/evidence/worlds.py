"""The worlds of a finding: its scenario, lived with and without, and what every customer did.

All findings share one set of behavioural defaults, that of the register; a null model is
another set, and the same for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from loyaltysim.customers.diary import HERE
from loyaltysim.evidence import beliefs, register
from loyaltysim.levels import Levels
from loyaltysim.report.experiments import Floats
from loyaltysim.results.census import still_there
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Result, Run, run
from loyaltysim.studies.levels_of import levels_of

Ints = NDArray[np.int64]


def without_terms() -> dict[str, float]:
    """The null model without behaviour: effects of no size, and ratios of one.

    Sizes of effects are log-rates, log-odds, log-hazards and elasticities, which are nothing at
    zero. How fast things move, fade and are answered is left: it moves nobody any more.
    """
    values = {}
    for name in beliefs():
        unit = register()[f"beliefs.{name}"].unit
        if unit.startswith(("log-", "elasticity")):
            values[name] = 0.0
        elif unit == "ratio":
            values[name] = 1.0
    # What comes back is not spent here in addition.
    values["windfall_respent"] = 0.0
    return values


def doubled() -> dict[str, float]:
    """The null model in which every behavioural default is twice as large, a share at most one."""
    values = {}
    for name in beliefs():
        entry = register()[f"beliefs.{name}"]
        twice = 2.0 * entry.value
        values[name] = min(twice, 1.0) if entry.unit == "share" else twice
    return values


NULLS = {"none": without_terms, "doubled": doubled}


@dataclass(frozen=True)
class Worlds:
    """The alternatives of a scenario, on the same people and luck."""

    scenario: Scenario
    levels: Levels
    """Those of the business as it stands, found once."""
    switching: bool = True
    """Whether single terms are switched off too, to see what carries an effect."""

    @classmethod
    def of(
        cls,
        text: str,
        null: str = "",
        shrink: float = 1.0,
        switching: bool = True,
    ) -> Worlds:
        """The worlds of a scenario in YAML; `null` names a null model, `shrink` leaves fewer."""
        document = YAML(typ="safe").load(text)
        market = document["market"]
        market["people"] = round(market["people"] * shrink)
        scenario = Scenario.from_document(document)
        if null:
            values = {f"beliefs.{name}": value for name, value in NULLS[null]().items()}
            scenario = scenario.with_assumptions(values)
        return cls(scenario, levels_of(scenario.business), switching)

    def but(self, values: Mapping[str, float]) -> Worlds:
        """The same business with other beliefs, by short name."""
        named = {f"beliefs.{name}": value for name, value in values.items()}
        return Worlds(self.scenario.with_assumptions(named), self.levels, self.switching)

    def live(
        self,
        alternative: str,
        replication: int,
        keep: Sequence[str] = (),
        risk: float | Floats = 1.0,
    ) -> Lived:
        """Live one world once; any two of one replication have the same people and luck.

        `keep` names fields of the customers, or of their memberships in the first scheme, that
        are noted at each week's end. `risk` multiplies the risk of leaving over time, of
        everybody or by segment, whatever a firm may have done for it.
        """
        notes = Notes(keep, risk)
        result = run(
            self.scenario.alternatives[alternative],
            self.levels,
            replication=replication,
            census=notes,
            diary=notes.week,
        )
        return notes.lived(result)


class Notes:
    """Takes down what everybody did, week by week: the diary of a run, with names and dates."""

    def __init__(self, keep: Sequence[str] = (), risk: float | Floats = 1.0) -> None:
        self.weeks: list[tuple[Any, ...]] = []
        self.risk = risk
        self.kept: dict[str, list[NDArray[Any]]] = {name: [] for name in keep}

    def begin(self, run: Run) -> None:
        """See the people before the first week."""
        self.run = run
        run.segments["loss_per_week"] *= self.risk
        self.at_start = still_there(run.customers)
        self.lost = np.full(len(run.customers), np.inf)
        self._see()
        self.aware = run.customers["aware"].copy()
        self.came_by = np.where(self.aware == 1, KNOWN, UNAWARE)
        self.brought_by = np.full(len(self.aware), -1)
        self.first_brought = np.full(len(self.aware), np.inf)
        self.index = {who: i for i, who in enumerate(run.customers["who"].tolist())}

    def __call__(self, run: Run, month: int) -> None:
        """The month's end, which is nothing here: a run takes it that a census is kept."""

    def _see(self) -> None:
        customers = self.run.customers
        self.due = self.run.due.copy()
        self.met = customers["occasions"].copy()
        self.rewards = customers["rewards"].copy()

    def week(self, number: int, entries: NDArray[np.int8], gains: Ints) -> None:
        """Give each entry its customer and date, and each reward its purchase."""
        customers = self.run.customers
        count = customers["occasions"] - self.met
        who = np.repeat(np.arange(len(count)), count)
        nth = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
        # The first date of the week is known, and the next one after its last; between them
        # the others are spread evenly.
        until = np.minimum(self.run.due, number + 1.0)
        share = nth / np.maximum(count, 1)[who]
        at = self.due[who] + share * (until - self.due)[who]
        self._who_came(number)
        rewards = customers["rewards"] - self.rewards
        self.weeks.append((who, at, entries, gains, rewards[who]))
        for name, rows in self.kept.items():
            mine = name in (customers.dtype.names or ())
            rows.append((customers if mine else self.run.members[:, 0])[name].copy())
        lost_at = customers["lost_at"]
        np.copyto(self.lost, lost_at, where=(lost_at >= 0.0) & np.isinf(self.lost))
        self._see()

    def _who_came(self, number: int) -> None:
        """How those came to know the firm who do so since last week: by a word, or marketing."""
        aware = self.run.customers["aware"]
        new = (aware == 1) & (self.aware == 0)
        self.came_by[new] = MARKETING
        inbox = self.run.inbox
        words = inbox[(inbox["kind"] == 1) & (inbox["good"] > 0.0)] if number else inbox[:0]
        for hearer, sender in zip(words["customer"], words["sender"], strict=True):
            if new[hearer]:
                self.came_by[hearer] = WORD
                self.brought_by[hearer] = self.index[int(sender)]
        self.aware = aware.copy()
        bringers = inbox["customer"][inbox["kind"] == 2] if number else []
        self.first_brought[bringers] = np.minimum(self.first_brought[bringers], number)

    def lived(self, result: Result) -> Lived:
        """All occasions of everybody, person by person, in order."""
        who, at, entry, gains, rewards = map(np.concatenate, zip(*self.weeks, strict=True))
        gain = np.zeros(len(who), np.int64)
        gain[entry == HERE] = gains
        order = np.lexsort((at, who))
        return Lived(
            result, who[order], at[order], entry[order], gain[order], rewards[order],
            self.at_start, self.lost, self.came_by, self.brought_by, self.first_brought,
            {name: np.array(rows) for name, rows in self.kept.items()},
        )  # fmt: skip


UNAWARE, KNOWN, MARKETING, WORD = 0, 1, 2, 3
"""How somebody came to know the firm: not at all, before week 0, by marketing, by a word."""


@dataclass(frozen=True)
class Lived:
    """One world: its result, and arrays with an element an occasion, person by person, in order."""

    result: Result
    who: Ints
    """Number of the person."""
    at: Floats
    """Date in weeks; where a week has several of one person, spread evenly between known ones."""
    entry: NDArray[np.int8]
    """What was bought here, or why not (`customers.diary`)."""
    gain: Ints
    """What a purchase here left, in millionths: revenue less cost of goods and of serving."""
    week_rewards: Ints
    """What the rewards cost that the person took in that week, in millionths."""
    at_start: NDArray[np.bool_]
    """Of each person: whether they are a customer at the start."""
    lost: Floats
    """Of each person: when they were first lost in the run (week); infinite if never."""
    came_by: Ints
    """Of each person: how they came to know the firm."""
    brought_by: Ints
    """Of each person: the number of who recommended the firm to them; -1 for nobody."""
    first_brought: Floats
    """Of each person: when somebody whom they brought first bought (week); infinite if never."""
    kept: Mapping[str, NDArray[Any]]
    """The fields that were asked for, at each week's end: (weeks, people)."""

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.result.customers)

    @cached_property
    def here(self) -> NDArray[np.bool_]:
        """Whether an occasion was a purchase here."""
        return self.entry == HERE

    def per_person(
        self, chosen: NDArray[np.bool_], weight: NDArray[Any] | None = None
    ) -> NDArray[np.float64]:
        """The number of chosen occasions of each person, or the sum of a weight over them."""
        return np.bincount(
            self.who[chosen],
            None if weight is None else weight[chosen],
            minlength=self.people,
        )

    def between(self, first: float, last: float) -> NDArray[np.bool_]:
        """Occasions from one week up to another."""
        return (self.at >= first) & (self.at < last)

    def bought(self, first: float = 0.0, last: float = np.inf) -> Floats:
        """Purchases here of each person between two dates."""
        return self.per_person(self.here & self.between(first, last))

    def left(self, first: float = 0.0, last: float = np.inf) -> Floats:
        """What the purchases of each person between two dates left, in the currency."""
        return self.per_person(self.here & self.between(first, last), self.gain) / 1e6

    @cached_property
    def redeeming(self) -> NDArray[np.bool_]:
        """Purchases at which a reward was taken: of a week with any, the one that left least."""
        places = np.flatnonzero(self.here & (self.week_rewards > 0))
        who, week = self.who[places], np.floor(self.at[places])
        least = np.lexsort((self.gain[places], week, who))
        first = np.ones(len(places), bool)
        first[1:] = (np.diff(who[least]) != 0) | (np.diff(week[least]) != 0)
        chosen = np.zeros(len(self.who), bool)
        chosen[places[least[first]]] = True
        return chosen


def groups_of(values: Floats, among: NDArray[np.bool_], count: int) -> list[NDArray[np.bool_]]:
    """Those among whom values are known, cut by rank into groups of one size, lowest first.

    Ties go by the number of the person, which tells nothing about them.
    """
    places = np.flatnonzero(among)
    ranked = places[np.argsort(values[places], kind="stable")]
    masks = []
    for part in np.array_split(ranked, count):
        mask = np.zeros(len(values), bool)
        mask[part] = True
        masks.append(mask)
    return masks
