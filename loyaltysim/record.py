"""The records of a run: who a customer is, what a membership holds, what a week looks like.

Each mechanism declares its own fields; here they are put together, once. All
fields are float64 or int64, so that compiled and interpreted lives agree.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers import causes, choice, complaints, failures, given, stages, staying, visit
from loyaltysim.evidence import beliefs
from loyaltysim.ledger import TALLY as _TALLY
from loyaltysim.mechanism import declared, mechanisms
from loyaltysim.rewards import membership
from loyaltysim.rewards.balance import FLOWS

Records = NDArray[Any]
"""A structured array: one record an element."""


class _Person:
    STATE: ClassVar = {"who": int, "segment": int}
    """Key of the person's luck, and the number of the segment."""


def _dtype(fields: dict[str, Any]) -> np.dtype[Any]:
    kinds = {float: np.float64, int: np.int64}
    layout: list[Any] = []
    for name, kind in fields.items():
        if isinstance(kind, tuple):
            layout.append((name, kinds[kind[0]], (kind[1],)))
        else:
            layout.append((name, kinds[kind]))
    clashes = [name for name in fields if hasattr(np.record, name)]
    if clashes:
        raise ValueError(f"fields named like attributes of a record: {', '.join(clashes)}")
    return np.dtype(layout)


CUSTOMER = _dtype(
    declared(
        (
            _Person,
            *mechanisms("loyaltysim.behaviour"),
            choice,
            staying,
            stages,
            visit,
            complaints,
            causes,
            membership,
        ),
        "STATE",
    )
)
MEMBER = _dtype(membership.MEMBER_STATE)
SCHEME = _dtype(membership.SCHEME_FIELDS)
VISIT = _dtype(visit.VISIT)
LOSS = _dtype(causes.LOSS)
TALLY = _dtype(_TALLY)
FLOW = _dtype(dict.fromkeys(FLOWS, int))
BELIEFS = _dtype(dict.fromkeys(beliefs(), float))
THRESHOLDS = _dtype(stages.THRESHOLDS)

SEGMENT = _dtype(
    {
        "people": int,
        "starts": int,
        "regularity": int,
        "period": float,
        "awake": float,
        "drift_sd": float,
        "basket_within": float,
        "typical_pace": float,
        "typical_rival_pace": float,
        "first_chance": float,
        "loss_per_week": float,
        "reach_until": float,
        "reach_rate": float,
        "reach_trend": float,
        "regained_until": float,
        "regained_rate": float,
        "regained_trend": float,
        **given.FIELDS,
    }
)
"""A segment's terms: how many people it has, and the number of the first, shape of the gaps, weeks
between contract dates (0: none) and share of them awake, drift, spread of baskets, purchases a
week of a typical person here and at rivals, factor on the weight of the firm before the first
purchase, risk of being lost, cumulated reach of marketing until this week, reach this week, and
the change of its log a week; the same three of its reach among lost customers; the tables of
`given`."""

WEEK = _dtype(
    {
        "seed": int,
        "replication": int,
        "begins": float,
        "ends": float,
        "closes_books": int,
        "is_last": int,
        "dedicated": int,
        "present": int,
        "team_change": float,
        "tie_breaks": float,
        "alias": int,
        "quality": float,
        "quality_spread": float,
        "rival_quality": float,
        "failure": float,
        "failures_up_to": (float, len(failures.KINDS)),
        "ease": float,
        "contact_mode": int,
        "capital_per_day": float,
        "price": float,
        "log_price": float,
        "cost_share": float,
        "cost_per_visit": int,
        "checkout_cost": int,
        "courtesy_rules": int,
        "apologises": int,
        "procedure_rules": int,
        "outcome_rules": int,
        "rival_schemes": int,
        "favours_seen": float,
        "clear_rules": int,
        "changed": int,
    }
)
"""The firm as customers see it during a week: as it stood at the start. `failures_up_to` are the
shares of the kinds of failure, cumulated, `ease` the factor on the odds of complaining,
`contact_mode` the place in `voice.MODES`, and `capital_per_day` the cost of capital. Of the rules
of handling a complaint, those that are kept are counted by what they serve."""

RIVAL = _dtype({"until": float, "purchases": int})
"""A person's dealings with one rival: where its part of the purchases at rivals ends, on the unit
interval, and how many there have been."""

SEAT = _dtype(
    {
        "departures": int,
        "to_rival": int,
        "present": int,
        "skill": float,
        "morale": float,
        "overload": float,
    }
)
"""A place on the staff: how many have left it, whether the latest went to a rival, whether filled;
skill as it shows, morale (points of ten above the usual), and work above what can be done well, of
it. The last record is that of a stand-in."""

MESSAGE = _dtype(
    {
        "customer": int,
        "kind": int,
        "sender": int,
        "nth": int,
        "good": float,
        "teller": int,
        "offers": float,
        "severity": float,
        "cause": int,
        "hours": float,
        "answer_hours": float,
        "answered": int,
        "resolved": int,
        "gave_up": int,
        "channel": int,
        "level": int,
        "contacts": int,
        "hand_offs": int,
        "repeats": int,
        "followed_up": int,
        "remedy": int,
        "fit": float,
        "given": float,
        "voucher": float,
    }
)
"""What reaches a customer at the end of a week; kind 0 ends a complaint, 1 is a word, 2 says that
somebody whom one brought has bought. `teller` is the number of who told, `offers` the share off
that is offered with it. Hours run from the complaint to its end and to the answer (infinite
without one). `level` is the last one, 0 for self-service, `contacts` how often somebody worked on
it, `remedy` the place of what was given (-1: the usual), `fit` how well it fits, `given` its
cost, `voucher` what of that can be spent here."""

TICKET = _dtype(
    {
        "customer": int,
        "who": int,
        "nth": int,
        "opened_at": float,
        "severity": float,
        "cause": int,
        "basket": float,
        "urgent": int,
        "hotline_hours": float,
    }
)
"""A complaint; `cause` is the kind of the failure, `urgent` 1 where it was grave, 2 where the
customer comes first."""

CONTACT = _dtype({"customer": int, "scheme": int})
"""What reaches a person at the start of a week: the number of the scheme."""

WORD = _dtype(
    {"hearer": int, "sender": int, "nth": int, "good": float, "teller": int, "offers": float}
)
"""A word to somebody: 1 for a good one, -1 for a bad one, 0 where it says that who was brought has
bought; the key and the number of who sends it."""
