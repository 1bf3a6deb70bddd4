"""Lines to paragraphs: by margins, indents, distances and the numbers of headings, over page breaks too."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.readers.pdf.lines import Line
from pipeline.readers.pdf.wrapping import is_full

_HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}(?:章|节|部分)"
    r"|附(?:件|表)?\s*\d{0,2}\s*(?:[:：]|\Z)"
)
_ENUMERATED = re.compile(r"\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[)）]|\d{1,2}[)）]|[①-⑳]|[-•●◆■]\s")
_SENTENCE_END = tuple("。！？；：!?;:")
_FAR = 1.35  # of the distance between lines: more begins a paragraph
_STOP = 0.12  # of the size: justified lines end together that closely
_TELLING = 12  # full lines: fewer may end together by chance
_TITLE_END = ("报告", "表")
_LONG = 8  # characters: shorter lines tell nothing of the right margin


class Measure(NamedTuple):
    """The margins between which lines run, how far apart they are, and whether paragraphs begin with an indent.

    ``stops`` are where full lines of that ``size`` end in justified text, of which there may be several (commas hang
    out); in ragged text there are none.
    """

    left: float
    right: float
    pitch: float
    indented: bool
    size: float = 0.0
    stops: tuple[float, ...] = ()


def measure_lines(lines: Sequence[Line], width: float, shared: Measure | None = None) -> Measure:
    """The measure that lines were set to, on pages or in columns of that width.

    With ``shared``, the measure of the whole file, the lines are those of one page: they have a measure of their own
    only where enough of them say so.
    """
    size = median(line.size for line in lines)
    right = _right_margin(lines, size, 0.5 if shared else 0.2)
    if right is None and shared:
        return shared
    full = max(max(line.rect.right for line in lines), width) if right is None else right
    left = _left_margin(lines, full - 1.5 * size, shared)
    if right is None or (shared is None and right < width - left - 3 * size and _share(lines, right, size) < 0.35):
        right = max(max(line.rect.right for line in lines), width - left)
    stops = _stops(lines, right, size)
    if shared:
        return shared._replace(left=left, right=right, stops=shared.stops and (stops or shared.stops), size=size)
    indents = sum(1 for line in lines if 1.2 * size < line.rect.left - left < 3.2 * size)
    return Measure(left, right, _pitch(lines, size), indents >= max(2, 0.08 * len(lines)), size, stops)


def _pitch(lines: Sequence[Line], size: float) -> float:
    """How far apart lines of one paragraph stand: the lower quartile, since there may be room between paragraphs."""
    pairs = [(a, b) for a, b in pairwise(lines) if a.page == b.page]
    alike = [(a, b) for a, b in pairs if abs(a.size - size) + abs(b.size - size) <= 0.1 * size]
    steps = sorted(b.baseline - a.baseline for a, b in alike if b.baseline - a.baseline > 0.8 * size)
    return steps[len(steps) // 4] if steps else 2 * size


def _left_margin(lines: Sequence[Line], full: float, shared: Measure | None) -> float:
    """Where lines go on after full ones, most of the time; else where the leftmost ones start together."""
    after = [line.rect.left for before, line in pairwise(lines) if before.rect.right >= full]
    if len(after) >= 3:
        near = _counter(after)
        edge = max(after, key=lambda one: near(one - 2.5, one + 2.5))
        if 2 * near(edge - 2.5, edge + 2.5) >= len(after):
            return edge
    if shared:
        return shared.left
    edges = sorted(line.rect.left for line in lines)
    wanted = max(2, len(edges) // 20)
    near = _counter(edges)
    return next((edge for edge in edges if near(edge, edge + 2.5) >= wanted), edges[0])


def _right_margin(lines: Sequence[Line], size: float, share: float) -> float | None:
    """The rightmost place where enough of the longer lines end together."""
    edges = sorted((line.rect.right for line in lines if len(line.text) >= _LONG), reverse=True)
    wanted = max(3, share * len(edges))
    near = _counter(edges)
    return next((edge for edge in edges if near(edge - 0.8 * size, edge) >= wanted), None)


def _counter(edges: Sequence[float]) -> Callable[[float, float], int]:
    """How many of the edges lie between two places."""
    ordered = sorted(edges)
    return lambda low, high: bisect_right(ordered, high) - bisect_left(ordered, low)


def _stops(lines: Sequence[Line], right: float, size: float) -> tuple[float, ...]:
    """Where justified lines end: the few places where nearly all of the full lines do."""
    edges = sorted(line.rect.right for line in lines if line.rect.right > right - 1.2 * size)
    groups: list[list[float]] = []
    for edge in edges:
        if groups and edge - groups[-1][0] <= _STOP * size:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    firm = sorted(groups, key=len)[-2:]
    if len(edges) < _TELLING or sum(map(len, firm)) < 0.93 * len(edges):
        return ()
    return tuple(median(group) for group in firm)


def _share(lines: Sequence[Line], right: float, size: float) -> float:
    edges = [line.rect.right for line in lines if len(line.text) >= _LONG]
    return sum(1 for edge in edges if abs(edge - right) <= 0.8 * size) / max(1, len(edges))


def goes_on(before: Line, line: Line, measure: Measure, next_measure: Measure) -> bool:
    """True where ``line`` is the continuation of ``before`` in one paragraph; each has its own measure."""
    if abs(line.size - before.size) > 0.15 * before.size:
        return False
    pitch = measure.pitch * max(1.0, line.size / measure.size)
    if line.page == before.page and line.baseline - before.baseline > _FAR * pitch:
        return False
    return _is_full(before, line, measure) and _begins_nothing(before, line, next_measure)


def _is_full(before: Line, line: Line, measure: Measure) -> bool:
    """True where the next word had no room. Without indents to tell, a justified line has to end with the others."""
    told = not measure.indented and abs(before.size - measure.size) < 0.1 * measure.size
    if told and measure.stops and before.rect.right < measure.stops[-1]:
        return any(abs(before.rect.right - stop) <= _STOP * before.size for stop in measure.stops)
    return is_full(before, line, measure.right, 0.6 * before.size)


def _begins_nothing(before: Line, line: Line, measure: Measure) -> bool:
    """True where a line after a full one has no mark of a new paragraph: an indent, the number of a heading."""
    heading = _HEADING.match(line.text) is not None
    numbered = heading or _ENUMERATED.match(line.text) is not None
    ended = before.text.endswith(_SENTENCE_END)
    short = line.rect.right < measure.right - 2 * line.size
    if line.rect.left - measure.left > 0.9 * line.size:
        return not numbered and not ended and not before.text.endswith(_TITLE_END)
    if heading and (short or line.font != before.font or not measure.indented):
        return False
    titled = (
        line.rect.right < measure.left + 0.6 * (measure.right - measure.left)
        and ended
        and not line.text.endswith(_SENTENCE_END)
    )
    return measure.indented or not (numbered or titled)
