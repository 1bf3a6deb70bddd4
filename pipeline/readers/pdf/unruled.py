"""Tables without upright rules: rows of words far apart that stand below each other in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.readers.pdf.lines import Line, glyph_rows, line_of
from pipeline.readers.pdf.page import Glyph, PageContent, Rect
from pipeline.readers.pdf.ruled import outline
from pipeline.readers.pdf.tables import RawCell, RawTable

_APART = 1.5  # of the size: words that far apart may be two cells; no justified line is stretched so
_TIGHT = 1.45  # of the size: lines that near belong to one row where other rows are further apart
_CELL = 12  # characters: two columns of longer lines are prose set in two columns


class _Row(NamedTuple):
    """A line of the page as the words that stand apart in it."""

    glyphs: tuple[Glyph, ...]
    words: tuple[Line, ...]
    baseline: float
    size: float


def take_unruled(page: PageContent, glyphs: Sequence[Glyph]) -> tuple[list[RawTable], list[Glyph]]:
    """The tables that only the places of words show, and the glyphs that stand in none of them."""
    rows = [_row(row, page.number) for row in glyph_rows(glyphs)]
    rows = [row for row in rows if row.words]
    levels = sorted(rule.top for rule in page.rules if rule.right - rule.left > 40 and rule.bottom - rule.top <= 3)
    tables: list[RawTable] = []
    taken: set[int] = set()
    for group in _groups(rows):
        columns = _columns(group)
        if columns is None:
            continue
        tables.append(_table(page.number, group, columns, levels))
        taken |= {id(glyph) for row in group for glyph in row.glyphs}
    return tables, [glyph for glyph in glyphs if id(glyph) not in taken]


def _row(glyphs: Sequence[Glyph], page: int) -> _Row:
    pieces: list[list[Glyph]] = []
    for glyph in glyphs:
        if glyph.text == " ":
            continue
        if pieces and glyph.left - pieces[-1][-1].right < _APART * glyph.size:
            pieces[-1].append(glyph)
        else:
            pieces.append([glyph])
    words = [line for piece in pieces if (line := line_of(piece, page)) is not None]
    if not words:
        return _Row(tuple(glyphs), (), 0.0, 0.0)
    return _Row(tuple(glyphs), tuple(words), median(w.baseline for w in words), max(w.size for w in words))


def _groups(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Runs of rows that may be a table: each of several words, or a short one that goes on below such a row."""
    group: list[_Row] = []
    for row in rows:
        near = bool(group) and row.baseline - group[-1].baseline <= 4 * row.size
        if len(row.words) > 1 or (near and _is_rest(row, group)):
            if group and not near:
                yield from _ended(group)
                group = []
            group.append(row)
        elif group:
            yield from _ended(group)
            group = []
    if group:
        yield from _ended(group)


def _is_rest(row: _Row, group: Sequence[_Row]) -> bool:
    """True for a single word below (or before) words that it may belong to: no wider than their column."""
    reach = [word.rect for above in group for word in above.words if len(above.words) > 1]
    rect = row.words[0].rect
    if row.baseline - group[-1].baseline > 1.8 * row.size:
        return False
    touched = [other for other in reach if other.left < rect.right and other.right > rect.left]
    return any(rect.left >= other.left - row.size and rect.right <= other.right + 2 * row.size for other in touched)


def _ended(group: list[_Row]) -> Iterator[list[_Row]]:
    while group and len(group[-1].words) == 1 and len(group) > 1 and len(group[-2].words) == 1:
        group = group[:-1]
    wide = [row for row in group if len(row.words) >= 3]
    pairs = [row for row in group if len(row.words) >= 2]
    if (len(wide) >= 2 and len(pairs) >= 3) or (len(pairs) >= 4 and _are_cells(pairs)):
        yield group


def _are_cells(rows: Sequence[_Row]) -> bool:
    """True for label and value, false for two columns of prose and for numbers that stand before paragraphs."""
    lengths = [[len(row.words[place].text) for row in rows] for place in (0, 1)]
    return all(2 <= median(column) <= _CELL for column in lengths)


def _columns(group: Sequence[_Row]) -> list[tuple[float, float]] | None:
    """The reach of each column, or none where the words do not stand in columns."""
    most = max(len(row.words) for row in group)
    reach = sorted(
        (word.rect.left, word.rect.right) for row in group for word in row.words if 2 * len(row.words) > most
    )
    columns: list[tuple[float, float]] = []
    for left, right in reach:
        if columns and left < columns[-1][1] + 1.0:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    if len(columns) < 2 or 2 * len(columns) < most:
        return None
    return columns


def _table(
    page: int, group: Sequence[_Row], columns: Sequence[tuple[float, float]], levels: Sequence[float]
) -> RawTable:
    whole = outline([word.rect for row in group for word in row.words])
    edges = [whole.left, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), whole.right]
    bands = list(_bands(group, levels))
    tops = [min(word.rect.top for word in band) for band in bands]
    bottoms = [max(word.rect.bottom for word in band) for band in bands]
    cuts = [whole.top, *((above + below) / 2 for above, below in zip(bottoms, tops[1:], strict=False)), whole.bottom]
    cells: list[RawCell] = []
    for place, band in enumerate(bands):
        cells += _cells(band, edges, cuts[place], cuts[place + 1])
    return RawTable(page, whole, page, whole.bottom, tuple(cells), ruled=False)


def _bands(group: Sequence[_Row], levels: Sequence[float]) -> Iterator[list[Line]]:
    """The words of each row of the table: between level rules, else by how near lines stand."""
    steps = [b.baseline - a.baseline for a, b in pairwise(group)]
    size = median(row.size for row in group)
    spread = any(step > 1.15 * _TIGHT * size for step in steps)
    ruled = sum(1 for level in levels if group[0].baseline < level < group[-1].baseline) >= 2
    band: list[Line] = []
    for place, row in enumerate(group):
        if place:
            if ruled:
                goes_on = not any(group[place - 1].baseline < level < row.baseline for level in levels)
            elif spread:
                goes_on = steps[place - 1] <= _TIGHT * size
            else:
                goes_on = len(row.words) == 1
            if not goes_on:
                yield band
                band = []
        band += row.words
    yield band


def _cells(band: Sequence[Line], edges: Sequence[float], top: float, bottom: float) -> Iterator[RawCell]:
    """The cells of one row; words that reach over several columns are a merged one."""
    count = len(edges) - 1
    spans: list[tuple[int, int, list[Line]]] = []
    for word in sorted(band, key=lambda each: each.rect.left):
        inside = [
            place
            for place in range(count)
            if min(word.rect.right, edges[place + 1]) - max(word.rect.left, edges[place]) > 0.5 * word.size
        ] or [min(range(count), key=lambda place: abs(edges[place] - word.rect.left))]
        first, last = inside[0], inside[-1]
        if spans and spans[-1][1] >= first:
            spans[-1] = (min(spans[-1][0], first), max(spans[-1][1], last), [*spans[-1][2], word])
        else:
            spans.append((first, last, [word]))
    covered = {place for first, last, _ in spans for place in range(first, last + 1)}
    spans += [(place, place, []) for place in range(count) if place not in covered]
    for first, last, words in sorted(spans, key=lambda span: span[0]):
        lines = tuple(sorted(words, key=lambda each: (each.baseline, each.rect.left)))
        yield RawCell(Rect(edges[first], top, edges[last + 1], bottom), lines)
