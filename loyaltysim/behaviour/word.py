"""Word of mouth: the satisfied recommend, the badly disappointed warn, strangers hear."""

from __future__ import annotations

from math import exp, floor
from typing import Any

from loyaltysim.behaviour.awareness import ACTIVE, consider_again
from loyaltysim.behaviour.deals import take_off
from loyaltysim.behaviour.goodwill import move_goodwill
from loyaltysim.behaviour.satisfaction import disconfirmation
from loyaltysim.draws import uniforms
from loyaltysim.mechanism import Record, rule
from loyaltysim.units import WEEKS_PER_YEAR

ORDER = 80
STATE = {
    "sociability": float,
    "heard": float,
    "heard_at": float,
    "recommended_at": float,
    "referral_wish": float,
    "can_offer": float,
    "invited_by": int,
    "invited_at": float,
    "welcome_off": float,
    "companion": int,
}
"""How many people one knows, as a normal score; what one has heard of the firm, in log-odds, when,
and when one last recommended it (week); log-rate of recommending for a referral reward, and the
share off that goes with it; the number, from 1, of who brought this person, when (week), and the
share off the first purchase that came with it; and the number, from 1, of who brought one, or
whom one brought last, once that has led to a purchase."""

DECISIONS = {"tell": 5, "heed": 6}
_TELL = DECISIONS["tell"]
_HEED = DECISIONS["heed"]

MOST_TOLD = 101
"""Nobody tells more people in the market about one visit."""

CONSIDERED = 3
"""People who come to mind where the one whom the firm suits best is told."""

MOST_KNOWN, MET = 2.5, 16
"""Acquaintances, against the mean, beyond which one hears no more (one person in twenty), and
people who are met at most until one is an acquaintance."""

DRAWS = 64
"""Draws that finding one person never needs, with eight uniforms each, in any market."""


@rule
def rumour(customer: Record, beliefs: Record, now: float) -> float:
    """Log-odds of choosing the firm by what has been heard and is not yet forgotten."""
    if customer.heard == 0.0:
        return 0.0
    return customer.heard * exp(-(now - customer.heard_at) / beliefs.word_fades_weeks)


@rule
def acquaintances(customer: Record, beliefs: Record) -> float:
    """Log of how many people one knows, against the mean: lognormal (McCormick et al. 2010)."""
    spread = beliefs.sociability_spread
    return float(spread * customer.sociability - 0.5 * spread * spread)


@rule
def recommend(
    u: float, customer: Record, beliefs: Record, typical_pace: float, now: float, tally: Record
) -> int:
    """How many people a satisfied customer tells after a visit: 0 or 1.

    Each visit gives something to tell, so who comes more often tells more; `typical_pace` are
    the visits a week at which the stated number a year is told.
    """
    log_rate = beliefs.recommends_by_satisfaction * disconfirmation(customer, beliefs)
    log_rate += customer.referral_wish + acquaintances(customer, beliefs)
    visits = WEEKS_PER_YEAR * typical_pace
    # Most visits end here, without an exponential: exp(x) <= 1 / (1 - x) below x = 1.
    if log_rate < 1.0 and u * (1.0 - log_rate) * visits >= beliefs.recommends_per_year:
        return 0
    expected = beliefs.recommends_per_year / visits * exp(log_rate)
    if u >= 1.0 - exp(-expected):
        return 0
    customer.recommended_at = now
    tally.recommended += 1
    # Who speaks for a firm feels bound to it (Garnefeld et al. 2013).
    move_goodwill(customer, 0, beliefs.commitment_pull, beliefs, now)
    return 1


@rule
def warn(u: float, customer: Record, beliefs: Record, severity: float, tally: Record) -> int:
    """How many people hear of a failure: none of a slight one."""
    if severity < beliefs.grave_failure:
        return 0
    people = beliefs.told_when_unhappy * exp(acquaintances(customer, beliefs))
    told = int(min(floor(people + u), float(MOST_TOLD)))
    tally.warned += told
    return told


@rule
def meet(customer: Record, week: Record, nth: int, turn: int) -> Any:
    """Draws of somebody whom the nth word of this occasion might reach: of which segment, and
    whether that is an acquaintance. `turn` counts those who are met.
    """
    return uniforms(
        week.seed, week.replication, customer.who, _TELL, customer.occasions,
        nth + MOST_TOLD * (DRAWS * turn + DRAWS - 1),
    )  # fmt: skip


@rule
def somebody(customer: Record, week: Record, people: int, nth: int, turn: int) -> int:
    """The place in a segment of so many of somebody who is met: anybody alike.

    By jump consistent hashing (Lamping & Veach 2014): one person more is drawn once in `people`,
    and all else is as it was before.
    """
    chosen, following, drawn = 0, 0, DRAWS * turn
    while following < people:
        luck = uniforms(
            week.seed, week.replication, customer.who, _TELL, customer.occasions,
            nth + MOST_TOLD * drawn,
        )  # fmt: skip
        drawn += 1
        for u in luck:
            if following < people:
                chosen = int(following)
                following = floor((chosen + 1.0) / u)
    return chosen


@rule
def is_known(u: float, other: Record, beliefs: Record) -> bool:
    """Whether somebody whom one meets is an acquaintance: the likelier, the more they have."""
    return u * MOST_KNOWN < exp(acquaintances(other, beliefs))


@rule
def come_to_mind(customer: Record, week: Record, beliefs: Record, nth: int) -> int:
    """How many might hear the nth word: one, or several of whom it goes to the best suited.

    Those who know the firm well pick people whom it suits (Van den Bulte et al. 2018).
    """
    luck = uniforms(
        week.seed, week.replication, customer.who, _TELL, customer.occasions,
        nth + MOST_TOLD * (DRAWS - 2),
    )  # fmt: skip
    return CONSIDERED if luck[0] < beliefs.matching * customer.familiarity else 1


@rule
def hear(
    customer: Record, message: Record, week: Record, beliefs: Record, now: float, tally: Record
) -> None:
    """A word reaches a person; a heeded recommendation brings those who are no customers.

    It moves people the less, the better they know the firm by themselves (Herr, Kardes & Kim 1991).
    Strangers and the lost consider the firm; who has never bought, known to the firm or not, has
    been brought by who told them.
    """
    pull = beliefs.good_word_pull if message.good > 0.0 else -beliefs.bad_word_pull
    customer.heard = rumour(customer, beliefs, now) + pull * (1.0 - customer.familiarity)
    customer.heard_at = now
    away = customer.aware == 0 or customer.activity != ACTIVE
    if message.good > 0.0 and (away or customer.purchases == 0):
        # Keyed by the word, not by how many were heard before, which differs between worlds.
        luck = uniforms(
            week.seed, week.replication, customer.who, _HEED, message.nth, message.sender
        )
        if luck[0] < beliefs.word_heeded:
            if away:
                consider_again(customer, tally)
            if customer.purchases == 0:
                customer.invited_by = message.teller + 1
                customer.invited_at = now
                customer.welcome_off = message.offers


@rule
def is_invited(customer: Record, beliefs: Record, now: float) -> bool:
    """Whether somebody who has never bought was brought lately."""
    if customer.purchases > 0 or customer.invited_by == 0:
        return False
    return now - customer.invited_at <= beliefs.invitation_lasts_weeks


@rule
def welcome_saving(customer: Record, beliefs: Record, now: float) -> float:
    """Share off the first purchase of somebody who was brought with an offer."""
    return float(customer.welcome_off) if is_invited(customer, beliefs, now) else 0.0


@rule
def welcome(customer: Record, visit: Record, beliefs: Record) -> int:
    """The first visit of somebody who was brought: the tie to who brought one is one to the firm.

    Returns the number of who brought the person, from 1; 0 for nobody.
    """
    if not is_invited(customer, beliefs, visit.now):
        return 0
    take_off(visit, customer.welcome_off)
    customer.companion = customer.invited_by
    customer.familiarity += beliefs.referral_tie * (1.0 - customer.familiarity)
    return int(customer.invited_by)
