"""Customers who came by a recommendation against those whom marketing reached."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from finding import Finding, Sample, Target, between
from worlds import MARKETING, WORD, Worlds

from loyaltysim.report.experiments import Floats, Panel, Series

YEAR = 52
ENTRY = 2 * YEAR
FOLLOWED = 3 * YEAR
"""Customers who come in the first two years are followed for three."""

SCENARIO = """
name: Web hosting
currency: USD
horizon: 5 years
market:
  people: 8000
  start: {suspect: 55%, prospect: 10%, first_time: 5%, repeat: 12%,
          client: 8%, advocate: 2%, lost: 8%}
  segments:
    - name: sites
      share: 100%
      contract: {every: 1 months}
      basket: {mean: 20, within: 0}
      buy_share: 95%
      share_of_wallet: 50%
firm:
  gross_margin: 60%
  staff: {count: 5, pay_per_week: 700}
  marketing: {budget_per_week: 500}
alternatives:
  nothing: {}
"""


def measure(worlds: Worlds, replication: int) -> Sample:
    """What a newcomer leaves, with those whom he brings, by how he came."""
    world = worlds.live("nothing", replication)
    here = world.here
    first = np.full(world.people, np.inf)
    np.minimum.at(first, world.who[here], world.at[here])
    followed = here & (world.at < first[world.who] + FOLLOWED)
    own = world.per_person(followed, world.gain) / 1e6
    total = own.copy()
    # Whoever was brought came after who brought them: the last first, each adds to the bringer's.
    for person in np.argsort(-first, kind="stable"):
        by = world.brought_by[person]
        if by >= 0 and np.isfinite(first[person]):
            total[by] += total[person]
    sample: dict[str, float | Floats] = {}
    newcomers = (first > 0.0) & (first < ENTRY)
    for name, how in (("word", WORD), ("marketing", MARKETING)):
        group = newcomers & (world.came_by == how)
        sample[name] = float(total[group].mean()) if group.any() else np.nan
        sample[f"{name} own"] = float(own[group].mean()) if group.any() else np.nan
    sample["ratio"] = sample["word"] / sample["marketing"]
    sample["values"] = np.array(
        [sample[name] for name in ("word own", "marketing own", "word", "marketing")]
    )
    return sample


def picture(means: Mapping[str, Floats], errors: Mapping[str, Floats]) -> Panel:
    """Value by how customers came."""
    names = ("word, alone", "marketing, alone", "word, with brought", "marketing, with brought")
    series = [Series("", names, None, means["values"], errors["values"])]
    return Panel("", "Margin in three years", series)


FINDING = Finding(
    id="E47",
    title="Customers who come by word of mouth are worth more",
    scenario=SCENARIO,
    setting="Monthly bills; who comes in the first two years, for three years, with the margin of "
    "those whom they bring.",
    measure=measure,
    picture=picture,
    terms=("sociability_spread", "matching", "companion_stays"),
    targets=(
        Target(
            "E47.i",
            (between("ratio", "value, word of mouth / marketing", 1.3, 2.5, neutral=1.0),),
            miss="Those who hear of the firm know more people and bring more, are picked by who "
            "knows it, and are kept by who brought them, which makes an eighth. Missing: that a "
            "contract which suits somebody better is kept for longer.",
        ),
    ),
)
