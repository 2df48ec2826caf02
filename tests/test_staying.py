"""Staying: sleepers are neither made nor lost, and one risk of leaving holds everywhere."""

import numpy as np
import pytest
from businesses import PEOPLE, POINTS, businesses, small
from hypothesis import given, settings

from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, GONE
from loyaltysim.behaviour.word import hear
from loyaltysim.ledger import COUNTS
from loyaltysim.record import BELIEFS, CUSTOMER, MEMBER, MESSAGE, SCHEME, TALLY, WEEK
from loyaltysim.rewards.membership import at_stake, stake
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Run, run


def lived(business: Business) -> tuple[np.ndarray, Run]:
    """The customers as they were born, and the run in which they lived."""
    life = Run(business, None, business.seed, 0, 1, (), None)
    born = life.customers.copy()
    life.env.run(until=life.env.process(life.live()))
    return born, life


def sleepers(customers: np.ndarray, segments: int) -> np.ndarray:
    """How many of each segment are asleep."""
    asleep = customers["activity"] == DORMANT
    return np.bincount(customers["segment"][asleep], minlength=segments)


def assert_sleepers_add_up(business: Business) -> np.ndarray:
    born, life = lived(business)
    counts = dict(zip(COUNTS, life.counts.sum(axis=0).T, strict=True))
    segments = len(business.market.segments)
    moved = counts["fell_asleep"] - counts["woke_up"] - counts["lost_asleep"]
    assert (sleepers(born, segments) + moved == sleepers(life.customers, segments)).all()
    lost = counts["lost_knowingly"] + counts["lost_silently"]
    assert (counts["lost_asleep"] <= lost).all()
    return counts["woke_up"]


@settings(max_examples=80)
@given(businesses())
def test_sleepers_are_those_who_fell_asleep_and_neither_woke_nor_left(business):
    assert_sleepers_add_up(business)


def test_a_word_wakes_sleepers_and_is_counted():
    # Nobody wakes unasked, everybody talks, and everybody is heeded.
    talkative = {
        "dormant_wakes_per_year": 0.0, "dormant_share": 0.6, "recommends_per_year": 20.0,
        "word_heeded": 1.0,
    }  # fmt: skip
    woke = assert_sleepers_add_up(small(beliefs=talkative, horizon="1 years"))
    assert woke.sum() > 10


def test_no_time_of_a_sleeper_is_without_its_risk():
    # Who is woken by a word decides next for all of the time since the last decision.
    sleeper, word, week, tally = (
        np.zeros(1, kind).view(np.recarray)[0] for kind in (CUSTOMER, MESSAGE, WEEK, TALLY)
    )
    sleeper.aware, sleeper.activity, sleeper.stayed_until, word.good = 1, DORMANT, 3.0, 1.0
    beliefs = np.zeros(1, BELIEFS).view(np.recarray)[0]
    beliefs.word_heeded = beliefs.word_fades_weeks = 1.0
    hear(sleeper, word, week, beliefs, 8.0, tally)
    assert (sleeper.activity, sleeper.stayed_until, tally.woke_up) == (ACTIVE, 3.0, 1)


@pytest.mark.parametrize("voice", [0.0, 1.0], ids=["on the spot", "after the complaint"])
def test_what_is_at_stake_holds_whoever_has_been_let_down(voice):
    service = {"failure_per_visit": "50%", "response_hours": 4.0}
    angry = {"voice": voice, "leave_after_failure": 0.9, "dormant_share": 0.0}
    endless = {"points": POINTS["points"] | {"reward_at": 10**9}}
    left = {}
    for weight in (0.0, 50.0):
        result = run(
            small(
                beliefs=angry | {"member_stays": weight},
                firm={"service": service},
                programme={**endless, "automatic": True},
            )
        )
        holding = (result.members["balance"] > 0).any(axis=1)
        left[weight] = int((holding & (result.customers["activity"] == GONE)).sum())
    assert left[0.0] > 30
    assert left[50.0] == 0


def test_what_is_at_stake_is_felt_by_its_worth_and_only_while_it_is_held():
    beliefs = np.zeros(1, BELIEFS).view(np.recarray)[0]
    beliefs.member_stays = 0.4
    customer, member, scheme = (
        np.zeros(1, kind).view(np.recarray)[0] for kind in (CUSTOMER, MEMBER, SCHEME)
    )
    member.felt = 0.9
    assert at_stake(customer, member, scheme) == 0.0
    member.balance = 7
    assert at_stake(customer, member, scheme) == 0.9
    # A fee that was paid may be felt more than what is held.
    member.joined, scheme.fee, customer.fee_felt[0] = 1, 5_000_000, 1.0
    assert at_stake(customer, member, scheme) == 1.0
    assert stake(1.0, 0.25, beliefs) == pytest.approx(0.3)


KEPT = {"reward_cost": 2.0, "reward_value": 5.0, "redeems_per_visit": "0%"}
HELD = {"points": {"per_euro": 10, "reward_at": 50, **KEPT}, "stamps": {"count": 6, **KEPT}}


def test_what_is_held_in_several_schemes_counts_once():
    calm = {"progress_pull": 0.0, "head_start_pull": 0.0, "price_response": 0.0}
    market = {"segments": [{**PEOPLE, "loss_per_year": "60%"}]}
    one, both, neither = (
        run(small(beliefs=calm, market=market, programme={**some, "automatic": True}))
        for some in ({"points": HELD["points"]}, HELD, {"discount": {"off": 1e-300}})
    )
    assert (one.ledger == both.ledger).all()
    assert (one.moves != neither.moves).any()
