"""Where a line goes on: in the next line of its paragraph or cell, or as a table on the next page.

Words are set until the next one does not fit. So a line that has room for the next one's beginning was ended on
purpose, and one that has none goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.readers.scan.parts import Line, Rect, RuledCell, RuledTable, ScannedPage

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…]")
_FIRST = re.compile(r"[\d.,%A-Za-z]+|.", re.DOTALL)
_ITEM = re.compile(r"[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳]")
_ENDED = "。；;：:！!"
_SLACK = 0.35  # of a character: what measuring and justified lines leave open
_INDENT = 1.2  # characters
_PADDING = 0.5  # of a character, on either side of a cell
_SAME_EDGE = 0.012  # of the page's width


def runs_on(line: Line, following: Line, frame: Rect) -> bool:
    """True where a line of prose goes on in the next: it is full, and the next one is neither indented nor an item."""
    size = _size(following)
    room = frame.right - line.rect.right
    indented = following.rect.left > frame.left + _INDENT * size
    item = _ITEM.match(following.text) is not None and line.text[-1:] in _ENDED
    return room < _first_width(following) + _SLACK * size and not indented and not item


def cell_text(cell: RuledCell) -> list[tuple[Line, str]]:
    """The lines of a cell, each with what stands before it: a line break where the line before had room left."""
    found: list[tuple[Line, str]] = []
    for line in cell.lines:
        before = ""
        if found:
            above = found[-1][0]
            size = min(_size(line), _size(above))
            room = cell.rect.width - 2 * _PADDING * size - above.rect.width
            item = _ITEM.match(line.text) is not None and above.text[-1:] in _ENDED
            before = "\n" if item or room > _first_width(line) + _SLACK * size else ""
        found.append((line, before))
    return found


def frame_of(page: ScannedPage, pages: Sequence[ScannedPage]) -> Rect:
    """The area that prose fills on pages of this size, by the lines of all of them: the margins are the same."""
    alike = [one for one in pages if abs(one.width - page.width) < 0.03 * page.width]
    lines = [block for one in alike for block in one.blocks if isinstance(block, Line) and len(block.text) > 3]
    if not lines:
        return Rect(0, 0, page.width, page.height)
    lefts = sorted(line.rect.left for line in lines)
    rights = sorted(line.rect.right for line in lines)
    return Rect(lefts[len(lefts) // 10], 0, rights[len(rights) * 9 // 10], page.height)


def goes_on(table: RuledTable, page: ScannedPage, other: RuledTable, next_page: ScannedPage) -> bool:
    """True where the last table of a page and the first of the next have the same outer borders."""
    ends = ((table.rect.left, other.rect.left), (table.rect.right, other.rect.right))
    return all(abs(one / page.width - two / next_page.width) < 3 * _SAME_EDGE for one, two in ends)


def joined(table: RuledTable, page: ScannedPage, other: RuledTable, next_page: ScannedPage) -> RuledTable:
    """Both as one table; cells of the second keep the places that they have on their own page."""
    shift = table.rect.left / page.width - other.rect.left / next_page.width
    first = [column / page.width for column in table.columns]
    second = [column / next_page.width + shift for column in other.columns]
    places: list[float] = []
    for place in sorted([*first, *second]):
        if not places or place - places[-1] > _SAME_EDGE:
            places.append(place)
    upper = [_moved(cell, _numbers(first, places), 0) for cell in table.cells]
    lower = [_moved(cell, _numbers(second, places), table.row_count) for cell in other.cells]
    columns = tuple(round(place * page.width) for place in places)
    cells = _grown(upper, lower, table.row_count)
    return RuledTable(table.rect, columns, table.row_count + other.row_count, cells)


def _grown(upper: list[RuledCell], lower: list[RuledCell], row_count: int) -> tuple[RuledCell, ...]:
    """The cells of both parts; a merged cell that the page break cut is one again, where its lower part is empty."""
    for place, cell in enumerate(upper):
        if cell.row + cell.row_span != row_count or not cell.lines:
            continue
        for under in lower:
            same = (under.column, under.column_span) == (cell.column, cell.column_span)
            if under.row == row_count and same and not under.lines and cell.row_span + under.row_span > 2:
                upper[place] = replace(cell, row_span=cell.row_span + under.row_span)
                lower.remove(under)
                break
    return (*upper, *lower)


def _numbers(own: Sequence[float], places: Sequence[float]) -> list[int]:
    return [min(range(len(places)), key=lambda number: abs(places[number] - edge)) for edge in own]


def _moved(cell: RuledCell, numbers: Sequence[int], rows: int) -> RuledCell:
    start, end = numbers[cell.column], numbers[cell.column + cell.column_span]
    return replace(cell, row=cell.row + rows, column=start, column_span=max(1, end - start))


def _first_width(line: Line) -> float:
    """How wide the part of a line is that is never parted: a character, or all of a number."""
    first = _FIRST.match(line.text)
    return 0.0 if first is None else _units(first[0]) * _size(line)


def _size(line: Line) -> float:
    """The width of a character that is as wide as high."""
    return line.rect.width / max(_units(line.text), 1.0)


def _units(text: str) -> float:
    return sum(1.0 if _WIDE.match(char) else 0.5 for char in text)
