"""Small businesses for tests: one to change by hand, and a strategy that draws them at random."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from loyaltysim.evidence import register
from loyaltysim.scenario.model import MONTHS, Business

# The first example may have to wait for the compiler; all machines try the same examples.
settings.register_profile("laws", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("laws")

PEOPLE = {
    "name": "locals",
    "share": "100%",
    "occasions_per_week": {"mean": 2.0, "spread": 0.8},
    "basket": {"mean": 10.0},
    "buy_share": "70%",
    "share_of_wallet": "45%",
}
SMALL: dict[str, Any] = {
    "name": "Small",
    "currency": "EUR",
    "horizon": "26 weeks",
    "market": {
        "people": 200,
        "start": {
            "suspect": "20%", "prospect": "10%", "first_time": "10%", "repeat": "35%",
            "client": "20%", "advocate": "5%",
        },
        "segments": [PEOPLE],
    },
    "firm": {"gross_margin": "60%", "staff": {"count": 3, "pay_per_week": 500}},
}  # fmt: skip
QUIET = {"recommends_per_year": 0.0, "told_when_unhappy": 0.0}
"""Beliefs under which nobody talks."""
POINTS = {"points": {"per_euro": 10, "reward_at": 300, "reward_cost": 2.0}}
STAMPS = {"stamps": {"count": 6, "reward_cost": 3.0, "head_start": 2}}


def merged(before: Any, change: Any) -> Any:
    """The change laid over what is there: maps merge, everything else replaces."""
    if not isinstance(before, dict) or not isinstance(change, dict):
        return change
    return before | {key: merged(before.get(key), value) for key, value in change.items()}


def terms(**changes: Any) -> dict[str, Any]:
    """The terms of a small business, some of them changed, written as in a scenario file."""
    return dict(merged(SMALL, changes))


def small(**changes: Any) -> Business:
    """A small business with some of its terms changed."""
    return Business.model_validate(terms(**changes))


def _shares(draw: st.DrawFn, names: list[str]) -> dict[str, float]:
    weights = [draw(st.integers(0, 5)) for _ in names]
    weights[draw(st.integers(0, len(names) - 1))] += 1
    return {name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}


@st.composite
def segments(draw: st.DrawFn, name: str, share: float) -> dict[str, Any]:
    """People who meet occasions, or who hold contracts."""
    segment: dict[str, Any] = {
        "name": name,
        "share": share,
        "basket": {
            "mean": draw(st.sampled_from([0.5, 8.0, 250.0])),
            "within": draw(st.sampled_from([0.0, 0.6])),
            "between": draw(st.sampled_from([0.0, 0.4])),
        },
        "buy_share": draw(st.sampled_from(["10%", "70%", "90%", "100%"])),
        "share_of_wallet": draw(st.sampled_from(["0%", "40%", "60%", "100%"])),
        "loss_per_year": draw(st.sampled_from(["0%", "30%", "95%"])),
        "never_buys": draw(st.sampled_from(["0%", "40%"])),
    }
    if draw(st.booleans()):
        segment["preference_spread"] = segment["loss_spread"] = 0.0
    if draw(st.integers(0, 3)) == 0:
        segment["contract"] = {
            "every": draw(st.sampled_from(["1 weeks", "1 months"])),
            "awake": draw(st.sampled_from(["0%", "30%", "100%"])),
        }
    else:
        segment["occasions_per_week"] = {
            "mean": draw(st.sampled_from([0.2, 1.5, 4.0])),
            "spread": draw(st.sampled_from([0.0, 0.8])),
            "regularity": draw(st.sampled_from([1, 2, 9])),
            "drift": draw(st.sampled_from([0.0, 0.5])),
        }
    if draw(st.integers(0, 3)) == 0:
        spread = draw(st.sampled_from(["0%", "20%"]))
        segment["loss_per_purchase"] = {"mean": "10%", "spread": spread}
    return segment


@st.composite
def programmes(draw: st.DrawFn) -> dict[str, Any]:
    """A programme with one scheme or both."""
    expires = draw(st.sampled_from([None, "2 weeks", "5 weeks"]))
    value = draw(st.sampled_from([None, 0.0, 5.0]))
    points = {
        "per_euro": draw(st.sampled_from([0.3, 10.0])),
        "reward_at": draw(st.sampled_from([1, 50])),
        "reward_cost": 0.7,
        "reward_value": value,
        "expires_after": expires,
    }
    stamps = {
        "count": 4,
        "head_start": draw(st.integers(0, 3)),
        "reward_cost": 1.1,
        "expires_after": expires,
        "redeems_per_visit": draw(st.sampled_from(["50%", "100%"])),
    }
    which = draw(st.sampled_from([("points",), ("stamps",), ("points", "stamps")]))
    schemes = {"points": points, "stamps": stamps}
    return {
        "set_up": 100.0,
        "per_week": 3.0,
        "cost_per_member_year": 1.0,
        "automatic": draw(st.booleans()),
        "joins": draw(st.sampled_from(["0%", "50%", "90%", "100%"])),
        **{name: schemes[name] for name in which},
    }


_TRIED = [
    "pantry_drop", "member_stays", "told_when_unhappy", "habit_pull", "grave_failure", "voice",
    "word_heeded", "loss_weight", "recommends_per_year", "dormant_share", "price_response",
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, people: int = 25, weeks: int = 16) -> dict[str, Any]:
    """Terms of a small business: segments, contracts, seasons, schemes, copies, staff, beliefs."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    shares = _shares(draw, names)
    beliefs = {}
    for name in draw(st.lists(st.sampled_from(_TRIED), max_size=4, unique=True)):
        entry = register()[f"beliefs.{name}"]
        beliefs[name] = draw(st.sampled_from([entry.low, entry.high]))
    programme = draw(programmes()) if draw(st.integers(0, 3)) else None
    season = None
    if draw(st.integers(0, 2)) == 0:
        season = {month: 0.5 if place % 2 else 1.5 for place, month in enumerate(MONTHS)}
    stages = [*SMALL["market"]["start"], "lost"]
    return terms(
        horizon=f"{draw(st.integers(1, weeks))} weeks",
        seed=draw(st.integers(0, 2**63 - 1)),
        beliefs=beliefs,
        programme=programme,
        rival={"copies_after": draw(st.sampled_from([None, "1 weeks", "6 weeks"]))},
        market={
            "people": draw(st.integers(1, people)),
            "start": dict.fromkeys(stages, 0.0) | _shares(draw, stages),
            "segments": [draw(segments(name, shares[name])) for name in names],
            "season": season,
            "rival_quality": draw(st.sampled_from([-1.0, 0.0, 1.0])),
        },
        firm={
            "price": draw(st.sampled_from(["100%", "90%"])),
            "costs_per_week": 10.0,
            "staff": {
                "count": draw(st.integers(1, 4)),
                "contact": draw(st.sampled_from(["pooled", "dedicated"])),
                "quits_per_year": draw(st.sampled_from(["0%", "60%", "1000%"])),
                "dismissed_per_year": draw(st.sampled_from(["0%", "0%", "300%"])),
                "lays_off": draw(st.sampled_from([None, {"at": "5 weeks", "share": "60%"}])),
                "hiring_weeks": draw(st.sampled_from([0.0, 3.0])),
            },
            "service": {
                "failure_per_visit": draw(st.sampled_from(["0%", "5%", "60%"])),
                "cost_per_visit": 0.2,
                "response_hours": draw(st.sampled_from([0.0, 48.0])),
                "desk": {
                    "agents": draw(st.integers(1, 2)),
                    "handling_hours": draw(st.sampled_from([1.0, 200.0])),
                    "patience_days": draw(st.sampled_from([0.5, 10.0])),
                    "cost_per_ticket": 1.0,
                },
            },
            "marketing": {
                "budget_per_week": 20.0,
                "reach_per_week": draw(st.sampled_from([None, "0%", "20%"])),
            },
        },
    )


def businesses(people: int = 25, weeks: int = 16) -> st.SearchStrategy[Business]:
    """Any small business."""
    return documents(people, weeks).map(Business.model_validate)
