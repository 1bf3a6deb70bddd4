"""Results told in prose against what the words around their numbers say: a result, a target, a rate, a change."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checks.evidence import doubt, vouched_numbers
from pipeline.checks.registry import CheckedReport, check
from pipeline.prose.numbers import told_fields
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, Severity

_TITLES = {
    "actual": "实际完成值",
    "target": "目标值",
    "completion_rate": "完成率",
    "change": "与上年相比的增减",
    "earlier": "上年或以前的数",
    "weight": "分值",
    "score": "得分",
}


@check("ROLE_DIFFERS", Severity.WARNING)
def numbers_of_other_roles(report: CheckedReport) -> Iterator[Finding]:
    """正文中的数值另有所指：目标、完成率、增减或上年的数，被当成了别的。"""
    for record, field, span in vouched_numbers(report):
        narrative = record.kind is RecordKind.INDICATOR and record.references.get("origin") == "narrative"
        if not narrative or field.name not in _TITLES or report.standings.at(span) is not None:
            continue
        told = told_fields(report.document.text, span)
        if not told or field.name in told:
            continue
        said = "或".join(_TITLES[name] for name in _TITLES if name in told)
        detail = f"“{field.value}”在原文中说的是{said}，不是{_TITLES[field.name]}"
        yield doubt("ROLE_DIFFERS", Severity.WARNING, detail, (span,), FieldRef(record.index, field.name))
