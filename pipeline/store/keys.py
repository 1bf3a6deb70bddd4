"""Names for records by which a later reading of the same report finds them again."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from schemas.records import RecordKind
from schemas.stages import GroundedRecord

# The fields that tell one record from another; numbers are left out, since they are what a later reading corrects.
_NAMING: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.REPORT: (),
    RecordKind.EVALUATION: (),
    RecordKind.FUNDING: ("item",),
    RecordKind.GOAL: ("statement",),
    RecordKind.INDICATOR: ("origin", "level1", "level2", "name"),
    RecordKind.DEVIATION: ("kind", "indicator", "description"),
    RecordKind.REMEDY: ("statement",),
}
_LONGEST = 60  # characters of a naming field: readings of a long passage differ at its end first
_SEPARATOR = "|"


def record_keys(records: Sequence[GroundedRecord]) -> tuple[str, ...]:
    """A key for each record, unique within its kind: what it belongs to and is called, and a number where that repeats.

    ``department|产出指标|数量指标|巡查次数``, the second of that name ``…#2``. Evaluations are named by their names,
    not by ids like ``p1``, which move when another project is found.
    """
    evaluations = {
        record.references.get("id", ""): _evaluation_label(record)
        for record in records
        if record.kind is RecordKind.EVALUATION
    }
    seen: Counter[tuple[RecordKind, str]] = Counter()
    keys = []
    for record in records:
        key = _bare_key(record, evaluations)
        seen[record.kind, key] += 1
        count = seen[record.kind, key]
        keys.append(key if count == 1 else f"{key}#{count}")
    return tuple(keys)


def _bare_key(record: GroundedRecord, evaluations: dict[str, str]) -> str:
    if record.kind is RecordKind.EVALUATION:
        return _evaluation_label(record)
    values = {field.name: field.value for field in record.fields}
    parts = [_fold(values.get(name) or record.references.get(name, "")) for name in _NAMING[record.kind]]
    owner = record.references.get("evaluation")
    if owner is not None:
        parts.insert(0, evaluations.get(owner, _fold(owner)))
    return _SEPARATOR.join(parts)


def _evaluation_label(record: GroundedRecord) -> str:
    if record.references.get("scope") == "department":
        return "department"
    return _fold(record.value("name") or record.references.get("id", ""))


def _fold(text: str) -> str:
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split()).replace(_SEPARATOR, "").lower()[:_LONGEST]
