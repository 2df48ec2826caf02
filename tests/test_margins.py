"""Margins: each occasion against the same one without the programme, summing to the millionth."""

from types import SimpleNamespace

import numpy as np
import pytest
from businesses import POINTS, QUIET, STAMPS, businesses, documents, merged, small, terms
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

import loyaltysim.simulation as simulation
from loyaltysim.behaviour.awareness import ACTIVE, DORMANT, GONE
from loyaltysim.customers.choice import FIRM, NOTHING, RIVAL
from loyaltysim.customers.diary import (
    AT_RIVAL,
    AWAY,
    HERE,
    NEVER,
    NOWHERE,
    entry_of,
    reason_of,
)
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.levels import first_guess
from loyaltysim.report.page import render
from loyaltysim.report.terminal import print_comparison
from loyaltysim.results import money
from loyaltysim.results.comparison import Comparison
from loyaltysim.results.margins import MARGINS, Diary, Margins, book_occasions
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.twins import same_occasions
from loyaltysim.setting import belief_values
from loyaltysim.simulation import Result, Run, run
from loyaltysim.studies.compare import compare

MANY = settings(max_examples=60)


def contribution(result: Result) -> int:
    """Millionths of revenue less cost of goods and cost of serving, of all customers."""
    booked = result.ledger[:, :-1].sum(axis=(0, 1))
    revenue, goods, service = (
        booked[ACCOUNTS.index(name)] for name in ("revenue", "cost_of_goods", "service")
    )
    return int(revenue - goods - service)


def margins_of(before: Business, after: Business, **how) -> dict[str, int]:
    """The margins of one business over another, in millionths, checked against the ledgers."""
    diary = Diary()
    without = run(before, diary=diary, **how)
    margins = Margins(diary)
    with_it = run(after, without.levels, diary=margins, **how)
    assert margins.booked.sum() == contribution(with_it) - contribution(without)
    return dict(zip(MARGINS, margins.booked.tolist(), strict=True))


# The law


@MANY
@given(documents(), businesses())
def test_margins_sum_to_the_change_in_what_purchases_leave(document, another):
    before = Business.model_validate(document)
    # Same market, another firm, programme, rival and beliefs.
    parts = ("firm", "programme", "rival", "beliefs")
    margins_of(before, before.model_copy(update={name: getattr(another, name) for name in parts}))


@MANY
@given(businesses())
def test_a_diary_has_every_occasion_and_every_purchase(business):
    diary = Diary()
    result = run(business, diary=diary)
    weekly = result.counts.sum(axis=1)
    for number, (entries, gains) in enumerate(diary.weeks):
        occasions, bought, anywhere = (
            weekly[number, COUNTS.index(name)]
            for name in ("occasions", "purchases", "category_purchases")
        )
        assert len(entries) == occasions
        assert len(gains) == (entries == HERE).sum() == bought
        assert (entries == AT_RIVAL).sum() <= anywhere - bought
        assert set(np.unique(entries)) <= {NEVER, AWAY, AT_RIVAL, NOWHERE, HERE}
    assert sum(int(gains.sum()) for _, gains in diary.weeks) == contribution(result)


def test_keeping_a_diary_changes_nothing():
    business = small(programme=POINTS, rival={"copies_after": "6 weeks"})
    plain, noted = run(business), run(business, diary=Diary())
    for table in ("customers", "members", "ledger", "counts", "flows", "moves", "desk"):
        assert getattr(plain, table).tobytes() == getattr(noted, table).tobytes(), table


def test_a_diary_is_the_same_in_any_pieces_on_any_threads_and_interpreted(monkeypatch):
    before, after = small(), small(programme=STAMPS, firm={"price": "95%"})
    whole = margins_of(before, after)
    assert margins_of(before, after, interpreted=[0, 7, 199]) == whole
    monkeypatch.setattr(simulation, "BLOCK", 64)
    assert margins_of(before, after, threads=2) == whole
    # A diary that is full in the middle of a customer's week goes on in a new one.
    monkeypatch.setattr(simulation, "DIARY", 3)
    assert margins_of(before, after) == whole


@pytest.mark.parametrize(
    ("purchases", "activity", "lost_at", "at_rival", "nowhere"),
    [
        (0, ACTIVE, -np.inf, NEVER, NEVER),
        (5, ACTIVE, -np.inf, AT_RIVAL, NOWHERE),
        (5, DORMANT, -np.inf, AWAY, AWAY),
        (5, GONE, 9.0, AWAY, AWAY),
        # Considers the firm again, and has not come yet; then has.
        (5, ACTIVE, 9.0, AWAY, AWAY),
        (6, ACTIVE, 2.0, AT_RIVAL, NOWHERE),
    ],
)
def test_an_entry_says_why_nothing_was_bought_here(purchases, activity, lost_at, at_rival, nowhere):
    person = SimpleNamespace(purchases=purchases, activity=activity, lost_at=lost_at, last_at=4.0)
    reason = reason_of(person)
    found = [entry_of(reason, chosen) for chosen in (FIRM, RIVAL, NOTHING)]
    assert found == [HERE, at_rival, nowhere]


def test_occasions_are_booked_one_by_one():
    here = np.array([HERE, HERE, HERE, HERE, HERE, AWAY, NOWHERE, NEVER], np.int8)
    there = np.array([NEVER, AWAY, AT_RIVAL, NOWHERE, HERE, HERE, HERE, AT_RIVAL], np.int8)
    booked = np.zeros(len(MARGINS), np.int64)
    gains, twin_gains = np.array([1, 20, 300, 4000, 50000]), np.array([45000, 7, 600])
    book_occasions(here, gains, there, twin_gains, booked)
    assert dict(zip(MARGINS, booked.tolist(), strict=True)) == {
        "joining": 1,
        "staying": 20 - 7,
        "choosing": 300,
        "category growth": 4000 - 600,
        "amount": 50000 - 45000,
    }


def test_another_number_of_occasions_is_refused():
    diary = Diary()
    run(small(), diary=diary)
    with pytest.raises(ValueError, match="other occasions"):
        run(small(market={"people": 201}), diary=Margins(diary))


# Each margin alone

ONLY = {"share_of_wallet": "100%"}
ALWAYS = {"buy_share": "100%"}
BESIDES = {"count": 6, "reward_cost": 0.0, "reward_value": 5.0, "replaces_purchase": "0%"}
"""A card for something that costs the firm nothing and that nobody buys."""
SURE = {"loss_per_year": "0%"}
UNMINDED = {"price_response": 0.0, "expectation_by_price": 0.0}


def world(people: str, segment: dict, **changes) -> Business:
    """Everybody at one stage, nobody who leaves by himself, fails or talks."""
    start = dict.fromkeys(terms()["market"]["start"], "0%") | {people: "100%"}
    segments = [terms()["market"]["segments"][0] | SURE | segment]
    calm = {"firm": {"service": {"failure_per_visit": "0%"}}, "beliefs": QUIET}
    return small(
        **merged(merged(calm, {"market": {"start": start, "segments": segments}}), changes)
    )


ALONE = {
    # Nobody knows the firm, until marketing reaches them.
    "joining": (
        world("suspect", {}, firm={"marketing": {"reach_per_week": "0%"}}),
        world("suspect", {}, firm={"marketing": {"reach_per_week": "20%"}}),
    ),
    # A contract goes on until a failure drives its holder away; nobody is won back in time, or
    # pays late.
    "staying": (
        world(
            "client",
            {"occasions_per_week": None, "contract": {"every": "1 weeks", "awake": "0%"}},
            firm={"service": {"failure_per_visit": "20%"}},
            beliefs={"voice": 0.0, "pays_late_days": 0.0},
        ),
        world(
            "client",
            {"occasions_per_week": None, "contract": {"every": "1 weeks", "awake": "0%"}},
            beliefs={"voice": 0.0, "pays_late_days": 0.0},
        ),
    ),
    # They always buy; a stamp card that costs nothing draws them from the rival.
    "choosing": (
        world("client", ALWAYS),
        world("client", ALWAYS, programme={"stamps": BESIDES}),
    ),
    # There is no rival.
    "category growth": (
        world("client", ONLY),
        world("client", ONLY, programme={"stamps": BESIDES}),
    ),
    # A price that nobody minds, or expects more for.
    "amount": (
        world("client", {}, beliefs=UNMINDED),
        world("client", {}, beliefs=UNMINDED, firm={"price": "110%"}),
    ),
}


@pytest.mark.parametrize("margin", MARGINS)
def test_what_works_through_one_margin_is_booked_there_alone(margin):
    booked = margins_of(*ALONE[margin])
    assert booked.pop(margin) > 100 * MICRO
    assert set(booked.values()) == {0}


def test_a_reward_in_place_of_a_purchase_lowers_the_amount():
    free = {"reward_cost": 3.0, "reward_value": 3.0, "replaces_purchase": "100%"}
    pull = {"progress_pull": 0.0, "head_start_pull": 0.0, "member_stays": 0.0}
    pull["price_response"] = pull["habit_pull"] = pull["windfall_respent"] = 0.0
    before = world("client", {}, beliefs=pull)
    after = world("client", {}, beliefs=pull, programme={"stamps": {"count": 6} | free})
    booked = margins_of(before, after)
    assert booked.pop("amount") < -100 * MICRO
    assert set(booked.values()) == {0}


# Twins

MARKET = (
    "people", "start", "segments", "growth_per_year", "season", "rival_quality",
    "rivals_improve_per_year",
    "correlation_rate_preference", "correlation_rate_basket", "correlation_preference_staying",
)  # fmt: skip
SEGMENT = (
    "occasions_per_week", "contract", "basket", "buy_share", "share_of_wallet", "preference_spread",
    "loss_per_year", "loss_spread", "loss_per_purchase", "never_buys", "start",
)  # fmt: skip
WORLD = ("horizon", "seed", "starts", "firm", "programme", "rival", "stages", "beliefs")
MEMORY = {"drift_memory_weeks": {"value": 20.0, "low": 20.0, "high": 20.0}}


@st.composite
def neighbours(draw):
    """A business, and the same with a part of it taken from another."""
    one, other = draw(businesses(people=12, weeks=9)), draw(businesses(people=12, weeks=9))
    where = draw(st.sampled_from(["world", "market", "segment", "memory"]))
    if where == "world":
        name = draw(st.sampled_from(WORLD))
        return one, one.model_copy(update={name: getattr(other, name)})
    if where == "memory":
        return one, one.model_copy(
            update={"beliefs": {**other.beliefs, **small(beliefs=MEMORY).beliefs}}
        )
    market = one.market
    if where == "market":
        name = draw(st.sampled_from(MARKET))
        change = {name: getattr(other.market, name)}
    else:
        name = draw(st.sampled_from(SEGMENT))
        first, *rest = market.segments
        change = {name: getattr(other.market.segments[0], name)}
        if name in ("occasions_per_week", "contract"):
            theirs = other.market.segments[0]
            change = {
                "occasions_per_week": theirs.occasions_per_week, "contract": theirs.contract,
            }  # fmt: skip
        change = {"segments": [first.model_copy(update=change), *rest]}
    return one, one.model_copy(update={"market": market.model_copy(update=change)})


@settings(max_examples=150)
@given(neighbours())
def test_worlds_are_called_twins_only_if_their_occasions_are_the_same(pair):
    assume(same_occasions(*pair))
    # Those of the business as it is, in every alternative.
    levels = first_guess(pair[0], belief_values(pair[0]))
    lives = [Run(business, levels, business.seed, 0, 1, (), None) for business in pair]
    for life in lives:
        life.env.run(until=life.env.process(life.live()))
    one, two = lives
    assert one.due.tobytes() == two.due.tobytes()
    for name in ("who", "rate", "drift", "drift_quarter", "pace", "occasions"):
        assert one.customers[name].tobytes() == two.customers[name].tobytes(), name
    occasions = COUNTS.index("occasions")
    assert (one.counts[:, :, occasions] == two.counts[:, :, occasions]).all()


SEASON = dict.fromkeys(
    ("january", "february", "march", "april", "may", "june"), "50%"
) | dict.fromkeys(
    ("july", "august", "september", "october", "november", "december"), "150%"
)  # fmt: skip


def of_segment(**changes) -> dict:
    return {"market": {"segments": [terms()["market"]["segments"][0] | changes]}}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"market": {"people": 201}}, False),
        ({"market": {"season": SEASON}}, False),
        ({"seed": 8}, False),
        ({"horizon": "27 weeks"}, False),
        (of_segment(name="others"), False),
        (of_segment(occasions_per_week={"mean": 2.1, "spread": 0.8}), False),
        (of_segment(occasions_per_week=None, contract={"every": "1 months"}), False),
        ({"beliefs": MEMORY}, False),
        ({"beliefs": MEMORY} | of_segment(occasions_per_week={"mean": 2.0, "drift": 0.0}), True),
        ({"starts": "may"}, True),
        ({"programme": STAMPS, "firm": {"price": "90%"}, "beliefs": QUIET}, True),
        (of_segment(buy_share="60%", basket={"mean": 3.0}), True),
    ],
)
def test_what_changes_people_or_occasions_leaves_no_twins(changes, same):
    without = {k: v for k, v in changes.items() if k == "market"} if same else {}
    assert same_occasions(small(**without), small(**changes)) is same


def test_nor_does_another_contract():
    monthly, yearly = (
        small(**of_segment(occasions_per_week=None, contract={"every": every}))
        for every in ("1 months", "12 months")
    )
    assert not same_occasions(monthly, yearly)


# A comparison

SCENARIO = Scenario.from_document(
    terms(
        replications=2,
        horizon="6 months",
        market={"people": 80},
        firm={"service": {"cost_per_visit": 0.1}},
        alternatives={
            "today": {},
            "card": {"programme": STAMPS},
            "other days": {"programme": STAMPS, "beliefs": MEMORY},
        },
    )
)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(SCENARIO, processes=1)


def test_the_margins_of_a_comparison_are_the_change_of_its_ledger(comparison):
    table = comparison.margins
    assert list(table["margin"][:5]) == list(MARGINS)
    assert list(table["alternative"].unique()) == [n for n in comparison.names if n != "today"]
    monthly = comparison.monthly("stated")
    # Tickets cost nothing here, so that service is that of visits.
    left = money.column(monthly, "revenue") - money.column(monthly, "cost_of_goods", "service")
    change = (left - left[:, :1]).sum(axis=-1)
    sums = table.groupby("alternative")["amount"].sum()
    for name in ("card", "card, copied"):
        at = comparison.names.index(name)
        assert sums[name] == pytest.approx(change[:, at].mean(), abs=1e-6)
    kept = table[table["amount"].notna()]
    assert (kept["low"] <= kept["amount"]).all()
    assert (kept["amount"] <= kept["high"]).all()
    # Paired t over two replications, by hand.
    at = comparison.names.index("card")
    staying = [runs[at].margins[1] / MICRO for runs in comparison.runs["stated"]]
    row = table.query("alternative == 'card' and margin == 'staying'").iloc[0]
    assert row["high"] - row["amount"] == pytest.approx(
        12.7062 * abs(np.ptp(staying)) / 2.0, rel=1e-4
    )


def test_without_twins_no_figure_is_shown_that_needs_them(comparison):
    apart = comparison.margins.query("alternative == 'other days'")
    assert len(apart) == len(MARGINS)
    assert apart[["amount", "low", "high"]].isna().all().all()
    row = comparison.alternatives.loc["other days"]
    assert row[["saved", "annoyed", "subsidy_share"]].isna().all()
    assert np.isfinite(row["incremental_profit"])
    assert comparison.alternatives.loc["card", ["saved", "subsidy_share"]].notna().all()


def test_and_that_is_said(comparison):
    said = "“other days”, “other days, copied”: people meet other occasions"
    console = Console(width=400)
    with console.capture() as shown:
        print_comparison(comparison, console)
    assert said in " ".join(shown.get().split())
    assert said in render(comparison)
    assert [note for note in SCENARIO.notes() if "other occasions" in note and "other days" in note]
    assert not [note for note in SCENARIO.notes() if "other occasions" in note and "card" in note]
