"""More spent than the budget it is compared with, without a word on why (OVER_BUDGET of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checks.amounts import COLUMNS, Amount, fold_words, item_of, read_amount, refs_of, show, span_of
from pipeline.checks.breakdowns import TOTAL_ITEM, FundingRow, funding_tables
from pipeline.checks.places import funding_by_evaluation, sentences_with
from pipeline.checks.registry import CheckedReport, check
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity

_REASON = re.compile(r"原因|由于|因为|主要是|系因|所致|追加|调增|调整|结转|上年结余|上级下达")
_WHOLE = re.compile(r"整体支出|支出总额|总支出|支出总计|支出合计")
_FILLER = re.compile(r"经费|费用|资金|金额|支出|总额|合计|情况|使用|项目|专项|费$|^其中")
_MUST_BE_BUDGETED = re.compile(r"三公|接待|出国|车|会议|培训")
_SHORTEST = 2
_PROJECT_NAME = 4


@check("OVER_BUDGET", Severity.WARNING)
def unexplained_overspending(report: CheckedReport) -> Iterator[Finding]:
    """实际支出超过了与之相比的预算，且没有说明原因。

    The budget is 全年预算数, and 年初预算数 only where no other is given, not for a project either whose own form or
    passage has the money that was added in the year, nor for one that had no budget when the year began. A reason
    counts where a deviation, or any sentence with a word of reason, names the item or the row that it is a part of.
    """
    above = _rows_above(report)
    for record in (record for records in funding_by_evaluation(report).values() for record in records):
        executed = read_amount(record, "executed")
        column = next((name for name in ("annual_budget", "initial_budget") if record.get(name) is not None), None)
        budget = read_amount(record, column) if column is not None else None
        if executed is None or column is None or budget is None or not _exceeds(executed, budget):
            continue
        if column == "initial_budget" and (
            _has_later_budget(report, record, executed) or _came_in_the_year(record, budget)
        ):
            continue
        rows = (record, *above.get(record.index, ()))
        if any(_is_explained(report, row) for row in rows) or _repeats(record, rows[1:], column):
            continue
        excess = show((executed.value - budget.value) / executed.factor, 4)
        amounts = f"{COLUMNS[column]}{budget.text}，实际支出{executed.text}，超出{excess}"
        detail = f"{record.value('item') or '资金'}：{amounts}，未说明原因"
        yield Finding("OVER_BUDGET", Severity.WARNING, detail, span_of(record), refs_of(record, (column, "executed")))


def _has_later_budget(report: CheckedReport, record: GroundedRecord, executed: Amount) -> bool:
    """True where the project that the row names has a final budget of its own that covers what was spent."""
    item = item_of(record)
    for project in report.of_kind(RecordKind.EVALUATION):
        name = fold_words(project.value("name"))
        if project.references.get("scope") != "project" or min(len(name), len(item)) < _PROJECT_NAME:
            continue
        if not (name in item or item in name or _FILLER.sub("", name) == _FILLER.sub("", item)):
            continue
        for other in report.by_evaluation(RecordKind.FUNDING).get(project.references.get("id", ""), ()):
            budget = read_amount(other, "annual_budget")
            if budget is not None and budget.value + budget.half >= executed.value - executed.half:
                return True
    return False


def _came_in_the_year(record: GroundedRecord, budget: Amount) -> bool:
    """True for a row that began the year with nothing and so has no budget to compare with; 三公经费 must have one."""
    return not budget.value and _MUST_BE_BUDGETED.search(item_of(record)) is None


def _repeats(record: GroundedRecord, above: tuple[GroundedRecord, ...], column: str) -> bool:
    """True where the row above has the same amounts: it is the finding, and this row its only part."""
    names = (column, "executed")
    return any(all(row.value(name) == record.value(name) for name in names) for row in above)


def _exceeds(executed: Amount, budget: Amount) -> bool:
    same = executed.dimension == budget.dimension and executed.factor == budget.factor
    return same and executed.value - executed.half > budget.value + budget.half


def _rows_above(report: CheckedReport) -> dict[int, tuple[GroundedRecord, ...]]:
    """For a numbered row, the row without number that it is a part of, by index of its record."""
    found: dict[int, tuple[GroundedRecord, ...]] = {}
    for _, rows in funding_tables(report):
        head: FundingRow | None = None
        for row in rows:
            if row.number is None and not row.label.lstrip().startswith("其中"):
                head = row
            elif row.number is not None and head is not None:
                found[row.record.index] = (head.record,)
    return found


def _is_explained(report: CheckedReport, record: GroundedRecord) -> bool:
    item, evaluation = item_of(record), record.references.get("evaluation", "")
    core = _FILLER.sub("", item)
    names = tuple(name for name in (item, core) if len(name) >= _SHORTEST)
    total = TOTAL_ITEM.fullmatch(item) is not None or _WHOLE.search(item) is not None
    for deviation in report.by_evaluation(RecordKind.DEVIATION).get(evaluation, ()):
        words = fold_words(" ".join([deviation.quote.value, *(field.value for field in deviation.fields)]))
        if deviation.references.get("kind") != "problem" and (total or any(name in words for name in names)):
            return True
    text = report.document.text
    spans = {span for name in (record.value("item") or "", *names) if name for span in sentences_with(text, name)}
    return any(_REASON.search(report.document.quote(span)) for span in spans)
