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
_ITEM = re.compile(
    r"[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳]"
)
_NUMBER = re.compile(r"[\d.,]+[%％分]?|[-—–/]+")
_ENDED = "。；;：:！!"
_SLACK = 0.35  # of a character: what measuring and justified lines leave open
_LEAST_WIDE = 0.6  # of the height of its box is a character wide
_PARAGRAPH = 30  # characters
_LEAST_FULL = 3  # lines that end at the right margin
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
            item = _ITEM.match(line.text) is not None and above.text[-1:] in _ENDED
            before = "" if _is_full(replace(cell, lines=(above,)), line) and not item else "\n"
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
    left, right = lefts[len(lefts) // 10], rights[len(rights) * 9 // 10]
    if sum(abs(line.rect.right - right) < _size(line) for line in lines) < _LEAST_FULL:
        right = max(right, page.width - left)  # too few lines to tell where full ones end
    return Rect(left, 0, right, page.height)


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
    cut = is_cut_row(upper, lower, table.row_count)
    cells = _grown(upper, lower, table.row_count, cut=cut)
    columns = tuple(round(place * page.width) for place in places)
    return RuledTable(table.rect, columns, table.row_count + other.row_count - cut, cells)


def is_cut_row(upper: Sequence[RuledCell], lower: Sequence[RuledCell], row_count: int) -> bool:
    """True where the page break runs through a row: what goes on below filled up its cell above, and the numbers of the
    row stand above, or a paragraph breaks off within its sentence.
    """
    pairs = _pairs(upper, lower, row_count)
    below = [(cell, under) for cell, under in pairs if under.lines]
    if not below or any(not cell.lines or _text(cell)[-1:] in _ENDED for cell, _ in below):
        return False
    numbers = [under for cell, under in pairs if cell.row_span == 1 and _NUMBER.fullmatch(_text(cell))]
    full = [cell for cell, under in below if cell.row_span == 1 and _is_full(cell, under.lines[0])]
    if any(len(_text(cell)) >= _PARAGRAPH for cell in full):
        return True
    return bool(full and numbers) and not any(under.lines for under in numbers)


def _pairs(upper: Sequence[RuledCell], lower: Sequence[RuledCell], row_count: int) -> list[tuple[RuledCell, RuledCell]]:
    """The cells that end at the page break, each with the cell of the same columns that begins there."""
    first = {(under.column, under.column_span): under for under in lower if under.row == row_count}
    last = (cell for cell in upper if cell.row + cell.row_span == row_count)
    return [(cell, first[key]) for cell in last if (key := (cell.column, cell.column_span)) in first]


def _grown(
    upper: Sequence[RuledCell], lower: Sequence[RuledCell], row_count: int, *, cut: bool
) -> tuple[RuledCell, ...]:
    """The cells of both parts. A merged cell that the page break runs through is one again, where its lower part is
    empty; in a row that it runs through every cell is.
    """
    grown: dict[RuledCell, RuledCell] = {}
    dropped: set[RuledCell] = set()
    for cell, under in _pairs(upper, lower, row_count):
        merged = bool(cell.lines) and not under.lines and cell.row_span + under.row_span > 2
        if cut or merged:
            rows = cell.row_span + under.row_span - cut
            grown[cell] = replace(cell, row_span=rows, lines=cell.lines + under.lines)
            dropped.add(under)
    kept = (cell for cell in lower if cell not in dropped)
    return (*(grown.get(cell, cell) for cell in upper), *(replace(cell, row=cell.row - cut) for cell in kept))


def _is_full(cell: RuledCell, following: Line) -> bool:
    last = cell.lines[-1]
    size = min(_size(last), _size(following))
    room = cell.rect.width - 2 * _PADDING * size - last.rect.width
    return room <= _first_width(following) + _SLACK * size


def _text(cell: RuledCell) -> str:
    return "".join(line.text for line in cell.lines)


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
    """The width of a character that is as wide as high: by that of the line, which a lone digit is too narrow for."""
    return max(line.rect.width / max(_units(line.text), 0.5), _LEAST_WIDE * line.rect.height)


def _units(text: str) -> float:
    return sum(1.0 if _WIDE.match(char) else 0.5 for char in text)
