"""What reaches people beside their occasions: contacts, new rules, ends of complaints, words."""

from __future__ import annotations

from math import exp
from typing import Any

from loyaltysim.behaviour.awareness import is_customer
from loyaltysim.behaviour.companion import look_at_companion
from loyaltysim.behaviour.familiarity import fade
from loyaltysim.behaviour.sunk_cost import use_what_was_paid
from loyaltysim.behaviour.word import hear
from loyaltysim.customers.causes import ANSWER, blame_failure, book_loss, find_causes
from loyaltysim.customers.complaints import close_ticket
from loyaltysim.customers.population import Outcome, World
from loyaltysim.customers.stages import stage_of
from loyaltysim.customers.staying import leave, terms_of_leaving
from loyaltysim.mechanism import Record, rule
from loyaltysim.rewards.goal import gain_pull, progress_pull
from loyaltysim.rewards.membership import (
    at_stake,
    get_contact,
    get_introduction,
    live_with_new_rules,
    stake,
)
from loyaltysim.rewards.reward import book_reward


@rule
def receive(
    customer: Record,
    segment: Record,
    message: Record,
    week: Record,
    beliefs: Record,
    log_risk: float,
    rivals_hold: float,
    loss: Record,
    tally: Record,
) -> bool:
    """What reaches a customer at the end of a week: the end of a complaint, or a word.

    True if the customer leaves over it, for the reasons in `loss`.
    """
    now = week.ends
    if message.kind == 1:
        hear(customer, message, week, beliefs, now, tally)
        return False
    leaves, relief_missing = close_ticket(customer, message, week, beliefs, log_risk, tally)
    if not (leaves and is_customer(customer)):
        return False
    leave(customer, segment, week, beliefs, now, True, tally)
    find_causes(loss, customer, segment, week, beliefs, now, rivals_hold)
    loss.without[ANSWER] = exp(-relief_missing)
    blame_failure(loss, message.cause, 1.0)
    return True


@rule
def risk_at_the_desk(world: Any, i: int, customer: Record, segment: Record) -> tuple[float, float]:
    """What moves the log risk of leaving when a complaint ends, programmes included.

    And how much of it is what rivals pull and hold.
    """
    week = world.week[0]
    beliefs = world.beliefs[0]
    now = week.ends
    if customer.companion > 0:
        look_at_companion(customer, world.there[customer.companion - 1])
    log_risk = terms_of_leaving(customer, segment, week, beliefs, now)
    held_here, held_there = 0.0, 0.0
    pulls = use_what_was_paid(customer, 0, beliefs, now)
    pulls_there = use_what_was_paid(customer, 1, beliefs, now)
    for j in range(len(world.schemes)):
        member = world.members[i, j]
        scheme = world.schemes[j]
        held = at_stake(customer, member, scheme)
        gains = gain_pull(customer, member, scheme, beliefs, now, customer.usual_gap, True)
        gains += progress_pull(member, scheme, beliefs, now)
        if scheme.rival == 0:
            held_here = max(held_here, held)
            pulls += gains
        else:
            held_there = max(held_there, held)
            pulls_there += gains
    rivals_hold = beliefs.member_stays * held_there
    if segment.period > 0.0:
        # A contract is not chosen anew: what pulls keeps.
        log_risk += pulls_there - pulls
        rivals_hold += pulls_there
    return log_risk - stake(held_here, held_there, beliefs), rivals_hold


def read_contacts(world: World, out: Outcome, first: int, last: int) -> None:
    """What the firm, or a rival, sends to people: the contacts `first` to `last` of the week."""
    week = world.week[0]
    beliefs = world.beliefs[0]
    for k in range(first, last):
        contact = world.contacts[k]
        customer = world.customers[contact.customer]
        scheme = world.schemes[contact.scheme]
        tally = out.tallies[customer.segment]
        if customer.never == 1:
            # It costs as much, and does nothing.
            book_reward(customer, scheme, scheme.contact_cost, tally)
        else:
            member = world.members[contact.customer, contact.scheme]
            get_contact(customer, member, scheme, week, beliefs, tally)


def change_rules(world: World, out: Outcome, lo: int, hi: int) -> None:
    """New rules of a scheme come into force for its members among customers `lo` to `hi`."""
    week = world.week[0]
    j = week.changed
    for i in range(lo, hi):
        member = world.members[i, j]
        if member.joined == 1:
            customer = world.customers[i]
            live_with_new_rules(
                customer, member, world.before[0], world.schemes[j], world.beliefs[0],
                week.begins, out.flows[j, customer.segment], out.tallies[customer.segment],
            )  # fmt: skip


def read_messages(world: World, out: Outcome, first: int, last: int) -> None:
    """What the messages `first` to `last` of the inbox do to those whom they reach."""
    week = world.week[0]
    beliefs = world.beliefs[0]
    programmes = len(world.schemes)
    for k in range(first, last):
        message = world.inbox[k]
        customer = world.customers[message.customer]
        if customer.never == 1:
            continue
        segment = world.segments[customer.segment]
        tally = out.tallies[customer.segment]
        if message.kind == 2:
            customer.companion = message.teller + 1
            for j in range(programmes):
                member = world.members[message.customer, j]
                get_introduction(customer, member, world.schemes[j], beliefs, week.ends, tally)
        else:
            log_risk, rivals_hold = 0.0, 0.0
            if message.kind == 0:
                log_risk, rivals_hold = risk_at_the_desk(world, message.customer, customer, segment)
            else:
                fade(customer, world.seats[customer.contact], week, beliefs, week.ends)
            loss = out.loss[0]
            if receive(
                customer, segment, message, week, beliefs, log_risk, rivals_hold, loss, tally
            ):
                book_loss(out.losses, loss, customer, segment, week)
            world.there_now[message.customer] = is_customer(customer)
        stage = stage_of(customer, world.thresholds[0], week.ends)
        if stage != customer.stage:
            out.moves[customer.segment, customer.stage, stage] += 1
            customer.stage = stage
