"""Staff careers: people are hired, learn, are cheered and tired, and leave a vacancy behind."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import count
from math import exp, inf, log, log1p
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from loyaltysim.draws import identity, uniforms, who
from loyaltysim.levels import Levels
from loyaltysim.record import Records
from loyaltysim.scenario.staff import LayOff
from loyaltysim.scenario.staff import Staff as StaffTerms
from loyaltysim.units import WEEKS_PER_MONTH, WEEKS_PER_YEAR

DECISIONS = {"career": 30, "next_job": 34, "dismissal": 36, "lay_off": 37}
_GROUP = identity("staff", "seat")

NAMES = (
    "Ada", "Amir", "Ana", "Bao", "Carla", "Chen", "Dara", "Dmitri", "Elif", "Emma", "Farid",
    "Fei", "Greta", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jun", "Kofi", "Lan", "Lars", "Leila",
    "Lin", "Luca", "Maja", "Marco", "Mei", "Milan", "Mina", "Nadia", "Nils", "Noor", "Olga",
    "Omar", "Paula", "Petra", "Qiang", "Rosa", "Samir", "Sara", "Sven", "Tao", "Tara", "Tomas",
    "Vera", "Wei", "Yara", "Yun", "Zoe",
)  # fmt: skip

RAISED_YEARS = 10.0
"""Years for which pay rises with them."""


@dataclass(slots=True)
class Employee:
    """Somebody who holds a seat; `serial` tells the holders of one seat apart."""

    name: str
    seat: int
    serial: int
    hired_at: float
    practice: float
    """Weeks of practice, of somebody who learns at the usual speed."""
    endures: float
    """Hazard of quitting that is borne until notice is given: a unit exponential."""
    morale: float = 0.0
    """Points of ten above the usual."""
    seen_until: float = 0.0
    """Until when practice and hazard have been counted (week)."""
    leaves: bool = False


class Staff:
    """The seats of the firm and those who hold them, living in one environment.

    Times are weeks. `levels` are those of the business as it stands today, the same in every
    alternative: the turnover under which those who are here at the start have grown, the visits
    that a seat serves, and the pay to which others' pay is compared. `beliefs` is one record of
    all of them.
    """

    def __init__(
        self,
        env: simpy.Environment,
        terms: StaffTerms,
        levels: Levels,
        beliefs: Any,
        key: tuple[int, int],
        book: Any,
    ) -> None:
        self.env = env
        self.terms = terms
        self.beliefs = beliefs
        self.visits_per_seat = levels.visits_per_seat
        self.market_pay = terms.market_pay_per_week or levels.pay_per_week
        self.key = key
        self.book = book
        self.quits = 0
        self.hires = 0
        self.dismissed = 0
        self.laid_off = 0
        self.cut: set[int] = set()
        """The seats that are no more."""
        self.team_change = 0.0
        self._pay = 0.0
        self._newcomers = 0.0
        self.employees: list[Employee | None] = [None] * terms.count
        self._departures = [0] * terms.count
        self._to_rival = [0] * terms.count
        self._paid_until = [0.0] * terms.count
        before = levels.quits_per_year
        for seat in range(terms.count):
            luck = self._luck(seat, 0)
            tenure = -log(luck[2]) * WEEKS_PER_YEAR / before if before > 0.0 else inf
            self._seat(seat, 0, tenure)
        if terms.dismissed_per_year > 0.0:
            env.process(self._dismiss())
        if terms.lays_off is not None:
            env.process(self._lay_off(terms.lays_off))

    def _luck(self, seat: int, serial: int) -> Any:
        return uniforms(*self.key, who(_GROUP, seat), DECISIONS["career"], serial, 0)

    def _seat(self, seat: int, serial: int, tenure: float) -> None:
        name = NAMES[(7 * seat + 13 * serial) % len(NAMES)]
        endures = -log(self._luck(seat, serial)[0])
        now = self.env.now
        self.employees[seat] = Employee(
            name, seat, serial, now - tenure, tenure, endures, seen_until=now
        )
        self._paid_until[seat] = now

    # A week

    def show(self, seats: Records) -> None:
        """Write how the seats stand now, for the customers of the coming week."""
        for seat, employee in enumerate(self.employees):
            record = seats[seat]
            record["departures"] = self._departures[seat]
            record["to_rival"] = self._to_rival[seat]
            record["present"] = int(employee is not None)
            record["skill"], record["morale"] = self._work(self.terms.skill_at_start), 0.0
            if employee is not None:
                employee.practice += self._speed * (self.env.now - employee.seen_until)
                self._wear(employee)
                record["skill"] = self._work(self.skill(employee))
                record["morale"] = employee.morale
        seats[-1]["skill"] = self._work(self.terms.skill_at_start)
        self._newcomers = self._share_of_newcomers()

    def servers(self, seats: Records) -> NDArray[np.intp]:
        """Seats of those who serve in the coming week: the present, and stand-ins.

        Where nobody is there, somebody untrained stands in all the same.
        """
        if self.terms.stand_in_pay_per_week is not None:
            return np.setdiff1d(np.arange(self.terms.count), list(self.cut))
        here = np.flatnonzero(seats["present"])
        return here if len(here) else np.array([self.terms.count])

    def share_the_work(
        self,
        seats: Records,
        serving: int,
        visits: float,
        contacts: NDArray[np.int64],
        there: NDArray[np.int8],
    ) -> None:
        """Visits of a week fall on those who serve; on whose customers they were, if dedicated.

        `contacts` are the seats of the customers' contacts, `there` who is a customer. Written is
        the work of each seat above what can be done well, of it.
        """
        terms = self.terms
        free = 1.0 - terms.training_hours_per_week / terms.hours_per_week
        well_served = self.visits_per_seat * free / terms.usual_load
        work = np.full(len(seats), visits / serving)
        if terms.contact == "dedicated":
            own = np.bincount(contacts, there, len(seats))
            mine = own * seats["present"] * visits / max(own.sum(), 1.0)
            work = mine + (visits - mine.sum()) / serving
        seats["overload"] = np.maximum(work / well_served - 1.0, 0.0)

    def live_on(self, overloads: Sequence[float], rude: float) -> None:
        """Morale moves with the week that begins, and who has borne enough gives notice in it.

        `overloads` are the seats' work above what can be done well, of it, and `rude` the share of
        last week's visits at which customers were rude.
        """
        for employee in self.employees:
            if employee is None:
                continue
            if self.terms.responds:
                aim = self._usual_morale(overloads[employee.seat], rude)
                employee.morale += self.beliefs.morale_moves * (aim - employee.morale)
            hazard = self.hazard(employee)
            if not employee.leaves and employee.endures < hazard:
                employee.leaves = True
                self.env.process(self._resign(employee, employee.endures / hazard))

    def _wear(self, employee: Employee) -> None:
        """Count the hazard of the time that has passed, at the morale of that time."""
        employee.endures -= self.hazard(employee) * (self.env.now - employee.seen_until)
        employee.seen_until = self.env.now

    def _resign(self, employee: Employee, weeks: float) -> Generator[simpy.Event, None, None]:
        """Notice is given after so many weeks; the seat is empty until a successor is found."""
        yield self.env.timeout(max(weeks, 0.0))
        found_at = self._found_at(employee)
        yield self.env.timeout(self.terms.notice or 0.0)
        if employee.seat not in self.cut:
            self.quits += 1
            self._leave(employee)
            yield from self._fill(employee, found_at)

    def _dismiss(self) -> Generator[simpy.Event, None, None]:
        """Now and then the least practised of those who do not leave anyhow is dismissed."""
        for number in count():
            luck = uniforms(*self.key, 0, DECISIONS["dismissal"], number, 0)
            a_week = self.terms.dismissed_per_year * self.places / WEEKS_PER_YEAR
            yield self.env.timeout(-log(luck[0]) / a_week)
            stay = [one for one in self.employees if one is not None and not one.leaves]
            if stay:
                employee = min(stay, key=lambda one: one.practice)
                self.dismissed += 1
                self._leave(employee)
                self.env.process(self._fill(employee, self._found_at(employee)))

    def _lay_off(self, terms: LayOff) -> Generator[simpy.Event, None, None]:
        """Places are cut at a date: the empty ones, and then any, whoever holds them."""
        yield self.env.timeout(terms.at)

        def order(seat: int) -> tuple[bool, float]:
            luck = uniforms(*self.key, who(_GROUP, seat), DECISIONS["lay_off"], 0, 0)
            return self.employees[seat] is not None, float(luck[0])

        seats = range(self.terms.count)
        gone = sorted(seats, key=order)[: min(int(terms.share * len(seats) + 0.5), len(seats) - 1)]
        for seat in gone:
            employee = self.employees[seat]
            if employee is None:
                self._settle(seat)
            else:
                self.laid_off += 1
                self._leave(employee)
        self.cut.update(gone)

    def _found_at(self, employee: Employee) -> float:
        """When a successor will have been found, who is looked for from now on."""
        luck = self._luck(employee.seat, employee.serial)
        return float(self.env.now - log(luck[1]) * self.terms.hiring_weeks)

    def _fill(self, employee: Employee, found_at: float) -> Generator[simpy.Event, None, None]:
        """The successor of somebody who has left comes, unless the place has been cut."""
        terms, seat = self.terms, employee.seat
        yield self.env.timeout(max(found_at - self.env.now, 0.0))
        if seat in self.cut:
            return
        self.hires += 1
        self.book("hiring", terms.hiring_cost_in_weeks_of_pay * terms.pay_per_week)
        self.book("training", terms.training_cost_in_weeks_of_pay * terms.pay_per_week)
        self._settle(seat)
        self._seat(seat, employee.serial + 1, tenure=0.0)

    def _leave(self, employee: Employee) -> None:
        seat = employee.seat
        self._settle(seat)
        self.employees[seat] = None
        self._departures[seat] += 1
        luck = uniforms(*self.key, who(_GROUP, seat), DECISIONS["next_job"], employee.serial, 0)
        self._to_rival[seat] = int(luck[0] < self.beliefs.joins_rival)
        self.team_change += 1.0 / self.places

    # Money

    def _settle(self, seat: int) -> None:
        """Pay is due for the time since the last call: to who holds the seat, or a stand-in."""
        employee = self.employees[seat]
        pay = 0.0 if seat in self.cut else self.terms.stand_in_pay_per_week or 0.0
        if employee is not None:
            pay = self.pay_of(employee)
        self._pay += pay * (self.env.now - self._paid_until[seat])
        self._paid_until[seat] = self.env.now

    def pay(self) -> None:
        """Book the pay since the last call, and what is done for the staff in a week."""
        for seat in range(self.terms.count):
            self._settle(seat)
        terms = self.terms
        cheered = terms.recognitions_per_year / WEEKS_PER_YEAR * terms.recognition_cost
        taught = terms.training_hours_per_week * terms.training_cost_per_hour
        self.book("pay", self._pay + self.present * cheered)
        self.book("training", self.present * taught)
        self._pay = 0.0

    # What is behind it

    @property
    def places(self) -> int:
        """Seats that have not been cut."""
        return self.terms.count - len(self.cut)

    @property
    def present(self) -> int:
        """Seats that are filled now."""
        return sum(employee is not None for employee in self.employees)

    @property
    def morale(self) -> float:
        """Mean morale of those who are here; 0 of nobody."""
        here = [employee.morale for employee in self.employees if employee is not None]
        return sum(here) / len(here) if here else 0.0

    def pay_of(self, employee: Employee) -> float:
        """Pay a week, with the rises for the years here."""
        years = min((self.env.now - employee.hired_at) / WEEKS_PER_YEAR, RAISED_YEARS)
        return float(self.terms.pay_per_week * (1.0 + self.terms.raise_per_year * years))

    def hazard(self, employee: Employee) -> float:
        """Risk a week of quitting: falls with pay against the market's, and with morale."""
        hazard = self.terms.quits_per_year / WEEKS_PER_YEAR
        if self.terms.responds:
            pay = self.pay_of(employee) / self.market_pay
            log_risk = -self.beliefs.morale_stays * employee.morale
            hazard *= exp(log_risk - self.beliefs.pay_keeps * log(pay))
        return hazard

    def _usual_morale(self, overload: float, rude: float) -> float:
        """Where morale comes to rest: down with load and rudeness, up with recognition."""
        a_month = self.terms.recognitions_per_year * WEEKS_PER_MONTH / WEEKS_PER_YEAR
        return float(
            self.beliefs.recognition_morale * log1p(a_month)
            - self.beliefs.load_morale * overload
            - self.beliefs.rude_morale * rude
        )

    def skill(self, employee: Employee) -> float:
        """Skill now, as a share of an experienced employee's: what is missing is learnt."""
        missing = 1.0 - self.terms.skill_at_start
        return 1.0 - missing * exp(-employee.practice / self.terms.skill_grows_in_weeks)

    def _work(self, skill: float) -> float:
        """Skill as far as it shows: a process that all follow makes up for what is missing."""
        softened = self.terms.process_discipline * self.beliefs.process_softens
        return float(1.0 - (1.0 - skill) * (1.0 - softened))

    @property
    def _speed(self) -> float:
        """Weeks of practice in a week: more with training, fewer where few can teach."""
        taught = 1.0 + self.beliefs.training_speeds * self.terms.training_hours_per_week
        return float(taught * (1.0 - self.beliefs.newcomers_slow * self._newcomers))

    def _share_of_newcomers(self) -> float:
        """Of those who are here, who have learnt less than two thirds of what there is."""
        here = [employee for employee in self.employees if employee is not None]
        new = sum(one.practice < self.terms.skill_grows_in_weeks for one in here)
        return new / len(here) if here else 0.0
