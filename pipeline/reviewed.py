"""An extraction as it stands after review: a reviewer's decision over the extracted value, rejected records gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from pipeline.grounding import ground
from pipeline.store import Store, load_extraction, view_rows
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import Candidate, Claim, Extraction, FieldRef, GroundedField, GroundedRecord, ScoredField
from schemas.text import Document

RECORD_VIEWS: dict[RecordKind, str] = {
    RecordKind.REPORT: "report_facts",
    RecordKind.EVALUATION: "evaluations",
    RecordKind.FUNDING: "funding",
    RecordKind.GOAL: "goals",
    RecordKind.INDICATOR: "indicators",
    RecordKind.DEVIATION: "deviations",
    RecordKind.REMEDY: "remedies",
}
"""The view of each kind of record."""


class RecordId(NamedTuple):
    """A record of the database."""

    extraction_id: str
    record: int


@dataclass(frozen=True, slots=True)
class Reviews:
    """The state of all records: those that still stand, the present values of those that somebody decided about, and
    the reasons for which a field is still flagged.
    """

    standing: frozenset[RecordId]
    decided: Mapping[RecordId, Mapping[str, Any]]
    flags: Mapping[tuple[str, int, str], tuple[str, ...]]


def read_reviews(store: Store, extraction_id: str | None = None) -> Reviews:
    """The state of every record of one extraction, or of the whole database."""
    standing: set[RecordId] = set()
    decided: dict[RecordId, Mapping[str, Any]] = {}
    for view in RECORD_VIEWS.values():
        for row in _dict_rows(store, view, extraction_id):
            record_id = RecordId(row["extraction_id"], row["record"])
            standing.add(record_id)
            if row["reviewed"]:
                decided[record_id] = row
    flags = {
        (row["extraction_id"], row["record"], row["field"]): tuple(row["reasons"])
        for row in _dict_rows(store, "flagged_fields", extraction_id)
    }
    return Reviews(frozenset(standing), decided, flags)


def load_reviewed(store: Store, extraction_id: str, reviews: Reviews) -> Extraction:
    """The extraction of that id with the decisions applied. A corrected value is looked up in the text like any other,
    so that its status and span are true of it; what a reviewer has settled has no flags and is certain.
    """
    extraction = load_extraction(store, extraction_id)
    standing = [r for r in extraction.records if (extraction_id, r.index) in reviews.standing]
    records = tuple(
        _decide(extraction.document, record, reviews.decided[RecordId(extraction_id, record.index)])
        if (extraction_id, record.index) in reviews.decided
        else record
        for record in standing
    )
    kept = {record.index for record in records}
    gone = _field_refs(extraction.records) - _field_refs(records)
    scores = tuple(
        _settle(score, extraction_id, reviews)
        for score in extraction.scores
        if score.ref.record in kept and score.ref not in gone
    )
    return replace(extraction, records=records, scores=scores)


def _field_refs(records: Sequence[GroundedRecord]) -> set[FieldRef]:
    return {FieldRef(record.index, field.name) for record in records for field in record.fields}


def _decide(document: Document, record: GroundedRecord, row: Mapping[str, Any]) -> GroundedRecord:
    types = field_types(record.kind)
    references = dict(record.references)
    fields: list[GroundedField] = []
    for name, field_type in types.items():
        value = None if row.get(name) is None else str(row[name])
        extracted = record.get(name)
        if field_type is FieldType.REFERENCE:
            references.update({} if value is None else {name: value})
        elif value is not None and extracted is not None and extracted.value == value:
            fields.append(extracted)
        elif value is not None:
            claims = {name: Claim(value, quote=record.quote.value)}
            quote = Claim(record.quote.value, record.quote.span)
            candidate = Candidate(record.kind, references, claims, quote, record.engine, record.rule)
            fields.extend(ground(document, (candidate,))[0].fields)
    return replace(record, references=references, fields=tuple(fields))


def _settle(score: ScoredField, extraction_id: str, reviews: Reviews) -> ScoredField:
    record, name = score.ref
    if RecordId(extraction_id, record) not in reviews.decided or not score.flags:
        return score
    if (extraction_id, record, name) in reviews.flags:
        return score
    return replace(score, confidence=1.0, flags=())


def _dict_rows(store: Store, view: str, extraction_id: str | None) -> Iterator[dict[str, Any]]:
    columns, rows = view_rows(store, view, extraction_id)
    return (dict(zip(columns, row, strict=True)) for row in rows)
