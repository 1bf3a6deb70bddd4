"""A comparison as lines for people and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eval.agreement import fold
from eval.comparison import Change, Comparison, Line, Value
from eval.figures import Figures, effort_of, spread_of
from eval.metrics import Outcome
from eval.statistics import FEWEST, Difference
from eval.summaries import costs_words, effort_data
from eval.titles import OUTCOMES, field_name, line_title, line_verdict, percent, points
from pipeline.grids import printable, shorten, text_table
from pipeline.summaries import rows_data

_WIDTH = 160
_SHOWN = 15  # changes of either direction, where not all are asked for


def compare_lines(comparison: Comparison, *, everything: bool = False) -> Iterator[str]:
    """The verdict first, then the figures it rests on, then what changed."""
    one, other = comparison.first.run, comparison.second.run
    yield f"甲 {one.eval_id} {printable(one.name)} → 乙 {other.eval_id} {printable(other.name)}"
    left_out = f"（另有 {len(comparison.left_out)} 份只在一边或标注不同，未比较）" if comparison.left_out else ""
    yield f"{len(comparison.reports)} 份相同的报告{left_out}"
    yield conclusion(comparison)
    yield ""
    yield from _table([comparison.overall, *comparison.kinds])
    yield ""
    changed = [line for line in comparison.fields if line.difference.changed]
    same = len(comparison.fields) - len(changed)
    if changed:
        yield from _table(changed)
    yield f"{'其余 ' if changed else '全部 '}{same} 个字段完全相同。"
    yield ""
    yield from _effort_lines((comparison.first, comparison.second))
    for title, changes in (("退步", comparison.regressions), ("改进", comparison.improvements)):
        yield ""
        yield f"{title} {len(changes)} 处"
        yield from map(change_line, changes if everything else changes[:_SHOWN])
        if len(changes) > _SHOWN and not everything:
            yield f"……还有 {len(changes) - _SHOWN} 处，加 --errors 全部列出。"


def conclusion(comparison: Comparison) -> str:
    """The verdict on the whole in a sentence, with what it rests on and what could have been seen."""
    found = comparison.overall.difference
    low, high = found.interval
    words = (
        f"结论：{line_verdict(comparison.overall)}。F1 {percent(found.first)} → {percent(found.second)}，"
        f"差 {points(found.difference)} 个百分点，95% 区间 [{points(low)}, {points(high)}]，{_p_words(found)}。"
    )
    kinds = [f"{line_title(line)}{line_verdict(line)}" for line in comparison.kinds if line.difference.significant]
    count = sum(line.difference.significant for line in comparison.fields)
    parts = [*kinds, *((f"{count} 个字段有别",) if count else ())]
    return words + (f"其中{'、'.join(parts)}。" if parts else "") + detectable_words(found, len(comparison.reports))


def detectable_words(found: Difference, reports: int) -> str:
    """The smallest difference that these reports could show, in words."""
    if found.detectable is None:
        return f"只有 {reports} 份报告，少于 {FEWEST} 份，任何差异都无法证实。"
    if not found.changed:
        return "两次结果逐字段相同。"
    return f"这些报告能测出的最小差异约 {100 * found.detectable:.2f} 个百分点（五次能见四次）。"


def change_line(change: Change) -> str:
    """A field that came out differently, on one line."""
    first, second = (change_words(change, value) for value in (change.first, change.second))
    values = f"应为 {_shorten(change.gold)}；甲 {first}，乙 {second}"
    return f"  {printable(change.report)}  {field_name(change.key)}：{values}  «{_shorten(change.quote)}»"


def change_words(change: Change, value: Value) -> str:
    """What became of a field, with the value where there is one that is not right."""
    if value.outcome is Outcome.RIGHT and change.gold is None:
        return "空"
    return f"{OUTCOMES[value.outcome]} {_shorten(value.value) if value.value else ''}".rstrip()


def compare_data(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data; shares are fractions."""
    return {
        "first": rows_data([comparison.first.run])[0],
        "second": rows_data([comparison.second.run])[0],
        "reports": list(comparison.reports),
        "left_out": list(comparison.left_out),
        "conclusion": conclusion(comparison),
        "overall": line_data(comparison.overall),
        "kinds": [line_data(line) for line in comparison.kinds],
        "fields": [line_data(line) for line in comparison.fields],
        "effort": [effort_data(effort_of(one)) for one in (comparison.first, comparison.second)],
        "spread": [spread_of(one)._asdict() for one in (comparison.first, comparison.second)],
        "regressions": [_change_data(change) for change in comparison.regressions],
        "improvements": [_change_data(change) for change in comparison.improvements],
    }


def line_data(line: Line) -> dict[str, Any]:
    """A line of a comparison as plain data; figures that there are not are null."""
    found = line.difference
    return {
        "key": line.key if isinstance(line.key, str) else line.key._asdict(),
        "title": line_title(line),
        "first": line.first._asdict(),
        "second": line.second._asdict(),
        "first_f1": line.first.f1,
        "second_f1": line.second.f1,
        "difference": found.difference,
        "interval": list(found.interval),
        "p": found.p,
        "p_adjusted": found.adjusted,
        "p_exact": found.exact,
        "changed_reports": found.changed,
        "detectable": found.detectable,
        "verdict": line_verdict(line),
    }


def _table(lines: Sequence[Line]) -> Iterator[str]:
    rows = []
    for line in lines:
        found = line.difference
        low, high = found.interval
        interval = f"[{points(low)}, {points(high)}]" if found.changed else ""
        least = "–" if found.detectable is None else f"{100 * found.detectable:.2f}"
        rows.append(
            (
                line_title(line),
                percent(line.first.f1),
                percent(line.second.f1),
                points(found.difference),
                interval,
                _p(found.p, exact=found.exact),
                _p(found.adjusted, exact=found.exact),
                str(found.changed),
                least if found.changed else "",
                line_verdict(line),
            )
        )
    header = ("F1 (%)", "甲", "乙", "差", "95% 区间", "p", "校正后 p", "有变动的报告", "可测差异", "判断")
    yield from text_table(header, rows, _WIDTH)


def _effort_lines(figures: Sequence[Figures]) -> Iterator[str]:
    rows = []
    for side, one in zip("甲乙", figures, strict=True):
        effort, spread = effort_of(one), spread_of(one)
        asked = (effort.calls, effort.input_tokens, effort.output_tokens)
        deviation = "" if spread.deviation is None else f"{100 * spread.deviation:.2f}"
        cells = [f"{value:,.0f}" if effort.calls else "–" for value in asked]
        latency = "–" if effort.call_seconds is None else f"{effort.call_seconds:.2f}"
        taken = (costs_words(effort), f"{effort.seconds:.2f}", latency)
        rows.append((f"{side} {one.run.name}", *cells, *taken, deviation))
    header = ("花费", "调用", "输入 token", "输出 token", "金额", "秒/份", "秒/次", "各遍 F1 标准差")
    yield from text_table(header, rows, _WIDTH)


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "report": change.report,
        **change.key._asdict(),
        "gold": change.gold,
        "first": change.first._asdict(),
        "second": change.second._asdict(),
        "quote": change.quote,
    }


def _p(value: float, *, exact: bool) -> str:
    return f"{'' if exact else '≈'}{value:.4f}"


def _p_words(found: Difference) -> str:
    how = "精确" if found.exact else "随机置换"
    return f"p = {found.adjusted:.4f}（{how}，{found.changed} 份报告有变动）"


def _shorten(value: str | None) -> str:
    return "空" if value is None else shorten(fold(value), 60)
