"""A grave failure or a slight one, and silence, or a complaint: who buys again?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

ROUTES = ("silent", "in vain", "resolved", "at once")
STATED = {"grave": (0.09, 0.19, 0.54, 0.82), "slight": (0.37, 0.46, 0.70, 0.95)}
"""Shares who said that they would buy again, by route."""
SETS = ("voiced_stays", "voiced_stays", "resolved_stays", "quick_stays")
GRAVE, SLIGHT = 5.0, 1.5
"""Points of ten from which a failure is grave, and up to which it is slight."""
CYCLES, LONGEST = 2.0, 52
"""Usual gaps in which somebody may buy again, and weeks that these may take."""

SCENARIO = """
name: Household goods
currency: USD
horizon: 3 years
market:
  people: 8000
  start: {first_time: 20%, repeat: 60%, client: 15%, advocate: 5%}
  segments:
    - name: households
      share: 100%
      occasions_per_week: {mean: 0.5}
      basket: {mean: 50}
      buy_share: 60%
      share_of_wallet: 50%
firm:
  gross_margin: 40%
  staff: {count: 6, pay_per_week: 500}
  service:
    failure_per_visit: 5%
    ease: 100
    desk: {agents: 50, patience_days: 100}
alternatives:
  silent: {firm: {service: {ease: 0.0001}}}
  in vain: {firm: {service: {response_hours: 168, desk: {resolved: 0%}}}}
  resolved: {firm: {service: {response_hours: 168, desk: {resolved: 100%}}}}
  at once:
    firm: {service: {response_hours: 1, desk: {handling_hours: 0.5, resolved: 100%}}}
"""


def again(world: Lived) -> tuple[float, float]:
    """Share who buy again within two usual gaps of their first failure: grave ones, slight ones."""
    kept = world.kept["grievances"].sum(axis=2)
    week = (kept > 0.0).argmax(axis=0)
    severity = kept[week, np.arange(world.people)]
    customers = world.result.customers
    chance = customers["firm_odds"] / (1.0 + customers["firm_odds"])
    gap = np.ceil(CYCLES / (customers["rate"] * chance))
    watched = (severity > 0.0) & (gap <= LONGEST) & (week + gap < len(kept))
    purchases = world.kept["purchases"]
    who = np.flatnonzero(watched)
    end = (week[who] + gap[who]).astype(int)
    bought = purchases[end, who] > purchases[week[who], who]
    return (
        float(bought[severity[who] >= GRAVE].mean()),
        float(bought[severity[who] <= SLIGHT].mean()),
    )


def measure(worlds: Worlds, replication: int) -> Sample:
    """The eight cells."""
    found = [again(worlds.live(name, replication, ("grievances", "purchases"))) for name in ROUTES]
    sample: dict[str, float | Floats] = {}
    for kind, shares in zip(STATED, zip(*found, strict=True), strict=True):
        sample[kind] = np.array(shares)
        sample |= {f"{kind}, {route}": s for route, s in zip(ROUTES, shares, strict=True)}
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Who buys again, and who said so."""
    lived = [Series(kind, ROUTES, None, means[kind], errors[kind]) for kind in STATED]
    said = [
        Series(f"{kind}, said", ROUTES, None, np.array(shares), np.zeros(len(shares)))
        for kind, shares in STATED.items()
    ]
    return Panel("", "Share who buy again", [*lived, *said])


def cells() -> tuple[Target, ...]:
    """Each cell beside what was published, within twelve points."""
    letters = iter("abcdefgh")
    targets = []
    for kind, shares in STATED.items():
        for route, share, belief in zip(ROUTES, shares, SETS, strict=True):
            band = max(round(share - 0.12, 2), 0.0), min(round(share + 0.12, 2), 1.0)
            check = between(f"{kind}, {route}", f"buy again: {kind} failure, {route}", *band)
            sets = f"beliefs.{belief} (its step; levels of intentions are dropped)"
            targets.append(Target(f"E25.{next(letters)}", (check,), sets=sets))
    return tuple(targets)


FINDING = Finding(
    id="E25",
    title="Silence, complaint, resolution, speed: who buys again",
    scenario=SCENARIO,
    setting="A household buys here every month or two; a failure that spoils a visit (from five "
    "points of ten) for a major loss, one of up to 1.5 for a minor one. Nobody complains, or "
    "nearly everybody does: in vain, resolved a week later, or within hours. Bought again within "
    "two usual gaps of the first failure. Answers to a survey were turned into odds for the "
    "defaults, and their levels dropped; so levels here are not those published.",
    measure=measure,
    picture=picture,
    targets=cells(),
)
