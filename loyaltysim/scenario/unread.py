"""Fields of a firm that nothing reads, since something else says the same more closely."""

from __future__ import annotations

from loyaltysim.scenario.model import Business, Firm

_OF_A_CHANNEL = (
    "agents", "hours", "days", "handling_hours", "patience_days", "resolved", "cost_per_ticket",
)  # fmt: skip
"""What a channel of the desk may state in place of the desk."""


def unread(firm: Firm) -> dict[str, str]:
    """The dotted names of the fields that change nothing in this firm, and why that is so."""
    service, desk = firm.service, firm.service.desk
    found = {}
    if service.recovery is not None:
        found["firm.service.compensation_share_of_basket"] = "recovery says what is given instead"
    manned = [channel for channel in desk.channels or [] if not channel.at_once]
    if not manned:
        return found

    def own(name: str) -> bool:
        return all(getattr(channel, name) is not None for channel in manned)

    if own("response_hours"):
        found["firm.service.response_hours"] = "every channel states its own"
    if len(manned) < len(desk.channels or []):
        return found  # Whom a machine does not help goes on to the desk, on the desk's terms.
    second = desk.second_level
    for name in _OF_A_CHANNEL:
        # Agents who are shared keep the hours of the desk.
        apart = name not in ("hours", "days") or own("agents")
        if own(name) and apart and (second is None or getattr(second, name, None) is not None):
            of_all = "every channel" if second is None else "every channel and the second level"
            found[f"firm.service.desk.{name}"] = f"{of_all} states its own"
    return found


def is_stated(business: Business, field: str) -> bool:
    """Whether a field, by its dotted name, is written and not left at its default."""
    *sections, name = field.split(".")
    terms = business
    for section in sections:
        if section not in terms.model_fields_set:
            return False
        terms = getattr(terms, section)
    return name in terms.model_fields_set
