"""Hand-made reports for the checks: prose and grids become a document, and records are found in it by their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.checks import check_records
from pipeline.checks.registry import CheckedReport
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedField, GroundedRecord, Status
from schemas.text import Cell, Document, Source, Span, Table

Grid = Sequence[Sequence[str]]

MONEY_HEAD = ["资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
INDICATOR_HEAD = ["一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"]
BASIC_HEAD = ["经费控制情况（万元）", "2022年决算数", "2023年预算数", "2023年决算数"]


class Sample(NamedTuple):
    """A record to be found: its fields in the order in which they stand in the text, from ``after`` on."""

    kind: RecordKind
    references: Mapping[str, str]
    fields: Mapping[str, str]
    after: str
    statuses: Mapping[str, Status]


def funding(evaluation: str = "department", after: str = "", **fields: str) -> Sample:
    return Sample(RecordKind.FUNDING, {"evaluation": evaluation}, fields, after, {})


def indicator(origin: str = "form", evaluation: str = "department", after: str = "", **fields: str) -> Sample:
    return Sample(RecordKind.INDICATOR, {"evaluation": evaluation, "origin": origin}, fields, after, {})


def deviation(kind: str = "budget", evaluation: str = "department", **fields: str) -> Sample:
    return Sample(RecordKind.DEVIATION, {"evaluation": evaluation, "kind": kind}, fields, "", {})


def evaluation(identifier: str = "department", after: str = "", **fields: str) -> Sample:
    scope = "department" if identifier == "department" else "project"
    return Sample(RecordKind.EVALUATION, {"id": identifier, "scope": scope}, fields, after, {})


def facts(**fields: str) -> Sample:
    return Sample(RecordKind.REPORT, {}, fields, "", {})


def report(*parts: str | Grid, records: Iterable[Sample] = ()) -> CheckedReport:
    """The parts one after the other; a grid is written a cell a line, as converters do."""
    text, tables = "", []
    for part in parts:
        if isinstance(part, str):
            text += part + "\n"
            continue
        start, cells = len(text), []
        for row, words in enumerate(part):
            for column, word in enumerate(words):
                text += "\t"
                cells.append(Cell(word, Span(len(text), len(text) + len(word)), row, column))
                text += word + "\n"
            text += "\n"
        tables.append(Table(Span(start, len(text)), tuple(cells), len(part), max(map(len, part))))
    document = Document(Source("sample", "", "", "text"), text, tuple(tables))
    return CheckedReport(document, tuple(_record(text, place, sample) for place, sample in enumerate(records)))


def _record(text: str, index: int, sample: Sample) -> GroundedRecord:
    cursor, fields = text.index(sample.after), []
    for name, value in sample.fields.items():
        status = sample.statuses.get(name, Status.EXACT)
        if not status.vouched:
            fields.append(GroundedField(name, value, status, None))
        elif name in {"unit", "level1", "level2"}:  # stand in another cell, before or after
            start = text.index(value)
            fields.append(GroundedField(name, value, status, Span(start, start + len(value))))
        else:
            start = text.index(value, cursor)
            cursor = start + len(value)
            fields.append(GroundedField(name, value, status, Span(start, cursor)))
    own = [f.span for f in fields if f.span and f.name not in {"unit", "level1", "level2"}]
    span = Span(min(s.start for s in own), max(s.end for s in own)) if own else None
    quote = GroundedField("quote", text[slice(*span)] if span else "", Status.EXACT, span)
    return GroundedRecord(index, sample.kind, sample.references, tuple(fields), quote, "test", "test")


def money_row(cells: Sequence[str], evaluation: str = "department", after: str = "") -> Sample:
    """The record of a row under ``MONEY_HEAD``; dashes and empty cells are no values."""
    names = ("item", "initial_budget", "annual_budget", "executed", "weight", "rate", "score")
    return funding(evaluation, after, **_filled(names, cells), unit="万元")


def basic_row(cells: Sequence[str], after: str = "") -> Sample:
    """The record of a row under ``BASIC_HEAD``."""
    names = ("item", "prior_executed", "initial_budget", "executed")
    return funding("department", after, **_filled(names, cells), unit="万元")


def indicator_row(cells: Sequence[str], evaluation: str = "department") -> Sample:
    """The record of a row under ``INDICATOR_HEAD``, found by its name."""
    names = ("name", "target", "actual", "weight", "score", "deviation_reason")
    return indicator("form", evaluation, **_filled(names, cells[1:]))


def _filled(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip("-—/")}


def findings(sample: CheckedReport, *codes: str) -> tuple[Finding, ...]:
    """What all checks find, of these codes only where any are given."""
    found = check_records(sample.document, sample.records)
    return tuple(finding for finding in found if not codes or finding.code in codes)


def codes_about_report(sample: CheckedReport) -> list[str]:
    return [finding.code for finding in findings(sample) if finding.about_report]


def quotes(sample: CheckedReport, finding: Finding) -> list[str]:
    return [sample.document.quote(span) for span in finding.evidence]
