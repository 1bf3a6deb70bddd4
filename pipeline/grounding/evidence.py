"""The grounding of records: every field and every quote gets a status and, where it was found, its span."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from pipeline.folding import TextIndex, fold, index_text
from pipeline.forms.reading import read_forms
from pipeline.forms.standing import Standing, Standings, standings_of
from pipeline.forms.totals import tells_total
from pipeline.forms.year import find_year
from pipeline.grounding.places import (
    ABSENT,
    Located,
    find_all,
    locate,
    locate_at,
    locate_needle,
    locate_quote,
    quote_needle,
    value_needle,
)
from pipeline.prose.columns import told_column
from pipeline.prose.numbers import told_fields
from pipeline.prose.phrases import sentence_at
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import Candidate, Claim, GroundedField, GroundedRecord, Status
from schemas.text import Document, Span

_DIGIT = re.compile(r"[0-9]")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TOTAL = "total_score"
_DECLARED = "no_deviation_declared"  # its value is no text of the report; the sentence that declares it is


def ground(document: Document, candidates: Sequence[Candidate]) -> tuple[GroundedRecord, ...]:
    """Each candidate with the status and span of its quote and of every field, in the order given; none is dropped.

    A field is looked for where it is claimed to stand, then inside its own quote, inside the record's quote, and at
    last in the whole text, where it must be the only one of its kind. Of several places in a quote, the one whose
    column is for the field is meant; of several places of a name, the one that the quote stands under.
    """
    sought = _Sought(document, index_text(document.text))
    return tuple(_ground_record(sought, place, candidate) for place, candidate in enumerate(candidates))


@dataclass(frozen=True)
class _Sought:
    """The text that is searched. Its forms are read when first asked for: a value with a place needs none."""

    document: Document
    index: TextIndex

    @cached_property
    def standings(self) -> Standings:
        """Under which header each cell of the forms stands."""
        return standings_of(read_forms(self.document))

    @cached_property
    def year(self) -> int | None:
        """The year that the report is about."""
        stated = find_year(self.document)
        return None if stated is None else int(stated.value)


def _ground_record(sought: _Sought, place: int, candidate: Candidate) -> GroundedRecord:
    index = sought.index
    claimed = {name: _locate_claimed(index, name, claim) for name, claim in candidate.fields.items()}
    quote = _locate_record(index, candidate.quote, [found.span for found in claimed.values() if found and found.span])
    first = candidate.first_places
    inside = {} if all(claimed.values()) and not first else _locate_together(sought, candidate, quote)
    numbers = {name for name, kind in field_types(candidate.kind).items() if kind is FieldType.NUMBER}
    fields = []
    for name, claim in candidate.fields.items():
        better = inside.get(name) if first and name in numbers else None
        found = better or claimed[name] or _locate_unclaimed(sought, candidate, name, inside.get(name), quote)
        fields.append(GroundedField(name, claim.value, found.status, found.span, claim.other, claim.doubt))
    return GroundedRecord(
        index=place,
        kind=candidate.kind,
        references=candidate.references,
        fields=tuple(fields),
        quote=GroundedField("quote", candidate.quote.value, quote.status, quote.span),
        engine=candidate.engine,
        rule=candidate.rule,
        chunk=candidate.chunk,
        confirmed=candidate.confirmed,
        sent_back=candidate.sent_back,
    )


def _locate_unclaimed(
    sought: _Sought, candidate: Candidate, name: str, inside: Located | None, quote: Located
) -> Located:
    """Where a value stands whose claim leads nowhere: inside the quote, or else where the whole text has it."""
    index, claim = sought.index, candidate.fields[name]
    if name == _TOTAL and inside is None and quote.span is not None:
        behind = _total_behind(sought, claim.value, quote.span)
        if behind is not None:
            return behind
    found = inside or locate(index, claim.value)
    kind = field_types(candidate.kind).get(name)
    if found.status is Status.AMBIGUOUS and kind in (FieldType.NAME, FieldType.TEXT) and quote.span is not None:
        return _nearest(index, claim.value, quote.span, above=kind is FieldType.NAME)
    if kind is not FieldType.NUMBER:
        return found
    own = [locate_quote(index, claim.quote)] if claim.quote else []
    # A report's own facts stand all over it: its quote says nothing of where they cannot be.
    return _keep_within(index, claim.value, found, own if candidate.kind is RecordKind.REPORT else [*own, quote])


def _locate_claimed(index: TextIndex, name: str, claim: Claim) -> Located | None:
    """Where the claim itself leads, by its span or by its own quote; ``None`` where it leads nowhere."""
    if name == _DECLARED:
        return _locate_sentence(index, claim)
    found = locate_at(index, value_needle(claim.value), claim.where) if claim.where else None
    if found is None and claim.quote:
        passage = locate_quote(index, claim.quote)
        found = _locate_inside(index, claim.value, passage)
    return found


def _locate_sentence(index: TextIndex, claim: Claim) -> Located:
    if claim.quote:
        needle = quote_needle(claim.quote)
        found = locate_at(index, needle, claim.where) if claim.where else None
        return found or locate_needle(index, needle)
    if claim.where and 0 <= claim.where.start < claim.where.end <= len(index.text):
        return locate_at(index, quote_needle(index.text[slice(*claim.where)]), claim.where) or ABSENT
    return ABSENT


def _locate_record(index: TextIndex, claim: Claim, anchors: Sequence[Span]) -> Located:
    """Where a record's quote stands; of several places, the one that holds most of what its fields lead to."""
    needle = quote_needle(claim.value)
    found = locate_at(index, needle, claim.where) if claim.where else None
    found = found or locate_needle(index, needle)
    if found.status is not Status.AMBIGUOUS or not anchors:
        return found
    held = [(sum(hit.span.covers(anchor) for anchor in anchors), hit) for hit in find_all(index, needle) if hit.span]
    most = max(count for count, _ in held)
    best = [hit for count, hit in held if count == most]
    return best[0] if most and len(best) == 1 else found


def _locate_inside(index: TextIndex, value: str, passage: Located) -> Located | None:
    if not passage.status.vouched:
        return None
    found = locate(index, value, passage.span)
    return found if found.status.vouched else None


def _locate_together(sought: _Sought, candidate: Candidate, quote: Located) -> dict[str, Located]:
    """Where the record's fields stand inside its quote.

    Of several places of a value, the one under the field's own header counts most, or the one that the words of its
    sentence tell to be the field's; then the one in the row that most of the record's values stand in (a quote may
    begin in the row above to be unique), then the first.
    """
    if not quote.status.vouched:
        return {}
    hits = {
        name: [
            (hit, sought.standings.at_number(sought.index.text, hit.span))
            for hit in find_all(sought.index, value_needle(claim.value), quote.span)
            if hit.span is not None
        ]
        for name, claim in candidate.fields.items()
        if name != _DECLARED
    }
    rows = Counter(
        id(row)
        for name, found in hits.items()
        for row in {id(s.row): s.row for _, s in found if s is not None and s.code in (name, "")}.values()
    )

    def suits(name: str, hit: tuple[Located, Standing | None]) -> tuple[bool, int]:
        found, stands = hit
        if name == _TOTAL:
            return found.span is not None and tells_total(sought.document, sought.standings, found.span), 0
        if stands is not None:
            return stands.code == name, rows[id(stands.row)]
        return found.span is not None and _is_told(sought, candidate.kind, name, found.span), 0

    return {
        name: max(found, key=partial(suits, name))[0] if len(found) > 1 else found[0][0]
        for name, found in hits.items()
        if found
    }


def _is_told(sought: _Sought, kind: RecordKind, name: str, span: Span) -> bool:
    """True where the words around a number in prose say that it is the field's."""
    text = sought.index.text
    if kind is RecordKind.INDICATOR:
        return told_fields(text, span) == {name}
    return kind is RecordKind.FUNDING and told_column(text, span, sentence_at(text, span), sought.year) == name


def _nearest(index: TextIndex, value: str, quote: Span, *, above: bool) -> Located:
    """Of several places outside the quote the nearest: a merged level or the unit of a form stands above its row, what
    came of a goal behind it.
    """
    hits = [hit for hit in find_all(index, value_needle(value)) if hit.span is not None]
    before = [hit for hit in hits if hit.span is not None and hit.span.start < quote.start]
    behind = hits[len(before) :]
    if above:
        return before[-1] if before else behind[0]
    return behind[0] if behind else before[-1]


def _is_total(sought: _Sought, found: Located) -> bool:
    span = found.span if found.status.vouched else None
    return span is not None and tells_total(sought.document, sought.standings, span)


def _total_behind(sought: _Sought, value: str, quote: Span) -> Located | None:
    """The total of a form whose quote names only what is evaluated: the first total behind it, if it is the value."""
    if any(_is_total(sought, hit) for hit in _amounts_in(sought.index, quote)):
        return None
    behind = Span(quote.end, len(sought.index.text))
    total = next((hit for hit in _amounts_in(sought.index, behind) if _is_total(sought, hit)), None)
    hits = find_all(sought.index, value_needle(value), behind)
    return next((hit for hit in hits if total and hit.span and total.span and hit.span.overlaps(total.span)), None)


def _amounts_in(index: TextIndex, within: Span) -> Iterator[Located]:
    for match in _AMOUNT.finditer(index.plain, within.start, within.end):
        yield Located(Status.EXACT, Span(*match.span()))


def _keep_within(index: TextIndex, value: str, found: Located, passages: Sequence[Located]) -> Located:
    """What was found of a number, unless the passage it is said to be read from is there with other numbers instead.

    Among the many numbers of a report, one that was made up often stands somewhere else by chance.
    """
    spans = [span for _, span in passages if span and _DIGIT.search(index.folded, *index.folded_range(span))]
    if not spans or not _DIGIT.search(fold(value)):
        return found
    if any(locate(index, value, span).status.vouched for span in spans):
        return found
    return Located(Status.NUMBER_MISMATCH, spans[0])
