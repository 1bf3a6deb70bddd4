"""Anybody's labels against their report: every value is looked up in the text, and the checks run over the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.checks import check_records
from pipeline.confidence import STATUS_FLAGS, Trust, score_fields
from pipeline.forms.reading import read_forms
from pipeline.forms.standing import Standings, standings_of
from pipeline.grounding import TextIndex, find_all, ground, index_text, locate_quote, value_needle
from pipeline.prose.staff import staff_field
from schemas.records import SECTIONS, FieldType, Labels, RecordKind, field_types
from schemas.stages import Candidate, Claim, FieldRef, Finding, GroundedField, GroundedRecord
from schemas.text import Document, Span

ENGINE = "labels"
_EVIDENCE_ONLY = Trust(threshold=0)  # how likely a reader errs says nothing of labels

_QUOTE = "quote"
_DECLARED = "no_deviation_declared"  # a bare yes or no, without the sentence that could be looked up


class CheckedField(NamedTuple):
    """A value of a label file and how it was found. ``place`` is where it stands in the file: ``funding[0].rate``.

    ``flags`` are the reasons to doubt it: it does not stand in the text, or its evidence says something else.
    """

    place: str
    type: FieldType
    field: GroundedField
    flags: tuple[str, ...] = ()

    @property
    def must_stand(self) -> bool:
        """True for what may never be taken on trust: numbers and quotes."""
        return self.type is FieldType.NUMBER or self.field.name == _QUOTE


class CheckedLabels(NamedTuple):
    """Every value of a label file in order, the records they form, and what the checks find among them."""

    fields: tuple[CheckedField, ...]
    records: tuple[GroundedRecord, ...]
    findings: tuple[Finding, ...]

    @property
    def unvouched(self) -> tuple[CheckedField, ...]:
        """The values that the text does not bear out."""
        return tuple(checked for checked in self.fields if not checked.field.status.vouched)

    @property
    def flagged(self) -> tuple[CheckedField, ...]:
        """The values that there is a reason to doubt, those not vouched for among them."""
        return tuple(checked for checked in self.fields if checked.flags)

    @property
    def passed(self) -> bool:
        """True where every number and every quote stands in the text, and no number's evidence says something else."""
        return not any(checked.must_stand for checked in self.flagged)


def check_labels(document: Document, labels: Labels) -> CheckedLabels:
    """The labels' values, each with its status in the document, and the findings of all checks."""
    index = index_text(document.text)
    placed = (("", _facts(document, index, labels)), *_candidates(labels))
    records = ground(document, tuple(candidate for _, candidate in placed))
    findings = check_records(document, records)
    scores = score_fields(document, records, findings, _EVIDENCE_ONLY)
    flags = {score.ref: score.flags for score in scores if score.flags}
    fields = [
        checked
        for (place, candidate), record in zip(placed, records, strict=True)
        for checked in _checked_fields(place, candidate, record, flags)
    ]
    return CheckedLabels((*fields, *_finding_quotes(index, labels)), records, findings)


def _facts(document: Document, index: TextIndex, labels: Labels) -> Candidate:
    """The facts about the report: labels give no quote for them, and a year or a unit's name that stands in many
    places is no doubt. Of the places of a number of staff, the first that speaks of such staff is meant.
    """
    standings = standings_of(read_forms(document))
    claims: dict[str, Claim] = {}
    for name in field_types(RecordKind.REPORT):
        value = getattr(labels, name)
        if value is None or name == _DECLARED:
            continue
        spans = [hit.span for hit in find_all(index, value_needle(str(value))) if hit.span is not None]
        speaking = (span for span in spans if _tells(document, standings, span, name))
        claims[name] = Claim(str(value), next(speaking, spans[0] if spans else None))
    return Candidate(RecordKind.REPORT, {}, claims, Claim(""), ENGINE, ENGINE)


def _tells(document: Document, standings: Standings, span: Span, name: str) -> bool:
    stands = standings.at(span)
    return name == (stands.code if stands is not None else staff_field(document.text, span.start))


def _candidates(labels: Labels) -> Iterator[tuple[str, Candidate]]:
    for kind, section in SECTIONS.items():
        for number, record in enumerate(getattr(labels, section)):
            yield f"{section}[{number}].", _candidate(kind, record.model_dump())


def _candidate(kind: RecordKind, values: dict[str, Any]) -> Candidate:
    types = {name: kind_of for name, kind_of in field_types(kind).items() if values[name] is not None}
    references = {name: values[name] for name, kind_of in types.items() if kind_of is FieldType.REFERENCE}
    claims = {name: Claim(values[name]) for name in types if name not in references}
    return Candidate(kind, references, claims, Claim(values[_QUOTE]), ENGINE, ENGINE)


def _checked_fields(
    place: str, candidate: Candidate, record: GroundedRecord, flags: Mapping[FieldRef, tuple[str, ...]]
) -> Iterator[CheckedField]:
    types = field_types(record.kind)
    for field in record.fields:
        reasons = flags.get(FieldRef(record.index, field.name), ())
        yield CheckedField(f"{place}{field.name}", types[field.name], field, reasons)
    if candidate.kind is not RecordKind.REPORT:
        yield _checked_quote(f"{place}{_QUOTE}", record.quote)


def _checked_quote(place: str, quote: GroundedField) -> CheckedField:
    return CheckedField(place, FieldType.TEXT, quote, () if quote.status.vouched else (STATUS_FLAGS[quote.status],))


def _finding_quotes(index: TextIndex, labels: Labels) -> Iterator[CheckedField]:
    # Unlike a record's, a finding's quote may be one number that stands in many places: the first will do.
    whole = Span(0, len(index.text))
    for number, finding in enumerate(labels.findings):
        for place, quote in enumerate(finding.quotes):
            found = locate_quote(index, quote, whole)
            field = GroundedField(_QUOTE, quote, found.status, found.span)
            yield _checked_quote(f"findings[{number}].quotes[{place}]", field)
