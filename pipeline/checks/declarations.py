"""What a report declares of its goals against the rows of its forms (CONFLICT of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checks.amounts import span_of
from pipeline.checks.attainment import Outcome, judgements
from pipeline.checks.places import table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.prose.declarations import find_declarations
from schemas.records import RecordKind
from schemas.stages import Finding, Severity
from schemas.text import Span

_ONLY_FAR = re.compile(r"偏离[^，。；]{0,10}(?:较大|过大|严重)")
_MISSED_AT_ALL = re.compile(r"未完成|未达")


@check("CONFLICT", Severity.ERROR)
def contradicted_declarations(report: CheckedReport) -> Iterator[Finding]:
    """正文声明没有未完成或偏离的绩效目标，而整体支出自评表中有指标未达目标值。

    A declaration that only nothing was missed by far is not judged, nor is one against the form of a single project.
    """
    text = report.document.text
    declared = next((span for span in find_declarations(text, Span(0, len(text))) if _counts(report, span)), None)
    if declared is None:
        return
    for record in report.by_evaluation(RecordKind.INDICATOR).get("department", ()):
        judged = judgements(report)[record.index]
        if record.references.get("origin") != "form" or judged.outcome is not Outcome.UNMET:
            continue
        values = f"目标{record.value('target')}，实际{record.value('actual')}（{judged.shown}）"
        detail = (
            f"正文称“{report.document.quote(declared).strip()[-30:]}”，而{record.value('name') or '指标'}：{values}"
        )
        yield Finding("CONFLICT", Severity.ERROR, detail, (declared, *span_of(record)))
        return


def _counts(report: CheckedReport, span: Span) -> bool:
    words = report.document.quote(span)
    far = _ONLY_FAR.search(words) is not None and _MISSED_AT_ALL.search(words) is None
    return not far and table_at(report.document, span) is None
