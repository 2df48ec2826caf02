"""The JSON Schema of a scenario file, for completion and checking in editors."""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario import alternatives, assumptions
from loyaltysim.scenario.model import Business


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a whole scenario file, `extends` and `alternatives` included."""
    business = Business.model_json_schema(by_alias=False)
    return business
