"""Staff careers: people are hired, learn, quit, and leave a vacancy behind."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

import simpy

from loyaltysim.draws import identity, uniforms, who
from loyaltysim.record import Records
from loyaltysim.scenario.model import Staff as StaffTerms
from loyaltysim.units import WEEKS_PER_YEAR

DECISIONS = {"career": 30}
_GROUP = identity("staff", "seat")

NAMES = (
    "Ada", "Amir", "Ana", "Bao", "Carla", "Chen", "Dara", "Dmitri", "Elif", "Emma", "Farid",
    "Fei", "Greta", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jun", "Kofi", "Lan", "Lars", "Leila",
    "Lin", "Luca", "Maja", "Marco", "Mei", "Milan", "Mina", "Nadia", "Nils", "Noor", "Olga",
    "Omar", "Paula", "Petra", "Qiang", "Rosa", "Samir", "Sara", "Sven", "Tao", "Tara", "Tomas",
    "Vera", "Wei", "Yara", "Yun", "Zoe",
)  # fmt: skip


@dataclass(slots=True)
class Employee:
    """Somebody who holds a seat; `serial` tells the holders of one seat apart."""

    name: str
    seat: int
    serial: int
    hired_at: float
    skill_when_hired: float


class Staff:
    """The seats of the firm and those who hold them, living in one environment.

    Times are weeks. `quits_before` is the turnover under which those who are here
    at the start have grown; it is the same in every alternative.
    """

    def __init__(
        self,
        env: simpy.Environment,
        terms: StaffTerms,
        quits_before: float,
        key: tuple[int, int],
        book: Any,
    ) -> None:
        self.env = env
        self.terms = terms
        self.key = key
        self.book = book
        self.quits = 0
        self.hires = 0
        self.team_change = 0.0
        self._worked = 0.0
        self.employees: list[Employee | None] = [None] * terms.count
        self._departures = [0] * terms.count
        self._paid_until = [0.0] * terms.count
        for seat in range(terms.count):
            luck = self._luck(seat, 0)
            tenure = -log(luck[2]) * WEEKS_PER_YEAR / quits_before if quits_before > 0.0 else inf
            self._seat(seat, 0, hired_at=-tenure)
            env.process(self._career(seat))

    def _luck(self, seat: int, serial: int) -> Any:
        return uniforms(*self.key, who(_GROUP, seat), DECISIONS["career"], serial, 0)

    def _seat(self, seat: int, serial: int, hired_at: float) -> None:
        name = NAMES[(7 * seat + 13 * serial) % len(NAMES)]
        skill = self.terms.skill_at_start
        self.employees[seat] = Employee(name, seat, serial, hired_at, skill)
        self._paid_until[seat] = self.env.now

    def _career(self, seat: int) -> Generator[simpy.Event, None, None]:
        """One seat's story: somebody stays a while, leaves, and is replaced in time."""
        serial = 0
        terms = self.terms
        while terms.quits_per_year > 0.0:
            luck = self._luck(seat, serial)
            # A constant hazard: those here at the start stay as long from now on as others.
            yield self.env.timeout(-log(luck[0]) * WEEKS_PER_YEAR / terms.quits_per_year)
            self._leave(seat)
            yield self.env.timeout(-log(luck[1]) * terms.hiring_weeks)
            serial += 1
            self.hires += 1
            self.book("hiring", terms.hiring_cost_in_weeks_of_pay * terms.pay_per_week)
            self.book("training", terms.training_cost_in_weeks_of_pay * terms.pay_per_week)
            self._seat(seat, serial, hired_at=self.env.now)

    def _leave(self, seat: int) -> None:
        self._worked += self.env.now - self._paid_until[seat]
        self.employees[seat] = None
        self._departures[seat] += 1
        self.quits += 1
        self.team_change += 1.0 / self.terms.count

    def pay(self) -> None:
        """Book the pay for the time worked since the last call."""
        for seat, employee in enumerate(self.employees):
            if employee is not None:
                self._worked += self.env.now - self._paid_until[seat]
                self._paid_until[seat] = self.env.now
        self.book("pay", self._worked * self.terms.pay_per_week)
        self._worked = 0.0

    @property
    def present(self) -> int:
        """Seats that are filled now."""
        return sum(employee is not None for employee in self.employees)

    def skill(self, employee: Employee) -> float:
        """Skill now, as a share of an experienced employee's: what is missing is learnt."""
        tenure = self.env.now - employee.hired_at
        missing = 1.0 - employee.skill_when_hired
        return 1.0 - missing * exp(-tenure / self.terms.skill_grows_in_weeks)

    def show(self, seats: Records) -> None:
        """Write how the seats stand now, for the customers of the coming week."""
        for seat, employee in enumerate(self.employees):
            record = seats[seat]
            record["departures"] = self._departures[seat]
            record["present"] = int(employee is not None)
            if employee is not None:
                record["skill"] = self.skill(employee)
