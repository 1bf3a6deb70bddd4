"""An extraction with everything that is known of each value, as plain dictionaries for JSON."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.checks import all_checks
from pipeline.titles import CODES
from schemas.stages import Extraction, FieldRef, Finding, Gap, GroundedField, GroundedRecord, ScoredField
from schemas.text import Document, Span


def detail_of(extraction: Extraction, *, flagged_only: bool = False) -> dict[str, Any]:
    """The source, every record with each field's status, place, confidence and flags, and every finding.

    ``flagged_only`` leaves out the records without a flagged field.
    Offsets count characters of the report's text from 0, half-open; lines and pages count from 1.
    """
    document = extraction.document
    lines = line_starts(document.text)
    scores = {score.ref: score for score in extraction.scores}
    flagged = {score.ref.record for score in extraction.scores if score.flags}
    source = document.source
    return {
        "report": source.name,
        "path": source.path,
        "sha256": source.sha256,
        "reader": source.reader,
        "engine": extraction.engine,
        "records": [
            _record(document, lines, record, scores)
            for record in extraction.records
            if not flagged_only or record.index in flagged
        ],
        "findings": [finding_detail(document, lines, finding) for finding in extraction.findings],
        "gaps": [
            {"task": gap.task, "reason": gap.reason, "message": gap.message, "place": place}
            for gap, place in _gaps(extraction, lines)
        ],
    }


def finding_detail(document: Document, lines: list[int], finding: Finding) -> dict[str, Any]:
    """A finding with what its code means and the places that show it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "meaning": check_meanings().get(finding.code, ""),
        "detail": finding.detail,
        "about_report": finding.about_report,
        "evidence": [place_of(document, lines, span) for span in finding.evidence],
        "fields": [ref._asdict() for ref in finding.fields],
    }


def place_of(document: Document, lines: list[int], span: Span | None) -> dict[str, Any] | None:
    """Where a span stands, with its characters; ``None`` for none."""
    if span is None:
        return None
    place: dict[str, Any] = {"start": span.start, "end": span.end, "line": bisect_right(lines, span.start)}
    if document.parts:
        place["file"] = Path(document.file_at(span.start).path).name
    page = document.page_at(span.start)
    if page is not None:
        place["page"] = page
    return {**place, "text": document.quote(span)}


def line_starts(text: str) -> list[int]:
    """The offset of each line's first character."""
    return [0, *(place + 1 for place, char in enumerate(text) if char == "\n")]


def check_meanings() -> dict[str, str]:
    """What each code means: in the words of its check, or in general where several checks share the code."""
    meanings: dict[str, list[str]] = {}
    for check in all_checks():
        meanings.setdefault(check.code, []).append(check.meaning.rstrip("。"))
    return {
        code: words[0] if len(words) == 1 else CODES.get(code, " / ".join(words)) for code, words in meanings.items()
    }


def _record(
    document: Document, lines: list[int], record: GroundedRecord, scores: Mapping[FieldRef, ScoredField]
) -> dict[str, Any]:
    return {
        "record": record.index,
        "kind": record.kind.value,
        "references": dict(record.references),
        "fields": {
            field.name: {**_grounded(document, lines, field), **_score(scores.get(FieldRef(record.index, field.name)))}
            for field in record.fields
        },
        "quote": _grounded(document, lines, record.quote),
        "engine": record.engine,
        "rule": record.rule,
        "confirmed": record.confirmed,
        "accepted": record.accepted,
    }


def _gaps(extraction: Extraction, lines: list[int]) -> Iterator[tuple[Gap, dict[str, Any] | None]]:
    """What could not be read, with the place of its chunk, its text left out."""
    spans = {chunk.index: chunk.span for chunk in extraction.chunks}
    for gap in extraction.gaps:
        place = place_of(extraction.document, lines, spans.get(gap.chunk))
        yield gap, None if place is None else {name: value for name, value in place.items() if name != "text"}


def _grounded(document: Document, lines: list[int], field: GroundedField) -> dict[str, Any]:
    return {
        "value": field.value,
        "status": field.status.value,
        "place": place_of(document, lines, field.span),
        "other": field.other,
    }


def _score(score: ScoredField | None) -> dict[str, Any]:
    if score is None:
        return {"confidence": None, "signals": {}, "flags": []}
    return {"confidence": score.confidence, "signals": dict(score.signals), "flags": list(score.flags)}
