"""How sure we are of each field, as a number in [0, 1] with the signals that made it, and the reasons to flag it.

The default weights are set by hand and are the same for every report: a field that the text bears out and that no
check doubts starts at the reliability of the rule that read it, and each doubt takes its share away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.folding import fold
from pipeline.quantities import parse_quantity, same_quantity
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
_SAME, _DIFFERENT, _ALONE, _UNCONFIRMED = 1.0, 0.7, 0.95, 0.4
"""What a second reader's word is worth: the same value, another value, none, or no record where it was in charge."""
_UNSUPPORTED = 0.3
_CONFIRMED_RULE = 0.97
"""Two readers that agree are as good as a form."""
STATUS_FLAGS = {
    Status.AMBIGUOUS: "原文中有多处相同内容，无法确定出处",
    Status.NUMBER_MISMATCH: "原文相应位置的数字与此不符",
    Status.ABSENT: "原文中找不到此内容",
}
_NUMERIC_ONLY = frozenset(
    {
        *("weight", "score", "total_score", "rate", "completion_rate"),
        *("prior_executed", "initial_budget", "annual_budget", "executed", "authorized_staff", "actual_staff"),
    }
)
_LISTED = {
    "unit": re.compile(r"[十百千万亿]*([美欧日港]?元|[百千万亿])"),
    "grade": re.compile(r"[“”\"]?(优秀?|良好?|中等?|较?差|(基本|不)?合格|达标|[一二三ABCD][级等]?|[ABCD])[“”\"]?"),
}
"""What units of money and grades look like."""
_SHORTEST_NAME, _LONGEST_NAME, _SHORTEST_TEXT = 2, 80, 4  # characters
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
    flags = [finding.detail for finding in doubts if not finding.about_report]
    if not field.status.vouched:
        flags.insert(0, STATUS_FLAGS[field.status])
    if _unsupported(record) and field.status.vouched:
        flags.append("这一条没有可以核对的出处")
    elif record.confirmed is False:
        flags.append("只有一种读法读出这一条，负责这段原文的读法没有读出，请核对")
    elif _second_word(record, field) == _DIFFERENT:
        flags.append(f"两种读法不同，另一种读作“{field.other}”")
    if confidence < threshold and not flags:
        flags.append("读取方式的可靠性较低，请核对")
    if flags:  # where the report contradicts itself, its values may well be read right: that alone is no doubt
        flags += [finding.detail for finding in doubts if finding.about_report]
    return ScoredField(FieldRef(record.index, field.name), round(confidence, 4), signals, tuple(flags))


def _signals(record: GroundedRecord, field: GroundedField, doubts: Sequence[Finding]) -> Mapping[str, float]:
    """Each signal is a factor in [0, 1]; 1 means that it raises no doubt."""
    extraction = [finding for finding in doubts if not finding.about_report]
    return {
        "grounding": _GROUNDING[field.status],
        "rule": _reliability(record, field),
        **_readers(record, field),
        **({"evidence": _UNSUPPORTED} if _unsupported(record) else {}),
        "shape": _shape(record, field),
        "checks": _DOUBTED if extraction else 0.9 if doubts else 1.0,
    }


def _reliability(record: GroundedRecord, field: GroundedField) -> float:
    own = _RULES.get(record.rule, _OTHER_RULE)
    return max(own, _CONFIRMED_RULE) if _second_word(record, field) == _SAME else own


def _readers(record: GroundedRecord, field: GroundedField) -> Mapping[str, float]:
    """The signal ``readers``, where a second reader looked."""
    word = _second_word(record, field)
    return {} if word is None else {"readers": word}


def _second_word(record: GroundedRecord, field: GroundedField) -> float | None:
    """What a second reader's word on a field is worth, ``None`` where none looked."""
    if record.confirmed is False:
        return _UNCONFIRMED
    if field.other is None:
        return None
    if not field.other:
        return _ALONE
    return _SAME if _alike(record, field) else _DIFFERENT


def _unsupported(record: GroundedRecord) -> bool:
    """True for a record whose quote is not in the text, or has none of its values."""
    return record.confirmed is not False and not record.accepted


def _alike(record: GroundedRecord, field: GroundedField) -> bool:
    """True where both readers read the same: numbers by value and unit, words where one holds the other."""
    one, other = fold(field.value), fold(field.other or "")
    if field_types(record.kind).get(field.name) is FieldType.NUMBER:
        first, second = parse_quantity(field.value), parse_quantity(field.other or "")
        return one == other or (first is not None and second is not None and same_quantity(first, second))
    return one in other or other in one


def _shape(record: GroundedRecord, field: GroundedField) -> float:
    """How usual the value looks for its field: a score that is no number is not, nor is a goal of two characters."""
    kind = field_types(record.kind).get(field.name)
    if kind is FieldType.NUMBER and field.name in _NUMERIC_ONLY and parse_quantity(field.value) is None:
        return 0.5
    if kind is FieldType.TEXT and len(field.value) < _SHORTEST_TEXT:
        return 0.5
    if field.name in _LISTED:
        return 1.0 if _LISTED[field.name].fullmatch(fold(field.value)) else 0.5
    if kind is FieldType.NAME and len(field.value) < _SHORTEST_NAME:
        return 0.5
    if kind is FieldType.NAME and len(field.value) > _LONGEST_NAME:
        return 0.8
    return 1.0
