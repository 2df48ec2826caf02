"""Why customers left: each loss keeps what had raised its risk, and the sums add up."""

from types import SimpleNamespace

import numpy as np
import pytest
from businesses import PEOPLE, QUIET, businesses, small, terms
from hypothesis import given
from hypothesis import strategies as st
from programmes import beliefs_of, record
from rich.console import Console
from test_laws import MANY, all_at, counted

from loyaltysim import compare, simulate
from loyaltysim.behaviour import familiarity, let_down, satisfaction
from loyaltysim.behaviour.grievance import KINDS
from loyaltysim.customers.causes import (
    BUT_FOR,
    CAUSES,
    CONTACT,
    LOSS,
    NO_CAUSE,
    SHARED,
    WORTH,
    blame_failure,
    blame_only,
)
from loyaltysim.customers.failures import KINDS as FAILURES
from loyaltysim.customers.stages import LOST, PROSPECT, SUSPECT
from loyaltysim.ledger import MICRO
from loyaltysim.levels import first_guess
from loyaltysim.record import CUSTOMER, SEAT, WEEK
from loyaltysim.report import losses as pictures
from loyaltysim.report.page import render
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.report.terminal import print_comparison
from loyaltysim.report.words import CAUSES as SAID
from loyaltysim.results.base import ratios
from loyaltysim.scenario import Scenario
from loyaltysim.setting import belief_values
from loyaltysim.simulation import run

CALM = {
    "service": {"failure_per_visit": "0%"},
    "staff": {"quits_per_year": "0%", "skill_at_start": "100%"},
}
"""A firm where nothing goes wrong and nobody leaves."""


def lost_over(result, measure=SHARED):
    """Losses by cause, in people."""
    sums = result.losses[..., measure].sum(axis=(0, 1)) / MICRO
    return dict(zip((*CAUSES, "none"), sums, strict=True))


@MANY
@given(businesses())
def test_causes_add_up_to_the_losses(business):
    result = run(business)
    lost = counted(result, "lost_knowingly") + counted(result, "lost_silently")
    assert (result.losses[..., SHARED].sum(axis=(1, 2)) == lost * MICRO).all()
    assert (result.losses[..., BUT_FOR] >= result.losses[..., SHARED] - len(CAUSES)).all()
    assert (result.losses[..., BUT_FOR].max(axis=(1, 2)) <= lost * MICRO).all()
    # Nobody is lost who has never bought, or who is lost already.
    for stage in (SUSPECT, PROSPECT, LOST):
        assert (result.losses[:, stage] == 0).all()


# What is followed


@given(
    st.lists(
        st.tuples(st.floats(0.0, 9.0), st.integers(0, KINDS - 1), st.floats(0.0, 1.5)),
        min_size=1, max_size=30,
    ),
    st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.0, 1.0),
)  # fmt: skip
def test_a_shortfall_is_the_gap_to_the_same_life_without_it(visits, moves, adapts, rivals):
    """Against satisfaction and expectation of a twin whose visits have all but that."""
    believes = beliefs_of(
        satisfaction_moves=moves, expectation_moves=adapts, expectation_from_rivals=rivals
    )
    week = record(WEEK, rival_quality=7.5)
    twins = {cause: record(CUSTOMER, satisfaction=7.0, expectation=7.0) for cause in range(7)}
    twins[-1] = record(CUSTOMER, satisfaction=7.0, expectation=7.0)
    for number, (severity, kind, amiss) in enumerate(visits, start=1):
        parts = np.zeros(7)
        parts[kind], parts[let_down.SKILL], parts[let_down.LOAD] = severity, amiss, amiss / 2.0
        for spared, twin in twins.items():
            twin.purchases = number
            felt = parts.sum() - (parts[spared] if spared >= 0 else 0.0)
            visit = SimpleNamespace(
                quality=8.0 - felt, severity=severity, kind=kind, unskilled=amiss,
                hurried=amiss / 2.0, discount=0.0, paid=10.0,
            )  # fmt: skip
            let_down.experience(twin, visit, week, believes)
            satisfaction.experience(twin, visit, week, believes)
    for cause in range(7):
        gap = twins[cause].satisfaction - twins[cause].expectation
        gap -= twins[-1].satisfaction - twins[-1].expectation
        assert let_down.shortfall(twins[-1], cause, believes) == pytest.approx(gap, abs=1e-9)


def test_a_dear_price_and_a_remedy_are_followed_too():
    believes = beliefs_of()
    week = record(WEEK, rival_quality=8.0, log_price=0.2)
    dear, usual = (record(CUSTOMER, satisfaction=8.0, expectation=8.0) for _ in range(2))
    visit = SimpleNamespace(
        quality=8.0, severity=0.0, kind=0, unskilled=0.0, hurried=0.0, discount=0.0, paid=1.0
    )
    for _ in range(5):
        for customer, at in ((dear, week), (usual, record(WEEK, rival_quality=8.0))):
            customer.purchases += 1
            let_down.experience(customer, visit, at, believes)
            satisfaction.experience(customer, visit, at, believes)
    missing = let_down.shortfall(dear, let_down.PRICE, believes)
    assert missing == pytest.approx(dear.expectation - usual.expectation)
    assert missing > 0.0

    let_down.experience(dear, SimpleNamespace(**vars(visit) | {"severity": 4.0}), week, believes)
    before = let_down.shortfall(dear, 0, believes)
    dear.purchases += 3
    later = let_down.shortfall(dear, 0, believes)
    let_down.make_good(dear, 0, 0.1, believes)
    assert let_down.shortfall(dear, 0, believes) == pytest.approx(later - 0.1)
    assert later < before


@given(
    st.lists(st.tuples(st.floats(0.0, 8.0), st.booleans()), min_size=1, max_size=30),
    st.booleans(), st.floats(0.0, 1.0),
)  # fmt: skip
def test_the_tie_lost_is_the_gap_to_the_same_life_where_nobody_left(steps, dedicated, breaks):
    """Exact with an own contact; with a team but for the square of the share that left."""
    believes = beliefs_of()
    left_each = 0.02
    stays, leaves = (record(CUSTOMER, familiarity=0.4) for _ in range(2))
    seat, full = record(SEAT), record(SEAT)
    week = record(WEEK, dedicated=int(dedicated), tie_breaks=breaks)
    calm = record(WEEK, dedicated=int(dedicated), tie_breaks=breaks)
    now = 0.0
    for elapsed, departs in steps:
        now += elapsed
        if departs and dedicated:
            seat.departures += 1
        elif departs:
            week.team_change += left_each
        for customer, contact, at in ((leaves, seat, week), (stays, full, calm)):
            familiarity.fade(customer, contact, at, believes, now)
            visit = SimpleNamespace(own_contact=1.0)
            familiarity.experience(customer, visit, at, believes)
    gap = stays.familiarity - leaves.familiarity
    off = 1e-12 if dedicated else len(steps) * left_each**2
    assert leaves.tie_lost == pytest.approx(gap, abs=off)


# What is blamed


def failing(kind):
    """The terms of a firm where one visit in five fails, always in the same way."""
    return {"failure_per_visit": "20%", "failures": dict.fromkeys(FAILURES, 0) | {kind: 1}}


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({}, set()),
        ({"service": failing("core")}, {"product"}),
        ({"service": failing("promise")}, {"promises"}),
        ({"staff": {"quits_per_year": "300%"}}, {"contact"}),
        ({"staff": {"quits_per_year": "300%", "skill_at_start": "50%"}}, {"contact", "unskilled"}),
    ],
)
def test_only_what_is_amiss_is_blamed(changes, causes):
    believes = QUIET | {"voice": 0.0, "load_quality": 0.0}
    firm = {part: CALM[part] | changes.get(part, {}) for part in CALM}
    calm = small(market={"people": 1000}, firm=CALM, beliefs=believes, horizon="1 year")
    business = small(market={"people": 1000}, firm=firm, beliefs=believes, horizon="1 year")
    result = run(business, first_guess(calm, belief_values(calm)))
    found = {cause for cause, lost in lost_over(result).items() if lost > 0.0} - {"none"}
    assert found == causes


def test_a_complaint_in_vain_is_blamed_beside_what_failed():
    service = {"failure_per_visit": "30%", "desk": {"agents": 20, "resolved": "0%"}}
    business = small(
        market={"people": 1000},
        firm={**CALM, "service": service},
        beliefs=QUIET | {"voice": 1.0, "load_quality": 0.0},
    )
    over = lost_over(run(business), BUT_FOR)
    failures = sum(over[kind] for kind in CAUSES[:KINDS])
    assert 0.0 < over["answer"] < failures


@pytest.mark.parametrize("measure", [BUT_FOR])
def test_as_many_are_blamed_on_failures_as_stay_in_a_firm_without_them(measure):
    """The same lives without failures: so many fewer are lost, but for those who leave anyway."""
    market = {"people": 20_000, "start": all_at("repeat")}
    believes = QUIET | {"voice": 0.0, "dormant_share": 0.0}
    fails, never = (
        small(
            market=market, horizon="26 weeks", beliefs=believes,
            firm=CALM | {"service": {"failure_per_visit": share}},
        )
        for share in ("5%", "0%")
    )  # fmt: skip
    levels = first_guess(never, belief_values(never))
    one, other = run(fails, levels), run(never, levels)
    blamed = sum(lost_over(one, measure)[kind] for kind in CAUSES[:KINDS])
    lost, lost_anyway = (sum(lost_over(r).values()) for r in (one, other))
    # Some of those lost over failures would have been lost later by themselves.
    spared = (lost - lost_anyway) / (1.0 - 0.5 * lost_anyway / 20_000)
    assert blamed == pytest.approx(spared, rel=0.06)
    assert blamed > 500.0


def test_who_goes_along_with_a_contact_leaves_over_nothing_else():
    staff = {
        "count": 20, "contact": "dedicated", "quits_per_year": "200%",
    }  # fmt: skip
    business = small(
        market={"people": 1000, "start": all_at("client")},
        firm={"staff": staff},
        beliefs=QUIET | {
            "joins_rival": 1.0, "follows_contact": 1.0, "familiarity_stays": 0.0,
            "leave_after_failure": 0.0,
        },
    )  # fmt: skip
    result = run(business)
    followed = counted(result, "lost_knowingly").sum()
    assert followed > 50
    assert lost_over(result, BUT_FOR)["contact"] == pytest.approx(followed)


@given(st.lists(st.floats(0.0, 1.0), min_size=NO_CAUSE, max_size=NO_CAUSE), st.floats(0.0, 1.0))
def test_a_failure_is_blamed_for_its_part_of_the_hazard(without, part):
    loss = np.zeros(1, LOSS_TYPE).view(np.recarray)[0]
    loss.without = without
    blame_failure(loss, 2, part)
    assert loss.without[2] <= 1.0 - part + 1e-12
    assert (loss.without >= np.array(without) - 1e-12)[[0, 1, 3]].all()
    blame_only(loss, CONTACT)
    assert loss.without[CONTACT] == 0.0
    assert loss.without.sum() == NO_CAUSE - 1
    blame_only(loss, NO_CAUSE)
    assert (loss.without == 1.0).all()


LOSS_TYPE = [(name, float, (size,)) for name, (_, size) in LOSS.items()]


def test_a_sleeper_is_lost_over_what_led_to_sleep():
    """With sleepers or without, rivals that hold people stand behind as many losses."""
    points = {"points": {"per_euro": 10, "reward_at": 100, "reward_cost": 1.0}}
    shares = []
    for dormant in (0.0, 0.9):
        business = small(
            market={"people": 4000}, horizon="2 years",
            programme={**points, "joins": "100%"}, rival={"copies_after": "1 week"},
            beliefs=QUIET | {
                "dormant_share": dormant, "dormant_leaves_per_year": 20.0,
                "dormant_wakes_per_year": 0.0,
            },
        )  # fmt: skip
        over = lost_over(run(business))
        shares.append(over["rivals"] / sum(over.values()))
    assert shares[0] > 0.02
    assert shares[1] == pytest.approx(shares[0], rel=0.25)


def test_shares_hold_where_a_replication_has_no_losses():
    parts = np.array([[[3.0, 1.0]], [[0.0, 0.0]], [[5.0, 3.0]]])
    shares = ratios(parts)
    assert shares.mean(axis=0) == pytest.approx(np.array([[8.0 / 12.0, 4.0 / 12.0]]))
    assert np.isnan(ratios(np.zeros((2, 1, 2)))).all()
    alike = np.array([[[3.0, 1.0]], [[6.0, 2.0]]])
    assert ratios(alike) == pytest.approx(np.array([[[0.75, 0.25]]] * 2))


def test_what_is_worth_something_goes_with_those_who_left():
    """Alike in all but who is lost when: a year of usual visits, each with its basket."""
    alike = PEOPLE | {
        "occasions_per_week": {"mean": 2.0, "spread": 0, "drift": 0}, "preference_spread": 0.0,
        "basket": {"mean": 10.0, "between": 0.0},
    }  # fmt: skip
    business = small(market={"people": 2000, "segments": [alike]}, horizon="1 year")
    lost, worth = (run(business).losses[..., of].sum() / MICRO for of in (SHARED, WORTH))
    visits = 52 * 2.0 * 0.7 * 0.45
    assert worth / lost == pytest.approx(visits * 0.6 * 10.0, rel=1e-6)


# What a user sees


@pytest.fixture(scope="module")
def comparison():
    document = terms(
        market={"people": 400}, replications=3, horizon="1 year",
        alternatives={"nothing": {}, "better": {"firm": {"service": {"failure_per_visit": "0%"}}}},
    )  # fmt: skip
    return compare(Scenario.from_document(document), processes=1)


def test_tables_say_why_by_cause_segment_and_stage(comparison):
    base = comparison.base
    causes = base.loss_causes.set_index(["alternative", "cause"])
    assert list(causes.loc["nothing"].index) == [*CAUSES, "none"]
    assert causes["share"].groupby("alternative").sum().to_list() == pytest.approx([1.0, 1.0])
    fewer = causes.loc["nothing", "lost"] - causes.loc["better", "lost"]
    assert fewer[list(CAUSES[:KINDS])].sum() > 0.0
    by_place = base.losses.groupby("alternative")["lost"].sum()
    assert by_place.to_list() == pytest.approx(causes["lost"].groupby("alternative").sum().tolist())
    alone = simulate(comparison.scenario).base.loss_causes
    assert list(alone.columns) == ["cause", "but_for", "lost", "worth_per_year", "share"]


def test_the_page_and_the_terminal_say_why(comparison):
    page = render(comparison)
    for said in ("Why they left", "Who left, from where, and why", "None of these", "locals"):
        assert said in page
    assert page.count('id="causes"') == page.count('id="losses"') == 1
    console = Console(width=100)
    with console.capture() as printed:
        print_comparison(comparison, console)
    assert "Why customers left: " in printed.get()
    assert "for none of these reasons." in " ".join(printed.get().split())
    assert set(SAID) == {*CAUSES, "none"} == {*sum(pictures.GROUPS.values(), ()), "none"}


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("loss", ["0%", "95%"])
def test_the_picture_is_drawn_where_hardly_anybody_is(width, loss):
    document = terms(
        horizon="8 weeks", replications=2, alternatives={"nothing": {}}, firm=CALM,
        market={"people": 3, "segments": [PEOPLE | {"loss_per_year": loss}]},
    )  # fmt: skip
    few = compare(Scenario.from_document(document), processes=1)
    assert pictures.causes(few, width=width).axes
    assert all(table.rows for table in pictures.tables(few)[:1])
    assert ("Nobody left." in pictures.unexplained(few)) == (
        few.base.loss_causes["lost"].sum() == 0
    )
