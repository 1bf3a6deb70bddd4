"""An extraction as it stands after review: a reviewer's decision over the extracted value, rejected records gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.grounding import ground
from pipeline.store import DecidedField, Store, Verdict, load_extraction, load_settled
from schemas.records import FieldType, field_types
from schemas.stages import Candidate, Claim, Extraction, FieldRef, GroundedField, GroundedRecord, ScoredField
from schemas.text import Document, Span


@dataclass(frozen=True, slots=True)
class Reviews:
    """What reviewers decided: the records that are gone, and of each other record the fields decided about, by name."""

    rejected: frozenset[tuple[str, int]]
    decided: Mapping[tuple[str, int], Mapping[str, DecidedField]]


def read_reviews(store: Store, extraction_id: str | None = None) -> Reviews:
    """The decisions about one extraction, or about all current ones."""
    settled = load_settled(store, extraction_id)
    decided: dict[tuple[str, int], dict[str, DecidedField]] = {}
    for field in settled.fields:
        decided.setdefault((field.extraction_id, field.record), {})[field.field] = field
    return Reviews(settled.rejected, decided)


def load_reviewed(store: Store, extraction_id: str, reviews: Reviews) -> Extraction:
    """The extraction of that id with the decisions applied; raises ``UnknownReport`` where there is none."""
    return apply_reviews(load_extraction(store, extraction_id), extraction_id, reviews)


def apply_reviews(extraction: Extraction, extraction_id: str, reviews: Reviews) -> Extraction:
    """The extraction with the decisions applied. A corrected value is looked up in the text like any other, so that its
    status and span are true of it; what a reviewer has settled has no flags and is certain.
    """
    records = tuple(
        decide(extraction.document, record, reviews.decided.get((extraction_id, record.index), {}))
        for record in extraction.records
        if (extraction_id, record.index) not in reviews.rejected
    )
    kept = {record.index for record in records}
    gone = _field_refs(extraction.records) - _field_refs(records)
    scores = tuple(
        _settle(score, reviews.decided.get((extraction_id, score.ref.record), {}))
        for score in extraction.scores
        if score.ref.record in kept and score.ref not in gone
    )
    return replace(extraction, records=records, scores=scores)


def decide(document: Document, record: GroundedRecord, decided: Mapping[str, DecidedField]) -> GroundedRecord:
    """The record with the present value of every field that was decided about, grounded in the text."""
    if not decided:
        return record
    types = field_types(record.kind)
    references = dict(record.references)
    fields: list[GroundedField] = []
    for name, field_type in types.items():
        extracted = record.get(name)
        settled = decided.get(name)
        if settled is None:
            fields.extend(() if extracted is None else (extracted,))
        elif field_type is FieldType.REFERENCE:
            references.update({} if settled.value is None else {name: settled.value})
        elif settled.value is not None and extracted is not None and extracted.value == settled.value:
            fields.append(extracted)
        elif settled.value is not None:
            fields.append(ground_value(document, record, name, settled.value, settled.span))
    # what only a second reader saw, or what no quote bears out, counts once a person has said so
    said = any(field.verdict in (Verdict.ACCEPTED, Verdict.CORRECTED) for field in decided.values())
    confirmed = True if said and record.confirmed is False else record.confirmed
    return replace(record, references=references, fields=tuple(fields), confirmed=confirmed, reviewed=said)


def ground_value(
    document: Document, record: GroundedRecord, name: str, value: str, where: Span | None
) -> GroundedField:
    """A reviewer's value of a record's field, looked up where they say it stands, else near the record's quote."""
    quote = Claim(record.quote.value, record.quote.span)
    claim = Claim(value, where, None if where else record.quote.value)
    # of a bare value the place that suits the field is meant, such as the one in its own column
    candidate = Candidate(
        record.kind, record.references, {name: claim}, quote, record.engine, record.rule, first_places=where is None
    )
    found = ground(document, (candidate,))[0].fields[0]
    if where is None or found.status.vouched or not 0 <= where.start < where.end <= len(document.text):
        return found
    # characters that were picked are their evidence, whatever the look-up makes of them (such as half a number)
    picked = "".join(document.quote(where).split()) == "".join(value.split())
    return replace(found, span=where) if picked else found


def _field_refs(records: Sequence[GroundedRecord]) -> set[FieldRef]:
    return {FieldRef(record.index, field.name) for record in records for field in record.fields}


def _settle(score: ScoredField, decided: Mapping[str, DecidedField]) -> ScoredField:
    settled = decided.get(score.ref.field)
    if settled is None:
        return score
    return replace(score, flags=settled.reasons) if settled.reasons else replace(score, confidence=1.0, flags=())
