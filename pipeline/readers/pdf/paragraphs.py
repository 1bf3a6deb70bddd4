"""Lines to paragraphs: by margins, indents, distances and the numbers of headings, over page breaks too."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_LONG = 8  # characters: shorter lines tell nothing of the right margin


class Measure(NamedTuple):
    """The margins between which lines run, how far apart they are, and whether paragraphs begin with an indent."""

    left: float
    right: float
    pitch: float
    indented: bool


def measure_lines(lines: Sequence[Line], width: float) -> Measure:
    """The measure that lines of one width of page (or of one column) were set to."""
    size = median(line.size for line in lines)
    left = _left_margin(lines)
    right = _right_margin(lines, size)
    if right is None:
        right = max(max(line.rect.right for line in lines), width - left)
    steps = [b.baseline - a.baseline for a, b in zip(lines, lines[1:], strict=False) if a.page == b.page]
    steps = [step for step in steps if step > 0.5 * size]
    indents = sum(1 for line in lines if 1.2 * size < line.rect.left - left < 3.2 * size)
    return Measure(
        left, right, median(steps) if steps else 2 * size, indents >= 2 and indents >= 0.08 * len(lines)
    )


def _left_margin(lines: Sequence[Line]) -> float:
    edges = sorted(line.rect.left for line in lines)
    wanted = max(2, len(edges) // 20)
    for place, edge in enumerate(edges):
        if sum(1 for other in edges[place:] if other - edge <= 2.5) >= wanted:
            return edge
    return edges[0]


def _right_margin(lines: Sequence[Line], size: float) -> float | None:
    """The rightmost place where enough lines end together."""
    edges = sorted((line.rect.right for line in lines if len(line.text) >= _LONG), reverse=True)
    wanted = max(3, len(edges) // 6)
    for place, edge in enumerate(edges):
        if sum(1 for other in edges[place:] if edge - other <= 0.8 * size) >= wanted:
            return edge
    return None


def goes_on(before: Line, line: Line, measure: Measure, same_measure: bool = True) -> bool:
    """True where ``line`` is the continuation of ``before`` in one paragraph.

    ``measure`` is that of ``before``; ``same_measure`` is false where ``line`` stands in another column or page.
    """
    if abs(line.size - before.size) > 0.15 * before.size:
        return False
    if same_measure and line.baseline - before.baseline > 1.5 * measure.pitch:
        return False
    if not is_full(before, line, measure.right, 0.6 * before.size):
        return False
    indent = line.rect.left - measure.left if same_measure else 0.0
    return _begins_nothing(before, line, measure, indent)


def _begins_nothing(before: Line, line: Line, measure: Measure, indent: float) -> bool:
    heading = _HEADING.match(line.text) is not None
    numbered = heading or _ENUMERATED.match(line.text) is not None
    if indent > 0.9 * line.size:
        return not numbered and not before.text.endswith(_SENTENCE_END)
    if heading and (line.font != before.font or not measure.indented or line.rect.right < measure.right - 2 * line.size):
        return False
    return measure.indented or not numbered
