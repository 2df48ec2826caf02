"""Opening hours: when somebody is there, and how long work takes that stops overnight."""

from __future__ import annotations

from math import floor

from loyaltysim.scenario.desk import hours_of_day

DAYS_PER_WEEK = 7


class Opening:
    """The same hours on the first days of each week. Times are weeks."""

    def __init__(self, hours: str | None, days: int | None) -> None:
        start, end = hours_of_day(hours) if hours is not None else (0.0, 24.0)
        self.days = days or DAYS_PER_WEEK
        self.start, self.end = start / 24.0, end / 24.0
        self.length = self.end - self.start

    def is_open(self, now: float) -> bool:
        """Whether somebody is there."""
        return self.next(now) == now

    def next(self, now: float) -> float:
        """Now if it is open, else when it opens."""
        week, day, hour = _parts(now)
        if day < self.days and hour < self.start:
            return week + (day + self.start) / DAYS_PER_WEEK
        if day < self.days and hour < self.end:
            return now
        day += 1
        return week + (day + self.start if day < self.days else 7.0 + self.start) / DAYS_PER_WEEK

    def after(self, now: float, work: float) -> float:
        """When so much work (weeks) is done that begins now, at an open hour."""
        week, day, hour = _parts(now)
        done = hour - self.start + work * DAYS_PER_WEEK
        if done <= self.length:
            return now + work
        more = int(done / self.length)
        week, day = divmod(week * self.days + day + more, self.days)
        return week + (day + self.start + done - more * self.length) / DAYS_PER_WEEK


def _parts(now: float) -> tuple[int, int, float]:
    """Week, day, and part of the day that has passed; a moment on, so that it opens on time."""
    now += 1e-10
    week = floor(now)
    days = (now - week) * DAYS_PER_WEEK
    return week, int(days), days - int(days)


def opening_of(hours: str | None, days: int | None) -> Opening | None:
    """Opening hours as stated; None where it is always open."""
    opening = Opening(hours, days)
    return opening if opening.length < 1.0 or opening.days < DAYS_PER_WEEK else None
