"""Tables of a page: which are forms, which only frame others, and where each cell of a form stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from pipeline.errors import TooLarge
from pipeline.readers.html.shown import own_parts
from pipeline.readers.passages import PlacedCell

MOST_COLUMNS = 200
"""Of one cell; HTML allows 1,000, which only costs memory."""
MOST_CELLS = 100_000
"""Of a table, each counted again in every row that it reaches into."""
_TABLE, _ROW, _CELL = frozenset(("table",)), frozenset(("tr",)), frozenset(("td", "th"))
_ROW_BORDERS, _CELL_BORDERS = _TABLE, frozenset(("table", "tr"))
_FRAME_SHARE, _FORM_ROWS = 0.7, 3


def is_frame(table: Any) -> bool:
    """True for a table that only lays out a page: one column, or cells whose text is all in other tables."""
    framing, rows, widest = 0, 0, 0
    outside = inside = 0
    for row in own_rows(table):
        plain = filled = 0
        for cell in own_cells(row):
            size = _size(cell)
            if not size:
                continue
            filled += 1
            widest = max(widest, filled)
            if next(cell.iter("table"), None) is None:
                plain += 1
                outside += size
            else:
                framing += 1
                inside += size
        rows += plain > 1
    if widest <= 1:
        return True
    return framing > 0 and rows < _FORM_ROWS and inside >= _FRAME_SHARE * (inside + outside)


def own_rows(table: Any) -> Iterator[Any]:
    """The rows of a table, not those of tables inside it."""
    return own_parts(table, _ROW, _ROW_BORDERS)


def own_cells(row: Any) -> Iterator[Any]:
    """The cells of a row."""
    return own_parts(row, _CELL, _CELL_BORDERS)


def place_cells(table: Any, is_hidden: Callable[[Any], bool], read: Callable[[Any], str]) -> tuple[PlacedCell, ...]:
    """The shown cells of a table in its grid; rows that are hidden or have no cell of their own are not in it."""
    rows = list(own_rows(table))
    above: dict[int, int] = {}  # by column: the row up to which a cell from above reaches
    shown: list[int] = []
    placed: list[PlacedCell] = []
    met = 0
    for number, row in enumerate(rows):
        column = 0
        row_is_hidden = is_hidden(row)
        cells = [cell for cell in own_cells(row) if not is_hidden(cell)]
        if cells and not row_is_hidden:
            shown.append(number)
        for cell in cells:
            while above.get(column, 0) > number:
                column += 1
            width = min(max(_number(cell.get("colspan"), 1), 1), MOST_COLUMNS)
            height = _number(cell.get("rowspan"), 1)
            height = len(rows) - number if height == 0 else min(max(height, 1), len(rows) - number)
            above.update(dict.fromkeys(range(column, column + width), number + height))
            met += height
            if met > MOST_CELLS:
                raise TooLarge(f"网页里的表格过大（超过 {MOST_CELLS:,} 格）", "绩效自评表不会这么大；请确认文件。")
            if not row_is_hidden:
                placed.append(PlacedCell(read(cell), number, column, height, width))
            column += width
    return tuple(_without_hidden(cell, shown) for cell in placed)


def _without_hidden(cell: PlacedCell, shown: list[int]) -> PlacedCell:
    first = bisect_left(shown, cell.row)
    return cell._replace(row=first, row_span=bisect_left(shown, cell.row + cell.row_span) - first)


def _number(text: str | None, default: int) -> int:
    try:
        return int((text or "").strip() or default)
    except ValueError:
        return default


def _size(element: Any) -> int:
    return sum(len(text.strip()) for text in element.itertext())
