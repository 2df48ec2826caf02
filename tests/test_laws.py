"""Laws that hold in every business: nothing is lost or made of nothing, and luck is one's own."""

import numpy as np
import pytest
from businesses import POINTS, QUIET, STAMPS, businesses, documents, merged, small, terms
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim.behaviour.awareness import GONE
from loyaltysim.customers.choice import FIRM, NOTHING, RIVAL, choose
from loyaltysim.customers.stages import LOST, STAGES
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, Run, run

MANY = settings(max_examples=80)


def booked(result: Result, account: str) -> np.ndarray:
    """Millionths by segment over the whole run; the last is what belongs to the firm."""
    return result.ledger[:, :, ACCOUNTS.index(account)].sum(axis=0)


def counted(result: Result, name: str) -> np.ndarray:
    """Counts by segment over the whole run."""
    return result.counts[:, :, COUNTS.index(name)].sum(axis=0)


def by_segment(result: Result, values: np.ndarray) -> np.ndarray:
    """Whole numbers of the customers, summed by segment."""
    segments = range(len(result.business.market.segments))
    return np.array([values[result.customers["segment"] == s].sum() for s in segments])


def all_at(stage: str) -> dict:
    """Everybody starts at one stage."""
    return dict.fromkeys(terms()["market"]["start"], "0%") | {stage: "100%"}


# Conservation


@MANY
@given(businesses())
def test_people_are_neither_made_nor_lost(business):
    result = run(business)
    stages = result.stages
    assert (stages >= 0).all()
    assert (stages.sum(axis=2) == result.at_start.sum(axis=1)).all()
    assert stages[0].sum() == business.market.people
    assert (np.diagonal(result.moves, axis1=2, axis2=3) == 0).all()

    n = len(business.market.segments)
    at = result.customers["segment"] * len(STAGES) + result.customers["stage"]
    at_end = np.bincount(at, minlength=n * len(STAGES)).reshape(n, len(STAGES))
    assert (stages[-1] == at_end).all()


@MANY
@given(businesses())
def test_the_lost_are_those_who_left_and_were_not_won_back(business):
    result = run(business)
    customers = result.customers
    lost = customers["stage"] == LOST
    left = counted(result, "lost_knowingly") + counted(result, "lost_silently")
    before = result.at_start[:, LOST]
    assert (by_segment(result, lost) == before + left - counted(result, "won_back")).all()
    # The gone are lost, and of the lost some consider the firm again.
    assert lost[customers["activity"] == GONE].all()
    assert (customers["last_at"][lost] <= customers["lost_at"][lost]).all()


@MANY
@given(businesses())
def test_money_of_customers_is_the_money_of_the_ledger(business):
    result = run(business)
    customers = result.customers
    pairs = {
        "revenue": by_segment(result, customers["revenue"]),
        "rewards": by_segment(result, customers["rewards"]),
        "compensation": by_segment(result, customers["compensation"]),
    }
    for account, of_customers in pairs.items():
        assert (booked(result, account)[:-1] == of_customers).all(), account
        assert booked(result, account)[-1] == 0, account
    costs = booked(result, "cost_of_goods")[:-1] + booked(result, "service")[:-1]
    assert (costs == by_segment(result, customers["costs"])).all()
    for account in ("pay", "hiring", "training", "acquisition", "overhead", "programme_set_up"):
        assert (booked(result, account)[:-1] == 0).all(), account
    assert (result.ledger >= 0).all()


@MANY
@given(businesses())
def test_what_the_firm_pays_follows_from_its_terms(business):
    result = run(business)
    weeks, firm, programme = business.weeks, business.firm, business.programme
    assert booked(result, "overhead")[-1] == weeks * round(firm.costs_per_week * MICRO)
    budget = firm.marketing.budget_per_week
    assert booked(result, "acquisition")[-1] == weeks * round(budget * MICRO)
    # Bills that are paid late cost a little beside; there are bills in contracts alone.
    late = booked(result, "service")[:-1] - counted(result, "purchases") * 200_000
    billed = [segment.contract is not None for segment in business.market.segments]
    assert (late >= 0).all()
    assert (late <= np.array(billed) * booked(result, "revenue")[:-1] * 0.01).all()
    handled = round(result.desk[:, 3].sum())
    assert booked(result, "service")[-1] == handled * round(
        firm.service.desk.cost_per_ticket * MICRO
    )
    staff = firm.staff
    hire = round(staff.hiring_cost_in_weeks_of_pay * staff.pay_per_week * MICRO)
    assert booked(result, "hiring")[-1] == result.hires * hire
    most = weeks * staff.count * staff.pay_per_week * MICRO
    assert booked(result, "pay")[-1] <= most + weeks
    if staff.quits_per_year == 0.0 and staff.dismissed_per_year == 0.0:
        # Nobody leaves but those whose places are cut, for the rest of the time.
        cut = 0.0
        if staff.lays_off is not None:
            places = min(int(staff.lays_off.share * staff.count + 0.5), staff.count - 1)
            cut = places * max(weeks - staff.lays_off.at, 0.0)
        paid = most - cut * staff.pay_per_week * MICRO
        assert booked(result, "pay")[-1] == pytest.approx(paid, abs=weeks)
    set_up = programme.set_up if programme else 0.0
    assert booked(result, "programme_set_up")[-1] == round(set_up * MICRO)


@MANY
@given(businesses())
def test_units_issued_are_redeemed_expired_or_outstanding(business):
    result = run(business)
    members, schemes = result.members, result.schemes
    assert (members["lots"].sum(axis=2) == members["balance"]).all()
    assert (members["lots"] >= 0).all()
    for number, segment in np.ndindex(len(schemes), len(business.market.segments)):
        issued, redeemed, expired = result.flows[:, number, segment].sum(axis=0)
        own = result.customers["segment"] == segment
        outstanding = members["balance"][own, number].sum()
        assert issued == redeemed + expired + outstanding
    assert (members["balance"][members["joined"] == 0] == 0).all()
    of_firm = members["joined"][:, schemes["rival"] == 0].any(axis=1)
    assert (result.customers["member"] == of_firm).all()


@MANY
@given(businesses())
def test_every_reward_has_its_cost_and_its_units(business):
    result = run(business)
    schemes = result.schemes
    of_firm = np.flatnonzero(schemes["rival"] == 0)
    redeemed = result.flows[..., 1].sum(axis=0)[of_firm]
    rewards = redeemed // schemes["reward_at"][of_firm, np.newaxis]
    assert (rewards * schemes["reward_at"][of_firm, np.newaxis] == redeemed).all()
    assert (rewards.sum(axis=0) == counted(result, "rewarded")).all()
    cost = (rewards * schemes["reward_cost"][of_firm, np.newaxis]).sum(axis=0)
    assert (cost == booked(result, "rewards")[:-1]).all()


@MANY
@given(businesses())
def test_purchases_are_counted_once(business):
    result = run(business)
    customers, purchases = result.customers, counted(result, "purchases")
    at_start = run(business.model_copy(update={"horizon": 1.0}))
    before = by_segment(at_start, at_start.customers["purchases"]) - counted(at_start, "purchases")
    assert (by_segment(result, customers["purchases"]) == before + purchases).all()
    assert (purchases <= counted(result, "category_purchases")).all()
    assert (counted(result, "category_purchases") <= counted(result, "occasions")).all()
    assert (by_segment(result, customers["occasions"]) == counted(result, "occasions")).all()
    assert (counted(result, "complaints") <= counted(result, "failures")).all()
    assert (counted(result, "failures") <= purchases).all()
    assert (by_segment(result, customers["member"]) == counted(result, "joined")).all()
    bought = customers["purchases"] > 0
    assert (customers["last_at"][bought] >= customers["first_at"][bought]).all()
    assert (customers["last_at"] < business.weeks).all()


@MANY
@given(businesses())
def test_tickets_and_staff_add_up(business):
    result = run(business)
    assert result.open_tickets >= 0
    assert counted(result, "complaints").sum() == len(result.desk) + result.open_tickets
    _, answer_hours, hours, answered, resolved = result.desk[:, :5].T
    assert (answer_hours >= 0.0).all()
    assert (answer_hours <= hours)[answered == 1.0].all()
    assert (answer_hours[answered == 0.0] == np.inf).all()
    assert (resolved <= answered).all()

    present, skill, quits, hires, _, _, dismissed, laid_off, cut = result.firm.T
    seats = business.firm.staff.count
    assert (present == seats - quits - dismissed - laid_off + hires).all()
    assert (present <= seats - cut).all()
    assert (laid_off <= cut).all()
    for so_far in (quits, hires, dismissed, laid_off, cut):
        assert (np.diff(so_far) >= 0).all()
    assert ((skill >= 0.0) & (skill <= 1.0)).all()


@MANY
@given(businesses())
def test_attitudes_and_shares_stay_within_their_bounds(business):
    customers = run(business).customers
    for share in ("familiarity", "wallet"):
        assert ((customers[share] >= 0.0) & (customers[share] <= 1.0)).all(), share
    for number in ("satisfaction", "expectation", "heard", "pace", "usual_gap"):
        assert np.isfinite(customers[number]).all(), number
    assert (customers["stayed_until"] <= run(business).business.weeks).all()


# What does nothing changes nothing

NO_PULL = QUIET | {"progress_pull": 0.0, "head_start_pull": 0.0, "member_stays": 0.0}
FREE = {"reward_cost": 0.0, "reward_value": 0.0}
OF_MEMBERSHIP = {"member", "first_joined_at"}
OF_PROGRAMME = {"joined", "rewarded"}


def assert_same_world(one: Result, other: Result, *, people: int | None = None, apart=()) -> None:
    """Every customer's money and state to the byte; unless fewer people, every sum as well."""
    for name in one.customers.dtype.names:
        if name not in apart:
            a, b = one.customers[name][:people], other.customers[name][:people]
            assert a.tobytes() == b.tobytes(), name
    if people is None:
        assert (one.ledger == other.ledger).all()
        assert (one.moves == other.moves).all()
        assert (one.desk == other.desk).all()
        assert (one.firm == other.firm).all()
        kept = [place for place, name in enumerate(COUNTS) if name not in OF_PROGRAMME]
        assert (one.counts[:, :, kept] == other.counts[:, :, kept]).all()


@MANY
@given(documents(), st.sampled_from(["points", "stamps"]), st.booleans())
def test_a_programme_that_does_nothing_differs_by_exactly_zero(document, kind, copied):
    scheme = {"points": POINTS, "stamps": STAMPS}[kind][kind] | FREE
    idle = {kind: scheme, "checkout_seconds": 0.0, "joins": "80%"}
    stated = {"beliefs": NO_PULL, "rival": {"copies_after": "3 weeks" if copied else None}}
    document = merged(document, stated)
    without = run(Business.model_validate(document | {"programme": None}))
    with_it = run(Business.model_validate(document | {"programme": idle}))
    assert_same_world(without, with_it, apart=OF_MEMBERSHIP)


def test_a_programme_that_does_something_does_differ():
    # So that the test before this one cannot pass for the wrong reason.
    without = run(small())
    assert counted(run(small(programme=STAMPS)), "joined").sum() > 50
    for change in (
        {"programme": STAMPS},
        {"programme": {"stamps": STAMPS["stamps"] | FREE}},
    ):
        changed = run(small(**change))
        assert changed.ledger.tobytes() != without.ledger.tobytes()


def test_a_card_for_a_reward_that_is_worth_nothing_moves_nobody():
    # Whatever is believed: neither progress nor a head start, nor what would be lost by leaving.
    worthless = {"stamps": STAMPS["stamps"] | FREE, "checkout_seconds": 0.0, "automatic": True}
    without, with_it = run(small()), run(small(programme=worthless))
    assert with_it.flows[..., 1].sum() > 50
    assert (with_it.ledger == without.ledger).all()
    assert_same_world(without, with_it, apart=OF_MEMBERSHIP)


UNFELT = {"stamps": STAMPS["stamps"] | {"reward_value": 0.0, "redeems_per_visit": "50%"}}
NEUTRAL = {
    "nobody joins": ({}, {"programme": {**POINTS, **STAMPS, "joins": "0%", "per_week": 0.0}}),
    "the rival copies nothing": ({}, {"rival": {"copies_after": "1 weeks"}}),
    "the rival copies too late": (
        {"programme": STAMPS},
        {"programme": STAMPS, "rival": {"copies_after": "27 weeks"}},
    ),
    "the rival copies what nobody feels": (
        {"programme": UNFELT, "beliefs": NO_PULL},
        {"programme": UNFELT, "beliefs": NO_PULL, "rival": {"copies_after": "3 weeks"}},
    ),
    "no pantry": ({}, {"beliefs": {"pantry_lasts_weeks": 4.0}}),
    "prices as they were": ({}, {"beliefs": {"price_response": 1.0}}),
    "no word to be heeded": (
        {"beliefs": QUIET},
        {"beliefs": {**QUIET, "good_word_pull": 1.2, "word_heeded": 0.6, "word_fades_weeks": 2.0}},
    ),
    "no failure to be voiced": (
        {"firm": {"service": {"failure_per_visit": "0%"}}},
        {"firm": {"service": {"failure_per_visit": "0%"}}, "beliefs": {"voice": 0.5}},
    ),
    "a desk without complaints": (
        {"beliefs": {"voice": 0.0}},
        {"beliefs": {"voice": 0.0}, "firm": {"service": {"desk": {"agents": 9}}}},
    ),
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_mechanism_at_its_neutral_setting_changes_nothing(name):
    before, after = NEUTRAL[name]
    one, other = run(small(**before)), run(small(**after))
    assert counted(one, "purchases").sum() > 1000
    if one.members.shape == other.members.shape:
        assert one.members.tobytes() == other.members.tobytes()
    assert_same_world(one, other, apart={"first_joined_at"})


def test_a_scheme_that_gives_nothing_does_not_touch_the_other():
    stamps = {"stamps": STAMPS["stamps"] | {"redeems_per_visit": "50%"}, "checkout_seconds": 0.0}
    empty = {"points": POINTS["points"] | FREE | {"per_euro": 1e-9}}
    one, other = run(small(programme=stamps)), run(small(programme=stamps | empty))
    assert counted(one, "rewarded").sum() > 50
    assert_same_world(one, other, apart={"first_joined_at"})
    kinds = other.schemes["kind"].tolist()
    place = kinds.index(one.schemes["kind"][0])
    assert one.members[:, 0].tobytes() == other.members[:, place].tobytes()


def test_stages_cause_nothing():
    # Other thresholds, applied to the same people, give other labels and the same lives.
    base = {"programme": STAMPS, "market": {"start": all_at("repeat")}}
    strict = {"stages": {"client_overdue_gaps": 1.5, "advocate_weeks": 4.0}}
    one, other = run(small(**base)), run(small(**base, **strict))
    assert (one.customers["stage"] != other.customers["stage"]).any()
    names = [name for name in one.customers.dtype.names if name != "stage"]
    for name in names:
        assert one.customers[name].tobytes() == other.customers[name].tobytes(), name
    assert one.ledger.tobytes() == other.ledger.tobytes()


# Luck is one's own

ALONE = {
    "beliefs": QUIET,
    "firm": {"service": {"failure_per_visit": "10%", "desk": {"agents": 1000}}},
}
"""Nobody talks, and nobody waits at the desk behind somebody else."""


@settings(max_examples=20)
@given(documents(people=40), st.integers(1, 40))
def test_more_people_change_nobody_elses_life(document, more):
    people = document["market"]["people"]
    only = document["market"]["segments"][0] | {"share": 1.0}
    document = merged(document, merged(ALONE, {"market": {"segments": [only]}}))
    one = run(Business.model_validate(document))
    other = run(Business.model_validate(merged(document, {"market": {"people": people + more}})))
    assert_same_world(one, other, people=people)
    assert one.members.tobytes() == other.members[:people].tobytes()


def test_another_segment_changes_nobody_elses_life():
    locals_ = terms()["market"]["segments"][0]
    pairs = [{**locals_, "share": "50%"}, {**locals_, "name": "tourists", "share": "50%"}]
    one = run(small(programme=POINTS, **ALONE))
    for order, place in ((pairs, slice(0, 200)), (pairs[::-1], slice(200, 400))):
        other = run(
            small(programme=POINTS, **merged(ALONE, {"market": {"people": 400, "segments": order}}))
        )
        for name in one.customers.dtype.names:
            if name != "segment":
                assert one.customers[name].tobytes() == other.customers[name][place].tobytes(), name
        assert one.members.tobytes() == other.members[place].tobytes()
        # The other half are other people, not their doubles.
        rest = np.delete(other.customers["rate"], np.arange(400)[place])
        assert not np.isin(rest, one.customers["rate"]).any()


@settings(max_examples=30)
@given(businesses(), businesses())
def test_occasions_do_not_depend_on_the_firm(business, another):
    # Same market, another firm, programme, rival and beliefs.
    other = business.model_copy(
        update={
            "firm": another.firm,
            "programme": another.programme,
            "rival": another.rival,
            "beliefs": another.beliefs,
        }
    )
    lives = [Run(world, None, 7, 0, 1, (), None) for world in (business, other)]
    for life in lives:
        life.env.run(until=life.env.process(life.live()))
    one, two = lives
    assert one.due.tobytes() == two.due.tobytes()
    for name in ("who", "rate", "drift", "drift_quarter", "pace", "occasions"):
        assert one.customers[name].tobytes() == two.customers[name].tobytes(), name


def test_a_better_offer_flips_choices_only_towards_the_firm():
    draws = (np.arange(20_000) + 0.5) / 20_000
    before = np.array([choose(u, 0.4, 0.7) for u in draws])
    after = np.array([choose(u, 0.5, 0.7) for u in draws])
    assert (after[before == FIRM] == FIRM).all()
    assert (after[before == RIVAL] != NOTHING).all()
    assert set(before) == {FIRM, RIVAL, NOTHING}
    assert np.mean(before == FIRM) == pytest.approx(0.4 / 2.1, abs=1e-4)
    assert np.mean(after == RIVAL) == pytest.approx(0.7 / 2.2, abs=1e-4)


def test_neutral_people_choose_by_their_shares():
    # Alike, satisfied as expected, hearing nothing: market share and buying are those stated.
    calm = dict.fromkeys(
        ("satisfaction_pull", "familiarity_pull", "habit_pull", "satisfaction_stays"), 0.0
    )
    segment = terms()["market"]["segments"][0] | {
        "preference_spread": 0.0, "loss_per_year": "0%",
        "occasions_per_week": {"mean": 5.0, "spread": 0.0, "drift": 0.0},
    }  # fmt: skip
    business = small(
        beliefs=QUIET | calm,
        firm={"service": {"failure_per_visit": "0%"}},
        market={"people": 400, "start": all_at("client"), "segments": [segment]},
    )
    result = run(business)
    occasions = counted(result, "occasions").sum()
    assert occasions == pytest.approx(400 * 26 * 5, rel=0.02)
    assert counted(result, "category_purchases").sum() / occasions == pytest.approx(0.7, abs=0.01)
    assert counted(result, "purchases").sum() / occasions == pytest.approx(0.315, abs=0.01)
