"""Prose set in two columns: where the gutter is, and which glyphs stand in which column."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.readers.pdf.lines import Line, lines_of
from pipeline.readers.pdf.page import Glyph, PageContent

_LINES = 6  # of each column: fewer are as well a signature beside a date
_WORDS = 8  # glyphs a line: fewer are cells of a table
_CANDIDATES = 25  # places for the gutter in the middle third of a page


class PlacedLine(NamedTuple):
    """A line with its place in reading order on its page: what is above comes first, then the left column."""

    order: tuple[float, int, float]
    line: Line


class _Band(NamedTuple):
    """A stretch of a page in two columns."""

    top: float
    bottom: float
    gutter: float


def place_lines(page: PageContent, glyphs: Sequence[Glyph]) -> list[PlacedLine]:
    """The lines of a page outside its tables, in reading order. Those in columns know which."""
    bands = _bands(page, [glyph for glyph in glyphs if glyph.text != " "])
    if not bands:
        return [PlacedLine((line.rect.top, 0, line.rect.top), line) for line in lines_of(glyphs, page.number)]
    placed: list[PlacedLine] = []
    rest = list(glyphs)
    for band in bands:
        inside = [glyph for glyph in rest if band.top <= glyph.baseline <= band.bottom]
        rest = [glyph for glyph in rest if not band.top <= glyph.baseline <= band.bottom]
        left = [glyph for glyph in inside if glyph.left < band.gutter]
        right = [glyph for glyph in inside if glyph.left >= band.gutter]
        for column, some in enumerate((left, right), 1):
            placed += [
                PlacedLine((band.top, column, line.rect.top), line._replace(column=column))
                for line in lines_of(some, page.number)
            ]
    placed += [PlacedLine((line.rect.top, 0, line.rect.top), line) for line in lines_of(rest, page.number)]
    return sorted(placed, key=lambda each: each.order)


def _bands(page: PageContent, glyphs: Sequence[Glyph]) -> list[_Band]:
    """The stretches in two columns, of the gutter that makes the tallest."""
    best: list[_Band] = []
    for place in range(_CANDIDATES):
        gutter = page.width * (1 + place / (_CANDIDATES - 1)) / 3
        bands = list(_bands_at(gutter, glyphs))
        if sum(band.bottom - band.top for band in bands) > sum(band.bottom - band.top for band in best):
            best = bands
    return best


def _bands_at(gutter: float, glyphs: Iterable[Glyph]) -> Iterator[_Band]:
    """The stretches where no glyph stands across this gutter and full lines end before it and begin behind it."""
    ordered = sorted(glyphs, key=lambda glyph: glyph.baseline)
    crossing = [
        glyph.baseline
        for glyph in ordered
        if glyph.left < gutter + 0.4 * glyph.size and glyph.right > gutter - 0.4 * glyph.size
    ]
    places = [glyph.baseline for glyph in ordered]
    for above, below in pairwise([-1.0, *crossing, float("inf")]):
        inside = ordered[bisect_right(places, above + 1.0) : bisect_left(places, below - 1.0)]
        if len(inside) < 2 * _LINES * _WORDS:
            continue
        left = [glyph for glyph in inside if glyph.left < gutter]
        right = [glyph for glyph in inside if glyph.left >= gutter]
        if _is_column(left, ends=True) and _is_column(right, ends=False):
            yield _Band(inside[0].baseline - 0.5, inside[-1].baseline + 0.5, gutter)


def _is_column(glyphs: Sequence[Glyph], ends: bool) -> bool:
    """True for enough lines of enough glyphs, most of which end (or begin) together."""
    if len(glyphs) < _LINES * _WORDS:
        return False
    lines = [line for line in lines_of(glyphs, 0) if len(line.text) > 1]
    if len(lines) < _LINES or len(glyphs) < _WORDS * len(lines):
        return False
    edges = [line.rect.right if ends else line.rect.left for line in lines]
    edge = max(edges) if ends else min(edges)
    return 2 * sum(1 for one in edges if abs(one - edge) <= 1.5 * lines[0].size) >= len(lines)
