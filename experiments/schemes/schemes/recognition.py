"""An honour for the best, in public or in private, and thanks, on the same customers."""

from __future__ import annotations

import numpy as np
from finding import Sample, above, below, nothing
from shop import shop
from signature import Chart, Signature, by_week, lift, percent_more
from worlds import Worlds

from loyaltysim.report.experiments import Floats

SCENARIO = shop(
    """
public:
  programme:
    recognition: {form: public, to: best, best: 10%, from_week: 8, cost_per_contact: 0.5}
private:
  programme:
    recognition: {form: private, to: best, best: 10%, from_week: 8, cost_per_contact: 0.5}
thanks:
  programme:
    recognition: {form: thanks, to: best, best: 10%, from_week: 8, cost_per_contact: 0.5}
""",
    horizon="36 weeks",
    people=6000,
)

FORMS = ("public", "private", "thanks")
SINCE, BEFORE, AFTER, STEP = 8, 4, 16, 2


def measure(worlds: Worlds, replication: int) -> Sample:
    """Purchases of the honoured around the honour, and of the other customers, against without."""
    without = worlds.live("nothing", replication)
    bought_without = by_week(without)
    known = without.result.customers["purchases"] > without.bought()
    span = slice(SINCE - BEFORE, SINCE + AFTER)
    later = slice(SINCE, SINCE + AFTER)
    curves: dict[str, Floats] = {}
    honoured: list[Floats] = []
    others: list[Floats] = []
    for form in FORMS:
        world = worlds.live(form, replication)
        bought = by_week(world)
        chosen = world.result.customers["praised"][:, 0] > 0.0
        around = (
            b[chosen, span].sum(axis=0).reshape(-1, STEP).sum(axis=1)
            for b in (bought, bought_without)
        )
        curves[form] = percent_more(*around)
        for group, lifts in ((chosen, honoured), (known & ~chosen, others)):
            lifts.append(lift(bought, bought_without, group, later))
    return {
        **curves,
        "honoured": np.array(honoured),
        "others": np.array(others),
        "pleases": honoured[1],
        "seen": honoured[0] - honoured[1],
        "thanked": honoured[2],
        "bystanders": others[0],
    }


SIGNATURE = Signature(
    question="Does praise move people, does it matter who sees it, and do thanks do the same?",
    scenario=SCENARIO,
    measure=measure,
    charts=(
        Chart(
            "Weeks from the honour",
            "Purchases of the honoured,\nagainst without (%)",
            range(-BEFORE + STEP // 2, AFTER, STEP),
            {form: form for form in FORMS},
            event=0.0,
        ),
        Chart(
            "Form",
            "Purchases in 16 weeks after,\nagainst without (%)",
            FORMS,
            {"honoured": "the honoured tenth", "others": "other customers"},
            joined=False,
        ),
    ),
    effects=(
        above("pleases", "purchases of the honoured in private, against without, %"),
        above("seen", "the same, public less private, points"),
        nothing("thanked", "purchases of the thanked, against without, %", within=1.0),
        below(
            "bystanders", "purchases of those who look on at a public honour, against without, %"
        ),
    ),
    look=(
        "An honour costs next to nothing, and its effect fades within weeks.",
        "Thanks by card do nothing by default, as large experiments found.",
        "Those who look on at a single honour see little of it.",
    ),
)
