"""The figures of stored runs: tallies by kind, origin and field, what the reading took, and the spread over repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import stdev
from typing import NamedTuple

from eval.metrics import FieldKey, FindingTally, Tally, sum_findings
from pipeline.store import (
    EvalFindings,
    EvalMeasure,
    EvalReport,
    EvalRow,
    FieldCounts,
    Store,
    count_characters,
    load_counts,
    load_eval_findings,
    load_eval_reports,
    load_measures,
)
from schemas.records import RecordKind

COLUMNS: dict[str, tuple[RecordKind | None, str | None]] = {
    "全部": (None, None),
    "表格指标": (RecordKind.INDICATOR, "form"),
    "正文指标": (RecordKind.INDICATOR, "narrative"),
    "资金": (RecordKind.FUNDING, None),
    "目标": (RecordKind.GOAL, None),
    "评价对象": (RecordKind.EVALUATION, None),
    "偏差": (RecordKind.DEVIATION, None),
    "改进措施": (RecordKind.REMEDY, None),
    "报告信息": (RecordKind.REPORT, None),
}
"""The columns of every table by their headings: the kind of record and the origin that each gives the F1 of."""


class Figures(NamedTuple):
    """A stored run with everything that was measured in it but the single judgements."""

    run: EvalRow
    counts: tuple[FieldCounts, ...]
    reports: tuple[EvalReport, ...]
    findings: tuple[EvalFindings, ...]
    measures: tuple[EvalMeasure, ...]
    characters: int  # of all the reports' texts

    @property
    def names(self) -> tuple[str, ...]:
        """The reports by name."""
        return tuple(sorted({report.report for report in self.reports}))

    def by_report(self) -> dict[str, tuple[FieldCounts, ...]]:
        """The counts of every report, by name; none where neither gold nor prediction fills anything."""
        groups: dict[str, list[FieldCounts]] = {name: [] for name in self.names}
        for one in self.counts:
            groups[one.report].append(one)
        return {name: tuple(counts) for name, counts in groups.items()}

    def by_field(self) -> dict[FieldKey, Tally]:
        """The counts of every field that gold or prediction fills anywhere, in order of kind, origin and field."""
        groups: dict[FieldKey, list[FieldCounts]] = {}
        for one in self.counts:
            groups.setdefault(FieldKey(RecordKind(one.kind), one.origin, one.field), []).append(one)
        order = list(RecordKind)
        return {key: add_counts(groups[key]) for key in sorted(groups, key=lambda key: (order.index(key.kind), key))}

    def finding_tallies(self, report: str | None = None) -> dict[str, FindingTally]:
        """The findings by code, in one report or in all."""
        groups: dict[str, list[FindingTally]] = {}
        for one in self.findings:
            if report in (None, one.report):
                tally = FindingTally(one.predicted, one.right, one.gold, one.found)
                groups.setdefault(one.code, []).append(tally)
        return {code: sum_findings(groups[code]) for code in sorted(groups)}


class Effort(NamedTuple):
    """What a run took: per repeat where there were several. ``costs`` by currency; ``None`` where any is unknown.

    ``seconds`` is the median of a report's, ``slowest`` the most; ``call_seconds`` the mean of a call's, ``None``
    without any; ``sent`` and ``answered`` are characters.
    """

    calls: float
    failed_calls: int
    input_tokens: float
    output_tokens: float
    sent: float
    answered: float
    costs: Mapping[str, Decimal] | None
    seconds: float
    slowest: float
    call_seconds: float | None


class Spread(NamedTuple):
    """F1 over all fields in each repeat: the lowest, the highest, and the standard deviation (``None`` for one)."""

    values: tuple[float, ...]
    deviation: float | None


def load_figures(store: Store, run: EvalRow) -> Figures:
    """What is stored of a run."""
    eval_id = run.eval_id
    return Figures(
        run,
        load_counts(store, eval_id),
        load_eval_reports(store, eval_id),
        load_eval_findings(store, eval_id),
        load_measures(store, eval_id),
        count_characters(store, eval_id),
    )


def add_counts(counts: Iterable[FieldCounts], kind: RecordKind | None = None, origin: str | None = None) -> Tally:
    """The counts of several fields or reports as one, those of a kind and origin only; ``None`` stands for any."""
    right = wrong = invented = omitted = 0
    for one in counts:
        if kind not in (None, one.kind) or origin not in (None, one.origin):
            continue
        right += one.right
        wrong += one.wrong
        invented += one.invented
        omitted += one.omitted
    return Tally(right, wrong, invented, omitted)


def effort_of(figures: Figures) -> Effort:
    """What the run took; a model that was replayed took the time of the replay, not its own."""
    reports, repeats = figures.reports, figures.run.repeats
    calls = sum(report.calls for report in reports)
    costs: dict[str, Decimal] = {}
    for report in reports:
        if report.cost is not None and report.currency is not None:
            costs[report.currency] = costs.get(report.currency, Decimal(0)) + report.cost
    known = all(report.cost is not None for report in reports if report.calls)
    seconds = sorted(report.seconds for report in reports) or [0.0]
    return Effort(
        calls / repeats,
        sum(report.failed_calls for report in reports),
        sum(report.input_tokens for report in reports) / repeats,
        sum(report.output_tokens for report in reports) / repeats,
        sum(report.sent for report in reports) / repeats,
        sum(report.answered for report in reports) / repeats,
        {currency: amount / repeats for currency, amount in costs.items()} if known else None,
        seconds[len(seconds) // 2],
        seconds[-1],
        sum(report.call_seconds for report in reports) / calls if calls else None,
    )


def spread_of(figures: Figures) -> Spread:
    """How far the repeats lie apart."""
    repeats: dict[int, list[FieldCounts]] = {}
    for one in figures.counts:
        repeats.setdefault(one.repeat, []).append(one)
    f1s = (add_counts(repeats[repeat]).f1 for repeat in sorted(repeats))
    values = tuple(f1 for f1 in f1s if f1 is not None)
    return Spread(values, stdev(values) if len(values) > 1 else None)
