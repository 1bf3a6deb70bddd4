"""An extraction as rows of tables, and back again: pure, and exact but for characters that UTF-8 cannot hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.store.keys import record_keys
from pipeline.store.measures import measure
from schemas.records import RecordKind
from schemas.stages import (
    Chunk,
    Extraction,
    FieldRef,
    Finding,
    Gap,
    GroundedField,
    GroundedRecord,
    ScoredField,
    Section,
    SectionKind,
    Severity,
    Status,
)
from schemas.text import Box, Cell, Document, OutlineMark, Part, RecognizedWord, Source, Span, Table

Row = tuple[Any, ...]
"""A row of a table in the order of its columns; what DuckDB hands back is not typed."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SURROGATE = re.compile("[\ud800-\udfff]")
_QUOTE = "quote"  # the name of the field that is a record's own evidence


class ExtractionRows(NamedTuple):
    """The rows of the tables that hold one extraction, without the row of ``reports``."""

    sections: list[Row]
    chunks: list[Row]
    records: list[Row]
    fields: list[Row]
    findings: list[Row]
    gaps: list[Row]


def to_json(value: object) -> str:
    """JSON text with the characters as they are."""
    return json.dumps(value, ensure_ascii=False)


def storable(rows: list[Row]) -> list[Row]:
    """The rows with every lone surrogate replaced by U+FFFD, one for one so that spans hold; NUL is kept as it is."""
    return [tuple(map(_encodable, row)) for row in rows]


def extraction_rows(extraction_id: str, extraction: Extraction) -> ExtractionRows:
    """The rows of everything that was read from a report. Raises ValueError where two records share an index."""
    if len({record.index for record in extraction.records}) < len(extraction.records):
        raise ValueError("two records share an index")
    return ExtractionRows(
        [_section_row(extraction_id, section) for section in extraction.sections],
        [_chunk_row(extraction_id, chunk) for chunk in extraction.chunks],
        [
            _record_row(extraction_id, record, key)
            for record, key in zip(extraction.records, record_keys(extraction.records), strict=True)
        ],
        _field_rows(extraction_id, extraction),
        [
            _finding_row(extraction_id, number, finding, extraction.document)
            for number, finding in enumerate(extraction.findings)
        ],
        [
            (extraction_id, number, gap.chunk, gap.task, gap.reason, gap.message)
            for number, gap in enumerate(extraction.gaps)
        ],
    )


def document_json(document: Document) -> tuple[str, str, str]:
    """The tables, the outline and the pages of a document as JSON texts; see ``layout_json`` for the rest."""
    tables = [
        [*table.span, table.row_count, table.column_count, [_cell_list(cell) for cell in table.cells]]
        for table in document.tables
    ]
    outline = [[*mark.span, mark.level] for mark in document.outline]
    return to_json(tables), to_json(outline), to_json(document.pages)


def layout_json(document: Document) -> tuple[str | None, str | None, str | None]:
    """The boxes, the recognized words and the files of a document as JSON texts, ``None`` where it has none."""
    boxes = [[*box.span, *box[1:]] for box in document.boxes]
    recognized = [[*word.span, word.confidence] for word in document.recognized]
    parts = [[part.start, *astuple(part.source)] for part in document.parts]
    boxes_json, recognized_json, parts_json = (to_json(one) if one else None for one in (boxes, recognized, parts))
    return boxes_json, recognized_json, parts_json


def read_document(
    source: Source, text: str, tables: str, outline: str, pages: str, layout: Sequence[str | None]
) -> Document:
    """The document of a row of ``reports``; ``layout`` is as ``layout_json`` gives it."""
    boxes, recognized, parts = (json.loads(one or "[]") for one in layout)
    return Document(
        source,
        text,
        tuple(
            Table(Span(start, end), tuple(_read_cell(cell) for cell in cells), row_count, column_count)
            for start, end, row_count, column_count, cells in json.loads(tables)
        ),
        tuple(OutlineMark(Span(start, end), level) for start, end, level in json.loads(outline)),
        tuple(json.loads(pages)),
        tuple(Box(Span(start, end), *place) for start, end, *place in boxes),
        tuple(RecognizedWord(Span(start, end), sure) for start, end, sure in recognized),
        tuple(Part(start, Source(*source)) for start, *source in parts),
    )


def read_section(row: Row) -> Section:
    """The section of a row."""
    _, index, parent, level, number, title, heading_start, heading_end, start, end, kind = row
    heading = _read_span(heading_start, heading_end)
    return Section(index, parent, level, number, title, heading, Span(start, end), SectionKind(kind))


def read_chunk(row: Row) -> Chunk:
    """The chunk of a row."""
    _, index, start, end, section, kind, path, preface = row
    return Chunk(index, Span(start, end), section, SectionKind(kind), tuple(path), preface)


def read_records(record_rows: Iterable[Row], field_rows: Iterable[Row]) -> tuple[GroundedRecord, ...]:
    """The records of rows, the fields' rows being in the order of record and position."""
    fields: dict[int, list[GroundedField]] = {}
    for _, record, position, name, value, _, _, _, status, start, end, *_, other, doubt in field_rows:
        if position is not None:
            field = GroundedField(name, value, Status(status), _read_span(start, end), other, doubt)
            fields.setdefault(record, []).append(field)
    records = []
    for _, index, kind, _, _, references, quote, start, end, status, *origin in record_rows:
        evidence = GroundedField(_QUOTE, quote, Status(status), _read_span(start, end))
        own = tuple(fields.get(index, ()))
        records.append(GroundedRecord(index, RecordKind(kind), json.loads(references), own, evidence, *origin))
    return tuple(records)


def read_scores(field_rows: Iterable[Row]) -> tuple[ScoredField, ...]:
    """The scores of the fields' rows, in the order in which they were given."""
    found = [
        (position, ScoredField(FieldRef(record, name), confidence, json.loads(signals), tuple(flags or ())))
        for _, record, _, name, *_, position, confidence, signals, _, flags, _, _ in field_rows
        if position is not None
    ]
    return tuple(score for _, score in sorted(found, key=lambda pair: pair[0]))


def read_finding(row: Row) -> Finding:
    """The finding of a row."""
    _, _, code, severity, detail, about_report, evidence, fields = row
    return Finding(
        code,
        Severity(severity),
        detail,
        tuple(Span(place["start"], place["end"]) for place in evidence),
        tuple(FieldRef(field["record"], field["field"]) for field in fields),
        about_report,
    )


def read_gap(row: Row) -> Gap:
    """The gap of a row."""
    return Gap(*row[2:])


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub(_REPLACEMENT, value)
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {name: _encodable(item) for name, item in value.items()}
    return value


def _cell_list(cell: Cell) -> list[str | int]:
    return [cell.row, cell.column, cell.row_span, cell.column_span, *cell.span, cell.text]


def _read_cell(cell: Sequence[Any]) -> Cell:
    row, column, row_span, column_span, start, end, text = cell
    return Cell(text, Span(start, end), row, column, row_span, column_span)


def _read_span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)


def _section_row(extraction_id: str, section: Section) -> Row:
    heading = section.heading or (None, None)
    place = (extraction_id, section.index, section.parent, section.level, section.number, section.title)
    return (*place, *heading, *section.span, section.kind.value)


def _chunk_row(extraction_id: str, chunk: Chunk) -> Row:
    place = (extraction_id, chunk.index, *chunk.span, chunk.section, chunk.kind.value)
    return (*place, list(chunk.heading_path), chunk.preface)


def _record_row(extraction_id: str, record: GroundedRecord, key: str) -> Row:
    references = record.references
    evaluation = references.get("id" if record.kind is RecordKind.EVALUATION else "evaluation")
    evidence = (record.quote.value, *(record.quote.span or (None, None)), record.quote.status.value)
    origin = (record.engine, record.rule, record.chunk, record.confirmed, record.sent_back)
    return (
        extraction_id,
        record.index,
        record.kind.value,
        key,
        evaluation,
        _mapping_json(references),
        *evidence,
        *origin,
    )


def _field_rows(extraction_id: str, extraction: Extraction) -> list[Row]:
    scores: dict[tuple[int, str], tuple[int, ScoredField]] = {}
    unmatched: list[tuple[int, ScoredField]] = []
    for number, score in enumerate(extraction.scores):
        if scores.setdefault(score.ref, (number, score))[0] != number:
            unmatched.append((number, score))
    text = extraction.document.text
    rows = []
    for record in extraction.records:
        for position, field in enumerate(record.fields):
            grounded = (extraction_id, record.index, position, field.name, field.value)
            number_unit = measure(record.kind, field.name, field.value)
            found = (field.status.value, *_place(field, text))
            scored = scores.pop((record.index, field.name), None)
            rows.append((*grounded, *number_unit, *found, *_score_columns(scored), field.other, field.doubt))
    for number, score in (*scores.values(), *unmatched):
        nothing = (None,) * 8
        about = (extraction_id, score.ref.record, None, score.ref.field)
        rows.append((*about, *nothing, *_score_columns((number, score)), None, None))
    return rows


def _place(field: GroundedField, text: str) -> tuple[int | None, int | None, str | None]:
    if field.span is None:
        return (None, None, None)
    start, end = field.span
    found = text[start:end]
    return (start, end, None if found == field.value else found)


def _score_columns(scored: tuple[int, ScoredField] | None) -> Row:
    if scored is None:
        return (None, None, None, False, None)
    number, score = scored
    return (number, score.confidence, _mapping_json(score.signals), bool(score.flags), list(score.flags) or None)


def _mapping_json(mapping: Mapping[str, Any]) -> str:
    return _items_json(tuple(mapping.items()))


@lru_cache(maxsize=8192)  # the same signals and references come again with nearly every field
def _items_json(items: tuple[tuple[str, Any], ...]) -> str:
    return to_json(dict(items))


def _finding_row(extraction_id: str, number: int, finding: Finding, document: Document) -> Row:
    evidence = [{"start": span.start, "end": span.end, "quote": document.quote(span)} for span in finding.evidence]
    fields = [{"record": ref.record, "field": ref.field} for ref in finding.fields]
    said = (finding.code, finding.severity.value, finding.detail, finding.about_report)
    return (extraction_id, number, *said, evidence, fields)
