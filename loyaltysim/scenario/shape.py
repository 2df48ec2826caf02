"""What may stand where in a scenario: the model read as names, bounds and choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AliasChoices, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from loyaltysim.scenario.model import weeks_or_assumed
from loyaltysim.units import WEEKS_PER_YEAR, share, weeks

_MOST_AS_PERCENTAGE = 100.0
"""What may be larger is a weight rather than a share, and said as a plain number."""


@dataclass(frozen=True)
class Shape:
    """The type of one field, with the bounds and the reader of its values."""

    kind: Any
    limits: tuple[Any, ...] = ()

    def is_model(self) -> bool:
        """Whether it is a map with named fields."""
        return isinstance(self.kind, type) and issubclass(self.kind, BaseModel)

    def is_single(self) -> bool:
        """Whether it is one value, neither a map nor a list."""
        return not self.is_model() and get_origin(self.kind) not in (dict, list)

    @property
    def unit(self) -> Literal["share", "duration", "number"]:
        """How a number is written: 68%, 12 months, or plainly."""
        readers = [limit.func for limit in self.limits if isinstance(limit, BeforeValidator)]
        if share in readers:
            return "share"
        return "duration" if weeks in readers or weeks_or_assumed in readers else "number"

    @property
    def may_be_assumed(self) -> bool:
        """Whether the word `assumed` may stand for the register's value."""
        return any(getattr(limit, "func", None) is weeks_or_assumed for limit in self.limits)

    def names(self) -> dict[str, Any]:
        """The names that may stand in it, each with its field or item type."""
        if self.is_model():
            return {
                written: field
                for name, field in self.kind.model_fields.items()
                for written in spellings(name, field)
            }
        if get_origin(self.kind) is dict:
            key = shape_of(get_args(self.kind)[0])
            if get_origin(key.kind) is Literal:
                return dict.fromkeys(get_args(key.kind), get_args(self.kind)[1])
        return {}

    def child(self, name: str | int) -> Shape | None:
        """The shape of the item of that name (any number, for a list)."""
        if get_origin(self.kind) is list:
            return shape_of(get_args(self.kind)[0])
        known = self.names()
        if name in known:
            found = known[str(name)]
            if isinstance(found, FieldInfo):
                return shape_of(found.annotation, tuple(found.metadata))
            return shape_of(found)
        if get_origin(self.kind) is dict and not known:
            return shape_of(get_args(self.kind)[1])
        return None

    def allowed(self) -> str:
        """What may be written, in the unit in which it is written."""
        if get_origin(self.kind) is Literal:
            return ", ".join(str(choice) for choice in get_args(self.kind))
        if self.kind is bool:
            return "true or false"
        if self.kind in (int, float):
            return self._range()
        return ""

    def _range(self) -> str:
        write = {"share": _percentage, "duration": _duration, "number": _number}[self.unit]
        low, high = self._bound(Ge, Gt), self._bound(Le, Lt)
        if self.unit == "share" and high is not None and high[0] > _MOST_AS_PERCENTAGE:
            write = _number
        what = "whole numbers, " if self.kind is int else ""
        if low is None or high is None:
            return "any whole number" if self.kind is int else "any number"
        start = f"more than {write(low[0])}, up" if low[1] else write(low[0])
        return f"{what}{start} to {'below ' if high[1] else ''}{write(high[0])}"

    def _bound(self, closed: type, is_open: type) -> tuple[float, bool] | None:
        for limit in self.limits:
            if isinstance(limit, closed | is_open):
                carried = (getattr(limit, name, None) for name in ("ge", "gt", "le", "lt"))
                value = next(number for number in carried if number is not None)
                return float(value), isinstance(limit, is_open)
        return None


def shape_of(annotation: Any, limits: tuple[Any, ...] = ()) -> Shape:
    """The shape of an annotation, with `| None` and `Annotated` taken off."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            for item in more:
                limits += tuple(item.metadata) if isinstance(item, FieldInfo) else (item,)
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return Shape(annotation, limits)


def shape_at(root: Shape, path: Sequence[str | int]) -> Shape | None:
    """The shape of what stands at a path; None where nothing may stand."""
    shape: Shape | None = root
    for name in path:
        if shape is None:
            return None
        shape = shape.child(name)
    return shape


def spellings(name: str, field: FieldInfo) -> list[str]:
    """The names by which a field may be written."""
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [name]


def _number(value: float) -> str:
    if value >= 2**62:
        return "2^63"
    return f"{value:.0f}" if value == int(value) else f"{value:g}"


def _percentage(value: float) -> str:
    return f"{_number(value * 100)}%"


def _duration(value: float) -> str:
    if value >= WEEKS_PER_YEAR:
        return f"{_number(value / WEEKS_PER_YEAR)} years"
    return f"{_number(value)} weeks"
