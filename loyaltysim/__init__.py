"""loyaltysim: try loyalty programmes on simulated customers before launching them.

>>> import loyaltysim
>>> scenario = loyaltysim.load("scenarios/coffee_shop.yaml")     # doctest: +SKIP
>>> loyaltysim.compare(scenario).alternatives                    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Scenario", "ScenarioError", "__version__", "break_even", "compare", "load", "sensitivity",
    "simulate", "sweep", "trace",
]  # fmt: skip

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario, ScenarioError, load
    from loyaltysim.studies.compare import compare
    from loyaltysim.studies.simulate import simulate
    from loyaltysim.studies.trace import trace
    from loyaltysim.sweeps.break_even import break_even
    from loyaltysim.sweeps.sensitivity import sensitivity
    from loyaltysim.sweeps.sweep import sweep

_HOMES = {
    "load": "loyaltysim.scenario",
    "Scenario": "loyaltysim.scenario",
    "ScenarioError": "loyaltysim.scenario",
    "compare": "loyaltysim.studies.compare",
    "simulate": "loyaltysim.studies.simulate",
    "break_even": "loyaltysim.sweeps.break_even",
    "sensitivity": "loyaltysim.sweeps.sensitivity",
    "sweep": "loyaltysim.sweeps.sweep",
    "trace": "loyaltysim.studies.trace",
}


def __getattr__(name: str) -> Any:
    # Heavy libraries are imported when a name that needs them is first used.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
