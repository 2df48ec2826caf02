"""The numbers of the micro-model, and what each tool hands back.

A customer has a rate of occasions a week (gamma), a weight of the firm (lognormal), a
mean log basket (normal) and a hazard of being lost (lognormal). At an occasion, with
D = satisfaction - expectation, times `loss_weight` where below 0, and the balance of
points as it stands:

    L = satisfaction_pull D + progress_pull min(balance / reward_at, 1) exp(-(now - joined) / fades)
    w = weight exp(L (1 + odds))                        where L >= 0, odds = weight / (1 + rival)
        weight exp(L) / (1 + odds (1 - exp(L)))         where L < 0
    buys with chance w / (1 + w + rival); then
        all rewards that the balance allows are taken with chance `redeems`
        spends exp(log basket + within z); balance += floor(per_euro x spent)
        satisfaction += satisfaction_moves (q - satisfaction), q = quality + quality_spread z
        expectation  += expectation_moves  (q - expectation)
    is lost with chance 1 - exp(-hazard t exp(-satisfaction_stays D - member_stays [balance > 0]))

D and the balance in the last line are those after the visit, t the weeks since the last such
decision; the first looks back to an occasion before week 0, or to the purchase that was
made up to a usual gap ago, whichever is later.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

MODEL = Path(__file__).with_name("model.yaml")

OUTCOMES = ("purchases", "points_redeemed", "lost", "satisfaction", "revenue")
"""What is compared, of each customer: in the run, `satisfaction` at its end."""


@dataclass(frozen=True)
class Terms:
    """Plain numbers, as each tool needs them; times in weeks, money in euros."""

    weeks: int
    rate_mean: float
    rate_spread: float
    weight: float
    preference_spread: float
    rival: float
    log_basket: float
    basket_between: float
    basket_within: float
    hazard: float
    hazard_spread: float
    quality: float
    quality_spread: float
    satisfaction_spread: float
    satisfaction_moves: float
    expectation_moves: float
    loss_weight: float
    satisfaction_pull: float
    satisfaction_stays: float
    per_euro: float
    reward_at: int
    redeems: float
    progress_pull: float
    fades: float
    member_stays: float


def terms_of(business: Any) -> Terms:
    """The numbers of the scenario, read from what loyaltysim itself uses."""
    from loyaltysim.levels import first_guess
    from loyaltysim.setting import belief_values, segments_of

    belief = belief_values(business)
    levels = first_guess(business, belief)
    (segment,) = business.market.segments
    basket, points = segment.basket, business.programme.points
    buys, here = segment.buy_share, segment.share_of_wallet
    within, between = basket.within, basket.between
    return Terms(
        weeks=business.weeks,
        rate_mean=segment.occasions_per_week.mean,
        rate_spread=segment.occasions_per_week.spread,
        weight=here * buys / (1.0 - buys),
        preference_spread=segment.preference_spread,
        rival=(1.0 - here) * buys / (1.0 - buys),
        log_basket=log(basket.mean) - 0.5 * (within**2 + between**2),
        basket_between=between,
        basket_within=within,
        hazard=float(segments_of(business, levels)["loss_per_week"][0]),
        hazard_spread=segment.loss_spread,
        quality=float(levels.quality),
        quality_spread=business.firm.service.quality_spread,
        satisfaction_spread=float(levels.satisfaction_spread),
        satisfaction_moves=belief["satisfaction_moves"],
        expectation_moves=belief["expectation_moves"],
        loss_weight=belief["loss_weight"],
        satisfaction_pull=belief["satisfaction_pull"],
        satisfaction_stays=belief["satisfaction_stays"],
        per_euro=points.per_euro,
        reward_at=points.reward_at,
        redeems=points.redeems_per_visit,
        progress_pull=belief["progress_pull"],
        fades=belief["programme_fades_weeks"],
        member_stays=belief["member_stays"],
    )
