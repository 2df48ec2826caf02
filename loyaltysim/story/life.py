"""A life as data: its moments and their reasons; and two lives of one person, side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.ledger import MICRO
from loyaltysim.simulation import Result
from loyaltysim.story.moment import Facts, Moment

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[Moment | None, Moment | None]

DEEDS = ("chosen", "stage", "lost", "considers", "booked", "schemes", "told")
"""Facts of what happens; the others say how near it was, and why."""


@dataclass(frozen=True, repr=False)
class Life:
    """One life in one world: print it to read it, or take its tables."""

    result: Result
    customer: int
    alternative: str | None
    moments: tuple[Moment, ...]

    @cached_property
    def events(self) -> pd.DataFrame:
        """A row for each moment: date (weeks), kind, number, and what happened.

        Chances, draw, quality, amounts and balances are missing where there are none.
        """
        import pandas as pd

        return pd.DataFrame([_row(moment) for moment in self.moments])

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """A row for each term of each choice: date, occasion, option, term, log-odds."""
        import pandas as pd

        rows = [
            (moment.date, moment.nth, option, term, value)
            for moment in self.moments
            if "choice" in moment.facts
            for option, name in (("here", "log_odds"), ("rival", "rival_log_odds"))
            for term, value in moment.facts["choice"][name].items()
        ]
        return pd.DataFrame(rows, columns=["date", "occasion", "option", "term", "log_odds"])

    @property
    def booked(self) -> dict[str, int]:
        """Sums over the life of all that was booked and counted; money in millionths."""
        sums: dict[str, int] = {}
        for moment in self.moments:
            for name, amount in moment.facts.get("booked", {}).items():
                sums[name] = sums.get(name, 0) + amount
        return sums

    @property
    def left(self) -> int:
        """Revenue less goods, serving, rewards and compensation; in millionths."""
        booked = self.booked
        costs = ("cost_of_goods", "service", "rewards", "compensation")
        return booked.get("revenue", 0) - sum(booked.get(name, 0) for name in costs)

    @property
    def buys(self) -> bool:
        """Whether the person ever buys here."""
        return "purchases" in self.booked

    def as_json(self) -> dict[str, Any]:
        """All of it as maps, lists, text and numbers; what is infinite becomes null."""
        return {
            "customer": self.customer,
            "alternative": self.alternative,
            "replication": self.result.replication,
            "moments": [_finite(asdict(moment)) for moment in self.moments],
        }

    def told(self, *, width: int = 80, everything: bool = False) -> str:
        """The story; `everything` tells also what changed nothing, occasion by occasion."""
        from loyaltysim.story.telling import tell

        return tell(self, width, everything)

    def __str__(self) -> str:
        return self.told()

    def __repr__(self) -> str:
        return f"<Life of customer {self.customer}: {len(self.moments)} moments>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.told(width=100))}</pre>"


@dataclass(frozen=True, repr=False)
class Worlds:
    """One person's life in two worlds: in the one it is held against, and in the other."""

    before: Life
    after: Life

    @cached_property
    def pairs(self) -> list[Pair]:
        """The same moments of both lives; None where one has no such moment."""
        one = {moment.key: moment for moment in self.before.moments}
        other = {moment.key: moment for moment in self.after.moments}
        return [(one.get(key), other.get(key)) for key in sorted({*one, *other})]

    @property
    def first_difference(self) -> Pair | None:
        """The first moment at which anything differs, be it a reason; None if nothing ever does."""
        return next((pair for pair in self.pairs if differs(*pair)), None)

    @property
    def parting(self) -> Pair | None:
        """The first moment at which what happens differs; None if they never part."""
        return next((pair for pair in self.pairs if parts(*pair)), None)

    @property
    def buys(self) -> bool:
        """Whether the person ever buys here in one of them."""
        return self.before.buys or self.after.buys

    def as_json(self) -> dict[str, Any]:
        """Both lives, and where they first differ and part, as maps, lists, text and numbers."""
        return {
            "against": self.before.as_json(),
            "alternative": self.after.as_json(),
            "first_difference": _pair_json(self.first_difference),
            "parting": _pair_json(self.parting),
        }

    def told(self, *, width: int = 80, everything: bool = False, most: int | None = None) -> str:
        """How they part, and both stories from there side by side.

        `most` makes it short: at most so many entries side by side, what is ordinary in both
        worlds summed up, and so is what follows.
        """
        from loyaltysim.story.both import tell_both

        return tell_both(self, width, everything, most)

    def __str__(self) -> str:
        return self.told()

    def __repr__(self) -> str:
        return f"<Two worlds of customer {self.before.customer}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.told(width=120))}</pre>"


def differs(one: Moment | None, other: Moment | None) -> bool:
    """Whether two moments differ in anything."""
    return one is None or other is None or one.facts != other.facts


def parts(one: Moment | None, other: Moment | None) -> bool:
    """Whether two moments differ in what happens."""
    if one is None or other is None:
        return True
    return deeds(one.facts) != deeds(other.facts)


def deeds(facts: Facts) -> Facts:
    """What happened, without how near it was: quality alone, for one, is not seen by others."""
    found = {name: facts[name] for name in DEEDS if name in facts}
    booked = found.get("booked")
    if booked is not None:
        found["booked"] = {name: n for name, n in booked.items() if name != "quality"}
    return found


def _row(moment: Moment) -> dict[str, Any]:
    facts, booked = moment.facts, moment.facts.get("booked", {})
    choice, visit = facts.get("choice", {}), facts.get("visit", {})
    return {
        "date": moment.date,
        "kind": moment.kind,
        "number": moment.nth,
        "stood": facts.get("stood"),
        "chosen": facts.get("chosen"),
        "chance_here": choice.get("here"),
        "chance_rival": choice.get("rival"),
        "draw": choice.get("draw"),
        "employee": visit.get("employee"),
        "quality": visit.get("quality"),
        "expected": visit.get("expected"),
        "failure": visit.get("failure"),
        "revenue": booked.get("revenue", 0) / MICRO,
        "rewards": booked.get("rewards", 0) / MICRO,
        "lost": facts.get("lost"),
        "stage": facts["stage"][-1] if isinstance(facts.get("stage"), list) else facts.get("stage"),
    }


def _pair_json(pair: Pair | None) -> Any:
    return pair and [moment and _finite(asdict(moment)) for moment in pair]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
