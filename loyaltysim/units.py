"""Quantities as a person writes them: 68%, 12 months, 3 years, 60% a year."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.fields import FieldInfo

from loyaltysim.evidence import register

WEEKS_PER_YEAR = 52.0
WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12.0
HOURS_PER_WEEK = 168.0
DAYS_PER_YEAR = 7.0 * WEEKS_PER_YEAR
_WEEKS = {
    "hour": 1.0 / HOURS_PER_WEEK,
    "day": 1.0 / 7.0,
    "week": 1.0,
    "month": WEEKS_PER_MONTH,
    "year": WEEKS_PER_YEAR,
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(hour|day|week|month|year)s?\s*", re.ASCII)
_PERCENT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*%\s*", re.ASCII)


def weeks(value: Any) -> Any:
    """Weeks of a duration such as `12 months`; a year counts 52 weeks."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a number and a unit, such as 10 days, 12 months or 3 years")
    return float(match[1]) * _WEEKS[match[2]]


def share(value: Any) -> Any:
    """Fraction of a percentage (`68%`) or of a plain number (0.68)."""
    if isinstance(value, str):
        match = _PERCENT.fullmatch(value)
        if match is None:
            raise ValueError("write a percentage such as 68%, or a number such as 0.68")
        return float(match[1]) / 100.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a percentage such as 68%, or a number such as 0.68")
    return value


def number(value: Any) -> Any:
    """A plain number; text, yes/no and lists are refused, not converted."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a plain number, without quotes, units or separators")
    return value


def _one_line(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("write plain text on one line, without spaces around it")
    return text


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_one_line)]
Weeks = Annotated[float, BeforeValidator(weeks), Field(gt=0, le=5200)]
Share = Annotated[float, BeforeValidator(share), Field(ge=0, le=1)]
Positive = Annotated[float, BeforeValidator(number), Field(gt=0, le=1e12)]
NonNegative = Annotated[float, BeforeValidator(number), Field(ge=0, le=1e12)]
Spread = Annotated[float, BeforeValidator(number), Field(ge=0, le=5)]
"""Standard deviation on a log scale; at 5 one person in six has 150 times the usual or more."""
YearlyRate = Annotated[float, BeforeValidator(share), Field(ge=0, le=50)]
"""Events per head and year; 60% a year is a hazard of 0.6, so more than 100% is possible."""
Count = Annotated[int, BeforeValidator(number), Field(ge=1, le=10_000_000)]


class Terms(BaseModel):
    """Base of everything that is written in a scenario file: unknown keys are refused.

    A known key with `null` counts as not written.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        return {k: v for k, v in written.items() if v is not None or k not in cls.model_fields}


def assumed(name: str) -> Any:
    """Field whose default is the register's value of that name."""
    entry = register()[name]
    value: Any = entry.value
    if entry.unit == "count":
        value = int(value)
    field: FieldInfo = Field(
        default=value, description=entry.label, json_schema_extra={"evidence": name}
    )
    return field
