"""The fields that a reader filled, each with what is known of it and whether it is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from eval.cases import Case
from eval.metrics import Outcome, ReportScore, score_report
from pipeline.labels import labels_of
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import Extraction, FieldRef, GroundedField, GroundedRecord, ScoredField


class JudgedField(NamedTuple):
    """A field of a label that was read from a report: its score, how it was found, and whether gold agrees."""

    report: str
    record: GroundedRecord
    field: GroundedField
    score: ScoredField
    right: bool

    @property
    def is_number(self) -> bool:
        """True for a field whose every digit must stand in the source."""
        return field_types(self.record.kind).get(self.field.name) is FieldType.NUMBER

    def with_confidence(self, confidence: float, threshold: float) -> JudgedField:
        """The field as another model would score it: flagged below the threshold, as well as for what it was before."""
        flags = self.score.flags or (("可信度低",) if confidence < threshold else ())
        return self._replace(score=replace(self.score, confidence=confidence, flags=flags))


def label_records(extraction: Extraction) -> dict[tuple[RecordKind, int], GroundedRecord]:
    """The records that are labels (see ``labels_of``), by kind and place among the labels of that kind."""
    places: Counter[RecordKind] = Counter()
    found = {}
    for record in extraction.records:
        if record.kind is RecordKind.REPORT or record.accepted:
            found[record.kind, places[record.kind]] = record
            places[record.kind] += record.kind is not RecordKind.REPORT
    return found


def judge_fields(case: Case, extraction: Extraction) -> Iterator[JudgedField]:
    """Every field of the extraction's labels that gold can judge, references aside."""
    return judged_fields(score_report(case.text, case.gold, labels_of(extraction)), extraction)


def judged_fields(score: ReportScore, extraction: Extraction) -> Iterator[JudgedField]:
    """The same, where the extraction's labels are scored already."""
    records = label_records(extraction)
    scored = {one.ref: one for one in extraction.scores}
    for one in score.judgements:
        if one.predicted is None or one.predicted_record is None:
            continue
        record = records[one.key.kind, one.predicted_record]
        field = record.get(one.key.field)
        if field is not None:
            right = one.outcome is Outcome.RIGHT
            yield JudgedField(score.name, record, field, scored[FieldRef(record.index, field.name)], right)
