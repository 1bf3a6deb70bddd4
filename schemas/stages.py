"""The frozen types that one stage hands to the next, in the order of the pipeline.

Dataclasses rather than pydantic models: they are built by the thousand from values that our own code made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from schemas.records import RecordKind
from schemas.text import Document, Span


class SectionKind(StrEnum):
    """What a section is about."""

    PROFILE = "profile"
    FUNDING = "funding"
    PERFORMANCE = "performance"
    PROBLEMS = "problems"
    REMEDIES = "remedies"
    FORM = "form"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it up to the next heading of any level.

    ``span`` starts with the heading line and leaves out the subsections, so the spans of all sections, in order,
    tile the document. ``parent`` is the index of the section above, ``index`` the place in the list of sections.
    """

    index: int
    parent: int | None
    level: int
    number: str  # "一、", "（二）", "3." as it stands; "" where the heading has none
    title: str  # the heading without its number
    heading: Span | None  # None for text before the first heading
    span: Span
    kind: SectionKind


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text that is asked about in one go; the spans of all chunks, in order, tile the document.

    ``preface`` is text repeated from outside the span (a form's column headers) so that the piece can be read alone.
    """

    index: int
    span: Span
    section: int
    kind: SectionKind
    heading_path: tuple[str, ...]
    preface: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an engine says a field's value is. ``where`` is where it says it stands; ``quote`` the words around it.

    ``other`` is what a second reader of the same record read here: "" for nothing, ``None`` where none looked.
    ``doubt`` is how unsure a model was of its own words, in [0, 1]: one less the chance of its least likely token,
    ``None`` where the endpoint tells no log-probabilities.
    """

    value: str
    where: Span | None = None
    quote: str | None = None
    other: str | None = None
    doubt: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record as an engine claims it, before anything was verified.

    ``references`` holds the fields without characters of their own (evaluation, origin, kind, scope, id);
    ``fields`` only those that the engine filled. ``confirmed`` is True where a second reader saw the record too,
    False where one read the same passage and did not, ``None`` where none looked. ``sent_back`` is True where a model's
    first answer was not in shape and it had to answer again. ``first_places`` is True where a claim's place is only the
    first that has the value, rather than the one it was read from.
    """

    kind: RecordKind
    references: Mapping[str, str]
    fields: Mapping[str, Claim]
    quote: Claim
    engine: str
    rule: str
    chunk: int | None = None
    confirmed: bool | None = None
    sent_back: bool = False
    first_places: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a report that a reader could not read: which task of which chunk, and why.

    ``reason`` is a short code (``failed``, ``truncated``, ``refused``, ``filtered``, ``empty``, ``invalid``,
    ``budget``), ``message`` the same for people.
    """

    chunk: int
    task: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine makes of a document: its claims, and the parts it could not read."""

    candidates: tuple[Candidate, ...]
    gaps: tuple[Gap, ...] = ()


class Status(StrEnum):
    """How a value was found in the text. Only ``EXACT`` and ``FOLDED`` vouch for it."""

    EXACT = "exact"
    FOLDED = "folded"  # equal after NFKC, white space and punctuation width
    NUMBER_MISMATCH = "number_mismatch"  # the passage is there, a number in it differs
    AMBIGUOUS = "ambiguous"  # found at several places, and nothing tells which was meant
    ABSENT = "absent"

    @property
    def vouched(self) -> bool:
        """True where the text has the value, digit for digit."""
        return self in (Status.EXACT, Status.FOLDED)


@dataclass(frozen=True, slots=True)
class GroundedField:
    """A field's value as claimed, how it was found, and the characters it came from (``None`` if not found).

    ``other`` is what a second reader read and ``doubt`` how unsure a model was, as in ``Claim``.
    """

    name: str
    value: str
    status: Status
    span: Span | None
    other: str | None = None
    doubt: float | None = None


@dataclass(frozen=True, slots=True)
class GroundedRecord:
    """A record whose every field was looked up in the text. ``quote`` is the record's own evidence."""

    index: int
    kind: RecordKind
    references: Mapping[str, str]
    fields: tuple[GroundedField, ...]
    quote: GroundedField
    engine: str
    rule: str
    chunk: int | None = None
    confirmed: bool | None = None  # as in ``Candidate``
    sent_back: bool = False
    reviewed: bool = False  # a person has accepted or corrected a field of it

    @property
    def accepted(self) -> bool:
        """True where the record counts as what the report says: its quote stands in the text with at least one of its
        values in it, and the reader in charge of the passage saw it. All others are kept, and flagged.

        What is said of the report and its evaluations as a whole needs no quote: it stands all over the text. A
        person's word needs none either.
        """
        if self.reviewed:
            return True
        quote = self.quote.span
        if self.kind in (RecordKind.REPORT, RecordKind.EVALUATION):
            return self.confirmed is not False
        if self.confirmed is False or quote is None or not self.quote.status.vouched:
            return False
        return any(
            field.status.vouched and field.span is not None and quote.covers(field.span) for field in self.fields
        )

    def get(self, name: str) -> GroundedField | None:
        """The field of that name, or ``None`` where the record does not have it."""
        for found in self.fields:  # asked for so often that a generator's cost shows
            if found.name == name:
                return found
        return None

    def value(self, name: str) -> str | None:
        """The value of the field of that name, or ``None``."""
        found = self.get(name)
        return None if found is None else found.value


class FieldRef(NamedTuple):
    """A field of a record, by the record's index; ``field`` is "" for the record as a whole."""

    record: int
    field: str


class Severity(StrEnum):
    """How much a finding matters to a reviewer."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a contradiction inside the report, or a value that its evidence does not bear out.

    ``code`` is one of the labeling guide's (RATE, SUM …) or one of the checks of values against their evidence.
    ``about_report`` is True for the former: the report contradicts itself; the values may well be read right.
    """

    code: str
    severity: Severity
    detail: str
    evidence: tuple[Span, ...]
    fields: tuple[FieldRef, ...] = ()
    about_report: bool = True


@dataclass(frozen=True, slots=True)
class ScoredField:
    """The confidence in one field, in [0, 1], the signals behind it, and the reasons for which it is flagged."""

    ref: FieldRef
    confidence: float
    signals: Mapping[str, float]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that was read from one report: what the store saves and what exports and evaluation read.

    With ``gaps`` it is partial: everything else of the report is there, and a later run fills them.
    """

    document: Document
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    records: tuple[GroundedRecord, ...]
    findings: tuple[Finding, ...]
    scores: tuple[ScoredField, ...]
    engine: str
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    gaps: tuple[Gap, ...] = ()
