"""The page of a break-even, and what the terminal says."""

import re

import numpy as np
import pytest
from made_up import ODD, PRICE, PULL, QUITS, business, made_up
from rich.console import Console

from loyaltysim.report.break_even import (
    Line,
    Turn,
    _settled,
    lines_of,
    page,
    print_break_even,
    statements,
)
from loyaltysim.report.break_even_pictures import curves, panels
from loyaltysim.report.style import NARROW, WIDE, look
from loyaltysim.sweeps.break_even import BreakEven, _with_lines, planned
from loyaltysim.units import WEEKS_PER_YEAR

VARY = {QUITS: "0%..100%", PULL: "assumed", PRICE: "assumed"}
STEPS = 17


def found(gain, vary=VARY, replications=8, against=None, **options):
    """A made-up one of which all values on a line of each factor were lived."""
    made, other = planned(business(), vary, against=against, replications=replications)
    fine = _with_lines(made, range(len(made.factors)), STEPS)
    return BreakEven(made_up(fine, gain, **options), other)


def by_quits(formula, otherwise=-5e4):
    """What “points” gains by the quits; the odd one gains the same anywhere."""

    def gain(values, name):
        quits = 0.6 if values[QUITS] is None else values[QUITS]
        return otherwise if name == ODD else formula(quits)

    return gain


def told(analysis, name="points"):
    return [text for text in statements(analysis) if text.startswith(f"“{name}”")]


def printed(analysis, width=100):
    console = Console(width=width, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        print_break_even(analysis, console)
    return capture.get()


LABEL = "“Quits per employee and year”"


def test_what_would_have_to_be_true_is_said_with_its_interval():
    analysis = found(by_quits(lambda quits: 4000.0 * (0.52 - quits)))
    first, *_ = told(analysis)
    said = re.fullmatch(
        rf"“points” pays only if {LABEL} is below (.*)% \(95%: (.*)% to (.*)%; stated (.*)%, tried "
        r"0% to 100%\)\.",
        first,
    )
    value, low, high, stated = map(float, said.groups())
    assert low < value < high
    assert abs(value - 52.0) < 4.0
    assert stated == 100.0 * analysis.plan.scenario.business.firm.staff.quits_per_year


@pytest.mark.parametrize(
    ("formula", "where"),
    [
        (lambda q: 4000.0 * (q - 0.5), r"above 5\d%|above 4\d%|above 5\d\.\d%|above 4\d\.\d%"),
        (lambda q: 9000.0 * (0.25 - abs(q - 0.5)), r"between 2\S+% and 7\S+%"),
        (lambda q: 9000.0 * (abs(q - 0.5) - 0.25), r"below 2\S+% or above 7\S+%"),
    ],
)
def test_where_it_pays_is_said_as_ranges(formula, where):
    analysis = found(by_quits(formula))
    assert re.search(rf"“points” pays only if {LABEL} is ({where}) \(95%: ", told(analysis)[0])


def test_what_it_pays_whatever_is_said_between_what_was_tried():
    always = found(by_quits(lambda quits: 9000.0))
    assert f"“points” pays whatever {LABEL} is between 0% and 100%." in told(always)
    assert f"“{ODD}” never pays whatever {LABEL} is between 0% and 100%." in told(always, ODD)


def test_where_luck_decides_nothing_is_claimed():
    analysis = found(by_quits(lambda quits: 2000.0 * np.sin(40.0 * quits)), luck=3000.0)
    text = " ".join(told(analysis))
    assert "pays only" not in text
    assert f"“points” may pay or not whatever {LABEL} is between 0% and 100%." in text


def test_a_median_to_and_fro_between_the_same_bounds_turns_once():
    analysis = found(by_quits(lambda quits: 0.0))
    factor = analysis.plan.factors[0]

    def line(*turns):
        return _settled(Line("points", factor, 0.0, 1.0, "partly", False, turns))

    fro = [Turn(above, value, 0.2, 0.6) for above, value in ((True, 0.3), (False, 0.4))]
    once = line(*fro, Turn(True, 0.5, 0.2, 0.6))
    assert once.turns == (Turn(True, 0.4, 0.2, 0.6),)
    assert once.sure
    assert line(*fro).pays == "open"
    beyond = [Turn(True, 0.3, -np.inf, np.inf)]
    assert line(*beyond) == Line("points", factor, 0.0, 1.0, "open", False)
    half = line(Turn(True, 0.3, 0.1, np.inf))
    assert (half.pays, half.sure, len(half.turns)) == ("partly", False, 1)


def test_an_interval_that_leaves_what_was_tried_is_open():
    analysis = found(by_quits(lambda quits: 300.0 * (0.95 - quits)), luck=100.0)
    first = told(analysis)[0]
    assert first.startswith(f"“points” perhaps pays only if {LABEL} is below ")
    assert "to beyond what was tried" in first


def test_as_stated_each_is_told_first():
    first = next(statements(found(by_quits(lambda quits: 9000.0))))
    weeks = business().business.weeks
    assert first.startswith("As stated, against “nothing” over ")
    assert f"“{ODD}” does not pay, " in first
    assert weeks < WEEKS_PER_YEAR
    assert "present value: “points” pays, EUR " in first


def test_many_that_change_nothing_are_a_number_and_a_folded_table():
    analysis = found(by_quits(lambda q: 9e3), vary={**VARY, "beliefs.voice": "0.1..0.2"})
    assert "“points” pays whatever any one of all 4 assumptions is within its range." in told(
        analysis
    )
    text = page(analysis)
    assert "<summary>8 that change nothing in whether an alternative pays</summary>" in text
    assert "<svg" not in text


def test_curves_are_drawn_where_something_turns():
    analysis = found(by_quits(lambda quits: 4000.0 * (0.52 - quits)))
    text = page(analysis)
    assert text.count("<svg") == 2
    assert "&lt;b&gt;x&lt;/b&gt; [bold]" in text
    assert "<b>x" not in text
    assert "refresh" not in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text)
    for width in (WIDE, NARROW):
        with look():
            figure = curves(analysis, panels(lines_of(analysis)), width=width)
            figure.draw_without_rendering()
        assert [len(axes.collections) for axes in figure.axes] == [1]


def test_the_terminal_prints_names_as_they_are():
    text = printed(found(by_quits(lambda quits: 4000.0 * (0.52 - quits))))
    assert ODD in text
    assert "pays if it is" in text
    assert re.search(r"Quits per employee and year +below \d", text)


def test_against_another_one_than_the_reference():
    analysis = found(by_quits(lambda quits: 4000.0 * (0.52 - quits), 0.0), against=ODD)
    text = " ".join(statements(analysis))
    assert f"against “{ODD}”" in text
    assert "“nothing” perhaps" in text or "“nothing” may pay or not" in text
    assert "<svg" in page(analysis)


@pytest.mark.parametrize("lived", [0, 1, 3])
@pytest.mark.parametrize("replications", [2, 8])
def test_while_it_is_lived_a_page_shows_what_there_is(lived, replications):
    analysis = found(
        by_quits(lambda quits: 4000.0 * (0.52 - quits)),
        missing=lambda point, replication: point >= lived or replication >= replications,
    )
    text = page(analysis, again_in=10)
    assert '<meta http-equiv="refresh" content="10">' in text
    assert f"So far: {lived * replications} runs" in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text)
    if lived == 0:
        assert "Nothing has been lived yet" in text
    elif replications == 2:
        assert "Too few replications yet" in text
    printed(analysis)


def test_failed_runs_stop_no_page():
    analysis = found(
        by_quits(lambda quits: 4000.0 * (0.52 - quits)),
        missing=lambda point, replication: point == 3 or (point == 0 and replication == 1),
    )
    assert "<svg" in page(analysis)
