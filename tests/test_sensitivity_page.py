"""The page of a sensitivity analysis, and what the terminal says."""

import re
import shlex

import numpy as np
import pytest
from made_up import ODD, PULL, QUITS, business, made_up
from rich.console import Console

from loyaltysim.report import sensitivity_pictures
from loyaltysim.report.factors import called, command, said, stated, value_said
from loyaltysim.report.sensitivity import commands, page, print_sensitivity, statements
from loyaltysim.report.sensitivity_pictures import PICTURES
from loyaltysim.scenario import Scenario
from loyaltysim.sweeps.factors import factor
from loyaltysim.sweeps.sensitivity import Sensitivity, planned

WALLET = "share_of_wallet"
COST = "alternatives.points.programme.points.reward_cost"
OWN = f"alternatives.{ODD}.firm.costs_per_week"
LONG = "beliefs.reference_price_own"
VARY = {WALLET: "assumed", LONG: "0.3..0.9", QUITS: "20%..100%", COST: "1..3", OWN: "5..40"}


def steep(values, name):
    """What “points” brings hangs on quits, and turns; what the odd one brings on its costs."""
    quits, costs, long = (
        stated if values.get(name) is None else values[name]
        for name, stated in ((QUITS, 0.5), (OWN, 10.0), (LONG, 0.6))
    )
    return 510.0 - costs if name == ODD else 4000.0 * (0.8 - quits) + 500.0 * long


def found(method, gain=steep, points=None, replications=6, vary=VARY, scenario=None, **options):
    made, count = planned(
        scenario or business(), vary, method=method, points=points, replications=replications
    )
    return Sensitivity(made_up(made, gain, **options), method, count)


def printed(analysis, width=100):
    console = Console(width=width, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        print_sensitivity(analysis, console)
    return capture.get()


METHODS = (("tornado", None), ("morris", 4), ("sobol", 8))


@pytest.fixture(scope="module", params=METHODS, ids=lambda method: method[0])
def each(request):
    method, points = request.param
    return found(method, points=32 if method == "sobol" else points)


def test_a_tornado_says_what_flips_the_decision_and_where():
    text = " ".join(statements(found("tornado")))
    assert text.startswith("“points” brings most as stated: EUR 1,")
    assert f"“{ODD}” brings most instead where “Quits per employee and year” is 100% rather" in text
    assert "What “points” brings depends most on “Quits per employee and year” (2," in text
    assert re.search(r"Of \d+ swings of what the alternatives bring, \d+ lie off zero", text)


def test_a_decision_that_nothing_flips_is_told_so():
    text = " ".join(statements(found("tornado", lambda values, name: 5e4 + 100 * (name == ODD))))
    assert "luck alone could explain that" not in text.split(". ")[0]
    calm = " ".join(statements(found("tornado", lambda _, name: 1e4 if name == ODD else 5e4)))
    assert "No assumption alone, at either end of its range, makes another one best." in calm


def test_where_nothing_pays_the_reference_brings_most():
    text = next(statements(found("tornado", lambda values, name: -5000.0 - 900 * (name == ODD))))
    assert text.startswith("“nothing” brings most as stated; “points” comes nearest, with EUR −5,")


def test_a_flip_that_luck_could_explain_is_a_perhaps():
    close = found("tornado", lambda values, name: 10.0 * (name == ODD), luck=400.0)
    text = " ".join(statements(close))
    assert "Perhaps, but luck alone could explain it: " in text
    assert "No assumption alone makes another one best for sure." in text


def test_what_to_type_next_is_read_as_it_was_tried():
    expiry = "alternatives.points.programme.points.expires_after"
    analysis = found("tornado", vary={**VARY, expiry: "6 months..12 months"})
    typed = dict(commands(analysis))
    words = shlex.split(typed["From which value on another one is better:"])
    assert words == [
        "loyaltysim", "break-even", "scenario.yaml", "--against", "points",
        "--vary", f"{QUITS}=20%..100%",
    ]  # fmt: skip
    line = command("sensitivity", analysis.plan, analysis.plan.factors, "--method", "sobol")
    for text in [word for word in shlex.split(line) if "=" in word]:
        name, _, values = text.partition("=")
        again = factor(name, values, analysis.plan.scenario)
        first = next(f for f in analysis.plan.factors if f.name == name)
        assert (again.levels[0], again.levels[-1]) == (first.levels[0], first.levels[-1])
        assert again.unit == first.unit
    assert f"{WALLET}=assumed" in line


def test_a_file_with_a_space_in_its_name_is_quoted(tmp_path):
    from pathlib import Path

    own = business()
    scenario = Scenario.from_document(own.document, Path("my shop's.yaml"))
    made, _ = planned(scenario, {PULL: "assumed"}, replications=2)
    assert shlex.split(command("sweep", made, made.factors))[2] == "my shop's.yaml"


def test_shares_of_points_and_luck_are_told(each):
    text = " ".join(statements(each))
    if each.method == "tornado":
        return
    assert "on average over the ranges" in text
    assert re.search(r"is best at \d+% of the points", text)
    assert "“Quits per employee and year”" in text
    luck = {"morris": "Luck alone would show effects", "sobol": "Of what varies about so much"}
    assert luck[each.method] in text


def test_a_page_is_whole_and_names_are_escaped(each):
    text = page(each)
    assert text.count("<svg") == 2
    assert "<b>x" not in text
    assert "&lt;b&gt;x&lt;/b&gt; [bold]" in text
    assert "refresh" not in text
    assert "<script" not in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text)
    assert "<p>From which value on another one is better:</p>" in text


def test_the_terminal_prints_names_as_they_are(each):
    text = printed(each)
    assert f"\n  firm.costs_per_week ({ODD}) " in text
    assert "loyaltysim break-even scenario.yaml" in text
    assert "Quits per employee and year" in text
    assert "nan" not in text


@pytest.mark.parametrize(("method", "points"), METHODS)
@pytest.mark.parametrize("lived", [0, 1, 2, 7])
def test_while_it_is_lived_a_page_shows_what_there_is(method, points, lived):
    """Of one replication so many points, and nothing of the others."""
    analysis = found(
        method, points=points, missing=lambda point, replication: replication or point >= lived
    )
    text = page(analysis, again_in=10)
    assert '<meta http-equiv="refresh" content="10">' in text
    of = len(analysis.plan.points) * 6
    assert f"So far: {lived} of {of} runs" in text
    assert ("Nothing has been lived yet" in text) == (lived == 0)
    assert "nan" not in re.sub(r"<[^>]*>", "", text)


@pytest.mark.parametrize(("method", "points"), METHODS)
def test_a_second_replication_begun_is_not_told_yet(method, points):
    whole = found(method, points=points, replications=1)
    begun = found(
        method, points=points, missing=lambda point, replication: replication > (point < 3)
    )
    assert page(begun, again_in=5).count("<svg") == page(whole).count("<svg") == 2
    assert "1 paired replications each" in page(begun, again_in=5)
    assert "One replication only" in page(whole)


@pytest.mark.parametrize(("method", "points"), METHODS)
def test_failed_runs_stop_no_page(method, points):
    analysis = found(method, points=points, missing=lambda point, r: point == 2 and r == 1)
    assert "<svg" in page(analysis)
    printed(analysis)


def test_nothing_varies(each):
    flat = found(each.method, lambda values, name: 0.0, points=each.count, luck=0.0)
    text = page(flat)
    assert "Nothing moves what “points” brings beyond luck." in text
    assert "What to type next" not in text
    printed(flat)


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_long_name_does_not_reach_the_range_beside_it(each, width, monkeypatch):
    from loyaltysim.report.sensitivity import PROFIT, largest
    from loyaltysim.report.style import NARROW, WIDE, look

    monkeypatch.setattr(sensitivity_pictures, "called", lambda _: "Weight of " * 12)
    monkeypatch.setattr(sensitivity_pictures, "tried", lambda *_: "12.5 to 18.5 points of 10")
    panels = [("What “points” brings " * 4, largest(each, "points", PROFIT))]
    with look():
        figure = PICTURES[each.method][0](
            each, panels, width={"wide": WIDE, "narrow": NARROW}[width]
        )
        figure.draw_without_rendering()
        for axes in figure.axes:
            names = [t for t in axes.texts if t.get_ha() == "left"]
            ranges = [t for t in axes.texts if t.get_ha() == "right"]
            assert len(names) == len(ranges) > 0
            for name, beside in zip(names, ranges, strict=True):
                assert name.get_window_extent().x1 < beside.get_window_extent().x0
                assert beside.get_window_extent().x1 <= figure.bbox.x1


# Words of factors


def test_a_factor_is_called_by_the_register_or_by_the_end_of_its_path():
    made, _ = planned(business(), VARY, replications=2)
    assert [called(f) for f in made.factors] == [
        "Share of wallet, mean of the segments",
        "Weight of what one is used to paying here, against rivals' prices, in the reference price",
        "Quits per employee and year",
        "points.reward_cost (points)",
        f"firm.costs_per_week ({ODD})",
    ]


def test_values_are_said_as_a_person_writes_them():
    made, _ = planned(business(), VARY, replications=2)
    wallet, _, quits, cost, _ = made.factors
    shares = [s.share_of_wallet for s in made.scenario.business.market.segments]
    assert said(made, wallet, stated(made, wallet)) == value_said(np.mean(shares), "share")
    assert said(made, quits, 0.255) == "25.5%"
    assert stated(made, cost) == 2.0
    assert value_said(12345.6, "number") == "12,346"
    assert value_said(1234.0, "weeks") == "1,234 weeks"
    assert value_said(None, "share") == "as stated"
