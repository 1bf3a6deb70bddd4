"""Extractions: saved whole in one transaction, loaded back as they were."""

from __future__ import annotations

import json
from secrets import token_hex

from pipeline.errors import StoreError, UnknownReport
from pipeline.store.connection import Store, append_rows, now, transaction
from pipeline.store.rows import (
    ExtractionRows,
    Row,
    document_json,
    extraction_rows,
    layout_json,
    read_chunk,
    read_document,
    read_finding,
    read_gap,
    read_records,
    read_scores,
    read_section,
    storable,
    to_json,
)
from schemas.records import RecordKind
from schemas.stages import Extraction
from schemas.text import Source

COMPLETE = "complete"
PARTIAL = "partial"

_ID_BYTES = 6  # 12 hexadecimal digits: as long as DuckDB keeps a string inside a row

_INSERT_REPORT = f"INSERT INTO data.reports VALUES (nextval('data.extraction_numbers'){', ?' * 19})"


def save_extraction(store: Store, run_id: str, extraction: Extraction) -> str:
    """The id of the extraction, which is now in the database with all its rows, or not at all.

    One with gaps is saved as partial, so that the next run reads the report again.
    Lone surrogates are stored as U+FFFD. Raises StoreError, BusyDatabase where another writer was in the way.
    """
    extraction_id = token_hex(_ID_BYTES)
    report = _report_row(extraction_id, run_id, extraction, PARTIAL if extraction.gaps else COMPLETE)
    rows = extraction_rows(extraction_id, extraction)
    try:
        _write(store, report, rows)
    except StoreError:
        # Looking for lone surrogates beforehand would cost every report what hardly any needs.
        repaired = storable([report])[0], ExtractionRows(*map(storable, rows))
        if repaired == (report, rows):
            raise
        _write(store, *repaired)
    return extraction_id


def known_extractions(store: Store, engine: str, version: str) -> frozenset[str]:
    """The SHA-256 of every file that runs of that engine and version have extracted completely, or found to be a report
    that they have in another format.
    """
    found = store.connection.execute(
        "SELECT report_id FROM data.reports JOIN data.runs u USING (run_id)"
        " WHERE u.engine = ? AND u.version = ? AND status = ?"
        " UNION SELECT d.report_id FROM data.twins d JOIN data.runs u USING (run_id)"
        " WHERE u.engine = ? AND u.version = ?",
        [engine, version, COMPLETE, engine, version],
    ).fetchall()
    return frozenset(report_id for (report_id,) in found)


def load_extraction(store: Store, extraction_id: str) -> Extraction:
    """The extraction as it was saved, without any decision. Raises UnknownReport where there is none of that id."""
    row = store.connection.execute(
        "SELECT name, path, report_id, reader, text, tables, outline, pages, boxes, recognized, parts, engine, seconds"
        " FROM data.reports WHERE extraction_id = ?",
        [extraction_id],
    ).fetchone()
    if row is None:
        raise UnknownReport(f"数据库里没有编号为 {extraction_id} 的提取结果", "请用报告名称重新查找。")
    *source, text, tables, outline, pages, boxes, recognized, parts, engine, seconds = row
    fields = _rows(store, "fields", extraction_id, "record, position")
    return Extraction(
        read_document(Source(*source), text, tables, outline, pages, (boxes, recognized, parts)),
        tuple(map(read_section, _rows(store, "sections", extraction_id, "section"))),
        tuple(map(read_chunk, _rows(store, "chunks", extraction_id, "chunk"))),
        read_records(_rows(store, "records", extraction_id, "record"), fields),
        tuple(map(read_finding, _rows(store, "findings", extraction_id, "finding"))),
        read_scores(fields),
        engine,
        json.loads(seconds),
        tuple(map(read_gap, _rows(store, "gaps", extraction_id, "gap"))),
    )


def _report_row(extraction_id: str, run_id: str, extraction: Extraction, status: str) -> Row:
    document = extraction.document
    source = document.source
    facts = next((record for record in extraction.records if record.kind is RecordKind.REPORT), None)
    named = (None, None) if facts is None else (facts.value("unit_name"), facts.value("fiscal_year"))
    found = (extraction_id, run_id, source.sha256, source.name, source.path, source.reader, *named)
    made = (extraction.engine, to_json(dict(extraction.seconds)), status, now())
    return (*found, document.text, *document_json(document), *made, *layout_json(document))


def _write(store: Store, report: Row, rows: ExtractionRows) -> None:
    with transaction(store) as connection:
        connection.execute(_INSERT_REPORT, report)
        for table, new in zip(rows._fields, rows, strict=True):
            append_rows(store, table, new)


def _rows(store: Store, table: str, extraction_id: str, order: str) -> list[Row]:
    query = f"SELECT * FROM data.{table} WHERE extraction_id = ? ORDER BY {order}"
    return store.connection.execute(query, [extraction_id]).fetchall()
