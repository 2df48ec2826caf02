"""Rules that change at a date: what is held stays, closing ends it, and people know and feel it."""

import numpy as np
import pytest
from businesses import QUIET, small
from programmes import CHANGED, LEVELS
from test_laws import assert_same_world, booked, counted

from loyaltysim.firm.programme_office import ProgrammeOffice
from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.simulation import Result, Run, run

POINTS = {"per_euro": 10, "reward_at": 600, "reward_cost": 2.0, "redeems_per_visit": "20%"}
BASE = {
    "points": POINTS,
    "stamps": {"count": 6, "reward_cost": 3.0},
    "cashback": {"back": "3%", "paid_every": "7 weeks"},
    "tiers": {"levels": LEVELS, "period": "8 weeks"},
    "missions": {"period": "5 weeks", "stretch": "0%", "reward_cost": 1.0},
    "streak": {"count": 3, "reward_cost": 1.0},
}


def programme(changes: list | None = None, **schemes) -> dict:
    """A programme that everybody is in, whose rules change."""
    return {**schemes, "automatic": True, "changes": changes}


class Watched(Run):
    """A run that notes memberships and money just before and after the rules change."""

    def change_the_rules(self) -> None:
        if self.week_now == AT:
            self.then = self.members.copy(), self.customers.copy()
        super().change_the_rules()
        if self.week_now == AT:
            self.now = self.members.copy(), self.customers.copy()
            self.lost = sum(flows[..., 2].sum() for _, flows, _ in self.sums)


AT = 9


def watched(terms: dict, **more) -> Watched:
    life = Watched(small(programme=terms, **more), None, 7, 0, 1, (), None)
    life.env.run(until=life.env.process(life.live()))
    return life


@pytest.mark.parametrize("kind", BASE)
def test_nothing_that_is_held_is_lost_or_won_on_the_day(kind):
    # Of an abolished level, see below.
    new = CHANGED[kind] | ({"levels": LEVELS[::2]} if kind == "tiers" else {})
    change = {"at": f"{AT} weeks", kind: new}
    life = watched(programme([change], **{kind: BASE[kind]}))
    before, after = life.then[0], life.now[0]
    assert (after["joined"] == before["joined"]).all()
    assert (after["balance"] == before["balance"]).all()
    assert (after["lots"].sum(axis=2) == after["balance"]).all()
    assert life.lost == 0
    if kind in ("points", "stamps", "cashback"):
        assert before["balance"].sum() > 100
    for name in ("run", "counted"):
        assert (after[name] == before[name]).all(), name


def test_points_that_begin_to_expire_on_dates_expire_on_the_next_of_them():
    # Dates count from the launch: 4, 8, 12; none of those that passed takes anything.
    change = {"at": "9 weeks", "points": {"expires_every": "4 weeks"}}
    terms = {"points": POINTS | {"redeems_per_visit": "0%"}}
    expired = run(small(programme=programme([change], **terms))).flows[..., 2].sum(axis=(1, 2))
    assert expired[:12].sum() == 0
    assert expired[12:].sum() > 0


def test_cashback_is_paid_on_the_dates_of_the_new_rules():
    change = {"at": "17 weeks", "cashback": {"paid_every": "8 weeks"}}
    terms = {"cashback": {"back": "3%", "paid_every": "2 weeks"}}
    flows = run(small(programme=programme([change], **terms))).flows.sum(axis=(1, 2))
    # Dates 18, 20, 22 are gone; 24 is a date of the new rules, and for all who are owed.
    assert flows[17:24, 1].sum() == 0
    assert flows[24:, 1].sum() >= flows[17:24, 0].sum() > 0


def test_a_mission_goes_on_by_the_new_period():
    change = {"at": "12 weeks", "missions": {"period": "9 weeks"}}
    terms = {"missions": {"period": "2 weeks", "stretch": "0%", "reward_cost": 1.0}}
    result = run(small(programme=programme([change], **terms), horizon="40 weeks"))
    week = result.counts[:, :, COUNTS.index("missed")].sum(axis=1)
    assert week[18:27].sum() > 0
    assert week[27:36].sum() > 0


def test_points_of_a_level_change_with_its_terms():
    levels = [{"name": "silver", "at": 1e-6, "earns": "100%"}]
    change = {"at": f"{AT} weeks", "tiers": {"levels": [levels[0] | {"earns": "300%"}]}}
    life = watched(programme([change], tiers={"levels": levels}))
    held = life.then[0]["tier"][:, 0] == 1
    assert held.sum() > 50
    assert (life.then[1]["earn_boost"][held, 0] == 0.0).all()
    assert (life.now[1]["earn_boost"][held, 0] == 2.0).all()


def test_an_abolished_level_is_lost_at_once():
    change = {"at": f"{AT} weeks", "tiers": {"levels": LEVELS[:1]}}
    life = watched(programme([change], tiers={"levels": LEVELS, "metric": "visits"}))
    before, after = life.then[0]["tier"][:, 0], life.now[0]["tier"][:, 0]
    assert (before > 1).any()
    assert (after == np.minimum(before, 1)).all()


def test_who_closes_a_programme_takes_what_is_held():
    closes = {"at": f"{AT} weeks", "closes": True}
    life = watched(programme([closes], points=POINTS, referral={"reward_cost": 1.0}))
    held = life.then[0]["balance"].sum()
    assert held > 1000
    assert life.lost == held
    assert (life.members["balance"] == 0).all()
    assert (life.members["joined"] == 0).all()
    assert (life.customers["member"] == 0).all()
    # From then on nothing is issued, handed over, or handled at the till.
    assert life.flows[AT + 1 :].sum() == 0
    assert life.ledger[AT + 1 :, :, ACCOUNTS.index("rewards")].sum() == 0
    assert life.ledger[AT + 1 :, :-1, ACCOUNTS.index("programme_running")].sum() == 0
    assert life.ledger[AT - 3 : AT, :-1, ACCOUNTS.index("programme_running")].sum() > 0


def test_a_programme_closes_for_those_as_well_who_keep_old_rules():
    changes = [{"at": "5 weeks", "grandfather": True, "points": {"reward_at": 900}},
               {"at": "12 weeks", "closes": True}]  # fmt: skip
    result = run(small(programme=programme(changes, points=POINTS)))
    assert result.members.shape[1] == 2
    assert (result.members["balance"] == 0).all()
    assert result.flows[13:].sum() == 0


def test_members_keep_old_rules_where_they_were_promised_and_new_ones_get_the_new():
    change = {"at": "9 weeks", "grandfather": True, "points": {"per_euro": 0.5}}
    people = {"market": {"people": 400}}
    result = run(small(programme=programme([change], points=POINTS), **people))
    joined, since = result.members["joined"], result.customers["first_joined_at"][:, 0]
    old, new = joined[:, 0] == 1, joined[:, 1] == 1
    assert old.sum() > 50
    assert new.sum() > 5
    assert not (old & new).any()
    assert (since[old] < 9.0).all()
    assert (since[new] >= 9.0).all()
    before = run(small(programme=programme(points=POINTS), **people))
    assert (result.members["balance"][old, 0] > 0).any()
    # Whoever was in lives on as if nothing had changed.
    assert result.flows[:, 0].sum() < before.flows[:, 0].sum()
    per_euro = result.flows[:, 1, :, 0].sum() / result.flows[:, 0, :, 0].sum()
    assert per_euro < 0.05 * new.sum() / old.sum() * 1.5


def test_old_and_new_coupons_reach_nobody_twice():
    coupons = {"off": "10%", "valid": "2 weeks", "every": "2 weeks", "cost_per_contact": 0.5,
               "to": "everybody"}  # fmt: skip
    change = {"at": "9 weeks", "grandfather": True, "coupons": {"off": "20%"}}
    before, after = (
        booked(run(small(programme=programme(changes, coupons=coupons))), "rewards").sum()
        for changes in (None, [change])
    )
    assert before == after > 0


@pytest.mark.parametrize("kind", BASE)
def test_a_change_that_changes_nothing_differs_by_exactly_zero(kind):
    name = {"points": "per_euro", "stamps": "count", "cashback": "back", "tiers": "period",
            "missions": "stretch", "streak": "count"}[kind]  # fmt: skip
    same = {"at": "9 weeks", "notice": "4 weeks", kind: {name: BASE[kind][name]}}
    one = run(small(programme=programme(**{kind: BASE[kind]})))
    other = run(small(programme=programme([same], **{kind: BASE[kind]})))
    assert_same_world(one, other)
    assert one.members.tobytes() == other.members.tobytes()
    assert (one.ledger == other.ledger).all()


def test_a_change_after_the_end_differs_by_exactly_zero():
    late = {"at": "27 weeks", "closes": True}
    one = run(small(programme=programme(points=POINTS)))
    other = run(small(programme=programme([late], points=POINTS)))
    assert_same_world(one, other)


@pytest.mark.parametrize(("reward_at", "sign"), [(1200, -1), (300, 1)], ids=["worse", "better"])
def test_goodwill_follows_what_is_held(reward_at, sign):
    change = {"at": f"{AT} weeks", "points": {"reward_at": reward_at}}
    life = watched(programme([change], points=POINTS))
    held = life.then[0]["balance"][:, 0] > 0
    felt = life.now[1]["goodwill"][:, 0] - life.then[1]["goodwill"][:, 0]
    # Cooling since the latest occasion apart.
    assert held.sum() > 50
    assert (sign * felt[held] > 0.0).mean() > 0.9
    assert (felt[life.then[0]["joined"][:, 0] == 0] == 0.0).all()


@pytest.mark.parametrize("at", ["2 months", "9 weeks"])
def test_an_end_without_notice_angers_on_any_date(at):
    closes = {"at": at, "closes": True}
    life = watched(programme([closes], points=POINTS))
    held = life.then[0]["balance"][:, 0] > 0
    felt = (life.now[1]["goodwill"] - life.then[1]["goodwill"])[held, 0]
    assert held.sum() > 50
    assert (felt < 0.0).all()


def test_nobody_hurries_for_a_change_that_is_far_away_or_for_the_better():
    terms = POINTS | {"reward_at": 100, "redeems_per_visit": "10%"}
    plain = taken(run(small(programme=programme(points=terms))), 0, 14)
    assert plain > 0
    for change in (
        {"at": "14 weeks", "notice": "9 weeks", "points": {"reward_cost": 2.5}},
        {"at": "200 weeks", "notice": "199 weeks", "points": {"reward_at": 200}},
    ):
        assert taken(run(small(programme=programme([change], points=terms))), 0, 14) == plain


def test_of_two_changes_the_nearer_one_hurries():
    soon = {"at": "12 weeks", "notice": "11 weeks", "points": {"reward_at": 700}}
    late = {"at": "25 weeks", "notice": "24 weeks", "points": {"reward_at": 900}}
    for changes in ([soon, late], [late, soon]):
        office = ProgrammeOffice(small(programme=programme(changes, points=POINTS)))
        until = []
        for week in range(14):
            list(office.changes_of(week))
            until.append(float(office.schemes["rules_until"][0]))
        assert until[0] == np.inf
        assert until[2:12] == [12.0] * 10
        assert until[12:] == [25.0] * 2


def test_a_change_for_all_reaches_those_as_well_who_kept_old_rules():
    changes = [
        {"at": "5 weeks", "grandfather": True, "points": {"reward_at": 400}},
        {"at": "10 weeks", "points": {"reward_at": 900}},
    ]
    versions = small(programme=programme(changes, points=POINTS)).programme.versions
    assert [version.in_week(9).reward_at for version in versions] == [600, 400]
    assert [version.in_week(10).reward_at for version in versions] == [900, 900]


def test_a_fee_is_lost_with_the_programme():
    terms = {"discount": {"off": "50%"}, "joins": "100%", "fee_per_year": 4.0}
    closes = {"at": f"{AT} weeks", "closes": True}
    life = Watched(small(programme={**terms, "changes": [closes]}), None, 7, 0, 1, (), None)
    life.env.run(until=life.env.process(life.live()))
    paid = life.then[1]["fee_until"][:, 0] > AT
    assert paid.sum() > 50
    assert (life.now[1]["fee_until"][:, 0] <= AT).all()
    assert (life.now[1]["goodwill"][paid, 0] < life.then[1]["goodwill"][paid, 0]).all()


def test_who_joined_when_the_end_was_known_was_promised_nothing_beyond_it():
    closes = {"at": f"{AT} weeks", "closes": True}
    for notice, angry in ((f"{AT} weeks", False), (None, True)):
        life = watched(programme([{**closes, "notice": notice}], points=POINTS))
        held = life.then[0]["balance"][:, 0] > 0
        felt = (life.now[1]["goodwill"] - life.then[1]["goodwill"])[held, 0]
        assert held.sum() > 50
        assert (felt < 0.0).all() if angry else (felt == 0.0).all()


def test_campaigns_end_with_the_programme():
    gift = {"on": "dates", "to": "everybody", "every": "1 weeks", "reward_cost": 1.0}
    closes = {"at": f"{AT} weeks", "closes": True}
    campaigns = [{"name": "weekly", "gifts": gift}]
    result = run(small(programme=programme([closes], points=POINTS, campaigns=campaigns)))
    rewarded = result.counts[:, :, COUNTS.index("rewarded")].sum(axis=1)
    assert (rewarded[:AT] > 0).all()
    assert (rewarded[AT:] == 0).all()


def taken(result: Result, first: int, last: int) -> int:
    """Units redeemed in some weeks."""
    return int(result.flows[first:last, :, :, 1].sum())


def test_notice_makes_ready_rewards_be_taken_sooner():
    terms = POINTS | {"reward_at": 100, "redeems_per_visit": "10%"}
    soon = {"at": "14 weeks", "points": {"reward_at": 200}}
    calm = QUIET | {"progress_pull": 0.0, "windfall_respent": 0.0}
    told, untold = (
        run(small(programme=programme([change], points=terms), beliefs=calm))
        for change in (soon | {"notice": "4 weeks"}, soon)
    )
    assert taken(told, 0, 10) == taken(untold, 0, 10)
    assert taken(told, 10, 14) > 1.3 * taken(untold, 10, 14)


def test_a_goal_pulls_harder_where_the_rules_are_known_to_end():
    # Nobody is pulled but by what the next purchase adds to the chance of reaching the goal.
    terms = {"count": 8, "reward_cost": 20.0, "redeems_per_visit": "100%"}
    closes = {"at": "12 weeks", "closes": True}
    calm = QUIET | {"progress_pull": 0.0, "windfall_respent": 0.0}
    bought = []
    for change in (closes | {"notice": "5 weeks"}, closes):
        business = small(
            programme=programme([change], stamps=terms), beliefs=calm, market={"people": 600}
        )
        bought.append(run(business).counts[7:12, :, COUNTS.index("purchases")].sum())
    assert bought[0] > 1.02 * bought[1]


def test_counts_of_a_change_are_those_of_the_firm_alone():
    closes = {"at": "9 weeks", "closes": True}
    terms = programme([closes], points=POINTS)
    result = run(small(programme=terms, rival={"copies_after": "3 weeks"}))
    assert counted(result, "joined").sum() > 50
    # The rival's copy goes on.
    assert result.flows[12:, 1].sum() > 0
    assert result.flows[12:, 0].sum() == 0
