"""Plans of sweeps: factors, designs, and mistakes that are told before the first run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweeps import scenario, written

from loyaltysim.cli import app
from loyaltysim.scenario import ScenarioError
from loyaltysim.scenario.studies import SweepTerms
from loyaltysim.sweeps.factors import factor
from loyaltysim.sweeps.plan import plan
from loyaltysim.sweeps.table import read
from loyaltysim.sweeps.terms import load_study

QUITS = "firm.staff.quits_per_year"


@pytest.mark.parametrize(
    ("name", "stated", "levels"),
    [
        (QUITS, "20%..100%:5", (0.2, 0.4, 0.6, 0.8, 1.0)),
        (QUITS, ["20%", "1%"], (0.2, 0.01)),
        (QUITS, "20%, 40%", (0.2, 0.4)),
        ("firm.staff.pay_per_week", "1..100:3:log", (1.0, 10.0, 100.0)),
        ("firm.staff.count", "1..3:5", (1, 2, 3)),
        ("firm.staff.notice", "1 week..3 weeks:2", (1.0, 3.0)),
        ("firm.staff.responds", "true, false", (True, False)),
    ],
)
def test_a_factor_is_written_as_in_a_scenario(name, stated, levels):
    found = factor(name, stated, scenario())
    assert found.levels == pytest.approx(levels)
    for level in found.levels:
        assert plan(scenario(), {name: [found.written(level)]}).points


def test_the_registers_range_is_a_factor():
    found = factor("beliefs.satisfaction_pull", "assumed:3", scenario())
    assert found.levels == pytest.approx((0.05, 0.15, 0.25))
    assert found.at(0.0) == pytest.approx(0.05)


@given(st.floats(0.0, 1.0))
def test_quantiles_of_factors_lie_between_their_ends(u):
    for stated, low, high in (("20%..100%", 0.2, 1.0), ("1..64:4:log", 1.0, 64.0)):
        assert low - 1e-9 <= factor(QUITS, stated, scenario()).at(u) <= high + 1e-9


def test_a_normal_factor_has_its_mean_and_spread():
    found = factor("firm.staff.pay_per_week", {"mean": 500, "sd": 40}, scenario())
    drawn = [found.at((k + 0.5) / 1000) for k in range(1000)]
    assert np.mean(drawn) == pytest.approx(500.0, abs=0.1)
    assert np.std(drawn) == pytest.approx(40.0, rel=0.01)


def test_a_range_with_its_likeliest_value_is_a_triangle():
    stated = {"value": "30%", "low": "20%", "high": "60%"}
    found = factor(QUITS, stated, scenario())
    assert found.levels == pytest.approx((0.2, 0.3, 0.4, 0.5, 0.6))
    drawn = [found.at((k + 0.5) / 1000) for k in range(1000)]
    assert np.mean(drawn) == pytest.approx((0.2 + 0.3 + 0.6) / 3, abs=1e-3)
    for wrong in ({**stated, "value": "70%"}, {**stated, "low": 1}, {"low": 1, "high": 2}):
        with pytest.raises(ScenarioError, match="value"):
            factor(QUITS, wrong, scenario())


def test_designs_have_the_points_that_they_promise():
    vary = {QUITS: "20%..100%:3", "firm.staff.pay_per_week": [400, 500]}
    assert len(plan(scenario(), vary).points) == 6
    assert len(plan(scenario(), vary, design="one_at_a_time").points) == 6
    assert len(plan(scenario(), vary, design="ends").points) == 5
    for design in ("latin_hypercube", "sobol"):
        made = plan(scenario(), {QUITS: "20%..100%"}, design=design, points=16)
        cells = sorted(int((value - 0.2) / 0.8 * 16) for (value,) in made.points)
        assert cells == list(range(16))
        again = plan(scenario(), {QUITS: "20%..100%"}, design=design, points=16)
        assert made.points == again.points


def test_a_table_of_designs_is_lived_as_it_stands(tmp_path):
    path = tmp_path / "designs.csv"
    path.write_text(f"{QUITS},firm.staff.pay_per_week\n20%,400\n50%,450.5\n", encoding="utf-8")
    made = plan(scenario(), {}, table=read(path))
    assert made.points == ((0.2, 400), (0.5, 450.5))
    assert made.design == "table"


def test_only_the_alternatives_that_are_asked_for_are_lived():
    made = plan(scenario(), {QUITS: [0.2]}, alternatives=["points"])
    assert made.names == ["nothing", "points"]
    with pytest.raises(ScenarioError, match="did you mean 'points'"):
        plan(scenario(), {QUITS: [0.2]}, alternatives=["pionts"])


def test_what_varies_today_and_what_would_be_changed():
    """Outside the alternatives all of them change, the reference too; in one, that one alone."""
    today = plan(scenario(), {QUITS: [0.9]})
    for business in today.at(0).alternatives.values():
        assert business.firm.staff.quits_per_year == 0.9
    changed = plan(scenario(), {"alternatives.points.firm.staff.quits_per_year": [0.9]})
    alternatives = changed.at(0).alternatives
    assert alternatives["points"].firm.staff.quits_per_year == 0.9
    assert alternatives["nothing"].firm.staff.quits_per_year != 0.9


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ({}, "nothing varies"),
        ({"hurdle_rate": [0.1, 0.2]}, "same at all points"),
        ({"firm.staff.quits_per_yaer": [0.1]}, "quits_per_year"),
        ({QUITS: "20%..1:3"}, "one unit"),
        ({QUITS: "50%..20%:3"}, "lower"),
        ({QUITS: "20%..50%:1"}, "2 to 1000"),
        ({QUITS: "0..50:3:log"}, "above 0"),
        ({QUITS: []}, "a list such as"),
        ({QUITS: [0.1, 0.1]}, "each value once"),
        ({QUITS: [0.2, "a lot"]}, "68%"),
        ({QUITS: {"mean": 1}}, "distribution"),
        ({QUITS: [-0.5]}, "at point 0"),
        ({"firm.staff.pay_per_week": "assumed"}, "no such entry|unknown|not"),
        ({"alternatives.card.programme": [1]}, "has no 'card'"),
        ({QUITS: "1..2:1000", "firm.staff.pay_per_week": "1..2:1000"}, "1,000,000 points"),
    ],
)
def test_mistakes_are_told_before_any_run(vary, said):
    with pytest.raises(ScenarioError, match=said):
        plan(scenario(), vary)


def test_a_section_of_the_file_says_what_to_vary(tmp_path):
    path = written(tmp_path)
    found, sweep = load_study(path, SweepTerms)
    assert next(iter(sweep.vary)) == QUITS
    assert sweep.replications == 2
    assert found.business.name == "Small"
    path.write_text(path.read_text().replace("replications:", "replicatoins:"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"line \d+.*sweep\.replicatoins.*replications"):
        load_study(path, SweepTerms)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        (f"{QUITS},{QUITS}\n1%,2%\n", "line 1"),
        (f"{QUITS}\n1%,2%\n", "line 2: 2 values"),
        (f"{QUITS},a\n1%,\n", "no value"),
        (f"{QUITS}\n", "0 points"),
        (f'{QUITS}\n"1%\n', "line"),
    ],
)
def test_a_broken_table_is_told_by_its_line(tmp_path, text, said):
    path = tmp_path / "designs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read(path)


def test_a_plan_says_what_it_takes_and_lives_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    code = app(["sweep", "shop.yaml", "--plan"], result_action="return_value")
    assert code == 0
    assert "6 points x 2 replications x 2 alternatives: about" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yaml"]
