"""A comparison of alternatives: tidy tables and the figures that a decision needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.customers.stages import STAGES
from loyaltysim.evidence import register
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.levels import Levels
from loyaltysim.results import money, twins
from loyaltysim.results.base import BaseTables
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.results.margins import MARGINS
from loyaltysim.results.summary import BOUGHT, Summary
from loyaltysim.results.thresholds import READINGS
from loyaltysim.scenario import Scenario

if TYPE_CHECKING:
    from loyaltysim.story.life import Worlds
    from loyaltysim.studies.precision import Stopped

Floats = NDArray[np.float64]

STATED, RANGES = "stated", "ranges"
LOW_WALLET, HIGH_WALLET = "low wallet", "high wallet"
SETS = (STATED, RANGES, LOW_WALLET, HIGH_WALLET)

BAND = (0.05, 0.95)
"""Quantiles shown as bands: of replications as stated, and over the assumptions' ranges."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """Alternatives lived on the same people and luck.

    `runs[set][replication][alternative]` are the runs in brief; the sets are `stated`
    (everything as in the scenario), `ranges` (each replication with its own draw of the
    assumptions), `low wallet` and `high wallet`.
    """

    scenario: Scenario
    levels: Levels
    runs: dict[str, list[list[Summary]]]
    stopped: Stopped | None = None
    """Why there are so many replications, where a precision was wanted."""

    @property
    def names(self) -> list[str]:
        """The alternatives in the order of the scenario."""
        return list(self.scenario.alternatives)

    @property
    def reference(self) -> str:
        """The alternative with which the others are compared."""
        return self.scenario.reference

    @property
    def replications(self) -> int:
        """Paired replications as stated."""
        return len(self.runs[STATED])

    def collect(self, set_name: str, read: Callable[[Summary], Any]) -> NDArray[Any]:
        """A figure of every run of a set: array of shape (replications, alternatives, ...)."""
        return np.array([[read(summary) for summary in runs] for runs in self.runs[set_name]])

    def monthly(self, set_name: str) -> NDArray[np.int64]:
        """Millionths booked: (replications, alternatives, months, accounts)."""
        return self.collect(set_name, lambda s: s.monthly)

    def difference(self, set_name: str) -> Floats:
        """Incremental profit: (replications, alternatives, months)."""
        monthly = self.monthly(set_name)
        at = self.names.index(self.reference)
        return money.incremental_profit(monthly, monthly[:, at : at + 1])

    def total(self, set_name: str) -> Floats:
        """Incremental profit over the horizon: (replications, alternatives)."""
        return np.asarray(self.difference(set_name).sum(axis=-1))

    @cached_property
    def alternatives(self) -> pd.DataFrame:
        """One row for each alternative, the measures as columns; money in the currency.

        Incremental profit with its 95% interval (paired t over replications), the 5% to
        95% range over the assumptions, NPV, ROI, pay-back, P(it pays) both ways, and
        customers, stages, losses, staff: means over the replications as stated.
        """
        frame = pd.DataFrame(index=pd.Index(self.names, name="alternative"))
        stated, ranges = self.total(STATED), self.total(RANGES)
        mean, half = mean_and_half_width(stated)
        frame["incremental_profit"] = mean
        frame["low"], frame["high"] = mean - half, mean + half
        frame["p_pays_stated"] = (stated > 0.0).mean(axis=0)
        frame["p_pays_ranges"] = (ranges > 0.0).mean(axis=0)
        frame["ranges_median"] = np.median(ranges, axis=0)
        frame["ranges_low"], frame["ranges_high"] = np.quantile(ranges, BAND, axis=0)
        for name, column in ((LOW_WALLET, "low_wallet"), (HIGH_WALLET, "high_wallet")):
            other = self.total(name)
            # Fewer runs: their difference to the same replications as stated is added.
            frame[column] = mean + (other - stated[: len(other)]).mean(axis=0)
        self._add_finance(frame)
        self._add_people(frame)
        # What is a difference to the reference means nothing for the reference itself.
        differences = [*frame.columns[: frame.columns.get_loc("yearly_loss")]]
        frame.loc[self.reference, differences] = np.nan
        return frame

    def _add_finance(self, frame: pd.DataFrame) -> None:
        monthly = self.monthly(STATED)
        at = self.names.index(self.reference)
        reference = monthly[:, at : at + 1]
        difference = self.difference(STATED)
        set_up = money.column(monthly - reference, "programme_set_up").sum(axis=-1)
        value = money.net_present_value(difference, set_up, self.scenario.business.hurdle_rate)
        frame["npv"], half = mean_and_half_width(value)
        frame["npv_low"], frame["npv_high"] = frame["npv"] - half, frame["npv"] + half
        spent = money.spending(monthly, reference).sum(axis=-1).mean(axis=0)
        gained = difference.sum(axis=-1).mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            # A return on money that is not spent has no meaning.
            frame["roi"] = np.where(spent > 0.5, gained / spent, np.nan)
        frame["payback_month"] = money.payback_month(difference.mean(axis=0))
        frame["p_payback"] = np.isfinite(money.payback_month(difference)).mean(axis=0)
        frame["spending"] = spent
        frame["programme_cost"] = money.column(monthly, *money.PROGRAMME).sum(axis=-1).mean(axis=0)
        frame["owed"] = [self._owed(name) for name in self.names]
        active = self.collect(STATED, lambda s: s.stages[-1, BOUGHT].sum())
        gained_customers = (active - active[:, at : at + 1]).mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            frame["cost_per_incremental_customer"] = np.where(
                (gained_customers > 0.0) & (spent > 0.0), spent / gained_customers, np.nan
            )
        for name in ("subsidy_share", "saved", "annoyed", "never_here"):
            frame[name] = self.collect(STATED, partial(twins.single, name)).mean(axis=0)
        self._add_uplift(frame)

    def _add_uplift(self, frame: pd.DataFrame) -> None:
        """Revenue against the reference's: early, over the horizon, and the first less the last."""
        revenue = money.column(self.monthly(STATED), "revenue")
        at = self.names.index(self.reference)
        window = round(register()["pull_forward.window"].value)
        early, whole = (
            money.uplift(part, part[:, at : at + 1]) for part in (revenue[..., :window], revenue)
        )
        if revenue.shape[-1] <= window:
            early = np.full_like(early, np.nan)  # Nothing is left to hold it against.
        frame["uplift_early"], frame["uplift"] = early.mean(axis=0), whole.mean(axis=0)
        mean, half = mean_and_half_width(early - whole)
        frame["pull_forward"] = mean
        frame["pull_forward_low"], frame["pull_forward_high"] = mean - half, mean + half

    def _owed(self, name: str) -> float:
        """Cost of the rewards still to come on the units outstanding at the end.

        Outstanding units, times the share redeemed of those that were redeemed or
        expired so far, at cost; the forecast of a run-off, not part of the profit.
        """
        programme = self.scenario.alternatives[name].programme
        if programme is None:
            return 0.0
        units = self.collect_one(name, lambda s: s.units).mean(axis=0)
        owed = 0.0
        for version, (_, redeemed, expired, left) in zip(programme.versions, units, strict=True):
            used = redeemed / (redeemed + expired) if redeemed + expired > 0.0 else 1.0
            owed += left * used * (version.cost_per_unit or 0.0)
        return float(owed)

    def collect_one(self, name: str, read: Callable[[Summary], Any]) -> NDArray[Any]:
        """A figure of every run as stated of one alternative: (replications, ...)."""
        at = self.names.index(name)
        return np.array([read(summaries[at]) for summaries in self.runs[STATED]])

    def _add_people(self, frame: pd.DataFrame) -> None:
        def mean_of(read: Callable[[Summary], Any]) -> Floats:
            return np.asarray(self.collect(STATED, read).mean(axis=0))

        year = min(12, self.runs[STATED][0][0].retention.shape[1] - 1)
        frame["yearly_loss"] = mean_of(lambda s: s.yearly_loss)
        frame["observed_yearly_loss"] = mean_of(lambda s: s.observed_yearly_loss)
        frame["retention"] = mean_of(lambda s: s.retention[0, year])
        frame["observed_retention"] = mean_of(lambda s: s.retention[1, year])
        frame["customers"] = mean_of(lambda s: s.stages[-1, BOUGHT].sum())
        for number, stage in enumerate(STAGES):
            frame[stage] = mean_of(lambda s, n=number: s.stages[-1, n])  # type: ignore[misc]
        frame["members"] = mean_of(lambda s: s.members)
        frame["staff_turnover"] = mean_of(lambda s: s.turnover_per_year)
        frame["staff_skill"] = mean_of(lambda s: s.mean_skill)
        frame["answer_hours"] = mean_of(lambda s: s.answer_hours)
        frame["resolution_hours"] = mean_of(lambda s: s.resolution_hours)
        frame["complaints_resolved"] = mean_of(lambda s: s.resolved_share)
        frame["revenue"] = money.column(self.monthly(STATED), "revenue").sum(axis=-1).mean(axis=0)
        frame["profit"] = money.profit(self.monthly(STATED)).sum(axis=-1).mean(axis=0)

    @cached_property
    def cumulative(self) -> pd.DataFrame:
        """Cumulated incremental profit by alternative and month, with both bands.

        `low` and `high` are 5% and 95% quantiles over replications as stated,
        `ranges_low` and `ranges_high` over the assumptions.
        """
        stated = np.cumsum(self.difference(STATED), axis=-1)
        ranges = np.cumsum(self.difference(RANGES), axis=-1)
        low, high = np.quantile(stated, BAND, axis=0)
        wide_low, wide_high = np.quantile(ranges, BAND, axis=0)
        return self.tidy(
            {
                "mean": stated.mean(axis=0),
                "low": low,
                "high": high,
                "ranges_low": wide_low,
                "ranges_high": wide_high,
            },
            {"month": np.arange(1, stated.shape[-1] + 1)},
        )

    @cached_property
    def stages(self) -> pd.DataFrame:
        """People by alternative, week (0 is the start) and stage: mean and 5% to 95% band."""
        people = self.collect(STATED, lambda s: s.stages)
        low, high = np.quantile(people, BAND, axis=0)
        return self.tidy(
            {"people": people.mean(axis=0), "low": low, "high": high},
            {"week": np.arange(people.shape[2]), "stage": np.array(STAGES)},
        )

    @cached_property
    def stage_thresholds(self) -> pd.DataFrame:
        """People at the end by alternative, thresholds (looser, stated, stricter) and stage.

        Means as stated. The same customers are read with the thresholds for clients and
        advocates at the one and the other end of their plausible range.
        """
        people = self.collect(STATED, lambda s: s.people_by_thresholds).mean(axis=0)
        return self.tidy(
            {"people": people}, {"thresholds": np.array(READINGS), "stage": np.array(STAGES)}
        )

    @cached_property
    def margins(self) -> pd.DataFrame:
        """Where the gain over the reference comes from: one row for each alternative and margin.

        `amount` is the mean over the replications as stated of revenue less cost of goods
        and cost of serving, in the currency, `low` and `high` its 95% interval (paired t);
        nan where an alternative's people meet other occasions than the reference's.
        """
        missing = np.full(len(MARGINS), np.nan)
        gains = self.collect(STATED, lambda s: missing if s.margins is None else s.margins / MICRO)
        mean, half = mean_and_half_width(gains)
        table = self.tidy(
            {"amount": mean, "low": mean - half, "high": mean + half},
            {"margin": np.array(MARGINS)},
        )
        return table[table["alternative"] != self.reference].reset_index(drop=True)

    @cached_property
    def classes(self) -> pd.DataFrame:
        """What each alternative makes of everybody: a row for each of these and class.

        `people`; `contribution`, the change in revenue less goods, serving and compensation,
        before rewards; `rewards`, the change in their cost; `net` of both: means over the
        replications as stated, each with its 95% interval (`net_low`, `net_high`; paired t).
        Classes cover everybody once, so they sum to all that is booked for customers.
        nan where an alternative's people meet other occasions than the reference's.
        """
        return twins.classes(self)

    @cached_property
    def members(self) -> pd.DataFrame:
        """Members against non-members, as a naive report has it, and against their own twins.

        A row for each alternative that has members: `members` and `others` (who bought in the
        run and are none), `member_revenue` and `other_revenue` a person and year, `naive`, the
        first less the second, and `true`, what members spend more than their twins without the
        alternative, each with its 95% interval (t over replications). `naive` is nan where
        everybody is a member, `true` where there are no twins.
        """
        return twins.members(self)

    @cached_property
    def base(self) -> BaseTables:
        """The customers themselves: value classes, concentration, tenure, causes of loss."""
        bases = [[summary.base for summary in runs] for runs in self.runs[STATED]]
        segments = [segment.name for segment in self.scenario.business.market.segments]
        return BaseTables(bases, segments, self.names, self.reference)

    def stories(self, alternative: str) -> dict[str, Worlds]:
        """One life of each class with people, lived in both worlds: somebody in its middle.

        The nearest to the median net effect in replication 0. Lives them when called, which
        takes seconds; nobody where there are no twins. Raises `ValueError` for a name that is
        no alternative.
        """
        return twins.stories(self, alternative)

    @cached_property
    def retention(self) -> pd.DataFrame:
        """Share still there, by alternative, group, view and months since joining (or start)."""
        curves = self.collect(STATED, lambda s: s.retention)
        # Cohorts are pooled as long as there are any; the last ages are seldom reached.
        with np.errstate(invalid="ignore"):
            means = np.nanmean(np.where(np.isnan(curves).all(axis=0), 0.0, curves), axis=0)
        means = np.where(np.isnan(curves).all(axis=0), np.nan, means)
        labels = [("base", "true"), ("base", "observed"), ("new", "true"), ("new", "observed")]
        parts = []
        for row, (group, view) in enumerate(labels):
            part = self.tidy({"share": means[:, row]}, {"month": np.arange(means.shape[2])})
            part.insert(1, "customers", group)
            part.insert(2, "view", view)
            parts.append(part)
        return pd.concat(parts, ignore_index=True).dropna(subset="share", ignore_index=True)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Amounts by alternative, month and account: means over replications as stated."""
        amounts = self.monthly(STATED).mean(axis=0) / MICRO
        return self.tidy(
            {"amount": amounts},
            {"month": np.arange(1, amounts.shape[1] + 1), "account": np.array(ACCOUNTS)},
        )

    @cached_property
    def counts(self) -> pd.DataFrame:
        """What was counted over the horizon by alternative and segment: means as stated."""
        counts = self.collect(STATED, lambda s: s.counts).mean(axis=0)
        counts[..., COUNTS.index("quality")] /= 1e6
        segments = np.array([s.name for s in self.scenario.business.market.segments])
        return self.tidy({"count": counts}, {"segment": segments, "what": np.array(COUNTS)})

    @cached_property
    def units(self) -> pd.DataFrame:
        """Points and stamps issued, redeemed, expired and outstanding, by scheme; means."""
        rows = []
        for number, name in enumerate(self.names):
            programme = self.scenario.alternatives[name].programme
            if programme is None:
                continue
            means = np.mean([runs[number].units for runs in self.runs[STATED]], axis=0)
            for version, row in zip(programme.versions, means, strict=True):
                if version.cost_per_unit is not None:
                    rows.append((name, version.name, *row))
        columns = ["alternative", "scheme", "issued", "redeemed", "expired", "outstanding"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def replicates(self) -> pd.DataFrame:
        """Every run: set, replication, alternative, its profit and its paired difference."""
        parts = []
        for name in SETS:
            profit = money.profit(self.monthly(name)).sum(axis=-1)
            loss = self.collect(name, lambda s: s.yearly_loss)
            shape = profit.shape
            grid = np.indices(shape)
            parts.append(
                pd.DataFrame(
                    {
                        "set": name,
                        "replication": grid[0].ravel(),
                        "alternative": np.array(self.names)[grid[1].ravel()],
                        "profit": profit.ravel(),
                        "incremental_profit": self.total(name).ravel(),
                        "yearly_loss": loss.ravel(),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tidy tables by name, as they are written to a results folder."""
        return {
            "alternatives": self.alternatives.reset_index(),
            "cumulative": self.cumulative,
            "margins": self.margins,
            "customer_classes": self.classes,
            "members": self.members,
            "stages": self.stages,
            "stage_thresholds": self.stage_thresholds,
            "retention": self.retention,
            "ledger": self.ledger,
            "counts": self.counts,
            "units": self.units,
            **self.base.tables,
            "runs": self.replicates,
        }

    def tidy(self, values: dict[str, NDArray[Any]], axes: dict[str, NDArray[Any]]) -> pd.DataFrame:
        """Long table of arrays of shape (alternatives, *axes)."""
        shape = next(iter(values.values())).shape
        grid = np.indices(shape)
        frame = pd.DataFrame({"alternative": np.array(self.names)[grid[0].ravel()]})
        for number, (name, labels) in enumerate(axes.items(), start=1):
            frame[name] = labels[grid[number].ravel()]
        for name, array in values.items():
            frame[name] = array.ravel()
        return frame

    def __repr__(self) -> str:
        name = self.scenario.business.name
        return (
            f"<Comparison of {name!r}: {', '.join(self.names)}; {self.replications} replications>"
        )

    def _repr_html_(self) -> str:
        shown = ["incremental_profit", "low", "high", "p_pays_stated", "p_pays_ranges", "npv"]
        return str(self.alternatives[shown].to_html(float_format="{:,.2f}".format))
