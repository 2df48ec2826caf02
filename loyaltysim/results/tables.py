"""The tidy tables of one run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from loyaltysim.customers.complaints import REMEDIES
from loyaltysim.customers.failures import KINDS
from loyaltysim.customers.stages import STAGES
from loyaltysim.firm.desk import CLOSED
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.results import money
from loyaltysim.results.base import BaseTables
from loyaltysim.results.census import still_there
from loyaltysim.results.thresholds import READINGS, people_by_thresholds
from loyaltysim.results.yearbook import Yearbook, base_of
from loyaltysim.setting import month_of
from loyaltysim.simulation import Result


@dataclass(frozen=True, repr=False)
class Tables:
    """One run as pandas tables; money in the currency, dates in weeks from the start."""

    result: Result
    census: Yearbook

    @property
    def _segments(self) -> list[str]:
        return [segment.name for segment in self.result.business.market.segments]

    @cached_property
    def stages(self) -> pd.DataFrame:
        """People by week (0 is the start), segment and stage."""
        people = self.result.stages
        index = pd.MultiIndex.from_product(
            [range(len(people)), self._segments, STAGES], names=["week", "segment", "stage"]
        )
        return pd.DataFrame({"people": people.ravel()}, index=index).reset_index()

    @cached_property
    def stage_thresholds(self) -> pd.DataFrame:
        """People at the end by thresholds (looser, stated, stricter) and stage."""
        index = pd.MultiIndex.from_product([READINGS, STAGES], names=["thresholds", "stage"])
        people = people_by_thresholds(self.result).ravel()
        return pd.DataFrame({"people": people}, index=index).reset_index()

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Amounts by week, segment (`firm` for what belongs to none) and account."""
        ledger = self.result.ledger
        index = pd.MultiIndex.from_product(
            [range(1, len(ledger) + 1), [*self._segments, "firm"], ACCOUNTS],
            names=["week", "segment", "account"],
        )
        frame = pd.DataFrame({"amount": ledger.ravel() / MICRO}, index=index).reset_index()
        return frame[frame["amount"] != 0.0].reset_index(drop=True)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """What was counted by week and segment: one column each; quality is a mean."""
        counts = self.result.counts
        index = pd.MultiIndex.from_product(
            [range(1, len(counts) + 1), self._segments], names=["week", "segment"]
        )
        frame = pd.DataFrame(
            counts.reshape(-1, len(COUNTS)), index=index, columns=list(COUNTS)
        ).reset_index()
        bought = frame["purchases"].where(frame["purchases"] > 0)
        frame["quality"] = frame["quality"] / 1e6 / bought
        return frame

    @cached_property
    def staff(self) -> pd.DataFrame:
        """Staff by week: filled seats, mean skill, quits and hires so far, overload, morale.

        Then dismissed, laid off, and places cut, so far.
        """
        columns = ["present", "skill", "quits", "hires", "overload", "morale"]
        columns += ["dismissed", "laid_off", "cut"]
        frame = pd.DataFrame(self.result.firm, columns=columns)
        frame.insert(0, "week", np.arange(1, len(frame) + 1))
        return frame

    @cached_property
    def failures(self) -> pd.DataFrame:
        """How many times as often as stated each kind of failure occurs, by week."""
        frame = pd.DataFrame(self.result.failure_factors, columns=list(KINDS))
        frame.insert(0, "week", np.arange(1, len(frame) + 1))
        return frame

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """Each closed complaint: week of its end, from 1, and hours from the complaint.

        `answer_hours` until somebody takes it up, `hours` until its end; by which channel it came,
        the last level, how often it was worked on, passed on and made again, and what was given.
        """
        frame = pd.DataFrame(self.result.desk, columns=["week", *CLOSED])
        counts = ["week", "channel", "level", "contacts", "hand_offs", "repeats", "remedy"]
        yes_or_no = ["answered", "resolved", "gave_up"]
        frame = frame.astype(dict.fromkeys(counts, int) | dict.fromkeys(yes_or_no, bool))
        channels = self.result.business.firm.service.desk.channels
        names = [channel.name for channel in channels] if channels else ["desk"]
        frame["channel"] = np.array(names, object)[frame["channel"]]
        given = np.array([*REMEDIES, "usual"], object)[frame["remedy"]]
        frame["remedy"] = np.where(frame["resolved"] | (frame["remedy"] >= 0), given, "")
        return frame

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Each person at the end: segment, stage, attitude, purchases, money."""
        customers = self.result.customers
        frame = pd.DataFrame({"customer": np.arange(len(customers))})
        frame["segment"] = np.array(self._segments)[customers["segment"]]
        frame["stage"] = np.array(STAGES)[customers["stage"]]
        for name in ("satisfaction", "expectation", "familiarity", "wallet"):
            frame[name] = customers[name]
        frame["purchases"] = customers["purchases"]
        bought = customers["purchases"] > 0
        for name in ("first_at", "last_at"):
            frame[name] = np.where(bought, customers[name], np.nan)
        lost = bought & ~still_there(customers)
        frame["lost_at"] = np.where(lost, customers["lost_at"], np.nan)
        frame["member"] = customers["member"] == 1
        for number, rival in enumerate(self.result.business.market.rivals or ()):
            frame[f"purchases at {rival.name}"] = self.result.rivals["purchases"][:, number]
        for name in ("revenue", "costs", "rewards", "discounts", "compensation"):
            frame[name] = customers[name] / MICRO
        return frame

    @cached_property
    def units(self) -> pd.DataFrame:
        """Points and stamps of the firm's schemes: issued, redeemed, expired, outstanding."""
        programme = self.result.business.programme
        own = self.result.schemes["rival"] == 0
        rows: list[Any] = []
        if programme is not None:
            flows = self.result.flows.sum(axis=(0, 2))[own]
            held = self.result.outstanding[own]
            for version, flow, left in zip(programme.versions, flows, held, strict=True):
                if version.cost_per_unit is not None:
                    rows.append((version.name, *flow.tolist(), int(left)))
        columns = ["scheme", "issued", "redeemed", "expired", "outstanding"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def years(self) -> pd.DataFrame:
        """One row a year: revenue, costs, profit, customers and losses."""
        ledger = self.result.ledger.sum(axis=1)
        weeks = len(ledger)
        year = np.array([month_of(week) // 12 for week in range(weeks)])
        frame = pd.DataFrame({"year": np.arange(year[-1] + 1) + 1})
        for number, name in enumerate(ACCOUNTS):
            frame[name] = np.bincount(year, ledger[:, number] / MICRO)
        frame["profit"] = np.bincount(year, money.profit(ledger))
        ends = [int(np.flatnonzero(year == y)[-1]) + 1 for y in range(year[-1] + 1)]
        people = self.result.stages.sum(axis=1)
        frame["customers"] = people[ends, 2:6].sum(axis=1)
        losses = [row[-1] for row in self.census.lost_true]
        observed = [row[-1] for row in self.census.lost_observed]
        pad = [np.nan] * (len(frame) - len(losses))
        frame["yearly_loss"] = losses + pad
        frame["observed_yearly_loss"] = observed + pad
        return frame

    @cached_property
    def base(self) -> BaseTables:
        """The customers themselves: value classes, concentration, tenure, causes of loss."""
        return BaseTables([[base_of(self.result, self.census)]], self._segments)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, as they are written to a results folder."""
        return {
            "years": self.years,
            "stages": self.stages,
            "stage_thresholds": self.stage_thresholds,
            "ledger": self.ledger,
            "counts": self.counts,
            "staff": self.staff,
            "failures": self.failures,
            "complaints": self.complaints,
            "customers": self.customers,
            "units": self.units,
            **self.base.tables,
        }

    def __repr__(self) -> str:
        business = self.result.business
        return (
            f"<Run of {business.name!r}: {business.market.people} people, {business.weeks} weeks>"
        )

    def _repr_html_(self) -> str:
        return str(self.years.to_html(index=False, float_format="{:,.2f}".format))
