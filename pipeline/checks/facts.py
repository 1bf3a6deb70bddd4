"""The year and the staff that a report is said to have, against the places that tell them."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checks.evidence import doubt, vouched_numbers
from pipeline.checks.places import cell_at, table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.forms.year import find_year
from pipeline.prose.staff import staff_field
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, Severity
from schemas.text import Span, Table

_STAFF = {"authorized_staff": "编制数", "actual_staff": "实际在职人数"}


@check("YEAR_DIFFERS", Severity.ERROR)
def years_of_other_reports(report: CheckedReport) -> Iterator[Finding]:
    """年度与报告标题（没有标题年度的，与全文最多的年份）不一致。"""
    stated = find_year(report.document)
    for record in report.of_kind(RecordKind.REPORT):
        year = record.get("fiscal_year")
        if year is None or stated is None or stated.where is None or year.value == stated.value:
            continue
        detail = f"年度写作{year.value}，报告写的是{stated.value}年"
        evidence = (stated.where, *((year.span,) if year.span is not None else ()))
        yield doubt("YEAR_DIFFERS", Severity.ERROR, detail, evidence, FieldRef(record.index, "fiscal_year"))


@check("STAFF_DIFFERS", Severity.ERROR)
def staff_of_other_kinds(report: CheckedReport) -> Iterator[Finding]:
    """人数在原文中说的是另一种人数（编制与在职颠倒等）。"""
    for record, field, span in vouched_numbers(report):
        if field.name not in _STAFF or report.standings.at_number(report.document.text, span) is not None:
            continue
        table = table_at(report.document, span)
        if table is not None and _speaks_of_staff(table, span):
            continue
        said = staff_field(report.document.text, span.start) if table is None else ""
        if said != field.name:
            other = f"说的是{_STAFF[said]}" if said else f"不是{_STAFF[field.name]}"
            detail = f"“{field.value}”在原文中{other}"
            yield doubt("STAFF_DIFFERS", Severity.ERROR, detail, (span,), FieldRef(record.index, field.name))


def _speaks_of_staff(table: Table, span: Span) -> bool:
    """True where a cell in the row or column of the number names posts or people: which of them, it cannot tell."""
    place = cell_at(table, span)
    beside = (cell for cell in table.cells if place is None or place.row == cell.row or place.column == cell.column)
    return any(staff_field(cell.text, len(cell.text)) for cell in beside)
