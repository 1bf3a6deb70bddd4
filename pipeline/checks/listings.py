"""Lists of amounts in prose against the whole they are of: sums, amounts without a unit and with an impossible one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.amounts import COLUMNS, show
from pipeline.checks.enumerations import Enumeration, Listed, prose_passages, read_enumerations
from pipeline.checks.registry import CheckedReport, check, once
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, Severity
from schemas.text import Span

_BARE = re.compile(
    r"(?:支出|经费|费用?|资金|补助)(?:决算数?|为|共|是|[:：])*[（(]?"
    r"(?P<amount>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)[）)]?(?=[，。；、\n])"
)
_MONEY = re.compile(r"\d[\d,，]*(?:\.\d+)?(?:万|亿)元")
_LABEL = re.compile(r"[\u4e00-\u9fff]+(?=[:：]?[（(]?\Z)")
_WORDS = 12
_YEAR = re.compile(r"20\d\d")
_NEAR = 120
_TEN_THOUSAND = Decimal(10_000)


@check("SUM", Severity.ERROR)
def wrong_sums_in_prose(report: CheckedReport) -> Iterator[Finding]:
    """正文中列出的各分项之和与合计数不符。

    A list after 包括, 具体为 or 以上五项共计 is taken to be complete, as are 基本支出 with 项目支出, 人员经费 with
    公用经费, and the three of 三公经费; any other 其中 may name only some parts, which must not exceed the whole. Where
    the sentence tells budget and expenditure of the whole, the list may be of either.
    """
    for listed in read_enumerations(report):
        parts = [_in_unit(part, listed) for part in listed.parts]
        if not listed.whole or wrong_scales(listed) or any(_difference(total, parts) == 0 for total in listed.beside):
            continue
        total = listed.whole[-1]
        difference = _difference(total, parts)
        if listed.complete or difference > 0:
            places = (total.span, *(part.span for part in listed.parts))
            detail = _arithmetic(listed.item or "合计", total, parts, difference)
            yield Finding("SUM", Severity.ERROR, detail, places, _refs(report, places))


@check("UNIT", Severity.WARNING)
def listed_amounts_without_unit(report: CheckedReport) -> Iterator[Finding]:
    """并列的金额中有一项没有写明单位。"""
    told = [span for span, at in _money_places(report).items() if report.records[at.record].get("unit") is None]
    bare = [*_bare_amounts(report), *_bare_parts(report)]
    for place, (span, label, beside) in enumerate(bare):
        seen = (*told, *(other.span for other in bare[:place]))
        if not any(span.overlaps(other) for other in seen):
            detail = (
                f"{label}{report.document.quote(span)}没有写明金额单位，同句中另有金额{report.document.quote(beside)}"
            )
            yield Finding("UNIT", Severity.WARNING, detail, (span, beside), _refs(report, (span,)))


class _Bare(NamedTuple):
    span: Span
    label: str
    beside: Span  # an amount of the same sentence that has its unit


def _bare_parts(report: CheckedReport) -> Iterator[_Bare]:
    """The parts of a list that have no unit, beside one that has."""
    for listed in read_enumerations(report):
        named = [part for part in listed.parts if not part.bare]
        yield from (_Bare(part.span, part.label, named[0].span) for part in listed.parts if part.bare and named)


def _bare_amounts(report: CheckedReport) -> Iterator[_Bare]:
    """The amounts behind a name of money that have no unit, in a sentence where another amount has."""
    for passage in prose_passages(report):
        for match in _BARE.finditer(passage.text):
            ends = [passage.text.rfind("。", 0, match.start()), passage.text.find("。", match.end())]
            other = _MONEY.search(
                passage.text, max(ends[0] + 1, match.start() - _NEAR), ends[1] if ends[1] > 0 else match.end()
            )
            if other is not None and _YEAR.fullmatch(match["amount"]) is None:
                label = _LABEL.search(passage.text, max(0, match.start() - _WORDS), match.start("amount"))
                name = label[0] if label is not None else ""
                yield _Bare(passage.span(*match.span("amount")), name, passage.span(*other.span()))


@check("UNIT", Severity.ERROR)
def impossible_units_in_lists(report: CheckedReport) -> Iterator[Finding]:
    """金额的单位不可能成立：换成并列各项的单位才能与合计相符。"""
    for listed in read_enumerations(report):
        for wrong in wrong_scales(listed):
            others = [part for part in (*listed.whole[-1:], *listed.parts) if part.factor != wrong.factor]
            detail = f"{wrong.label}写作{wrong.text}，与{others[0].text}等一同按万元计算才能加总"
            yield Finding("UNIT", Severity.ERROR, detail, (wrong.span, others[0].span), _refs(report, (wrong.span,)))


def wrong_scales(listed: Enumeration) -> tuple[Listed, ...]:
    """The amounts in 元 among others in 万元 that make the sum right once they are read in 万元; () otherwise."""
    for total in listed.whole:
        small = tuple(part for part in listed.parts if part.factor == 1 and part.value and not part.bare)
        others = [part for part in listed.parts if part.factor == _TEN_THOUSAND]
        if total.factor == _TEN_THOUSAND and small and others:
            parts = [_scaled(part) if part in small else _in_unit(part, listed) for part in listed.parts]
            if not _difference(total, parts):
                return small
        alone = total.factor == 1 and len(others) == len(listed.parts)
        if alone and not _difference(_scaled(total), listed.parts):
            return (total,)
    return ()


def _scaled(part: Listed) -> Listed:
    return part._replace(value=part.value * _TEN_THOUSAND, half=part.half * _TEN_THOUSAND)


def _in_unit(part: Listed, listed: Enumeration) -> Listed:
    """The part; one without a unit in that of the whole or of the other parts."""
    if not part.bare:
        return part
    factor = next((other.factor for other in (*listed.whole, *listed.parts) if not other.bare), Decimal(1))
    return part._replace(value=part.value * factor, half=part.half * factor, factor=factor)


def _difference(total: Listed, parts: Sequence[Listed]) -> Decimal:
    """What the parts exceed the total by; 0 within the rounding of all the numbers."""
    difference = sum((part.value for part in parts), Decimal(0)) - total.value
    allowed = sum((part.half for part in parts), total.half)
    return difference if abs(difference) > allowed else Decimal(0)


def _arithmetic(item: str, total: Listed, parts: Sequence[Listed], difference: Decimal) -> str:
    terms = "+".join(show(part.value / total.factor, 4) for part in parts)
    added = show(sum((part.value for part in parts), Decimal(0)) / total.factor, 4)
    off = show(abs(difference) / total.factor, 4)
    return f"{item}：分项{terms}={added}，报告写{total.text}，相差{off}"


class _Place(NamedTuple):
    record: int
    column: str


@once
def _money_places(report: CheckedReport) -> dict[Span, _Place]:
    """Where the amounts of the funding records stand."""
    return {
        field.span: _Place(place, field.name)
        for place, record in enumerate(report.records)
        if record.kind is RecordKind.FUNDING
        for field in record.fields
        if field.name in COLUMNS and field.span is not None
    }


def _refs(report: CheckedReport, places: Sequence[Span]) -> tuple[FieldRef, ...]:
    found = (at for place in places for span, at in _money_places(report).items() if place.covers(span))
    return tuple(FieldRef(report.records[at.record].index, at.column) for at in found)
