"""What a firm offers who complains, and how its people behave, as a person may write it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from loyaltysim.customers.complaints import REMEDIES
from loyaltysim.customers.failures import KINDS
from loyaltysim.units import NonNegative, Share, Terms, assumed

Rule = Literal[
    "customer_is_right", "listen", "apologise", "admit", "show_care", "stay_calm",
    "take_notes", "negotiate", "act_at_once", "follow_up",
]  # fmt: skip
"""The ten rules of a textbook on customer relations, in its order."""


class Remedy(Terms):
    """What may be given: its cost, and how well it fits each kind of failure."""

    share_of_basket: Share = 0.0
    """Its cost as a share of a usual basket."""
    amount: NonNegative = 0.0
    """Its cost beside that, in the currency."""
    core: Share
    encounter: Share
    system: Share
    promise: Share

    @property
    def fits(self) -> list[float]:
        """How well it fits, by kind of failure."""
        return [float(getattr(self, kind)) for kind in KINDS]


class Explain(Remedy):
    """To explain what happened."""

    core: Share = assumed("firm.service.recovery.explain.core")
    encounter: Share = assumed("firm.service.recovery.explain.encounter")
    system: Share = assumed("firm.service.recovery.explain.system")
    promise: Share = assumed("firm.service.recovery.explain.promise")


class Apologise(Remedy):
    """To say sorry, and no more."""

    core: Share = assumed("firm.service.recovery.apologise.core")
    encounter: Share = assumed("firm.service.recovery.apologise.encounter")
    system: Share = assumed("firm.service.recovery.apologise.system")
    promise: Share = assumed("firm.service.recovery.apologise.promise")


class Fix(Remedy):
    """To put right what went wrong."""

    core: Share = assumed("firm.service.recovery.fix.core")
    encounter: Share = assumed("firm.service.recovery.fix.encounter")
    system: Share = assumed("firm.service.recovery.fix.system")
    promise: Share = assumed("firm.service.recovery.fix.promise")


class Replace(Remedy):
    """To give the product or service again."""

    core: Share = assumed("firm.service.recovery.replace.core")
    encounter: Share = assumed("firm.service.recovery.replace.encounter")
    system: Share = assumed("firm.service.recovery.replace.system")
    promise: Share = assumed("firm.service.recovery.replace.promise")


class Refund(Remedy):
    """To give the money back."""

    core: Share = assumed("firm.service.recovery.refund.core")
    encounter: Share = assumed("firm.service.recovery.refund.encounter")
    system: Share = assumed("firm.service.recovery.refund.system")
    promise: Share = assumed("firm.service.recovery.refund.promise")


class Compensate(Remedy):
    """To give something for the trouble: a voucher, a discount."""

    as_voucher: bool = False
    """Whether it is money to be spent here, at its cost; left out, it only fits better or worse."""
    core: Share = assumed("firm.service.recovery.compensate.core")
    encounter: Share = assumed("firm.service.recovery.compensate.encounter")
    system: Share = assumed("firm.service.recovery.compensate.system")
    promise: Share = assumed("firm.service.recovery.compensate.promise")


class Recovery(Terms):
    """The remedies that are offered: of these the one that fits the cause is looked for."""

    explain: Explain | None = None
    apologise: Apologise | None = None
    fix: Fix | None = None
    replace: Replace | None = None
    refund: Refund | None = None
    compensate: Compensate | None = None
    diagnosis: Share = assumed("firm.service.recovery.diagnosis")
    diagnosis_by_skill: Share = assumed("firm.service.recovery.diagnosis_by_skill")

    @property
    def offered(self) -> dict[str, Remedy]:
        """The remedies by name, in the order of `REMEDIES`."""
        named = {name: getattr(self, name) for name in REMEDIES}
        return {name: remedy for name, remedy in named.items() if remedy is not None}

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.offered:
            raise ValueError(f"offer one remedy at least: {', '.join(REMEDIES)}")
        return self
