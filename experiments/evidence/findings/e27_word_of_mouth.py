"""Good words and bad ones: how many hear them, and what they do to who knows the firm."""

from __future__ import annotations

from typing import Any

import numpy as np
from finding import Finding, Sample, Target, above, below, between
from numpy.typing import NDArray
from worlds import Lived, Notes, Worlds

from loyaltysim.report.experiments import Floats
from loyaltysim.simulation import run

MANY = 20
"""People told, beyond whom it is many."""

SCENARIO = """
name: A firm that is known
currency: EUR
horizon: 1 year
market:
  people: 6000
  start: {suspect: 10%, prospect: 40%, first_time: 5%, repeat: 25%, client: 10%, lost: 10%}
  segments:
    - name: people
      share: 100%
      occasions_per_week: {mean: 1}
      basket: {mean: 30}
      buy_share: 60%
      share_of_wallet: 30%
firm:
  gross_margin: 40%
  staff: {count: 10, pay_per_week: 500}
alternatives:
  usual: {}
"""

WORDLESS = {"good_word_pull": 0.0, "bad_word_pull": 0.0}


class Words(Notes):
    """Takes down too who heard which word in the week before, of those who knew the firm."""

    def begin(self, run: Any) -> None:
        """See the people before the first week."""
        super().begin(run)
        self.heard: list[tuple[int, int, float]] = []
        self.told: list[int] = []

    def week(self, number: int, entries: NDArray[np.int8], gains: NDArray[np.int64]) -> None:
        """Words reach people at a week's end, so they count from the next one on."""
        words = self.run.inbox[self.run.inbox["kind"] == 1] if number else self.run.inbox[:0]
        bad = words[words["good"] < 0.0]
        self.told += np.unique(bad[["sender", "nth"]], return_counts=True)[1].tolist()
        for word in words[self.aware[words["customer"]] == 1]:
            self.heard.append((int(word["customer"]), number, float(word["good"])))
        super().week(number, entries, gains)


def live(worlds: Worlds, replication: int) -> tuple[Words, Lived]:
    """Live the firm's year, and take down the words."""
    notes = Words()
    business = worlds.scenario.alternatives["usual"]
    result = run(business, worlds.levels, replication=replication, census=notes, diary=notes.week)
    return notes, notes.lived(result)


def next_here(world: Lived, who: Floats, week: Floats) -> Floats:
    """Whether each of some people buys here at their first occasion from a week on; else nan."""
    order = world.who * 1e4 + world.at
    place = np.searchsorted(order, who * 1e4 + week)
    found = (place < len(order)) & (world.who[np.minimum(place, len(order) - 1)] == who)
    bought = np.full(len(who), np.nan)
    bought[found] = world.here[place[found]]
    return bought


def measure(worlds: Worlds, replication: int) -> Sample:
    """People told by the badly disappointed, and the shift of the chance to buy by a word."""
    notes, told = live(worlds, replication)
    untold = live(worlds.but(WORDLESS), replication)[1]
    who, week, good = np.array(notes.heard).T
    shift = next_here(told, who, week) - next_here(untold, who, week)
    up, down = (float(np.nanmean(shift[kind])) for kind in (good > 0.0, good < 0.0))
    return {
        "people": float(np.mean(notes.told)),
        "many": float(np.mean(np.array(notes.told) > MANY)),
        "up": up,
        "down": down,
        "more": up + down,
    }


FINDING = Finding(
    id="E27",
    title="What good words do, and bad ones",
    scenario=SCENARIO,
    setting="A firm that most know and a few buy from, with all else as the evidence register "
    "says. Whoever knows it and hears a word: whether they buy here at the next occasion, against "
    "the same people in a world in which words move nobody.",
    measure=measure,
    targets=(
        Target(
            "E27.a",
            (between("people", "people told of a grave failure taken in silence", 8, 16),),
            sets="beliefs.told_when_unhappy",
        ),
        Target(
            "E27.b",
            (above("many", "share who tell more than twenty"),),
            sets="beliefs.told_when_unhappy (of the same surveys)",
        ),
        Target(
            "E27.d",
            (above("up", "change of the chance to buy here by a good word"),),
            sets="beliefs.good_word_pull",
            note="Much less than what people stated: half of those who hear know the firm well or "
            "will never buy, and few buy here at any one occasion.",
        ),
        Target(
            "E27.e",
            (below("down", "change of the chance to buy here by a bad word"),),
            sets="beliefs.bad_word_pull",
        ),
        Target(
            "E27.f",
            (above("more", "change by a good word, less the size of that by a bad one"),),
            sets="beliefs.good_word_pull (larger than bad_word_pull after the same study)",
            note="Familiarity dulls good words and bad ones alike in the model.",
        ),
    ),
)
