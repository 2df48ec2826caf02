"""Customers of services who switched: what stood behind it?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Check, Finding, Sample, Target, between
from scipy.stats import spearmanr
from worlds import Worlds

from loyaltysim.customers.causes import BUT_FOR, CAUSES, NO_CAUSE, SHARED
from loyaltysim.report.experiments import Floats, Panel, Series

PUBLISHED = {
    "core": 0.44, "encounter": 0.34, "price": 0.30, "inconvenience": 0.21,
    "response": 0.17, "competition": 0.10, "ethics": 0.07,
}  # fmt: skip
"""Shares of switches in which each was present; several can be."""
COUNTED = {
    "core": ("product",),
    "encounter": ("treatment", "unskilled"),
    "price": ("price",),
    "inconvenience": ("systems", "overload"),
    "response": ("answer",),
    "competition": ("rivals",),
    "ethics": ("promises",),
}
"""Which causes of the model are counted to which: who serves without practice does not know,
which the study counts to the encounter; waiting, and shop, site or delivery, are inconvenience;
to be promised what is not kept is what comes nearest to an ethical problem."""

SCENARIO = """
name: Service
currency: USD
horizon: 2 years
market:
  people: 6000
  start: {suspect: 35%, prospect: 15%, first_time: 5%, repeat: 20%, client: 10%, lost: 15%}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {mean: 0.25}
      basket: {mean: 60}
      buy_share: 85%
      share_of_wallet: 50%
firm:
  gross_margin: 60%
  staff: {count: 8, pay_per_week: 600}
alternatives:
  usual: {}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """Of the losses that have any cause, the share in which each was needed."""
    losses = worlds.live("usual", replication).result.losses.sum(axis=(0, 1))
    over_something = losses[:NO_CAUSE, SHARED].sum()
    present = dict(zip(CAUSES, losses[:NO_CAUSE, BUT_FOR] / over_something, strict=True))
    shares = {name: sum(present[c] for c in causes) for name, causes in COUNTED.items()}
    return {
        **shares,
        "ranks": float(spearmanr(list(PUBLISHED.values()), list(shares.values())).statistic),
        # Who moves away leaves over nothing that is followed, like everybody else without a cause.
        "involuntary": np.nan,
        "shares": np.array(list(shares.values())),
        "published": np.array(list(PUBLISHED.values())),
    }


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Shares by cause, beside the published ones."""
    names = list(COUNTED)
    series = [
        Series("published", names, None, means["published"], errors["published"]),
        Series("here", names, None, means["shares"], errors["shares"]),
    ]
    return Panel("", "Share of switches with a cause", series)


def _within(name: str, label: str) -> Check:
    published = PUBLISHED[name]
    return between(name, label, max(round(published - 0.1, 2), 0.0), round(published + 0.1, 2), 0.0)


NOT_A_RISK = (
    "of customers without a contract, this moves the choice at each purchase, and not the risk of "
    "leaving for good."
)

FINDING = Finding(
    id="E32",
    title="Why customers switch",
    scenario=SCENARIO,
    setting="A service to which people could go once a month, at the firm’s defaults: staff, "
    "failures, desk. Switches are losses that have any cause (the study asked for incidents), and "
    "a cause is present to the extent that the customer would have stayed but for it, so that "
    "several can be. What counts to which category was fixed before the first run; what has no "
    "category there (acquainted people who left, favours to others) counts as a switch with "
    "none of them. How often people come is own judgement.",
    measure=measure,
    picture=picture,
    terms=("satisfaction_stays", "leave_after_failure", "skill_quality"),
    targets=(
        Target(
            "E32.a",
            (
                _within("core", "share over core service failures"),
                Check("ranks", "rank correlation with the published shares", 0.7, np.inf),
            ),
            miss="Want of practice and departures stand behind more losses here than a faulty "
            "product does; customers who are asked would not know it, and might call it a "
            "failure of the product.",
        ),
        Target("E32.b", (_within("encounter", "share over the encounter"),)),
        Target(
            "E32.c",
            (_within("price", "share over prices"),),
            miss=f"Prices do not move in a usual year, and {NOT_A_RISK}",
        ),
        Target(
            "E32.d",
            (_within("inconvenience", "share over inconvenience"),),
            miss="Opening hours and places do not exist here, and staff have the time they need.",
        ),
        Target(
            "E32.e",
            (_within("response", "share over the response to a failure"),),
            miss="One failure in ten is voiced, and most of these are resolved.",
        ),
        Target(
            "E32.f",
            (_within("competition", "share over competitors"),),
            note="It holds with nothing at all, since ten points below a tenth is none: "
            f"{NOT_A_RISK}",
        ),
        Target(
            "E32.g",
            (_within("ethics", "share over broken promises"),),
            note="Nothing at all would do here too.",
        ),
        Target(
            "E32.h",
            (between("involuntary", "share of the involuntary", 0.0, 0.16),),
            miss="Who moves away, or needs it no more, is lost without a cause that is followed: "
            "they are among the losses that the study did not ask about.",
        ),
    ),
)
