"""Remedies, justice and the ten rules: what handling a complaint does, and what a user sees."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from businesses import small
from businesses import terms as terms_of
from desks import BOUND, MAIL, PHONE, WEB, arrivals, served, terms, z_of
from hypothesis import given
from hypothesis import strategies as st
from programmes import record
from test_compiled import differences

from loyaltysim.customers.complaints import APOLOGY, REMEDIES, RULES, close_ticket
from loyaltysim.customers.failures import KINDS
from loyaltysim.evidence import beliefs, register
from loyaltysim.firm.desk import CLOSED
from loyaltysim.firm.recovery import Recoveries
from loyaltysim.ledger import ACCOUNTS, COUNTS, MICRO
from loyaltysim.record import CUSTOMER
from loyaltysim.results.census import Census
from loyaltysim.results.tables import Tables
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.service import Service
from loyaltysim.simulation import run
from loyaltysim.story.several import lived as several

ALL_RULES = [
    "customer_is_right", "listen", "apologise", "admit", "show_care", "stay_calm", "take_notes",
    "negotiate", "act_at_once", "follow_up",
]  # fmt: skip
EVERYTHING = {
    "failure_per_visit": "40%",
    "rules": ALL_RULES,
    "recovery": {name: {"amount": 0.5, "share_of_basket": "20%"} for name in REMEDIES},
    "desk": {
        "agents": 2, "hours": "9-17", "days": 5, "hand_offs": "30%", "complains_again": "30%",
        "resolved_by_skill": "50%", "cost_per_ticket": 1.0, "channels": [PHONE, MAIL, WEB],
        "second_level": {"agents": 1, "handling_hours": 4.0, "resolved": "60%"},
    },
}  # fmt: skip
TALKATIVE = {"voice": 0.8}


# Nothing stated, nothing changed


JUSTICE = [
    "usual_fit", "rule_courtesy", "hand_off_courtesy", "rule_procedure", "repeat_procedure",
    "rule_outcome", "outcome_restores", "courtesy_restores", "procedure_restores",
    "outcome_stays", "courtesy_stays", "procedure_stays", "apology_habit", "apology_wears",
]  # fmt: skip


CALM: dict[str, Any] = {
    "market": {"people": 300},
    "horizon": "12 weeks",
    "firm": {
        "service": {
            "failure_per_visit": "40%",
            "desk": {"handling_hours": 6.0, "patience_days": 3.0},
        }
    },
}


def same(a: Business, b: Business) -> bool:
    one, other = run(a), run(b)
    return (
        len(one.desk) > 100
        and not differences(one, other)
        and one.desk.tobytes() == other.desk.tobytes()
    )


@pytest.mark.parametrize("name", JUSTICE)
def test_how_a_complaint_is_handled_counts_only_where_it_is_stated(name):
    far = register()[f"beliefs.{name}"]
    loud = {"voice": 0.8, name: far.high + 0.3 if far.unit != "share" else far.high}
    before = small(**CALM, beliefs=TALKATIVE)
    assert same(before, small(**CALM, beliefs=loud))


def test_what_is_usual_may_be_stated():
    service = CALM["firm"]["service"]
    desk = service["desk"] | {
        "hours": "0-24", "days": 7, "hand_offs": 0.0, "complains_again": 0.0,
        "resolved_by_skill": "0%", "rule_takes": "50%", "at_once_saves": "50%",
        "follow_up_catches": "50%", "channels": [{"name": "all", "share": 2}],
    }  # fmt: skip
    stated = service | {"desk": desk, "rules": []}
    plain = small(**CALM, beliefs=TALKATIVE)
    assert same(plain, small(**CALM | {"firm": {"service": stated}}, beliefs=TALKATIVE))


def test_a_life_is_the_same_compiled_and_interpreted():
    business = small(
        market={"people": 60}, horizon="20 weeks", beliefs=TALKATIVE, firm={"service": EVERYTHING}
    )
    result = run(business)
    assert not differences(result, run(business, interpreted=range(0, 60, 2)))
    desk = dict(zip(("week", *CLOSED), result.desk.T, strict=True))
    # All of it has happened.
    for name in ("resolved", "gave_up", "hand_offs", "repeats"):
        assert desk[name].any()
    assert set(desk["channel"]) == {0.0, 1.0, 2.0}
    assert set(desk["level"]) == {0.0, 1.0, 2.0}
    assert (result.customers["apologised"] > 0.0).any()
    complaints = result.counts.sum(axis=(0, 1))[COUNTS.index("complaints")]
    assert complaints == len(result.desk) + result.open_tickets


# What the handling does to a customer


def believed(**changes: float) -> SimpleNamespace:
    values = {name: register()[f"beliefs.{name}"].value for name in beliefs()}
    return SimpleNamespace(**values | changes)


def closed(
    *, rules: tuple[str, ...] = (), apologised: float = 0.0, severity: float = 3.0,
    believes: SimpleNamespace | None = None, **message: object,
) -> tuple[float, float, Any]:  # fmt: skip
    """Satisfaction gained, and risk of leaving, in shares of the damage, over one complaint."""
    customer = record(
        CUSTOMER, who=1, apologised=apologised, usual_gap=2.0, usual_basket=10.0, goodwill_at=1.0
    )
    kept = {name: len(set(part) & set(rules)) for name, part in RULES.items()}
    week = SimpleNamespace(seed=1, replication=0, ends=1.0, **kept)
    told = dict.fromkeys(["hand_offs", "repeats", "followed_up"], 0) | {
        "answered": 1, "resolved": 1, "hours": 10.0, "severity": severity, "remedy": -1,
        "fit": 0.0, "given": 2.5, "voucher": 0.0, "nth": 3, "cause": 0,
    } | message  # fmt: skip
    tally = SimpleNamespace(compensation=0)
    found = believes or believed()
    close_ticket(customer, SimpleNamespace(**told), week, found, 0.0, tally)
    assert tally.compensation == customer.compensation == (2_500_000 if told["answered"] else 0)
    # The chance of leaving over it: the log risk at which the same luck decides.
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        again = record(CUSTOMER, who=1, apologised=apologised, usual_gap=2.0, usual_basket=10.0)
        leaves, _ = close_ticket(again, SimpleNamespace(**told), week, found, middle, tally)
        low, high = (low, middle) if leaves else (middle, high)
    lost = found.satisfaction_moves * severity
    return customer.satisfaction / lost, low, customer


def test_outcome_courtesy_and_procedure_count_in_the_order_of_the_meta_analyses():
    usual, stays, _ = closed()
    whole = believed(rule_courtesy=1.0, rule_procedure=1.0, usual_fit=0.0, recovery_quick=-0.4)
    base, base_stays, _ = closed(believes=whole)
    better = {
        "outcome": closed(believes=whole, remedy=2, fit=1.0),
        "courtesy": closed(believes=whole, rules=("listen",)),
        "procedure": closed(believes=whole, rules=("take_notes",)),
    }
    satisfies = [better[name][0] - base for name in better]
    keeps = [better[name][1] - base_stays for name in better]
    assert satisfies[0] > satisfies[1] > satisfies[2] > 0.0
    assert keeps[1] > 0.9 * keeps[0] > keeps[2] > 0.0
    assert keeps[1] == pytest.approx(believed().courtesy_stays, abs=1e-6)
    assert usual == pytest.approx(0.5 + 0.3 * np.exp(-10.0 / 24.0))
    assert stays > closed(answered=0, resolved=0)[1]


@given(
    st.sets(st.sampled_from(ALL_RULES)),
    st.floats(0.0, 1.0),
    st.integers(-1, len(REMEDIES) - 1),
    st.integers(0, 5),
    st.floats(0.0, 300.0),
    st.booleans(),
)
def test_recovery_never_exceeds_the_damage(rules, fit, remedy, hand_offs, hours, best):
    ends = {name: register()[f"beliefs.{name}"] for name in JUSTICE}
    drawn = believed(**{name: e.high if best else e.low for name, e in ends.items()})
    gained, _, _ = closed(
        rules=tuple(rules), remedy=remedy, fit=fit, hand_offs=hand_offs, hours=hours, believes=drawn
    )
    assert gained <= 1.0 + 1e-12
    # Unresolved, it is worth less, and without an answer nothing.
    unresolved, _, _ = closed(rules=tuple(rules), resolved=0, hours=hours, believes=drawn)
    assert unresolved < 1.0
    assert closed(answered=0, resolved=0, rules=tuple(rules))[0] == 0.0


@pytest.mark.parametrize("rule", [rule for rule in ALL_RULES if rule != "follow_up"])
def test_each_rule_helps_a_little(rule):
    gained, stays, _ = closed()
    more, more_stays, _ = closed(rules=(rule,))
    assert more > gained
    assert more_stays > stays
    unresolved = closed(resolved=0, rules=(rule,))[0] - closed(resolved=0)[0]
    assert (unresolved > 0.0) == (rule != "act_at_once")


def test_being_passed_on_or_having_to_come_again_hurts():
    gained, stays, _ = closed()
    for name in ("hand_offs", "repeats"):
        once, twice = closed(**{name: 1}), closed(**{name: 2})
        assert gained > once[0] > twice[0]
        assert stays > once[1] > twice[1]
    assert closed(followed_up=1)[0] > gained


def test_apologies_wear_off_until_they_are_worse_than_none():
    plain = closed(resolved=0)[0]
    gained, apologised = [], 0.0
    for _ in range(4):
        share, _, customer = closed(resolved=0, rules=("apologise",), apologised=apologised)
        assert customer.apologised > apologised
        apologised = customer.apologised
        gained.append(share - plain)
    assert gained[0] > gained[1] > gained[2] > gained[3]
    assert gained[0] > 0.0 > gained[2]
    # Other courtesy does not wear off, and nobody is used to apologies that were not made.
    assert closed(apologised=apologised)[0] == closed()[0]
    assert closed(rules=("listen",))[2].apologised == 0.0


SORRY = {"remedy": APOLOGY, "resolved": 0, "fit": 0.7}


def test_words_alone_are_courtesy_as_far_as_they_fit_and_wear_off():
    heard, kept, _ = closed(resolved=0)
    found = believed()
    for apologised in (0.0, 0.3, 0.5, 0.9):
        said, stays, customer = closed(**SORRY, apologised=apologised)
        courtesy = found.rule_courtesy * 0.7 * (1.0 - found.apology_wears * apologised)
        assert said - heard == pytest.approx(found.courtesy_restores * courtesy)
        assert stays - kept == pytest.approx(found.courtesy_stays * courtesy, abs=1e-6)
        assert customer.apologised == pytest.approx(
            apologised + found.apology_habit * (1.0 - apologised)
        )
    # An apology is said once, be it the rule or the remedy; a refund is no apology.
    both = closed(**SORRY, rules=("apologise",))
    assert both[:2] == closed(resolved=0, rules=("apologise",))[:2]
    assert closed(remedy=4, fit=0.7, apologised=0.8)[:2] == closed(remedy=4, fit=0.7)[:2]


def test_bad_treatment_is_settled_by_an_apology_until_that_has_worn_off():
    fresh = closed(remedy=APOLOGY, fit=0.7)
    assert fresh[:2] == closed(remedy=REMEDIES.index("fix"), fit=0.7)[:2]
    worn = closed(remedy=APOLOGY, fit=0.7, apologised=0.5)
    assert worn[:2] == closed(remedy=REMEDIES.index("fix"), fit=0.0)[:2]
    assert closed(remedy=APOLOGY, fit=0.7, apologised=0.9)[1] < worn[1]


def test_words_alone_do_less_than_any_resolution():
    said, stays, _ = closed(**SORRY, hours=0.0)
    for fit in (0.0, 1.0):
        mended = closed(remedy=REMEDIES.index("compensate"), fit=fit, hours=0.0)
        assert mended[0] > said
        assert mended[1] > stays


def test_what_is_answered_with_words_alone_is_not_resolved_and_comes_again():
    desk = {"agents": 1000, "resolved": 0.8, "complains_again": 0.5}
    dates = arrivals(1.0, 4_000)

    def ends(**recovery):
        service = terms(**desk).model_dump(exclude_unset=True) | {"recovery": recovery}
        return served(Service.model_validate(service), dates)[1]

    sorry = ends(apologise={"amount": 2.0})
    assert not sorry["resolved"].any()
    assert sorry["answered"].all()
    assert (sorry["gave_up"] == 0).all()
    # Each of a chance to come again of a half; an apology each time but one in five.
    assert abs(z_of(sorry["repeats"], 1.0)) < BOUND
    assert abs(z_of(sorry["given"], 2.0 * 0.8 * 2.0)) < BOUND
    assert (sorry["remedy"] == APOLOGY).sum() == (sorry["given"] > 0.0).sum()
    # Of two remedies at random, the other one resolves.
    mixed = ends(apologise={}, refund={}, diagnosis="0%")
    assert abs(z_of(mixed["resolved"], 0.4 / (1.0 - 0.6 * 0.5))) < BOUND
    assert (mixed["remedy"][mixed["resolved"] == 1] == REMEDIES.index("refund")).all()


def test_without_an_apology_among_them_remedies_are_as_they_were():
    # The one that fits best is a refund either way, so that words are never given.
    fits = dict.fromkeys(KINDS, "100%")
    offers = {"refund": {"amount": 3.0, **fits}, "diagnosis": "100%", "diagnosis_by_skill": "0%"}
    service = CALM["firm"]["service"]
    worlds = (service | {"recovery": of} for of in (offers, offers | {"apologise": {}}))
    changed = (CALM | {"firm": {"service": of}} for of in worlds)
    assert same(*(small(**of, beliefs=TALKATIVE) for of in changed))


# A voucher


def test_a_voucher_is_a_windfall_and_money_that_is_gone_is_none():
    found = believed()
    given = {"remedy": REMEDIES.index("compensate"), "fit": 0.6, "resolved": 1}
    customer = closed(**given, voucher=2.5)[2]
    share = found.windfall_respent * 2.5
    assert customer.goodwill[0] == pytest.approx(share * 2.0 / (10.0 * found.goodwill_fades_weeks))
    assert customer.goodwill[1] == closed(**given)[2].goodwill[0] == 0.0


def test_what_is_given_as_a_voucher_is_spent_here():
    def lived(**compensate):
        recovery = {"compensate": {"amount": 8.0, **compensate}}
        service = {
            "failure_per_visit": "20%",
            "recovery": recovery,
            "response_hours": 1.0,
            "desk": {"agents": 50, "handling_hours": 1.0},
        }
        return small(
            market={"people": 1500},
            horizon="1 years",
            firm={"service": service},
            beliefs=TALKATIVE | {"goodwill_stays": 0.0},
        )

    assert same(lived(), lived(as_voucher=False))
    without, given = run(lived()), run(lived(as_voucher=True))
    revenue, paid = (ACCOUNTS.index(name) for name in ("revenue", "compensation"))
    more = (given.ledger - without.ledger)[:, 0, revenue].sum()
    # Less than the share of it that is spent again: the last ones have not faded, some are lost.
    share = register()["beliefs.windfall_respent"].value
    assert 0.6 * share < more / given.ledger[:, 0, paid].sum() < share


# Remedies


def recoveries(**stated: object) -> Recoveries:
    return Recoveries(Service.model_validate({"recovery": stated}))


def test_the_remedy_that_fits_the_cause_is_given_where_it_is_found():
    offered = recoveries(
        apologise={}, replace={"share_of_basket": "40%", "amount": 1.0}, diagnosis="100%"
    )
    found = [offered.give(cause, 20.0, 1.0, 0.999) for cause in range(len(KINDS))]
    names = [REMEDIES[given.remedy] for given in found]
    assert dict(zip(KINDS, names, strict=True)) == {
        "core": "replace", "encounter": "apologise", "system": "replace", "promise": "replace",
    }  # fmt: skip
    assert [given.cost for given in found] == [9.0, 0.0, 9.0, 9.0]
    assert all(given.resolves for given in found)
    sorry = recoveries(apologise={})
    settles = [sorry.give(cause, 20.0, 1.0, 0.0).resolves for cause in range(len(KINDS))]
    assert settles == [kind == "encounter" for kind in KINDS]
    assert found[0].fit == register()["firm.service.recovery.replace.core"].value


@pytest.mark.parametrize("skill", [0.0, 0.5, 1.0])
def test_a_cause_is_found_by_skill_and_else_any_remedy_is_given(skill):
    offered = recoveries(
        fix={"core": "100%"}, explain={"core": "0%"}, diagnosis="80%", diagnosis_by_skill="50%"
    )
    lucks = (np.arange(10_000) + 0.5) / 10_000
    fits = [offered.give(0, 20.0, skill, luck).fit for luck in lucks]
    found = 0.8 * (1.0 - 0.5 * (1.0 - skill))
    assert np.mean(fits) == pytest.approx(found + (1.0 - found) / 2.0, abs=2e-4)


def test_without_remedies_the_usual_compensation_is_given():
    offered = Recoveries(Service.model_validate({"compensation_share_of_basket": "25%"}))
    assert offered.give(0, 20.0, 0.5, 0.9) == (-1, 0.0, 5.0, 0.0, True)


def test_remedies_are_paid_for_and_told():
    business = small(market={"people": 150}, beliefs=TALKATIVE, firm={"service": EVERYTHING})
    census = Census(6, 1)
    result = run(business, census=census)
    complaints = Tables(result, census).complaints
    assert set(complaints["channel"]) == {"phone", "mail", "web"}
    assert set(complaints["remedy"][complaints["resolved"]]) == {*REMEDIES}
    assert set(complaints["remedy"][~complaints["resolved"]]) == {"", "apologise"}
    paid = result.ledger[:, 0, ACCOUNTS.index("compensation")].sum()
    assert paid >= 0.5 * MICRO * complaints["resolved"].sum() > 0
    # A ticket is paid for each time that it is handled.
    handled = complaints["contacts"].sum()
    assert result.ledger[:, -1, ACCOUNTS.index("service")].sum() >= handled * MICRO


# Rules at the desk


def test_each_rule_takes_time():
    dates = arrivals(0.1, 5_000)
    hours = [
        served(terms(agents=1000, rule_takes="10%", rules=rules), dates)[1]["hours"]
        for rules in ((), ("listen",), tuple(ALL_RULES[:9]))
    ]
    assert hours[1].mean() == pytest.approx(1.1 * hours[0].mean())
    assert hours[2].mean() == pytest.approx(1.9 * hours[0].mean())


def test_acting_at_once_shortens_the_wait():
    service = {"response_hours": 10.0, "desk": {"agents": 1000, "patience_days": 1e9}}
    dates = arrivals(0.1, 500)
    waits = [
        served(Service.model_validate(service | {"rules": rules}), dates)[1]["answer_hours"].mean()
        for rules in ([], ["act_at_once"])
    ]
    assert waits[1] == pytest.approx(0.75 * waits[0])


def test_following_up_resolves_more_and_spares_repeated_complaints():
    desk = {"agents": 1000, "resolved": 0.5, "complains_again": 0.5, "follow_up_catches": 0.4}
    dates = arrivals(1.0, 20_000)
    plain = served(terms(**desk), dates)[1]
    kept = served(terms(**desk, rules=("follow_up",)), dates)[1]
    # Each end in vain is followed by another attempt with chance r: resolved = p / (1 - (1 - p) r).
    again = 0.4 + 0.6 * 0.5
    assert abs(z_of(plain["resolved"], 0.5 / (1.0 - 0.5 * 0.5))) < BOUND
    assert abs(z_of(kept["resolved"], 0.5 / (1.0 - 0.5 * again))) < BOUND
    # Of each attempt half fail; of these the one complains again, unless followed up.
    assert abs(z_of(plain["repeats"], 0.25 / (1.0 - 0.25))) < BOUND
    assert abs(z_of(kept["repeats"], 0.15 / (1.0 - 0.35))) < BOUND
    assert kept["repeats"].mean() < plain["repeats"].mean()
    assert not plain["followed_up"].any()


def test_a_desk_whose_people_know_more_keeps_more_customers():
    # By a firm that keeps all the rules and finds remedies that fit, fewer are lost knowingly.
    lost = {}
    for name, more in (
        ("passed on", {"desk": {"agents": 50, "hand_offs": "60%", "handling_hours": 1.0}}),
        ("good", {
            "desk": {"agents": 50, "handling_hours": 1.0},
            "rules": ALL_RULES, "recovery": {remedy: {} for remedy in REMEDIES},
        }),
    ):  # fmt: skip
        service = {"failure_per_visit": "40%", "response_hours": 1.0, **more}
        business = small(
            market={"people": 3000}, firm={"service": service},
            beliefs={"voice": 0.9, "leave_after_failure": 0.2},
        )  # fmt: skip
        lost[name] = run(business).counts[:, :, COUNTS.index("lost_knowingly")].sum()
    assert lost["passed on"] > 1.3 * lost["good"] > 0


# What is written, and what is told


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({"desk": {"hours": "17-9"}}, "write the hours of one day such as 9-17"),
        ({"desk": {"hours": "nine"}}, "write the hours of one day such as 9-17"),
        ({"desk": {"channels": [MAIL, MAIL]}}, "two channels are named 'mail'"),
        ({"desk": {"channels": [{**MAIL, "share": 0}]}}, "come by one channel at least"),
        ({"desk": {"channels": [{**WEB, "agents": 2}]}}, "what answers at_once has no agents"),
        ({"recovery": {"diagnosis": "50%"}}, "offer one remedy at least: explain"),
        ({"rules": ["listen", "smile"]}, "customer_is_right"),
        ({"desk": {"hand_offs": "100%"}}, "0.95"),
    ],
)
def test_what_cannot_be_is_refused(service, said):
    with pytest.raises(ValueError, match=said):
        Service.model_validate(service)


def test_a_story_tells_what_happened_to_a_complaint():
    business = small(
        market={"people": 60}, horizon="20 weeks", beliefs=TALKATIVE, firm={"service": EVERYTHING}
    )
    told = "\n".join(
        life.told(width=400) for life in several(business, None, range(60), None).values()
    )
    for text in (
        "The complaint by phone was resolved after",
        "The complaint by phone was not answered; given up after",
        "The complaint by mail was answered, and given up after",
        "The complaint by web was",
        "passed on to a colleague once",
        "passed on to a colleague 2 times",
        "handed to the second level",
        "followed up",
        "made once more",
        "what was given: ",
    ):
        assert text in told
    plain = small(**CALM, beliefs=TALKATIVE)
    told = "\n".join(
        life.told(width=400) for life in several(plain, None, range(60), None).values()
    )
    assert "The complaint was resolved after" in told
    assert "First answer" not in told


def test_who_offers_words_alone_is_told_that_they_resolve_nothing():
    offers = {"sorry": {"apologise": {}}, "both": {"apologise": {}, "refund": {}}}
    worlds = {name: {"firm": {"service": {"recovery": of}}} for name, of in offers.items()}
    notes = Scenario.from_document(terms_of(alternatives={"nothing": {}, **worlds})).notes()
    assert [note.split(":")[0] for note in notes if "words alone" in note] == ["sorry"]
