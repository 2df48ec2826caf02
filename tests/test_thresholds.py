"""Stages on the last day, and at neighbouring thresholds."""

import numpy as np
import pytest
from businesses import STAMPS, businesses, small, terms
from hypothesis import given, settings

from loyaltysim.customers.stages import (
    ADVOCATE,
    CLIENT,
    FIRST_TIME,
    LOST,
    PROSPECT,
    REPEAT,
    STAGES,
    SUSPECT,
    THRESHOLDS,
    stage_of,
)
from loyaltysim.evidence import register
from loyaltysim.results.thresholds import READINGS, people_by_thresholds, thresholds_of
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.model import Stages
from loyaltysim.simulation import run
from loyaltysim.studies.compare import compare
from loyaltysim.studies.simulate import simulate

LOOSER, STATED, STRICTER = range(3)
WITH_MORE = ("client_purchases", "client_share_of_wallet", "client_familiarity")


@settings(max_examples=60)
@given(businesses())
def test_on_the_last_day_everybody_stands_as_they_would_be_read_then(business):
    result = run(business)
    terms_ = thresholds_of(business.stages).view(np.recarray)[STATED]
    end = float(business.weeks)
    people = result.customers.view(np.recarray)
    assert [stage_of(person, terms_, end) for person in people] == people["stage"].tolist()
    bought = people["purchases"] > 0
    # Ties have faded until then.
    assert (people["familiarity_at"][bought] == end).all()


def test_a_client_who_is_overdue_at_the_end_is_one_no_longer():
    # Clients meet one occasion in ten years; their wish to buy is as it was.
    segment = terms()["market"]["segments"][0] | {
        "occasions_per_week": {"mean": 0.002, "spread": 0.0}, "loss_per_year": "0%",
    }  # fmt: skip
    start = dict.fromkeys(terms()["market"]["start"], "0%") | {"client": "100%"}
    stages = {"client_overdue_gaps": 0.01, "client_familiarity": 0.0}
    result = run(small(market={"segments": [segment], "start": start}, stages=stages))
    assert result.at_start[0, CLIENT] == 200
    assert result.stages[-2, 0, CLIENT] > 150
    assert result.stages[-1, 0, CLIENT] < 50
    assert result.moves[-1, 0, CLIENT, REPEAT] > 100


@settings(max_examples=60)
@given(businesses())
def test_looser_thresholds_make_more_clients_of_the_same_customers(business):
    people = people_by_thresholds(run(business))
    assert people.shape == (len(READINGS), len(STAGES))
    assert (people.sum(axis=1) == business.market.people).all()
    tied = people[:, [CLIENT, ADVOCATE]].sum(axis=1)
    assert tied[LOOSER] >= tied[STATED] >= tied[STRICTER]
    assert people[LOOSER, ADVOCATE] >= people[STATED, ADVOCATE] >= people[STRICTER, ADVOCATE]
    # Who never came twice, or is lost, is so whatever the thresholds.
    for stage in (SUSPECT, PROSPECT, FIRST_TIME, LOST):
        assert len(set(people[:, stage])) == 1
    assert (people[:, [REPEAT, CLIENT, ADVOCATE]].sum(axis=1) == people[0, 3:6].sum()).all()


@settings(max_examples=30)
@given(businesses())
def test_as_stated_they_are_the_stages_of_the_run(business):
    result = run(business)
    assert (people_by_thresholds(result)[STATED] == result.stages[-1].sum(axis=0)).all()


def test_neighbours_are_the_ends_of_the_register_s_ranges():
    found = thresholds_of(Stages())
    for name in THRESHOLDS:
        entry = register()[f"stages.{name}"]
        ends = (entry.low, entry.high) if name in WITH_MORE else (entry.high, entry.low)
        assert tuple(found[name]) == pytest.approx((ends[0], entry.value, ends[1])), name


def test_neighbours_of_a_stated_threshold_are_as_far_in_proportion_and_possible():
    stated = Stages(
        client_purchases=3, client_share_of_wallet="80%", client_familiarity="0%",
        client_overdue_gaps=6.0, advocate_weeks=26.0,
    )  # fmt: skip
    found = thresholds_of(stated)
    # Two purchases at the least, and no more than all of the wallet.
    assert found["client_purchases"].tolist() == [2, 3, 8]
    assert thresholds_of(Stages(client_purchases=2))["client_purchases"].tolist() == [2, 2, 5]
    assert found["client_share_of_wallet"] == pytest.approx([0.48, 0.8, 1.0])
    assert found["client_familiarity"].tolist() == [0.0, 0.0, 0.0]
    assert found["client_overdue_gaps"] == pytest.approx([10.0, 6.0, 4.0])
    assert found["advocate_weeks"] == pytest.approx([52.0, 26.0, 6.5])


@pytest.mark.parametrize("name", THRESHOLDS)
def test_each_threshold_moves_the_way_it_is_said_to(name):
    """With that one alone at its neighbours, read on the same lives."""
    result = run(small(programme=STAMPS, horizon="1 year"))
    records = thresholds_of(result.business.stages)
    counts = []
    people = result.customers.view(np.recarray)
    for reading in range(3):
        one = records[[STATED]].copy()
        one[name] = records[name][reading]
        read = [stage_of(person, one.view(np.recarray)[0], 52.0) for person in people]
        counts.append(sum(stage in (CLIENT, ADVOCATE) for stage in read))
        if name == "advocate_weeks":
            counts[-1] = read.count(ADVOCATE)
    assert counts[LOOSER] >= counts[STATED] >= counts[STRICTER]
    assert counts[LOOSER] > counts[STRICTER]


SCENARIO = Scenario.from_document(
    terms(replications=2, alternatives={"today": {}, "card": {"programme": STAMPS}})
)


def test_tables_of_a_comparison_and_of_a_run_agree_with_their_stages():
    comparison = compare(SCENARIO, processes=1, people=60)
    table = comparison.stage_thresholds
    assert len(table) == len(comparison.names) * len(READINGS) * len(STAGES)
    stated = table.query("thresholds == 'stated'").pivot_table(
        index="alternative", columns="stage", values="people"
    )
    frame = comparison.alternatives
    for stage in STAGES:
        assert stated.loc[frame.index, stage].to_numpy() == pytest.approx(frame[stage].to_numpy())
    tables = simulate(SCENARIO, "card")
    last = tables.stages.query("week == week.max()").groupby("stage")["people"].sum()
    read = tables.stage_thresholds.query("thresholds == 'stated'").set_index("stage")["people"]
    assert (read == last[read.index]).all()
