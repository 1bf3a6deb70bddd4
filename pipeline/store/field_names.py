"""A field found by the short name that commands print for it."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.errors import UnknownField
from pipeline.store.connection import Store
from pipeline.store.decisions import FieldKey
from schemas.records import RecordKind

_SHORTEST = 6
_FLAGGED = """
    SELECT report_id, kind, record_key, field, extraction_id FROM data.flagged
    WHERE starts_with(md5(concat_ws('|', report_id, kind, record_key, field)), $name)"""
_ALL = """
    SELECT c.report_id, r.kind, r.record_key, n.name, r.extraction_id
    FROM data.records r
    JOIN (SELECT extraction_id, report_id FROM data.current_extractions) c USING (extraction_id)
    JOIN (
        SELECT extraction_id, record, name FROM data.fields UNION SELECT extraction_id, record, '' FROM data.records
        UNION SELECT e.extraction_id, k.record, d.field -- what only a reviewer filled in
        FROM data.decisions d
        JOIN data.current_extractions e USING (report_id)
        JOIN data.records k ON k.extraction_id = e.extraction_id AND k.kind = d.kind AND k.record_key = d.record_key
    ) n USING (extraction_id, record)
    WHERE starts_with(md5(concat_ws('|', c.report_id, r.kind, r.record_key, n.name)), $name)"""


class NamedField(NamedTuple):
    """A field and the extraction that tells its present value."""

    key: FieldKey
    extraction_id: str


def find_field(store: Store, name: str) -> NamedField:
    """The field whose short name begins so: one that waits for review where there is such, else any.

    Raises ``UnknownField`` where there is none, or more than one.
    """
    wanted = name.strip().lower()
    if len(wanted) < _SHORTEST:
        raise UnknownField(f"字段编号“{name}”太短", f"至少 {_SHORTEST} 位；编号见 extract review list。")
    for query in (_FLAGGED, _ALL):
        found = store.connection.execute(query, {"name": wanted}).fetchall()
        if len(found) == 1:
            ((report_id, kind, record_key, field, extraction_id),) = found
            return NamedField(FieldKey(report_id, RecordKind(kind), record_key, field), extraction_id)
        if found:
            raise UnknownField(f"有 {len(found)} 个字段的编号以“{name}”开头", "请多写几位。")
    raise UnknownField(f"没有编号为“{name}”的字段", "编号见 extract review list。")
