"""A life in words: what changes something is told, and what is ordinary is summed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isfinite
from textwrap import wrap

from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import MICRO
from loyaltysim.report.figures import number, share
from loyaltysim.report.words import CAUSES
from loyaltysim.story.life import Life
from loyaltysim.story.moment import Facts, Moment

DATE = 20
"""Width of the column of dates."""

CHOSEN = {"here": "Bought here", "rival": "Bought at a rival", "nothing": "Bought nothing"}
STOOD = {
    "never": "will never buy here",
    "stranger": "does not know the firm",
    "asleep": "asleep",
    "lost": "lost",
}
GIVEN = {
    "explain": "an explanation",
    "apologise": "an apology",
    "fix": "a repair",
    "replace": "a replacement",
    "refund": "the money back",
    "compensate": "something for the trouble",
}
LEAST_CAUSE = 0.005
"""A cause that mattered less is not told."""

ALWAYS_TOLD = {
    "first_purchases", "failures", "complaints", "lost_knowingly", "lost_silently", "fell_asleep",
    "woke_up", "won_back", "joined", "recommended", "warned",
}  # fmt: skip
"""What is counted that changes something in a life."""

TURNS = ("stage", "lost", "considers", "told")
"""Facts that change something in a life."""


def tell(life: Life, width: int, everything: bool, most: int | None = None) -> str:
    """The story of a life, from its start to what came of it; after `most` entries in sums."""
    lines = [_title(life), *wrap(HOW_TO_READ, width), ""]
    entries = list(_entries(life.moments, everything))
    for moments in entries[:most]:
        if len(moments) > 1:
            told = [summed_up(moments)]
        else:
            told = sentences(moments[0]) if everything else brief(moments[0])
        lines += _entry(when(moments[0].date, moments[-1].date), told, width)
    rest = [moment for moments in entries[len(entries[:most]) :] for moment in moments]
    occasions = [moment for moment in rest if moment.kind == "occasion"]
    if occasions:
        told = ["Summed up: " + summed_up(occasions)]
        lines += _entry(when(rest[0].date, rest[-1].date), told, width)
    return "\n".join([*lines, "", *wrap(totals(life), width)])


def _entries(moments: Iterable[Moment], everything: bool) -> Iterator[list[Moment]]:
    """Ordinary occasions together, all else one by one."""
    for ordinary, group in groupby(moments, key=is_ordinary):
        if ordinary and not everything:
            yield list(group)
        else:
            yield from ([moment] for moment in group)


HOW_TO_READ = (
    "Where the draw is below the chance here, it is bought here; then come rivals, then nothing. "
    "Log-odds are against buying nothing."
)


def when(date: float, until: float | None = None) -> str:
    """A date as week and day, both from 1; or the weeks, or days of a week, until another.

    >>> when(72.0, 75.5)
    'weeks 73 to 76'
    """
    (week, day), (last_week, last_day) = (
        (int(d) + 1, int((d - int(d)) * 7.0) + 1) for d in (date, date if until is None else until)
    )
    if week != last_week:
        return f"weeks {week} to {last_week}"
    return f"week {week}, day {day}" if day == last_day else f"week {week}, days {day}–{last_day}"


def sentences(moment: Moment) -> list[str]:
    """What happened at a moment, and why: one paragraph a line."""
    tellers = {
        "start": _start,
        "occasion": _occasion,
        "word": _word,
        "complaint": _complaint,
        "contact": _contact,
        "introduction": _introduction,
    }
    teller = tellers.get(moment.kind)
    told = list(teller(moment.facts)) if teller else []
    told += _schemes(moment.facts)
    moved = moment.facts.get("stage")
    if moment.kind != "start" and moved:
        told.append(f"From {_stage(moved[0])} to {_stage(moved[1])}.")
    return told


def _contact(facts: Facts) -> Iterator[str]:
    """What came without a purchase."""
    yield f"Something came: {facts['scheme']}."


def _introduction(_facts: Facts) -> Iterator[str]:
    """The reward for somebody who was brought."""
    yield "Somebody who was told of the firm has bought for the first time: a reward."


def brief(moment: Moment) -> list[str]:
    """The same, without reasons and service where only a reward was taken."""
    facts = moment.facts
    changes = any(name in facts for name in TURNS) or ALWAYS_TOLD & facts.get("booked", {}).keys()
    return sentences(moment) if changes else without_reasons(moment)


def without_reasons(moment: Moment) -> list[str]:
    """The same, without the log-odds of the choice, and without a service that did not fail."""
    facts = moment.facts
    dropped = list(reasons(facts["choice"])) if "choice" in facts else []
    if "visit" in facts and facts["visit"]["failure"] == 0.0:
        dropped += _visit(facts["visit"])
    return [text for text in sentences(moment) if text not in dropped]


def summed_up(moments: list[Moment]) -> str:
    """Ordinary occasions in one sentence."""
    places = [moment.facts["chosen"] for moment in moments]
    counts = {where: places.count(where) for where in CHOSEN}
    spent = sum(moment.facts["booked"].get("revenue", 0) for moment in moments) / MICRO
    parts = []
    if counts["here"]:
        parts.append(f"here {counts['here']} for {spent:,.2f}")
    if counts["rival"]:
        parts.append(f"at a rival {counts['rival']}")
    if counts["nothing"]:
        parts.append(f"nothing {counts['nothing']}")
    text = f"{many(len(moments), 'occasion')}: {', '.join(parts)}."
    chances = [m.facts["choice"]["here"] for m in moments if "choice" in m.facts]
    if chances:
        low, high = share(min(chances), 0), share(max(chances), 0)
        text += f" Chance here {low}." if low == high else f" Chance here {low} to {high}."
    elif len({moment.facts["stood"] for moment in moments}) == 1:
        stood = STOOD.get(moments[0].facts["stood"])
        text = f"{many(len(moments), 'occasion')} passed: {stood}." if stood else text
    for name, facts in _summed_schemes(moments).items():
        took = f"took {many(facts['rewards'], 'reward')}, " if facts["rewards"] else ""
        text += (
            f" {name.capitalize()}: {took}{facts['issued']:,} earned, {facts['balance']:,} held."
        )
    return text


def _summed_schemes(moments: list[Moment]) -> dict[str, Facts]:
    sums: dict[str, Facts] = {}
    for moment in moments:
        for name, facts in moment.facts.get("schemes", {}).items():
            before = sums.get(name, {"issued": 0, "rewards": 0})
            sums[name] = {
                "issued": before["issued"] + facts["issued"],
                "rewards": before["rewards"] + facts.get("rewards", 0),
                "balance": facts["balance"],
            }
    return sums


def is_ordinary(moment: Moment) -> bool:
    """Whether it is an occasion that changes nothing but amounts."""
    facts = moment.facts
    if moment.kind != "occasion":
        return False
    if any(name in facts for name in TURNS):
        return False
    if ALWAYS_TOLD & facts["booked"].keys():
        return False
    schemes = facts.get("schemes", {}).values()
    return not any(s["redeemed"] or s["expired"] or s.get("joins") for s in schemes)


# Kinds of moments


def _start(facts: Facts) -> Iterator[str]:
    who = "A person" if facts["stage"] == "suspect" else f"A {_stage(facts['stage'])}"
    text = f"{who} of the segment {facts['segment']}"
    if facts["never"]:
        text += ", who will never buy here"
    elif facts["stage"] == "suspect":
        text += ", who does not know the firm yet"
    if facts["asleep"]:
        text += ", asleep"
    if facts["purchases"]:
        text += (
            f"; {many(facts['purchases'], 'purchase')} so far, the first "
            f"{number(-facts['first_at'], 1.0)} weeks ago"
        )
    yield text + "."
    pace = (
        "A contract" if facts["contract"] else f"{facts['occasions_per_week']:.2g} occasions a week"
    )
    yield (
        f"{pace}, usual basket {facts['usual_basket']:,.2f}, by preference "
        f"{share(facts['neutral_share'], 0)} of purchases here."
    )


def _occasion(facts: Facts) -> Iterator[str]:
    booked, choice = facts["booked"], facts.get("choice")
    if facts.get("considers"):
        yield "Hears of the firm and considers it from now on."
    if booked.get("woke_up"):
        yield "Wakes up, and considers the firm again."
    text = CHOSEN[facts["chosen"]]
    if "at" in facts:
        text += f" ({facts['at']})"
    if booked.get("first_purchases"):
        text += " for the first time"
    if booked.get("won_back"):
        text += ", and is won back"
    visit = facts.get("visit")
    if visit:
        text += f" for {visit['paid']:,.2f}"
    if choice:
        yield f"{text}. {chances(choice)}"
        yield from reasons(choice)
    elif "contract" in facts:
        yield f"{text}: the contract {facts['contract']}."
    else:
        yield f"{text}: {STOOD.get(facts['stood'], facts['stood'])}."
    if visit:
        yield from _visit(visit)
    yield from _words(facts)
    yield from _staying(facts)


def chances(choice: Facts) -> str:
    """The chances of a choice and its draw."""
    here, rival = choice["here"], choice["rival"]
    stated = " (as the scenario states it)" if choice["stated"] else ""
    return (
        f"Chance here {share(here, 0)}{stated}, at a rival {share(rival, 0)}, nothing "
        f"{share(max(0.0, 1.0 - here - rival), 0)}; the draw was {choice['draw']:.3f}."
    )


def reasons(choice: Facts) -> Iterator[str]:
    """What speaks for buying here and against it, in log-odds."""
    terms = choice["log_odds"]
    pro = [signed(name, x) for name, x in terms.items() if shows(x) and x > 0.0]
    con = [signed(name, x) for name, x in terms.items() if shows(x) and x < 0.0]
    parts = [f"For it: {', '.join(pro)}."] if pro else []
    parts += [f"Against it: {', '.join(con)}."] if con else []
    if parts:
        yield " ".join(parts)
    there = [signed(name, x) for name, x in choice["rival_log_odds"].items() if shows(x)]
    if there:
        yield f"A rival: {', '.join(there)}."


def shows(x: float) -> bool:
    """Whether a log-odds is seen at two decimals."""
    return abs(x) >= 0.005


def signed(name: str, x: float) -> str:
    """A term with its log-odds."""
    return f"{name} {'+' if x > 0.0 else '−'}{f'{abs(x):.2f}' if isfinite(x) else '∞'}"


_FAILED = {
    "core": "The product failed",
    "encounter": "The treatment failed",
    "system": "Something around the sale failed",
    "promise": "A promise was not kept",
}


def _visit(visit: Facts) -> Iterator[str]:
    name = visit["employee"]
    served = "Nobody trained was there" if name is None else f"{name} served"
    if visit["own_contact"]:
        served += " (the own contact)"
    quality = f"quality {visit['quality']:.1f} against {visit['expected']:.1f} expected"
    yield f"{served}; {quality}, satisfaction {_from_to(visit['satisfaction'])}."
    if visit["failure"] > 0.0:
        voiced = "complained" if visit["complains"] else "said nothing"
        voiced = "said so when asked" if visit["asked"] else voiced
        failed = f"{_FAILED[visit['kind']]} (by {visit['failure']:.1f} points)"
        yield f"{failed}, and the customer {voiced}."


def _words(facts: Facts) -> Iterator[str]:
    told = facts.get("told", [])
    if told:
        people = ", ".join(map(str, told[:5])) + (", ..." if len(told) > 5 else "")
        verb = "Warned" if facts["booked"].get("warned") else "Recommended the firm to"
        yield f"{verb} {'customer' if len(told) == 1 else 'customers'} {people}."


def _staying(facts: Facts) -> Iterator[str]:
    booked, staying = facts["booked"], facts.get("staying", {})
    if "lost" in facts:
        how = "Left knowingly" if facts["lost"] == "knowingly" else "Lost silently"
        yield f"{how}{_risk(staying)}."
        yield from _causes(facts)
    elif booked.get("fell_asleep"):
        yield f"Fell asleep{_risk(staying)}."


def _causes(facts: Facts) -> Iterator[str]:
    """What has raised the risk, and how likely the customer would have stayed without it."""
    found = sorted(facts.get("causes", {}).items(), key=lambda item: -item[1])
    told = [f"{CAUSES[name]} ({share(x, 0)})" for name, x in found if x >= LEAST_CAUSE]
    if told:
        yield f"Would have stayed, with this probability, but for this: {', '.join(told)}."


def _risk(staying: Facts) -> str:
    if "stated" in staying:
        return f": stated chance {share(staying['stated'])}, the draw was {staying['draw']:.3f}"
    if staying.get("knowingly") is None:
        return ""
    known, silent = staying["knowingly"], staying.get("silently") or 0.0
    terms = [signed(name, x) for name, x in staying["terms"].items() if shows(x)]
    why = f"; log risk: {', '.join(terms)}" if terms else ""
    return (
        f": over {staying['weeks']:.1f} weeks the chance of leaving was {share(known + silent)}, "
        f"the draw {staying['draw']:.3f}{why}"
    )


def _word(facts: Facts) -> Iterator[str]:
    kind = "a recommendation" if facts["good"] else "a warning"
    yield f"Heard {kind}: {signed('word heard', facts['heard'])}."
    if facts.get("considers"):
        yield "Considers the firm from now on."


def _complaint(facts: Facts) -> Iterator[str]:
    by = f" by {facts['channel']}" if facts["channel"] else ""
    if not facts["answered"]:
        yield f"The complaint{by} was not answered; given up after {facts['hours']:.0f} hours."
    else:
        how = "resolved" if facts["resolved"] else "answered but not resolved"
        if facts["gave_up"]:
            how = "answered, and given up"
        text = f"The complaint{by} was {how} after {facts['hours']:.0f} hours"
        paid = facts["booked"].get("compensation", 0) / MICRO
        text += f", with {paid:,.2f} for it" if paid else ""
        yield f"{text}; satisfaction {_from_to(facts['satisfaction'])}."
        yield from _handling(facts)
    if "lost" in facts:
        yield "Left over it, knowingly."
        yield from _causes(facts)


def _handling(facts: Facts) -> Iterator[str]:
    """How a complaint was handled, where it was not simply taken up and settled."""
    parts = []
    if facts["hand_offs"]:
        parts.append(f"passed on to a colleague {_times(facts['hand_offs'])}")
    if facts["level"] == 2:
        parts.append("handed to the second level")
    if facts["followed_up"]:
        parts.append("followed up")
    if facts["repeats"]:
        parts.append(f"made {_times(facts['repeats'])} more")
    if facts["remedy"]:
        parts.append(f"what was given: {GIVEN[facts['remedy']]}")
    if parts:
        yield f"First answer after {facts['answer_hours']:.0f} hours; {', '.join(parts)}."


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _schemes(facts: Facts) -> Iterator[str]:
    for name, scheme in facts.get("schemes", {}).items():
        parts = []
        if scheme.get("rewards"):
            rewards = many(scheme["rewards"], "reward")
            parts.append(f"took {rewards} for {scheme['redeemed']:,}")
        if scheme["issued"]:
            parts.append(f"{scheme['issued']:,} earned")
        if scheme["expired"]:
            parts.append(f"{scheme['expired']:,} expired")
        if scheme.get("joins"):
            parts.insert(0, "joined")
        goal = f" of {scheme['goal']:,.0f}" if scheme["goal"] else ""
        held = f"{scheme['balance']:,}{goal} held"
        yield f"{name.capitalize()}: {', '.join([*parts, held])}."


# Words and lines


def _title(life: Life) -> str:
    business = life.result.business
    world = f"with “{life.alternative}”" if life.alternative else "the business as it is"
    return f"Customer {life.customer} of {business.name}, {world}"


def totals(life: Life) -> str:
    """What came of a life."""
    booked, business = life.booked, life.result.business
    customer = life.result.customers[life.customer]
    return (
        f"In the end: {_stage(STAGES[int(customer['stage'])])}. "
        f"{many(booked.get('purchases', 0), 'purchase')} here of "
        f"{booked.get('category_purchases', 0):,} in the category; revenue "
        f"{booked.get('revenue', 0) / MICRO:,.2f} {business.currency}, which left "
        f"{life.left / MICRO:,.2f} "
        "after goods, serving, rewards and compensation."
    )


def _entry(date: str, paragraphs: Iterable[str], width: int) -> list[str]:
    lines = [line for text in paragraphs for line in wrap(text, max(width - DATE, 20))]
    return [f"{date if not n else '':<{DATE}}{line}".rstrip() for n, line in enumerate(lines)]


def many(n: int, what: str) -> str:
    """A number of things."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _from_to(pair: list[float]) -> str:
    return f"{pair[0]:.1f} to {pair[-1]:.1f}"


def _stage(name: str) -> str:
    return name.replace("_", "-")
