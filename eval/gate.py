"""The gate: one verdict on a run, from a floor for F1 and from a run that it must not fall behind."""

from __future__ import annotations

from typing import NamedTuple

from eval.comparison import Comparison
from eval.figures import Figures, add_counts
from eval.titles import line_title, percent


class Verdict(NamedTuple):
    """Whether a run passes, and why not, each reason a sentence."""

    passed: bool
    reasons: tuple[str, ...]


def judge(figures: Figures, floor: float | None, comparison: Comparison | None) -> Verdict:
    """The run passes where micro F1 over all fields is at least the floor and nothing is worse beyond chance.

    Worse is what ``Difference.significant`` says of the whole, a kind of record or a field.
    """
    reasons = []
    f1 = add_counts(figures.counts).f1
    if floor is not None and (f1 is None or f1 < floor):
        reasons.append(f"F1 为 {percent(f1)}，低于下限 {percent(floor)}")
    for line in () if comparison is None else comparison.worse:
        found = line.difference
        reasons.append(f"{line_title(line)}退步：{percent(found.first)} → {percent(found.second)}")
    return Verdict(not reasons, tuple(reasons))


def verdict_line(figures: Figures, verdict: Verdict) -> str:
    """The verdict in one line."""
    words = "通过" if verdict.passed else f"不通过（{'；'.join(verdict.reasons)}）"
    return f"判定 {figures.run.eval_id}：{words}"
