"""The ready studies: each belongs to a business, asks what can be asked, and runs."""

import pytest
from commands import ROOT

from loyaltysim.scenario import ScenarioError
from loyaltysim.scenario.studies import SECTIONS, BreakEvenTerms, SensitivityTerms, SweepTerms
from loyaltysim.sweeps import break_even, sensitivity
from loyaltysim.sweeps.plan import plan
from loyaltysim.sweeps.store import Store
from loyaltysim.sweeps.sweep import followed, steps
from loyaltysim.sweeps.terms import load_study

FILES = sorted((ROOT / "experiments" / "studies").glob("*.yaml"))


def scenario_of(path):
    return ROOT / "scenarios" / path.name


def test_each_business_has_one():
    businesses = {"coffee_shop", "hair_salon", "hotel", "telecom", "b2b_services"}
    assert {path.stem for path in FILES} == businesses


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_all_three_questions_can_be_asked(path):
    own, terms = load_study(scenario_of(path), SweepTerms, path)
    asked = {"alternatives": terms.alternatives, "replications": terms.replications}
    made = plan(own, terms.vary, design=terms.design, **asked)
    assert len(made.points) >= 10
    own, terms = load_study(scenario_of(path), SensitivityTerms, path)
    sensitivity.planned(
        own, terms.vary, method=terms.method, points=2, alternatives=terms.alternatives,
    )  # fmt: skip
    own, terms = load_study(scenario_of(path), BreakEvenTerms, path)
    made, _ = break_even.planned(
        own, terms.vary, alternatives=terms.alternatives, against=terms.against,
        replications=terms.replications,
    )  # fmt: skip
    assert len(made.points) > len(made.factors) * 2


def test_one_is_lived(tmp_path):
    path = next(path for path in FILES if path.stem == "hair_salon")
    own, terms = load_study(scenario_of(path), SweepTerms, path)
    small = own.change({"market.people": 100, "horizon": "26 weeks"})
    made = plan(small, terms.vary, alternatives=terms.alternatives, replications=1)
    with Store(tmp_path / "study", made.identity, resume=False) as store:
        found = followed(steps(made, store, 1, points=[0]), store, lambda progress: None)
        assert len(found.runs) == len(made.names)
        assert found.failures == []


def test_a_file_of_studies_holds_nothing_else(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("sweeep: {}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"line 1.*did you mean 'sweep'"):
        load_study(ROOT / "scenarios" / "hotel.yaml", SweepTerms, path)
    path.write_text("sweep: {vary: {a: 1}, designn: grid}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"sweep\.designn.*did you mean 'design'"):
        load_study(ROOT / "scenarios" / "hotel.yaml", SweepTerms, path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=", ".join(SECTIONS)):
        load_study(ROOT / "scenarios" / "hotel.yaml", SweepTerms, path)
