"""The population's week: one compiled call, or the same lines interpreted for one life.

Arrays are touched here, in `reached` and in `telling` alone; the rules see records. (Arrays that
are handed from rule to rule cost more, in counted references, than the rules themselves.)
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, GONE, is_customer, take_notice
from loyaltysim.behaviour.companion import look_at_companion
from loyaltysim.behaviour.familiarity import fade
from loyaltysim.behaviour.goodwill import cool
from loyaltysim.behaviour.habit import gap_at_rivals, remember_choice
from loyaltysim.behaviour.occasions import QUARTER_WEEKS, after, drift_on, gap
from loyaltysim.behaviour.pantry import appetite
from loyaltysim.behaviour.sunk_cost import use_what_was_paid
from loyaltysim.behaviour.word import (
    MOST_TOLD,
    recommend,
    rumour,
    welcome,
    welcome_saving,
)
from loyaltysim.customers.causes import (
    CONTACT,
    NO_CAUSE,
    blame_failure,
    blame_only,
    blame_what_led_to_sleep,
    book_loss,
    fall_asleep_over,
    find_causes,
)
from loyaltysim.customers.choice import FIRM, NOTHING, RIVAL, choose, lifted, wishes
from loyaltysim.customers.complaints import risk_after_failure
from loyaltysim.customers.diary import NEVER, entry_of, reason_of
from loyaltysim.customers.failures import go_wrong, goes_wrong, pay_late
from loyaltysim.customers.given import choose_by_table, stay_by_table
from loyaltysim.customers.rivals import luck_of_rival
from loyaltysim.customers.stages import stage_of
from loyaltysim.customers.staying import decide_staying, follow, sleep_on, terms_of_leaving
from loyaltysim.customers.telling import hearer, write_word
from loyaltysim.customers.visit import basket, pay, serve, server_of, take_in
from loyaltysim.draws import occasion_luck
from loyaltysim.mechanism import Record, rule
from loyaltysim.memory import fetch
from loyaltysim.rewards.goal import gain_pull, progress_pull
from loyaltysim.rewards.membership import (
    at_stake,
    collect,
    is_open,
    lapse,
    offer_of,
    settle_claims,
    stake,
)

AHEAD = 8
"""How many customers ahead memory is asked for a record."""

MOST_WORDS = MOST_TOLD + 1
"""Words that one occasion can add to the outbox."""


class World(NamedTuple):
    """Everything that a week of customers' lives reads and writes."""

    customers: Any
    due: Any
    members: Any
    schemes: Any
    rivals: Any
    segments: Any
    seats: Any
    servers: Any
    season: Any
    week: Any
    beliefs: Any
    thresholds: Any
    inbox: Any
    contacts: Any
    before: Any
    there: Any
    there_now: Any


class Outcome(NamedTuple):
    """What a block of customers causes: one for each block, so that threads never share."""

    visit: Any
    tallies: Any
    flows: Any
    moves: Any
    loss: Any
    losses: Any
    tickets: Any
    words: Any
    entries: Any
    gains: Any
    sent: Any


@rule
def make_choice(
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    luck: Any,
    pull: float,
    rival_pull: float,
) -> int:
    """What a person who knows the firm does at an occasion; pulls are log-rates of open goals."""
    if segment.period > 0.0:
        # A contract goes on unless the customer decides otherwise; see the decision to stay.
        if customer.last_at > customer.lost_at:
            return FIRM
        if luck.awake >= segment.awake:
            return NOTHING
    weight = customer.firm_weight
    rival_weight = customer.rival_weight
    if rival_pull != 0.0:
        rival_weight = lifted(rival_weight, customer.rival_odds, rival_pull, 0.0)
    if customer.purchases == 0:
        weight *= segment.first_chance
    word = rumour(customer, beliefs, now)
    weight = lifted(weight, customer.firm_odds, wishes(customer, week, beliefs) + pull, word)
    hunger = appetite(customer, beliefs, now)
    return choose(luck.choice, hunger * weight, hunger * rival_weight)


@rule
def write_ticket(
    ticket: Record, customer: Record, visit: Record, beliefs: Record, number: int
) -> None:
    """A complaint, as the desk will see it."""
    ticket.customer = number
    ticket.who = customer.who
    ticket.nth = customer.occasions
    ticket.opened_at = visit.now
    ticket.severity = visit.severity
    ticket.cause = visit.kind
    ticket.basket = visit.usual
    ticket.urgent = 1 if visit.severity >= beliefs.grave_failure else 0
    if visit.priority == 1:
        ticket.urgent = 2
    ticket.hotline_hours = visit.hotline_hours


def live_week(world: World, out: Outcome, lo: int, hi: int, start: int) -> int:
    """Live the week of customers `lo` to `hi`, from `start` on.

    Returns the customer at whom the outbox or the diary was full (call again from there,
    with empty ones), or `hi`.
    """
    customers = world.customers
    due = world.due
    members = world.members
    schemes = world.schemes
    seats = world.seats
    week = world.week[0]
    beliefs = world.beliefs[0]
    thresholds = world.thresholds[0]
    visit = out.visit[0]
    quarter = int(week.begins / QUARTER_WEEKS)
    programmes = len(schemes)
    there = world.there
    there_now = world.there_now
    rivals = world.rivals
    named = rivals.shape[1]
    tickets = out.sent[0]
    words = out.sent[1]
    # A diary that is not asked for has no room at all.
    noting = len(out.entries) > 0
    noted = 0
    gained = 0
    reason = NEVER
    earned = 0

    for i in range(start, hi):
        # Records lie too far apart for the processor to guess which is wanted next.
        soon = i + AHEAD
        if soon < hi and due[soon] < week.ends:
            fetch(customers, soon)
            if programmes > 0:
                fetch(members, soon)
        if due[i] >= week.ends:
            continue
        customer = customers[i]
        segment = world.segments[customer.segment]
        tally = out.tallies[customer.segment]
        while due[i] < week.ends:
            if (
                tickets >= len(out.tickets)
                or words + MOST_WORDS > len(out.words)
                or (noting and noted >= len(out.entries))
            ):
                out.sent[0] = tickets
                out.sent[1] = words
                out.sent[2] = noted
                out.sent[3] = gained
                return i
            now = due[i]
            luck = occasion_luck(week.seed, week.replication, customer.who, customer.occasions)
            tally.occasions += 1
            # Gaps depend on nothing that happens, so the next date can be worked out meanwhile.
            drift_on(customer, segment, week, beliefs, quarter)
            later = after(now, gap(customer, segment, week, luck.gap), segment, world.season)

            if customer.never == 0 and (customer.aware == 0 or customer.activity == GONE):
                take_notice(customer, segment, week, now, tally)
            asleep = customer.activity == DORMANT
            times_lost = customer.times_lost
            if asleep:
                sleep_on(luck.staying, customer, segment, week, beliefs, now, tally)
            if noting:
                reason = reason_of(customer)
                earned = customer.revenue - customer.costs
            chosen = NOTHING
            went_along = False
            found_in = 0
            known_risk, rivals_hold = 0.0, 0.0

            contact = seats[customer.contact]
            if customer.never == 0 and customer.aware == 1 and customer.activity == ACTIVE:
                fade(customer, contact, week, beliefs, now)
                if customer.follows == 1:
                    follow(customer, segment, week, beliefs, now, tally)
                    went_along = True
            if customer.never == 0 and customer.aware == 1 and customer.activity == ACTIVE:
                cool(customer, beliefs, now)
                customer.saving = welcome_saving(customer, beliefs, now)
                renews = segment.period > 0.0 and is_customer(customer)
                # What the firm's schemes and its rivals' pull.
                pull, rival_pull = 0.0, customer.goodwill[1]
                if programmes > 0:
                    # A scheme that still is in force says so again.
                    customer.referral_wish = 0.0
                    customer.can_offer = 0.0
                    pull += use_what_was_paid(customer, 0, beliefs, now)
                    rival_pull += use_what_was_paid(customer, 1, beliefs, now)
                for j in range(programmes):
                    member = members[i, j]
                    if member.joined == 1:
                        scheme = schemes[j]
                        usual = customer.usual_gap
                        if scheme.rival == 1:
                            usual = gap_at_rivals(customer)
                        wanted = offer_of(customer, member, scheme, beliefs, now)
                        wanted += gain_pull(customer, member, scheme, beliefs, now, usual, renews)
                        wanted += progress_pull(member, scheme, beliefs, now)
                        if scheme.rival == 0:
                            pull += wanted
                        else:
                            rival_pull += wanted
                chosen = make_choice(customer, segment, week, beliefs, now, luck, pull, rival_pull)
                if segment.given == 1:
                    found_in = stage_of(customer, thresholds, now)
                    to_go = inf
                    for j in range(programmes):
                        member = members[i, j]
                        if member.goal_size > 0.0 and schemes[j].rival == 0:
                            to_go = min(to_go, member.goal_visits)
                    chosen = choose_by_table(luck, customer, segment, found_in, to_go, chosen)

                upset = False
                if chosen == FIRM:
                    place = server_of(contact, week, luck.server)
                    server = contact
                    own = 1.0
                    if place >= 0:
                        server = seats[world.servers[place]]
                        if week.dedicated == 1:
                            own = beliefs.colleague_familiarity
                    visit.usual = customer.usual_basket * week.price
                    visit.severity = 0.0
                    visit.complains = 0
                    visit.told = 0
                    serve(visit, server, own, week, beliefs, luck.quality)
                    if goes_wrong(luck.failure, server.skill, week, beliefs):
                        go_wrong(customer, visit, server.skill, week, beliefs, now, tally)
                    else:
                        pace = segment.typical_pace
                        if segment.period > 0.0:
                            pace = 1.0 / segment.period
                        visit.told = recommend(luck.telling, customer, beliefs, pace, now, tally)
                elif chosen == RIVAL:
                    visit.usual = customer.usual_basket
                if chosen == FIRM or (chosen == RIVAL and week.rival_schemes > 0):
                    visit.now = now
                    visit.discount = 0.0
                    visit.priority = 0
                    visit.hotline_hours = inf
                    visit.paid = basket(customer, segment, week, luck.basket)
                    if chosen == FIRM:
                        brought_by = welcome(customer, visit, beliefs)
                        if brought_by > 0:
                            write_word(out.words[words], customer, i, brought_by - 1, 0.0)
                            words += 1
                    for j in range(programmes):
                        if is_open(schemes[j], chosen, now):
                            settle_claims(
                                customer, members[i, j], segment, schemes[j], visit, week, beliefs,
                                out.flows[j, customer.segment], tally,
                            )  # fmt: skip
                    if chosen == FIRM:
                        pay(customer, visit, week, beliefs, tally)
                    for j in range(programmes):
                        if is_open(schemes[j], chosen, now):
                            collect(
                                customer, members[i, j], schemes[j], visit, beliefs,
                                out.flows[j, customer.segment], tally,
                            )  # fmt: skip
                if chosen == FIRM:
                    take_in(customer, visit, week, beliefs, tally)
                    known_risk = customer.drop_out
                    if visit.complains > 0:
                        # The decision to leave waits until the ticket is closed.
                        write_ticket(out.tickets[tickets], customer, visit, beliefs, i)
                        tickets += 1
                    elif visit.severity > 0.0:
                        upset = True
                        if segment.period > 0.0:
                            pay_late(customer, visit, week, beliefs, tally)
                    good = visit.severity == 0.0
                    for k in range(visit.told):
                        write_word(
                            out.words[words], customer, i,
                            hearer(world, i, k, good),
                            1.0 if good else -1.0,
                        )  # fmt: skip
                        words += 1
                if chosen == RIVAL and named > 0:
                    which = 0
                    u = luck_of_rival(customer, week)
                    while u >= rivals[i, which].until and which < named - 1:
                        which += 1
                    rivals[i, which].purchases += 1
                if chosen != NOTHING:
                    tally.category_purchases += 1
                    customer.stocked_at = now
                    remember_choice(customer, 1.0 if chosen == FIRM else 0.0, beliefs)
                # Contracts are thought over when awake, and a failure wakes.
                thinks = segment.period == 0.0 or luck.awake < segment.awake or upset
                if thinks and not asleep and is_customer(customer):
                    if customer.companion > 0:
                        look_at_companion(customer, there[customer.companion - 1])
                    log_risk = terms_of_leaving(customer, segment, week, beliefs, now)
                    held_here, held_there = 0.0, 0.0
                    for j in range(programmes):
                        held = at_stake(customer, members[i, j], schemes[j])
                        if schemes[j].rival == 0:
                            held_here = max(held_here, held)
                        else:
                            held_there = max(held_there, held)
                    if segment.period > 0.0:
                        # A contract is not chosen anew: what pulls keeps.
                        log_risk += rival_pull - pull
                        rivals_hold = rival_pull
                    log_risk -= stake(held_here, held_there, beliefs)
                    rivals_hold += beliefs.member_stays * held_there
                    if upset:
                        known_risk += risk_after_failure(beliefs, visit.severity, log_risk)
                    if segment.given == 1 and segment.given_loss[found_in] >= 0.0:
                        stay_by_table(
                            luck.staying, customer, segment, week, beliefs, now, found_in, tally
                        )
                    else:
                        decide_staying(
                            luck.staying, customer, segment, week, beliefs, now, known_risk,
                            log_risk, tally,
                        )  # fmt: skip

            if customer.times_lost > times_lost or (customer.activity == DORMANT and not asleep):
                loss = out.loss[0]
                find_causes(loss, customer, segment, week, beliefs, now, rivals_hold)
                if went_along:
                    blame_only(loss, CONTACT)
                elif asleep:
                    blame_what_led_to_sleep(loss, customer)
                elif segment.given == 1 and segment.given_loss[found_in] >= 0.0:
                    blame_only(loss, NO_CAUSE)
                elif customer.times_lost > times_lost and customer.lost_knowingly == 1:
                    blame_failure(loss, visit.kind, 1.0 - customer.drop_out / known_risk)
                if customer.activity == DORMANT:
                    fall_asleep_over(customer, loss)
                else:
                    book_loss(out.losses, loss, customer, segment, week)
            stage = stage_of(customer, thresholds, now)
            if stage != customer.stage:
                out.moves[customer.segment, customer.stage, stage] += 1
                customer.stage = stage
            if noting:
                out.entries[noted] = entry_of(reason, chosen)
                noted += 1
                if chosen == FIRM:
                    out.gains[gained] = customer.revenue - customer.costs - earned
                    gained += 1
            there_now[i] = is_customer(customer)
            customer.occasions += 1
            due[i] = later

    if week.closes_books == 1:
        for i in range(lo, hi):
            for j in range(programmes):
                if members[i, j].joined == 1:
                    number = customers[i].segment
                    lapse(
                        customers[i], members[i, j], schemes[j], beliefs, week.ends,
                        out.flows[j, number], out.tallies[number],
                    )  # fmt: skip
    if week.is_last == 1:
        # Who has become overdue since the last occasion is so on the last day.
        for i in range(lo, hi):
            customer = customers[i]
            if customer.purchases > 0:
                fade(customer, seats[customer.contact], week, beliefs, week.ends)
                stage = stage_of(customer, thresholds, week.ends)
                if stage != customer.stage:
                    out.moves[customer.segment, customer.stage, stage] += 1
                    customer.stage = stage
    out.sent[0] = tickets
    out.sent[1] = words
    out.sent[2] = noted
    out.sent[3] = gained
    return hi
