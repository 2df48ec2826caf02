"""One life, told: it adds up, its reasons are those of the rules, and watching changes nothing."""

import json
import re
from itertools import pairwise
from math import exp, isclose, log

import numpy as np
import pytest
from businesses import POINTS, QUIET, STAMPS, businesses, small, terms
from commands import starter
from hypothesis import given, settings
from hypothesis import strategies as st
from test_compiled import differences

import loyaltysim
from loyaltysim.customers.stages import STAGES
from loyaltysim.ledger import MICRO
from loyaltysim.rewards.balance import FLOWS
from loyaltysim.scenario.model import Business
from loyaltysim.simulation import Result, run
from loyaltysim.story.both import chosen_apart
from loyaltysim.story.life import Life, Worlds, parts
from loyaltysim.story.moment import OPTIONS
from loyaltysim.story.several import lived as several
from loyaltysim.story.telling import when

EVERYTHING = {
    "horizon": "1 years",
    "market": {"people": 60},
    "firm": {"service": {"failure_per_visit": "10%"}},
    "programme": {**POINTS, **STAMPS, "joins": "90%"},
    "rival": {"copies_after": "3 months"},
    "beliefs": {"recommends_per_year": 20.0},
}


def lived(business: Business, number: int, name: str | None = None) -> Life:
    return several(business, None, [number], name)[number]


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(several(small(**EVERYTHING), None, range(0, 60, 6)).values())


def test_several_lives_of_one_run_are_told_as_each_alone(lives):
    business = small(**EVERYTHING)
    for life in lives:
        assert life.as_json() == lived(business, life.customer).as_json()


def check_adds_up(life: Life, born: Result) -> None:
    """What is told is what the tables hold of this person."""
    ended, began = life.result.customers[life.customer], life.moments[0].facts
    booked = life.booked
    assert booked.get("purchases", 0) == ended["purchases"] - began["purchases"]
    assert booked.get("revenue", 0) == ended["revenue"]
    assert booked.get("cost_of_goods", 0) + booked.get("service", 0) == ended["costs"]
    for name in ("rewards", "compensation"):
        assert booked.get(name, 0) == ended[name]
    chosen = [moment.facts.get("chosen") for moment in life.moments]
    assert chosen.count("here") == booked.get("purchases", 0)
    assert len([c for c in chosen if c]) == ended["occasions"]
    stage = began["stage"]
    for moment in life.moments[1:]:
        if "stage" in moment.facts:
            before, stage_now = moment.facts["stage"]
            assert before == stage
            stage = stage_now
    assert stage == STAGES[ended["stage"]]
    dates = [moment.date for moment in life.moments]
    assert dates == sorted(dates)


@settings(max_examples=30)
@given(businesses(people=12, weeks=9), st.data())
def test_a_told_life_adds_up_and_watching_changes_no_byte(business, data):
    number = data.draw(st.integers(0, business.market.people - 1))
    life = lived(business, number)
    plain = run(business)
    assert differences(plain, life.result) == []
    check_adds_up(life, plain)
    check_choices(life)
    assert life.told(width=80)
    json.dumps(life.as_json(), allow_nan=False)


def check_choices(life: Life) -> None:
    """The log-odds that are told give the chance, and the chance and the draw the choice."""
    for moment in life.moments:
        choice = moment.facts.get("choice")
        if choice is None:
            continue
        rival = exp(sum(choice["rival_log_odds"].values()))
        here = exp(sum(choice["log_odds"].values()))
        if not choice["stated"]:
            assert isclose(choice["here"], here / (1.0 + here + rival), rel_tol=1e-9, abs_tol=1e-12)
            assert isclose(choice["rival"], rival / (1.0 + here + rival), rel_tol=1e-9)
        edges = np.cumsum([choice["here"], choice["rival"]])
        assert moment.facts["chosen"] == OPTIONS[int((choice["draw"] >= edges).sum())]


def test_long_lives_with_everything_in_them_add_up(lives):
    kinds = set()
    for life in lives:
        check_adds_up(life, life.result)
        check_choices(life)
        kinds |= {moment.kind for moment in life.moments} | set(life.booked)
    assert {"start", "occasion", "word", "complaint", "joined", "rewarded", "failures"} <= kinds


def test_units_told_are_those_of_the_membership(lives):
    for life in lives:
        sums = {}
        for moment in life.moments:
            for name, scheme in moment.facts.get("schemes", {}).items():
                flows = sums.setdefault(name, dict.fromkeys(FLOWS, 0))
                for flow in FLOWS:
                    flows[flow] += scheme[flow]
                held = flows["issued"] - flows["redeemed"] - flows["expired"]
                assert scheme["balance"] == held
        balances = life.result.members[life.customer]["balance"]
        left = [f["issued"] - f["redeemed"] - f["expired"] for f in sums.values()]
        assert sum(left) == balances.sum()
    assert any("points at rivals" in str(life.moments) for life in lives)


def test_the_terms_of_staying_are_all_of_the_log_risk(lives):
    seen = 0
    for life in lives:
        for moment in life.moments:
            staying = moment.facts.get("staying")
            if staying:
                total = sum(staying["terms"].values())
                assert isclose(staying["log_risk"], total, abs_tol=1e-12)
                seen += 1
    assert seen > 50


def test_terms_of_a_contract_are_all_of_its_log_risk():
    contract = {"every": "1 months", "awake": "80%"}
    people = {**terms()["market"]["segments"][0], "contract": contract}
    del people["occasions_per_week"]
    business = small(**{**EVERYTHING, "market": {"people": 20, "segments": [people]}})
    seen = set()
    for number in range(8):
        life = lived(business, number)
        check_adds_up(life, life.result)
        for moment in life.moments:
            staying = moment.facts.get("staying")
            if staying:
                total = sum(staying["terms"].values())
                assert isclose(staying["log_risk"], total, abs_tol=1e-12)
                seen |= set(staying["terms"])
    assert {"satisfaction", "familiarity", "price", "word heard", "units held"} <= seen


def test_a_mechanism_that_is_added_later_is_told_like_the_others(monkeypatch):
    # A sum of a term of a new file stands in for the one of the files that are there now.
    from types import ModuleType

    from loyaltysim.customers import choice, population
    from loyaltysim.mechanism import sum_of
    from loyaltysim.story import recording

    weather = ModuleType("loyaltysim.behaviour.weather")
    exec("def wish(customer, week, beliefs):\n    return 0.25\n", vars(weather))
    wishes = sum_of([weather.wish], "customer, week, beliefs")
    monkeypatch.setattr(choice, "wishes", wishes)
    monkeypatch.setattr(population, "wishes", wishes)
    monkeypatch.setattr(recording, "_SUMS", {*recording._SUMS, id(wishes.__code__)})
    life = lived(small(market={"people": 8}), 6)
    check_choices(life)
    assert set(life.reasons.query("option == 'here'")["term"]) >= {"preference", "weather"}


def test_stated_chances_are_told_as_stated():
    segment = {**terms()["market"]["segments"][0]}
    segment["given"] = {"buys_by_stage": dict.fromkeys(("repeat", "client", "first_time"), "30%")}
    life = None
    business = small(market={"people": 40, "segments": [segment]})
    for number in range(40):
        life = lived(business, number)
        if life.buys:
            break
    stated = [m.facts["choice"] for m in life.moments if m.facts.get("choice", {}).get("stated")]
    assert stated
    assert all(isclose(choice["here"], 0.3) for choice in stated)
    assert "(as the scenario states it)" in life.told(everything=True)


# Two worlds

GOAL = "programme (stamps)"


def test_two_worlds_that_differ_in_nothing_never_part():
    business = small(**EVERYTHING)
    worlds = Worlds(lived(business, 6, "one"), lived(business, 6, "other"))
    assert worlds.first_difference is None
    assert worlds.parting is None
    assert "the two are the same, to the last bit" in worlds.told()


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    with_card = small(**{**EVERYTHING, "programme": STAMPS})
    without = small(**{**EVERYTHING, "programme": None})
    for number in range(60):
        found = Worlds(lived(without, number, "nothing"), lived(with_card, number, "card"))
        pair = next((pair for pair in found.pairs if chosen_apart(pair)), None)
        if pair and pair[1].facts.get("choice", {}).get("log_odds", {}).get(GOAL, 0.0) > 0.1:
            return found
    raise AssertionError("nobody is pulled")


def test_the_parting_is_the_first_moment_that_differs(worlds):
    at = worlds.pairs.index(worlds.parting)
    assert not any(parts(*pair) for pair in worlds.pairs[:at])
    assert parts(*worlds.parting)
    first = worlds.pairs.index(worlds.first_difference)
    assert first <= at
    for one, other in worlds.pairs[:first]:
        assert one == other


def test_the_same_occasions_stand_side_by_side_with_the_same_draws(worlds):
    occasions = [pair for pair in worlds.pairs if pair[0] and pair[0].kind == "occasion"]
    assert len(occasions) > 20
    both = [pair for pair in occasions if all(m and "choice" in m.facts for m in pair)]
    for one, other in both:
        assert (one.date, one.nth) == (other.date, other.nth)
        assert one.facts["choice"]["draw"] == other.facts["choice"]["draw"]


def test_both_columns_are_told_and_what_moved_the_choice(worlds):
    told = worlds.told(width=80)
    assert max(map(len, told.splitlines())) <= 80
    assert "then they part" in told
    assert when(next(m for m in worlds.parting if m).date) in told
    assert "nothing                                │ card" in told
    assert len(told.splitlines()) < len(worlds.told(everything=True).splitlines())
    first = next(pair for pair in worlds.pairs if chosen_apart(pair))
    assert f"{GOAL} +{first[1].facts['choice']['log_odds'][GOAL]:.2f}" in told


# What is read


def test_a_story_is_narrow_and_folds_what_is_ordinary(lives):
    for life in lives:
        short, long = life.told(width=80), life.told(width=80, everything=True)
        assert max(map(len, long.splitlines())) <= 80
        assert len(short.splitlines()) <= len(long.splitlines())
        assert short.splitlines()[0] == f"Customer {life.customer} of Small, the business as it is"
    text = "".join(life.told() for life in lives)
    wanted = (
        "served; quality", "For it: ", "joined, ", "complained", "The complaint was ",
        "occasions: here", "Heard a ", "From repeat to client.", "In the end: ",
    )  # fmt: skip
    assert [words for words in wanted if words not in text] == []


def test_tables_of_a_life(lives):
    life = max(lives, key=lambda life: life.booked.get("purchases", 0))
    events = life.events
    assert len(events) == len(life.moments)
    total = life.result.customers[life.customer]["revenue"] / MICRO
    assert isclose(events["revenue"].sum(), total)
    by_choice = life.reasons.query("option == 'here'").groupby("occasion")["log_odds"].sum()
    row = events[events["chance_here"].notna()].iloc[0]
    odds = row["chance_here"] / (1.0 - row["chance_here"] - row["chance_rival"])
    assert isclose(by_choice[row["number"]], log(odds), abs_tol=1e-9)
    assert "<pre>" in life._repr_html_()
    assert str(life) == life.told()


def test_dates_are_weeks_and_days_from_one():
    assert [when(x) for x in (0.0, 0.99, 1.0, 11.4)] == [
        "week 1, day 1", "week 1, day 7", "week 2, day 1", "week 12, day 3",
    ]  # fmt: skip


def test_a_group_says_when_it_starts_and_when_it_ends(lives, worlds):
    assert when(72.0, 75.9) == "weeks 73 to 76"
    assert when(72.0, 72.9) == "week 73, days 1–7"
    assert when(72.1, 72.1) == "week 73, day 1"
    groups = re.compile(r"^weeks (\d+) to (\d+) +\d+ occasions", re.MULTILINE)
    for life in lives:
        spans = [(int(a), int(b)) for a, b in groups.findall(life.told())]
        weeks = [int(moment.date) + 1 for moment in life.moments if moment.kind == "occasion"]
        assert all(a < b and {a, b} <= set(weeks) for a, b in spans)
        assert all(b <= a for (_, b), (a, _) in pairwise(spans))
    assert any(groups.search(life.told()) for life in lives)
    assert re.search(r"^  weeks \d+ to \d+$", worlds.told(), re.MULTILINE)


def test_a_quiet_customer_who_never_will_buy():
    business = small(
        market={"people": 30, "start": {**terms()["market"]["start"]}}, beliefs=QUIET,
    )  # fmt: skip
    never = [i for i, c in enumerate(run(business).customers) if c["never"]]
    life = lived(business, never[0])
    assert not life.buys
    assert "who will never buy here" in life.told()


# The command


SHORT = ("horizon: 3 years", "horizon: 1 years")
SMALL_MARKET = ("people: 5000", "people: 300")


def test_the_command_tells_a_life(say, tmp_path):
    path = starter(tmp_path, SMALL_MARKET, SHORT)
    told = say("trace", str(path))
    assert told.code == 0
    assert told.out.startswith("Customer ")
    assert max(map(len, told.out.splitlines())) <= 80
    number = told.out.split()[1]
    again = say("trace", str(path), "--customer", number)
    assert again.out == told.out
    both = say("trace", str(path), "-c", number, "-a", "points", "--against", "nothing")
    assert both.code == 0
    assert "in two worlds" in both.out
    found = json.loads(say("trace", str(path), "-c", number, "--json").out)
    assert found["customer"] == int(number)
    scenario = loyaltysim.load(path)
    life = loyaltysim.trace(scenario, int(number))
    assert len(found["moments"]) == len(life.moments)
    with pytest.raises(IndexError, match="0 to 299"):
        loyaltysim.trace(scenario, 300)


def test_what_cannot_be_told_is_refused_plainly(say, tmp_path):
    path = starter(tmp_path, SMALL_MARKET, SHORT)
    fewer = say("trace", str(path), "--customer", "200", "--people", "100")
    assert fewer.code == 2
    assert "0 to 99" in fewer.err
    beyond = say("trace", str(path), "--customer", "300")
    assert beyond.code == 2
    assert "there is no customer 300" in beyond.err
    assert "0 to 299" in beyond.err
    assert say("trace", str(path), "--customer", "1.5").code == 2
    assert say("trace", str(path), "--customer", "-1").code == 2
    unknown = say("trace", str(path), "-c", "1", "--against", "pionts")
    assert unknown.code == 2
    assert "did you mean 'points'" in unknown.err
    itself = say("trace", str(path), "-a", "card", "--against", "card")
    assert itself.code == 2
    assert itself.out == ""
    assert "'card' against itself; name two different alternatives" in itself.err


def test_who_buys_nothing_is_told_of_somebody_else(say, tmp_path):
    path = starter(tmp_path, SMALL_MARKET, SHORT)
    scenario = loyaltysim.load(path)
    people = loyaltysim.simulate(scenario).result.customers
    nobody = int(np.flatnonzero(people["never"])[0])
    told = say("trace", str(path), "-c", str(nobody))
    assert told.code == 0
    assert f"Customer {nobody} buys nothing here; --customer " in told.err
