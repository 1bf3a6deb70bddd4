"""What a sheet shows, whatever file it came from, and its way into text: lines of prose and titles, forms as tables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from pipeline.errors import TooLarge
from pipeline.readers.passages import (
    Passage,
    PlacedCell,
    cell_text,
    drop_empty_tracks,
    fill_gaps,
    line_passage,
    table_passage,
)

MAX_GRID = 500_000
"""Cells of one table, the empty ones between the filled ones included."""

_DEFAULT_NAME = re.compile(r"(sheet|工作表|表|chart)?\s*\d*\s*(\(\d+\))?", re.IGNORECASE)
_TITLE = re.compile(r"附\s*[件表]\s*\d*|[^。！？；]{0,60}表\s*([（(][^（）()]{1,20}[）)])?")
_NOTE = re.compile(
    r"(备\s*注|附\s*注|注\s*释|填表说明|填报说明|说\s*明|注|填\s*[表报]\s*人|制\s*表\s*人)\s*\d?\s*[：:、.．]"
)
_ABOUT = re.compile(r"单位\s*[：:]|日期|时间|填\s*[表报]|盖章|公章|万元|年度?\s*\Z")
"""Words of the line between a form's title and its head, where no frame tells that it is outside."""
_LABELED = re.compile(r"[：:]|[（(](盖章|公章|签章|签字)[）)]|(单位|日期)\s*\Z")
_GAP = "    "


class Area(NamedTuple):
    """A block of cells, half-open: a merge."""

    top: int
    left: int
    bottom: int
    right: int


class SheetCell(NamedTuple):
    """A cell that shows something."""

    row: int
    column: int
    text: str


class Tracks:
    """Numbers of rows or columns as ranges, so that a million of them in a run cost nothing. Added in rising order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int | None = None) -> None:
        """Add one number, or those from ``start`` up to ``end``."""
        end = start + 1 if end is None else end
        if self._ends and start <= self._ends[-1]:
            self._ends[-1] = max(self._ends[-1], end)
        else:
            self._starts.append(start)
            self._ends.append(end)

    def __contains__(self, number: int) -> bool:
        return self.end_of(number) is not None

    def end_of(self, number: int) -> int | None:
        """Where the range that holds the number ends."""
        place = bisect_right(self._starts, number) - 1
        return self._ends[place] if place >= 0 and number < self._ends[place] else None


class Sheet(NamedTuple):
    """A sheet: its cells with text in reading order, its merges, which rows and columns are hidden or have frames."""

    name: str
    cells: Sequence[SheetCell]
    merges: Sequence[Area]
    hidden_rows: Tracks
    hidden_columns: Tracks
    framed_rows: Tracks


class _Row(NamedTuple):
    cells: tuple[PlacedCell, ...]
    framed: bool
    joined_above: bool  # a cell from above reaches into it


def read_sheet(sheet: Sheet) -> Iterator[Passage]:
    """The passages of a sheet: its name where somebody gave it one, then its lines and tables from top to bottom.

    Hidden rows and columns are left out, as hidden sheets are: what the unit submitted and signed is what is shown and
    printed. What is hidden are drafts, last year's figures and lists for drop-downs, and a number from there could not
    be found by anyone who opens the file.
    """
    rows = _rows(sheet)
    if not rows:
        return
    words = re.sub(r"\s", "", sheet.name)
    if not _DEFAULT_NAME.fullmatch(words) and words != re.sub(r"\s", "", rows[0].cells[0].text):
        yield line_passage(cell_text([sheet.name]), 1)
    for block in _blocks(sheet, rows):
        yield from _block_passages(block)


def _rows(sheet: Sheet) -> list[_Row]:
    cells = sorted(_shown_cells(sheet), key=lambda cell: (cell.row, cell.column))
    reach = 0
    rows = []
    for row, group in groupby(cells, key=lambda cell: cell.row):
        met = tuple(group)
        rows.append(_Row(met, row in sheet.framed_rows, row < reach))
        reach = max(reach, *(cell.row + cell.row_span for cell in met))
    return rows


def _shown_cells(sheet: Sheet) -> Iterator[PlacedCell]:
    """The cells that are seen: a merge shows its first cell in whatever of it is not hidden, and nothing else."""
    inside = _merge_rows(sheet)
    for cell in sheet.cells:
        area = next((area for area in inside.get(cell.row, ()) if area.left <= cell.column < area.right), None)
        if area is None:
            area = Area(cell.row, cell.column, cell.row + 1, cell.column + 1)
        elif (area.top, area.left) != (cell.row, cell.column):
            continue
        top = _first_shown(sheet.hidden_rows, area.top, area.bottom)
        left = _first_shown(sheet.hidden_columns, area.left, area.right)
        text = cell_text([cell.text])
        if top is not None and left is not None and text:
            yield PlacedCell(text, top, left, area.bottom - top, area.right - left)


def _merge_rows(sheet: Sheet) -> dict[int, list[Area]]:
    """The merges by each row with something in it that they cover."""
    rows = sorted({cell.row for cell in sheet.cells})
    found: dict[int, list[Area]] = {}
    count = 0
    for area in dict.fromkeys(sheet.merges):
        covered = rows[bisect_left(rows, area.top) : bisect_left(rows, area.bottom)]
        count += 1 + len(covered)
        if count > MAX_GRID:
            raise TooLarge(f"工作表“{sheet.name}”的合并单元格过多", "请用 Excel 或 WPS 另存一份只有自评表的文件。")
        for row in covered:
            found.setdefault(row, []).append(area)
    return found


def _first_shown(hidden: Tracks, start: int, end: int) -> int | None:
    while start < end:
        after = hidden.end_of(start)
        if after is None:
            return start
        start = after
    return None


def _blocks(sheet: Sheet, rows: list[_Row]) -> Iterator[list[_Row]]:
    """The rows in groups that empty rows part. An empty row in a frame, or beside a merge, is one to be filled in."""
    block: list[_Row] = []
    reach = 0
    for row in rows:
        top = row.cells[0].row
        if block and _has_gap(sheet, reach, top):
            yield block
            block = []
        block.append(row)
        reach = max(reach, *(cell.row + cell.row_span for cell in row.cells))
    if block:
        yield block


def _has_gap(sheet: Sheet, start: int, end: int) -> bool:
    row = start
    while row < end:
        after = sheet.hidden_rows.end_of(row) or sheet.framed_rows.end_of(row)
        if after is None:
            return True
        row = after
    return False


def _block_passages(block: list[_Row]) -> Iterator[Passage]:
    for is_line, group in groupby(zip(_are_lines(block), block, strict=True), key=lambda pair: pair[0]):
        rows = [row for _, row in group]
        if is_line:
            yield from (line_passage(_GAP.join(cell.text for cell in row.cells)) for row in rows)
        else:
            yield _form(rows)


def _form(rows: list[_Row]) -> Passage:
    cells = drop_empty_tracks(cell for row in rows for cell in row.cells)
    height = max(cell.row + cell.row_span for cell in cells)
    width = max(cell.column + cell.column_span for cell in cells)
    if height * width > MAX_GRID:
        raise TooLarge(
            f"表格过大：{height:,} 行 × {width:,} 列", "绩效自评表不会这么大；请删去无关的数据表，或拆分后再处理。"
        )
    return table_passage(fill_gaps(cells))


def _are_lines(block: list[_Row]) -> list[bool]:
    """For each row whether it is a line of text (title, unit, note, signature, prose) rather than part of a form."""
    columns = {cell.column for row in block for cell in row.cells}
    if len(columns) == 1:
        return [True] * len(block)
    left, right = min(columns), max(cell.column + cell.column_span for row in block for cell in row.cells)
    ruled = any(row.framed for row in block)
    lines = [False] * len(block)

    def alone(row: _Row) -> bool:
        return len(row.cells) == 1 and row.cells[0].row_span == 1 and not row.joined_above

    def wide(row: _Row) -> bool:
        return row.cells[0].column == left and row.cells[0].column_span >= 0.8 * (right - left)

    def outside(row: _Row, *, leads: bool) -> bool:
        """True for a row above or below a form that is not of it."""
        if row.joined_above or any(cell.row_span > 1 for cell in row.cells):
            return False
        if not alone(row):
            labeled = len(row.cells) <= 4 and all(_LABELED.search(cell.text) for cell in row.cells)
            if not labeled or row.framed:
                return False
            if leads and not ruled:
                return all(_ABOUT.search(cell.text) for cell in row.cells)
            return ruled or _NOTE.match(row.cells[0].text) is not None
        unruled = ruled and not row.framed
        if leads:
            return wide(row) or not row.framed
        return unruled or (not row.framed and wide(row)) or _NOTE.match(row.cells[0].text) is not None

    for place, row in enumerate(block):
        if not outside(row, leads=True):
            break
        lines[place] = True
    for place in range(len(block) - 1, -1, -1):
        if lines[place] or not outside(block[place], leads=False):
            break
        lines[place] = True
    for place, row in enumerate(block):  # titles and prose between forms that no empty row parts
        if not lines[place] and alone(row) and not row.framed:
            titled = _TITLE.fullmatch(row.cells[0].text) is not None
            lines[place] = (ruled and (wide(row) or titled)) or (wide(row) and titled)
    return lines
