"""Tiers by what is spent in a year: who moves up and down, and who hurries before its end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from finding import Sample, above, below
from matplotlib.axes import Axes
from numpy.typing import NDArray
from shop import shop
from signature import Chart, Estimates, Signature, by_week, percent_more
from worlds import Worlds

from loyaltysim.report.experiments import COLOURS
from loyaltysim.report.style import SMALL, paler

SCENARIO = shop(
    """
tiers:
  programme:
    automatic: true
    tiers:
      levels:
        - {name: silver, at: 200, value_per_visit: 0.20, cost_per_visit: 0.05}
        - {name: gold, at: 500, value_per_visit: 0.50, cost_per_visit: 0.15}
""",
    horizon="164 weeks",
)

YEARS = (1, 2, 3)
COUNTED = 4
"""Weeks after the end of a year by which all that was earned in it has been counted."""

LAST = 8
"""Weeks at the end of a year."""

SILVER = 200.0

TIERS = ("gold", "silver", "none")
LEVELS = {"none": 0, "silver": 1, "gold": 2}
DONE = ("0–40%", "40–60%", "60–80%", "80–100%")
EDGES = (0.0, 0.4, 0.6, 0.8, 1.0)


def measure(worlds: Worlds, replication: int) -> Sample:
    """Shares by tier, moves between them, and purchases at a year's end by what is missing."""
    without = worlds.live("nothing", replication)
    keep = ("joined", "tier", "counted")
    world = worlds.live("tiers", replication, keep)
    ends = [52 * year + COUNTED - 1 for year in YEARS]
    there = world.kept["joined"][ends[0]] == 1
    tiers = world.kept["tier"][ends][:, there]
    moves = np.array(
        [
            [[((a == m) & (b == n)).mean() for n in range(3)] for m in range(3)]
            for a, b in pairwise(tiers)
        ]
    )
    change = np.diff(tiers, axis=0)
    bought, bought_without = by_week(world), by_week(without)
    lifts = np.zeros((2, len(DONE), 2))
    for year in YEARS:
        end = 52 * year
        counted, tier = (world.kept[name][end - LAST - 1] for name in ("counted", "tier"))
        done = counted / SILVER
        for place, (low, high) in enumerate(pairwise(EDGES)):
            chosen = (tier == 0) & (done >= low) & (done < high)
            for part, weeks in enumerate((slice(end - LAST, end), slice(end, end + LAST))):
                lifts[part, place] += [b[chosen, weeks].sum() for b in (bought, bought_without)]
    before, after = percent_more(lifts[..., 0], lifts[..., 1])
    return {
        **{name: 100.0 * (tiers == LEVELS[name]).mean(axis=1) for name in TIERS},
        "moves": moves.ravel(),
        "up": 100.0 * (change > 0).mean(),
        "down": 100.0 * (change < 0).mean(),
        "before": before,
        "after": after,
        "near": before[-1] - before[0],
        "over": (after - before)[2:].mean(),
    }


def draw_moves(axes: Axes, estimates: Estimates) -> None:
    """Bars of the tiers at each year's end, and bands of those who move between them."""
    shares = {name: np.array([e.mean for e in estimates[name]]) for name in TIERS}
    moves = np.array([e.mean for e in estimates["moves"]]).reshape(-1, 3, 3) * 100.0
    order = ("none", "silver", "gold")
    colours = dict(zip(order, ("#bbbbbb", COLOURS[4], COLOURS[3]), strict=True))
    heights = np.array([shares[name] for name in order]).T
    bottoms = np.cumsum(heights, axis=1) - heights
    half = 0.16
    for step, flow in enumerate(moves):
        _draw_bands(axes, step, half, flow, bottoms[step], bottoms[step + 1], colours)
    for place in range(len(YEARS)):
        for name, bottom, height in zip(order, bottoms[place], heights[place], strict=True):
            axes.bar(place, height, 2 * half, bottom, color=colours[name], linewidth=0)
            text = f"{name}\n{height:.0f}%"
            axes.text(place, bottom + height / 2, text, ha="center", va="center", fontsize=SMALL)
    axes.set_xticks(range(len(YEARS)), [f"after year {year}" for year in YEARS])
    axes.set_ylabel("Members (%)")
    axes.set_ylim(0, 100)


def _draw_bands(
    axes: Axes,
    step: int,
    half: float,
    flow: NDArray[np.float64],
    leave: NDArray[np.float64],
    reach: NDArray[np.float64],
    colours: dict[str, str],
) -> None:
    """From one bar to the next, a band for each move, in the colour of the tier it leaves."""
    t = np.linspace(0.0, 1.0, 40)
    bend = t * t * (3.0 - 2.0 * t)
    x = step + half + t * (1.0 - 2 * half)
    leaves, reaches = leave.copy(), reach.copy()
    for m, name in enumerate(colours):
        for n in range(3):
            low = leaves[m] + bend * (reaches[n] - leaves[m])
            axes.fill_between(
                x, low, low + flow[m, n], color=paler(colours[name], 0.5), linewidth=0
            )
            leaves[m] += flow[m, n]
            reaches[n] += flow[m, n]


SIGNATURE = Signature(
    question="Who moves up and down, and who buys more to reach a tier before the year ends?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Year's end",
            "Members by tier (%)",
            [str(year) for year in YEARS],
            {name: name for name in TIERS},
            draw=draw_moves,
        ),
        Chart(
            "Of silver, reached eight weeks before the year's end",
            "Purchases of those without a tier,\nagainst without tiers (%)",
            DONE,
            {"before": "last eight weeks of the year", "after": "first eight weeks of the next"},
        ),
    ),
    effects=(
        above(
            "near", "lift in the year's last eight weeks, nearest to silver less furthest, points"
        ),
        below("over", "lift of those past 60%, next eight weeks less last eight, points"),
    ),
    told={
        "up": "members who are a tier higher a year later, %",
        "down": "members who are a tier lower a year later, %",
    },
    look=(
        "Bands are people on their way from one year's tier to the next one's.",
        "Who is near a tier as the year ends has a reason to buy now; who is far has none.",
        "In the next year those who got there have what it brings, and all count from nothing.",
    ),
)
