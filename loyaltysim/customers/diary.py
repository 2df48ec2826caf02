"""The diary of a run: how each occasion ended, to be held against the same one in another world.

Occasions do not depend on policy, so those of two alternatives correspond one by one, in
the order in which they are lived. A diary is kept only when somebody asks for it.
"""

from __future__ import annotations

from loyaltysim.behaviour.awareness import ACTIVE, is_customer
from loyaltysim.customers.choice import FIRM, RIVAL
from loyaltysim.mechanism import Record, rule

NEVER, AWAY, AT_RIVAL, NOWHERE, HERE = 0, 1, 2, 3, 4
"""An entry: what was bought here, or why not. Never a customer yet; lost or asleep; a customer
who bought at a rival, or nothing."""


@rule
def reason_of(customer: Record) -> int:
    """The entry of somebody who is about to choose, should nothing be bought."""
    if customer.purchases == 0:
        return NEVER
    if customer.activity != ACTIVE or not is_customer(customer):
        return AWAY
    return NOWHERE


@rule
def entry_of(reason: int, chosen: int) -> int:
    """The entry of an occasion: the choice, and how the person stood before it."""
    if chosen == FIRM:
        return HERE
    if chosen == RIVAL and reason == NOWHERE:
        return AT_RIVAL
    return reason
