"""What the commands tell: runs, reports, checks and diagnoses as lines for people and as plain data for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipeline.checking import CheckedField, CheckedLabels
from pipeline.detail import check_meanings, finding_detail, line_starts, place_of
from pipeline.doctor import Diagnosis
from pipeline.errors import ExtractError
from pipeline.grids import printable, shorten, text_table
from pipeline.readout import place_words
from pipeline.run import FileOutcome, Outcome, RunReport
from pipeline.store import CallTotals, EvalRow, ReportRow, RunRow, TaskTotals, ViewRows
from pipeline.titles import CALL_STATES, KINDS, REPORT_STATES, SEVERITIES, STATUSES
from schemas.calls import CallState
from schemas.stages import Severity, Status
from schemas.text import Document

if TYPE_CHECKING:
    from pipeline.plans import Plan

_QUOTE = 60  # columns of a quote that are shown
_SHOWN_PLACES = 4  # of values with one and the same trouble
_WIDTH = 120


def run_lines(report: RunReport) -> Iterator[str]:
    """What came of a run: counts, records by kind, findings by code, and a line for each file that failed."""
    summary, outcomes = report.summary, [file.outcome for file in report.outcomes]
    if report.interrupted:
        yield "已中断：此前完成的报告都已入库，再次运行会接着做。"
    rows = [
        ("报告：已读取", str(summary.counts.read)),
        ("报告：已跳过（此前提取过）", str(outcomes.count(Outcome.SKIPPED))),
        ("报告：已跳过（内容重复）", str(outcomes.count(Outcome.DUPLICATE))),
        ("报告：失败", str(summary.counts.failed)),
        *((("报告：不完整（再次运行会补上）", str(summary.partial)),) if summary.partial else ()),
        *((f"记录：{title}", str(summary.records[kind])) for kind, title in KINDS.items() if kind in summary.records),
        ("字段：合计", str(summary.fields)),
        ("字段：待复核 ⚑", str(summary.flagged_fields)),
        *((f"矛盾与核对：{code}（{_meaning(code)}）", str(count)) for code, count in summary.findings.items()),
        *(() if summary.calls is None else _calls_rows(summary.calls)),
    ]
    yield from text_table(("项目", "数量"), rows, _WIDTH)
    yield from map(failure_line, (file for file in report.outcomes if file.error is not None))
    for file in report.outcomes:
        if file.twin is not None:
            same = f"与 {printable(file.twin.path)} 是同一份报告（相似度 {file.twin.likeness:.0%}），未重复入库"
            yield f"另一种格式：{printable(str(file.path))} {same}"
        elif file.outcome is Outcome.DUPLICATE:
            yield f"内容重复，已跳过：{printable(str(file.path))}"
    for file in report.outcomes:
        if file.gaps:
            missing = printable("；".join(file.gaps))
            yield f"不完整 {printable(str(file.path))}：{missing} → 再次运行 extract run 会补上。"


def _calls_rows(calls: CallTotals) -> Iterator[tuple[str, str]]:
    """What was asked of a model, and what it cost."""
    yield "模型：调用", f"{calls.calls}"
    for state, count in calls.states.items():
        if state != CallState.COMPLETE:
            yield f"模型：调用，{CALL_STATES[state]}", f"{count}"
    yield "模型：输入 token（其中服务方缓存）", f"{calls.input_tokens}（{calls.cached_tokens}）"
    yield "模型：输出 token", f"{calls.output_tokens}"
    yield from (("模型：花费", money(amount, currency)) for currency, amount in calls.costs.items())
    if calls.unpriced:
        yield "模型：花费", f"有 {calls.unpriced} 次调用不知价格，见 --prices"


def money(amount: Decimal, currency: str) -> str:
    """An amount with four decimals and its currency."""
    return f"{amount:.4f} {currency}"


def plan_lines(plan: Plan) -> Iterator[str]:
    """What a run would ask of a model, as a table."""
    cost = "不知道该模型的价格，见 --prices" if plan.cost is None else money(plan.cost, plan.currency or "")
    rows = [
        ("文件（其中已提取过、不能读）", f"{plan.files}（{plan.skipped}、{plan.failed}）"),
        ("分块", f"{plan.chunks}"),
        ("要发出的请求", f"{sum(plan.calls.values())}"),
        *((f"　任务 {task}", f"{count}") for task, count in sorted(plan.calls.items())),
        ("已有回答、不再询问", f"{plan.answered}"),
        ("输入 token（估计）", f"{plan.input_tokens}"),
        ("输出 token（估计）", f"{plan.output_tokens}"),
        ("花费（估计）", cost),
    ]
    yield from text_table((f"模型 {plan.model}", ""), rows, _WIDTH)
    yield "未发送任何请求。第二遍询问要看第一遍的回答，未计入。"


def plan_data(plan: Plan) -> dict[str, Any]:
    """What a run would ask of a model, as plain data."""
    return {**plan._asdict(), "cost": None if plan.cost is None else str(plan.cost)}


def failure_line(file: FileOutcome) -> str:
    """A file that failed, why, and what to do, on one line."""
    return f"失败 {printable(str(file.path))}：{error_words(file.error)}" if file.error else ""


def error_words(error: ExtractError) -> str:
    """An error's message and hint on one line."""
    return printable(f"{error} → {error.hint}" if error.hint else str(error))


def run_data(report: RunReport) -> dict[str, Any]:
    """A run as plain data."""
    summary, outcomes = report.summary, Counter(file.outcome for file in report.outcomes)
    return {
        "run_id": summary.run.run_id,
        "engine": summary.run.engine,
        "version": summary.run.version,
        "interrupted": report.interrupted,
        "reports": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "records": dict(summary.records),
        "fields": summary.fields,
        "flagged_fields": summary.flagged_fields,
        "findings": dict(summary.findings),
        "partial": summary.partial,
        "gaps": dict(summary.gaps),
        "calls": None if summary.calls is None else _calls_data(summary.calls),
        "stopped": None if report.stopped is None else {"code": report.stopped.code, "message": str(report.stopped)},
        "files": [_file_data(file) for file in report.outcomes],
    }


def _calls_data(calls: CallTotals | TaskTotals) -> dict[str, Any]:
    data = {**calls._asdict(), "costs": {currency: str(amount) for currency, amount in calls.costs.items()}}
    if isinstance(calls, CallTotals):
        data["tasks"] = {task: _calls_data(totals) for task, totals in calls.tasks.items()}
    return data


def _file_data(file: FileOutcome) -> dict[str, Any]:
    data: dict[str, Any] = {"path": str(file.path), "outcome": file.outcome.value}
    if file.gaps:
        data["gaps"] = list(file.gaps)
    if file.twin is not None:
        data["twin"] = file.twin._asdict()
    if file.error is None:
        return data
    return {**data, "code": file.error.code, "message": str(file.error), "hint": file.error.hint}


def runs_lines(runs: Sequence[RunRow]) -> Iterator[str]:
    """A table of runs; one without an end goes on or was killed."""
    rows = []
    for run in runs:
        ended = "（未结束）" if run.ended_at is None else f"{run.ended_at:%Y-%m-%d %H:%M:%S}"
        counts = ("", "", "") if run.counts is None else tuple(map(str, run.counts))
        rows.append((run.run_id, f"{run.started_at:%Y-%m-%d %H:%M:%S}", ended, run.engine, run.version, *counts))
    header = ("运行编号", "开始（UTC）", "结束（UTC）", "引擎", "版本", "读取", "跳过", "失败")
    yield from text_table(header, rows, _WIDTH)


def rows_data(rows: Sequence[RunRow] | Sequence[ReportRow] | Sequence[EvalRow]) -> list[dict[str, Any]]:
    """Runs, reports or evaluations as plain data, moments in ISO form."""
    return [{name: _plain(value) for name, value in row._asdict().items()} for row in rows]


def view_data(rows: ViewRows) -> list[dict[str, Any]]:
    """The rows of a view as plain data, by the names of its columns."""
    return [{name: _plain(value) for name, value in zip(rows.columns, row, strict=True)} for row in rows.rows]


def reports_lines(reports: Sequence[ReportRow]) -> Iterator[str]:
    """A table of the reports in the database."""
    rows = [
        (
            report.name,
            report.unit_name or "",
            "" if report.fiscal_year is None else str(report.fiscal_year),
            REPORT_STATES.get(report.status, report.status),
            *map(str, (report.records, report.fields, report.flagged_fields, report.findings)),
            report.report_id[:12],
        )
        for report in reports
    ]
    header = ("报告", "单位", "年度", "状态", "记录", "字段", "待复核", "矛盾与核对", "文件 SHA-256")
    yield from text_table(header, rows, _WIDTH)


def findings_lines(rows: ViewRows) -> Iterator[str]:
    """How many findings there are of each code, then each with its arithmetic and the passages that show it."""
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    if not found:
        yield "没有发现。"
        return
    reports: dict[str, set[str]] = {}
    for one in found:
        reports.setdefault(one["code"], set()).add(one["extraction_id"])
    counts = Counter(one["code"] for one in found)
    table = [(code, _meaning(code), str(counts[code]), str(len(reports[code]))) for code in sorted(counts)]
    yield from text_table(("代码", "含义", "条数", "报告数"), table, _WIDTH)
    for one in found:
        title = "，".join(printable(str(one[name])) for name in ("unit_name", "fiscal_year") if one[name] is not None)
        about = f"，{printable(one['evaluation_name'])}" if one["evaluation_name"] else ""
        yield f"\n{title or printable(one['report'])}{about}（{printable(one['report'])}）"
        yield f"  {one['code']}（{SEVERITIES[Severity(one['severity'])]}）{printable(one['detail'])}"
        places = zip(one["places"], one["quotes"], strict=True)
        yield from (f"  ← [{start}, {end})「{shorten(quote, _QUOTE)}」" for (start, end), quote in places)


def check_lines(document: Document, checked: CheckedLabels) -> Iterator[str]:
    """What came of checking labels: counts by status, every value that is doubted with the reasons, every contradiction
    of the report.
    """
    lines = line_starts(document.text)
    counts = Counter(field.field.status for field in checked.fields)
    rows = [(STATUSES[status], str(counts[status])) for status in Status if counts[status]]
    yield from text_table(("原文核对", "字段数"), rows, _WIDTH)
    groups: dict[tuple[bool, str, tuple[str, ...]], list[CheckedField]] = {}
    for field in checked.flagged:
        groups.setdefault((not field.must_stand, field.field.value, field.flags), []).append(field)
    for (minor, value, reasons), fields in sorted(groups.items(), key=lambda item: item[0][0]):
        places = "、".join(field.place for field in fields[:_SHOWN_PLACES])
        places += f" 等 {len(fields)} 处" if len(fields) > _SHOWN_PLACES else ""
        span = fields[0].field.span
        where = f"  ← {place_words(document, lines, span)}" if span else ""
        told = "；".join(map(printable, reasons))
        yield f"{'提示' if minor else '不可采信'} {places}：“{shorten(value, 60)}”{told}{where}"
    for finding in checked.findings:
        if finding.about_report:
            yield f"{finding.code}（{_meaning(finding.code)}）{printable(finding.detail)}"
            yield from (f"  ← {place_words(document, lines, span)}" for span in finding.evidence)
    yield (
        "结论：所有数字和引文都有出处，且与出处一致。"
        if checked.passed
        else "结论：有数字或引文没有出处，或与出处不一致，见上面“不可采信”各行。"
    )


def check_data(document: Document, checked: CheckedLabels) -> dict[str, Any]:
    """The outcome of a check of labels as plain data: ``flagged`` and ``reasons`` say which values not to believe."""
    lines = line_starts(document.text)
    counts = Counter(field.field.status for field in checked.fields)
    return {
        "report": document.source.name,
        "passed": checked.passed,
        "statuses": {status.value: counts[status] for status in Status},
        "flagged": [field.place for field in checked.flagged],
        "fields": [
            {
                "place": field.place,
                "type": field.type.value,
                "value": field.field.value,
                "status": field.field.status.value,
                "flagged": bool(field.flags),
                "reasons": list(field.flags),
                "found": place_of(document, lines, field.field.span),
            }
            for field in checked.fields
        ],
        "findings": [finding_detail(document, lines, finding) for finding in checked.findings],
    }


def doctor_lines(diagnoses: Sequence[Diagnosis]) -> Iterator[str]:
    """A line for everything that was looked at, with the command that mends it where it is not well."""
    yield from text_table(
        ("", "项目", "情况"), [("✓" if d.ok else "✗", d.subject, d.detail) for d in diagnoses], _WIDTH
    )
    yield from (f"修复 {d.subject}：{d.mend}" for d in diagnoses if not d.ok)


def _meaning(code: str) -> str:
    return printable(check_meanings().get(code, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    return value.isoformat() if hasattr(value, "isoformat") else value
