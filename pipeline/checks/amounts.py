"""Amounts of funding records as money with its precision, so that checks can add, divide and compare them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline.quantities import Quantity, parse_quantity, tolerance
from schemas.stages import FieldRef, GroundedField, GroundedRecord
from schemas.text import Span

COLUMNS = {
    "prior_executed": "上年决算数",
    "initial_budget": "年初预算数",
    "annual_budget": "全年预算数",
    "executed": "执行数",
}
"""The columns of amounts and what a reviewer calls them."""

_OUTER = re.compile(r"^(?:其中\s*[:：]?|[(（]?\d{1,2}[)）]?\s*[、.．](?!\d)|[一二三四五六七八九十]+、|\s)+|[:：\s]+$")
_MARKS = re.compile(r"[\s“”\"'‘’《》()（）\[\]【】、，,。:：;；·]+")


class Amount(NamedTuple):
    """A vouched amount. ``value`` and ``half`` (half a unit of its last digit) are in 元, or bare without a unit."""

    value: Decimal
    half: Decimal
    text: str  # as written, with its unit
    factor: Decimal  # from the written number to ``value``
    dimension: str  # money:CNY …, or "none" where no unit is known
    span: Span
    ref: FieldRef


def read_quantity(record: GroundedRecord, name: str) -> Quantity | None:
    """The vouched field of that name as one quantity; ``None`` for words, ranges, and values not vouched for."""
    field = record.get(name)
    if field is None or field.span is None or not field.status.vouched:
        return None
    quantity = parse_quantity(field.value)
    return None if quantity is None or quantity.upper is not None else quantity


def read_amount(record: GroundedRecord, column: str) -> Amount | None:
    """The amount in a column of a funding record, or ``None`` where it is absent, not vouched for, or approximate."""
    quantity, field = read_quantity(record, column), record.get(column)
    if quantity is None or field is None or field.span is None or quantity.hedge or quantity.comparator:
        return None
    half = precision(quantity)
    if quantity.dimension.startswith("money"):
        factor, dimension, text = Decimal(1), quantity.dimension, field.value
    elif quantity.dimension == "none":
        factor, dimension = money_unit(record.value("unit"))
        text = field.value + (record.value("unit") or "")
    else:
        return None
    ref = FieldRef(record.index, column)
    return Amount(quantity.value * factor, half * factor, text, quantity.scale * factor, dimension, field.span, ref)


def precision(quantity: Quantity) -> Decimal:
    """Half a unit of the last digit in the base unit; 0 for a plain count (53人) and a written 0, which are exact."""
    counted = quantity.dimension.startswith("count") and quantity.scale == 1 and not quantity.decimals
    return Decimal(0) if counted or not quantity.value else tolerance(quantity)


@lru_cache(maxsize=256)
def money_unit(unit: str | None) -> tuple[Decimal, str]:
    """The factor to the base unit and the dimension of a unit of money: 万元 → 10000, money:CNY; 1, none without."""
    quantity = parse_quantity(f"1{unit}") if unit else None
    if quantity is None:
        return Decimal(1), "none"
    return quantity.scale, "money:CNY" if quantity.dimension == "none" else quantity.dimension


def span_of(record: GroundedRecord) -> tuple[Span, ...]:
    """The span of the record's quote, or of its first field that was found; () where nothing was found."""
    if record.quote.span is not None:
        return (record.quote.span,)
    return tuple(field.span for field in record.fields if field.span is not None)[:1]


def start_of(record: GroundedRecord) -> int:
    """Where the record begins in the text; 0 where it was not found."""
    return next((span.start for span in span_of(record)), 0)


@lru_cache(maxsize=16_384)  # every check asks for the same names and items again
def fold_words(text: str | None) -> str:
    """A name or item as it is compared: NFKC, without white space, quotation marks, brackets and punctuation."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text or ""))


def item_of(record: GroundedRecord) -> str:
    """The folded item of a funding record, without 其中 and its number."""
    return _fold_item(record.value("item") or "")


@lru_cache(maxsize=4096)
def _fold_item(item: str) -> str:
    return fold_words(_OUTER.sub("", unicodedata.normalize("NFKC", item)))


def refs_of(record: GroundedRecord, names: Iterable[str]) -> tuple[FieldRef, ...]:
    """References to those of the named fields that the record has."""
    return tuple(FieldRef(record.index, name) for name in names if record.get(name) is not None)


def spans_of(fields: Iterable[GroundedField | None]) -> tuple[Span, ...]:
    """The spans of the fields that were found, in the order of the text."""
    return tuple(sorted({field.span for field in fields if field is not None and field.span is not None}))


def show(value: Decimal, places: int = 2) -> str:
    """The number for a reviewer, rounded half up to so many places and without closing zeros."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = format(rounded, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
