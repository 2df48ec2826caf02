"""One run: a business in, what happened out.

A SimPy environment is the clock. Staff and the desk live in it; once a week the
population lives seven days in one compiled call, seeing the firm as it stood at
the start of the week. What customers cause reaches the firm in the order of events.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from loyaltysim.compiled import compiled
from loyaltysim.customers.birth import born
from loyaltysim.customers.causes import CAUSES, MEASURES
from loyaltysim.customers.failures import KINDS
from loyaltysim.customers.population import Outcome, World, live_week
from loyaltysim.customers.reached import change_rules, read_contacts, read_messages
from loyaltysim.customers.rivals import divided
from loyaltysim.customers.stages import STAGES
from loyaltysim.fields import Fields
from loyaltysim.firm.contacts import Contacts
from loyaltysim.firm.desk import CLOSED, Desk
from loyaltysim.firm.programme_office import ProgrammeOffice
from loyaltysim.firm.quality import Quality
from loyaltysim.firm.staff import Staff
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.levels import TREND_WEEKS, Levels, first_guess
from loyaltysim.record import (
    BELIEFS,
    CONTACT,
    FLOW,
    LOSS,
    MEMBER,
    MESSAGE,
    SEAT,
    TALLY,
    THRESHOLDS,
    TICKET,
    VISIT,
    WORD,
    Records,
)
from loyaltysim.rewards.balance import FLOWS
from loyaltysim.scenario.model import Business
from loyaltysim.setting import (
    belief_values,
    first_week,
    month_of,
    season_of,
    segments_of,
)
from loyaltysim.units import WEEKS_PER_YEAR

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BLOCK = 4096
"""Customers who are lived together; each block has sums of its own, added in block order."""

OUTBOX = 1024
"""Tickets, and words, that a block can hold before they are collected."""

DIARY = 4 * BLOCK
"""Occasions that a block can hold, where a diary is kept, before they are collected."""


@dataclass
class Result:
    """What happened in one run. Money is in millionths; the last row of segments is the firm."""

    business: Business
    levels: Levels
    seed: int
    replication: int
    ledger: Ints
    """Shape (weeks, segments + 1, accounts)."""
    counts: Ints
    """Shape (weeks, segments, counts)."""
    flows: Ints
    """Points and stamps issued, redeemed, expired: (weeks, schemes, segments, 3)."""
    moves: Ints
    """People who changed from a stage to another: (weeks, segments, 7, 7)."""
    losses: Ints
    """Losses by segment, stage, cause and `causes.MEASURES`: (segments, 7, causes + 1, 3)."""
    at_start: Ints
    """People by segment and stage in week 0: (segments, 7)."""
    firm: Floats
    """Weekly: seats filled, mean skill, quits so far, hires so far, overload, morale of the staff,
    dismissed, laid off and places cut so far: (weeks, 9)."""
    failure_factors: Floats
    """How many times as often as stated each kind of failure occurs: (weeks, kinds)."""
    desk: Floats
    """Closed tickets: week closed (from 1), and then `firm.desk.CLOSED`: hours to the answer
    (infinite without one) and to the end, answered, resolved, and how: (tickets, 12)."""
    customers: Records
    members: Records
    schemes: Records
    rivals: Records
    """Records of `RIVAL` by person and named rival: (people, rivals)."""
    quits: int
    hires: int
    open_tickets: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time: population, firm (SimPy, desk and staff), the rest."""

    @property
    def stages(self) -> Ints:
        """People by week (0 is the start), segment and stage: (weeks + 1, segments, 7)."""
        net = self.moves.sum(axis=2) - self.moves.sum(axis=3)
        start = self.at_start[np.newaxis]
        return np.concatenate([start, start + np.cumsum(net, axis=0)])

    @property
    def outstanding(self) -> Ints:
        """Units held by members of each scheme at the end."""
        return np.asarray(self.members["balance"].sum(axis=0))


class Run:
    """One run in progress; `simulate` is the way in."""

    def __init__(
        self,
        business: Business,
        levels: Levels | None,
        seed: int,
        replication: int,
        threads: int,
        interpreted: Sequence[int],
        census: Any,
        diary: Any = None,
    ) -> None:
        self.business = business
        belief = belief_values(business)
        self.levels = levels or first_guess(business, belief)
        self.key = (seed, replication)
        self.weeks = business.weeks
        self.threads = threads
        self.interpreted = sorted(interpreted)
        self.census = census
        self.diary = diary
        self.env = simpy.Environment()
        self.seconds = {"birth": 0.0, "population": 0.0, "firm": 0.0, "total": 0.0}
        began = perf_counter()

        firm, market = business.firm, business.market
        self.season = season_of(business)
        self.customers, self.due = born(business, self.levels, seed, replication, self.season)
        # Who is a customer, as others know it, and as it comes to stand.
        self.there_now = (self.customers["last_at"] > self.customers["lost_at"]).astype(np.int8)
        self.there = self.there_now.copy()
        self.office = ProgrammeOffice(business)
        self.schemes = self.office.schemes
        self.rivals_open_at = self.schemes["opens_at"][self.schemes["rival"] == 1]
        self.members = np.zeros((len(self.customers), len(self.schemes)), MEMBER)
        self.rivals = divided(business, self.customers, seed, replication)
        self.segments = segments_of(business, self.levels)
        sizes = np.bincount(self.customers["segment"], minlength=len(self.segments))
        self.segments["people"], self.segments["starts"] = sizes, np.cumsum(sizes) - sizes
        self.beliefs = np.zeros(1, BELIEFS)
        for name, value in belief.items():
            self.beliefs[name] = value
        self.thresholds = np.zeros(1, THRESHOLDS)
        for name in THRESHOLDS.names or ():
            self.thresholds[name] = getattr(business.stages, name)

        n, weeks = len(market.segments), self.weeks
        self.ledger = np.zeros((weeks, n + 1, len(ACCOUNTS)), np.int64)
        self.counts = np.zeros((weeks, n, len(COUNTS)), np.int64)
        self.flows = np.zeros((weeks, len(self.schemes), n, len(FLOWS)), np.int64)
        self.moves = np.zeros((weeks, n, len(STAGES), len(STAGES)), np.int64)
        self.firm_rows = np.zeros((weeks, 9))
        self.failure_factors = np.ones((weeks, len(KINDS)))
        self.desk_rows: list[Floats] = []
        at_start = self.customers["segment"] * len(STAGES) + self.customers["stage"]
        self.at_start = np.bincount(at_start, minlength=n * len(STAGES)).reshape(n, len(STAGES))

        self.week_now = 0
        self.week = first_week(business, self.levels, seed, replication)
        self.rival_quality = float(self.week["rival_quality"][0])
        # The last one is that of a stand-in.
        self.seats = np.zeros(firm.staff.count + 1, SEAT)
        beliefs = _attributes(self.beliefs)[0]
        self.staff = Staff(self.env, firm.staff, self.levels, beliefs, self.key, self.book_firm)
        self.desk = Desk(self.env, firm.service, self.key, self.book_firm)
        self.quality = Quality(firm.service, self.key, self.book_firm)
        self.staff.show(self.seats)
        self.inbox = np.zeros(0, MESSAGE)
        self.contacts = Contacts(business, self.schemes, self.customers, self.key)
        self.posts = np.zeros(0, CONTACT)
        self.visits_last_week: float | None = None
        self.rude_last_week = 0.0
        """Share of last week's visits after which somebody was rude."""
        self.members_so_far = 0
        self.blocks = [
            (lo, min(lo + BLOCK, len(self.customers)))
            for lo in range(0, len(self.customers), BLOCK)
        ]
        self.outcomes = [self._outcome(n) for _ in self.blocks]
        # The same sums as plain integers, to add them up.
        self.sums = [
            (
                out.tallies.view(np.int64).reshape(n, -1),
                out.flows.view(np.int64).reshape(*out.flows.shape, len(FLOWS)),
                out.moves,
            )
            for out in self.outcomes
        ]
        if census is not None:
            census.begin(self)
        self.seconds["birth"] = perf_counter() - began

    def _outcome(self, segments: int) -> Outcome:
        room = DIARY if self.diary is not None else 0
        return Outcome(
            visit=np.zeros(1, VISIT),
            tallies=np.zeros(segments, TALLY),
            flows=np.zeros((len(self.schemes), segments), FLOW),
            moves=np.zeros((segments, len(STAGES), len(STAGES)), np.int64),
            loss=np.zeros(1, LOSS),
            losses=np.zeros((segments, len(STAGES), len(CAUSES) + 1, len(MEASURES)), np.int64),
            tickets=np.zeros(OUTBOX, TICKET),
            words=np.zeros(OUTBOX, WORD),
            entries=np.zeros(room, np.int8),
            gains=np.zeros(room, np.int64),
            sent=np.zeros(4, np.int64),
        )

    # The week

    def live(self) -> Generator[simpy.Event, None, None]:
        """The clock of the run: the steps of `WEEK_PLAN`, once a week."""
        steps = [(part, getattr(self, name)) for name, part in WEEK_PLAN]
        for number in range(self.weeks):
            self.week_now = number
            for part, step in steps:
                began = perf_counter()
                passing = step()
                self.seconds[part] += perf_counter() - began
                if passing is not None:
                    yield passing

    def show_the_firm(self) -> None:
        """Customers will see the staff, the load and the product as they stand now."""
        number, week, staff = self.week_now, self.week, self.staff
        staff.show(self.seats)
        self.failure_factors[number] = self.quality.factors(number)
        self.quality.show(week, self.failure_factors[number])
        self.servers = staff.servers(self.seats)
        week["present"] = len(self.servers)
        week["begins"], week["ends"] = number, number + 1.0
        last = number == self.weeks - 1
        week["is_last"] = last
        week["closes_books"] = last or month_of(number) != month_of(number + 1)
        week["team_change"] = staff.team_change
        years = number / WEEKS_PER_YEAR
        improved = self.business.market.rivals_improve_per_year * years
        week["rival_quality"] = self.rival_quality + improved
        week["rival_schemes"] = int((self.rivals_open_at <= number + 1).sum())
        if self.visits_last_week is not None:
            staff.share_the_work(
                self.seats, len(self.servers), self.visits_last_week,
                self.customers["contact"], self.there_now,
            )  # fmt: skip
        staff.live_on(self.seats["overload"].tolist(), self.rude_last_week)
        here = self.seats[self.servers]
        self.desk.skill = float(here["skill"].mean())
        self.firm_rows[number] = (
            staff.present,
            self.desk.skill,
            staff.quits,
            staff.hires,
            here["overload"].mean(),
            staff.morale,
            staff.dismissed,
            staff.laid_off,
            len(staff.cut),
        )

    def change_the_rules(self) -> None:
        """Rules of schemes that change this week do so, and members hear of changes to come.

        What a year's budget for rewards no longer covers is refused until the next year.
        """
        week, office = self.week_now, self.office
        if week == 0 or self.week["closes_books"][0]:
            office.look_at_tiers(self.members)
        for number in office.changes_of(week):
            self.week["changed"] = number
            for out, (lo, hi) in zip(self.outcomes, self.blocks, strict=True):
                spans = self._spans(change_rules, self._world(), out, lo, hi)
                for first, end, change, world, results in spans:
                    change(world, results, first, end)
        office.keep_to_the_budget(week, self.ledger[:, :, ACCOUNTS.index("rewards")])

    def contact_people(self) -> None:
        """Coupons, gifts and praise of the firm, and of rivals that copy it, reach people."""
        self.posts = self.contacts.of_week(self.week_now)
        if self.office.broke:
            self.posts = self.posts[self.schemes["rival"][self.posts["scheme"]] == 1]
        if len(self.posts):
            self._read(read_contacts, self.posts)

    def _read(self, read_part: Any, messages: Records) -> None:
        """What messages, sorted by their customers, do to those whom they reach."""
        everybody = (0, len(self.customers))
        # Messages are few, and sums of whole numbers are the same in any block.
        spans = self._spans(read_part, self._world(), self.outcomes[0], *everybody)
        for first, end, read, there, results in spans:
            read(there, results, *np.searchsorted(messages["customer"], [first, end]))

    def live_the_population(self) -> None:
        """Every customer's occasions of the week."""
        self.there[:] = self.there_now
        world = self._world()
        jobs = [(world, number, *block) for number, block in enumerate(self.blocks)]
        if self.threads > 1 and len(jobs) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                sent = list(pool.map(lambda job: self._live_block(*job), jobs))
        else:
            sent = [self._live_block(*job) for job in jobs]
        self.tickets, self.words, entries, gains = map(_joined, zip(*sent, strict=True))
        if self.diary is not None:
            self.diary(self.week_now, entries, gains)

    def _world(self) -> World:
        return World(
            self.customers, self.due, self.members, self.schemes, self.rivals, self.segments,
            self.seats, self.servers, self.season, self.week, self.beliefs, self.thresholds,
            self.inbox, self.posts, self.office.before, self.there, self.there_now,
        )  # fmt: skip

    def _live_block(self, world: World, number: int, lo: int, hi: int) -> list[Records]:
        """One block's week; what it sent and noted is collected whenever there is no room left.

        Tickets, words, and of the diary the entries and the gains.
        """
        out = self.outcomes[number]
        boxes = (out.tickets, out.words, out.entries, out.gains)
        sent: list[list[Records]] = [[] for _ in boxes]
        for first, end, live, there, results in self._spans(live_week, world, out, lo, hi):
            at = first
            while True:
                at = live(there, results, first, end, at)
                for kind, box in enumerate(boxes):
                    sent[kind].append(box[: out.sent[kind]].copy())
                out.sent[:] = 0
                if at == end:
                    break
        return [_joined(parts) for parts in sent]

    def _spans(self, part: Any, world: World, out: Outcome, lo: int, hi: int) -> list[Any]:
        """People cut into those for whom a part of the week runs compiled, or interpreted."""
        fast = compiled(part)
        chosen = [i for i in self.interpreted if lo <= i < hi]
        if not chosen:
            return [(lo, hi, fast, world, out)]
        slow_world = World(*(_attributes(array) for array in world))
        slow_out = Outcome(*(_attributes(array) for array in out))
        spans: list[Any] = []
        at = lo
        for i in chosen:
            if at < i:
                spans.append((at, i, fast, world, out))
            spans.append((i, i + 1, part, slow_world, slow_out))
            at = i + 1
        if at < hi:
            spans.append((at, hi, fast, world, out))
        return spans

    def hand_over_complaints(self) -> None:
        """Complaints of the week go to the desk, at the moments at which they arise."""
        order = np.lexsort((self.tickets["who"], self.tickets["opened_at"]))
        self.desk.take(self.tickets[order])

    def let_the_week_pass(self) -> simpy.Event:
        """People quit and are hired, and complaints are handled, in the order of their dates."""
        return self.env.timeout(1.0)

    def deliver(self) -> None:
        """Ends of complaints and words of the week reach the customers, in a fixed order."""
        closed = self._closed_complaints()
        inbox = np.zeros(len(closed) + len(self.words), MESSAGE)
        inbox[: len(closed)] = closed
        _write_messages(inbox[len(closed) :], self.words)
        # The sort is stable: words of one occasion stay in their order.
        order = np.lexsort((inbox["nth"], inbox["sender"], 3 * inbox["customer"] + inbox["kind"]))
        self.inbox = inbox[order]
        self._read(read_messages, self.inbox)
        self.quality.hear(closed, int(self.there_now.sum()))

    def _closed_complaints(self) -> Records:
        closed = self.desk.messages()
        rows = np.full((len(closed), 1 + len(CLOSED)), self.week_now + 1.0)
        for place, name in enumerate(CLOSED, 1):
            rows[:, place] = closed[name]
        self.desk_rows.append(rows)
        return closed

    def gather(self) -> None:
        """Sums of the blocks, in block order, go to the ledger and the tables."""
        n = self.week_now
        for tallies, flows, moves in self.sums:
            self.ledger[n, :-1] += tallies[:, : len(ACCOUNTS)]
            self.counts[n] += tallies[:, len(ACCOUNTS) :]
            self.flows[n] += flows
            self.moves[n] += moves
            for array in (tallies, flows, moves):
                array.fill(0)
        for reach in ("reach", "regained"):
            self.segments[f"{reach}_until"] += self.segments[f"{reach}_rate"]
            if n < TREND_WEEKS:
                self.segments[f"{reach}_rate"] *= np.exp(self.segments[f"{reach}_trend"])
        visits = float(self.counts[n, :, COUNTS.index("purchases")].sum())
        self.visits_last_week = visits
        rude = float(self.counts[n, :, COUNTS.index("rude")].sum())
        self.rude_last_week = rude / max(visits, 1.0)
        favours = float(self.counts[n, :, COUNTS.index("favours_seen")].sum())
        self.week["favours_seen"] = min(favours / max(visits, 1.0), 1.0)
        self.members_so_far += int(self.counts[n, :, COUNTS.index("joined")].sum())

    def book_the_week(self) -> None:
        """Pay for the time worked, and weekly costs of the firm and of its programme."""
        self.staff.pay()
        firm, programme = self.business.firm, self.business.programme
        self.book_firm("overhead", firm.costs_per_week)
        self.book_firm("acquisition", firm.marketing.budget_per_week)
        contact = int(self.there_now.sum()) * firm.service.contact_cost_per_customer_week
        self.book_firm("service", firm.service.ease_cost_per_week + contact)
        self.quality.sell(self.week_now, float(self.visits_last_week or 0.0))
        if programme is not None:
            if self.week_now == 0:
                self.book_firm("programme_set_up", programme.set_up)
            if self.office.runs(self.week_now):
                members = self.members_so_far * programme.cost_per_member_year / WEEKS_PER_YEAR
                self.book_firm("programme_running", programme.per_week + members)

    def count_the_people(self) -> None:
        """At the end of a month: who is still there, truly and as the firm sees it."""
        if self.census is not None and self.week["closes_books"][0]:
            self.census(self, month_of(self.week_now))

    def book_firm(self, account: str, amount: float) -> None:
        """Post an amount that belongs to no segment."""
        self.ledger[self.week_now, -1, ACCOUNTS.index(account)] += round(amount * MICRO)


WEEK_PLAN = (
    ("show_the_firm", "firm"),
    ("change_the_rules", "firm"),
    ("contact_people", "firm"),
    ("live_the_population", "population"),
    ("hand_over_complaints", "firm"),
    ("let_the_week_pass", "firm"),
    ("deliver", "population"),
    ("gather", "firm"),
    ("book_the_week", "firm"),
    ("count_the_people", "firm"),
)
"""The order of a week, and the part of the wall time that each step is counted to."""


def _attributes(array: NDArray[Any]) -> Any:
    """The array with fields as attributes, as compiled code sees them."""
    return Fields(array) if array.dtype.names else array


def _joined(parts: Sequence[Records]) -> Records:
    """One array of several of a kind; `np.concatenate` would compare their fields each time."""
    if len(parts) == 1:
        return parts[0]
    whole = np.empty(sum(len(part) for part in parts), parts[0].dtype)
    at = 0
    for part in parts:
        whole[at : at + len(part)] = part
        at += len(part)
    return whole


def _write_messages(messages: Records, words: Records) -> None:
    messages["customer"] = words["hearer"]
    messages["kind"] = np.where(words["good"] == 0.0, 2, 1)
    for name in ("sender", "nth", "good", "teller", "offers"):
        messages[name] = words[name]


def run(
    business: Business,
    levels: Levels | None = None,
    *,
    seed: int | None = None,
    replication: int = 0,
    threads: int = 1,
    interpreted: Sequence[int] = (),
    census: Any = None,
    diary: Any = None,
) -> Result:
    """Live one business from its first week to its horizon.

    `levels` are those of the business as it is today (`first_guess` of it where left
    out). `interpreted` names customers (by number) who are lived by plain Python
    instead of compiled code, to the same bytes. `census` is called at each month's end,
    `diary` after each week with its number, an entry (`customers.diary`) for each of its
    occasions, and what each purchase here left in millionths: revenue less goods and service.
    """
    began = perf_counter()
    life = Run(
        business,
        levels,
        business.seed if seed is None else seed,
        replication,
        threads,
        interpreted,
        census,
        diary,
    )
    life.env.run(until=life.env.process(life.live()))
    life.seconds["total"] = perf_counter() - began
    life.seconds["firm"] = (
        life.seconds["total"] - life.seconds["birth"] - life.seconds["population"]
    )
    desk = np.concatenate(life.desk_rows)
    return Result(
        business=business,
        levels=life.levels,
        seed=life.key[0],
        replication=life.key[1],
        ledger=life.ledger,
        counts=life.counts,
        flows=life.flows,
        moves=life.moves,
        losses=np.asarray(sum(out.losses for out in life.outcomes)),
        at_start=life.at_start,
        firm=life.firm_rows,
        failure_factors=life.failure_factors,
        desk=desk,
        customers=life.customers,
        members=life.members,
        schemes=life.schemes,
        rivals=life.rivals,
        quits=life.staff.quits,
        hires=life.staff.hires,
        open_tickets=life.desk.opened - len(desk),
        seconds=life.seconds,
    )
