"""An extraction as labels: the shape that gold has, with verbatim quotes that occur once."""

from __future__ import annotations

from typing import Any

from schemas.records import SECTIONS, LabeledFinding, Labels, RecordKind, field_types
from schemas.stages import Extraction, GroundedRecord
from schemas.text import Document, Span


def labels_of(extraction: Extraction) -> Labels:
    """The records and the findings about the report, in the order of the source.

    A record that the text does not bear out, or that only a second opinion saw, is no label: see
    ``GroundedRecord.accepted``.
    """
    document = extraction.document
    content: dict[str, Any] = {"report": document.source.name}
    for section in SECTIONS.values():
        content[section] = []
    for record in extraction.records:
        if record.kind is RecordKind.REPORT:
            content.update(_facts(record))
        elif record.accepted:
            content[SECTIONS[record.kind]].append(_label(document, record))
    content["findings"] = [
        LabeledFinding(
            code=finding.code,
            detail=finding.detail,
            quotes=tuple(document.quote(span) for span in finding.evidence),
        )
        for finding in extraction.findings
        if finding.about_report
    ]
    return Labels.model_validate(content)


def _facts(record: GroundedRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in record.fields:
        if field.name == "fiscal_year":
            facts[field.name] = int(field.value)
        elif field.name == "no_deviation_declared":
            facts[field.name] = field.value == "true"
        else:
            facts[field.name] = field.value
    return facts


def _label(document: Document, record: GroundedRecord) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(field_types(record.kind))
    values.update(record.references)
    values.update({field.name: field.value for field in record.fields})
    values["quote"] = unique_quote(document.text, record.quote.span) if record.quote.span else record.quote.value
    return values


def unique_quote(text: str, span: Span) -> str:
    """The passage of the span, extended to the left line by line until it occurs only once."""
    line, start = span.start, span.start
    while line > 0 and text.count(text[start : span.end]) > 1:
        line = max(text.rfind("\n", 0, line), 0)
        start = line + len(text[line : span.start]) - len(text[line : span.start].lstrip())
    return text[start : span.end]
