"""The service-profit chain: turnover to service to satisfaction to retention to profit.

    python experiments/service_profit_chain.py [SCENARIO] [--replications N] [--people N]
                                               [--processes N] [--out DIR]

The business is lived at eight levels of staff turnover, from nobody who quits to three times as
many as today, on the same people and luck. Each link is seen over these levels: what came of the
one figure against what came of the other. Beside satisfaction and retention stands the naive
curve across customers of the business as it is. Two more worlds, in which no tie goes with who
leaves, show how much of the loss goes past satisfaction. Where staff respond, what varies is how
many would quit at the usual pay and morale. Writes `service_profit_chain.html`.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from numpy.typing import NDArray
from paired import asked, live

from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.report.experiments import COLOURS, WRONG
from loyaltysim.report.figures import MISSING
from loyaltysim.report.style import FAINT, INK, NARROW, Sheet, look, paler, tidy_money
from loyaltysim.report.svg import inline
from loyaltysim.results import money
from loyaltysim.results.intervals import mean_and_half_width
from loyaltysim.results.summary import BOUGHT, Summary
from loyaltysim.scenario import Scenario
from loyaltysim.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]
Estimate = tuple[float, float]
"""A mean over replications, and half the width of its 95% interval."""

FACTORS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
"""On quits a year, as the scenario states them."""
TODAY, TWICE = FACTORS.index(1.0), FACTORS.index(2.0)

UNBROKEN = {"familiarity_breaks": 0.0, "follows_contact": 0.0}
"""Beliefs under which no tie goes with who leaves."""

SLOPE = np.linalg.pinv(np.vander(np.array(FACTORS) - 1.0, 3))[1]
"""Weights of the levels in the slope, at today's, of the parabola nearest to all of them."""

CHAIN = ("turnover", "service", "satisfaction", "kept", "contribution")
CARRIERS = ("skill", "seats", "overload")
STAFF_BILL = ("hiring", "pay")
WORDS = {
    "turnover": ("turnover", "percentage point", "turnover of staff, % a year"),
    "service": ("service", "point of ten", "quality of visits, points of ten"),
    "satisfaction": ("satisfaction", "point of ten", "satisfaction, points of ten"),
    "kept": ("retention", "percentage point", "customers kept, % a year"),
    "contribution": ("contribution", "a year", "contribution, a year"),
    "each": ("contribution each", "a year", "contribution a customer"),
    "hiring": ("hiring, training", "a year", "hiring, training"),
    "pay": ("pay", "a year", "pay"),
    "profit": ("profit", "a year", "profit"),
    "skill": ("skill", "percentage point", "mean skill, %"),
    "seats": ("seats filled", "percentage point", "seats filled, %"),
    "overload": ("overload", "percentage point", "overload, %"),
}
"""In a word, the unit, and on an axis."""
SHORT, UNIT, LONG = 0, 1, 2


def read(summary: Summary, years: float) -> dict[str, float]:
    """The figures of one run, in the units of `WORDS`."""
    counts = summary.counts.sum(axis=0)
    visits = counts[COUNTS.index("purchases")]

    def yearly(*accounts: str) -> float:
        return float(money.column(summary.monthly, *accounts).sum()) / years

    # What the firm pays for its staff, and whoever comes, is none of the customers'.
    without = np.delete(summary.monthly, [ACCOUNTS.index(name) for name in money.DECIDED], axis=1)
    contribution = float(money.profit(without).sum()) / years
    return {
        "turnover": 100.0 * summary.turnover_per_year,
        "service": counts[COUNTS.index("quality")] / 1e6 / max(visits, 1),
        "satisfaction": summary.base.satisfaction,
        "kept": 100.0 * (1.0 - summary.yearly_loss),
        "contribution": contribution,
        "each": contribution / float(summary.stages[:, BOUGHT].sum(axis=1).mean()),
        "hiring": yearly("hiring", "training"),
        "pay": yearly("pay"),
        "profit": float(money.profit(summary.monthly).sum()) / years,
        "skill": 100.0 * summary.mean_skill,
        "seats": 100.0 * summary.seats_filled,
        "overload": 100.0 * summary.overload,
    }


def ratio(up: Floats, across: Floats) -> Estimate:
    """By how much the one moves for one of the other, both by replication; nan where it is still.

    A ratio of means, its interval that of what is left of the one without the other.
    """
    over, half = (float(x) for x in mean_and_half_width(across))
    if abs(over) <= half:
        return math.nan, math.nan
    slope = float(up.mean()) / over
    return slope, float(mean_and_half_width((up - slope * across) / over)[1])


@dataclass(frozen=True)
class Chain:
    """What was lived at each level of turnover, by replication."""

    scenario: Scenario
    figures: dict[str, Floats]
    """By name, (replications, levels)."""
    unbroken: dict[str, Floats]
    """At today's turnover, and at twice as much: (replications, 2)."""
    bands: Floats
    """Today's customers by satisfaction (`results.satisfaction`): (replications, bands, 3)."""

    def change(self, name: str) -> Floats:
        """A figure against today's: (replications, levels)."""
        values = self.figures[name]
        return values - values[:, [TODAY]]

    def slope(self, up: str, across: str) -> Estimate:
        """At today's level: by how much the one moves for one of the other."""
        return ratio(self.change(up) @ SLOPE, self.change(across) @ SLOPE)

    @property
    def naive(self) -> Estimate:
        """Percentage points kept that go with one point of satisfaction, across customers."""
        people, points, kept = np.moveaxis(self.bands, -1, 0)
        all_of = np.maximum(people.sum(axis=1), 1.0)
        level = points / np.where(people > 0.0, people, 1.0)
        both = (level * kept).sum(axis=1) - points.sum(axis=1) * kept.sum(axis=1) / all_of
        spread = (level * points).sum(axis=1) - points.sum(axis=1) ** 2 / all_of
        return ratio(100.0 * both, spread)

    def naive_bands(self, least: float = 0.01) -> list[tuple[float, float, float, float]]:
        """Of each band with at least that share of customers: its mean, kept, half, share."""
        pooled = self.bands.sum(axis=0)
        shares = pooled[:, 0] / max(pooled[:, 0].sum(), 1.0)
        found = []
        for band in np.flatnonzero(shares >= least):
            people, points, kept = self.bands[:, band].T
            mean, half = ratio(100.0 * kept, people)
            found.append((float(points.sum() / people.sum()), mean, half, float(shares[band])))
        return found

    @property
    def by_ties(self) -> Estimate:
        """Percentage of what retention loses to twice the turnover that is ties to who leaves."""
        lost = self.change("kept")[:, TWICE]
        still = self.unbroken["kept"] @ np.array([-1.0, 1.0])
        mean, half = ratio(lost - still, lost)
        return 100.0 * mean, 100.0 * half


def designs(scenario: Scenario) -> Scenario:
    """The scenario with a level of turnover as each alternative, and two whose ties hold."""
    quits = scenario.business.firm.staff.quits_per_year
    if quits == 0.0:
        raise ValueError("nobody quits here: firm.staff.quits_per_year is 0, so nothing can vary")
    if scenario.business.weeks < WEEKS_PER_YEAR:
        raise ValueError("the horizon must be a year at least: who is kept is told by the year")
    levels: dict[str, Any] = {
        f"{factor:g}": {"firm": {"staff": {"quits_per_year": quits * factor}}} for factor in FACTORS
    }
    # Today's comes first, as the others' twin, and changes nothing.
    levels = {"1": {}} | levels | {"1": {}}
    for factor in ("1", "2"):
        levels[f"{factor} unbroken"] = {**levels[factor], "beliefs": UNBROKEN}
    return Scenario.from_document({**scenario.document, "alternatives": levels})


def live_all(scenario: Scenario, processes: int) -> Chain:
    """Live every level in every replication."""
    whole = designs(scenario)
    years = whole.business.weeks / WEEKS_PER_YEAR
    names = list(whole.alternatives)
    runs = live(whole, processes)
    figures = [[read(summary, years) for summary in each] for each in runs]

    def of(levels: list[str]) -> dict[str, Floats]:
        places = [names.index(level) for level in levels]
        return {
            name: np.array([[each[place][name] for place in places] for each in figures])
            for name in WORDS
        }

    today = names.index("1")
    return Chain(
        whole,
        of([f"{factor:g}" for factor in FACTORS]),
        of(["1 unbroken", "2 unbroken"]),
        np.array([each[today].base.kept_by_satisfaction for each in runs]),
    )


def told(estimate: Estimate, times: float = 1.0, unit: str = "") -> str:
    """A figure with its interval, to two digits of half its width.

    >>> told((-0.02954, 0.0062)), told((4546.0, 561.0)), told((0.0, 0.0))
    ('−0.0295 (−0.0357 to −0.0233)', '4,550 (3,980 to 5,110)', '0 (0 to 0)')
    """
    mean, half = estimate[0] * times, estimate[1] * abs(times)
    if not math.isfinite(mean):
        return MISSING
    size = half if half > 1e-9 * abs(mean) else abs(mean) / 10.0
    digits = 1 - math.floor(math.log10(size)) if size > 0.0 else 0
    one, low, high = (rounded(x, digits) for x in (mean, mean - half, mean + half))
    return f"{one}{unit} ({low} to {high})"


def rounded(x: float, digits: int) -> str:
    """To so many digits behind the point; with fewer than none, to tens, hundreds, ..."""
    return f"{round(x, digits) + 0.0:,.{max(digits, 0)}f}".replace("-", "−")


def is_told(estimate: Estimate) -> bool:
    """Whether luck leaves a figure on one side of zero."""
    return math.isfinite(estimate[0]) and abs(estimate[0]) > estimate[1]


def answer(chain: Chain) -> list[str]:
    """What ten percentage points more turnover do."""
    currency = chain.scenario.business.currency
    ten = {name: chain.slope(name, "turnover") for name in WORDS}
    if not all(math.isfinite(mean) for mean, _ in ten.values()):
        return ["Turnover itself did not move by more than luck, so nothing can be said of it."]
    said = (
        f"Ten percentage points more turnover cost {currency} {told(ten['profit'], -10.0)} a year"
    )
    if not is_told(ten["profit"]):
        said += ", which luck alone may do"
    moved = [
        f"{WORDS[name][SHORT]} by {told(ten[name], 10.0)} {WORDS[name][UNIT]}s"
        for name in CHAIN[1:4]
        if is_told(ten[name])
    ]
    still = [WORDS[name][SHORT] for name in CHAIN[1:4] if not is_told(ten[name])]
    along = f"They move {'; '.join(moved)}." if moved else ""
    if still:
        along += f" What they do to {' and '.join(still)} cannot be told from luck."
    return [
        f"{said}.",
        along.strip().replace("point of tens", "points of ten"),
        f"In money: customers bring {currency} {told(ten['contribution'], -10.0)} less, hiring and "
        f"training take {told(ten['hiring'], 10.0)} more, and {told(ten['pay'], -10.0)} of pay is "
        f"saved while seats are empty.",
    ]


def naively(chain: Chain) -> list[str]:
    """The naive curve in words, and what else carries retention."""
    across, moved = chain.naive, chain.slope("kept", "satisfaction")
    said = []
    if math.isfinite(across[0]):
        said.append(
            f"Across customers, one point more satisfaction goes with {told(across)} percentage "
            "points more kept in the year after."
        )
    if not math.isfinite(moved[0]):
        said.append(
            "Turnover does not move satisfaction here by more than luck, so there is no other "
            "curve to set beside the naive one."
        )
        return said
    said += [
        f"Where turnover moves satisfaction, one point goes with {told(moved)}.",
        "The first is naive: who is more satisfied at the start of a year also differs otherwise, "
        "and one good visit is soon forgotten, while turnover moves everybody's visits for good.",
    ]
    if is_told(chain.by_ties):
        said.append(
            f"Not all of the second goes by satisfaction: of what retention loses to twice the "
            f"turnover, {told(chain.by_ties, unit='%')} are ties that go with who leaves."
        )
    return said


def links(chain: Chain) -> list[tuple[str, str, str, str]]:
    """A row for each link: its names, how the one moves with the other, in what, and by turnover.

    Only turnover is varied: from the second link on it moves both, also by other ways.
    """
    currency = chain.scenario.business.currency
    rows = []
    for across, up in [*pairwise(CHAIN), ("kept", "each")]:
        unit = WORDS[up][UNIT].replace("a year", f"{currency} a year").replace("point", "points")
        slope = chain.slope(up, across)
        moved = math.isfinite(slope[0])
        rows.append(
            (
                f"{WORDS[across][SHORT]} and {WORDS[up][SHORT]}",
                told(slope) if moved else "cannot be told from luck",
                f"{unit} where {WORDS[across][SHORT]} moves by one {WORDS[across][UNIT]}"
                if moved
                else "",
                told(chain.slope(up, "turnover"), 10.0),
            )
        )
    return rows


def levels(chain: Chain, names: tuple[str, ...]) -> list[list[str]]:
    """A row for each level of turnover: means."""
    means = {name: chain.figures[name].mean(axis=0) for name in names}
    decimals = {"percentage point": 1, "point of ten": 3, "a year": 0}
    rows = []
    for place, factor in enumerate(FACTORS):
        level = "today" if place == TODAY else f"×\N{NO-BREAK SPACE}{factor:g}"
        cells = [rounded(means[name][place], decimals[WORDS[name][UNIT]]) for name in names]
        rows.append([level, *cells])
    return rows


TABLES = {
    "The chain, level by level": CHAIN[:4],
    "In money": ("contribution", "each", *STAFF_BILL, "profit"),
    "What carries service, level by level": CARRIERS,
}


def curve(chain: Chain, across: str, up: str) -> Figure:
    """One link: a dot for each level, with 95% of its change against today, and the slope.

    Dots are not joined: luck may take a level back across its neighbour.
    """
    x = chain.figures[across].mean(axis=0)
    change, half = mean_and_half_width(chain.change(up))
    y = chain.figures[up][:, TODAY].mean() + change
    slope, _ = chain.slope(up, across)
    with look():
        sheet = Sheet(2.3, 2.25)
        axes = sheet.axes(0.5, 0.25, 1.7, 1.55)
        axes.errorbar(
            x, y, half, fmt="o", markersize=3.0, color=COLOURS[0],
            ecolor=paler(COLOURS[0], 0.6), elinewidth=0.8,
        )  # fmt: skip
        if math.isfinite(slope):
            ends = np.array([x.min(), x.max()])
            axes.plot(
                ends,
                y[TODAY] + slope * (ends - x[TODAY]),
                color=COLOURS[0],
                linewidth=0.8,
                zorder=1,
            )
        axes.plot([x[TODAY]], [y[TODAY]], "o", markersize=6.5, color=INK, fillstyle="none")
        axes.set_xlabel(WORDS[across][LONG])
        axes.set_title(WORDS[up][LONG], loc="right")
        tidy_money(axes.yaxis)
        tidy_money(axes.xaxis, 4)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def naive_picture(chain: Chain) -> Figure:
    """Kept by satisfaction: across customers, and where turnover moves it."""
    level, kept, half, _ = np.array(chain.naive_bands()).reshape(-1, 4).T
    with look():
        sheet = Sheet(NARROW, 2.6)
        axes = sheet.axes(0.55, 0.1, NARROW - 0.7, 2.0)
        axes.errorbar(
            level, kept, half, fmt="s--", markersize=3.5, color=WRONG, linewidth=1.0,
            label="across customers (naive)",
        )  # fmt: skip
        axes.plot(
            chain.figures["satisfaction"].mean(axis=0), chain.figures["kept"].mean(axis=0),
            "o", markersize=3.0, color=COLOURS[0], label="moved by turnover",
        )  # fmt: skip
        axes.legend(loc="upper left")
        axes.set_xlabel(WORDS["satisfaction"][LONG])
        axes.set_ylabel(WORDS["kept"][LONG])
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        sheet.figure.draw_without_rendering()
    return sheet.figure


def pictures(chain: Chain) -> dict[str, list[Markup]]:
    """The links in a row, what carries service, and the naive curve."""

    def drawn(across: str, up: str) -> Markup:
        title = f"{WORDS[up][LONG]} by {WORDS[across][LONG]}"
        return Markup(inline(curve(chain, across, up), f"{across}-{up}", title))

    return {
        "links": [drawn(*link) for link in pairwise(CHAIN)],
        "carriers": [drawn("turnover", up) for up in CARRIERS],
        "naive": [Markup(inline(naive_picture(chain), "naive", "Customers kept by satisfaction"))],
    }


def main() -> int:
    """Live, print, and write the page."""
    request = asked(__doc__)
    try:
        chain = live_all(request.scenario, request.processes)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    head = request.head(f"{chain.scenario.business.currency} a year; means with 95% intervals")
    print("\n".join([head, *answer(chain)]))
    print("\nWhat moves together at today's level, and by ten points more turnover")
    for name, slope, unit, by_turnover in links(chain):
        print(f"  {name:<32}  {slope:>32} {unit:<64}  {by_turnover:>28}")
    print("\nSatisfaction and retention, naively")
    print("\n".join(f"  {line}" for line in naively(chain)))
    for title, names in TABLES.items():
        print(f"\n{title}\n  {'':<8}" + "".join(f"{WORDS[name][SHORT]:>18}" for name in names))
        for row in levels(chain, names):
            print(f"  {row[0]:<8}" + "".join(f"{cell:>18}" for cell in row[1:]))
    request.write(
        Path(__file__).with_name("service_profit_chain.html.j2"),
        answer=answer(chain),
        naively=naively(chain),
        head=head,
        pictures=pictures(chain),
        links=links(chain),
        tables={
            title: ([WORDS[name][LONG] for name in names], levels(chain, names))
            for title, names in TABLES.items()
        },
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
