"""The factorial of reward, service and turnover: every combination once, effects that add up."""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from businesses import POINTS, terms
from commands import script

import loyaltysim
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.scenario import Scenario

EXPERIMENTS = Path(loyaltysim.__file__).parent.parent / "experiments"
sys.path.insert(0, str(EXPERIMENTS))

from factorial import Factorial, answer, designs, picture, table  # noqa: E402

SCENARIO = Scenario.from_document(
    terms() | {"alternatives": {"nothing": {}, "points": {"programme": POINTS}, "dear": {}}}
)


def made(profit):
    """A factorial whose profit by replication and combination is known."""
    whole, levels = designs(SCENARIO)
    shape = (4, *map(len, levels))
    noise = np.arange(4.0).reshape(4, 1, 1, 1) * 1e-9
    values = np.fromfunction(profit, shape[1:]) + noise
    return Factorial(whole, levels, values, values / 1000.0)


def test_every_combination_is_there_once_and_the_first_is_as_it_stands():
    whole, levels = designs(SCENARIO)
    assert levels[0] == ("no reward", "points")
    assert len(whole.alternatives) == 1 + 2 * 3 * 3
    assert whole.reference == "as it stands"
    base = SCENARIO.business.firm
    for reward, (service, failures), (staff, quits) in product(
        levels[0],
        zip(levels[1], (2.0, 1.0, 0.5), strict=True),
        zip(levels[2], (0.5, 1.0, 2.0), strict=True),
    ):
        one = whole.alternatives[f"{reward} | {service} | {staff}"]
        assert (one.programme is None) == (reward == "no reward")
        failing = base.service.failure_per_visit * failures
        assert one.firm.service.failure_per_visit == pytest.approx(failing)
        assert one.firm.staff.quits_per_year == pytest.approx(base.staff.quits_per_year * quits)


def test_effects_and_interactions_are_those_that_were_put_in():
    found = made(lambda r, s, t: 10.0 * r + 3.0 * s - 2.0 * t + 4.0 * r * s)
    effects = {name: x.mean() for name, x in found.main_effects(found.profit)}
    assert effects == {
        "points, against no reward": pytest.approx(14.0),
        "poor service, against service as it is": pytest.approx(-5.0),
        "good service, against service as it is": pytest.approx(5.0),
        "stayers, against turnover as it is": pytest.approx(2.0),
        "leavers, against turnover as it is": pytest.approx(-2.0),
    }
    more = {name: x.mean() for name, x in found.interactions(found.profit)}
    assert more["points: more with good service than with poor service"] == pytest.approx(8.0)
    others = [value for name, value in more.items() if "points: more with good" not in name]
    assert others == pytest.approx([0.0] * len(others))
    assert answer(found).startswith("A year: points, against no reward, 14.0 (14.0 to 14.0); ")
    assert [len(rows) for rows in table(found).values()] == [5, 4]


def test_only_what_is_told_from_luck_is_named():
    whole, levels = designs(SCENARIO)
    values = np.zeros((4, *map(len, levels)))
    values[:, 1] += 8.0
    values[:, :, 0] += np.array([5.0, -5.0, 3.0, -1.0]).reshape(4, 1, 1)
    said = answer(Factorial(whole, levels, values, values))
    assert said == (
        "A year: points, against no reward, 8.00 (8.00 to 8.00). "
        "The other 4 cannot be told from luck."
    )
    values[:, 1] = values[:, 0]
    said = answer(Factorial(whole, levels, values, values))
    assert said.startswith("With 4 replications no effect on profit can be told from luck")


def test_a_telephone_gets_one_square_below_the_other():
    found = made(lambda r, s, t: 10.0 * r + s - t)
    wide, narrow = (picture(found, width) for width in (WIDE, NARROW))
    assert narrow.get_figwidth() == NARROW
    for figure, across in ((wide, 2), (narrow, 1)):
        assert len({round(axes.get_position().x0, 6) for axes in figure.axes}) == across
        sides = [axes.get_position().width * figure.get_figwidth() for axes in figure.axes]
        assert min(sides) > 1.5


def test_the_command_writes_one_page(tmp_path):
    sizes = ("--people", "300", "--replications", "2", "--out", str(tmp_path))
    done = script(EXPERIMENTS / "factorial.py", *sizes)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Main effects" in done.stdout
    page = (tmp_path / "factorial.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "Interactions" in page
