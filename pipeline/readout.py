"""One report's extraction as text for an auditor: by evaluation, every value with its place, every doubt in words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.detail import check_meanings, line_starts
from pipeline.grids import printable, shorten, text_table
from pipeline.titles import KINDS, SCOPES, SEVERITIES, field_title
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import Extraction, FieldRef, Finding, GroundedRecord
from schemas.text import Document, Span

FLAG = "⚑"

_EXCERPT = 48  # columns of a quote that are shown
_SHORT_EXCERPT = 16  # inside a table
_TABLES = (
    (RecordKind.FUNDING, None, "资金"),
    (RecordKind.INDICATOR, "form", "绩效指标（表格）"),
    (RecordKind.INDICATOR, "narrative", "绩效指标（正文）"),
)


@dataclass(frozen=True, slots=True)
class _View:
    document: Document
    lines: list[int]
    flags: Mapping[FieldRef, tuple[str, ...]]
    width: int


def read_out(extraction: Extraction, *, flagged_only: bool, width: int) -> str:
    """The whole report, or only the records with a flagged field, in lines of about ``width`` columns."""
    document = extraction.document
    flags = {score.ref: score.flags for score in extraction.scores if score.flags}
    view = _View(document, line_starts(document.text), flags, width)
    flagged = {ref.record for ref in flags}
    records = [r for r in extraction.records if not flagged_only or r.index in flagged]
    lines = [
        printable(document.source.name),
        f"文件 {printable(document.source.path)}，引擎 {extraction.engine}",
        f"记录 {len(extraction.records)} 条，{FLAG} 待复核 {len(flags)} 处，矛盾与核对 {len(extraction.findings)} 条",
        "出处：行号从 1 数起；方括号内是字符位置 [起, 止)，从 0 数起。",
        "",
        *_facts(view, records),
    ]
    for title, group in _by_evaluation(extraction.records, records):
        lines += [f"■ {title}", "", *_evaluation(view, group)]
    remedies = [record for record in records if record.kind is RecordKind.REMEDY]
    if remedies:
        lines += [f"■ {KINDS[RecordKind.REMEDY]}", "", *_listed(view, remedies)]
    lines += ["■ 矛盾与核对", "", *_findings(view, extraction.findings)]
    if extraction.gaps:
        lines += ["", "■ 未能读取（再次运行 extract run 会补上）", "", *_gaps(view, extraction)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _gaps(view: _View, extraction: Extraction) -> Iterator[str]:
    spans = {chunk.index: chunk.span for chunk in extraction.chunks}
    for number, gap in enumerate(extraction.gaps, start=1):
        yield f"  {number}. 任务 {gap.task}：{printable(gap.message)}"
        yield f"     ← {place_words(view.document, view.lines, spans.get(gap.chunk))}"


def place_words(document: Document, lines: Sequence[int], span: Span | None) -> str:
    """Where a span stands, for people: line, page where there are pages, character offsets, and how it begins."""
    if span is None:
        return "原文中未找到"
    file = f"{printable(Path(document.file_at(span.start).path).name)} " if document.parts else ""
    number = document.page_at(span.start)
    page = file if number is None else f"{file}第{number}页 "
    excerpt = shorten(document.quote(span), _EXCERPT)
    return f"{page}第{bisect_right(lines, span.start)}行 [{span.start}, {span.end})「{excerpt}」"


def _facts(view: _View, records: Iterable[GroundedRecord]) -> Iterator[str]:
    for record in records:
        if record.kind is RecordKind.REPORT:
            yield from (f"■ {KINDS[RecordKind.REPORT]}", "", *_valued(view, record), "")


def _valued(view: _View, record: GroundedRecord) -> Iterator[str]:
    """A line for each field, each with its own place, since the fields of a report stand all over it."""
    for field in record.fields:
        value = "是" if field.name == "no_deviation_declared" and field.value == "true" else printable(field.value)
        where = place_words(view.document, view.lines, field.span)
        mark = f" {FLAG}" if FieldRef(record.index, field.name) in view.flags else ""
        yield f"  {field_title(field.name, record.kind)}：{value}{mark}  ← {where}"
    yield from _reasons(view, record, "  ")


def _by_evaluation(
    everything: Sequence[GroundedRecord], shown: Sequence[GroundedRecord]
) -> Iterator[tuple[str, list[GroundedRecord]]]:
    """The records of each evaluation under its title, and last those that refer to none that is known."""
    titles = {
        record.references.get("id", ""): _evaluation_title(record)
        for record in everything
        if record.kind is RecordKind.EVALUATION
    }
    groups: dict[str, list[GroundedRecord]] = {identifier: [] for identifier in titles}
    for record in shown:
        if record.kind not in (RecordKind.REPORT, RecordKind.REMEDY):
            owner = "id" if record.kind is RecordKind.EVALUATION else "evaluation"
            groups.setdefault(record.references.get(owner, ""), []).append(record)
    for identifier, group in groups.items():
        if group:
            yield titles.get(identifier, f"未知的评价对象 {identifier}"), group


def _evaluation_title(record: GroundedRecord) -> str:
    scope = SCOPES.get(record.references.get("scope", ""), "评价对象")
    return f"{scope}：{printable(record.value('name') or '（未写明名称）')}"


def _evaluation(view: _View, group: Sequence[GroundedRecord]) -> Iterator[str]:
    for record in group:
        if record.kind is RecordKind.EVALUATION:
            yield from (*_valued(view, record), "")
    for kind, origin, title in _TABLES:
        rows = [r for r in group if r.kind is kind and origin in (None, r.references.get("origin"))]
        if rows:
            yield from (f"  {title}（{len(rows)}）", *_table(view, kind, rows), "")
    for kind in (RecordKind.GOAL, RecordKind.DEVIATION):
        items = [record for record in group if record.kind is kind]
        if items:
            yield from (f"  {KINDS[kind]}（{len(items)}）", *_listed(view, items))


def _table(view: _View, kind: RecordKind, rows: Sequence[GroundedRecord]) -> Iterator[str]:
    names = [name for name, field_type in field_types(kind).items() if field_type is not FieldType.REFERENCE]
    header = ("序", *(field_title(name, kind) for name in names), "出处")
    cells = [
        (
            str(number),
            *(_marked(view, record, name) for name in names),
            _short_place(view, record),
        )
        for number, record in enumerate(rows, start=1)
    ]
    yield from (f"  {line}" for line in text_table(header, cells, view.width - 2))
    for number, record in enumerate(rows, start=1):
        yield from _reasons(view, record, f"  {number}. ")


def _short_place(view: _View, record: GroundedRecord) -> str:
    """Line and offsets; with an excerpt where the row is read from prose, since a form's row is its own quote."""
    span = record.quote.span
    if span is None:
        return "未找到"
    place = f"第{bisect_right(view.lines, span.start)}行 [{span.start}, {span.end})"
    if record.references.get("origin") == "form":
        return place
    return f"{place}「{shorten(view.document.quote(span), _SHORT_EXCERPT)}」"


def _marked(view: _View, record: GroundedRecord, name: str) -> str:
    value = record.value(name)
    if value is None:
        return ""
    return f"{value} {FLAG}" if FieldRef(record.index, name) in view.flags else value


def _listed(view: _View, records: Sequence[GroundedRecord]) -> Iterator[str]:
    for number, record in enumerate(records, start=1):
        lead = f"  {number}. "
        for field in record.fields:
            yield f"{lead}{field_title(field.name, record.kind)}：{printable(_marked(view, record, field.name))}"
            lead = " " * len(lead)
        yield f"{' ' * len(lead)}← {place_words(view.document, view.lines, record.quote.span)}"
        yield from _reasons(view, record, " " * len(lead))
    yield ""


def _reasons(view: _View, record: GroundedRecord, lead: str) -> Iterator[str]:
    """Why fields of the record are flagged, a line for each reason, with each value's own place."""
    flagged: dict[str, list[str]] = {}
    for ref, reasons in view.flags.items():
        if ref.record == record.index:
            for reason in reasons:
                flagged.setdefault(reason, []).append(ref.field)
    for reason, names in flagged.items():
        yield f"{lead}{FLAG} {'、'.join(_flagged_value(record, name) for name in names)}：{printable(reason)}"


def _flagged_value(record: GroundedRecord, name: str) -> str:
    field = record.get(name)
    if field is None:
        return field_title(name, record.kind) if name else "整条记录"
    where = "未找到" if field.span is None else f"[{field.span.start}, {field.span.end})"
    return f"{field_title(name, record.kind)}“{shorten(field.value, _EXCERPT)}”{where}"


def _findings(view: _View, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "  没有发现。"
    meanings = check_meanings()
    for number, finding in enumerate(findings, start=1):
        kind = "报告自身" if finding.about_report else "提取核对"
        meaning = printable(meanings.get(finding.code, ""))
        yield f"  {number}. {finding.code}（{kind}，{SEVERITIES[finding.severity]}）{meaning}"
        yield f"     {printable(finding.detail)}"
        for span in finding.evidence:
            yield f"     ← {place_words(view.document, view.lines, span)}"
