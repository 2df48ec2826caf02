"""Tables about the customer base itself: value classes, concentration, tenure, causes of loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyaltysim.customers.causes import CAUSES
from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import MICRO
from loyaltysim.results.concentration import SHARES, top_share
from loyaltysim.results.intervals import with_intervals
from loyaltysim.results.tenure import GROUPS, yearly
from loyaltysim.results.value import NO_CUSTOMER, VALUE_CLASSES
from loyaltysim.results.yearbook import CustomerBase

Floats = NDArray[np.float64]

LOST = ("but_for", "lost", "worth_per_year")
"""What tables call the measures of `causes.MEASURES`."""


def ratios(parts: Floats) -> Floats:
    """Shares of parts (last axis), such that their mean over replications is the ratio of sums.

    A replication without any has no ratio of its own; linearised, as ratio estimators are
    (Cochran 1977), it still counts. Nowhere (nan) where there is nothing in any.
    """
    total = parts.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = parts.sum(axis=0) / total.sum(axis=0)
        return np.asarray(whole + (parts - whole * total) / total.mean(axis=0))


class BaseTables:
    """Tidy tables of the customers of a run, or of alternatives over paired replications.

    Money in the currency. Of several replications all figures are means, with their 95%
    intervals as `_low` and `_high`. *Net* is what customers leave: revenue less goods, serving,
    compensation and rewards; what belongs to no single customer is not taken off.
    """

    def __init__(
        self,
        bases: Sequence[Sequence[CustomerBase]],
        segments: Sequence[str],
        names: Sequence[str] = (),
        reference: str = "",
    ) -> None:
        """Of each replication a base for each name; without names, of one run."""
        self._bases = bases
        self._segments = list(segments)
        self._names = list(names)
        self._reference = reference

    def _collect(self, read: Callable[[CustomerBase], Any]) -> Floats:
        """A figure of every run: (replications, alternatives, ...)."""
        return np.array([[read(base) for base in bases] for bases in self._bases], dtype=float)

    def _moves(self) -> Floats:
        """People by class before and after: (replications, alternatives, 5, 5)."""
        missing = np.full((NO_CUSTOMER + 1, NO_CUSTOMER + 1), np.nan)
        return self._collect(lambda b: missing if b.value.moves is None else b.value.moves)

    def _tidy(
        self, values: dict[str, Floats], axes: dict[str, Sequence[Any]], intervals: bool = True
    ) -> pd.DataFrame:
        """A long table of arrays of shape (replications, alternatives, *axes)."""
        if not self._names:
            found = {name: array[0] for name, array in values.items()}
        elif intervals:
            found = with_intervals(values)
        else:
            found = {name: array.mean(axis=0) for name, array in values.items()}
        labels: dict[str, Sequence[Any]] = {"alternative": self._names or [""]} | axes
        index = pd.MultiIndex.from_product(list(labels.values()), names=list(labels))
        frame = pd.DataFrame({name: array.ravel() for name, array in found.items()}, index=index)
        frame = frame.reset_index()
        return frame if self._names else frame.drop(columns="alternative")

    @cached_property
    def value_classes(self) -> pd.DataFrame:
        """True friends, butterflies, barnacles, strangers: a row for each (alternative and) class.

        Of all who were customers at any time: `people`, their `share`, the `net` that they left
        over the horizon, and their share of it, `net_share`. Of alternatives also how many more
        are of the class than with the reference, `change`; nan where the people are not the same.
        """
        people = self._collect(lambda b: b.value.people)
        net = self._collect(lambda b: b.value.net) / MICRO
        with np.errstate(divide="ignore", invalid="ignore"):
            values = {
                "people": people,
                "share": people / people.sum(axis=-1, keepdims=True),
                "net": net,
                "net_share": net / net.sum(axis=-1, keepdims=True),
            }
        if self._names:
            moves = self._moves()
            values["change"] = (moves.sum(axis=-2) - moves.sum(axis=-1))[..., :NO_CUSTOMER]
        return self._tidy(values, {"class": VALUE_CLASSES})

    @cached_property
    def value_cuts(self) -> pd.DataFrame:
        """Where classes are cut, and how tenure and profit go together, by alternative.

        `long_from` in months, `profitable_from` in the currency: the medians of the reference's
        customers, in each replication. `correlation` of months and net across customers.
        """
        values = {
            "long_from": self._collect(lambda b: b.value.cuts.months),
            "profitable_from": self._collect(lambda b: b.value.cuts.net) / MICRO,
            "correlation": self._collect(lambda b: b.value.correlation),
        }
        return self._tidy(values, {})

    @cached_property
    def value_moves(self) -> pd.DataFrame:
        """People by class with the reference (`from`) and with each alternative (`to`).

        `no customer` are those who never are one in that world. nan where the people of the
        two are not the same.
        """
        kinds = [*VALUE_CLASSES, "no customer"]
        table = self._tidy({"people": self._moves()}, {"from": kinds, "to": kinds})
        return table[table["alternative"] != self._reference].reset_index(drop=True)

    @cached_property
    def concentration(self) -> pd.DataFrame:
        """Of each year's buyers, what the best fifth bring, and whether they stay the best.

        `sales` and `net` are the shares of those who bring most of each, `overlap` the share of
        the best fifth by sales who are among them in the next year too (nan in the last).
        """
        top = top_share(self._collect(lambda b: b.lorenz))
        values = {
            "sales": top[..., 0],
            "net": top[..., 1],
            "overlap": self._collect(lambda b: b.overlap),
        }
        return self._tidy(values, {"year": range(1, top.shape[2] + 1)})

    @cached_property
    def lorenz(self) -> pd.DataFrame:
        """Share of a year's sales, and of net, that the least `customers` of its buyers bring."""
        curves = self._collect(lambda b: b.lorenz)
        values = {"sales": curves[..., 0, :], "net": curves[..., 1, :]}
        years = range(1, curves.shape[2] + 1)
        return self._tidy(values, {"year": years, "customers": SHARES.tolist()}, intervals=False)

    @cached_property
    def tenure(self) -> pd.DataFrame:
        """What customers still there leave, pay and cost in each year of tenure.

        Until they are first lost. `customers`: `base`, those at the start, by year of the run;
        `new`, newcomers, by year since their first purchase. `there`: how many, on average over
        that year; a year each: `net`, `purchases`; at a purchase: `paid`, the share of list
        prices that is (`of_list_price`), and `cost_to_serve` (serving, rewards, compensation).
        """
        sums = self._collect(lambda b: b.tenure)
        axes = {"customers": GROUPS, "year": range(1, sums.shape[3] + 1)}
        return self._tidy(yearly(sums), axes)

    @cached_property
    def loss_causes(self) -> pd.DataFrame:
        """Why customers were lost over the horizon: a row for each (alternative and) cause.

        `but_for`: how many would have been there still, then, but for this cause; causes overlap.
        `lost`: losses shared out among their causes, and among no cause that is followed (`none`);
        `share` of all. `worth_per_year`: what these left in a usual year: usual baskets less
        goods and serving, before rewards. Causes: `customers.causes`.
        """
        sums = self._collect(lambda b: b.losses).sum(axis=(2, 3)) / MICRO
        values = dict(zip(LOST, np.moveaxis(sums, -1, 0), strict=True))
        values["share"] = ratios(values["lost"])
        return self._tidy(values, {"cause": (*CAUSES, "none")})

    @cached_property
    def losses(self) -> pd.DataFrame:
        """The same by segment and by the stage from which they were lost: means, without shares."""
        sums = self._collect(lambda b: b.losses) / MICRO
        values = dict(zip(LOST, np.moveaxis(sums, -1, 0), strict=True))
        axes = {"segment": self._segments, "stage": STAGES, "cause": (*CAUSES, "none")}
        frame = self._tidy(values, axes, intervals=False)
        return frame[frame["lost"] > 0.0].reset_index(drop=True)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All of them by name, as they are written to a results folder."""
        tables = {
            "value_classes": self.value_classes,
            "value_cuts": self.value_cuts,
            "concentration": self.concentration,
            "lorenz": self.lorenz,
            "tenure": self.tenure,
            "loss_causes": self.loss_causes,
            "losses": self.losses,
        }
        # One run alone has nobody to be moved from.
        return tables | ({"value_moves": self.value_moves} if self._names else {})
