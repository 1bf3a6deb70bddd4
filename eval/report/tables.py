"""The tables of the page: what fields, findings, measures and effort came to, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from eval.comparison import Line
from eval.figures import Figures, effort_of, spread_of
from eval.metrics import FindingTally, sum_findings
from eval.summaries import costs_words
from eval.titles import BETTER, TIED, WORSE, field_name, line_title, line_verdict, measure_name, percent, points
from pipeline.titles import CODES

_STATES = {BETTER: "better", WORSE: "worse", TIED: "tied"}


class Cell(NamedTuple):
    """A cell; ``state`` is a word that the style sheet knows: number, better, worse, tied, or nothing."""

    words: str
    state: str = ""


class Table(NamedTuple):
    """A table as it is read."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def number(words: str) -> Cell:
    """A cell that is set to the right."""
    return Cell(words, "number")


def fields_table(figures: Figures) -> Table:
    """Every field of a run with its counts."""
    header = ("字段", "正确", "错误", "无中生有", "遗漏", "P", "R", "F1")
    rows = []
    for key, tally in figures.by_field().items():
        shares = map(percent, (tally.precision, tally.recall, tally.f1))
        rows.append((Cell(field_name(key)), *(number(f"{count:,}") for count in tally), *map(number, shares)))
    return Table(header, tuple(rows))


def lines_table(lines: Sequence[Line]) -> Table:
    """Every line of a comparison with its difference and what is to be made of it."""
    header = ("字段", "甲", "乙", "差", "95% 区间", "校正后 p", "有变动的报告", "可测差异", "判断")
    rows = []
    for line in lines:
        found = line.difference
        low, high = found.interval
        changed = bool(found.changed)
        least = "" if found.detectable is None or not changed else f"{100 * found.detectable:.2f}"
        figures = (
            percent(line.first.f1),
            percent(line.second.f1),
            points(found.difference) if changed else "",
            f"[{points(low)}, {points(high)}]" if changed else "",
            f"{found.adjusted:.4f}" if changed else "",
            str(found.changed),
            least,
        )
        verdict = line_verdict(line)
        rows.append((Cell(line_title(line)), *map(number, figures), Cell(verdict, _STATES[verdict])))
    return Table(header, tuple(rows))


def effort_table(runs: Sequence[tuple[str, Figures]]) -> Table:
    """What each run took."""
    header = ("", "调用", "输入 token", "输出 token", "花费", "秒/份（中位）", "最慢", "秒/次", "各遍 F1", "标准差")
    rows = []
    for side, figures in runs:
        effort, spread = effort_of(figures), spread_of(figures)
        asked = (effort.calls, effort.input_tokens, effort.output_tokens)
        deviation = "–" if spread.deviation is None else f"{100 * spread.deviation:.2f}"
        cells = (
            *(f"{value:,.0f}" if effort.calls else "–" for value in asked),
            costs_words(effort),
            f"{effort.seconds:.2f}",
            f"{effort.slowest:.2f}",
            "–" if effort.call_seconds is None else f"{effort.call_seconds:.2f}",
            "、".join(map(percent, spread.values)),
            deviation,
        )
        rows.append((Cell(f"{side} {figures.run.name}".strip()), *map(number, cells)))
    return Table(header, tuple(rows))


def findings_table(runs: Sequence[tuple[str, Figures]]) -> Table:
    """Contradictions by code, right of told and found of those there are, for each run."""
    tallies = [figures.finding_tallies() for _, figures in runs]
    codes = sorted({code for one in tallies for code in one})
    header = ["矛盾", *(f"{side} {words}".strip() for side, _ in runs for words in ("正确/报出", "找到/应有"))]
    rows = [
        (Cell(f"{code} {CODES.get(code, '')}"), *_finding_cells(one.get(code, FindingTally()) for one in tallies))
        for code in codes
    ]
    if rows:
        rows.append((Cell("合计"), *_finding_cells(sum_findings(one.values()) for one in tallies)))
    return Table(tuple(header), tuple(rows))


def measures_table(runs: Sequence[tuple[str, Figures]]) -> Table:
    """The measures that are no field's, for each run."""
    found = [{one.measure: one for one in figures.measures} for _, figures in runs]
    names = sorted({name for one in found for name in one})
    rows = []
    for name in names:
        cells = []
        for own in found:
            one = own.get(name)
            share = percent(one.part / one.whole) if one is not None and one.whole else "–"
            cells.append(number("–" if one is None else f"{one.part:,}/{one.whole:,}（{share}%）"))
        rows.append((Cell(measure_name(name)), *cells))
    return Table(("指标", *(side or "值" for side, _ in runs)), tuple(rows))


def _finding_cells(tallies: Iterable[FindingTally]) -> Iterable[Cell]:
    parts: tuple[Callable[[FindingTally], tuple[int, int]], ...] = (
        lambda tally: (tally.right, tally.predicted),
        lambda tally: (tally.found, tally.gold),
    )
    for tally in tallies:
        for part in parts:
            yield number("{}/{}".format(*part(tally)))
