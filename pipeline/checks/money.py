"""Amounts of money against their unit, and against the column that the words before them name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checks.amounts import COLUMNS, money_unit
from pipeline.checks.evidence import doubt, vouched_numbers
from pipeline.checks.places import table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.forms.blocks import UNIT
from pipeline.prose.columns import told_column
from pipeline.prose.phrases import sentence_at
from pipeline.quantities import find_quantities, parse_quantity
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, Severity
from schemas.text import Span

_UNIT_WORD = re.compile(r"(?:百万|万|亿|千)?(?:美元|港元|欧元|元)|[万亿](?![\u4e00-\u9fff])")
_WORD = re.compile(r"[ \u3000]?(?:[^\W\d_]|[%％‰])")
_LOOK_AHEAD = 6


@check("UNIT_DIFFERS", Severity.ERROR)
def differing_money_units(report: CheckedReport) -> Iterator[Finding]:
    """金额的单位与原文不一致：数字后面、表头或本句写的是另一个单位。

    Amounts of funding records stand without unit beside ``unit`` (labeling guide).
    """
    for record in report.of_kind(RecordKind.FUNDING):
        unit = record.get("unit")
        fields = [field for name in COLUMNS if (field := record.get(name)) is not None and field.status.vouched]
        for field in fields:
            stated = None if field.span is None else _stated_unit(report, field.span)
            if stated is None or field.span is None:
                continue
            words = report.document.quote(stated)
            beside = 0 <= stated.start - field.span.end <= 1
            if money_unit(unit.value) == money_unit(words) if unit is not None else not beside:
                continue  # an amount that nothing gives a unit to is the report's own fault (UNIT)
            told = f"记录的单位是“{unit.value}”" if unit is not None else "记录没有单位"
            detail = f"{told}，“{field.value}”在原文中的单位是“{words}”"
            refs = [FieldRef(record.index, field.name)] if beside or unit is None else []
            refs += [FieldRef(record.index, "unit")] if unit is not None else []
            evidence = (Span(field.span.start, stated.end),) if beside else (field.span, stated)
            yield Finding("UNIT_DIFFERS", Severity.ERROR, detail, evidence, tuple(refs), about_report=False)
            break


@check("VALUE_NOT_AMOUNT", Severity.ERROR)
def amounts_of_other_dimensions(report: CheckedReport) -> Iterator[Finding]:
    """金额栏里的数不是金额，或执行率栏里的数不是比率。"""
    for record, field, span in vouched_numbers(report):
        if field.name not in (*COLUMNS, "rate"):
            continue
        written = _written_dimension(report, field.value, span)
        is_money = written == "none" or written.startswith("money")
        is_rate = written in ("none", "percent", "permille", "multiple")
        if not (is_rate if field.name == "rate" else is_money):
            named = "比率" if field.name == "rate" else "金额"
            detail = f"“{field.value}”在原文中不是{named}"
            yield doubt("VALUE_NOT_AMOUNT", Severity.ERROR, detail, (span,), FieldRef(record.index, field.name))


@check("ROLE_DIFFERS", Severity.WARNING)
def amounts_of_other_columns(report: CheckedReport) -> Iterator[Finding]:
    """正文中的金额另有所指：预算、支出或上年的数，被当成了别的。"""
    for record, field, span in vouched_numbers(report):
        in_prose = record.kind is RecordKind.FUNDING and report.standings.at(span) is None
        if not in_prose or field.name not in COLUMNS:
            continue
        sentence = sentence_at(report.document.text, span)
        column = told_column(report.document.text, span, sentence, report.year)
        if not column or column == field.name:
            continue
        detail = f"“{field.value}”在原文中是{COLUMNS[column]}，不是{COLUMNS[field.name]}"
        yield doubt("ROLE_DIFFERS", Severity.WARNING, detail, (span,), FieldRef(record.index, field.name))


def _stated_unit(report: CheckedReport, span: Span) -> Span | None:
    """Where the unit of an amount stands: behind it, in the head of its column, row or form, later in its sentence."""
    text = report.document.text
    cell_end = _cell_end(text, span.end)
    beside = _UNIT_WORD.match(text, span.end + len(text[span.end : cell_end]) - len(text[span.end : cell_end].lstrip()))
    if beside is not None and beside.end() <= cell_end:
        return Span(*beside.span())
    stands = report.standings.at(span)
    if stands is not None:
        for cell in (stands.header, *stands.row.row[:2]):
            match = UNIT.search(cell.text) if cell is not None else None
            if cell is not None and match is not None:
                return Span(cell.span.start + match.start(1), cell.span.start + match.end(1))
        return stands.unit.span if stands.unit is not None else None
    if table_at(report.document, span) is not None:
        return None
    later = _UNIT_WORD.search(text, span.end, sentence_at(text, span).end)
    return Span(*later.span()) if later is not None else None


def _cell_end(text: str, place: int) -> int:
    """Where the line ends that an amount may have its unit on."""
    ends = [end for mark in ("\t", "\n") if (end := text.find(mark, place, place + _LOOK_AHEAD)) >= 0]
    return min(ends, default=min(len(text), place + _LOOK_AHEAD))


def _written_dimension(report: CheckedReport, value: str, span: Span) -> str:
    """What the number is by the words right behind it, or by the value's own words."""
    text = report.document.text
    if _WORD.match(text, span.end) is None:  # a bare number, as in most cells: nothing to look for
        beside = None
    else:
        window = text[span.start : _cell_end(text, span.end)]
        beside = next((found for found in find_quantities(window) if found.number_span.start <= 1), None)
    quantity = beside or parse_quantity(value)
    return "none" if quantity is None else quantity.dimension
