"""Why a customer is lost: by how much less likely that was but for each thing that could be amiss.

A loss happens at a hazard that several things have raised. What would be left of it without one of
them says how probable it is that the customer would still be there but for that one: 1 less that
ratio (the probability of causation; Robins & Greenland 1989). Causes overlap, so these do not add
up: who left over a failure that was answered badly left over both. To share a loss out, the
probability that any of them mattered is divided in proportion. What is left has no cause that is
followed here: people move away, or need the thing no more.
"""

from __future__ import annotations

from math import exp
from typing import Any

from loyaltysim.behaviour import deals, fairness, goodwill, price
from loyaltysim.behaviour.let_down import FOLLOWED, PRICE, shortfall
from loyaltysim.behaviour.satisfaction import weighed
from loyaltysim.behaviour.word import rumour
from loyaltysim.customers.stages import FIRST_TIME, LOST, REPEAT
from loyaltysim.ledger import MICRO, micros
from loyaltysim.mechanism import Record, rule
from loyaltysim.units import WEEKS_PER_YEAR

CAUSES = (
    "product", "treatment", "systems", "promises", "unskilled", "overload", "price",
    "answer", "contact", "envy", "taken_away", "rivals", "word",
)  # fmt: skip
"""What can have been amiss: failures of the four kinds, want of skill, overload, price; how a
complaint was answered; a contact, or people of the team, who left; favours to others; something
that was taken away; what holds or pulls at rivals; warnings."""

ANSWER, CONTACT, ENVY, TAKEN_AWAY, RIVALS, WORD = range(FOLLOWED, len(CAUSES))
NO_CAUSE = len(CAUSES)
"""The place of losses without any of these."""

STATE = {"asleep_over": (float, len(CAUSES))}
"""Of a sleeper, by how much less likely it was to fall asleep but for each cause."""

LOSS = {"log_risk": (float, len(CAUSES)), "without": (float, len(CAUSES))}
"""Of a loss, log risk that each cause has added, and the share of the hazard left without it."""

BUT_FOR, SHARED, WORTH = range(3)
MEASURES = ("but_for", "shared", "worth")
"""What is summed of losses by cause: customers who would be there but for it, losses shared out
(both in millionths), and the contribution a year that goes with the latter, in millionths."""


@rule
def find_causes(
    loss: Record,
    customer: Record,
    segment: Record,
    week: Record,
    beliefs: Record,
    now: float,
    rivals: float,
) -> None:
    """What has raised the risk that a customer was lost at; `rivals` is their part of its log."""
    gap = customer.satisfaction - customer.expectation
    felt = weighed(gap, beliefs)
    for cause in range(FOLLOWED):
        missing = max(shortfall(customer, cause, beliefs), 0.0)
        loss.log_risk[cause] = beliefs.satisfaction_stays * (weighed(gap + missing, beliefs) - felt)
    loss.log_risk[ANSWER] = 0.0
    loss.log_risk[CONTACT] = beliefs.familiarity_stays * customer.tie_lost
    loss.log_risk[ENVY] = max(fairness.staying(customer, week, beliefs), 0.0)
    loss.log_risk[TAKEN_AWAY] = max(goodwill.staying(customer, week, beliefs), 0.0)
    loss.log_risk[RIVALS] = max(rivals, 0.0)
    loss.log_risk[WORD] = 0.0
    if segment.period > 0.0:
        # Whoever is bound by a contract leaves over what moves the choice of others.
        dear = price.wish(customer, week, beliefs) + deals.wish(customer, week, beliefs)
        loss.log_risk[PRICE] += max(-dear, 0.0)
        loss.log_risk[WORD] = max(-rumour(customer, beliefs, now), 0.0)
    for cause in range(NO_CAUSE):
        loss.without[cause] = exp(-loss.log_risk[cause])


@rule
def blame_failure(loss: Record, kind: int, share: float) -> None:
    """The loss followed a failure, which made up this share of the hazard; all else but raised it.

    The rest, a personal risk after any purchase, has no cause.
    """
    for cause in range(NO_CAUSE):
        loss.without[cause] = 1.0 - share * (1.0 - loss.without[cause])
    loss.without[kind] = min(loss.without[kind], 1.0 - share)


@rule
def blame_only(loss: Record, cause: int) -> None:
    """The loss has one cause, or, at `NO_CAUSE`, none."""
    for other in range(NO_CAUSE):
        loss.without[other] = 0.0 if other == cause else 1.0


@rule
def fall_asleep_over(customer: Record, loss: Record) -> None:
    """A sleeper is lost later at a fixed risk, and so over what led to sleep."""
    for cause in range(NO_CAUSE):
        customer.asleep_over[cause] = 1.0 - loss.without[cause]


@rule
def blame_what_led_to_sleep(loss: Record, customer: Record) -> None:
    """A sleeper is lost: the causes are those of falling asleep."""
    for cause in range(NO_CAUSE):
        loss.without[cause] = 1.0 - customer.asleep_over[cause]


@rule
def worth_per_year(customer: Record, segment: Record, week: Record) -> float:
    """What a customer usually leaves a year: usual baskets less goods and serving.

    At the pace and the chance to buy here that are the customer's own by now; the gaps of the last
    purchases would say the same with their luck in it.
    """
    visits = customer.pace * customer.firm_odds / (1.0 + customer.firm_odds)
    if segment.period > 0.0:
        visits = 1.0 / segment.period
    elif segment.given == 1:
        # Stated chances stand in for one's own.
        visits = 1.0 / customer.usual_gap
    visit = customer.usual_basket * (week.price - week.cost_share) - week.cost_per_visit / MICRO
    return float(visit * WEEKS_PER_YEAR * visits)


@rule
def book_loss(losses: Any, loss: Record, customer: Record, segment: Record, week: Record) -> None:
    """Add a loss to the sums by segment, stage, cause and measure.

    Whole numbers: the shares add up to one customer, and what they are worth to what one is.
    """
    place, stage = customer.segment, customer.stage
    # Who is lost at once after a purchase is lost from where that has led.
    if customer.purchases == 1:
        stage = FIRST_TIME
    elif stage == LOST:
        stage = REPEAT
    worth = micros(worth_per_year(customer, segment, week))
    total, none = 0.0, 1.0
    for cause in range(NO_CAUSE):
        total += 1.0 - loss.without[cause]
        none *= loss.without[cause]
    people_left, worth_left = MICRO, worth
    for cause in range(NO_CAUSE):
        but_for = 1.0 - loss.without[cause]
        if but_for <= 0.0:
            continue
        share = (1.0 - none) * but_for / total
        shared, part = micros(share), micros(share * worth / MICRO)
        losses[place, stage, cause, BUT_FOR] += micros(but_for)
        losses[place, stage, cause, SHARED] += shared
        losses[place, stage, cause, WORTH] += part
        people_left -= shared
        worth_left -= part
    losses[place, stage, NO_CAUSE, BUT_FOR] += people_left
    losses[place, stage, NO_CAUSE, SHARED] += people_left
    losses[place, stage, NO_CAUSE, WORTH] += worth_left
