"""Numbers of forms against the column and the row that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checks.amounts import COLUMNS
from pipeline.checks.evidence import doubt, vouched_numbers
from pipeline.checks.places import table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.forms.grid import is_blank
from pipeline.forms.standing import FormRow, Standing
from pipeline.forms.totals import tells_total
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, Severity
from schemas.text import Cell, Document

_POINTS = {"weight": "分值", "score": "得分"}
_HEADERS: dict[RecordKind, dict[str, str]] = {
    RecordKind.FUNDING: {**COLUMNS, "rate": "执行率", **_POINTS},
    RecordKind.INDICATOR: {"target": "指标值", "actual": "完成值", "completion_rate": "完成率", **_POINTS},
    RecordKind.REPORT: {"authorized_staff": "编制数", "actual_staff": "在职人数", "rate": "控制率"},
}
"""The columns whose numbers are told apart, and what they are called where the form's own header is not known."""
_BUDGETS = frozenset({"initial_budget", "annual_budget"})
_WHICH_BUDGET = re.compile(r"年初|全年|调整")
_LABELS = {RecordKind.FUNDING: "item", RecordKind.INDICATOR: "name"}


@check("COLUMN_DIFFERS", Severity.ERROR)
def numbers_of_other_columns(report: CheckedReport) -> Iterator[Finding]:
    """数值在原文表格中位于另一栏。"""
    for record, field, span in vouched_numbers(report):
        headers = _HEADERS.get(record.kind, {})
        stands = report.standings.at_number(report.document.text, span)
        if stands is None or field.name not in headers or _is_its_column(field.name, stands):
            continue
        header = stands.header.text if stands.header is not None else headers.get(stands.code, "另一")
        right = stands.row.cells.get(field.name)
        told = (
            f"；该行“{headers[field.name]}”栏写的是“{right.text.strip()}”" if right is not None and right.text else ""
        )
        detail = f"“{field.value}”在原文中位于“{_plain(header)}”栏，不在“{headers[field.name]}”栏{told}"
        evidence = [span, *(cell.span for cell in (stands.header, right) if cell is not None and cell.text)]
        yield doubt("COLUMN_DIFFERS", Severity.ERROR, detail, tuple(evidence), FieldRef(record.index, field.name))


@check("TOTAL_DIFFERS", Severity.ERROR)
def scores_that_are_no_totals(report: CheckedReport) -> Iterator[Finding]:
    """自评总分取自原文中不是总分的地方。"""
    for record, field, span in vouched_numbers(report):
        if field.name == "total_score" and not tells_total(report.document, report.standings, span):
            detail = f"“{field.value}”在原文此处不是总分"
            yield doubt("TOTAL_DIFFERS", Severity.ERROR, detail, (span,), FieldRef(record.index, field.name))


@check("ROW_DIFFERS", Severity.ERROR)
def numbers_of_other_rows(report: CheckedReport) -> Iterator[Finding]:
    """数值在原文表格中位于另一行，与该行的名称不符。"""
    for record, field, span in vouched_numbers(report):
        name = record.get(_LABELS.get(record.kind, ""))
        stands = report.standings.at_number(report.document.text, span)
        named = report.standings.at(name.span if name is not None else None)
        if name is None or stands is None or named is None or stands.row is named.row:
            continue
        label = _label(stands.row)
        if label is None or _spans_row(report.document, named.cell, stands.cell):
            continue
        detail = f"“{field.value}”在原文“{_plain(label.text)}”一行，不在“{_plain(name.value)}”一行"
        evidence = (span, stands.row.span, named.row.span)
        yield doubt("ROW_DIFFERS", Severity.ERROR, detail, evidence, FieldRef(record.index, field.name))


def _is_its_column(name: str, stands: Standing) -> bool:
    own = stands.row.cells.get(name)
    if stands.code == name:
        return True
    if name == "target" and stands.code in ("operator", "nature", "unit"):
        return True
    if {name, stands.code} <= _BUDGETS and stands.header is not None:
        return _WHICH_BUDGET.search(stands.header.text) is None  # a bare 预算数 may be either
    return stands.code in ("", "other") and (own is None or is_blank(own.text))


def _spans_row(document: Document, named: Cell, cell: Cell) -> bool:
    """True where a cell stands in one of the rows that the named cell is merged over."""
    one_table = table_at(document, named.span) is table_at(document, cell.span)
    return one_table and named.row <= cell.row < named.row + named.row_span


def _label(row: FormRow) -> Cell | None:
    """The cell that names a row, or ``None`` where a merged cell above names it."""
    named = row.cells.get("name")
    if named is not None:
        return named if not is_blank(named.text) else None
    coded = {id(cell) for cell in row.cells.values()}
    return next((cell for cell in row.row if not is_blank(cell.text) and id(cell) not in coded), None)


def _plain(words: str) -> str:
    return "".join(words.split())[:40]
