"""The service-profit chain: links that multiply, no effect where nothing carries it, one page."""

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from businesses import terms
from commands import script
from ruamel.yaml import YAML

import loyaltysim
from loyaltysim.results.census import still_there
from loyaltysim.results.satisfaction import BANDS, BANDS_PER_POINT
from loyaltysim.results.yearbook import Yearbook
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import run

EXPERIMENTS = Path(loyaltysim.__file__).parent.parent / "experiments"
sys.path.insert(0, str(EXPERIMENTS))

from service_profit_chain import (  # noqa: E402
    CHAIN,
    FACTORS,
    TODAY,
    UNBROKEN,
    WORDS,
    Chain,
    answer,
    curve,
    designs,
    levels,
    links,
    live_all,
    naively,
    ratio,
)

YEAR = {"horizon": "1 year", "replications": 3}
QUITS = {"staff": {"quits_per_year": "150%"}}


def written(noise: float = 0.0) -> Chain:
    """A chain whose every figure is a line of turnover, in four replications."""
    turnover = 50.0 * np.array(FACTORS) * np.array([[0.9], [1.1], [1.0], [1.0]])
    luck = noise * np.array([[1.0], [-1.0], [2.0], [-2.0]]) * (np.array(FACTORS) - 1.0)
    lines = {
        "turnover": (0.0, 1.0), "service": (8.0, -0.01), "satisfaction": (7.0, -0.005),
        "kept": (80.0, -0.02), "contribution": (500_000.0, -300.0), "each": (500.0, -0.1),
        "hiring": (0.0, 200.0), "pay": (100_000.0, -120.0), "profit": (400_000.0, -380.0),
        "skill": (100.0, -0.1), "seats": (100.0, -0.1), "overload": (0.0, 0.01),
    }  # fmt: skip
    figures = {
        name: start + slope * turnover + luck * slope * (name != "turnover")
        for name, (start, slope) in lines.items()
    }
    # With ties, twice the turnover takes a point; without them, 0.4 of it.
    still = {name: values[:, [3, 5]] for name, values in figures.items()}
    still["kept"] = 80.0 + np.outer(turnover[:, TODAY] / 50.0, [0.0, -0.4])
    bands = np.zeros((4, BANDS, 3))
    for points in (6.25, 7.25, 8.25):
        bands[:, int(points * BANDS_PER_POINT)] = 100.0, 100.0 * points, 10.0 * points
    return Chain(Scenario.from_document(terms()), figures, still, bands)


def test_every_level_is_there_once_and_today_changes_nothing():
    whole = designs(Scenario.from_document(terms(**YEAR)))
    assert len(whole.alternatives) == len(FACTORS) + 2
    assert whole.reference == "1"
    assert whole.alternatives["1"] == whole.business
    today = whole.business.firm.staff.quits_per_year
    for factor in FACTORS:
        one = whole.alternatives[f"{factor:g}"]
        assert one.firm.staff.quits_per_year == pytest.approx(today * factor)
    for factor in ("1", "2"):
        with_ties, without = (whole.alternatives[factor + end] for end in ("", " unbroken"))
        assert without.firm == with_ties.firm
        assert {name: without.beliefs[name].value for name in UNBROKEN} == UNBROKEN


def test_a_link_has_the_slope_that_was_put_in_and_links_multiply():
    chain = written()
    assert chain.slope("service", "turnover") == pytest.approx((-0.01, 0.0))
    assert chain.slope("satisfaction", "service") == pytest.approx((0.5, 0.0))
    assert chain.slope("kept", "satisfaction") == pytest.approx((4.0, 0.0))
    each = [chain.slope(up, across)[0] for across, up in pairwise(CHAIN)]
    assert np.prod(each) == pytest.approx(chain.slope("contribution", "turnover")[0])
    assert chain.by_ties == pytest.approx((60.0, 0.0))


def test_a_slope_is_that_at_todays_level_also_of_a_bent_curve():
    chain = written()
    bent = {**chain.figures, "service": 9.0 - (chain.figures["turnover"] / 50.0) ** 2}
    luck = chain.figures["turnover"][:, TODAY] / 50.0
    slope, _ = replace(chain, figures=bent).slope("service", "turnover")
    assert slope == pytest.approx(-2.0 * np.mean(luck**2) / 50.0)


def test_an_interval_is_wider_with_more_luck_and_a_still_figure_has_no_slope():
    halves = [written(noise).slope("service", "turnover")[1] for noise in (1.0, 2.0)]
    assert 0.0 < halves[0] * 1.9 < halves[1] < halves[0] * 2.1
    still = np.zeros(4)
    assert np.isnan(ratio(np.ones(4), still)).all()
    assert np.isnan(ratio(np.ones(4), np.array([1.0, -1.0, 2.0, -2.0]))).all()
    assert ratio(still, np.ones(4)) == (0.0, 0.0)


def test_the_words_are_those_of_the_figures():
    chain = written()
    first, second, third = answer(chain)
    assert "cost EUR 3,800 (3,800 to 3,800) a year." in first
    assert "service by −0.100 (−0.100 to −0.100) points of ten; satisfaction by −0.0500 " in second
    assert "retention by −0.200 (−0.200 to −0.200) percentage points." in second
    assert "bring EUR 3,000 " in third
    assert "take 2,000 " in third
    assert "1,200 (1,200 to 1,200) of pay" in third
    assert links(chain)[3] == (
        "retention and contribution",
        "15,000 (15,000 to 15,000)",
        "EUR a year where retention moves by one percentage point",
        "−3,000 (−3,000 to −3,000)",
    )
    assert levels(chain, CHAIN)[TODAY] == ["today", "50.0", "7.500", "6.750", "79.0", "485,000"]
    assert "goes with 10.0 " in naively(chain)[0]
    assert "with 4.00 " in naively(chain)[1]
    assert "60.0% " in naively(chain)[3]


def test_what_luck_alone_may_do_is_called_luck_in_whole_sentences():
    chain = written()
    luck = np.array([[1.0], [-1.0], [2.0], [-2.5]]) * (np.array(FACTORS) - 1.0)
    noisy = {name: chain.figures[name] + luck for name in ("satisfaction", "kept")}
    dull = replace(chain, figures=chain.figures | noisy | {"profit": 1e4 * luck})
    first, second, _ = answer(dull)
    assert first.endswith("a year, which luck alone may do.")
    assert "They move service by −0.100 " in second
    assert second.endswith("What they do to satisfaction and retention cannot be told from luck.")
    assert links(dull)[2][1:3] == ("cannot be told from luck", "")
    said = naively(dull)
    assert said[-1].startswith("Turnover does not move satisfaction here")
    assert not any("–" in line for line in [*answer(dull), *said])
    motionless = replace(chain, figures={**chain.figures, "turnover": 0.0 * luck})
    assert answer(motionless) == [
        "Turnover itself did not move by more than luck, so nothing can be said of it."
    ]


def test_dots_are_not_joined_and_the_line_is_the_slope():
    chain = written()
    (axes,) = curve(chain, "kept", "contribution").axes
    (line,) = [
        line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 2
    ]
    (x0, x1), (y0, y1) = line.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(15_000.0)
    assert not axes.collections or all(
        type(c).__name__ == "LineCollection" for c in axes.collections
    )


def test_what_a_departure_costs_adds_up():
    slopes = {name: written().slope(name, "turnover")[0] for name in WORDS}
    parts = slopes["contribution"] - slopes["hiring"] - slopes["pay"]
    assert slopes["profit"] == pytest.approx(parts)


def test_the_naive_bands_leave_out_the_rare():
    chain = written()
    chain.bands[:, 2] = 1.0, 1.2, 0.0
    assert [round(level, 2) for level, *_ in chain.naive_bands()] == [6.25, 7.25, 8.25]
    assert len(chain.naive_bands(least=0.0001)) == 4


def test_nothing_moves_where_skill_ties_and_load_do_nothing():
    quiet = Scenario.from_document(
        terms(
            **YEAR,
            beliefs=UNBROKEN | {"load_quality": 0.0},
            firm={"staff": {"quits_per_year": "150%", "skill_at_start": "100%"}},
        )
    )
    chain = live_all(quiet, 1)
    assert chain.figures["turnover"][:, -1].mean() > chain.figures["turnover"][:, TODAY].mean()
    for name in (*CHAIN[1:], "each", "skill"):
        assert (chain.change(name) == 0.0).all(), name
        assert chain.slope(name, "turnover") == (0.0, 0.0)
    assert (chain.change("hiring")[:, -1] > 0.0).any()
    assert [row[1] for row in links(chain)] == ["0 (0 to 0)", *["cannot be told from luck"] * 4]
    assert answer(chain)[1].startswith("What they do to service and satisfaction and retention")


def test_unbroken_nothing_is_left_of_ties_alone():
    """Where skill and load do nothing, all that a departure does is to break ties."""
    ties = {"familiarity_stays": 3.0, "familiarity_pull": 3.0, "load_quality": 0.0}
    staff = {"quits_per_year": "150%", "skill_at_start": "100%"}
    chain = live_all(Scenario.from_document(terms(**YEAR, beliefs=ties, firm={"staff": staff})), 1)
    assert (chain.change("contribution") != 0.0).any()
    for name in ("kept", "contribution"):
        both = chain.unbroken[name]
        assert (both[:, 0] == both[:, 1]).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (YEAR | {"firm": {"staff": {"quits_per_year": 0}}}, "nobody quits here"),
        ({"horizon": "26 weeks"}, "a year at least"),
    ],
)
def test_where_nobody_quits_or_the_run_is_short_that_is_said(changes, said, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    YAML().dump(terms(**changes), scenario)
    done = script(EXPERIMENTS / "service_profit_chain.py", str(scenario))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_who_is_kept_by_satisfaction_is_who_is_kept():
    business = Scenario.from_document(terms(horizon="2 years")).business
    book = Yearbook(business)
    result = run(business, census=book)
    people, points, kept = book.satisfaction.bands.T
    first, second = book.lost_true
    at_start = result.at_start[:, 2:6].sum()
    assert people.sum() * (1.0 - kept.sum() / people.sum()) == pytest.approx(
        first[-1] * at_start + second[-1] * (people.sum() - at_start)
    )
    filled = people > 0.0
    low = np.arange(BANDS)[filled] / BANDS_PER_POINT
    mean = points[filled] / people[filled]
    assert ((low <= mean) & (mean < low + 1.0 / BANDS_PER_POINT)).all()


def test_satisfaction_is_that_of_the_customers_there_are():
    business = Scenario.from_document(terms(horizon="4 weeks")).business
    book = Yearbook(business)
    result = run(business, census=book)
    there = still_there(result.customers)
    assert 0 < there.sum() < len(there)
    assert book.satisfaction.mean == pytest.approx(result.customers["satisfaction"][there].mean())


def test_the_command_writes_one_page(tmp_path):
    sizes = ("--people", "300", "--replications", "3", "--out", str(tmp_path))
    done = script(EXPERIMENTS / "service_profit_chain.py", *sizes)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ten percentage points more turnover cost EUR" in done.stdout
    page = (tmp_path / "service_profit_chain.html").read_text("utf-8")
    assert page.count("<svg") == 8
    assert "naive" in page
