"""Programmes: what they cost at the till, and the date by which a goal must be reached."""

import pytest
from businesses import POINTS, STAMPS, small

from loyaltysim.ledger import ACCOUNTS, COUNTS
from loyaltysim.simulation import run


@pytest.mark.parametrize("schemes", [POINTS, STAMPS, POINTS | STAMPS], ids="+".join)
def test_time_at_the_till_is_booked_once_for_each_purchase_of_a_member(schemes):
    # 500 a week of 40 hours, 18 seconds each: 0.0625 a purchase, whatever it earns.
    result = run(small(programme={**schemes, "automatic": True, "checkout_seconds": 18}))
    running = result.ledger[:, :-1, ACCOUNTS.index("programme_running")].sum()
    purchases = result.counts[:, :, COUNTS.index("purchases")].sum()
    assert purchases > 1000
    assert running == 62_500 * purchases
