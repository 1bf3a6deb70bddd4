"""What is left for reviewers: the open fields in their order, and who has which of them before them just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from pipeline.store.connection import Store, now, transaction
from pipeline.store.decisions import FieldKey, Purpose
from schemas.records import RecordKind

LEASE = timedelta(minutes=15)
"""How long a field is kept for the reviewer it was shown to, counted from their last sign of life."""

_PARTS = 1_000_000  # of a share that is drawn at random


class Reason(StrEnum):
    """Why a field is open, in the order in which the first that holds is told."""

    UNSURE = "unsure"  # a reviewer could not tell
    CHANGED = "changed"  # a later reading, or a second reviewer, disagrees with what was decided
    ABSENT = "absent"
    NUMBER_MISMATCH = "number_mismatch"
    AMBIGUOUS = "ambiguous"
    CHECKED = "checked"  # a check of the reading failed
    UNCONFIRMED = "unconfirmed"  # only one of two readers saw the record
    DISAGREED = "disagreed"  # two readers read different values
    LOW = "low"  # nothing but its confidence
    AUDIT = "audit"
    SECOND = "second"


class Order(StrEnum):
    """In which order the open fields are shown."""

    RISK = "risk"  # the least sure first
    REPORT = "report"  # report by report, the one with the least sure field first, in the order of its text


class QueueFilter(NamedTuple):
    """Which open fields are wanted; what is empty says nothing. ``report`` and ``unit`` are words that the name holds,
    ``code`` that of a finding that touches the field.
    """

    report: str = ""
    unit: str = ""
    kind: str = ""
    reason: str = ""
    code: str = ""


class Draw(NamedTuple):
    """What is shown beside or instead of the flagged fields: the shares, in [0, 1], of the unflagged fields that are
    mixed in, and of the decided ones that somebody else decides about once more.
    """

    audit: float = 0.0
    second: float = 0.0


class OpenField(NamedTuple):
    """A field that waits for a decision. ``mine`` where the reviewer has it before them already."""

    report_id: str
    kind: str
    record_key: str
    field: str
    extraction_id: str
    record: int
    report: str
    confidence: float | None
    reason: str
    purpose: str
    mine: bool

    @property
    def key(self) -> FieldKey:
        """The field's names."""
        return FieldKey(self.report_id, RecordKind(self.kind), self.record_key, self.field)


class Facets(NamedTuple):
    """How many open fields there are by report, unit, kind, reason and code of a finding, the most first."""

    total: int
    reports: Sequence[tuple[str, int]]
    units: Sequence[tuple[str, int]]
    kinds: Mapping[str, int]
    reasons: Mapping[str, int]
    codes: Mapping[str, int]


_KEY = ("report_id", "kind", "record_key", "field")
_SAME = "(report_id, kind, record_key, field) = (?, ?, ?, ?)"
_REASON = """
    CASE
        WHEN verdict = 'unsure' THEN 'unsure'
        WHEN verdict IS NOT NULL THEN 'changed'
        WHEN status IN ('absent', 'number_mismatch', 'ambiguous') THEN status
        WHEN contains(signals, '"check_failed"') THEN 'checked'
        WHEN contains(signals, '"unconfirmed"') THEN 'unconfirmed'
        WHEN contains(signals, '"disagreed"') THEN 'disagreed'
        ELSE 'low'
    END"""
_CURRENT = "current AS MATERIALIZED (SELECT extraction_id, report_id, name, unit_name FROM data.current_extractions)"
_FLAGGED = f"""
    SELECT
        report_id, kind, record_key, field, extraction_id, record, span_start, confidence, {_REASON} AS reason,
        'review' AS purpose, verdict
    FROM data.flagged"""
# Drawn by a hash, so that everybody draws the same ones whenever they look.
_AUDIT = """
    SELECT
        c.report_id, r.kind, r.record_key, f.name AS field, f.extraction_id, f.record, f.span_start, f.confidence,
        'audit' AS reason, 'audit' AS purpose, NULL AS verdict
    FROM drawn f JOIN current c USING (extraction_id) JOIN data.records r USING (extraction_id, record)
    ANTI JOIN data.latest_decisions d
        ON d.report_id = c.report_id AND d.kind = r.kind AND d.record_key = r.record_key AND d.field = f.name
    ANTI JOIN data.rejected_records x USING (extraction_id, record)"""
_DRAWN = f"""
    drawn AS MATERIALIZED (
        SELECT f.extraction_id, f.record, f.name, f.span_start, f.confidence
        FROM data.fields f JOIN current c USING (extraction_id)
        WHERE NOT f.flagged AND f.position IS NOT NULL AND hash(c.report_id, f.record, f.name) % {_PARTS} < ?
    )"""
_SECOND = f"""
    SELECT
        d.report_id, d.kind, d.record_key, d.field, d.decided_extraction AS extraction_id, d.record, d.span_start,
        d.confidence, 'second' AS reason, 'second' AS purpose, NULL AS verdict
    FROM data.decided_fields d
    ANTI JOIN data.standing_decisions s
        ON s.purpose = 'second' AND s.report_id = d.report_id AND s.kind = d.kind AND s.record_key = d.record_key
            AND s.field = d.field
    WHERE d.verdict <> 'unsure' AND NOT d.flagged AND d.reviewer <> $me AND d.decided_extraction IS NOT NULL
        AND hash(d.report_id, d.record_key, d.field) % {_PARTS} < $share"""
_RISKIEST = ", min(o.confidence) OVER (PARTITION BY o.extraction_id) AS riskiest"
_ORDERS = {
    Order.RISK: "confidence NULLS FIRST, report, extraction_id, record, field",
    Order.REPORT: "riskiest NULLS FIRST, report, extraction_id, span_start NULLS FIRST, record, field",
}


def hand_out(
    store: Store, reviewer: str, wanted: QueueFilter, draw: Draw, order: Order, count: int
) -> tuple[OpenField, ...]:
    """At most ``count`` open fields for the reviewer, which nobody else is shown meanwhile.

    First come those that they were shown before and have not settled; what they skipped comes when nothing else is
    left; what they could not tell comes to others only. Those of ``draw.audit`` are spread evenly among the others.
    """
    with transaction(store) as connection:
        found = _pick(store, reviewer, wanted, draw, order, count)
        if not found:
            found = _pick(store, reviewer, wanted, draw, order, count, skipped=True)
            for field in found:
                connection.execute(f"DELETE FROM data.leases WHERE {_SAME} AND reviewer = ?", [*field[:4], reviewer])
        moment = now()
        connection.execute(
            "DELETE FROM data.leases WHERE NOT skipped AND (reviewer = ? OR until < ?)", [reviewer, moment]
        )
        if found:
            rows = [(*field[:4], field.purpose, reviewer, moment + LEASE, False) for field in found]
            places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
            connection.execute(f"INSERT INTO data.leases VALUES {places}", [value for row in rows for value in row])
    return found


def skip_field(store: Store, reviewer: str, key: FieldKey) -> None:
    """Set a field aside for this reviewer, and leave it to others."""
    with transaction(store) as connection:
        connection.execute(f"DELETE FROM data.leases WHERE {_SAME} AND reviewer = ?", [*key, reviewer])
        connection.execute(
            "INSERT INTO data.leases VALUES (?, ?, ?, ?, ?, ?, ?, true)", [*key, Purpose.REVIEW.value, reviewer, now()]
        )


def renew_leases(store: Store, reviewer: str) -> None:
    """Keep what the reviewer has before them for another while."""
    with transaction(store) as connection:
        connection.execute(
            "UPDATE data.leases SET until = ? WHERE reviewer = ? AND NOT skipped", [now() + LEASE, reviewer]
        )


def list_open(store: Store, wanted: QueueFilter, limit: int | None = None) -> tuple[OpenField, ...]:
    """The open fields, the least sure first, whoever has them before them."""
    where, values = _where(wanted)
    query = f"""
        WITH {_CURRENT}, open AS ({_FLAGGED})
        SELECT {_columns("o")}, false FROM open o JOIN current c USING (extraction_id) WHERE {where}
        ORDER BY {_ORDERS[Order.RISK]} LIMIT {"ALL" if limit is None else int(limit)}"""
    return tuple(OpenField(*row) for row in store.connection.execute(query, values).fetchall())


def count_open(store: Store, wanted: QueueFilter) -> Facets:
    """How many open fields there are, in all and by what they can be filtered by; each count obeys all filters."""
    where, values = _where(wanted)
    connection = store.connection
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE counted AS
        WITH {_CURRENT}, open AS ({_FLAGGED})
        SELECT o.extraction_id, o.record, o.field, o.kind, o.reason, c.name, c.unit_name
        FROM open o JOIN current c USING (extraction_id) WHERE {where}""",
        values,
    )

    def counts(column: str) -> list[tuple[str, int]]:
        return connection.execute(
            f"SELECT {column}, count(*) AS n FROM counted WHERE {column} IS NOT NULL GROUP BY ALL ORDER BY n DESC, 1"
            " LIMIT 200"
        ).fetchall()

    codes = connection.execute(
        """
        SELECT n.code, count(DISTINCT (t.extraction_id, t.record, t.field)) AS n
        FROM counted t
        JOIN (SELECT extraction_id, code, unnest(fields) AS place FROM data.findings) n
            ON n.extraction_id = t.extraction_id AND n.place.record = t.record AND n.place.field = t.field
        GROUP BY ALL ORDER BY n DESC, 1"""
    ).fetchall()
    total = connection.execute("SELECT count(*) FROM counted").fetchone() or (0,)
    named = (counts("name"), counts("unit_name"), dict(counts("kind")), dict(counts("reason")), dict(codes))
    return Facets(int(total[0]), *named)


def _pick(
    store: Store, reviewer: str, wanted: QueueFilter, draw: Draw, order: Order, count: int, *, skipped: bool = False
) -> tuple[OpenField, ...]:
    """The next fields, with those that the reviewer ``skipped`` or without."""

    def select(source: str, share: float | None) -> tuple[OpenField, ...]:
        named = {"me": reviewer, "moment": now(), "count": count, "skipped": skipped}
        return _select(store, wanted, order, source, share, named)

    if draw.second:
        return select(_SECOND, draw.second)
    flagged = select(_FLAGGED, None)
    if not draw.audit:
        return flagged
    drawn = select(_AUDIT, draw.audit)
    # as many of either as there are left, so that the drawn ones come all along and not at the end
    left = {source: _count(store, wanted, source, share) for source, share in ((_FLAGGED, None), (_AUDIT, draw.audit))}
    return _mix(flagged, drawn, left[_FLAGGED], left[_AUDIT], count)


def _mix(
    flagged: Sequence[OpenField], drawn: Sequence[OpenField], flagged_left: int, drawn_left: int, count: int
) -> tuple[OpenField, ...]:
    """The first of both, each at the pace at which both would end together; what is before the reviewer comes first."""
    paced = [
        *(((place + 0.5) / max(flagged_left, 1), field) for place, field in enumerate(flagged)),
        *(((place + 0.5) / max(drawn_left, 1), field) for place, field in enumerate(drawn)),
    ]
    paced.sort(key=lambda pair: (not pair[1].mine, pair[0]))
    return tuple(field for _, field in paced[:count])


def _select(
    store: Store, wanted: QueueFilter, order: Order, source: str, share: float | None, asked: Mapping[str, Any]
) -> tuple[OpenField, ...]:
    where, values = _where(wanted)
    named: dict[str, Any] = {"reason": "", **values, **asked}
    same = " AND ".join(f"l.{name} = o.{name}" for name in _KEY)
    query = f"""
        WITH {_CURRENT}{_drawn(source, share, named)}, open AS ({source}), chosen AS (
            SELECT {_columns("o")}, o.span_start{_RISKIEST if order is Order.REPORT else ""}
            FROM open o JOIN current c USING (report_id)
            ANTI JOIN (
                SELECT d.* FROM data.decisions d ANTI JOIN data.decisions u ON u.undoes = d.decision
                WHERE d.verdict = 'unsure' AND d.reviewer = $me AND $reason <> 'unsure'
            ) l ON {same} AND o.verdict = 'unsure'
            WHERE {where}
        )
        SELECT {", ".join(f"o.{name}" for name in OpenField._fields[:-1])}, m.reviewer IS NOT NULL AS mine
        FROM chosen o
        LEFT JOIN data.leases m ON {same.replace("l.", "m.")} AND m.reviewer = $me AND NOT m.skipped
        ANTI JOIN (FROM data.leases WHERE CASE WHEN skipped THEN reviewer = $me AND NOT $skipped
            ELSE reviewer <> $me AND until > $moment END) l ON {same}
        ORDER BY mine DESC, {_ORDERS[order]} LIMIT $count"""
    return tuple(OpenField(*row) for row in store.connection.execute(query, named).fetchall())


def _count(store: Store, wanted: QueueFilter, source: str, share: float | None) -> int:
    where, values = _where(wanted)
    named: dict[str, Any] = dict(values)
    query = f"""
        WITH {_CURRENT}{_drawn(source, share, named)}, open AS ({source})
        SELECT count(*) FROM open o JOIN current c USING (report_id) WHERE {where}"""
    return int((store.connection.execute(query, named).fetchone() or (0,))[0])


def _drawn(source: str, share: float | None, named: dict[str, Any]) -> str:
    """The part of the query that draws, and its value among the named ones."""
    if share is None:
        return ""
    named["share"] = round(share * _PARTS)
    return f", {_DRAWN.replace('?', '$share')}" if source is _AUDIT else ""


def _columns(alias: str) -> str:
    own = (*_KEY, "extraction_id", "record")
    return ", ".join((*(f"{alias}.{name}" for name in own), "c.name AS report", f"{alias}.confidence, reason, purpose"))


def _where(wanted: QueueFilter) -> tuple[str, dict[str, Any]]:
    """The condition on ``open o`` and ``current c``, and its named values."""
    conditions = {
        "report": "contains(c.name, $report)",
        "unit": "contains(coalesce(c.unit_name, ''), $unit)",
        "kind": "o.kind = $kind",
        "reason": "o.reason = $reason",
        "code": """(o.extraction_id, o.record, o.field) IN (
            SELECT (extraction_id, place.record, place.field)
            FROM (SELECT extraction_id, unnest(fields) AS place FROM data.findings WHERE code = $code)
        )""",
    }
    said = [condition for name, condition in conditions.items() if getattr(wanted, name)]
    return " AND ".join(said) or "true", {name: getattr(wanted, name) for name in conditions if getattr(wanted, name)}
