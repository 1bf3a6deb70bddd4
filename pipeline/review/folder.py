"""A report as a reviewer has it on the desk: what was read from it, and what was decided about it since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pipeline.errors import UnknownField
from pipeline.reviewed import Reviews, apply_reviews, ground_value, read_reviews
from pipeline.store import DecidedField, FieldKey, Store, load_extraction, record_keys
from schemas.records import RecordKind, field_types
from schemas.stages import Extraction, FieldRef, GroundedField, GroundedRecord, ScoredField
from schemas.text import Span

_ID_LENGTH = 10


class FieldState(NamedTuple):
    """A field as it stands: its value with status and place, ``None`` where the report has none; ``read`` is what was
    extracted, ``decided`` what was decided about it, if anything.
    """

    value: GroundedField | None
    read: GroundedField | None
    decided: DecidedField | None
    score: ScoredField | None


@dataclass(frozen=True)
class Folder:
    """An extraction, the decisions that count for it, and the names by which its records are found again."""

    report_id: str
    extraction_id: str
    extraction: Extraction
    reviews: Reviews

    @cached_property
    def keys(self) -> Mapping[tuple[RecordKind, str], GroundedRecord]:
        """Every record as it was read, by its kind and key."""
        records = self.extraction.records
        return {(r.kind, key): r for r, key in zip(records, record_keys(records), strict=True)}

    @cached_property
    def reviewed(self) -> Extraction:
        """The extraction with the decisions applied."""
        return apply_reviews(self.extraction, self.extraction_id, self.reviews)

    @cached_property
    def scores(self) -> Mapping[FieldRef, ScoredField]:
        """The confidence in every field, with the decisions applied."""
        return {score.ref: score for score in self.reviewed.scores}

    def record_of(self, key: FieldKey) -> GroundedRecord:
        """The record as it was read; raises ``UnknownField`` where the report has none of that name, or the kind of
        record no such field.
        """
        record = self.keys.get((key.kind, key.record_key))
        if record is None or key.report_id != self.report_id:
            raise UnknownField("这份报告里没有这条记录", "报告可能已重新提取；请刷新后再试。")
        if key.field and key.field not in field_types(key.kind):
            raise UnknownField(f"这类记录没有字段“{key.field}”", f"可用：{'、'.join(field_types(key.kind))}。")
        return record

    def state_of(self, key: FieldKey, *, blind: bool = False) -> FieldState:
        """The field as it stands; ``blind`` as it was read, whatever was decided about it."""
        record = self.record_of(key)
        read = record.quote if key.field == "" else record.get(key.field)
        decided = None if blind else self._decided(record).get(key.field)
        score = next((s for s in self.extraction.scores if s.ref == (record.index, key.field)), None)
        if decided is None or key.field == "":
            return FieldState(read, read, decided, score)
        standing = decided.value
        if standing is None or (read is not None and read.value == standing):
            return FieldState(None if standing is None else read, read, decided, score)
        found = ground_value(self.extraction.document, record, key.field, standing, decided.span)
        return FieldState(found, read, decided, score)

    def _decided(self, record: GroundedRecord) -> Mapping[str, DecidedField]:
        return self.reviews.decided.get((self.extraction_id, record.index), {})


def open_folder(store: Store, extraction_id: str, extraction: Extraction | None = None) -> Folder:
    """The report of that extraction; raises ``UnknownReport`` where there is none.

    ``extraction`` is what was read, where it is at hand: it never changes, the decisions do.
    """
    extraction = extraction or load_extraction(store, extraction_id)
    reviews = read_reviews(store, extraction_id)
    return Folder(extraction.document.source.sha256, extraction_id, extraction, reviews)


def field_id(key: FieldKey) -> str:
    """A short name for a field, the same in every run: what commands take for it."""
    words = "|".join((key.report_id, key.kind.value, key.record_key, key.field))
    return hashlib.md5(words.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:_ID_LENGTH]


def evidence_of(record: GroundedRecord, value: GroundedField | None) -> Span | None:
    """Where to look: at the value itself, or at the record's quote where it was not found."""
    if value is not None and value.span is not None:
        return value.span
    return record.quote.span
