"""The page of a sweep, and its table in the terminal."""

import pytest
from made_up import made_up
from rich.console import Console
from sweeps import scenario

from loyaltysim.cli.asked import so_far
from loyaltysim.report import sweep_pictures as pictures
from loyaltysim.report.factors import value_said
from loyaltysim.report.style import NARROW, WIDE
from loyaltysim.report.sweep import page, print_sweep
from loyaltysim.sweeps.plan import plan
from loyaltysim.sweeps.sweep import Progress, sweep

QUITS = "firm.staff.quits_per_year"
THREE = {
    QUITS: "20%..100%:2",
    "alternatives.points.programme.points.reward_cost": [1, 20],
    "firm.staff.responds": "true, false",
}


@pytest.fixture(scope="module")
def found():
    return sweep(scenario(), THREE, replications=2, processes=1)


def test_a_page_shows_where_it_pays(found):
    text = page(found)
    for said in ("what pays where", "Response.", "Two factors at once.", "All factors."):
        assert said in text
    assert text.count("<svg") == 6
    assert "<script" not in text


def test_a_curve_is_the_mean_over_all_else(found):
    factor = found.plan.factors[1]
    gained = found.by_run("incremental_profit")
    frame = pictures.curve(found, gained, factor, "points").set_index("x")
    runs = found.runs[found.runs["alternative"] == "points"]
    for value, own in runs.groupby(factor.name)["incremental_profit"]:
        assert frame.loc[value, "mean"] == pytest.approx(own.mean())
    assert (frame["low"] < frame["mean"]).all()


def test_values_of_a_sample_are_gathered(found):
    sample = sweep(
        scenario(), {QUITS: "20%..100%"}, design="sobol", points=32, replications=2, processes=1,
        people=40,
    )  # fmt: skip
    gained = sample.by_run("incremental_profit")
    frame = pictures.curve(sample, gained, sample.plan.factors[0], "points")
    assert 2 <= len(frame) <= pictures.CELLS
    for draw in (pictures.curves, pictures.parallel):
        for width in (WIDE, NARROW):
            assert draw(sample, width=width).axes


def test_the_terminal_says_where_it_pays_best(found):
    console = Console(width=120)
    with console.capture() as printed:
        print_sweep(found, console)
    said = printed.get()
    assert "8 points (grid), 2 paired replications each" in said
    assert "“points” pays at" in said
    assert "staff.quits_per_year" in said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.25, "share", "25%"), (3.0, "weeks", "3 weeks"), (-1.5, "number", "−1.5"),
     (True, "as written", "True")],
)  # fmt: skip
def test_values_are_said_as_they_are_written(value, unit, said):
    assert value_said(value, unit) == said


def test_the_bar_says_what_is_best_so_far(found):
    progress = Progress(found.plan, 0, 8)
    assert so_far(progress) == ""
    for point, gained in ((0, -3000.0), (1, -1234.5)):
        progress.count(point, [[100.0], [100.0 + gained]])
    progress.count(2, None)
    assert (progress.done, progress.failed) == (2, 1)
    assert (
        so_far(progress) == f"best so far points −1,230 at {found.plan.said(1)}"[:60] + "; 1 failed"
    )
    progress = Progress(found.plan, 0, 8)
    progress.finding = (3, 7)
    assert so_far(progress) == "today's levels: 3 of 7"


@pytest.mark.parametrize("lived", [0, 1, 3, 9])
@pytest.mark.parametrize("replications", [1, 2])
def test_while_it_is_lived_a_page_shows_what_there_is(lived, replications):
    """Of the first replication so many points, of a second one less."""
    made = plan(scenario(), THREE, replications=replications)
    so_far = made_up(
        made, lambda values, name: 500.0 * values[QUITS], lambda point, r: point >= lived - r
    )
    text = page(so_far, again_in=10)
    done = sum(min(max(lived - r, 0), 8) for r in range(replications))
    assert f"So far: {done} of {8 * replications} runs" in text
    assert '<meta http-equiv="refresh" content="10">' in text
    assert text.count("<svg") == (6 if lived else 0)
    assert "refresh" not in page(so_far)
