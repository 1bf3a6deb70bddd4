"""What reviewers have made of the current extractions: the records they rejected, the fields they decided about."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.store.connection import Store
from schemas.text import Span


class DecidedField(NamedTuple):
    """A field that somebody decided about: its present value and evidence (``None`` for none), and the reasons for
    which it is flagged all the same. ``verdict`` is what they said of it.
    """

    extraction_id: str
    record: int
    field: str
    value: str | None
    span: Span | None
    reasons: tuple[str, ...]
    verdict: str
    reviewer: str


class Settled(NamedTuple):
    """The rejected records, by extraction and record, and the decided fields of one extraction or of all."""

    rejected: frozenset[tuple[str, int]]
    fields: tuple[DecidedField, ...]


def load_settled(store: Store, extraction_id: str | None = None) -> Settled:
    """What was decided about the records of one current extraction, or of all."""
    where, wanted = "", []
    if extraction_id is not None:
        # by the report too, which is what the views go by
        found = store.connection.execute("SELECT report_id FROM data.reports WHERE extraction_id = ?", [extraction_id])
        (report_id,) = found.fetchone() or (None,)
        where, wanted = " WHERE extraction_id = ? AND report_id = ?", [extraction_id, report_id]
    rejected = store.connection.execute(
        f"SELECT extraction_id, record FROM data.rejected_records{where}", wanted
    ).fetchall()
    fields = store.connection.execute(
        "SELECT extraction_id, record, field, value, span_start, span_end, flags, verdict, reviewer"
        f" FROM data.decided_fields{where} ORDER BY extraction_id, record, decision",
        wanted,
    ).fetchall()
    return Settled(
        frozenset((extraction, record) for extraction, record in rejected),
        tuple(
            DecidedField(extraction, record, name, value, _span(start, end), tuple(flags), verdict, reviewer)
            for extraction, record, name, value, start, end, flags, verdict, reviewer in fields
        ),
    )


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
