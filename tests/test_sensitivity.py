"""Sensitivity: closed forms of Sobol's indices and Morris' effects, tornados, flips."""

import json

import numpy as np
import pytest
from made_up import gaining
from sweeps import lived, scenario, written

from loyaltysim.scenario import ScenarioError
from loyaltysim.sweeps.factors import WALLET, factor, uncertain
from loyaltysim.sweeps.plan import plan
from loyaltysim.sweeps.sensitivity import Sensitivity, luck_of, planned, sensitivity

UNIT = {
    "firm.staff.pay_per_week": "100..101",
    "firm.staff.quits_per_year": "0..1",
    "firm.gross_margin": "0..1",
}
"""Three numbers of a scenario that stand for three factors, uniform between 0 and 1."""


def unit(point):
    pay, quits, margin = point
    return np.array([pay - 100.0, quits, margin])


def ishigami(point, _replication=0):
    x, y, z = 2.0 * np.pi * unit(point) - np.pi
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


SLOPES = np.array([1.0, 2.0, -3.0])


def linear(point, _replication=0):
    return float(SLOPES @ unit(point))


def analysed(method, function, points=None, replications=2):
    made, count = planned(scenario(), UNIT, method=method, points=points, replications=replications)
    return Sensitivity(gaining(made, function), method, count)


def of_profit(found):
    table = found.table[found.table["outcome"] == "incremental_profit"]
    return table.set_index("factor").loc[list(UNIT)]


@pytest.mark.parametrize(
    ("function", "first", "total"),
    [
        # Ishigami & Homma 1990, a = 7, b = 0.1; variances by integration.
        (ishigami, (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)),
        (linear, SLOPES**2 / (SLOPES**2).sum(), SLOPES**2 / (SLOPES**2).sum()),
    ],
)
def test_indices_are_those_of_the_closed_form(function, first, total):
    table = of_profit(analysed("sobol", function, points=512))
    for name, wanted in (("first", first), ("total", total)):
        error = (table[f"{name}_high"] - table[f"{name}_low"]).to_numpy() / 2.0 / 1.96
        z = (table[name].to_numpy() - np.array(wanted)) / np.maximum(error, 1e-3)
        assert (np.abs(z) < 3.5).all(), (name, table[name], wanted)
        assert (np.abs(table[name] - np.array(wanted)) < 0.08).all()
    assert (table["luck"] < 1e-9).all()


def test_screening_of_a_linear_model_is_exact():
    table = of_profit(analysed("morris", linear))
    assert table["mu"].to_numpy() == pytest.approx(SLOPES)
    assert table["mu_star"].to_numpy() == pytest.approx(np.abs(SLOPES))
    assert table["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_screening_tells_what_luck_alone_would_show():
    """Pure noise: the mean absolute effect is that of luck, on average over worlds of noise."""
    ratios = []
    for world in range(30):

        def noise(point, replication, world=world):
            key = [*np.round(unit(point) * 1e6).astype(int), replication, world]
            return float(np.random.default_rng(key).normal())

        table = of_profit(analysed("morris", noise, points=20, replications=4))
        ratios.append((table["mu_star"] / table["luck"]).mean())
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert abs(np.mean(ratios) - 1.0) < 3.5 * error


def test_luck_that_all_points_share_is_none():
    shared = np.add.outer(np.arange(6.0), np.array([3.0, -1.0, 5.0]))
    assert luck_of(shared) == pytest.approx(0.0, abs=1e-12)
    rng = np.random.default_rng(5)
    noisy = shared + rng.normal(0.0, 2.0, shared.shape)
    many = np.array([luck_of(shared + rng.normal(0.0, 2.0, shared.shape)) for _ in range(400)])
    assert np.sqrt((many**2).mean()) == pytest.approx(2.0 / np.sqrt(3.0), rel=0.06)
    assert luck_of(noisy[:, :1]) != luck_of(noisy[:, :1])


def test_a_tornado_swings_from_end_to_end():
    base = {"firm.staff.pay_per_week": 100.5, "firm.staff.quits_per_year": 0.5}
    stands = [*base.values(), 0.5]

    def told(point, replication):
        whole = [v if v is not None else s for v, s in zip(point, stands, strict=True)]
        return linear(whole) + [10.0, -4.0][replication]

    found = analysed("tornado", told)
    table = of_profit(found)
    assert table["swing"].to_numpy() == pytest.approx(SLOPES)
    assert table["swing_low"].to_numpy() == pytest.approx(SLOPES)
    assert (table["stated"] == 3.0).all()
    order = found.table[found.table["outcome"] == "incremental_profit"]["factor"]
    assert list(order) == list(UNIT)[::-1]


def test_what_flips_the_decision_is_named():
    made, count = planned(scenario(), UNIT, method="tornado", replications=2)

    def told(point, replication):
        pay, _, margin = point
        return -5.0 + (8.0 if margin == 1.0 else 0.0) + (4.9 if pay == 101.0 else 0.0)

    found = Sensitivity(gaining(made, told), "tornado", count)
    assert found.plan.names[found.best] == "nothing"
    (flip,) = found.flips.to_dict("records")
    assert (flip["factor"], flip["value"], flip["alternative"]) == (
        "firm.gross_margin",
        1.0,
        "points",
    )
    assert flip["more"] == flip["low"] == 3.0


def test_a_failed_run_takes_its_block_along_and_no_more():
    def fails(point, replication):
        return np.nan if replication == 1 and unit(point)[1] > 0.99 else linear(point)

    table = of_profit(analysed("morris", fails, points=12))
    assert table["mu"].to_numpy() == pytest.approx(SLOPES)


def test_all_that_is_uncertain_is_varied_over_its_range():
    made, _ = planned(scenario(), replications=1)
    names = [factor.name for factor in made.factors]
    assert names[0] == WALLET
    assert set(names) == set(uncertain(scenario()))
    assert len(made.points) == 1 + 2 * len(names)
    low, _, high = scenario().range_of("beliefs.satisfaction_pull")
    place = names.index("beliefs.satisfaction_pull")
    assert {point[place] for point in made.points} == {None, low, high}


def test_a_lower_share_of_wallet_keeps_what_the_firm_sees():
    """Purchases that its own data show: share of wallet times occasions."""
    made = plan(scenario(), {WALLET: "assumed"}, design="ends", replications=1)
    seen = []
    for point in range(3):
        (segment, *_) = made.at(point).business.market.segments
        seen.append(
            (segment.share_of_wallet, segment.share_of_wallet * segment.occasions_per_week.mean)
        )
    shares, purchases = zip(*seen, strict=True)
    assert shares[1] < shares[0] < shares[2]
    assert purchases == pytest.approx([purchases[0]] * 3)
    odds = [share / (1.0 - share) for share in shares]
    assert np.log(odds[2] / odds[0]) == pytest.approx(
        factor(WALLET, "assumed", scenario()).levels[-1]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"method": "tornadoo"}, "did you mean 'tornado'"),
        ({"method": "sobol"}, "screen them by morris"),
        ({"method": "sobol", "vary": UNIT, "points": 6}, "power of two"),
    ],
)
def test_what_cannot_be_analysed_is_refused(arguments, said):
    with pytest.raises(ScenarioError, match=said):
        planned(scenario(), **arguments)


def test_in_python_and_on_the_line_it_is_the_same(tmp_path):
    vary = {"beliefs.satisfaction_pull": "assumed", "programme.joins": "assumed"}
    found = sensitivity(scenario(), vary, replications=2, processes=1)
    assert len(found.plan.points) == 5
    written(tmp_path)
    options = [f"--vary={name}" for name in vary]
    done = lived(tmp_path, *options, "-r", "2", "-o", "study", "--json", command="sensitivity")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["sensitivity"]
    assert [row["factor"] for row in rows] == list(found.table["factor"])
    assert [row["swing"] for row in rows] == pytest.approx(list(found.table["swing"]))
    for name in ("sensitivity.csv", "points.csv", "runs.csv", "report.html"):
        assert (tmp_path / "study" / name).stat().st_size > 0
