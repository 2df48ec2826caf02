"""Reward scheme x service quality x staff turnover: what each does, alone and with the others.

    python experiments/factorial.py [SCENARIO] [--replications N] [--people N] [--processes N]
                                    [--out DIR]

Every combination of a reward (none, and the scenario's programmes), service (failures twice as
often, as they are, half as often) and turnover of staff (half, as it is, twice) is lived on the
same people and luck. Main effects are averaged over the other factors; an interaction is how much
the effect of one differs between the ends of another. Better service and stayers are free here,
so their effects are what they may cost. Writes `factorial.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from numpy.typing import NDArray
from paired import asked, live

from loyaltysim.report.figures import number
from loyaltysim.report.style import NARROW, SMALL, WIDE, Sheet, look
from loyaltysim.report.svg import inline
from loyaltysim.results import money
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.scenario import Scenario
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]
Levels = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""The names of the rewards, of the service, of the turnover."""

SERVICE = {"poor service": 2.0, "service as it is": 1.0, "good service": 0.5}
TURNOVER = {"stayers": 0.5, "turnover as it is": 1.0, "leavers": 2.0}
"""Factors on failures, and on quits."""


@dataclass(frozen=True)
class Factorial:
    """Every combination, lived: arrays are (replications, rewards, service, turnover)."""

    scenario: Scenario
    levels: Levels
    profit: Floats
    """A year, less that of the business as it stands."""
    loss: Floats
    """Share of customers lost in a year."""

    def main_effects(self, values: Floats) -> Iterator[tuple[str, Floats]]:
        """Each level against the first reward, or the middle: by replication."""
        for axis, names in enumerate(self.levels, start=1):
            means = values.mean(axis=tuple({1, 2, 3} - {axis}))
            usual = 0 if axis == 1 else 1
            for place, name in enumerate(names):
                if place != usual:
                    yield f"{name}, against {names[usual]}", means[:, place] - means[:, usual]

    def interactions(self, values: Floats) -> Iterator[tuple[str, Floats]]:
        """By how much the effect of one differs between the ends of another: by replication."""
        for a, b in combinations((1, 2, 3), 2):
            rest = ({1, 2, 3} - {a, b}).pop()
            means = values.mean(axis=rest)
            first, last = self.levels[b - 1][0], self.levels[b - 1][-1]
            for place, name in enumerate(self.levels[a - 1]):
                if place == (0 if a == 1 else 1):
                    continue
                effect = means[:, place] - means[:, 0 if a == 1 else 1]
                yield f"{name}: more with {last} than with {first}", effect[:, -1] - effect[:, 0]


def designs(scenario: Scenario) -> tuple[Scenario, Levels]:
    """The scenario with every combination as an alternative, and the names of the levels."""
    base, stated = scenario.business, scenario.document["alternatives"]
    rewards: dict[str, dict[str, Any]] = {"no reward": {}}
    rewards |= {k: {"programme": v["programme"]} for k, v in stated.items() if "programme" in v}
    levels = (tuple(rewards), tuple(SERVICE), tuple(TURNOVER))
    failures, quits = base.firm.service.failure_per_visit, base.firm.staff.quits_per_year
    alternatives: dict[str, Any] = {"as it stands": {}}
    for reward, service, turnover in product(*levels):
        alternatives[" | ".join((reward, service, turnover))] = rewards[reward] | {
            "firm": {
                "service": {"failure_per_visit": min(failures * SERVICE[service], 1.0)},
                "staff": {"quits_per_year": quits * TURNOVER[turnover]},
            }
        }
    return Scenario.from_document({**scenario.document, "alternatives": alternatives}), levels


def live_all(scenario: Scenario, processes: int) -> Factorial:
    """Live every combination in every replication."""
    whole, levels = designs(scenario)
    runs = live(whole, processes)
    years = whole.business.weeks / WEEKS_PER_YEAR
    profit = np.array([[money.profit(s.monthly).sum() for s in each] for each in runs]) / years
    loss = np.array([[s.yearly_loss for s in each] for each in runs])
    shape = (len(runs), *map(len, levels))
    return Factorial(
        whole, levels, (profit[:, 1:] - profit[:, :1]).reshape(shape), loss[:, 1:].reshape(shape)
    )


def points(share: float) -> str:
    """A change of a share in percentage points."""
    return f"{100.0 * share:+.2f}".replace("-", "−")


def estimate(values: Floats) -> tuple[float, float]:
    """Mean over replications, and half the width of its 95% interval."""
    mean, half = mean_and_half_width(values)
    return float(mean), float(half)


def with_interval(both: tuple[float, float], shown: Callable[[float], str]) -> str:
    """A mean with its interval."""
    mean, half = both
    return f"{shown(mean)} ({shown(mean - half)} to {shown(mean + half)})"


def answer(found: Factorial) -> str:
    """What each factor alone is worth, the largest first: those whose interval leaves out zero."""
    effects = [(name, estimate(x)) for name, x in found.main_effects(found.profit)]
    told = [(name, both) for name, both in effects if abs(both[0]) > both[1]]
    told.sort(key=lambda one: -abs(one[1][0]))
    if not told:
        return (
            f"With {len(found.profit)} replications no effect on profit can be told from luck: all "
            "intervals hold zero."
        )
    said = "; ".join(f"{name}, {with_interval(both, number)}" for name, both in told)
    rest = len(effects) - len(told)
    return f"A year: {said}." + (f" The other {rest} cannot be told from luck." if rest else "")


def table(found: Factorial) -> dict[str, list[tuple[str, str, str]]]:
    """Rows of main effects and of interactions: on profit a year and on the share lost."""

    def shown(effects: str) -> list[tuple[str, str, str]]:
        rows = []
        both = zip(
            getattr(found, effects)(found.profit), getattr(found, effects)(found.loss), strict=True
        )
        for (name, profit), (_, loss) in both:
            rows.append(
                (
                    name,
                    with_interval(estimate(profit), number),
                    with_interval(estimate(loss), points),
                )
            )
        return rows

    return {"Main effects": shown("main_effects"), "Interactions": shown("interactions")}


def picture(found: Factorial, width: float) -> Figure:
    """One square for each reward: profit by colour, profit and share lost in each cell."""
    rewards, service, turnover = found.levels
    profit, loss = found.profit.mean(axis=0), found.loss.mean(axis=0)
    in_a_row = min(len(rewards), 3 if width >= WIDE else 1)
    side, head, foot = 1.2, 0.3, 0.75
    room = (width - side - 0.05) / in_a_row
    rows = -(-len(rewards) // in_a_row)
    most = float(np.abs(profit).max()) or 1.0
    with look():
        sheet = Sheet(width, rows * (room + head) + foot)
        for place, reward in enumerate(rewards):
            down, across = divmod(place, in_a_row)
            top = down * (room + head) + head
            axes = sheet.axes(side + across * room, top, room - 0.12, room - 0.12)
            # Cells as vectors: a page's pictures hold no images.
            axes.pcolormesh(
                profit[place], cmap="PuOr", vmin=-1.6 * most, vmax=1.6 * most, edgecolors="white"
            )
            axes.invert_yaxis()
            for i, j in product(range(len(service)), range(len(turnover))):
                text = f"{number(profit[place, i, j])}\n{100.0 * loss[place, i, j]:.1f}%"
                axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=SMALL)
            axes.set_title(reward, fontsize=SMALL + 1.0)
            lowest = place + in_a_row >= len(rewards)
            axes.set_xticks(
                np.arange(len(turnover)) + 0.5, turnover if lowest else [], rotation=30, ha="right"
            )
            axes.set_yticks(np.arange(len(service)) + 0.5, [] if across else service)
            axes.tick_params(length=0)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def main() -> int:
    """Live, print, and write the page."""
    request = asked(__doc__)
    found = live_all(request.scenario, request.processes)
    currency = request.scenario.business.currency
    head = request.head(f"{currency} a year, and percentage points of customers lost a year")
    print(f"{head}\n{answer(found)}")
    tables = table(found)
    for title, rows in tables.items():
        print(f"\n{title}")
        for row in rows:
            print(f"  {row[0]:<52}  {row[1]:>32}  {row[2]:>28}")
    request.write(
        Path(__file__).with_name("factorial.html.j2"),
        answer=answer(found),
        head=head,
        pictures={
            name: Markup(inline(picture(found, width), name, "Profit and loss by combination"))
            for name, width in (("wide", WIDE), ("narrow", NARROW))
        },
        tables=tables,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
