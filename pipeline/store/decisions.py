"""A reviewer's decisions: added one after the other, the last one on a field stands over what was extracted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pipeline.errors import AlreadyDecided
from pipeline.store.connection import Store, now, transaction
from pipeline.store.measures import Measure, measure
from pipeline.store.rows import storable
from schemas.records import RecordKind
from schemas.text import Span


class Verdict(StrEnum):
    """What a reviewer says of a value."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"  # the report has no such value, or no such record
    UNSURE = "unsure"  # somebody else should look
    UNDONE = "undone"  # an earlier decision is taken back


class Purpose(StrEnum):
    """Why a field was shown to a reviewer."""

    REVIEW = "review"
    AUDIT = "audit"  # it was not flagged, and drawn at random to learn how many of those are wrong
    SECOND = "second"  # somebody decided about it before, which this reviewer was not shown


class FieldKey(NamedTuple):
    """A field of a record of a report, by names that every reading of the report finds again.

    ``record_key`` is the column of that name in every view; ``field`` is "" for the record as a whole.
    """

    report_id: str
    kind: RecordKind
    record_key: str
    field: str


class Shown(NamedTuple):
    """What a reviewer had before them: the value that stood until then (of a record its quote), its evidence, why it
    was shown, and what had been ``read``, where somebody had decided for something else.
    """

    extraction_id: str
    value: str | None
    span: Span | None = None
    evidence: str | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    read: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a field of a record, or on the record as a whole where ``field`` is "".

    ``value`` is what stands from now on (the accepted or corrected value, ``None`` after a rejection), so that it
    holds whatever a later run extracts; ``span`` is the reviewer's evidence for it. ``record_key`` is the column of
    that name in every view. ``token`` is the caller's own name for the decision: it is saved once, however often it is
    sent. ``undoes`` is the number of the decision that an ``UNDONE`` one takes back.
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
    shown: Shown | None = None
    purpose: Purpose = Purpose.REVIEW
    token: str = ""
    undoes: int | None = None

    @property
    def key(self) -> FieldKey:
        """The field that it is about."""
        return FieldKey(self.report_id, self.kind, self.record_key, self.field)


class DecisionRow(NamedTuple):
    """A decision as it was saved; ``report`` is the report's name. Moments are UTC."""

    decision: int
    decided_at: datetime
    reviewer: str
    report: str | None
    kind: str
    record_key: str
    field: str
    verdict: str
    before: str | None
    value: str | None
    span: Mapping[str, int] | None
    shown_span: Mapping[str, int] | None
    shown: str | None
    confidence: float | None
    reasons: Sequence[str]
    note: str
    purpose: str
    undoes: int | None
    undone: bool
    run_id: str | None
    extraction_id: str | None
    report_id: str
    token: str

    @property
    def key(self) -> FieldKey:
        """The field that it is about."""
        return FieldKey(self.report_id, RecordKind(self.kind), self.record_key, self.field)


class Saved(NamedTuple):
    """A decision that is in the database: its number, and the value that it set."""

    decision: int
    value: str | None


_COLUMNS = (
    "report_id, kind, record_key, field, verdict, value, number, unit, dimension, span_start, span_end, reviewer, note,"
    " decided_at, token, purpose, undoes, extraction_id, run_id, before, read, shown_start, shown_end, shown,"
    " confidence, reasons"
)
_INSERT = (
    f"INSERT INTO data.decisions (decision, {_COLUMNS}) SELECT nextval('data.decision_numbers'){', ?' * 18},"
    " (SELECT run_id FROM data.reports WHERE extraction_id = ?), ?, ?, ?, ?, ?, ?, ? RETURNING decision"
)
_HERE = "report_id = ? AND kind = ? AND record_key = ? AND field = ?"
_HISTORY = """
    SELECT
        d.decision, d.decided_at, d.reviewer, r.name, d.kind, d.record_key, d.field, d.verdict, d.before, d.value,
        CASE WHEN d.span_start IS NOT NULL THEN {{'start': d.span_start, 'end': d.span_end}} END,
        CASE WHEN d.shown_start IS NOT NULL THEN {{'start': d.shown_start, 'end': d.shown_end}} END,
        d.shown, d.confidence, coalesce(d.reasons, []), d.note, d.purpose, d.undoes,
        EXISTS (FROM data.decisions u WHERE u.undoes = d.decision), d.run_id, d.extraction_id, d.report_id,
        d.token
    FROM data.decisions d
    LEFT JOIN (SELECT report_id, arg_max(name, number) AS name FROM data.reports GROUP BY ALL) r USING (report_id)
    WHERE {} ORDER BY d.decision
"""


def save_decision(store: Store, decision: Decision, *, seen: int | None = None) -> int:
    """The number of the decision, which is now added to those before it.

    ``seen`` is the number of the last decision on the field that the reviewer knew of, 0 for none: raises
    ``AlreadyDecided`` where somebody else has added one since. Without it nothing is asked. Second looks are blind: of
    them, other second looks count.
    """
    with transaction(store) as connection:
        known = find_saved(store, decision.token)
        if known is not None:
            return known.decision
        if seen is not None:
            _require_unchanged(store, decision, seen)
        saved = connection.execute(_INSERT, storable([_row(decision)])[0]).fetchone()
        connection.execute(
            f"DELETE FROM data.leases WHERE {_HERE} AND reviewer = ?", [*decision.key, decision.reviewer]
        )
    assert saved is not None
    return int(saved[0])


def find_saved(store: Store, token: str) -> Saved | None:
    """The number and value of the decision that was saved under a token."""
    if not token:
        return None
    row = store.connection.execute("SELECT decision, value FROM data.decisions WHERE token = ?", [token]).fetchone()
    return None if row is None else Saved(*row)


def last_decision_on(store: Store, report_id: str) -> int:
    """The number of the last decision about a report, 0 without any: what is known of it is as good as that."""
    (number,) = store.connection.execute(
        "SELECT coalesce(max(decision), 0) FROM data.decisions WHERE report_id = ?", [report_id]
    ).fetchone() or (0,)
    return int(number)


def decisions_on(store: Store, key: FieldKey) -> tuple[DecisionRow, ...]:
    """All decisions on a field in their order, those that were taken back too."""
    rows = store.connection.execute(_HISTORY.format(f"d.{_HERE.replace('AND ', 'AND d.')}"), list(key)).fetchall()
    return tuple(DecisionRow(*row) for row in rows)


def list_decisions(store: Store, report_id: str | None = None, reviewer: str | None = None) -> tuple[DecisionRow, ...]:
    """The log of all decisions in their order, of one report or one reviewer where these are given."""
    where = "(? IS NULL OR d.report_id = ?) AND (? IS NULL OR d.reviewer = ?)"
    rows = store.connection.execute(_HISTORY.format(where), [report_id, report_id, reviewer, reviewer]).fetchall()
    return tuple(DecisionRow(*row) for row in rows)


def last_decision_by(store: Store, reviewer: str) -> DecisionRow | None:
    """The reviewer's last decision that was not taken back."""
    where = (
        "d.decision = (SELECT max(e.decision) FROM data.decisions e WHERE e.reviewer = ? AND e.verdict <> 'undone'"
        " AND NOT EXISTS (FROM data.decisions u WHERE u.undoes = e.decision))"
    )
    row = store.connection.execute(_HISTORY.format(where), [reviewer]).fetchone()
    return None if row is None else DecisionRow(*row)


def decision_of(store: Store, token: str) -> DecisionRow | None:
    """The decision that was sent under a token."""
    row = store.connection.execute(_HISTORY.format("d.token = ?"), [token]).fetchone() if token else None
    return None if row is None else DecisionRow(*row)


def _row(decision: Decision) -> tuple[object, ...]:
    kind, value, shown = decision.kind, decision.value, decision.shown
    measured = Measure() if value is None else measure(kind, decision.field, value)
    about = (*decision.key[:1], kind.value, *decision.key[2:], decision.verdict.value, value)
    said = (*measured, *(decision.span or (None, None)), decision.reviewer, decision.note, now())
    named = (decision.token, decision.purpose.value, decision.undoes)
    if shown is None:
        return (*about, *said, *named, *(None,) * 9)
    place = (*(shown.span or (None, None)), shown.evidence)
    seen = (shown.value, shown.read, *place, shown.confidence, list(shown.reasons))
    return (*about, *said, *named, shown.extraction_id, shown.extraction_id, *seen)


def _require_unchanged(store: Store, decision: Decision, seen: int) -> None:
    newest = store.connection.execute(
        f"SELECT reviewer FROM data.decisions WHERE {_HERE} AND decision > ?"
        " AND (purpose = 'second') = ? AND verdict <> 'undone'"
        " AND decision NOT IN (SELECT undoes FROM data.decisions WHERE undoes IS NOT NULL) ORDER BY decision DESC",
        [*decision.key, seen, decision.purpose is Purpose.SECOND],
    ).fetchone()
    if newest is not None and newest[0] != decision.reviewer:
        raise AlreadyDecided(f"{newest[0]} 刚刚复核了这个字段", "请看过对方的结论，仍有不同意见时再提交一次。")
