"""Newcomers of four firms over four years: are those who stay long the profitable ones?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between, nothing
from scipy.stats import spearmanr
from worlds import Lived, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series
from loyaltysim.results.value import Value, value_classes

YEAR = 52
ENTRY = YEAR
FOLLOWED = 4 * YEAR
"""Customers who come in the first year are followed for four."""

FIRMS = ("grocery", "corporate", "brokerage", "mail order")

SCENARIO = """
name: Four firms
currency: USD
horizon: 5 years
market:
  people: 16000
  start: {suspect: 45%, prospect: 10%, first_time: 4%, repeat: 16%,
          client: 8%, advocate: 2%, lost: 15%}
  segments:
    - name: grocery
      share: 25%
      occasions_per_week: {mean: 1.5}
      basket: {mean: 30}
      buy_share: 90%
      share_of_wallet: 35%
    - name: corporate
      share: 25%
      occasions_per_week: {mean: 0.25}
      basket: {mean: 900}
      buy_share: 80%
      share_of_wallet: 35%
    - name: brokerage
      share: 25%
      occasions_per_week: {mean: 0.35}
      basket: {mean: 40}
      buy_share: 80%
      share_of_wallet: 45%
    - name: mail order
      share: 25%
      occasions_per_week: {mean: 0.2}
      basket: {mean: 60}
      buy_share: 70%
      share_of_wallet: 25%
firm:
  gross_margin: 35%
  staff: {count: 20, pay_per_week: 600}
  service: {cost_per_visit: 1}
alternatives:
  nothing: {}
  coupons:
    programme:
      automatic: true
      coupons: {off: 15%, every: 3 months, valid: 4 weeks}
"""


def followed(world: Lived) -> tuple[np.ndarray, Value]:
    """Newcomers, and from first to last purchase how long they were there and what they left."""
    first, last = np.full(world.people, np.inf), np.full(world.people, -np.inf)
    np.minimum.at(first, world.who[world.here], world.at[world.here])
    came = (world.result.customers["first_at"] >= 0.0) & (first < ENTRY)
    counted = world.here & (world.at < first[world.who] + FOLLOWED)
    np.maximum.at(last, world.who[counted], world.at[counted])
    net = world.per_person(counted, world.gain).astype(np.int64)
    tenure = np.where(came, last - first, 0.0)
    return came, Value(came, (tenure * 12.0 / YEAR).astype(np.int64), net)


def slopes(worlds: Worlds, replication: int) -> tuple[float, float]:
    """Price paid by long customers against short ones, and whether tenure lowers cost to serve.

    The latter a rank correlation within firms, of cost for what is paid.
    """
    world = worlds.live("coupons", replication)
    customers = world.result.customers
    came, value = followed(world)
    revenue, discounts = customers["revenue"], customers["discounts"]
    per_visit = worlds.scenario.business.firm.service.cost_per_visit * 1e6
    serving = (customers["rewards"] + customers["purchases"] * per_visit) / np.maximum(revenue, 1)
    prices, ranks = [], []
    for number in range(len(FIRMS)):
        mine = came & (customers["segment"] == number)
        long = value.months >= np.median(value.months[mine])
        paid = [
            revenue[p].sum() / (revenue + discounts)[p].sum() for p in (mine & long, mine & ~long)
        ]
        prices.append(paid[0] / paid[1] - 1.0)
        ranks.append(spearmanr(value.months[mine], serving[mine]).statistic)
    return float(np.mean(prices)), float(np.mean(ranks))


def measure(worlds: Worlds, replication: int) -> Sample:
    """Correlations and shares of the four classes, cut at each firm's medians."""
    world = worlds.live("nothing", replication)
    came, value = followed(world)
    segment = world.result.customers["segment"]
    shares = []
    sample: dict[str, float | Floats] = {}
    for number, name in enumerate(FIRMS):
        mine = came & (segment == number)
        classes = value_classes(Value(mine, value.months, value.net))
        sample[name] = classes.correlation
        shares.append(classes.people / mine.sum())
    friends, butterflies, barnacles, strangers = np.mean(shares, axis=0)
    price, serving = slopes(worlds, replication)
    return sample | {
        "friends": friends,
        "butterflies": butterflies,
        "barnacles": barnacles,
        "strangers": strangers,
        "price": price,
        "serving": serving,
        "correlations": np.array([sample[name] for name in FIRMS]),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """The correlation of each firm."""
    series = [Series("", FIRMS, None, means["correlations"], errors["correlations"])]
    return Panel("", "Correlation of tenure and profit", series)


def correlation(letter: str, name: str) -> Target:
    """The correlation of a firm."""
    check = between(name, f"correlation of tenure and profit, {name}", 0.1, 0.5, neutral=0.0)
    return Target(
        f"E41.{letter}",
        (check,),
        note="Direction known before: who likes a firm more is harder to lose "
        "(market.correlation_preference_staying, after another study of the same authors).",
    )


FINDING = Finding(
    id="E41",
    title="Who stays long is not always profitable, and who is profitable may not stay",
    scenario=SCENARIO,
    setting="A grocer, a corporate service, a broker and a mail-order firm as four groups of one "
    "market, how often people come own judgement. Who comes in the first year, over four years, "
    "from the first purchase to the last; for prices all get a coupon each quarter.",
    measure=measure,
    picture=picture,
    replications=12,
    targets=(
        correlation("a", "grocery"),
        correlation("b", "corporate"),
        correlation("c", "brokerage"),
        correlation("d", "mail order"),
        Target("E41.e", (between("butterflies", "profitable, short", 0.10, 0.30, 0.25),)),
        Target("E41.f", (between("friends", "profitable, long", 0.20, 0.40, 0.25),)),
        Target("E41.g", (between("strangers", "unprofitable, short", 0.20, 0.40, 0.25),)),
        Target("E41.h", (between("barnacles", "unprofitable, long", 0.10, 0.30, 0.25),)),
        Target(
            "E41.i",
            (
                nothing("price", "price paid, long / short customers, less 1", 0.05),
                nothing("serving", "rank correlation of tenure and cost to serve", 0.05),
            ),
            miss="Who comes often spends a little more at a visit "
            "(market.correlation_rate_basket), and many purchases lie far apart from first to "
            "last; so a visit that costs the same costs less for what is sold. Prices paid have no "
            "slope.",
            note="All pay the same prices and cost the same to serve a visit in the model, so "
            "only coupons, how much is bought at a visit, and who stays could make a slope.",
        ),
    ),
)
