"""Everything that the page shows, gathered from the database and put into words: the template only lays it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from eval.comparison import Change, Comparison, count_matrix
from eval.comparison_summary import change_words, conclusion
from eval.figures import COLUMNS, Figures, add_counts, load_figures
from eval.metrics import Tally
from eval.report.charts import BarChart, Plot, bar_chart, calibration_plot, risk_plot
from eval.report.confidence import worth_of
from eval.report.heat import Heat, heat_map
from eval.report.tables import Table, effort_table, fields_table, findings_table, lines_table, measures_table
from eval.report.views import ReportView, view_report
from eval.statistics import Interval, f1_intervals
from eval.titles import BETTER, TIED, WORSE, field_name, line_title, line_verdict, percent, points
from pipeline.store import EvalRow, Store, load_case, load_confidences, load_judgements
from schemas.records import Labels

_STATES = {BETTER: "better", WORSE: "worse", TIED: "tied"}
_NOTES = {"错误": "填了，但与标注不同", "无中生有": "标注为空，却填了", "遗漏": "标注有，却没有填"}


class Card(NamedTuple):
    """A figure at the head of the page."""

    title: str
    value: str
    note: str


class ChangeRow(NamedTuple):
    """A field that came out differently; ``told`` is what each run made of it."""

    report: str
    field: str
    gold: str
    told: tuple[str, str]
    quote: str


class Details(NamedTuple):
    """What the figures rest on: the same for one run and for two. ``worths`` are words on each run's confidences."""

    calibration: Plot
    risk: Plot
    worths: tuple[str, ...]
    heat: Heat
    effort: Table
    findings: Table
    measures: Table
    views: tuple[ReportView, ...]
    left_out: int


class Page(NamedTuple):
    """One run, or two against each other; ``state`` is the verdict as the style sheet calls it."""

    title: str
    sides: tuple[str, ...]
    runs: tuple[EvalRow, ...]
    reports: int
    made_at: datetime
    verdict: str
    state: str
    conclusion: str
    cards: tuple[Card, ...]
    bars: BarChart
    fields: Table
    changes: tuple[tuple[str, tuple[ChangeRow, ...]], ...]
    details: Details


def run_page(store: Store, run: EvalRow, most: int, made_at: datetime) -> Page:
    """The page on a single run; the ``most`` reports with the most errors are shown side by side with gold."""
    figures = load_figures(store, run)
    errors = Counter[str]()
    for one in figures.counts:
        errors[one.report] += one.wrong + one.invented + one.omitted
    tally = add_counts(figures.counts)
    intervals = f1_intervals(count_matrix(figures, figures.names, list(figures.by_field())))
    shares = [add_counts(figures.counts, *column).f1 for column in COLUMNS.values()]
    rows = [
        (title, [(share, interval)], "")
        for title, share, interval in zip(COLUMNS, shares, intervals, strict=False)
        if share is not None
    ]
    ends = f"{percent(intervals[0].low)}–{percent(intervals[0].high)}"
    return Page(
        title=run.name,
        sides=("",),
        runs=(run,),
        reports=len(figures.names),
        made_at=made_at,
        verdict="",
        state="",
        conclusion=f"F1 {percent(tally.f1)}，95% 区间 {ends}（以报告为单位重抽）。",
        cards=(Card("F1", percent(tally.f1), f"95% 区间 {ends}"), *_error_cards([tally])),
        bars=bar_chart(rows),
        fields=fields_table(figures),
        changes=(),
        details=_details(store, [("", figures)], _shown(figures.names, errors, most)),
    )


def comparison_page(store: Store, comparison: Comparison, most: int, made_at: datetime) -> Page:
    """The page on two runs; the ``most`` reports that differ most are shown side by side."""
    runs = (comparison.first, comparison.second)
    changed = Counter(change.report for change in (*comparison.regressions, *comparison.improvements))
    overall = comparison.overall
    found = overall.difference
    low, high = map(points, found.interval)
    verdict = line_verdict(overall)
    rows: list[tuple[str, Sequence[tuple[float, Interval]], str]] = []
    for line in (overall, *comparison.kinds):
        one = line.difference
        ends = [(one.first, one.first_interval), (one.second, one.second_interval)]
        if line.first.f1 is not None or line.second.f1 is not None:
            rows.append((line_title(line), ends, line_verdict(line)))
    return Page(
        title=" → ".join(one.run.name for one in runs),
        sides=("甲", "乙"),
        runs=tuple(one.run for one in runs),
        reports=len(comparison.reports),
        made_at=made_at,
        verdict=verdict,
        state=_STATES[verdict],
        conclusion=conclusion(comparison),
        cards=(
            Card("F1", f"{percent(found.first)} → {percent(found.second)}", f"差 {points(found.difference)} 个百分点"),
            Card("差的 95% 区间", f"[{low}, {high}]", f"p = {found.adjusted:.4f}"),
            *_error_cards([overall.first, overall.second]),
        ),
        bars=bar_chart(rows),
        fields=lines_table([overall, *comparison.kinds, *comparison.fields]),
        changes=(
            ("退步", tuple(map(_change_row, comparison.regressions))),
            ("改进", tuple(map(_change_row, comparison.improvements))),
        ),
        details=_details(store, [("甲", runs[0]), ("乙", runs[1])], _shown(comparison.reports, changed, most)),
    )


def _error_cards(tallies: Sequence[Tally]) -> list[Card]:
    parts = zip(*((tally.wrong, tally.invented, tally.omitted) for tally in tallies), strict=True)
    return [
        Card(title, " → ".join(f"{count:,}" for count in counts), note)
        for (title, note), counts in zip(_NOTES.items(), parts, strict=True)
    ]


def _shown(names: Sequence[str], weights: Mapping[str, int], most: int) -> list[str]:
    """The reports that matter most, in order of their names."""
    return sorted(sorted(names, key=lambda name: (-weights.get(name, 0), name))[:most])


def _change_row(change: Change) -> ChangeRow:
    told = change_words(change, change.first), change_words(change, change.second)
    return ChangeRow(change.report, field_name(change.key), change.gold or "空", told, change.quote)


def _details(store: Store, runs: Sequence[tuple[str, Figures]], shown: Sequence[str]) -> Details:
    worths = [worth_of(load_confidences(store, figures.run.eval_id)) for _, figures in runs]
    words = []
    for (side, _), worth in zip(runs, worths, strict=True):
        if worth is not None:
            figures = f"校准误差 {100 * worth.error:.1f}%，风险曲线下面积 {100 * worth.area:.2f}%"
            words.append(f"{side} {worth.fields:,} 个字段，{figures}".strip())
    return Details(
        calibration_plot(worths),
        risk_plot(worths),
        tuple(words),
        heat_map([figures for _, figures in runs], shown),
        effort_table(runs),
        findings_table(runs),
        measures_table(runs),
        tuple(_view(store, [figures for _, figures in runs], name) for name in shown),
        len(runs[0][1].names) - len(shown),
    )


def _view(store: Store, runs: Sequence[Figures], name: str) -> ReportView:
    """A report as it came out in the first repeat of each run."""
    rows = [next(row for row in figures.reports if row.report == name) for figures in runs]
    case = load_case(store, rows[0].case_hash)
    read = [
        (load_judgements(store, figures.run.eval_id, name), Labels.model_validate_json(row.predicted))
        for figures, row in zip(runs, rows, strict=True)
    ]
    return view_report(name, case.text, read)
