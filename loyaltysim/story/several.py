"""Several lives told of one run, each by a recorder of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from loyaltysim.customers import population, reached
from loyaltysim.levels import Levels
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import run
from loyaltysim.story.life import Life
from loyaltysim.story.recording import Recorder

_BY_PERSON = {id(population.live_week.__code__), id(reached.change_rules.__code__)}
_BY_MESSAGE = {
    id(reached.read_messages.__code__): "inbox",
    id(reached.read_contacts.__code__): "contacts",
}
"""What is interpreted person by person, and message by message of which box."""


class Watch:
    """Recorders of several people, as the census of a run within which they watch in turn."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.recorders = {number: Recorder(number) for number in numbers}
        self._now: Recorder | None = None
        self._before: Any = None

    def begin(self, run: Any) -> None:
        """All of them as born."""
        for recorder in self.recorders.values():
            recorder.begin(run)

    def __call__(self, run: Any, month: int) -> None:
        """Nothing is counted at a month's end."""

    def __enter__(self) -> Watch:
        self._before = sys.getprofile()
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(self._before)

    def _see(self, frame: FrameType, event: str, returned: Any) -> None:
        if event == "call":
            # What is interpreted is the week, and the messages, of one person at a time; compiled,
            # nothing is seen of either.
            code = id(frame.f_code)
            if code in _BY_PERSON:
                self._now = self.recorders.get(frame.f_locals.get("lo", -1))
            elif code in _BY_MESSAGE:
                local = frame.f_locals
                some = bool(local) and local["first"] < local["last"]
                posts = getattr(local["world"], _BY_MESSAGE[code]) if some else ()
                self._now = self.recorders.get(posts[local["first"]].customer if some else -1)
        if self._now is not None:
            self._now.see(frame, event, returned)


def lived(
    business: Business,
    levels: Levels | None,
    numbers: Sequence[int],
    alternative: str | None = None,
    replication: int = 0,
) -> dict[int, Life]:
    """The lives of some people, by number, in one run with everybody."""
    watch = Watch(numbers)
    with watch:
        result = run(
            business, levels, replication=replication, interpreted=[*watch.recorders], census=watch
        )
    return {
        number: Life(result, number, alternative, tuple(recorder.moments))
        for number, recorder in watch.recorders.items()
    }
