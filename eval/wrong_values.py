"""How a correct value is made wrong, as readers get values wrong: each kind of mistake is one small function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import pairwise
from random import Random
from typing import NamedTuple

from eval.mutation_targets import Target, says_same
from pipeline.quantities import find_quantities
from schemas.records import FieldType, Labels, RecordKind, field_types


class MutationKind(StrEnum):
    """How a value is made wrong."""

    DIGIT = "digit"
    SWAP = "swap"
    POINT = "point"
    SCALE = "scale"
    SIGN = "sign"
    PERCENT = "percent"
    ROW = "row"
    COLUMN = "column"
    LAST_YEAR = "last_year"
    ELSEWHERE = "elsewhere"
    INVENTED = "invented"
    COMPARATOR = "comparator"


NEVER_MISPLACED = frozenset({MutationKind.COMPARATOR, MutationKind.SIGN, MutationKind.PERCENT, MutationKind.SCALE})
"""A value that only lost its comparator, sign or unit may stand in the evidence, but is not what the evidence says."""

_TURNED = (
    ("增长", "下降"),
    ("增加", "减少"),
    ("上升", "下降"),
    ("提高", "降低"),
    ("提升", "下降"),
    ("上涨", "下跌"),
    ("增", "减"),
)
_COMPARATORS = re.compile(
    r"[≥≤＞＜>=<≧≦]+|(?:不|未)(?:低于|少于|小于|高于|超过|超|大于|多于)|"
    r"(?:以上|以下|以内|之内|及以上|及以下)|大于|小于|高于|低于|超过"
)
_SCALES = (("万元", "亿元"), ("亿元", "万元"), ("万", "亿"), ("亿", "万"), ("元", "万元"))
_UNITS = {"万元": ("亿元", "元"), "亿元": ("万元", "元"), "元": ("万元",), "万": ("亿",), "亿": ("万",)}
_NUMBER = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_DATE_AFTER = re.compile(r"[年月日]")
_EARLIER = re.compile(r"(?:上年|去年|上一年|20\d\d年)[^。；\n\d]{0,12}(\d[\d,]*(?:\.\d+)?)")
_YEAR = "fiscal_year"
_UNSIGNED = frozenset({_YEAR, "authorized_staff", "actual_staff"})


class Source(NamedTuple):
    """What wrong values are taken from: a report's labels, the quantities of its text, and last year's numbers."""

    gold: Labels
    quantities: tuple[str, ...]
    earlier: tuple[str, ...]


class Draw(NamedTuple):
    """One value to be made wrong, with where other values come from and what chance decides by."""

    target: Target
    source: Source
    random: Random


def source_of(gold: Labels, text: str) -> Source:
    """The source of wrong values for a report with these labels and this text."""
    quantities = tuple(quantity.text for quantity in find_quantities(text))
    return Source(gold, quantities, tuple(match[1] for match in _EARLIER.finditer(text)))


def wrong_values(kind: MutationKind, draw: Draw) -> Iterator[str]:
    """What a mistake of that kind makes of the value; never what says the same as it, and nothing where it cannot."""
    for value in _MISTAKES[kind](draw):
        if value and not says_same(draw.target, value):
            yield value


def _digit(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    digits = [place for place, char in enumerate(value) if char.isascii() and char.isdigit()]
    if digits:
        place = draw.random.choice(digits)
        other = draw.random.choice([digit for digit in "123456789" if digit != value[place]])
        yield value[:place] + other + value[place + 1 :]


def _swap(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    neighbours = [
        place
        for place, (one, other) in enumerate(pairwise(value))
        if one.isdigit() and other.isdigit() and one != other and other != "0"
    ]
    if neighbours:
        place = draw.random.choice(neighbours)
        yield value[:place] + value[place + 1] + value[place] + value[place + 2 :]


def _point(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    numbers = [match for match in _NUMBER.finditer(value) if not _DATE_AFTER.match(value, match.end())]
    if draw.target.name == _YEAR or not numbers:
        return
    match = draw.random.choice(numbers)
    whole, _, decimals = match[0].replace(",", "").replace("，", "").partition(".")
    moved = [f"{whole}{decimals[:1]}.{decimals[1:]}".rstrip(".")] if decimals else [f"{whole}0"]
    if len(whole) > 1:
        moved.append(f"{whole[:-1]}.{whole[-1]}{decimals}")
    yield value[: match.start()] + draw.random.choice(moved) + value[match.end() :]


def _scale(draw: Draw) -> Iterator[str]:
    target = draw.target
    if target.name == "unit":
        yield from _UNITS.get(target.value, ())
    elif target.is_number:
        for old, new in _SCALES:
            match = re.search(rf"(?<=[\d\s]){old}", target.value)
            if match:
                yield target.value[: match.start()] + new + target.value[match.end() :]
                return


def _sign(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    if not draw.target.is_number or draw.target.name in _UNSIGNED:
        return
    for one, other in _TURNED:
        for old, new in ((one, other), (other, one)):
            if old in value:
                yield value.replace(old, new, 1)
                return
    if re.match(r"[-－−—]\d", value):
        yield value[1:]
    elif re.match(r"\d", value):
        yield "-" + value


def _percent(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    if not draw.target.is_number:
        return
    if "个百分点" in value:
        yield value.replace("个百分点", "%")
    elif re.search(r"\d[%％]", value):
        yield re.sub(r"[%％]", "个百分点", value)


def _row(draw: Draw) -> Iterator[str]:
    target = draw.target
    if not target.section or not target.is_number:
        return
    records = getattr(draw.source.gold, target.section)
    for place in (target.record - 1, target.record + 1):
        if 0 <= place < len(records):
            yield from _filled(getattr(records[place], target.name))


def _column(draw: Draw) -> Iterator[str]:
    target, gold = draw.target, draw.source.gold
    if not target.is_number or target.name == _YEAR:
        return
    record = getattr(gold, target.section)[target.record] if target.section else gold
    for name, field_type in field_types(target.kind).items():
        if field_type is FieldType.NUMBER and name not in (target.name, _YEAR):
            yield from _filled(getattr(record, name))


def _last_year(draw: Draw) -> Iterator[str]:
    target, source = draw.target, draw.source
    if target.name == _YEAR:
        yield str(int(target.value) - 1)
    elif target.kind is RecordKind.FUNDING and target.name in ("executed", "annual_budget", "initial_budget"):
        yield from _filled(source.gold.funding[target.record].prior_executed)
    elif target.name == "prior_executed":
        yield from _filled(source.gold.funding[target.record].executed)
    elif target.is_number and target.name == "actual" and source.earlier:
        yield _NUMBER.sub(draw.random.choice(source.earlier), target.value, count=1)


def _elsewhere(draw: Draw) -> Iterator[str]:
    if draw.target.is_number and draw.target.name != _YEAR and draw.source.quantities:
        yield draw.random.choice(draw.source.quantities)


def _invented(draw: Draw) -> Iterator[str]:
    value = draw.target.value
    numbers = list(_NUMBER.finditer(value))
    if not numbers or draw.target.name == _YEAR:
        return
    match = draw.random.choice(numbers)
    made = "".join(draw.random.choice("0123456789") if char.isdigit() else char for char in match[0])
    made = draw.random.choice("123456789") + made[1:]
    yield value[: match.start()] + made + value[match.end() :]


def _comparator(draw: Draw) -> Iterator[str]:
    if draw.target.is_number:
        bare = _COMPARATORS.sub("", draw.target.value)
        if bare != draw.target.value and _NUMBER.search(bare):
            yield bare.strip()


def _filled(value: str | None) -> Iterator[str]:
    if value is not None:
        yield value


_MISTAKES: dict[MutationKind, Callable[[Draw], Iterator[str]]] = {
    MutationKind.DIGIT: _digit,
    MutationKind.SWAP: _swap,
    MutationKind.POINT: _point,
    MutationKind.SCALE: _scale,
    MutationKind.SIGN: _sign,
    MutationKind.PERCENT: _percent,
    MutationKind.ROW: _row,
    MutationKind.COLUMN: _column,
    MutationKind.LAST_YEAR: _last_year,
    MutationKind.ELSEWHERE: _elsewhere,
    MutationKind.INVENTED: _invented,
    MutationKind.COMPARATOR: _comparator,
}
