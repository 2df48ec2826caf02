"""Rivals told apart: how a person's purchases elsewhere are divided among them.

With `switching` S, shares of wallet among the firm and its rivals are Dirichlet across
people (Goodhardt, Ehrenberg & Chatfield 1984). The shares of the rivals, relative to each
other, are then Dirichlet too and independent of the firm's, so each is drawn by itself.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv

from loyaltysim.draws import uniforms, uniforms_of
from loyaltysim.mechanism import Record, rule
from loyaltysim.record import RIVAL, Records
from loyaltysim.scenario.model import Business

DECISIONS = {"rival": 9, "split": 13}
_RIVAL = DECISIONS["rival"]


def divided(business: Business, customers: Records, seed: int, replication: int) -> Records:
    """Records of `RIVAL` for each person and named rival: shape (people, rivals)."""
    market = business.market
    shares = np.array([rival.share for rival in market.rivals or ()])
    rivals = np.zeros((len(customers), len(shares)), RIVAL)
    if len(shares) == 0:
        return rivals
    rivals["until"] = np.cumsum(shares)
    for number, segment in enumerate(market.segments):
        if segment.switching is None:
            continue
        people = customers["segment"] == number
        luck = uniforms_of(seed, replication, customers["who"][people], DECISIONS["split"])
        total = segment.switching * (1.0 - segment.share_of_wallet)
        left = np.ones(int(people.sum()))
        for place, share in enumerate(shares[:-1]):
            # Stick-breaking: what one takes of the rest is beta, however small the shapes are.
            others = total * shares[place + 1 :].sum()
            left *= 1.0 - betaincinv(max(total * share, 1e-12), max(others, 1e-12), luck[:, place])
            rivals["until"][people, place] = 1.0 - left
    rivals["until"][:, -1] = 1.0
    return rivals


@rule
def luck_of_rival(customer: Record, week: Record) -> float:
    """Which rival is bought.

    A draw apart from the choice, so that a stronger wish for the firm moves nobody
    from one rival to another.
    """
    luck = uniforms(week.seed, week.replication, customer.who, _RIVAL, customer.occasions, 0)
    return luck[0]
