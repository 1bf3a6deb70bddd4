"""Open fields, one field and the log of decisions, as lines for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.grids import printable, text_table
from pipeline.review.folder import field_id
from pipeline.review.words import KIND_WORDS, REASON_WORDS, VERDICT_WORDS
from pipeline.store import DecisionRow, OpenField
from pipeline.titles import STATUSES, field_title
from schemas.records import RecordKind
from schemas.stages import Status

_WIDTH = 150
_MOMENT = "%Y-%m-%d %H:%M:%S"


def open_lines(fields: Sequence[OpenField], total: int) -> Iterator[str]:
    """A table of open fields, and how many more there are."""
    if not fields:
        yield "没有待复核的字段。"
        return
    rows = [
        (
            field_id(field.key),
            "" if field.confidence is None else f"{field.confidence:.0%}",
            REASON_WORDS[field.reason][0],
            field.report,
            field_words(field.kind, field.field),
            field.record_key.rpartition("|")[2],
        )
        for field in fields
    ]
    yield from text_table(("编号", "可信度", "原因", "报告", "字段", "记录"), rows, _WIDTH)
    if total > len(fields):
        yield f"共 {total} 个，另有 {total - len(fields)} 个未列出（--limit）。"


def open_data(fields: Sequence[OpenField], total: int) -> dict[str, Any]:
    """Open fields as plain data."""
    kept = ("report_id", "kind", "record_key", "field", "report", "confidence", "reason", "extraction_id")
    shown = [{"id": field_id(field.key), **{name: getattr(field, name) for name in kept}} for field in fields]
    return {"total": total, "fields": shown}


def entry_lines(entry: dict[str, Any]) -> Iterator[str]:
    """One field with its evidence, why it is doubted, its record and what was decided about it."""
    _, kind, _, field = entry["key"]
    yield f"{entry['report']}  {field_words(kind, field)}  编号 {entry['id']}"
    status = f"（{STATUSES[Status(entry['status'])]}）" if entry["status"] else ""
    yield f"  值：{printable(entry['value'] or '（没有值）')}{status}"
    if entry["evidence"]:
        place = entry["evidence"]
        yield f"  出处：第{place['line']}行 [{place['start']}, {place['end']})「{printable(place['text'])}」"
    if entry["quote"]:
        yield f"  原文：「{printable(entry['quote']['text'])}」"
    if entry["score"]:
        yield f"  可信度：{entry['score']['confidence']:.0%}"
    yield from (f"  ⚑ {printable(reason)}" for reason in entry["reasons"])
    if entry["other"]:
        yield f"  另一种读法：{printable(entry['other'])}"
    if entry["read"]:
        yield f"  后来的提取读作：{printable(entry['read'])}"
    yield from (f"  {one['code']} {printable(one['detail'])}" for one in entry["findings"])
    yield "  这条记录："
    for one in entry["record"]:
        if one["value"] is not None:
            flag = " ⚑" if one["flagged"] else ""
            yield f"    {field_title(one['field'], RecordKind(kind))}：{printable(one['value'])}{flag}"
    for past in entry["history"]:
        undone = "（已撤销）" if past["undone"] else ""
        verdict = VERDICT_WORDS[past["verdict"]][0]
        change = f"{past['before'] or '无'} → {past['value'] or '无'}"
        yield f"  复核：{past['decided_at']} {past['reviewer']} {verdict} {printable(change)}{undone}"


def history_lines(rows: Sequence[DecisionRow]) -> Iterator[str]:
    """The log of decisions as a table."""
    if not rows:
        yield "还没有复核记录。"
        return
    table = [
        (
            str(row.decision),
            row.decided_at.strftime(_MOMENT),
            row.reviewer,
            row.report or row.report_id[:12],
            field_words(row.kind, row.field),
            VERDICT_WORDS[row.verdict][0] + ("（已撤销）" if row.undone else ""),
            row.before or "",
            row.value or "",
            row.shown or "",
            row.note,
        )
        for row in rows
    ]
    header = ("序号", "时间（UTC）", "复核人", "报告", "字段", "结论", "此前", "此后", "当时所见", "备注")
    yield from text_table(header, table, _WIDTH)


def history_data(rows: Sequence[DecisionRow]) -> list[dict[str, Any]]:
    """The log of decisions as plain data."""
    return [{"id": field_id(row.key), **row._asdict(), "decided_at": row.decided_at.isoformat()} for row in rows]


def field_words(kind: str, field: str) -> str:
    """What a field is called, with its kind of record."""
    title = field_title(field, RecordKind(kind)) if field else "整条记录"
    return f"{KIND_WORDS[kind][0]}·{title}"
