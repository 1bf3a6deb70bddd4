"""Every number against its evidence: it must be found, and value and unit must be what stands there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.checks.amounts import COLUMNS, read_quantity, refs_of, span_of, spans_of
from pipeline.checks.places import run_together
from pipeline.checks.registry import CheckedReport, check, once
from pipeline.quantities import Quantity, find_quantities, parse_quantity, same_quantity
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord, Severity, Status
from schemas.text import Span

_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"[0-9]")
_BEFORE_DIGIT = re.compile(r"[0-9０-９][.．]?\Z|[0-9０-９][,，]\Z")
_AFTER_DIGIT = re.compile(r"[.．]?[0-9０-９]|[,，][0-9０-９]{3}(?![0-9０-９])")
_LONGEST_UNIT = 8
_MEASURED = frozenset({"target", "actual", "rate", "completion_rate", "change"})
_POINTS = ("weight", "score", "total_score")
_DATE_AFTER = re.compile(r"(?<=[0-9０-９])(?:月|日|年(?!以|内|期|限))")
_TWO_CELLS = re.compile(r"[0-9０-９]\s*\t\s*[0-9０-９]")
_MOST_POINTS = 100


@check("VALUE_NOT_FOUND", Severity.ERROR)
def unfounded_values(report: CheckedReport) -> Iterator[Finding]:
    """数值在原文中找不到出处，不能采信。"""
    yield from _by_status(report, Status.ABSENT, "VALUE_NOT_FOUND", "在原文中找不到")


@check("VALUE_AMBIGUOUS", Severity.WARNING)
def ambiguous_values(report: CheckedReport) -> Iterator[Finding]:
    """数值在原文中出现多处，无法确定取自哪一处。"""
    yield from _by_status(report, Status.AMBIGUOUS, "VALUE_AMBIGUOUS", "在原文中有多处，无法确定出处")


@check("VALUE_DIFFERS", Severity.ERROR)
def differing_values(report: CheckedReport) -> Iterator[Finding]:
    """数值与原文相应位置的数字不一致。

    Also re-reads every value that grounding vouches for: the characters of its span must say the same quantity, and
    must not be a part of a longer number (``18`` in ``793.18``).
    """
    yield from _by_status(report, Status.NUMBER_MISMATCH, "VALUE_DIFFERS", "与原文相应位置的数字不一致")
    for record, field, span in vouched_numbers(report):
        written = report.document.quote(span)
        if not _same_value(field.value, written):
            detail = f"“{field.value}”与出处的“{_plain(written)}”不一致"
        elif _is_part_of_number(report.document.text, span):
            detail = f"“{field.value}”只是出处一个更长数字的一部分"
        elif _DATE_AFTER.match(report.document.text, span.end) and field.name != "fiscal_year":
            detail = f"“{field.value}”只是出处一个日期的一部分"
        else:
            continue
        yield doubt("VALUE_DIFFERS", Severity.ERROR, detail, (span,), FieldRef(record.index, field.name))


@check("VALUE_OUTSIDE_QUOTE", Severity.ERROR)
def values_outside_quotes(report: CheckedReport) -> Iterator[Finding]:
    """数值不在该记录的引文之内，出自报告别处。

    What is said of the report and its evaluations as a whole may stand anywhere.
    """
    for record, field, span in vouched_numbers(report):
        quote = record.quote.span
        anywhere = record.kind in (RecordKind.REPORT, RecordKind.EVALUATION)
        if anywhere or quote is None or not record.quote.status.vouched or quote.overlaps(span):
            continue
        detail = f"“{field.value}”不在该记录的引文“{_plain(record.quote.value)}”之内"
        ref = FieldRef(record.index, field.name)
        yield doubt("VALUE_OUTSIDE_QUOTE", Severity.ERROR, detail, (span, quote), ref)


@check("UNIT_DIFFERS", Severity.WARNING)
def differing_units(report: CheckedReport) -> Iterator[Finding]:
    """数值漏了原文中紧跟在数字后面的单位。"""
    for record, field, span in vouched_numbers(report):
        if field.name in _MEASURED and _DIGIT.search(unicodedata.normalize("NFKC", field.value[-1:])):
            written = _written_with_unit(report.document.text, span)
            if written is not None:
                detail = f"“{field.value}”漏了原文数字后的单位“{written.unit}”"
                evidence = (Span(span.start, span.start + written.span.end),)
                yield doubt("UNIT_DIFFERS", Severity.WARNING, detail, evidence, FieldRef(record.index, field.name))


@check("VALUE_NOT_NUMERIC", Severity.WARNING)
def unnumeric_points(report: CheckedReport) -> Iterator[Finding]:
    """分值或得分不是一个数字。"""
    for record in report.records:
        for name in _POINTS:
            field = record.get(name)
            if field is not None and parse_quantity(field.value) is None:
                detail = f"“{field.value}”不是数字，不能作分值或得分"
                evidence = spans_of((field,)) or span_of(record)
                yield doubt("VALUE_NOT_NUMERIC", Severity.WARNING, detail, evidence, FieldRef(record.index, name))


@check("POINTS_OVER_100", Severity.WARNING)
def impossible_points(report: CheckedReport) -> Iterator[Finding]:
    """分值或得分超过100分，疑为几个数字粘连。"""
    for record in report.records:
        for name in ("weight", "score"):
            points = read_quantity(record, name)
            if points is not None and points.number > _MOST_POINTS:
                detail = f"“{record.value(name)}”超过100分，疑为几个数字粘连"
                evidence = spans_of((record.get(name),))
                yield doubt("POINTS_OVER_100", Severity.WARNING, detail, evidence, FieldRef(record.index, name))


@check("SCORE_OVER_WEIGHT", Severity.WARNING)
def scores_over_weight(report: CheckedReport) -> Iterator[Finding]:
    """得分高于该行的分值。"""
    for record in report.records:
        weight, score = read_quantity(record, "weight"), read_quantity(record, "score")
        if weight is None or score is None or score.number <= weight.number:
            continue
        fields = (FieldRef(record.index, "score"), FieldRef(record.index, "weight"))
        evidence = spans_of((record.get("weight"), record.get("score")))
        detail = f"得分{record.value('score')}高于分值{record.value('weight')}"
        yield Finding("SCORE_OVER_WEIGHT", Severity.WARNING, detail, evidence, fields, about_report=False)


@check("ROW_RUN_TOGETHER", Severity.WARNING)
def rows_run_together(report: CheckedReport) -> Iterator[Finding]:
    """表格转换时几行粘连成一行，金额可能错位，请对照原表。"""
    for record in report.of_kind(RecordKind.FUNDING):
        names = [name for name in COLUMNS if record.get(name) is not None]
        if names and record.index in run_together(report):
            detail = f"“{record.value('item') or '资金'}”所在的行与其他行粘连，金额可能错位"
            refs = refs_of(record, names)
            yield Finding("ROW_RUN_TOGETHER", Severity.WARNING, detail, span_of(record), refs, about_report=False)


def _by_status(report: CheckedReport, status: Status, code: str, words: str) -> Iterator[Finding]:
    severity = Severity.WARNING if status is Status.AMBIGUOUS else Severity.ERROR
    for record in report.records:
        types = field_types(record.kind)
        for field in record.fields:
            # The fiscal year stands all over a report and means the same everywhere.
            everywhere = field.name == "fiscal_year" and status is Status.AMBIGUOUS
            if field.status is status and types.get(field.name) is FieldType.NUMBER and not everywhere:
                evidence = spans_of((field,)) or span_of(record)
                yield doubt(code, severity, f"“{field.value}”{words}", evidence, FieldRef(record.index, field.name))


@once
def vouched_numbers(report: CheckedReport) -> tuple[tuple[GroundedRecord, GroundedField, Span], ...]:
    """Every number that grounding vouches for, with its record and its place."""
    found = []
    for record in report.records:
        types = field_types(record.kind)
        for field in record.fields:
            if field.status.vouched and field.span is not None and types.get(field.name) is FieldType.NUMBER:
                found.append((record, field, field.span))  # noqa: PERF401 - a comprehension could not tell that span is one
    return tuple(found)


def _written_with_unit(text: str, span: Span) -> Quantity | None:
    """The quantity whose number the span is and whose unit follows it, if there is one; none is in another cell."""
    window = text[span.start : span.end + _LONGEST_UNIT]
    length = span.end - span.start
    found = (q for q in find_quantities(window) if q.span.start < length < q.span.end and q.unit is not None)
    return next(found, None)


def _same_value(value: str, written: str) -> bool:
    if _TWO_CELLS.search(written):  # 10 and 10 of two cells are no 1010
        return False
    if _fold(value) == _fold(written):
        return True
    a, b = parse_quantity(value), parse_quantity(written)
    return a is not None and b is not None and same_quantity(a, b)


def _is_part_of_number(text: str, span: Span) -> bool:
    first, last = (unicodedata.normalize("NFKC", text[place]) for place in (span.start, span.end - 1))
    before = first.isdigit() and _BEFORE_DIGIT.search(text, max(0, span.start - 2), span.start)
    return bool(before or (last.isdigit() and _AFTER_DIGIT.match(text, span.end)))


def doubt(code: str, severity: Severity, detail: str, evidence: tuple[Span, ...], ref: FieldRef) -> Finding:
    """A finding about the reading of one field, not about the report."""
    return Finding(code, severity, detail, evidence, (ref,), about_report=False)


def _fold(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def _plain(text: str) -> str:
    return _SPACE.sub("", text)[:40]
