"""What the commands of evaluation tell: runs and their figures as lines for people and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eval.agreement import fold
from eval.figures import COLUMNS, Effort, Figures, add_counts, effort_of, spread_of
from eval.metrics import FindingTally, Outcome, Tally, sum_findings
from eval.titles import OUTCOMES, field_name, measure_name, percent
from pipeline.grids import printable, shorten, text_table
from pipeline.store import EvalJudgement, EvalRow, FieldCounts
from pipeline.summaries import money, rows_data

_MOST_REPORTS = 40  # lines of a table that people read; beyond it, the worst
_WIDTH = 160


def evals_lines(runs: Sequence[EvalRow]) -> Iterator[str]:
    """A table of runs, the latest first; one without an end goes on or was broken off."""
    rows = [
        (
            run.eval_id,
            run.name,
            f"{run.started_at:%Y-%m-%d %H:%M:%S}" + ("" if run.ended_at else "（未完成）"),
            run.corpus,
            run.corpus_hash[:8],
            run.engine,
            run.model or "",
            run.prompts or "",
            str(run.repeats),
        )
        for run in runs
    ]
    yield from text_table(
        ("编号", "名称", "开始（UTC）", "语料", "语料摘要", "引擎", "模型", "提示词", "次数"), rows, _WIDTH
    )


def evals_data(runs: Sequence[EvalRow]) -> list[dict[str, Any]]:
    """The runs as plain data."""
    return rows_data(runs)


def overview_lines(figures: Sequence[Figures]) -> Iterator[str]:
    """A line of F1 and effort for each run."""
    rows = [(one.run.eval_id, one.run.name, *_shares(one.counts), *_effort_cells(effort_of(one))) for one in figures]
    effort = ("调用", "输入 token", "输出 token", "花费", "秒/份")
    yield from text_table(("编号", "F1 (%)", *COLUMNS, *effort), rows, _WIDTH)
    for one in figures:
        yield from _spread_lines(one)
        yield from failure_lines(one)


def show_lines(figures: Figures, errors: Sequence[EvalJudgement] = ()) -> Iterator[str]:
    """A run in full: its reports, its fields, its findings, what it took, and every error where they are given."""
    run = figures.run
    asked = f"，模型 {run.model}，提示词 {run.prompts}" if run.model else ""
    yield f"{run.eval_id} {printable(run.name)}：引擎 {run.engine}{asked}，读 {run.repeats} 遍"
    yield f"语料 {printable(run.corpus)}（{len(figures.names)} 份，{run.corpus_hash[:12]}）"
    yield ""
    yield from _report_lines(figures)
    yield ""
    yield from _field_lines(figures)
    yield from _finding_lines(figures)
    yield ""
    yield from _taken_lines(figures)
    yield from (
        f"{measure_name(one.measure)}：{one.part}/{one.whole}（{_ratio(one.part, one.whole)}）"
        for one in figures.measures
    )
    yield from _spread_lines(figures)
    yield from failure_lines(figures)
    yield from map(error_line, errors)


def show_data(figures: Figures, errors: Sequence[EvalJudgement] = ()) -> dict[str, Any]:
    """A run in full as plain data; shares are fractions."""
    spread = spread_of(figures)
    return {
        "run": rows_data([figures.run])[0],
        "reports": [
            {"report": name, "fields": _columns_data(counts), "findings": _findings_data(figures, name)}
            for name, counts in figures.by_report().items()
        ],
        "total": {"fields": _columns_data(figures.counts), "findings": _findings_data(figures)},
        "fields": [{**key._asdict(), **_tally_data(tally)} for key, tally in figures.by_field().items()],
        "codes": {code: _finding_data(tally) for code, tally in figures.finding_tallies().items()},
        "effort": effort_data(effort_of(figures)),
        "measures": [measure._asdict() for measure in figures.measures],
        "spread": spread._asdict(),
        "failures": {report.report: report.error for report in figures.reports if report.error},
        "errors": [error._asdict() for error in errors],
    }


def error_line(error: EvalJudgement) -> str:
    """One error on one line, with both values and the words of the report it is about."""
    place = f"{error.kind}{'/' + error.origin if error.origin else ''}.{error.field}"
    paired = error.gold_record is not None and error.predicted_record is not None
    whole = "" if paired else "（整条）"
    values = f"应为 {_shorten(error.gold)}，得到 {_shorten(error.predicted)}"
    outcome = OUTCOMES[Outcome(error.outcome)]
    return f"{printable(error.report)}  {place}  {outcome}{whole}：{values}  «{_shorten(error.quote)}»"


def failure_lines(figures: Figures) -> Iterator[str]:
    """A line for each report that could not be read."""
    for report in figures.reports:
        if report.error is not None:
            yield f"{printable(report.report)}：没有读出（{printable(report.error)}），按全部遗漏计"


def effort_data(effort: Effort) -> dict[str, Any]:
    """What a run took as plain data; amounts as text."""
    costs = None if effort.costs is None else {currency: str(amount) for currency, amount in effort.costs.items()}
    return {**effort._asdict(), "costs": costs}


def costs_words(effort: Effort) -> str:
    """What a run cost, in words; a dash where nothing was asked."""
    if not effort.calls:
        return "–"
    if effort.costs is None:
        return "价格不明"
    return "、".join(money(amount, currency) for currency, amount in effort.costs.items())


def _report_lines(figures: Figures) -> Iterator[str]:
    groups = figures.by_report()
    names = list(groups)
    if len(names) > _MOST_REPORTS:
        names = sorted(names, key=lambda name: (add_counts(groups[name]).f1 or 0, name))[:_MOST_REPORTS]
        yield f"得分最低的 {_MOST_REPORTS} 份："
    rows = [(name, *_shares(groups[name]), *_finding_cells(figures, name)) for name in names]
    total = ("合计", *_shares(figures.counts), *_finding_cells(figures))
    yield from text_table(("F1 (%)", *COLUMNS, "矛盾P", "矛盾R"), [*rows, total], _WIDTH)


def _field_lines(figures: Figures) -> Iterator[str]:
    rows = [
        (field_name(key), *map(str, tally), percent(tally.precision), percent(tally.recall), percent(tally.f1))
        for key, tally in figures.by_field().items()
    ]
    yield from text_table(("字段", *OUTCOMES.values(), "P (%)", "R (%)", "F1 (%)"), rows, _WIDTH)


def _finding_lines(figures: Figures) -> Iterator[str]:
    tallies = figures.finding_tallies()
    if tallies:
        yield ""
        yield "矛盾（代码：正确/报出，找到/应有）"
    for code, tally in tallies.items():
        yield f"  {code}: {tally.right}/{tally.predicted}, {tally.found}/{tally.gold}"


def _taken_lines(figures: Figures) -> Iterator[str]:
    effort = effort_of(figures)
    yield f"每份 {effort.seconds:.2f} 秒（中位数），最慢 {effort.slowest:.2f} 秒{_replay_words(figures)}"
    if effort.calls:
        failed = f"（失败 {effort.failed_calls}）" if effort.failed_calls else ""
        sent, answered = (part / (figures.characters or 1) for part in (effort.sent, effort.answered))
        yield (
            f"模型：{effort.calls:g} 次调用{failed}，输入 {effort.input_tokens:g} token，"
            f"输出 {effort.output_tokens:g} token，花费 {costs_words(effort)}；"
            f"发出字数是报告的 {sent:.2f} 倍，回答字数是 {answered:.2f} 倍"
        )


def _replay_words(figures: Figures) -> str:
    return "；回答是重放的，不含模型的时间" if figures.run.settings.get("replayed") == "true" else ""


def _spread_lines(figures: Figures) -> Iterator[str]:
    spread = spread_of(figures)
    if spread.deviation is not None:
        values = "、".join(map(percent, spread.values))
        yield f"{figures.run.eval_id} 各遍 F1：{values}（标准差 {100 * spread.deviation:.2f}）"


def _shares(counts: Iterable[FieldCounts]) -> tuple[str, ...]:
    counts = tuple(counts)
    return tuple(percent(add_counts(counts, kind, origin).f1) for kind, origin in COLUMNS.values())


def _finding_cells(figures: Figures, report: str | None = None) -> tuple[str, str]:
    tally = sum_findings(figures.finding_tallies(report).values())
    return percent(tally.precision), percent(tally.recall)


def _effort_cells(effort: Effort) -> tuple[str, ...]:
    asked = (effort.calls, effort.input_tokens, effort.output_tokens)
    cells = [f"{value:,.0f}" if effort.calls else "–" for value in asked]
    return (*cells, costs_words(effort), f"{effort.seconds:.2f}")


def _columns_data(counts: Iterable[FieldCounts]) -> dict[str, Any]:
    counts = tuple(counts)
    return {name: _tally_data(add_counts(counts, kind, origin)) for name, (kind, origin) in COLUMNS.items()}


def _tally_data(tally: Tally) -> dict[str, Any]:
    return {**tally._asdict(), "precision": tally.precision, "recall": tally.recall, "f1": tally.f1}


def _findings_data(figures: Figures, report: str | None = None) -> dict[str, Any]:
    return _finding_data(sum_findings(figures.finding_tallies(report).values()))


def _finding_data(tally: FindingTally) -> dict[str, Any]:
    return {**tally._asdict(), "precision": tally.precision, "recall": tally.recall}


def _ratio(part: int, whole: int) -> str:
    return f"{percent(part / whole)}%" if whole else "–"


def _shorten(value: str | None) -> str:
    return "空" if value is None else shorten(fold(value), 60)
