"""Tables before they are text: cells with outlines and lines, joined over page breaks, then numbered as a grid."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

from pipeline.readers.pdf.lines import Line, lines_of
from pipeline.readers.pdf.page import Glyph, PageContent, Rect
from pipeline.readers.pdf.ruled import Frame, outline
from pipeline.readers.pdf.wrapping import is_full

_STRIP = 20.0  # points
_MOST_PAGES = 60  # of one table: a list longer than that is no form, and would take time with its square
_SAME = 4.0  # points: edges that near are one edge, on two pages too
_DECIMALS_CUT = re.compile(r"[\d,]+(?:\.\n\d{1,2}[%％]?|\.\d\n\d[%％]?|\.\d\d?\n[%％])")
_LEVEL = re.compile(r".{2,6}指标(?:[（(].*)?")
_LABEL = 8  # characters of a label
_WHOLE_LABEL = re.compile(
    r"(?:指标|目标|情况|措施|资金|成本|产出|效益|满意度|管理|投入|过程|决策|效果|数量|质量|时效|影响|部门|单位|名称|总分|[人值率数额计)）])\Z"
)
_REST_OF_LABEL = re.compile(r"(?:指标|目标)?[（(]\d{1,3}(?:\.\d+)?分?[)）]|指标|目标")
_LABEL_END = re.compile(r".{0,2}(?:指标|目标)|[值标]|情况|.{0,2}完成情况|.?(?:改进)?措施")
_TITLE = re.compile(r"绩效.{0,12}表|自评.{0,6}表|基础数据表")
_NUMBER = re.compile(r"[\d.,%％\s]+")
_ENUMERATED = re.compile(r"\s*[(（]?\d{1,2}[.．、)）]|[①-⑳]")


class RawCell(NamedTuple):
    """A cell's outline and the lines in it. In a table over pages the outlines of later pages stand below the first."""

    rect: Rect
    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        """The words without any white space, for comparison."""
        return re.sub(r"\s", "", "".join(line.text for line in self.lines))


class RawTable(NamedTuple):
    """A table: the page that it starts on and where, the page that it ends on and how far down, and its cells."""

    page: int
    rect: Rect
    last_page: int
    last_bottom: float
    cells: tuple[RawCell, ...]
    ruled: bool = True


class GridCell(NamedTuple):
    """A cell in its grid, with the width that its lines have on the page."""

    row: int
    column: int
    row_span: int
    column_span: int
    width: float
    lines: tuple[Line, ...]


def fill_frames(page: PageContent, frames: Sequence[Frame]) -> tuple[list[RawTable], list[Glyph]]:
    """The tables of a page with their words, and the glyphs that stand in none of them."""
    places = [(frame, cell) for frame in frames for cell in frame.cells]
    places.sort(key=lambda place: (place[1].right - place[1].left) * (place[1].bottom - place[1].top))
    held: dict[Rect, list[Glyph]] = {cell: [] for _, cell in places}
    strips: dict[int, list[Rect]] = defaultdict(list)  # so that no glyph is held against every cell of the page
    for _, cell in places:
        for strip in range(int(cell.top // _STRIP), int(cell.bottom // _STRIP) + 1):
            strips[strip].append(cell)
    outside: list[Glyph] = []
    for glyph in page.glyphs:
        x, y = (glyph.left + glyph.right) / 2, glyph.baseline - 0.38 * glyph.size
        holder = next((cell for cell in strips.get(int(y // _STRIP), ()) if cell.holds(x, y)), None)
        (outside if holder is None else held[holder]).append(glyph)
    tables = []
    for frame in frames:
        cells = tuple(RawCell(rect, tuple(lines_of(held[rect], page.number))) for rect in frame.cells)
        if any(cell.lines for cell in cells):
            tables.append(RawTable(page.number, frame.rect, page.number, frame.rect.bottom, cells))
    return tables, outside


def continue_table(above: RawTable, below: RawTable, bottom: float) -> RawTable | None:
    """Both as one table where ``below``, at the top of the next page, goes on with ``above``; else none.

    ``bottom`` is how far down the page of ``above`` may be filled.
    """
    if not above.ruled and not below.ruled:
        below = _in_columns_of(above, below)
    if (
        above.ruled != below.ruled
        or below.page - above.page >= _MOST_PAGES
        or below.page != above.last_page + 1
        or not _goes_on(above, below, bottom - above.last_bottom)
    ):
        return None
    shift = outline([cell.rect for cell in above.cells]).bottom - below.rect.top
    moved = _without_repeated_headers(above, [_lower(cell, shift) for cell in below.cells])
    if not moved:
        return above._replace(last_page=below.page, last_bottom=below.rect.bottom)
    cells = _joined_at_break(list(above.cells), moved)
    return above._replace(last_page=below.page, last_bottom=below.rect.bottom, cells=tuple(cells))


def _goes_on(above: RawTable, below: RawTable, room: float) -> bool:
    """True for the same outer edges and no title, where the next row had no room or stands in the same columns."""
    whole = outline([cell.rect for cell in above.cells])
    if abs(whole.left - below.rect.left) > _SAME or abs(whole.right - below.rect.right) > _SAME:
        return False
    first = _rows([*below.cells])[0]
    if len(first) == 1 and _TITLE.search(first[0].words):
        return False
    if room < first[0].rect.bottom - first[0].rect.top + _SAME:
        return True
    known = {edge for cell in above.cells for edge in (cell.rect.left, cell.rect.right)}
    edges = [cell.rect.left for cell in first[1:]]
    shared = sum(1 for edge in edges if any(abs(edge - other) <= _SAME for other in known))
    return 2 * shared >= len(edges)


def _in_columns_of(above: RawTable, below: RawTable) -> RawTable:
    """``below`` with the edges of ``above`` where it has as many columns that stand in the same places.

    Columns without rules are as wide as their words on each page.
    """
    wanted, own = (
        sorted({edge for cell in each.cells for edge in (cell.rect.left, cell.rect.right)}) for each in (above, below)
    )
    if len(wanted) != len(own) or any(
        min(right, own_right) - max(left, own_left) < 0.5 * min(right - left, own_right - own_left)
        for left, right, own_left, own_right in zip(wanted, wanted[1:], own, own[1:], strict=False)
    ):
        return below
    edge = dict(zip(own, wanted, strict=True))
    cells = [
        cell._replace(rect=cell.rect._replace(left=edge[cell.rect.left], right=edge[cell.rect.right]))
        for cell in below.cells
    ]
    return below._replace(cells=tuple(cells), rect=below.rect._replace(left=wanted[0], right=wanted[-1]))


def _rows(cells: Sequence[RawCell]) -> list[list[RawCell]]:
    """The cells by the row that they start in, from left to right."""
    number = _places([edge for cell in cells for edge in (cell.rect.top, cell.rect.bottom)])
    rows: dict[int, list[RawCell]] = {}
    for cell in sorted(cells, key=lambda each: (number(each.rect.top), each.rect.left)):
        rows.setdefault(number(cell.rect.top), []).append(cell)
    return [rows[key] for key in sorted(rows)]


def _without_repeated_headers(above: RawTable, moved: list[RawCell]) -> list[RawCell]:
    """The cells below the break without the header rows that are printed again on every page."""
    known = {_words(row) for row in _rows(above.cells)}
    rows = _rows(moved)
    again = takewhile(lambda row: _is_header(words := _words(row)) and words in known, rows)
    repeated = {cell.rect for row in again for cell in row}
    if not repeated:
        return moved
    kept = [cell for cell in moved if cell.rect not in repeated]
    start = min((cell.rect.top for cell in kept), default=0.0)
    return [_lower(cell, min(cell.rect.top for cell in moved) - start) for cell in kept]


def _words(row: Sequence[RawCell]) -> tuple[str, ...]:
    return tuple(cell.words for cell in row if cell.words)


def _is_header(words: Sequence[str]) -> bool:
    """True for several words and no number."""
    return len(words) > 1 and not any(_NUMBER.fullmatch(word) for word in words)


def _lower(cell: RawCell, by: float) -> RawCell:
    return cell._replace(rect=cell.rect._replace(top=cell.rect.top + by, bottom=cell.rect.bottom + by))


def _joined_at_break(above: list[RawCell], below: list[RawCell]) -> list[RawCell]:
    """All cells, those that the page break cut in two as one."""
    bottom = max(cell.rect.bottom for cell in above)
    last = [cell for cell in above if abs(cell.rect.bottom - bottom) <= _SAME]
    first = _rows(below)[0]
    pairs = [
        (upper, lower)
        for upper in last
        for lower in first
        if abs(upper.rect.left - lower.rect.left) <= _SAME and abs(upper.rect.right - lower.rect.right) <= _SAME
    ]
    row_cut = len(pairs) == len(last) == len(first) and _cuts_row(
        [pair for pair in pairs if not (_spans(pair[0], last) or _spans(pair[1], first))]
    )
    for upper, lower in pairs:
        merged = _spans(upper, last) or _spans(lower, first)
        if row_cut or (_is_one_merge(upper, lower) if merged else _is_one_label(upper, lower)):
            above.remove(upper)
            below.remove(lower)
            lines = upper.lines if upper.words == lower.words else upper.lines + lower.lines
            above.append(RawCell(upper.rect._replace(bottom=lower.rect.bottom), lines))
    return above + below


def _spans(cell: RawCell, row: Sequence[RawCell]) -> bool:
    """True where a cell is merged over more rows than this one."""
    height = min(each.rect.bottom - each.rect.top for each in row)
    return cell.rect.bottom - cell.rect.top > height + _SAME


def _is_one_merge(upper: RawCell, lower: RawCell) -> bool:
    """True for the two halves of a merged cell: its words stand in one of them, or the break cuts a label in two."""
    if not upper.words or not lower.words or _REST_OF_LABEL.fullmatch(lower.words):
        return True
    if len(upper.words) <= 2 and len(lower.words) <= 2:
        return True
    return _cuts_label(upper, lower)


def _is_one_label(upper: RawCell, lower: RawCell) -> bool:
    """True where a label of cells that are not merged is cut in two: 年度总体 above, 目标 below."""
    if 0 < len(upper.words) <= _LABEL and _REST_OF_LABEL.fullmatch(lower.words):
        return True
    return _LABEL_END.fullmatch(lower.words) is not None and _cuts_label(upper, lower)


def _cuts_label(upper: RawCell, lower: RawCell) -> bool:
    if not 0 < len(upper.words) <= _LABEL or not lower.words or _WHOLE_LABEL.search(upper.words):
        return False
    return is_full(upper.lines[-1], lower.lines[0], upper.rect.right)


def _cuts_row(pairs: Sequence[tuple[RawCell, RawCell]]) -> bool:
    """True where the row below only has what did not fit above: the rest of some cells, and nothing of most."""
    going_on = [(upper, lower) for upper, lower in pairs if lower.words]
    finished = [upper for upper, lower in pairs if upper.words and not lower.words]
    if not going_on or len(going_on) > len(finished):
        return False
    return all(_cuts_cell(upper, lower) for upper, lower in going_on)


def _cuts_cell(upper: RawCell, lower: RawCell) -> bool:
    """True where the words below can be the rest of those above, whose last line is full."""
    if not upper.lines:
        return False
    if _NUMBER.fullmatch(lower.words):  # of a number only its decimals, so that two never become a third
        return _DECIMALS_CUT.fullmatch(f"{upper.words}\n{lower.words}") is not None
    if _ENUMERATED.match(lower.words) or _LEVEL.fullmatch(lower.words) or upper.words.endswith("。"):
        return False
    return is_full(upper.lines[-1], lower.lines[0], upper.rect.right)


def number_cells(table: RawTable) -> tuple[list[GridCell], int, int]:
    """The cells with their rows and columns in reading order, and how many of both there are. No place is uncovered."""
    row_of = _places([edge for cell in table.cells for edge in (cell.rect.top, cell.rect.bottom)])
    column_of = _places([edge for cell in table.cells for edge in (cell.rect.left, cell.rect.right)])
    taken: set[tuple[int, int]] = set()
    found: list[GridCell] = []
    for cell in sorted(table.cells, key=lambda each: (row_of(each.rect.top), column_of(each.rect.left))):
        row, column = row_of(cell.rect.top), column_of(cell.rect.left)
        height = max(1, row_of(cell.rect.bottom) - row)
        width = max(1, column_of(cell.rect.right) - column)
        places = {(r, c) for r in range(row, row + height) for c in range(column, column + width)}
        if places & taken and not cell.lines:
            continue
        taken |= places
        found.append(GridCell(row, column, height, width, cell.rect.right - cell.rect.left, cell.lines))
    rows = max(cell.row + cell.row_span for cell in found)
    columns = max(cell.column + cell.column_span for cell in found)
    empty = ((r, c) for r in range(rows) for c in range(columns) if (r, c) not in taken)
    found += [GridCell(row, column, 1, 1, 0.0, ()) for row, column in empty]
    return sorted(found, key=lambda each: (each.row, each.column)), rows, columns


def _places(edges: Sequence[float]) -> Callable[[float], int]:
    """The number of an edge among all edges, those near each other being one."""
    starts: list[float] = []
    for edge in sorted(edges):
        if not starts or edge - starts[-1] > _SAME:
            starts.append(edge)
    return lambda edge: max(0, bisect_right(starts, edge + 1e-6) - 1)
