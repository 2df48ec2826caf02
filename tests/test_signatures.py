"""The signatures of the schemes: every kind has one, and pictures and page show what was run."""

import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from commands import script

import loyaltysim
from loyaltysim.rewards.programme import schemes

FOLDER = Path(loyaltysim.__file__).parent.parent / "experiments" / "schemes"
sys.path.append(str(FOLDER))
signatures_ = import_module("signatures")
presenting = import_module("presenting")
worlds_ = import_module("worlds")

SIGNATURES = signatures_.signatures()
KINDS = [module.NAME for module in schemes()]


# What is written down


def test_every_kind_of_scheme_has_its_signature_in_order():
    assert list(SIGNATURES)[: len(KINDS)] == KINDS


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_scenario_is_valid_and_tries_the_scheme_without_beliefs_of_its_own(name, tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(SIGNATURES[name].scenario, "utf-8")
    scenario = loyaltysim.load(path)
    assert "beliefs" not in scenario.document
    assert scenario.alternatives["nothing"].programme is None
    tried = [business.programme for other, business in scenario.alternatives.items()][1:]
    wanted = name if name in KINDS else "points"
    assert all(getattr(programme, wanted) is not None for programme in tried)


# What is seen of it


@cache
def shown(name):
    return signatures_.run_one(name, quick=True)


EFFECTS = {
    "stamps": {"faster"},
    "streak": {"lost"},
    "gifts": {"first", "fades", "wears"},
    "recognition": {"pleases"},
}


def showing(one):
    return {effect.figure for effect in one.signature.effects if one.shows(effect)}


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_shows_with_behaviour_and_not_without(name):
    assert showing(shown(name)) >= EFFECTS[name]
    dull = worlds_.Worlds.of(SIGNATURES[name].scenario, "none", shrink=0.5)
    without = import_module("signature").run_signature(name, SIGNATURES[name], dull, 6)
    assert not showing(without) & EFFECTS[name]


def test_gaps_shorten_along_the_card_and_are_long_again_after_the_reward():
    gaps = [found.mean for found in shown("stamps").estimates["gaps"]]
    assert gaps[8] < gaps[0]
    assert gaps[10] > gaps[8]


def test_who_holds_which_tier_adds_up_and_moves_between_years_ends():
    estimates = shown("tiers").estimates
    shares = {name: [e.mean for e in estimates[name]] for name in ("none", "silver", "gold")}
    moves = np.array([e.mean for e in estimates["moves"]]).reshape(2, 3, 3)
    assert np.sum(list(shares.values()), axis=0) == pytest.approx(100.0)
    for year, flow in enumerate(moves):
        for level, name in enumerate(shares):
            assert 100.0 * flow[level].sum() == pytest.approx(shares[name][year])
            assert 100.0 * flow[:, level].sum() == pytest.approx(shares[name][year + 1])


def test_an_effect_that_is_not_there_is_said_not_to_show():
    one = shown("recognition")
    thanked = next(e for e in one.signature.effects if e.figure == "thanked")
    wanted = type(thanked)("thanked", "thanks please", 0.0, np.inf)
    assert presenting.verdict(one, thanked) == "shows"
    assert presenting.verdict(one, wanted) == "does not show"


def test_the_weeks_that_are_kept_end_as_the_run_does():
    text = SIGNATURES["gifts"].scenario
    worlds = worlds_.Worlds.of(text, shrink=0.1)
    lived = worlds.live("gifts", 0, ("gift_expected", "purchases"))
    result = lived.result
    assert lived.kept["purchases"].shape == (result.business.weeks, lived.people)
    assert (lived.kept["purchases"][-1] == result.customers["purchases"]).all()
    assert (lived.kept["gift_expected"][-1][:, 0] == result.customers["gift_expected"][:, 0]).all()


@pytest.mark.parametrize("name", ["stamps", "tiers", "recognition"])
def test_a_picture_shows_all_charts_and_nothing_sticks_out(name):
    figure = presenting.draw(shown(name))
    charts = SIGNATURES[name].charts
    assert len(figure.axes) == len(charts)
    width, height = figure.get_size_inches()
    for axes in figure.axes:
        box = axes.get_tightbbox().transformed(figure.dpi_scale_trans.inverted())
        assert box.x0 >= 0.0
        assert box.y0 >= 0.0
        assert box.x1 <= width
        assert box.y1 <= height


def test_the_command_writes_a_page_with_every_scheme_that_was_asked_for(tmp_path):
    done = script(FOLDER / "signatures.py", "recognition", "--quick", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "signatures.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/", "")
    for effect in SIGNATURES["recognition"].effects:
        assert effect.label in page
        assert effect.label in done.stdout


def test_a_scheme_that_is_not_there_is_refused_with_what_there_is():
    done = script(FOLDER / "signatures.py", "stamp")
    assert done.returncode == 2
    assert "unknown: stamp; there are points, stamps" in done.stderr
