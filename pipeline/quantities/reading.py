"""Finds the quantities of a text, and reads a text that is one quantity."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline.quantities.dates import dates_in
from pipeline.quantities.designations import find_quotations, find_stretches
from pipeline.quantities.measures import read_limit_after, read_limit_before
from pipeline.quantities.numerals import fold_text
from pipeline.quantities.quantity import Quantity
from pipeline.quantities.units import ONE
from pipeline.quantities.written import NUMBER_START, Skip, WrittenNumber, lone_numeral, read_number
from schemas.text import Span

_PLAIN = re.compile(r"(?P<number>(?:0|[1-9]\d{0,7})(?:\.(?P<decimals>\d{1,6}))?)(?P<percent>%)?", re.ASCII)
_SHORT = 300  # characters of a text whose quantities are remembered
_LEADS = ("达到", "达", "控制在")


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of the text, in order and without overlap; dates, names, ordinals and codes are left out."""
    return _find_in_short(text) if len(text) <= _SHORT else tuple(_scan(text, fold_text(text)))


@lru_cache(maxsize=16_384)  # checks ask for the same cells and sentences again and again
def _find_in_short(text: str) -> tuple[Quantity, ...]:
    return tuple(_scan(text, fold_text(text)))


@lru_cache(maxsize=16_384)
def parse_quantity(text: str) -> Quantity | None:
    """The one quantity that the whole string is, or None; a leading 达到 and a closing 。 or ； may be there."""
    if (plain := _PLAIN.fullmatch(text)) is not None:
        return _plain_quantity(text, plain)
    body = text.strip().rstrip("。；;,，").rstrip()
    lead = next((word for word in _LEADS if body.startswith(word)), "")
    body = body.removeprefix(lead).lstrip()
    start = text.find(body, len(text) - len(text.lstrip()) + len(lead))
    end = start + len(body)
    found = find_quantities(body)
    quantity = found[0] if len(found) == 1 else _lone_quantity(body) if not found else None
    if quantity is None or quantity.span != (0, len(body)):
        return None
    number_span = Span(quantity.number_span.start + start, quantity.number_span.end + start)
    return replace(quantity, span=Span(start, end), number_span=number_span)


def _plain_quantity(text: str, match: re.Match[str]) -> Quantity:
    """Most cells of a form are a bare number or a percentage: what the scan would make of them, without the scan."""
    number, decimals = Decimal(match["number"]), len(match["decimals"] or "")
    unit, dimension = (match["percent"], "percent") if match["percent"] else (None, "none")
    span, number_span = Span(0, len(text)), Span(*match.span("number"))
    return Quantity(span, text, number, number, unit, dimension, ONE, None, None, None, decimals, number_span)


def _lone_quantity(body: str) -> Quantity | None:
    """A cell that holds 二十 and nothing else; a single 一 or 三 is rather a list mark."""
    value = lone_numeral(body)
    if value is None:
        return None
    span = Span(0, len(body))
    return Quantity(span, body, value, value, None, "none", ONE, None, None, None, len(body.partition("点")[2]), span)


def _scan(text: str, folded: str) -> Iterator[Quantity]:
    stretches = find_stretches(folded, (mention.span for mention in dates_in(folded)))
    quotations = find_quotations(folded)
    position, floor = 0, -1
    for blocked in (*stretches, Span(len(folded), len(folded))):
        while anchor := NUMBER_START.search(folded, position, max(position, blocked.start)):
            found = read_number(folded, anchor.start(), blocked.start, floor)
            if isinstance(found, Skip):
                position = found.end
                continue
            quantity = _quantity(text, folded, found, max(floor, 0))
            position = quantity.span.end
            if not _is_quoted_name(quantity, quotations):
                yield quantity
                floor = position
        position = max(position, blocked.end)
        floor = max(floor, blocked.end)


def _quantity(text: str, folded: str, number: WrittenNumber, floor: int) -> Quantity:
    measure = number.measure
    begin = number.span.start - len(number.lead)
    before = read_limit_before(folded, begin, floor)
    after = read_limit_after(folded, measure.end, before.position, measure.dimension)
    lead = number.lead if number.lead in {"数", "几", "上"} else ""
    scale = measure.scale * measure.factor
    span = Span(before.position, after.position)
    return Quantity(
        span=span,
        text=text[span.start : span.end],
        number=number.value,
        value=number.value * scale,
        unit=measure.unit,
        dimension=measure.dimension,
        scale=scale,
        comparator=before.comparator or after.comparator,
        hedge=(before.hedge + lead + measure.hedge + after.hedge) or None,
        upper=None if number.upper is None else number.upper * scale,
        decimals=number.decimals,
        number_span=number.span,
    )


def _is_quoted_name(quantity: Quantity, quotations: list[Span]) -> bool:
    """A count in a short quotation is part of a name, unless the quotation ends with it: “新增企业20家”."""
    if quantity.dimension not in {"count", "none", "time"}:
        return False
    index = bisect_right(quotations, quantity.span) - 1
    if index < 0 or not quotations[index].covers(quantity.span):
        return False
    quotation = quotations[index]
    chinese = not quantity.text[quantity.number_span.end - quantity.span.start - 1].isdigit()
    return chinese or quantity.unit is None or quantity.span.end != quotation.end - 1
