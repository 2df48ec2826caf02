"""What stands before the first week: a business as the records that its customers meet."""

from __future__ import annotations

from math import inf, log
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers import complaints, given
from loyaltysim.draws import identity
from loyaltysim.evidence import beliefs as belief_names
from loyaltysim.evidence import register
from loyaltysim.firm.hand_over import tie_breaks
from loyaltysim.ledger import MICRO
from loyaltysim.levels import Levels
from loyaltysim.record import SCHEME, SEGMENT, WEEK, Records
from loyaltysim.rewards.programme import Version, is_sent
from loyaltysim.rewards.programme import schemes as scheme_kinds
from loyaltysim.scenario.model import MONTHS, Business, Marketing
from loyaltysim.units import DAYS_PER_YEAR, WEEKS_PER_MONTH

Floats = NDArray[np.float64]


def season_of(business: Business) -> Floats:
    """Factor on the occasions of each week; empty where all are alike."""
    season = business.market.season
    if season is None:
        return np.empty(0)
    first = MONTHS.index(business.starts)
    month = (first + (np.arange(business.weeks) / WEEKS_PER_MONTH).astype(int)) % 12
    return np.array([season[MONTHS[m]] for m in month])  # type: ignore[index]


def belief_values(business: Business) -> dict[str, float]:
    """Every behavioural parameter: the scenario's where stated, else the register's."""
    stated = business.beliefs
    return {
        name: stated[name].value if name in stated else register()[f"beliefs.{name}"].value
        for name in belief_names()
    }


def month_of(week: int) -> int:
    """The month, from 0, that a week of the run belongs to."""
    return int((week + 0.5) / WEEKS_PER_MONTH)


class Side(NamedTuple):
    """A version of a scheme, of the firm (0) or of rivals that copy it (1)."""

    rival: int
    opens_at: float
    version: Version


def sides_of(business: Business) -> list[Side]:
    """The firm's schemes and, where rivals copy them, theirs, with the rules as they began."""
    if business.programme is None:
        return []
    sides = [Side(0, 0.0, version) for version in business.programme.versions]
    copied_at = business.rival.copies_after
    if copied_at is not None:
        sides += [Side(1, copied_at, version) for version in business.programme.schemes]
    return sides


def schemes_of(business: Business) -> Records:
    """One record for each of `sides_of`, with the rules as they begin."""
    sides = sides_of(business)
    schemes = np.zeros(len(sides), SCHEME)
    for number, (record, side) in enumerate(zip(schemes, sides, strict=True)):
        fill_scheme(record, business, side, side.version.terms)
        # Whatever else runs, a scheme has luck of its own; later rules have another, and so has a
        # campaign, by its name.
        version = side.version
        apart = sum(
            other.rival == side.rival
            and other.version.kind == version.kind
            and not other.version.campaign
            for other in sides[:number]
        )
        if version.campaign:
            apart = 1000 + identity("campaign", version.campaign)
        record["instance"] = 2 * version.kind + side.rival + 1000 * apart
    return schemes


def fill_scheme(record: Any, business: Business, side: Side, terms: Any) -> None:
    """The terms of a scheme as numbers."""
    rival, opens_at, version = side
    programme: Any = business.programme
    kind = scheme_kinds()[version.kind]
    kind.fill(record, terms, 1.0 - business.firm.gross_margin)
    joins = programme.joins
    record["kind"] = version.kind
    record["rival"] = rival
    record["opens_at"] = opens_at
    record["closes_at"] = record["rules_until"] = inf
    record["joins_from"], record["joins_until"] = version.joins_from, version.joins_until
    record["by_contact"] = is_sent(version.kind)
    record["automatic"] = programme.automatic
    record["join_log_odds"] = (
        log(joins / (1.0 - joins)) if 0.0 < joins < 1.0 else (inf if joins else -inf)
    )
    record["kept"] = programme.kept
    record["gaming_share"] = programme.gaming_share
    record["visible"] = getattr(terms, "visible", False)
    record["fee"] = round(programme.fee_per_year * MICRO)
    record["trial_weeks"] = programme.trial or 0.0
    # What the programme is worth, as far as it is known beforehand.
    worth = [getattr(version.terms, "worth", (0.0, 0.0)) for version in programme.schemes]
    record["worth_share"], record["worth_per_visit"] = np.sum(worth, axis=0)


def segments_of(business: Business, levels: Levels) -> Records:
    """The terms of each segment: one record of `SEGMENT` each."""
    market, marketing = business.market, business.firm.marketing
    records = np.zeros(len(market.segments), SEGMENT)
    for number, (record, segment) in enumerate(zip(records, market.segments, strict=True)):
        rate, contract = segment.occasions_per_week, segment.contract
        record["regularity"] = rate.regularity if rate else 1
        record["drift_sd"] = rate.drift if rate else 0.0
        record["period"] = contract.every if contract else 0.0
        record["awake"] = contract.awake if contract else 1.0
        record["basket_within"] = segment.basket.within
        often = rate.mean if rate else 1.0 / record["period"]
        here = segment.buy_share * segment.share_of_wallet
        record["typical_pace"] = max(often * here, 1e-12)
        record["typical_rival_pace"] = max(often * (segment.buy_share - here), 1e-12)
        record["first_chance"] = levels.first_chance[number]
        record["loss_per_week"] = levels.loss_per_week[number]
        if marketing.reach_per_week is None:
            record["reach_rate"] = levels.reach_per_week[number]
            record["reach_trend"] = levels.reach_trend[number]
            record["regained_rate"] = levels.regained_per_week[number]
            record["regained_trend"] = levels.regained_trend[number]
        else:
            stated = -np.log1p(-min(marketing.reach_per_week, 1 - 1e-12))
            record["reach_rate"] = record["regained_rate"] = stated
        record["reach_rate"] *= _budget_effect(marketing, levels)
        record["regained_rate"] *= _budget_effect(marketing, levels)
        given.fill(record, segment.given)
    return records


def _budget_effect(marketing: Marketing, levels: Levels) -> float:
    """Reach relative to that of the present budget, by the elasticity of advertising."""
    before, now = levels.budget_per_week, marketing.budget_per_week
    if before == 0.0 or before == now:
        return 1.0
    return float((now / before) ** marketing.budget_elasticity)


def first_week(business: Business, levels: Levels, seed: int, replication: int) -> Records:
    """The firm as customers see it, as far as that does not change from week to week."""
    firm = business.firm
    week = np.zeros(1, WEEK)
    week["seed"], week["replication"] = seed, replication
    week["dedicated"] = firm.staff.contact == "dedicated"
    beliefs = SimpleNamespace(**belief_values(business))
    week["tie_breaks"] = tie_breaks(firm.staff.hand_over, beliefs)
    week["alias"] = firm.staff.hand_over.alias
    week["quality"] = firm.service.quality
    week["quality_spread"] = firm.service.quality_spread
    week["rival_quality"] = levels.quality + business.market.rival_quality
    week["ease"] = firm.service.ease * firm.service.desk.ease
    week["contact_mode"] = firm.service.closeness
    week["capital_per_day"] = business.hurdle_rate / DAYS_PER_YEAR
    week["price"] = firm.price
    week["log_price"] = log(firm.price)
    week["cost_share"] = 1.0 - firm.gross_margin
    week["cost_per_visit"] = round(firm.service.cost_per_visit * MICRO)
    if business.programme is not None:
        second = firm.staff.pay_per_week / (firm.staff.hours_per_week * 3600.0)
        week["clear_rules"] = business.programme.clear_rules
        week["checkout_cost"] = round(business.programme.checkout_seconds * second * MICRO)
    for name, kept in complaints.counted(firm.service.rules).items():
        week[name] = kept
    return week
