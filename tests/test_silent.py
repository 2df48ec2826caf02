"""What follows where nothing is said: bills paid late, staff met rudely."""

import pytest
from businesses import small
from services import BAD, CONTRACT, served
from test_laws import booked, counted

from loyaltysim.ledger import COUNTS
from loyaltysim.simulation import Result, Run, run


def test_bills_are_paid_late_by_those_who_say_nothing():
    def lived(days: float) -> Result:
        believed = {"pays_late_days": days, "voice": 0.2, "leave_after_failure": 0.0}
        service = {"failure_per_visit": "100%"}
        return run(
            small(
                market={"segments": [CONTRACT]}, beliefs=believed, hurdle_rate="10%",
                firm={"service": service, "price": 1.0},
            )
        )  # fmt: skip

    usual, late = lived(0.0), lived(36.4)
    cost = booked(late, "service")[0] - booked(usual, "service")[0]
    # A tenth of a year at a rate of a tenth: a hundredth of what the silent owe.
    silent = 1.0 - counted(late, "complaints").sum() / counted(late, "failures").sum()
    assert cost == pytest.approx(0.01 * silent * booked(late, "revenue")[0], rel=0.05)
    of_customers = late.customers["costs"].sum() - usual.customers["costs"].sum()
    assert of_customers == cost
    assert (late.counts == usual.counts).all()


def test_who_pays_at_the_till_pays_at_once():
    late = run(small(firm={"service": BAD}, beliefs={"pays_late_days": 40.0}))
    assert booked(late, "service")[0] == booked(run(served(**BAD)), "service")[0]


def test_the_firm_can_read_how_often_its_staff_met_rudeness():
    business = small(firm={"service": BAD}, beliefs={"rude_when_silent": 0.5})
    life = Run(business, None, 7, 0, 1, (), None)
    life.env.run(until=life.env.process(life.live()))
    rude, visits = (life.counts[-1, 0, COUNTS.index(name)] for name in ("rude", "purchases"))
    assert life.rude_last_week == rude / visits > 0.0
