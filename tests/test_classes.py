"""Twin customers: everybody is of one class, money adds up, members are not held against others."""

import json
from dataclasses import fields, replace
from html import unescape

import numpy as np
import pytest
from businesses import QUIET, STAMPS, businesses, documents, small, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from loyaltysim.ledger import ACCOUNTS, MICRO
from loyaltysim.report.classes import meanings, points
from loyaltysim.report.page import render
from loyaltysim.report.terminal import print_comparison
from loyaltysim.results import money
from loyaltysim.results.census import Census, still_there
from loyaltysim.results.classes import (
    CLASSES,
    GROWN,
    LOST,
    PUT_OFF,
    SAVED,
    SHRUNK,
    SUBSIDISED,
    UNCHANGED,
    WON,
    Lives,
    changed_share,
    classes_of,
    groups_of,
    lives_of,
    never_here,
    subsidy_share,
    sums_of,
    typical_of,
)
from loyaltysim.results.comparison import Comparison
from loyaltysim.results.summary import Twins, twins_of
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.setting import month_of
from loyaltysim.simulation import Result, run
from loyaltysim.studies.compare import compare

MIRROR = {
    WON: PUT_OFF, PUT_OFF: WON, SAVED: LOST, LOST: SAVED, GROWN: SHRUNK, SHRUNK: GROWN,
}  # fmt: skip

# Anybody's lives


@st.composite
def pairs(draw) -> tuple[Lives, Lives]:
    """What some people did in two worlds, whatever it was."""
    people = draw(st.integers(0, 30))
    luck = np.random.default_rng(draw(st.integers(0, 10**6)))
    most = draw(st.sampled_from([1, 3, 40]))

    def world() -> Lives:
        bought = luck.integers(0, most + 1, people)
        known = (bought > 0) | (luck.random(people) < 0.5)
        amounts = luck.integers(0, 10**12, (3, people)) * (bought > 0)
        return Lives(
            purchases=bought,
            known=known,
            there=known & (luck.random(people) < 0.6),
            member=(bought > 0) & (luck.random(people) < 0.5),
            revenue=amounts[0],
            left=amounts[0] - amounts[1],
            rewards=amounts[2] * (luck.random(people) < 0.5),
        )

    return world(), world()


@settings(max_examples=200)
@given(pairs())
def test_everybody_is_of_one_class_and_classes_add_up_to_the_millionth(lives):
    after, before = lives
    kinds = classes_of(after, before)
    people, contribution, rewards = sums_of(kinds, after, before).T
    assert len(kinds) == len(after.purchases) == people.sum()
    assert set(kinds.tolist()) <= set(range(len(CLASSES)))
    assert contribution.sum() == after.left.sum() - before.left.sum()
    assert rewards.sum() == after.rewards.sum() - before.rewards.sum()


@settings(max_examples=200)
@given(pairs())
def test_in_the_mirror_the_won_are_put_off_and_the_grown_are_shrunk(lives):
    kinds, mirrored = classes_of(*lives), classes_of(*reversed(lives))
    alike = (UNCHANGED, SUBSIDISED)
    for one, other in zip(kinds.tolist(), mirrored.tolist(), strict=True):
        assert other in alike if one in alike else other == MIRROR[one]


@settings(max_examples=50)
@given(pairs())
def test_who_lives_twice_alike_is_unchanged(lives):
    once, _ = lives
    assert (classes_of(once, once) == UNCHANGED).all()
    given_more = replace(once, rewards=once.rewards + (once.purchases > 0))
    kinds = classes_of(given_more, once)
    assert ((kinds == SUBSIDISED) == (once.purchases > 0)).all()
    assert np.isin(kinds, [SUBSIDISED, UNCHANGED]).all()


def one(purchases: int, known: bool, there: bool, rewards: int = 0) -> Lives:
    values = (purchases, known, there, False, 0, 0, rewards)
    return Lives(*(np.array([value]) for value in values))


@pytest.mark.parametrize(
    ("kind", "without", "with_it"),
    [
        (WON, one(0, False, False), one(1, True, True)),
        # Won, and lost again by the end.
        (WON, one(0, False, False), one(5, True, False)),
        (PUT_OFF, one(3, True, True), one(0, False, False)),
        (SAVED, one(20, True, False), one(20, True, True)),
        # Lost before the start, and won back.
        (SAVED, one(0, True, False), one(4, True, True)),
        (LOST, one(4, True, True), one(9, True, False)),
        (GROWN, one(17, True, True), one(19, True, True, 5)),
        (UNCHANGED, one(18, True, True), one(20, True, True)),
        (SUBSIDISED, one(18, True, True), one(20, True, True, 5)),
        (SUBSIDISED, one(20, True, False), one(18, True, False, 5)),
        (SHRUNK, one(20, True, True), one(17, True, True, 5)),
        # Lost in both, but not as soon.
        (GROWN, one(0, True, False), one(2, True, False)),
        # A sleeper who buys in neither world, and is lost in one.
        (LOST, one(0, True, True), one(0, True, False)),
        (UNCHANGED, one(0, False, False), one(0, False, False)),
    ],
)
def test_classes_as_they_are_said(kind, without, with_it):
    assert CLASSES[classes_of(with_it, without)[0]] == CLASSES[kind]


def test_the_threshold_is_stated_where_it_is_read():
    assert list(meanings()) == list(CLASSES)
    assert changed_share() == 0.1
    assert "10%" in meanings()["grown"]
    assert "10%" in meanings()["shrunk"]


def test_somebody_in_the_middle_is_told_of_and_never_who_buys_nothing():
    people = 7
    plain = Lives(
        purchases=np.array([0, 0, 9, 9, 9, 9, 9]),
        known=np.ones(people, bool),
        there=np.ones(people, bool),
        member=np.zeros(people, bool),
        revenue=np.zeros(people, np.int64),
        left=np.zeros(people, np.int64),
        rewards=np.zeros(people, np.int64),
    )
    paid = replace(plain, rewards=np.array([0, 0, 4, 7, 4, 100, 2]))
    found = typical_of(classes_of(paid, plain), paid, plain)
    # Net effects -4, -7, -4, -100, -2: the first of the two at the median. Where nobody buys,
    # the first of those who do not.
    assert found.tolist() == [-1, -1, -1, 0, 2, -1, -1, -1]
    assert never_here(classes_of(paid, plain), paid, plain) == 2
    assert typical_of(classes_of(plain, plain), plain, plain)[UNCHANGED] == 2
    lost = replace(plain, there=np.array([True, False, True, True, True, True, True]))
    assert typical_of(classes_of(lost, plain), lost, plain)[LOST] == 1


# Lived lives


def twin_lives(before: Business, after: Business) -> tuple[list[Result], Lives, Lives]:
    """Results and lives with the alternative, and without it."""
    results, lives, levels = [], [], None
    for business in (before, after):
        census = Census(month_of(business.weeks - 1) + 1, len(business.market.segments))
        result = run(business, levels, census=census)
        levels = result.levels
        results.append(result)
        lives.append(lives_of(result, census.purchases_before))
    return results[::-1], lives[1], lives[0]


@settings(max_examples=60)
@given(documents(), businesses())
def test_classes_add_up_to_the_ledger_and_to_the_saved_and_the_lost(document, another):
    before = Business.model_validate(document)
    parts = ("firm", "programme", "rival", "beliefs")
    after = before.model_copy(update={name: getattr(another, name) for name in parts})
    results, lives, without = twin_lives(before, after)
    people, contribution, rewards = sums_of(classes_of(lives, without), lives, without).T
    assert people.sum() == before.market.people

    def booked(account: str) -> int:
        one, other = (r.ledger[..., ACCOUNTS.index(account)].sum() for r in results)
        return int(one - other)

    def counted(name: str) -> int:
        one, other = (r.customers[name].sum() for r in results)
        return int(one - other)

    left = booked("revenue") - counted("costs") - booked("compensation")
    assert contribution.sum() == left
    assert rewards.sum() == booked("rewards")
    (there, here), (known, was_known) = (
        [still_there(r.customers) for r in results],
        [r.customers["purchases"] > 0 for r in results],
    )
    assert people[SAVED] == (was_known & ~here & there).sum()
    assert people[LOST] == (known & ~there & here).sum()
    assert (lives.purchases > 0).sum() == (results[0].customers["last_at"] > 0.0).sum()


def test_a_programme_that_changes_nothing_leaves_everybody_unchanged():
    idle = {**STAMPS, "joins": "100%", "checkout_seconds": 0}
    idle["stamps"] = {**STAMPS["stamps"], "reward_cost": 0.0, "reward_value": 0.0}
    before = small(beliefs=NO_PULL)
    results, lives, without = twin_lives(before, small(programme=idle, beliefs=NO_PULL))
    assert results[0].flows[..., 1].sum() > 0
    assert (classes_of(lives, without) == UNCHANGED).all()
    assert not sums_of(classes_of(lives, without), lives, without)[:, 1:].any()


NO_PULL = {"progress_pull": 0, "head_start_pull": 0, "member_stays": 0}
PAID = {
    "checkout_seconds": 0,
    "stamps": {"count": 6, "reward_cost": 3.0, "reward_value": 0.0, "head_start": 2},
}
"""A programme that costs money and moves nobody."""


def test_a_programme_that_only_pays_subsidises_whom_it_pays():
    before, after = small(beliefs=NO_PULL), small(programme=PAID, beliefs=NO_PULL)
    _, lives, without = twin_lives(before, after)
    kinds = classes_of(lives, without)
    assert (lives.rewards > 0).sum() > 50
    assert ((kinds == SUBSIDISED) == (lives.rewards > 0)).all()
    assert np.isin(kinds, [SUBSIDISED, UNCHANGED]).all()
    _, contribution, rewards = sums_of(kinds, lives, without).T
    assert not contribution.any()
    assert rewards[SUBSIDISED] == lives.rewards.sum() > 0
    assert subsidy_share(lives, without) == 1.0
    twins = twins_of(lives, without)
    assert (twins.saved, twins.annoyed) == (0, 0)
    assert twins.members_without == groups_of(lives)[0, 1]


# A comparison

SCENARIO = Scenario.from_document(
    terms(
        replications=4,
        horizon="1 year",
        market={"people": 300},
        alternatives={
            "today": {},
            "card": {"programme": STAMPS},
            "only paid": {"programme": PAID, "beliefs": NO_PULL},
            "everybody": {"programme": {**STAMPS, "automatic": True}},
            "other days": {
                "programme": STAMPS,
                "beliefs": {"drift_memory_weeks": {"value": 20.0, "low": 20.0, "high": 20.0}},
            },
        },
        beliefs=QUIET,
    )
)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(SCENARIO, processes=1)


def test_members_look_better_than_others_even_where_the_programme_does_nothing(comparison):
    table = comparison.members.set_index("alternative")
    paid = table.loc["only paid"]
    # Who buys often joins.
    assert paid["naive_low"] > 0.0
    assert paid["naive"] == pytest.approx(paid["member_revenue"] - paid["other_revenue"])
    assert paid["true"] == paid["true_low"] == paid["true_high"] == 0.0
    row = comparison.alternatives.loc["only paid"]
    assert row["subsidy_share"] == 1.0
    assert row["uplift"] == row["uplift_early"] == row["pull_forward"] == 0.0
    assert row["incremental_profit"] < 0.0
    # And where it does something, most of what members spend more is not its doing.
    card = table.loc["card"]
    assert card["naive"] > 2.0 * abs(card["true"])


def test_members_as_they_are_counted(comparison):
    table = comparison.members.set_index("alternative")
    assert "today" not in table.index
    found = table.loc["card"]
    at = comparison.names.index("card")
    each, naive, true = [], [], []
    for runs in comparison.runs["stated"]:
        (members, spent), (others, others_spent) = runs[at].groups
        assert members == runs[at].members
        each.append(spent / MICRO / members)
        naive.append(each[-1] - others_spent / MICRO / others)
        true.append(each[-1] - runs[at].twins.members_without / MICRO / members)
    assert found["member_revenue"] == pytest.approx(np.mean(each))
    for name, values in (("naive", naive), ("true", true)):
        # Paired t over four replications, by hand.
        half = 3.18245 * np.std(values, ddof=1) / 2.0
        bounds = [np.mean(values), np.mean(values) - half, np.mean(values) + half]
        assert found[[name, f"{name}_low", f"{name}_high"]].tolist() == pytest.approx(
            bounds, rel=1e-4
        )
    # There is nobody to compare with where everybody who buys is a member.
    assert np.isnan(table.loc["everybody", "naive"])
    assert np.isfinite(table.loc["everybody", "true"])
    assert np.isnan(table.loc["other days", "true"])
    assert np.isfinite(table.loc["other days", "naive"])


def test_classes_of_a_comparison_are_of_all_customers_and_of_its_ledger(comparison):
    table = comparison.classes
    assert list(table["class"][:8]) == list(CLASSES)
    together = table.groupby("alternative", sort=False)[["people", "net"]].sum(min_count=8)
    monthly = comparison.monthly("stated")
    accounts = ("cost_of_goods", "service", "rewards", "compensation")
    left = money.column(monthly, "revenue") - money.column(monthly, *accounts)
    change = (left - left[:, :1]).sum(axis=-1).mean(axis=0)
    for name in ("card", "card, copied", "only paid"):
        assert together.loc[name, "people"] == pytest.approx(300.0)
        at = comparison.names.index(name)
        assert together.loc[name, "net"] == pytest.approx(change[at], abs=1e-6)
    frame = comparison.alternatives
    people = table.set_index(["alternative", "class"])["people"]
    assert people["card", "saved"] == frame.loc["card", "saved"]
    assert people["card", "lost because of it"] == frame.loc["card", "annoyed"]
    assert 0.0 < frame.loc["card", "never_here"] < people["card", "unchanged"]
    net = [
        (runs[1].twins.classes[GROWN, 1] - runs[1].twins.classes[GROWN, 2]) / MICRO
        for runs in comparison.runs["stated"]
    ]
    row = table.query("alternative == 'card' and `class` == 'grown'").iloc[0]
    assert row["net"] == pytest.approx(np.mean(net))
    assert row["net_high"] - row["net"] == pytest.approx(
        3.18245 * np.std(net, ddof=1) / 2.0, rel=1e-4
    )


def test_pull_forward_is_an_early_uplift_less_that_of_the_horizon():
    # Nine months: up by 30% for three of them, down by a tenth in the other six.
    before = np.full((2, 1, 9), 100.0)
    after = before * np.where(np.arange(9) < 3, 1.3, 0.9)
    assert money.uplift(after[..., :3], before[..., :3]) == pytest.approx(0.3)
    assert money.uplift(after, before) == pytest.approx(0.3 / 3 - 0.2 / 3)
    assert np.isnan(money.uplift(before, 0.0 * before)).all()
    assert points(0.3, 0.25, 0.35) == "30.0 ± 5.0"


def test_pull_forward_of_a_comparison(comparison):
    revenue = money.column(comparison.monthly("stated"), "revenue")
    at = comparison.names.index("card")
    card, today = revenue[:, at], revenue[:, 0]
    early = card[:, :3].sum(axis=1) / today[:, :3].sum(axis=1)
    whole = card.sum(axis=1) / today.sum(axis=1)
    row = comparison.alternatives.loc["card"]
    assert row["uplift_early"] == pytest.approx(early.mean() - 1.0)
    assert row["pull_forward"] == pytest.approx((early - whole).mean())
    assert row["pull_forward_low"] < row["pull_forward"] < row["pull_forward_high"]
    assert comparison.alternatives.loc["today", ["uplift", "pull_forward"]].isna().all()


def test_no_pull_forward_in_a_run_that_is_over_with_the_window():
    short = SCENARIO.change({"horizon": "3 months", "replications": 2, "market.people": 40})
    frame = compare(short, processes=1).alternatives
    assert frame["pull_forward"].isna().all()
    assert np.isfinite(frame.loc["card", "uplift"])


# Stories


def test_a_story_of_each_class_is_of_somebody_in_it(comparison):
    at = comparison.names.index("card")
    twins = comparison.runs["stated"][0][at].twins
    stories = comparison.stories("card")
    assert [kind for kind, n in zip(CLASSES, twins.classes[:, 0], strict=True) if n] == list(
        stories
    )
    assert len(stories) >= 5
    lived = twin_worlds(comparison, "card")
    assert twins.members_without == lived[1].revenue[lived[0].member].sum() > 0
    kinds = classes_of(*lived)
    for kind, worlds in stories.items():
        number = worlds.after.customer
        assert number == worlds.before.customer == twins.typical[CLASSES.index(kind)]
        assert CLASSES[kinds[number]] == kind
        for life, of in ((worlds.after, lived[0]), (worlds.before, lived[1])):
            assert life.left == of.left[number] - of.rewards[number]
            assert life.booked.get("purchases", 0) == of.purchases[number]
        assert worlds.buys
    assert comparison.stories("other days") == {}
    assert comparison.stories("today") == {}
    with pytest.raises(ValueError, match="tomorrow"):
        comparison.stories("tomorrow")


def twin_worlds(comparison: Comparison, name: str) -> tuple[Lives, Lives]:
    lives = []
    for alternative in (name, comparison.reference):
        business = comparison.scenario.alternatives[alternative]
        census = Census(month_of(business.weeks - 1) + 1, 1)
        result = run(business, comparison.levels, census=census)
        lives.append(lives_of(result, census.purchases_before))
    return lives[0], lives[1]


def test_a_short_story_says_how_it_ends(comparison):
    for worlds in comparison.stories("card").values():
        short, whole = worlds.told(width=100, most=4), worlds.told(width=100)
        assert len(short.splitlines()) <= len(whole.splitlines()) + 1
        assert short.splitlines()[-1] == whole.splitlines()[-1]
    stories = comparison.stories("card").values()
    longest = max(stories, key=lambda worlds: len(worlds.told(width=100, most=1000)))
    short = longest.told(width=100, most=4)
    assert "summed up" in short
    assert len(short.splitlines()) < 60
    # Choices that differ are told once, and then summed up like all that is ordinary.
    lines = [len(longest.told(width=100, **how).splitlines()) for how in ({"most": 1000}, {})]
    assert lines[0] < lines[1]


def test_the_page_tells_one_life_of_each_class(comparison):
    page = render(comparison)
    told = max(("card", "everybody"), key=comparison.alternatives["incremental_profit"].get)
    stories = comparison.stories(told)
    assert page.count("<details>") == len(stories)
    for kind, worlds in stories.items():
        assert f"<strong>{kind.capitalize()}</strong>: customer {worlds.after.customer}," in page
        assert worlds.told(width=116, most=12) in unescape(page)
    assert f"--alternative {told} --against today</code>" in page
    assert "<script" not in page
    assert page == render(comparison)


def test_classes_and_members_are_on_the_page_and_in_the_terminal(comparison):
    console = Console(width=400)
    with console.capture() as shown:
        print_comparison(comparison, console)
    said = " ".join(shown.get().split())
    page = unescape(render(comparison))
    for text in (said, page):
        for meaning in meanings().values():
            assert meaning in text
        assert "That flatters any programme, one that does nothing included" in text
        assert "“other days”, “other days, copied”: people meet other occasions" in text
    assert 'id="classes"' in page
    assert 'id="members"' in page


def test_where_nobody_has_a_twin_the_page_tells_of_nobody():
    document = json.loads(json.dumps(SCENARIO.document))
    document["alternatives"] = {
        name: document["alternatives"][name] for name in ("today", "other days")
    }
    apart = compare(Scenario.from_document(document), processes=1, people=40, replications=2)
    assert apart.classes["people"].isna().all()
    assert "<details>" not in render(apart)


def test_nothing_of_the_twins_depends_on_the_processes():
    small_ = SCENARIO.change({"replications": 2, "market.people": 60, "horizon": "3 months"})
    one, two = (compare(small_, processes=processes) for processes in (1, 2))
    at = one.names.index("card")
    for alone, spread in zip(one.runs["stated"], two.runs["stated"], strict=True):
        for field in fields(Twins):
            a, b = (getattr(runs[at].twins, field.name) for runs in (alone, spread))
            assert np.array_equal(a, b), field.name
    assert render(one) == render(two)
