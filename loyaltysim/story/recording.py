"""One life, watched from outside while it is lived by the ordinary rules.

The person is lived interpreted, to the same bytes as compiled, and a profile function
sees the rules come and go. So a reason is what the rule itself returned; rules carry
nothing for it, and a mechanism that is added later is seen like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from types import FrameType
from typing import Any

from loyaltysim.behaviour import sunk_cost, word
from loyaltysim.behaviour.awareness import DORMANT, consider_again
from loyaltysim.behaviour.habit import remember_choice
from loyaltysim.behaviour.occasions import drift_on
from loyaltysim.behaviour.pantry import appetite
from loyaltysim.customers import (
    causes,
    choice,
    failures,
    given,
    population,
    reached,
    staying,
    telling,
    visit,
)
from loyaltysim.customers.complaints import REMEDIES
from loyaltysim.customers.stages import STAGES, stage_of
from loyaltysim.rewards import goal, membership
from loyaltysim.rewards.balance import FLOWS
from loyaltysim.story.moment import (
    BOOKED,
    NAMES,
    OPTIONS,
    Facts,
    Moment,
    flows,
    ln,
    number,
    scheme_name,
    standing,
    values,
)

Steps = Generator[None, Any, None]
Terms = tuple[dict[str, float], dict[str, float]]


class Recorder:
    """The moments of one life, seen while its person is lived interpreted."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.moments: list[Moment] = []
        self._run: Any = None
        self._watched: dict[FrameType, Steps] = {}
        self._now: Moment | None = None
        self._records: tuple[Any, Any] = (None, None)
        self._stood: tuple[int, ...] = ()
        self._wishes: dict[str, float] = {}
        self._risks: dict[str, float] = {}
        self._goals: tuple[dict[str, float], dict[str, float]] = ({}, {})
        self._lifts: list[float] = []
        self._heard = 0.0
        self._hunger = 1.0

    def begin(self, run: Any) -> None:
        """The person as born."""
        self._run = run
        customer = run.customers[self.number]
        segment = run.business.market.segments[int(customer["segment"])]
        bought = int(customer["purchases"])
        facts = {
            "segment": segment.name,
            "stage": STAGES[int(customer["stage"])],
            "never": bool(customer["never"]),
            "asleep": int(customer["activity"]) == DORMANT,
            "purchases": bought,
            "first_at": float(customer["first_at"]) if bought else None,
            "occasions_per_week": float(customer["rate"]),
            "usual_basket": float(customer["usual_basket"]),
            "neutral_share": float(customer["usual_wallet"]),
            "contract": segment.contract is not None,
        }
        self.moments.append(Moment(0.0, "start", 0, facts))

    # Watching

    def see(self, frame: FrameType, event: str, returned: Any) -> None:
        """A profile function."""
        if event == "call":
            watch = _WATCHES.get(id(frame.f_code))
            if watch is not None:
                steps = watch(self, frame)
                next(steps)
                self._watched[frame] = steps
        elif event == "return":
            if frame in self._watched:
                with suppress(StopIteration):
                    self._watched.pop(frame).send(returned)
            if frame.f_back is not None and id(frame.f_back.f_code) in _SUMS:
                self._add_term(frame, frame.f_back, returned)

    def _add_term(self, frame: FrameType, caller: FrameType, returned: Any) -> None:
        """What a mechanism adds to a sum of terms, by the name of its file."""
        package, _, name = str(frame.f_globals.get("__name__", "")).rpartition(".")
        if id(frame.f_code) in _SUMS or not package.startswith("loyaltysim"):
            return
        name = NAMES.get(name, name)
        if caller.f_code is choice.wishes.__code__:
            self._wishes[name] = float(returned)
        else:
            sign = 1.0 if caller.f_code is staying.staying_terms.__code__ else -1.0
            self._risks[name] = self._risks.get(name, 0.0) + sign * float(returned)

    # A moment begins and ends

    def _open(self, kind: str, date: float, nth: int, customer: Any, tally: Any) -> Moment:
        self._close()
        self._now = Moment(float(date), kind, int(nth))
        self._records = (customer, tally)
        self._stood = (int(customer.stage), *values(tally))
        self.moments.append(self._now)
        return self._now

    def _close(self) -> None:
        if self._now is None:
            return
        customer, tally = self._records
        facts = self._now.facts
        stage, *before = self._stood
        if stage != customer.stage:
            facts["stage"] = [STAGES[stage], STAGES[int(customer.stage)]]
        after = values(tally)
        facts["booked"] = {
            name: b - a for name, a, b in zip(BOOKED, before, after, strict=True) if a != b
        }
        self._now = None

    def _facts(self) -> Facts:
        assert self._now is not None
        return self._now.facts

    # What is watched, by rule: up to the call, and after it

    def _live_week(self, _frame: FrameType) -> Steps:
        yield
        self._close()

    def _change_rules(self, _frame: FrameType) -> Steps:
        yield
        self._close()

    def _drift_on(self, frame: FrameType) -> Steps:
        """The first rule of every occasion."""
        local = _caller(frame)
        customer, tally = local["customer"], local["tally"]
        facts = self._open("occasion", local["now"], customer.occasions, customer, tally).facts
        facts["chosen"] = OPTIONS[choice.NOTHING]
        facts["stood"] = standing(customer)
        self._goals = ({}, {})
        yield

    def _consider_again(self, _frame: FrameType) -> Steps:
        yield
        self._facts()["considers"] = True

    def _sleep_on(self, frame: FrameType) -> Steps:
        yield
        local = frame.f_locals
        self._facts()["sleep"] = {"draw": float(local["u"]), "chance": local.get("total")}

    def _pull(self, frame: FrameType) -> Steps:
        """What a scheme offers, what a purchase adds to its expected gain, or progress."""
        pull = yield
        scheme = _caller(frame)["scheme"]
        pulls = self._goals[int(scheme.rival)]
        name = scheme_name(scheme)
        pulls[name] = pulls.get(name, 0.0) + float(pull)

    def _use_what_was_paid(self, frame: FrameType) -> Steps:
        pull = float((yield))
        if pull != 0.0:
            self._goals[int(frame.f_locals["rival"])]["fee paid"] = pull

    def _rumour(self, _frame: FrameType) -> Steps:
        self._heard = yield

    def _appetite(self, _frame: FrameType) -> Steps:
        self._hunger = yield

    def _lifted(self, frame: FrameType) -> Steps:
        names = ("weight", "odds", "log_rate", "log_odds")
        before, odds, rate, extra = (float(frame.f_locals[name]) for name in names)
        after = yield
        # How many log-odds one log-rate was worth here: read off what the rule made of it.
        known = rate != 0.0 and before > 0.0
        worth = (ln(after / before) - extra) / rate if known else 1.0 + odds
        self._lifts.append(worth)

    def _make_choice(self, _frame: FrameType) -> Steps:
        self._lifts, self._wishes = [], {}
        self._heard, self._hunger = 0.0, 1.0
        chosen = yield
        facts = self._facts()
        facts["chosen"] = OPTIONS[int(chosen)]
        if "choice" not in facts:
            facts["contract"] = "goes on" if chosen == choice.FIRM else "not looked at"

    def _choose(self, frame: FrameType) -> Steps:
        local, asked = frame.f_locals, _caller(frame)
        u, weight, rival = (float(local[name]) for name in ("u", "weight", "rival_weight"))
        total = 1.0 + weight + rival
        facts: Facts = {"here": weight / total, "rival": rival / total, "draw": u}
        yield
        facts["stated"] = "odds" in asked
        reasons = self._stated(asked) if facts["stated"] else self._reasons(asked)
        facts["log_odds"], facts["rival_log_odds"] = reasons
        self._facts()["choice"] = facts

    def _choose_by_table(self, _frame: FrameType) -> Steps:
        self._facts()["chosen"] = OPTIONS[int((yield))]

    def _stated(self, asked: Facts) -> Terms:
        return {}, {"preference": ln(asked["rival_weight"])}

    def _reasons(self, asked: Facts) -> Terms:
        """Log-odds against buying nothing, of buying here and at a rival, term by term."""
        customer, lifts = asked["customer"], list(self._lifts)
        wanted, rivals = self._pulls()
        there = {"preference": ln(customer.rival_weight)}
        if customer.goodwill[1] != 0.0:
            rivals["goodwill"] = float(customer.goodwill[1])
        if float(asked["rival_pull"]) != 0.0:
            worth = lifts.pop(0)
            there |= {name: worth * rate for name, rate in rivals.items()}
        here = {"preference": ln(customer.firm_weight)}
        if customer.purchases == 0:
            here["first purchase"] = ln(asked["segment"].first_chance)
        worth = lifts.pop(0)
        here |= {name: worth * rate for name, rate in (self._wishes | wanted).items()}
        if self._heard != 0.0:
            here[NAMES["word"]] = float(self._heard)
        if self._hunger != 1.0:
            here["pantry"] = there["pantry"] = ln(self._hunger)
        return here, there

    def _pulls(self) -> Terms:
        """What the schemes of the firm and of its rivals pull, by scheme."""
        here, there = (
            {f"programme ({key})": value for key, value in goals.items() if value}
            for goals in self._goals
        )
        return here, there

    def _serve(self, frame: FrameType) -> Steps:
        local = _caller(frame)
        staff, place, customer = self._run.staff, int(local["place"]), local["customer"]
        seat = int(customer.contact if place < 0 else local["world"].servers[place])
        employee = staff.employees[seat] if seat < len(staff.employees) else None
        yield
        self._facts()["visit"] = {
            "employee": employee.name if employee is not None else None,
            "own_contact": place < 0,
            "skill": float(local["server"].skill),
            "expected": float(customer.expectation),
            "satisfaction": [float(customer.satisfaction)],
        }

    def _take_in(self, frame: FrameType) -> Steps:
        local = frame.f_locals
        yield
        seen, customer = local["visit"], local["customer"]
        facts = self._facts()["visit"]
        facts |= {
            "quality": float(seen.quality),
            "failure": float(seen.severity),
            "kind": failures.KINDS[int(seen.kind)] if seen.severity > 0.0 else None,
            "complains": bool(seen.complains),
            "asked": int(seen.complains) == failures.ASKED,
            "paid": float(seen.paid),
        }
        facts["satisfaction"].append(float(customer.satisfaction))

    def _hearer(self, _frame: FrameType) -> Steps:
        told = yield
        self._facts().setdefault("told", []).append(int(told))

    def _scheme(self, frame: FrameType) -> Steps:
        """Any rule on a membership that issues, redeems or lets expire."""
        local = frame.f_locals
        member, scheme, flow = local["member"], local["scheme"], local["flow"]
        joined, before = int(member.joined), flows(flow)
        opened = None
        if "visit" not in local and (self._now is None or self._now.kind != "expiry"):
            opened = self._open("expiry", local["now"], 0, local["customer"], local["tally"])
        booked = values(local["tally"])
        yield
        units = [b - a for a, b in zip(before, flows(flow), strict=True)]
        if not any(units) and joined == member.joined:
            if opened is not None and values(local["tally"]) == booked:
                self._now = None
                self.moments.remove(opened)
            return
        found = self._facts().setdefault("schemes", {})
        facts = found.setdefault(
            scheme_name(scheme), {"rival": bool(scheme.rival), **dict.fromkeys(FLOWS, 0)}
        )
        for name, amount in zip(FLOWS, units, strict=True):
            facts[name] += amount
        if joined == 0:
            facts["joins"] = True
        if "visit" in local and member.redeemed:
            facts["rewards"] = int(member.redeemed)
        facts["balance"] = int(member.balance)
        facts["goal"] = float(member.goal_size)

    def _get_contact(self, frame: FrameType) -> Steps:
        """A coupon, a gift, praise or perks reach the person."""
        local = frame.f_locals
        scheme, week = local["scheme"], local["week"]
        moment = self._open("contact", week.begins, 0, local["customer"], local["tally"])
        moment.facts |= {"scheme": scheme_name(scheme), "rival": bool(scheme.rival)}
        yield
        self._close()

    def _get_introduction(self, frame: FrameType) -> Steps:
        """Somebody whom the person brought has bought."""
        local = frame.f_locals
        before = values(local["tally"])
        moment = self._open("introduction", local["now"], 0, local["customer"], local["tally"])
        yield
        rewarded = values(local["tally"]) != before
        self._close()
        if not rewarded:
            self.moments.remove(moment)

    def _remember_choice(self, frame: FrameType) -> Steps:
        local = _caller(frame)
        yield
        if local["chosen"] == choice.RIVAL and local["named"] > 0:
            self._facts()["at"] = self._run.business.market.rivals[int(local["which"])].name

    def _terms_of_leaving(self, _frame: FrameType) -> Steps:
        self._risks = {}
        yield

    def _stake(self, _frame: FrameType) -> Steps:
        self._risks["units held"] = -float((yield))

    def _decide_staying(self, frame: FrameType) -> Steps:
        local = frame.f_locals
        weeks = float(local["now"] - local["customer"].stayed_until)
        if local["segment"].period > 0.0:
            here, there = self._pulls()
            self._risks |= {name: -pull for name, pull in here.items()} | there
        yield
        local = frame.f_locals
        self._facts()["staying"] = {
            "weeks": weeks,
            "draw": float(local["u"]),
            "log_risk": float(local["log_risk"]),
            "terms": dict(self._risks),
            # Not worked out where the draw is far from both.
            "knowingly": number(local.get("known")),
            "silently": number(local.get("silent")),
        }

    def _stay_by_table(self, frame: FrameType) -> Steps:
        local = frame.f_locals
        chance = float(local["segment"].given_loss[local["stage"]])
        yield
        self._facts()["staying"] = {"draw": float(local["u"]), "stated": chance}

    def _leave(self, frame: FrameType) -> Steps:
        yield
        self._facts()["lost"] = "knowingly" if frame.f_locals["knowingly"] else "silently"

    def _book_loss(self, frame: FrameType) -> Steps:
        without = frame.f_locals["loss"].without
        self._facts()["causes"] = {
            name: 1.0 - float(without[place]) for place, name in enumerate(causes.CAUSES)
        }
        yield

    def _read_messages(self, _frame: FrameType) -> Steps:
        yield
        self._close()

    def _receive(self, frame: FrameType) -> Steps:
        local = frame.f_locals
        message, customer = local["message"], local["customer"]
        if message.kind == 1:
            (teller,) = (self._run.customers["who"] == message.sender).nonzero()[0]
            facts = self._open("word", local["week"].ends, teller, customer, local["tally"]).facts
            yield
            facts |= {"good": bool(message.good > 0.0), "heard": float(customer.heard)}
            return
        facts = self._open(
            "complaint", local["week"].ends, message.nth, customer, local["tally"]
        ).facts
        satisfaction = float(customer.satisfaction)
        yield
        facts |= {
            "answered": bool(message.answered),
            "resolved": bool(message.resolved),
            "gave_up": bool(message.gave_up),
            "hours": float(message.hours),
            "answer_hours": float(message.answer_hours),
            "channel": self._channel(int(message.channel)),
            "level": int(message.level),
            "remedy": REMEDIES[message.remedy] if message.remedy >= 0 else None,
            "hand_offs": int(message.hand_offs),
            "repeats": int(message.repeats),
            "followed_up": int(message.followed_up),
            "satisfaction": [satisfaction, float(customer.satisfaction)],
        }

    def _channel(self, number: int) -> str | None:
        channels = self._run.business.firm.service.desk.channels
        return channels[number].name if channels else None

    def _stage_of(self, frame: FrameType) -> Steps:
        """Read outside an occasion and a message, it is that of the last day."""
        caller = frame.f_back
        customer = frame.f_locals["customer"]
        moment = None
        if caller is not None and caller.f_code is population.live_week.__code__:
            local = caller.f_locals
            if local["week"].is_last and frame.f_locals["now"] == local["week"].ends:
                tally = local["out"].tallies[customer.segment]
                moment = self._open("last day", frame.f_locals["now"], 0, customer, tally)
        stage = yield
        if moment is not None and stage == customer.stage:
            self._now = None
            self.moments.remove(moment)


# By identity: the hash of a code object changes in Python 3.11 while it is run.
_WATCHES: dict[int, Callable[[Recorder, FrameType], Steps]] = {
    id(rule.__code__): getattr(Recorder, f"_{rule.__name__}")
    for rule in (
        population.live_week, reached.change_rules, reached.read_messages,
        reached.receive, population.make_choice,
        drift_on, consider_again, word.rumour, telling.hearer, appetite, remember_choice,
        choice.lifted, choice.choose, given.choose_by_table, given.stay_by_table,
        visit.serve, visit.take_in, membership.stake,
        sunk_cost.use_what_was_paid,
        membership.get_contact, membership.get_introduction,
        staying.terms_of_leaving, staying.decide_staying, staying.sleep_on, staying.leave, stage_of,
        causes.book_loss,
    )
}  # fmt: skip
_WATCHES |= {
    id(rule.__code__): Recorder._pull
    for rule in (goal.gain_pull, goal.progress_pull, membership.offer_of)
}
_WATCHES |= {
    id(rule.__code__): Recorder._scheme
    for rule in (
        membership.settle_claims,
        membership.collect,
        membership.lapse,
        membership.live_with_new_rules,
    )
}
_SUMS: set[int] = {
    id(rule.__code__) for rule in (choice.wishes, staying.staying_terms, staying.terms_of_leaving)
}
"""Rules that add up terms, whose parts are reasons."""


def _caller(frame: FrameType) -> Facts:
    assert frame.f_back is not None
    return frame.f_back.f_locals
