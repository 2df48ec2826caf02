"""Lots of points or stamps: what expires when, and until when a goal stands."""

from math import floor, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.record import FLOW, MEMBER, SCHEME
from loyaltysim.rewards.balance import LOTS, add_units, kept_until, lapse_lots, take_units


def records(lot_weeks: float) -> list[np.record]:
    """A membership, its scheme, and what flows, all empty."""
    kinds = (MEMBER, SCHEME, FLOW)
    member, scheme, flow = (np.zeros(1, kind).view(np.recarray)[0] for kind in kinds)
    scheme.lot_weeks = lot_weeks
    return [member, scheme, flow]


STEPS = st.lists(
    st.tuples(st.floats(0.0, 30.0), st.integers(0, 500), st.floats(0.0, 1.0)), max_size=30
)


@given(STEPS, st.floats(0.5, 9.0))
def test_units_are_used_and_lost_in_the_order_in_which_they_came(steps, lot_weeks):
    member, scheme, flow = records(lot_weeks)
    held: list[int] = []  # The number of the lot of each unit, oldest first.
    now = 0.0
    for gap, earned, share_redeemed in steps:
        now += gap
        lapse_lots(member, scheme, now, flow)
        today = floor(now / lot_weeks)
        held = [lot for lot in held if lot > today - (LOTS - 1)]
        assert member.balance == len(held)
        taken = int(share_redeemed * len(held))
        take_units(member, taken, flow)
        held = held[taken:]
        add_units(member, scheme, earned, now, flow)
        held += [today] * earned
        assert member.balance == len(held) == flow.issued - flow.redeemed - flow.expired
        until = np.mean([(lot + LOTS - 1) * lot_weeks for lot in held] or [now + 12 * lot_weeks])
        assert kept_until(member, scheme, now) == pytest.approx(until)
        # A unit earned now lives as long as stated, or up to a lot longer.
        assert now <= until <= now + 13.001 * lot_weeks


def test_what_never_expires_is_kept_for_ever():
    member, scheme, flow = records(inf)
    add_units(member, scheme, 3, 5.0, flow)
    assert kept_until(member, scheme, 900.0) == inf


def test_a_purchase_does_not_make_old_units_young():
    member, scheme, flow = records(4.0)
    add_units(member, scheme, 90, 0.0, flow)
    before = kept_until(member, scheme, 0.0)
    add_units(member, scheme, 10, 40.0, flow)
    assert kept_until(member, scheme, 40.0) == pytest.approx(0.9 * before + 0.1 * (before + 40.0))
