"""The gallery of published findings: its parts agree, its rules hold, and a null model fails."""

import re
import sys
from functools import cache
from importlib import import_module
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from commands import script
from ruamel.yaml import YAML

import loyaltysim
from loyaltysim.evidence import beliefs, register
from loyaltysim.ledger import COUNTS

FOLDER = Path(loyaltysim.__file__).parent.parent / "experiments" / "evidence"
sys.path.append(str(FOLDER))
library = import_module("library")
finding_ = import_module("finding")
worlds_ = import_module("worlds")
showing_ = import_module("showing")

FINDINGS = library.findings()
PUBLISHED = library.published()
TARGETS = [target for finding in FINDINGS.values() for target in finding.targets]


# What is written down


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
def test_a_value_is_published_and_counts_only_as_a_target_that_set_nothing(target):
    row = PUBLISHED[target.id]
    if target.sets:
        assert target.sets.split()[0] in register()
    else:
        assert row["role"] == "target"


@pytest.mark.parametrize("finding", FINDINGS.values(), ids=lambda finding: finding.id)
def test_a_finding_states_a_setting_and_no_behaviour_of_its_own(finding):
    document = YAML(typ="safe").load(finding.scenario)

    def names(part):
        if isinstance(part, dict):
            return {*part, *(name for value in part.values() for name in names(value))}
        return {n for item in part for n in names(item)} if isinstance(part, list) else set()

    assert not names(document) & {"beliefs", "assumptions", "given"}
    assert set(finding.terms) <= set(beliefs())
    # A second setting of one finding has the letter of its first value as well: E07a.
    assert all(target.id.startswith(f"{finding.id[:3]}.") for target in finding.targets)
    assert finding.id[3:] in ("", finding.targets[0].id[4:])


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
def test_no_band_is_wider_than_the_one_that_was_written_down(target):
    band = PUBLISHED[target.id]["band"].replace("%", "")
    numbers = [float(x) for x in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", band)]
    if band.startswith("above"):
        numbers.append(inf)
    for check in target.checks:
        if not check.whole or (inf not in (-check.low, check.high) and len(numbers) == 2):
            assert numbers[0] <= check.low <= check.high <= numbers[1]
        elif inf not in (-check.low, check.high):
            assert -numbers[0] / 100.0 <= check.low <= check.high <= numbers[0] / 100.0


def test_every_value_without_a_finding_says_which_lever_is_missing():
    assert [row["id"] for row in library.missing() if not row["needs"]] == []


# Verdicts


def test_a_sign_needs_the_whole_interval_and_a_size_only_the_mean():
    sure = finding_.Estimate.of([0.9, 1.0, 1.1])
    assert sure.error == pytest.approx(0.1 / np.sqrt(3.0))
    assert sure.high - sure.mean == pytest.approx(4.302653 * sure.error)
    unsure = finding_.Estimate.of([-1.0, 0.5, 3.0])
    for estimate, passes in ((sure, True), (unsure, False)):
        assert finding_.above("x", "").passes(estimate) is passes
        assert finding_.between("x", "", 0.5, 1.5).passes(estimate) is True
    assert not finding_.below("x", "").passes(sure)
    assert finding_.nothing("x", "", 2.0).passes(sure)
    assert not finding_.nothing("x", "", 2.0).passes(unsure)


def test_what_could_not_be_measured_misses():
    lost = finding_.Estimate.of([1.0, nan])
    for check in (finding_.above("x", ""), finding_.between("x", "", -inf, inf)):
        assert not check.passes(lost)


def test_nothing_carries_what_could_not_be_measured():
    check = finding_.above("x", "")
    target = finding_.Target("E35.b", (check,))
    finding = finding_.Finding("E35", "", "", lambda worlds, number: {}, (target,))
    lost = finding_.Estimate.of([1.0, nan])
    shown = finding_.Shown(finding, {"x": lost}, {}, {}, {"price_response": {"x": lost}})
    assert library.carried(shown, target) == ""


def test_a_relative_change_is_drawn_where_its_ratio_lies():
    rows = {id: PUBLISHED[id] for id in ("E23.c", "E18.c", "E12.e")}
    ratio = finding_.between("x", "", 1.1, 1.35, neutral=1.0)
    assert showing_._stated(ratio, rows["E23.c"]) == pytest.approx(1.224)
    assert showing_._stated(ratio, rows["E18.c"]) == 2.0
    change = finding_.between("x", "", 0.0, 0.1, neutral=0.0)
    assert showing_._stated(change, rows["E12.e"]) == 0.04
    assert showing_._stated(finding_.above("x", ""), rows["E12.e"]) is None


# What everybody did


@cache
def cafe():
    """The world of a stamp card, small."""
    scenario = FINDINGS["E03"].scenario.replace("people: 4000", "people: 400")
    return worlds_.Worlds.of(scenario).live("card", 0)


def test_the_notes_hold_every_occasion_purchase_and_amount_of_the_run():
    lived = cafe()
    customers, counts = lived.result.customers, lived.result.counts.sum(axis=(0, 1))
    assert len(lived.who) == counts[COUNTS.index("occasions")]
    assert lived.here.sum() == counts[COUNTS.index("purchases")]
    own = customers["revenue"] - customers["costs"]
    assert (lived.per_person(lived.here, lived.gain) == own).all()


def test_one_purchase_of_each_week_with_a_reward_is_the_free_one():
    lived = cafe()
    rewarded = lived.here & (lived.week_rewards > 0)
    weeks = {*zip(lived.who[rewarded], np.floor(lived.at[rewarded]), strict=True)}
    assert len(weeks) > 1000
    assert lived.redeeming.sum() == len(weeks)
    assert (lived.gain[lived.redeeming] == 0).all()


def test_the_notes_know_the_week_of_every_last_purchase():
    lived = cafe()
    last = np.full(lived.people, -inf)
    np.maximum.at(last, lived.who[lived.here], lived.at[lived.here])
    bought = np.isfinite(last)
    weeks = lived.result.customers["last_at"]
    assert bought.any()
    assert (np.floor(last[bought]) == np.floor(weeks[bought])).all()


def test_who_came_by_a_word_was_told_by_a_customer():
    scenario = FINDINGS["E47"].scenario.replace("people: 8000", "people: 800")
    lived = worlds_.Worlds.of(scenario).live("nothing", 0)
    told = lived.came_by == worlds_.WORD
    assert told.any()
    assert (lived.brought_by[told] >= 0).all()
    assert (lived.brought_by[~told] == -1).all()
    assert (lived.result.customers["purchases"][lived.brought_by[told]] > 0).all()


# Null models, and a run


def test_the_null_models_are_the_defaults_without_sizes_and_twice_as_large():
    none, doubled = worlds_.without_terms(), worlds_.doubled()
    assert none["progress_pull"] == none["price_response"] == none["member_stays"] == 0.0
    assert none["loss_weight"] == 1.0
    assert doubled["progress_pull"] == 2.0 * register()["beliefs.progress_pull"].value
    assert set(doubled) == set(beliefs())
    assert doubled["colleague_familiarity"] == 1.0


@pytest.mark.parametrize(("null", "verdict"), [("", "holds"), ("none", "misses")])
def test_a_direction_holds_with_behaviour_and_misses_without(null, verdict):
    shown = library.run_one("E04", null, quick=True)
    (gaps,) = (target for target in shown.finding.targets if target.id == "E04.d")
    assert shown.verdict(gaps) == verdict


def test_the_command_writes_a_page_with_every_finding_that_was_asked_for(tmp_path):
    done = script(FOLDER / "gallery.py", "E04", "--quick", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "E04.c MISSES" in done.stdout or "E04.c HOLDS" in done.stdout
    page = (tmp_path / "gallery.html").read_text("utf-8")
    assert "Nunes" in page
    assert page.count("<svg") == 1
    assert "http" not in page.replace("http://www.w3.org/", "")


def test_a_finding_that_is_not_there_is_refused_with_what_there_is():
    done = script(FOLDER / "gallery.py", "E99")
    assert done.returncode == 2
    assert "unknown: E99; there are E03, E04" in done.stderr
