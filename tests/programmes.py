"""Programmes at random: all kinds of scheme, their terms, fees, budgets, and changes of rules."""

from typing import Any

import numpy as np
from businesses import small
from hypothesis import strategies as st

from loyaltysim.record import BELIEFS
from loyaltysim.setting import belief_values, schemes_of

MONEY = st.sampled_from([0.0, 0.7, 5.0])
OFF = st.sampled_from(["5%", "50%"])
WHEN = st.sampled_from(["1 weeks", "3 weeks", "7 weeks"])
LEVELS = [
    {"name": "silver", "at": 2, "earns": "150%", "value_per_visit": 0.5, "cost_per_visit": 0.1},
    {"name": "gold", "at": 5, "off": "10%", "priority": True},
    {"name": "platinum", "at": 40, "earns": "300%"},
]


def maybe(values: Any) -> Any:
    """One of the values, or none."""
    return st.one_of(st.none(), values)


def _dates(**more: Any) -> dict[str, Any]:
    return {
        "to": st.sampled_from(["everybody", "customers", "new", "members", "best", "lapsed"]),
        "every": maybe(WHEN),
        "from_week": st.integers(0, 5),
        "cost_per_contact": MONEY,
        **more,
    }


def _reward(**more: Any) -> dict[str, Any]:
    return {"reward_cost": MONEY, "reward_value": maybe(MONEY), **more}


@st.composite
def _points(draw: st.DrawFn) -> dict[str, Any]:
    one = {"reward_at": st.sampled_from([1, 50]), "reward_cost": MONEY}
    rewards = [{"at": 20, "reward_cost": 0.7}, {"at": 50, "reward_cost": 2.0, "reward_value": 5.0}]
    terms = draw(st.fixed_dictionaries({
        "per_euro": st.sampled_from([0.3, 10.0]),
        "per_visit": st.sampled_from([0.0, 7.0]),
        "actions": maybe(st.just([{"points": 5, "per_year": 20, "cost": 0.3}])),
        "partners": maybe(st.just({"points_per_week": 3.5, "paid_per_point": 0.02})),
        "bonus_share": st.sampled_from(["0%", "40%"]),
        "bonus_factor": st.sampled_from([1.0, 3.0]),
        "double_every": maybe(WHEN),
        "pending": maybe(WHEN),
        "most_per_visit": maybe(st.just(40)),
        "from_amount": st.sampled_from([0.0, 9.0]),
        "on_joining": maybe(st.just(15)),
        "cash_per_point": maybe(st.sampled_from([0.001, 0.05])),
        "charity": st.sampled_from(["0%", "50%"]),
        "expires_after": maybe(WHEN),
        "expires_every": maybe(WHEN),
        "expires_unused": maybe(WHEN),
        "grace": maybe(WHEN),
        "redeems_per_visit": st.sampled_from(["30%", "100%"]),
        "replaces_purchase": st.sampled_from(["0%", "60%"]),
    }))  # fmt: skip
    if draw(st.booleans()):
        return terms | {"menu": rewards}
    return terms | draw(st.fixed_dictionaries(one))


@st.composite
def _gifts(draw: st.DrawFn) -> dict[str, Any]:
    on = draw(st.sampled_from(["birthday", "anniversary", "dates", "surprise", "large_order"]))
    terms = draw(st.fixed_dictionaries(_dates(**_reward(visible=st.booleans()))))
    if on == "surprise":
        terms["per_year"] = 12.0
    if on == "large_order":
        terms["from_amount"] = 9.0
    return terms | {"on": on}


KINDS: dict[str, Any] = {
    "points": _points(),
    "stamps": st.fixed_dictionaries(_reward(
        count=st.just(4),
        head_start=st.integers(0, 3),
        expires_after=maybe(WHEN),
        cards_lost_per_year=st.sampled_from([0.0, 6.0]),
        redeems_per_visit=st.sampled_from(["50%", "100%"]),
    )),
    "tiers": st.fixed_dictionaries({
        "metric": st.sampled_from(["spend", "visits"]),
        "period": WHEN,
        "visible": st.booleans(),
        "soft_landing": st.booleans(),
        "levels": st.integers(1, 3).map(lambda n: LEVELS[:n]),
    }),
    "discount": st.fixed_dictionaries({"off": OFF}),
    "cashback": st.fixed_dictionaries({
        "back": OFF, "paid_every": WHEN, "paid_from": st.sampled_from([0.0, 3.0]),
    }),
    "missions": st.fixed_dictionaries(_reward(
        period=WHEN, stretch=st.sampled_from(["-50%", "0%", "100%"]),
    )),
    "streak": st.fixed_dictionaries(_reward(count=st.integers(2, 4), every=WHEN)),
    "coupons": st.fixed_dictionaries(_dates(
        off=OFF, valid=WHEN, from_amount=st.sampled_from([0.0, 9.0]), personal=st.booleans(),
        noticed=st.sampled_from(["30%", "100%"]),
    )),
    "gifts": _gifts(),
    "recognition": st.fixed_dictionaries(_dates(
        form=st.sampled_from(["public", "private", "thanks"]),
    )),
    "perks": st.fixed_dictionaries(_dates(
        value_per_visit=MONEY, cost_per_visit=MONEY, priority=st.booleans(),
        hotline_hours=maybe(st.just(1.0)), visible=st.booleans(),
    )),
    "referral": st.fixed_dictionaries(_reward(
        welcome_off=st.sampled_from(["0%", "20%"]), most_per_year=maybe(st.just(1)),
        false_share=st.sampled_from(["0%", "50%"]),
    )),
}  # fmt: skip
"""Terms of each kind of scheme."""

SENT = ["coupons", "gifts", "recognition", "perks"]
"""Kinds that reach people without their joining."""

CHANGED: dict[str, dict[str, Any]] = {
    "points": {"expires_every": "4 weeks", "expires_after": "2 weeks", "per_euro": 5.0},
    "stamps": {"count": 6},
    "tiers": {"period": "2 weeks", "levels": LEVELS[:1]},
    "discount": {"off": "20%"},
    "cashback": {"paid_every": "5 weeks"},
    "missions": {"period": "2 weeks"},
    "streak": {"count": 2, "every": "2 weeks"},
    "coupons": {"off": "30%"},
    "gifts": {"reward_value": 1.0},
    "recognition": {"form": "private"},
    "perks": {"value_per_visit": 1.0},
    "referral": {"reward_value": 1.0},
}
"""New rules for each kind."""


@st.composite
def programmes(draw: st.DrawFn, kinds: list[str] | None = None) -> dict[str, Any]:
    """A programme of any schemes, on any terms."""
    names = draw(st.lists(st.sampled_from(kinds or [*KINDS]), min_size=1, max_size=5, unique=True))
    terms = draw(st.fixed_dictionaries({
        "set_up": st.just(100.0),
        "per_week": st.just(3.0),
        "cost_per_member_year": st.just(1.0),
        "automatic": st.booleans(),
        "joins": st.sampled_from(["0%", "50%", "90%", "100%"]),
        "fee_per_year": st.sampled_from([0.0, 0.0, 3.0]),
        "trial": maybe(WHEN),
        "clear_rules": st.booleans(),
        "budget_per_year": maybe(st.sampled_from([1.0, 60.0])),
        "gaming_share": st.sampled_from(["0%", "50%"]),
        "kept": st.sampled_from(["100%", "60%", "0%"]),
    }))  # fmt: skip
    schemes = {name: draw(KINDS[name]) for name in names}
    changes: list[dict[str, Any]] = []
    if draw(st.booleans()):
        some = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        changes.append({
            "at": draw(WHEN), "notice": draw(maybe(WHEN)), "grandfather": draw(st.booleans()),
            **{name: CHANGED[name] for name in some},
        })  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        changes.append({"at": "8 weeks", "closes": True, "notice": draw(maybe(WHEN))})
    campaigns = [
        {"name": f"campaign {number}", name: draw(KINDS[name])}
        for number, name in enumerate(draw(st.lists(st.sampled_from(SENT), max_size=2)))
        if kinds is None
    ]
    if set(names) <= set(SENT) or terms["automatic"]:
        terms["fee_per_year"] = 0.0
    if not {"points", "stamps"} & set(names):
        terms["kept"] = "100%"
    return terms | schemes | {"changes": changes or None, "campaigns": campaigns or None}


# By hand: records for single rules


def record(kind: Any, **fields: Any) -> Any:
    """One record of a kind, all zero but for these fields."""
    one = np.zeros(1, kind)
    for name, value in fields.items():
        one[name] = value
    return one.view(np.recarray)[0]


def scheme_of(programme: dict[str, Any]) -> Any:
    """The record of the one scheme of a programme; goods cost 40% of prices."""
    return schemes_of(small(programme=programme)).view(np.recarray)[0]


def beliefs_of(**stated: float) -> Any:
    """All beliefs, some of them stated."""
    return record(BELIEFS, **belief_values(small(beliefs=stated)))
