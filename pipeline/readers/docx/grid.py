"""The structure above paragraphs: what follows what in a container, and which cells a table has after its merges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.errors import UnsupportedFormat
from pipeline.readers.docx.parts import MC, Element, W, is_on, number, value

PARAGRAPH, TABLE = W + "p", W + "tbl"
_BLOCKS = frozenset((PARAGRAPH, TABLE))
_ROWS, _CELLS = frozenset((W + "tr",)), frozenset((W + "tc",))
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_MOST_COLUMNS = 63
"""Word's own limit; a larger span is nonsense that would only cost memory."""


class GridCell(NamedTuple):
    """A cell where it stands in the grid. ``continued`` marks the lower part of a vertical merge, which shows nothing;
    the extents of a merge stand at its first cell."""

    element: Element
    row: int
    column: int
    row_span: int
    column_span: int
    continued: bool


def blocks(container: Element) -> Iterator[Element]:
    """The paragraphs and tables directly in a body, cell or text box, in order, with wrappers and insertions opened."""
    return _children(container, _BLOCKS)


def read_grid(table: Element) -> list[list[GridCell]]:
    """The rows of a ``w:tbl``. Deleted and hidden rows are left out, horizontally merged cells are one."""
    rows: list[list[GridCell]] = []
    open_merges: dict[int, tuple[int, int]] = {}  # by column: the row and place of the cell that goes on below
    for row_element in _children(table, _ROWS):
        if not _is_shown(row_element):
            continue
        row = _row(row_element, len(rows), open_merges)
        open_merges = _merges_after(rows, row, open_merges)
        rows.append(row)
    return rows


def _row(row_element: Element, row: int, open_merges: dict[int, tuple[int, int]]) -> list[GridCell]:
    properties = row_element.find(W + "trPr")
    column = _span(properties, "gridBefore", 0)
    cells: list[GridCell] = []
    for element in _children(row_element, _CELLS):
        cell_properties = element.find(W + "tcPr")
        width = _span(cell_properties, "gridSpan", 1)
        if cells and _merge(cell_properties, "hMerge") == "continue":
            cells[-1] = cells[-1]._replace(column_span=cells[-1].column_span + width)
        else:
            # A continuation with nothing above it to continue is shown by Word as a cell of its own.
            continued = _merge(cell_properties, "vMerge") == "continue" and column in open_merges
            cells.append(GridCell(element, row, column, 1, width, continued))
        column += width
    return cells


def _merges_after(
    rows: list[list[GridCell]], row: list[GridCell], open_merges: dict[int, tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """The merges that may go on in the next row; those that went on in this one have grown by it."""
    after: dict[int, tuple[int, int]] = {}
    for place, cell in enumerate(row):
        if cell.continued:
            top, left = after[cell.column] = open_merges[cell.column]
            rows[top][left] = rows[top][left]._replace(row_span=rows[top][left].row_span + 1)
        elif _merge(cell.element.find(W + "tcPr"), "vMerge"):
            after[cell.column] = (cell.row, place)
    return after


def _merge(properties: Element | None, name: str) -> str:
    """ "restart", "continue" (which is what a mark without a value means), or "" for a cell that is not merged."""
    mark = None if properties is None else properties.find(W + name)
    return "" if mark is None else value(mark, "continue")


def _span(properties: Element | None, name: str, default: int) -> int:
    wanted = number(None if properties is None else properties.find(W + name), default)
    return min(max(wanted, default), _MOST_COLUMNS)


def _is_shown(row: Element) -> bool:
    properties = row.find(W + "trPr")
    return properties is None or (properties.find(W + "del") is None and not is_on(properties.find(W + "hidden")))


def _children(container: Element, wanted: frozenset[str]) -> Iterator[Element]:
    for element in container:
        if element.tag in wanted:
            yield element
        elif element.tag in _WRAPPERS:
            yield from _children(element, wanted)
        elif element.tag == MC + "AlternateContent":
            yield from _chosen(element, wanted)
        elif element.tag == W + "altChunk":
            raise UnsupportedFormat(
                "文件里嵌有尚未展开的内容（altChunk），直接读取会漏掉这一部分。",
                "请用 Word 打开后另存为 .docx，再试一次。",
            )


def _chosen(element: Element, wanted: frozenset[str]) -> Iterator[Element]:
    for name in ("Choice", "Fallback"):
        branch = element.find(MC + name)
        found = [] if branch is None else list(_children(branch, wanted))
        if found:
            yield from found
            return
