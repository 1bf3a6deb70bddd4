"""Glyphs to lines: which stand on one line, in which order, and where between them a space is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.readers.pdf.page import Glyph, Rect

_SAME_LINE = 0.45  # of the size: how far apart baselines may be, as those of ² and of mixed fonts are
_DOUBLE = 0.25  # of the size: a character drawn again that near is bold, not a second one


class Line(NamedTuple):
    """Characters on one line of a page, with their place.

    ``spaced`` tells that a space follows at its end, ``column`` in which of two columns it stands (0 for none).
    """

    page: int
    text: str
    rect: Rect
    baseline: float
    size: float
    font: str
    spaced: bool = False
    column: int = 0


def glyph_rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """The glyphs of each line from above to below, each from left to right, double-drawn ones once."""
    rows: list[list[Glyph]] = []
    first = size = 0.0
    for glyph in sorted(glyphs, key=lambda each: each.baseline):
        if rows and glyph.baseline - first <= _SAME_LINE * max(size, glyph.size):
            rows[-1].append(glyph)
            size = max(size, glyph.size)
        else:
            rows.append([glyph])
            first, size = glyph.baseline, glyph.size
    return [_once(sorted(row, key=lambda each: each.left)) for row in rows]


def _once(row: list[Glyph]) -> list[Glyph]:
    kept: list[Glyph] = []
    for glyph in row:
        near = (other for other in kept[-4:] if other.text == glyph.text and glyph.text != " ")
        if not any(abs(other.left - glyph.left) < _DOUBLE * min(other.size, glyph.size) for other in near):
            kept.append(glyph)
    return kept


def lines_of(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """The lines that glyphs make, from above to below."""
    made = (line_of(row, page) for row in glyph_rows(glyphs))
    return [line for line in made if line is not None]


def line_of(row: Sequence[Glyph], page: int) -> Line | None:
    """The line that a row of glyphs makes, or none where it shows nothing."""
    inked = [glyph for glyph in row if glyph.text != " "]
    if not inked:
        return None
    text = _spaced_text(row)
    boxes = [glyph.rect for glyph in inked]
    rect = Rect(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
    sizes = sorted(glyph.size for glyph in inked)
    fonts = [glyph.font for glyph in inked]
    return Line(
        page=page,
        text=text.strip(),
        rect=rect,
        baseline=median(glyph.baseline for glyph in inked),
        size=sizes[len(sizes) // 2],
        font=max(set(fonts), key=fonts.count),
        spaced=row[-1].text == " ",
    )


def _spaced_text(row: Sequence[Glyph]) -> str:
    """The characters with the spaces that the file has, and those that only the distance between glyphs shows."""
    usual = _usual_gap(row)
    parts: list[str] = []
    before: Glyph | None = None  # the last glyph that is no space
    waiting = ""
    for glyph in row:
        if glyph.text == " ":
            waiting += " " if before is not None else ""
            continue
        if before is not None:
            gap = glyph.left - before.right
            if waiting and gap > 0.08 * glyph.size:
                parts.append(waiting)
            elif not waiting and gap > max(_least_gap(before, glyph), 1.8 * usual):
                parts.append(" ")
        parts.append(glyph.text)
        before, waiting = glyph, ""
    return "".join(parts)


def _usual_gap(row: Sequence[Glyph]) -> float:
    """How far apart the glyphs of a letter-spaced line stand."""
    inked = [glyph for glyph in row if glyph.text != " "]
    gaps = [right.left - left.right for left, right in pairwise(inked)]
    return max(0.0, median(gaps)) if len(gaps) >= 3 else 0.0


def _least_gap(left: Glyph, right: Glyph) -> float:
    """The distance that is a space: little between letters and digits, much where lines are stretched to the margin."""
    size = min(left.size, right.size)
    return 0.25 * size if left.text.isascii() and right.text.isascii() else 0.9 * size
