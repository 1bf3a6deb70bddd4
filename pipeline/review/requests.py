"""What the page may send: anything else is turned away before it is looked at."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.review.deciding import LONGEST_VALUE, Proposal
from pipeline.store import FieldKey, Order, Purpose, QueueFilter, Verdict
from schemas.records import RecordKind
from schemas.text import Span

MOST = 300
"""How many fields can be asked for at once."""

Word = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=2000)]
Number = Annotated[int, Field(ge=0, lt=2**62)]  # what a column of the database can hold
Token = Annotated[str, Field(min_length=8, max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Filter(_Request):
    """Which open fields are wanted."""

    report: Word = ""
    unit: Word = ""
    kind: Word = ""
    reason: Word = ""
    code: Word = ""

    def wanted(self) -> QueueFilter:
        """The same for the store."""
        return QueueFilter(**self.model_dump())


class QueueRequest(_Request):
    """The next fields, please."""

    filter: Filter = Filter()
    order: Order = Order.RISK
    count: Annotated[int, Field(ge=1, le=MOST)] = 12


class KeyRequest(_Request):
    """A field, by the names that the page was given."""

    key: tuple[Name, RecordKind, Name, Name]

    def field_key(self) -> FieldKey:
        """The field's names."""
        return FieldKey(*self.key)


class SkipRequest(KeyRequest):
    """Set a field aside. The token is the outbox's own; to skip twice is to skip once."""

    token: Token


class ReportRequest(_Request):
    """The text of a report, please."""

    extraction_id: Word


class EntryRequest(KeyRequest):
    """Everything about one field, please."""

    extraction_id: Word
    purpose: Purpose = Purpose.REVIEW


class DecisionRequest(EntryRequest):
    """A decision about a field that was shown."""

    verdict: Verdict
    token: Token
    value: Annotated[str, Field(max_length=LONGEST_VALUE)] | None = None
    span: tuple[Number, Number] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""
    seen: Number | None = None
    meant: bool = False

    def proposal(self) -> Proposal:
        """What it asks for."""
        span = None if self.span is None else Span(*self.span)
        said = (self.verdict, self.value, span, self.note, self.purpose, self.seen, self.meant, self.token)
        return Proposal(self.field_key(), self.extraction_id, *said)


class UndoRequest(_Request):
    """Take back one of one's own decisions, by the token it was sent with."""

    token: Token
    undoes: Token
