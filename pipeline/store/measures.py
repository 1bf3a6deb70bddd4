"""What analysts calculate with: a value's number in the base unit of its dimension."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline.quantities import parse_quantity
from schemas.records import FieldType, RecordKind, field_types

_LIMIT = Decimal(10) ** 18  # no report has such a number, and the tables and views hold every one below it


class Measure(NamedTuple):
    """A number in the base unit of ``dimension``; all are ``None`` where the value is no single quantity."""

    number: Decimal | None = None
    unit: str | None = None
    dimension: str | None = None


_NONE = Measure()


def measure(kind: RecordKind, name: str, value: str) -> Measure:
    """The measure of a field's value; of funding's ``unit`` it is what one such unit is worth (万元: 10000)."""
    if kind is RecordKind.FUNDING and name == "unit":
        return _parse(f"1{value}")
    return _parse(value) if field_types(kind).get(name) is FieldType.NUMBER else _NONE


@lru_cache(maxsize=8192)  # weights, scores and percentages repeat all the time
def _parse(value: str) -> Measure:
    quantity = parse_quantity(value)
    if quantity is None or not abs(quantity.value) < _LIMIT:
        return _NONE
    return Measure(quantity.value, quantity.unit, quantity.dimension)
