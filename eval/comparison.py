"""Two stored runs side by side: what is better or worse, what is tied, and every field that came out differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from eval.agreement import fold
from eval.figures import COLUMNS, Figures, add_counts, load_figures
from eval.metrics import FieldKey, Outcome, Tally
from eval.statistics import Counts, Difference, compare_counts
from pipeline.errors import UsageError
from pipeline.store import EvalJudgement, EvalRow, Store, load_errors
from schemas.records import RecordKind

_MAJORITY = 0.5  # a field is told as better or worse where more than half of the repeats say so
_OVERALL, _KINDS, _FIELDS = 0, 1, 2
"""The families of columns: p is corrected within each."""


class Line(NamedTuple):
    """One thing that both runs have an F1 of, with their counts (over all repeats) and their difference."""

    key: FieldKey | str
    first: Tally
    second: Tally
    difference: Difference


class Value(NamedTuple):
    """What a run made of a field; ``value`` is ``None`` where it is right or empty."""

    outcome: Outcome
    value: str | None


class Change(NamedTuple):
    """A field that is right in one run and not in the other, with the passage of the report it is about."""

    report: str
    key: FieldKey
    gold: str | None
    first: Value
    second: Value
    quote: str
    gold_record: int | None


class Comparison(NamedTuple):
    """Two runs over the reports that both read with the same text and labels; ``left_out`` are the others.

    ``fields`` are those that either run or gold fills, ``kinds`` the columns of all tables.
    """

    first: Figures
    second: Figures
    reports: tuple[str, ...]
    left_out: tuple[str, ...]
    overall: Line
    kinds: tuple[Line, ...]
    fields: tuple[Line, ...]
    regressions: tuple[Change, ...]
    improvements: tuple[Change, ...]

    @property
    def worse(self) -> tuple[Line, ...]:
        """The lines that got worse beyond chance."""
        return tuple(line for line in self._lines if line.difference.significant and line.difference.difference < 0)

    @property
    def better(self) -> tuple[Line, ...]:
        """The lines that got better beyond chance."""
        return tuple(line for line in self._lines if line.difference.significant and line.difference.difference > 0)

    @property
    def _lines(self) -> tuple[Line, ...]:
        return (self.overall, *self.kinds, *self.fields)


def compare_runs(store: Store, first: EvalRow, second: EvalRow) -> Comparison:
    """The second run against the first. Raises ``UsageError`` where they have no report in common, or one is no whole.

    Only reports of the same text and labels are compared. Counts of several repeats are averaged.
    """
    for run in (first, second):
        if run.ended_at is None:
            raise UsageError(f"评测 {run.eval_id} 没有做完，不能比较", "请重新评测一次。")
    one, other = load_figures(store, first), load_figures(store, second)
    reports = _shared(one, other)
    if not reports:
        raise UsageError(
            f"{first.eval_id} 与 {second.eval_id} 没有相同的报告（原文和标注都相同）", "请在同一套语料上评测后再比较。"
        )
    left_out = tuple(sorted({*one.names, *other.names} - set(reports)))
    one, other = _only(one, reports), _only(other, reports)
    errors = [load_errors(store, run.eval_id) for run in (first, second)]
    common = [[error for error in some if error.report in reports] for some in errors]
    lines = _lines(one, other, sorted(reports))
    changes = list(_changes(common[0], common[1], first.repeats, second.repeats))
    return Comparison(
        one,
        other,
        tuple(sorted(reports)),
        left_out,
        lines[0],
        tuple(lines[1 : len(COLUMNS)]),
        tuple(lines[len(COLUMNS) :]),
        tuple(change for worse, change in changes if worse),
        tuple(change for worse, change in changes if not worse),
    )


def count_matrix(figures: Figures, reports: Sequence[str], keys: Sequence[FieldKey]) -> Counts:
    """The counts as arrays reports x columns, averaged over the repeats: a column for each kind, then for each key."""
    rows = {name: place for place, name in enumerate(reports)}
    columns = {key: place for place, key in enumerate(keys)}
    fields = np.zeros((2, len(reports), len(keys)))
    for count in figures.counts:
        place = rows[count.report], columns[FieldKey(RecordKind(count.kind), count.origin, count.field)]
        fields[(0, *place)] += count.right
        fields[(1, *place)] += 2 * (count.right + count.wrong) + count.invented + count.omitted
    fields /= figures.run.repeats
    kinds = np.zeros((2, len(reports), len(COLUMNS)))
    for column, (kind, origin) in enumerate(COLUMNS.values()):
        members = [n for n, key in enumerate(keys) if kind in (None, key.kind) and origin in (None, key.origin)]
        kinds[:, :, column] = fields[:, :, members].sum(2)
    right, total = np.concatenate([kinds, fields], axis=2)
    return Counts(right, total)


def _shared(one: Figures, other: Figures) -> frozenset[str]:
    hashes = [{(report.report, report.case_hash) for report in figures.reports} for figures in (one, other)]
    return frozenset(name for name, _ in hashes[0] & hashes[1])


def _only(figures: Figures, reports: frozenset[str]) -> Figures:
    return figures._replace(
        counts=tuple(one for one in figures.counts if one.report in reports),
        reports=tuple(one for one in figures.reports if one.report in reports),
        findings=tuple(one for one in figures.findings if one.report in reports),
    )


def _lines(one: Figures, other: Figures, reports: Sequence[str]) -> list[Line]:
    """All columns, the overall one first, then the kinds, then the fields."""
    tallies = one.by_field(), other.by_field()
    order = list(RecordKind)
    keys = sorted(tallies[0].keys() | tallies[1].keys(), key=lambda key: (order.index(key.kind), key))
    counts = [count_matrix(figures, reports, keys) for figures in (one, other)]
    families = [_OVERALL, *[_KINDS] * (len(COLUMNS) - 1), *[_FIELDS] * len(keys)]
    differences = compare_counts(counts[0], counts[1], families)
    titles = list(COLUMNS)
    kinds = [(add_counts(one.counts, *COLUMNS[t]), add_counts(other.counts, *COLUMNS[t])) for t in titles]
    fields = [(tallies[0].get(key, Tally()), tallies[1].get(key, Tally())) for key in keys]
    columns: list[FieldKey | str] = [*titles, *keys]
    return [
        Line(key, *pair, difference)
        for key, pair, difference in zip(columns, (*kinds, *fields), differences, strict=True)
    ]


class _Unit(NamedTuple):
    """What an error is about, so that two runs' errors meet: a field of a gold record, or a value gold lacks."""

    report: str
    key: FieldKey
    gold_record: int  # -1 for none
    invented: str


def _changes(
    first: Iterable[EvalJudgement], second: Iterable[EvalJudgement], first_repeats: int, second_repeats: int
) -> Iterator[tuple[bool, Change]]:
    """Every field that most repeats of one run have right and most of the other's have not; True for the worse."""
    ones, others = _by_unit(first), _by_unit(second)
    units = sorted(ones.keys() | others.keys())
    for unit in units:
        one, other = ones.get(unit, []), others.get(unit, [])
        rise = len(other) / second_repeats - len(one) / first_repeats
        shown = (other or one)[0]
        change = Change(unit.report, unit.key, shown.gold, _value(one), _value(other), shown.quote, shown.gold_record)
        for _ in range(int(abs(rise) + _MAJORITY) if abs(rise) > _MAJORITY else 0):
            yield rise > 0, change


def _by_unit(errors: Iterable[EvalJudgement]) -> dict[_Unit, list[EvalJudgement]]:
    found: dict[_Unit, list[EvalJudgement]] = {}
    for error in errors:
        key = FieldKey(RecordKind(error.kind), error.origin, error.field)
        invented = fold(error.predicted or "") if error.gold_record is None else ""
        found.setdefault(
            _Unit(error.report, key, -1 if error.gold_record is None else error.gold_record, invented), []
        ).append(error)
    return found


def _value(errors: Sequence[EvalJudgement]) -> Value:
    return Value(Outcome(errors[0].outcome), errors[0].predicted) if errors else Value(Outcome.RIGHT, None)
