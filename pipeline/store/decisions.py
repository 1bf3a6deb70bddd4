"""A reviewer's decisions: added one after the other, the last one on a field stands over what was extracted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.store.connection import Store, now, transaction
from pipeline.store.measures import Measure, measure
from pipeline.store.rows import storable
from schemas.records import RecordKind
from schemas.text import Span

_INSERT = f"INSERT INTO data.decisions VALUES (nextval('data.decision_numbers'){', ?' * 14})"


class Verdict(StrEnum):
    """What a reviewer says of a value."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"  # the report has no such value, or no such record


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a field of a record, or on the record as a whole where ``field`` is "".

    ``value`` is what stands from now on (the accepted or corrected value, ``None`` after a rejection), so that it
    holds whatever a later run extracts; ``span`` is the reviewer's evidence for a corrected one. ``record_key`` is the
    column of that name in every view.
    """

    report_id: str
    kind: RecordKind
    record_key: str
    field: str
    verdict: Verdict
    value: str | None
    reviewer: str
    span: Span | None = None
    note: str = ""


def save_decision(store: Store, decision: Decision) -> None:
    """Add the decision to those before it, which stay in the table."""
    kind, value = decision.kind, decision.value
    measured = Measure() if value is None else measure(kind, decision.field, value)
    about = (decision.report_id, kind.value, decision.record_key, decision.field, decision.verdict.value, value)
    row = (*about, *measured, *(decision.span or (None, None)), decision.reviewer, decision.note, now())
    with transaction(store) as connection:
        connection.execute(_INSERT, storable([row])[0])
