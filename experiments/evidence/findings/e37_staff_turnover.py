"""Sixty units that differ in how many of the staff quit, and in much else: which do well?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Check, Finding, Sample, Target, below, between
from worlds import Worlds

from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.report.experiments import Floats, Panel, Series
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.staff import LayOff
from loyaltysim.simulation import run

UNITS = 60
YEAR, QUARTER = 52, 13
SIZES = (6, 18)
"""Staff of a small and of a large unit, with people around in proportion."""
QUITS = (0.1, 1.0)
QUALITY = (7.0, 9.0)
FAILURE = (0.002, 0.06)
"""Between what units differ: quits a year, points of ten, failures a visit."""
PROCESS = {"all": (0.0, 1.0), "followed": (0.9, 0.9), "loose": (0.1, 0.1), "sent away": (0.0, 1.0)}
"""How far work follows a process: in units of all kinds, in two chains, and again in units of all
kinds that send people away as well."""
SENT_AWAY = (0.0, 0.3)
"""Between what these differ: dismissals a year and place, and share of the places that is cut."""

SCENARIO = """
name: Restaurants
currency: USD
horizon: 2 years
market:
  people: 1200
  start: {suspect: 10%, prospect: 10%, first_time: 5%, repeat: 40%, client: 20%, lost: 15%}
  segments:
    - name: guests
      share: 100%
      occasions_per_week: {mean: 1}
      basket: {mean: 60}
      buy_share: 60%
      share_of_wallet: 50%
firm:
  gross_margin: 60%
  staff: {count: 12, pay_per_week: 600}
alternatives:
  units: {}
"""


def unit(
    usual: Business,
    size: int,
    quits: float,
    quality: float,
    failure: float,
    process: float,
    dismissed: float,
    laid_off: float,
) -> Business:
    """The business as one unit of a kind."""
    firm, market = usual.firm, usual.market
    staff = firm.staff.model_copy(
        update={
            "count": size,
            "quits_per_year": quits,
            "process_discipline": process,
            "dismissed_per_year": dismissed,
            "lays_off": LayOff.model_validate({"at": f"{YEAR} weeks", "share": laid_off}),
        }
    )
    service = firm.service.model_copy(update={"quality": quality, "failure_per_visit": failure})
    people = market.people * size // firm.staff.count
    return usual.model_copy(
        update={
            "firm": firm.model_copy(update={"staff": staff, "service": service}),
            "market": market.model_copy(update={"people": people}),
        }
    )


def second_year(worlds: Worlds, business: Business, number: int) -> tuple[float, ...]:
    """How one unit does: quits, quality of visits, profit, hires of the quarter before, and who was
    sent away: dismissed, laid off. All but the quality are for each seat that there was.

    `number` is that of the people and their luck: each unit has its own.
    """
    lived = run(business, worlds.levels, replication=number)
    seats = business.firm.staff.count
    counts = dict(zip(COUNTS, lived.counts[YEAR:].sum(axis=(0, 1)).tolist(), strict=True))
    money = dict(zip(ACCOUNTS, lived.ledger[YEAR:].sum(axis=(0, 1)).tolist(), strict=True))
    quits, hires, dismissed, laid_off = lived.firm[:, [2, 3, 6, 7]].T
    return (
        (lived.quits - quits[YEAR]) / seats,
        counts["quality"] / counts["purchases"] / 1e6,
        (2 * money["revenue"] - sum(money.values())) / seats / 1e6,
        (hires[YEAR] - hires[YEAR - QUARTER]) / seats,
        (dismissed[-1] - dismissed[YEAR]) / seats,
        laid_off[-1] / seats,
    )


def interaction(x: Floats, other: Floats, y: Floats) -> float:
    """How the slope of y by x changes with another property, all in standard deviations."""
    x, other, y = ((v - v.mean()) / v.std() for v in (x, other, y))
    design = np.column_stack([np.ones(len(x)), x, other, x * other])
    return float(np.linalg.lstsq(design, y, rcond=None)[0][3])


def measure(worlds: Worlds, replication: int) -> Sample:
    """Correlations over the units of quits with service and with profit, by process."""
    usual = worlds.scenario.alternatives["units"]
    luck = np.random.default_rng(replication)
    sizes = luck.permutation(np.resize(SIZES, UNITS))
    quits = luck.permutation(np.linspace(*QUITS, UNITS))
    quality, failure, process = (
        luck.uniform(*ends, UNITS) for ends in (QUALITY, FAILURE, (0.0, 1.0))
    )
    away = [luck.permutation(np.linspace(*SENT_AWAY, UNITS)) for _ in range(2)]
    sample: dict[str, float | Floats] = {}
    for name, (low, high) in PROCESS.items():
        rows = [
            second_year(
                worlds,
                unit(
                    usual, int(sizes[n]), quits[n], quality[n], failure[n],
                    low + (high - low) * process[n],
                    *(sent[n] * (name == "sent away") for sent in away),
                ),
                UNITS * replication + n,
            )
            for n in range(UNITS)
        ]  # fmt: skip
        quit, service, profit, newcomers, *sent = np.array(rows).T
        if name == "sent away":
            for kind, left in zip(("dismissed", "laid off"), sent, strict=True):
                found = [float(np.corrcoef(left, y)[0, 1]) for y in (service, profit)]
                sample[kind] = float(np.mean(found))
                sample[f"{kind} both"] = np.array(found)
            continue
        found = [float(np.corrcoef(quit, y)[0, 1]) for y in (service, profit)]
        sample[name] = float(np.mean(found))
        sample[f"{name} both"] = np.array(found)
        if name == "loose":
            sample["large"] = interaction(quit, sizes.astype(float), service)
            sample["newcomers"] = interaction(quit, newcomers, service)
            sample["quits"] = float(quit.mean())
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Correlations with service and with profit, by process."""
    names = ["all", "followed", "loose", "dismissed", "laid off"]
    found, unsure = (np.array([of[f"{name} both"] for name in names]).T for of in (means, errors))
    series = [
        Series(kind, names, None, found[place], unsure[place])
        for place, kind in enumerate(("service", "profit"))
    ]
    return Panel("Processes, and who was sent away", "Correlation with leaving", series)


FINDING = Finding(
    id="E37",
    title="Where staff quit, service and profit are a little worse",
    scenario=SCENARIO,
    setting="Sixty restaurants, 6 or 18 people each, from which 10 to 100% quit in a year. The "
    "meta-analysis is one of units of all kinds, so these differ in what they sell (7 to 9 "
    "points), in how often something fails (0.2 to 6% of visits), as the evidence register says "
    "that firms do, in how far they follow a process, and in who lives nearby. After a first year "
    "the second is measured: quits, the quality of visits, and profit for each place on the "
    "staff; the mean of the two correlations. Two chains follow their process by 90% and by 10%; "
    "size and newcomers (hires in the quarter before) are looked for in the latter, as "
    "interactions. In a fourth set of units of all kinds, up to 30% of the places are cut when the "
    "second year begins, and up to 30% of the staff dismissed in a year, which is own judgement; "
    "people quit there as elsewhere.",
    measure=measure,
    picture=picture,
    terms=("skill_quality",),
    targets=(
        Target(
            "E37.a",
            (between("all", "correlation of quits and performance", -0.35, -0.05, 0.0),),
            note="It hardly needs the customers: who is new serves worse, and finding and "
            "training them costs money. Where customers answer to nothing it is as strong.",
        ),
        Target(
            "E37.b",
            (between("all", "the same: all who leave do so of themselves", -0.35, -0.05, 0.0),),
        ),
        Target(
            "E37.c",
            (between("laid off", "correlation of lay-offs and performance", -0.35, -0.05),),
            miss="Service is hardly worse and profit is higher: a place that is cut saves its pay "
            "at once and costs no severance, those who are left can do most of the work, and they "
            "take nothing amiss.",
        ),
        Target(
            "E37.d",
            (between("dismissed", "correlation of dismissals and performance", -0.1, 0.1),),
        ),
        Target(
            "E37.e",
            (
                Check("followed", "correlation, processes followed", -0.1, np.inf),
                Check("loose", "correlation, processes loose", -np.inf, -0.15),
            ),
            sets="beliefs.process_softens (its direction)",
        ),
        Target(
            "E37.f",
            (
                below("large", "quits and service: by how much steeper in large units"),
                below("newcomers", "by how much steeper with many newcomers"),
            ),
            sets="beliefs.newcomers_slow (the direction of the second)",
        ),
        Target(
            "E37.g",
            (between("quits", "quits a year and place", 0.3, 0.7),),
            sets="firm.staff.quits_per_year",
        ),
    ),
)
