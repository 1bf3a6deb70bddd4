"""How sure we are of each field, as a number in [0, 1] with the signals that made it, and the reasons to flag it.

The default weights are set by hand and are the same for every report: a field that the text bears out and that no
check doubts starts at the reliability of the rule that read it, and each doubt takes its share away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.quantities import parse_quantity
from pipeline.settings import DEFAULT_THRESHOLD
from schemas.records import FieldType, field_types
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord, ScoredField, Status

_GROUNDING = {
    Status.EXACT: 1.0,
    Status.FOLDED: 0.98,
    Status.AMBIGUOUS: 0.5,
    Status.NUMBER_MISMATCH: 0.1,
    Status.ABSENT: 0.1,
}
_RULES = {
    "indicators.row": 0.98,
    "funding.row": 0.97,
    "funding.split": 0.95,
    "funding.damaged_row": 0.4,
    "funding.prose": 0.8,
    "goals.form": 0.95,
    "goals.prose": 0.8,
    "evaluations.form": 0.97,
    "evaluations.prose": 0.9,
    "narrative.measure": 0.8,
    "problems.item": 0.85,
    "remedies.item": 0.9,
    "facts": 0.93,
}
_OTHER_RULE = 0.85
_STATUS_FLAGS = {
    Status.AMBIGUOUS: "原文中有多处相同内容，无法确定出处",
    Status.NUMBER_MISMATCH: "原文相应位置的数字与此不符",
    Status.ABSENT: "原文中找不到此内容",
}
_NUMERIC_ONLY = frozenset({"weight", "score", "total_score", "rate", "completion_rate"})
_DOUBTED = 0.4


def score_fields(
    records: Sequence[GroundedRecord], findings: Sequence[Finding], threshold: float = DEFAULT_THRESHOLD
) -> tuple[ScoredField, ...]:
    """The confidence in every field of every record, in order, with flags where it is low or a check failed."""
    doubts: dict[FieldRef, list[Finding]] = {}
    for finding in findings:
        for ref in finding.fields:
            doubts.setdefault(ref, []).append(finding)
    return tuple(
        _score(record, field, doubts.get(FieldRef(record.index, field.name), ()), threshold)
        for record in records
        for field in record.fields
    )


def _score(record: GroundedRecord, field: GroundedField, doubts: Iterable[Finding], threshold: float) -> ScoredField:
    signals = dict(_signals(record, field, tuple(doubts)))
    confidence = 1.0
    for value in signals.values():
        confidence *= value
    flags = [finding.detail for finding in doubts]
    if not field.status.vouched:
        flags.insert(0, _STATUS_FLAGS[field.status])
    if confidence < threshold and not flags:
        flags.append("读取方式的可靠性较低，请核对")
    return ScoredField(FieldRef(record.index, field.name), round(confidence, 4), signals, tuple(flags))


def _signals(record: GroundedRecord, field: GroundedField, doubts: Sequence[Finding]) -> Mapping[str, float]:
    """Each signal is a factor in [0, 1]; 1 means that it raises no doubt."""
    extraction = [finding for finding in doubts if not finding.about_report]
    return {
        "grounding": _GROUNDING[field.status],
        "rule": _RULES.get(record.rule, _OTHER_RULE),
        "shape": _shape(record, field),
        "checks": _DOUBTED if extraction else 0.9 if doubts else 1.0,
    }


def _shape(record: GroundedRecord, field: GroundedField) -> float:
    """How usual the value looks for its field: a score that is no number, or a name of 80 characters, is not."""
    kind = field_types(record.kind).get(field.name)
    if kind is FieldType.NUMBER and field.name in _NUMERIC_ONLY and parse_quantity(field.value) is None:
        return 0.5
    if kind is FieldType.NAME and len(field.value) > 80:
        return 0.8
    return 1.0
