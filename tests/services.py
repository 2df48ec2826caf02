"""What tests of service share: small businesses whose service differs, beliefs, keyed luck."""

from types import SimpleNamespace

import numpy as np
from businesses import small

from loyaltysim.draws import uniforms
from loyaltysim.evidence import register
from loyaltysim.firm.quality import Quality
from loyaltysim.scenario.model import Business
from loyaltysim.scenario.service import Service

BELIEFS = {
    name.removeprefix("beliefs."): entry.value
    for name, entry in register().items()
    if name.startswith("beliefs.")
}
CONTRACT = {
    "name": "locals", "share": "100%", "contract": {"every": "4 weeks", "awake": "30%"},
    "basket": {"mean": 100.0}, "buy_share": "90%", "share_of_wallet": "60%",
}  # fmt: skip
BAD = {"failure_per_visit": "60%"}


def beliefs(**changes: float) -> SimpleNamespace:
    return SimpleNamespace(**BELIEFS | changes)


def served(**service: object) -> Business:
    """A small business with some terms of its service, and hardly any luck but that."""
    return small(firm={"service": service})


def quality(**service: object) -> tuple[Quality, list[float]]:
    booked: list[float] = []
    terms = Service.model_validate(service)
    return Quality(terms, (7, 0), lambda _, amount: booked.append(amount)), booked


def uniform(draws: int, decision: int = 7) -> np.ndarray:
    return np.array([uniforms(1, 2, who, decision, 0, 0) for who in range(draws)])


def mean_is(values: np.ndarray, expected: float) -> bool:
    """Whether a mean is as expected, within four standard errors."""
    return abs(values.mean() - expected) < 4.0 * values.std() / np.sqrt(len(values)) + 1e-12
