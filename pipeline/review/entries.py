"""One field as a reviewer is shown it: its record, value and evidence, why it is doubted, what else touches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.confidence.signals import WORDS
from pipeline.detail import finding_detail, line_starts, place_of
from pipeline.review.deciding import choices_of
from pipeline.review.folder import FieldState, Folder, evidence_of, field_id
from pipeline.review.pictures import boxes_on_pages
from pipeline.store import DecisionRow, FieldKey, Purpose
from schemas.records import FieldType, field_types
from schemas.stages import FieldRef, GroundedRecord, ScoredField

Entry = dict[str, Any]


def entry_of(folder: Folder, key: FieldKey, purpose: Purpose, history: Sequence[DecisionRow]) -> Entry:
    """Everything that is shown of a field, as plain data.

    Of a second, blind look, nothing that would tell what the first reviewer decided. Raises ``UnknownField`` where the
    report has no such field.
    """
    blind = purpose is Purpose.SECOND
    record = folder.record_of(key)
    state = folder.state_of(key, blind=blind)
    document, lines = folder.extraction.document, line_starts(folder.extraction.document.text)
    found = state.value
    beside = [_neighbour(folder, record, name, key, blind=blind) for name in field_types(record.kind)]
    own = next((one["value"] for one in beside if one["field"] == key.field), found and found.value)
    return {
        "id": field_id(key),
        "key": list(map(str, key)),
        "extraction_id": folder.extraction_id,
        "report": document.source.name,
        "path": document.source.path,
        "purpose": purpose.value,
        "type": field_types(key.kind)[key.field].value if key.field else "record",
        "choices": list(choices_of(folder, key.kind, key.field)) if key.field else [],
        "evaluation": _evaluation(folder, record),
        "value": own,
        "status": None if found is None else found.status.value,
        "other": None if state.read is None else state.read.other,
        "read": _later_reading(state),
        "evidence": place_of(document, lines, evidence_of(record, found)),
        "boxes": boxes_on_pages(document, evidence_of(record, found)),
        "quote": place_of(document, lines, record.quote.span),
        "score": _score(state.score),
        "reasons": list(_reasons(state)),
        "record": beside,
        "engine": record.engine,
        "findings": [
            finding_detail(document, lines, finding)
            for finding in folder.extraction.findings
            if any(ref == FieldRef(record.index, key.field) for ref in finding.fields)
        ],
        "seen": 0 if blind else max((row.decision for row in history), default=0),
        "history": [] if blind else [_past(row) for row in history],
    }


def _evaluation(folder: Folder, record: GroundedRecord) -> str | None:
    """The name of what the record belongs to."""
    owner = record.references.get("id") or record.references.get("evaluation")
    for other in folder.reviewed.records:
        if owner is not None and other.references.get("id") == owner:
            return other.value("name") or owner
    return owner


def _later_reading(state: FieldState) -> str | None:
    """What was read, where somebody decided for something else."""
    if state.decided is None or state.read is None:
        return None
    standing = None if state.value is None else state.value.value
    return None if state.read.value == standing else state.read.value


def _neighbour(folder: Folder, record: GroundedRecord, name: str, key: FieldKey, *, blind: bool) -> Entry:
    """A field of the record beside the one that is shown, as it stands."""
    state = folder.state_of(key._replace(field=name), blind=blind and name == key.field)
    value = state.value.value if state.value is not None else record.references.get(name)
    if state.decided is not None and state.value is None and field_types(record.kind)[name] is FieldType.REFERENCE:
        value = state.decided.value
    span = None if state.value is None else state.value.span
    settled = state.decided is not None and not state.decided.reasons
    return {
        "field": name,
        "value": value,
        "span": None if span is None else list(span),
        "flagged": not settled and any(_reasons(state)),
        "decided": None if state.decided is None or (blind and name == key.field) else state.decided.verdict,
    }


def _reasons(state: FieldState) -> Iterator[str]:
    if state.decided is not None and state.decided.reasons:
        yield from state.decided.reasons
    elif state.decided is None and state.score is not None:
        yield from state.score.flags


def _score(score: ScoredField | None) -> Entry | None:
    if score is None:
        return None
    told = [{"name": name, "words": WORDS.get(name, ""), "value": value} for name, value in score.signals.items()]
    return {"confidence": score.confidence, "signals": told}


def _past(row: DecisionRow) -> Entry:
    moment = row.decided_at.isoformat(timespec="seconds") + "Z"
    kept = ("decision", "reviewer", "verdict", "before", "value", "note", "purpose", "undone")
    return {**{name: getattr(row, name) for name in kept}, "decided_at": moment}
