"""Break-even: by hand, by order statistics, and found with few values."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import gaining
from sweeps import lived, scenario, written

from loyaltysim.scenario import ScenarioError
from loyaltysim.sweeps import sweep as sweeping
from loyaltysim.sweeps.break_even import (
    LINE,
    BreakEven,
    _with_lines,
    break_even,
    crossings,
    median_of,
    planned,
)

SET_UP = "alternatives.points.programme.set_up"


def test_what_a_set_up_may_cost_is_the_value_without_it():
    """By hand: the set-up is paid at the start, so each replication breaks even at its own value.

    The net present value falls one for one with what is paid at the start.
    """
    cheap = scenario().change({"alternatives.points.programme.points.reward_cost": 0.1})
    found = break_even(cheap, {SET_UP: "0..600"}, replications=9, processes=2)
    npv = found.sweep.by_run("npv")[:, :, 1]
    free = np.sort(npv[[point[0] == 0.0 for point in found.plan.points]][0])
    assert 0.0 < free[1] < free[7] < 600.0
    (row,) = found.table.to_dict("records")
    assert row["pays"] == "below"
    assert row["break_even"] == pytest.approx(np.median(free))
    # Of nine replications the second and the eighth bound the median at 96%.
    assert (row["low"], row["high"]) == pytest.approx((free[1], free[7]))
    assert np.isfinite(npv).all(axis=1).sum() < LINE / 2


@given(st.integers(6, 40), st.integers(0, 2**32 - 1))
def test_an_interval_of_a_median_is_of_two_replications(count, seed):
    values = np.random.default_rng(seed).normal(size=count)
    median, low, high = median_of(values)
    assert low < median < high
    assert {low, high} <= set(values)


@pytest.mark.parametrize("count", [6, 8, 13, 20])
def test_intervals_of_a_median_cover_at_their_rate(count):
    rng = np.random.default_rng(count)
    drawn = rng.exponential(size=(4000, count))
    covered = [low <= np.log(2.0) <= high for _, low, high in map(median_of, drawn)]
    error = np.sqrt(0.95 * 0.05 / len(covered))
    assert np.mean(covered) > 0.95 - 3.0 * error


def frame(value, median, low=None, high=None):
    columns = {"median": median, "low": low or median, "high": high or median}
    return pd.DataFrame({"value": value, **columns}, dtype=float)


def test_where_a_curve_crosses():
    rising = frame([0, 1, 2, 3], [-3, -1, 1, 3], [-5, -3, -1, 1], [-1, 1, 3, 5])
    assert crossings(rising) == [("above", 1.5, 0.5, 2.5)]
    falling = frame([0, 1, 2, 3], [3, 1, -1, -3], [1, -1, -3, -5], [5, 3, 1, -1])
    assert crossings(falling) == [("below", 1.5, 0.5, 2.5)]
    unsure = frame([0, 1], [-1, 1], [-3, -1], [1, 3])
    assert crossings(unsure) == [("above", 0.5, -np.inf, np.inf)]
    hill = frame([0, 1, 2], [-1, 1, -1])
    assert [(pays, value) for pays, value, *_ in crossings(hill)] == [
        ("above", 0.5),
        ("below", 1.5),
    ]
    assert crossings(frame([0, 1], [1, 2])) == []


def made(vary, replications=9):
    return planned(scenario(), vary, replications=replications)[0]


def test_each_alternative_has_a_row_for_what_concerns_it():
    fine = _with_lines(made({"firm.staff.pay_per_week": "100..200", SET_UP: "0..1"}), [0], LINE)

    def told(point, replication):
        return (
            -1.0 + (point[0] - 100.0 if point[0] is not None else 0.0) * (1 + replication) / 100.0
        )

    rows = BreakEven(gaining(fine, told), "nothing").table.to_dict("records")
    assert [(row["factor"], row["pays"], row["sure"]) for row in rows] == [
        ("firm.staff.pay_per_week", "above", True), (SET_UP, "nowhere", True),
    ]  # fmt: skip
    # Each replication breaks even so much above 100: 100, 50, ..., 100 / 9.
    assert rows[0]["break_even"] == pytest.approx(120.0)
    assert (rows[0]["low"], rows[0]["high"]) == pytest.approx((100 + 100 / 8, 150.0), rel=0.01)


def test_only_what_changes_is_looked_at_closely(monkeypatch):
    """Where the ends agree, only the first values are lived; else about as many as halvings."""
    lives = []

    def live(job):
        if job.replication is None:
            return {}
        alternatives = json.loads(job.text)["alternatives"]
        set_up = alternatives["points"]["programme"].get("set_up", 0.0)
        lives.append(set_up)
        profit = 300.0 - set_up + job.replication
        rest = [0.0] * (len(sweeping.MEASURES) - 1)
        return [[0.0, *rest, 0.0, [0.0]], [profit, *rest, 0.0, [profit]]]

    monkeypatch.setattr(sweeping, "live", live)
    near = break_even(scenario(), {SET_UP: "0..200"}, replications=6, processes=1)
    assert list(near.table["pays"]) == ["everywhere"]
    assert len(set(lives)) == 5
    lives.clear()
    found = break_even(scenario(), {SET_UP: "0..1000"}, replications=6, processes=1)
    assert found.table.loc[0, "break_even"] == pytest.approx(302.5, abs=0.5)
    assert len(set(lives)) <= 12
    assert len(lives) == 6 * (len(set(lives)) + 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"replications": 5}, "6 or more"),
        ({"against": "nothign"}, "did you mean 'nothing'"),
        ({"vary": {"firm.staff.responds": "true, false"}}, "range of numbers"),
    ],
)
def test_what_has_no_break_even_is_refused(arguments, said):
    with pytest.raises(ScenarioError, match=said):
        planned(scenario(), **{"vary": {SET_UP: "0..1"}, "replications": 6, **arguments})


def test_on_the_line_it_says_where_it_pays(tmp_path):
    written(tmp_path)
    done = lived(
        tmp_path, "--vary", f"{SET_UP}=0..600", "-r", "6", "-o", "study", command="break-even"
    )
    assert done.returncode == 0, done.stderr
    assert "below" in done.stdout
    table = pd.read_csv(tmp_path / "study" / "break_even.csv")
    assert list(table["pays"]) == ["below"]
