"""Handing over: how much of a tie to somebody who leaves goes with the person."""

from __future__ import annotations

from typing import Any


def tie_breaks(terms: Any, beliefs: Any) -> float:
    """Share of a tie that the departure takes, by how the work is handed over.

    What is prepared, who takes over, and what all can read, each save a part of what is left.
    """
    return float(
        beliefs.familiarity_breaks
        * (1.0 - beliefs.prepared_eases * terms.prepared)
        * (1.0 - beliefs.alike_eases * terms.alike)
        * (1.0 - beliefs.database_eases * terms.database)
    )
