"""Customers by how long they stay and what they leave: friends, butterflies, barnacles, strangers.

Reinartz & Kumar (2002) cut a firm's customers at the medians of both. An alternative's
customers are cut where the reference's are, so that it shows who has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim.record import Records

if TYPE_CHECKING:
    from loyaltysim.results.yearbook import Yearbook
    from loyaltysim.simulation import Result

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

VALUE_CLASSES = ("true friends", "butterflies", "barnacles", "strangers")
"""Long and profitable, short and profitable, long and not, neither; by numbers, from 0."""

NO_CUSTOMER = len(VALUE_CLASSES)
"""The number of who was no customer at any time of the run."""


def net_of(customers: Records) -> Ints:
    """What each has left so far, net: revenue less goods, serving, compensation and rewards."""
    return np.asarray(
        customers["revenue"] - customers["costs"] - customers["compensation"] - customers["rewards"]
    )


@dataclass(frozen=True)
class Value:
    """What everybody was worth to the firm in one run: arrays of shape (people,)."""

    customer: Flags
    """Was a customer at the start, or has bought in the run."""
    months: Ints
    """Months at whose end they were customers; sleepers are."""
    net: Ints
    """`net_of` them over the horizon, in millionths."""

    @property
    def correlation(self) -> float:
        """Of months and net across customers; nan where one of them does not vary."""
        months, net = (x[self.customer].astype(float) for x in (self.months, self.net))
        if len(months) < 2 or np.ptp(months) == 0.0 or np.ptp(net) == 0.0:
            return float("nan")
        return float(np.corrcoef(months, net)[0, 1])


def value_of(result: Result, census: Yearbook) -> Value:
    """The value of everybody in a run of which a yearbook was kept."""
    customers = result.customers
    bought = customers["purchases"] > census.purchases_before
    return Value(census.base | bought, census.months_there, net_of(customers))


@dataclass(frozen=True)
class Cuts:
    """From where on a customer counts as long, in months, and as profitable, in millionths."""

    months: float
    net: float

    @classmethod
    def medians(cls, value: Value) -> Cuts:
        """The medians of the customers, as Reinartz & Kumar cut them; nowhere without any."""
        if not value.customer.any():
            return cls(np.inf, np.inf)
        return cls(
            float(np.median(value.months[value.customer])),
            float(np.median(value.net[value.customer])),
        )


def kinds_of(value: Value, cuts: Cuts) -> NDArray[np.int8]:
    """The number of everybody's class, or `NO_CUSTOMER`; who is at a cut is above it."""
    long, profitable = value.months >= cuts.months, value.net >= cuts.net
    kinds = np.where(profitable, np.where(long, 0, 1), np.where(long, 2, 3))
    return np.where(value.customer, kinds, NO_CUSTOMER).astype(np.int8)


@dataclass(frozen=True)
class ValueClasses:
    """The classes of a run in brief."""

    cuts: Cuts
    people: Ints
    """By class: (4,)."""
    net: Ints
    """What they left, in millionths: (4,)."""
    correlation: float
    """Of months and net across customers."""
    moves: Ints | None
    """People by class with the reference, and with this: (5, 5), the last is who was no customer.

    None where the people of the two are not the same.
    """


def value_classes(
    value: Value, before: Value | None = None, cuts: Cuts | None = None
) -> ValueClasses:
    """Sort customers into classes, and hold them against those of the reference, `before`.

    Cut at the medians of the reference, or of these customers where there is none, unless
    `cuts` are stated.
    """
    cuts = cuts or Cuts.medians(before or value)
    kinds = kinds_of(value, cuts)
    net = np.zeros(NO_CUSTOMER + 1, np.int64)
    np.add.at(net, kinds, value.net)
    moves = None
    if before is not None:
        size = NO_CUSTOMER + 1
        both = kinds_of(before, cuts).astype(np.int64) * size + kinds
        moves = np.bincount(both, minlength=size * size).reshape(size, size)
    return ValueClasses(
        cuts=cuts,
        people=np.bincount(kinds, minlength=NO_CUSTOMER + 1)[:NO_CUSTOMER],
        net=net[:NO_CUSTOMER],
        correlation=value.correlation,
        moves=moves,
    )
