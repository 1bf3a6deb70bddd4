"""Text in the making: passages that know their tables, headings and pages, and the one way to write a table.

No reader of files itself: it is what readers of formats with real tables have in common.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from schemas.text import Cell, OutlineMark, Span, Table

SUFFIXES: tuple[str, ...] = ()


class Passage(NamedTuple):
    """A stretch of text that ends with its line; all offsets count from its own start."""

    text: str
    tables: tuple[Table, ...] = ()
    outline: tuple[OutlineMark, ...] = ()
    pages: tuple[int, ...] = ()


class PlacedCell(NamedTuple):
    """A cell's text and where it stands in its grid: upper left corner and extents."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


def joined(passages: Iterable[Passage]) -> Passage:
    """All passages as one, their offsets moved to where they stand in it."""
    texts: list[str] = []
    tables: list[Table] = []
    marks: list[OutlineMark] = []
    pages: list[int] = []
    start = 0
    for passage in passages:
        texts.append(passage.text)
        tables += [_moved_table(table, start) for table in passage.tables]
        marks += [OutlineMark(_moved(mark.span, start), mark.level) for mark in passage.outline]
        pages += [start + page for page in passage.pages]
        start += len(passage.text)
    return Passage("".join(texts), tuple(tables), tuple(marks), tuple(pages))


def line_passage(text: str, level: int | None = None) -> Passage:
    """A line of text, marked as a heading of that level where there is one."""
    words = text.strip()
    start = text.index(words)
    marks = (OutlineMark(Span(start, start + len(words)), level),) if level and words else ()
    return Passage(f"{text}\n", outline=marks)


def table_passage(cells: Sequence[PlacedCell]) -> Passage:
    """The table of the cells: each on a line after a tab, an empty line after each row.

    A cell from above is an empty line in each further row that it reaches into, as when a form is dumped as text.
    """
    texts: list[str] = []
    found: list[Cell] = []
    size = 0
    rows = _met_in_rows(cells)
    for row, met in enumerate(rows):
        for cell in met:
            begins = cell.row == row
            if begins:
                found.append(_cell(cell, size + 1))
            line = f"\t{cell.text}\n" if begins else "\t\n"
            texts.append(line)
            size += len(line)
        texts.append("\n")
        size += 1
    columns = max((cell.column + cell.column_span for cell in cells), default=0)
    return Passage("".join(texts), (Table(Span(0, size), tuple(found), len(rows), columns),))


def drop_empty_tracks(cells: Iterable[PlacedCell]) -> tuple[PlacedCell, ...]:
    """The cells that hold text, in a grid without the rows and columns in which none of them starts.

    A row or column that only merged cells pass through, or nothing at all, tells nothing; sheets are full of them.
    """
    filled = [cell for cell in cells if cell.text]
    rows = sorted({cell.row for cell in filled})
    columns = sorted({cell.column for cell in filled})

    def place(tracks: list[int], start: int, span: int) -> tuple[int, int]:
        first = bisect_left(tracks, start)
        return first, max(1, bisect_left(tracks, start + span) - first)

    moved = []
    for cell in filled:
        (row, row_span), (column, column_span) = (
            place(rows, cell.row, cell.row_span),
            place(columns, cell.column, cell.column_span),
        )
        moved.append(PlacedCell(cell.text, row, column, row_span, column_span))
    return tuple(sorted(moved, key=lambda cell: (cell.row, cell.column)))


def fill_gaps(cells: Sequence[PlacedCell]) -> tuple[PlacedCell, ...]:
    """The cells of a grid in reading order, with an empty one wherever no cell stands."""
    height = max((cell.row + cell.row_span for cell in cells), default=0)
    width = max((cell.column + cell.column_span for cell in cells), default=0)
    free = [bytearray(b"\1") * width for _ in range(height)]
    for cell in cells:
        for row in free[cell.row : cell.row + cell.row_span]:
            row[cell.column : cell.column + cell.column_span] = bytes(cell.column_span)
    gaps = (PlacedCell("", row, column) for row, line in enumerate(free) for column in range(width) if line[column])
    return tuple(sorted([*cells, *gaps], key=lambda cell: (cell.row, cell.column)))


def _met_in_rows(cells: Sequence[PlacedCell]) -> list[list[PlacedCell]]:
    """For each row the cells met in it from left to right, those from rows above too."""
    height = max((cell.row + cell.row_span for cell in cells), default=0)
    rows: list[list[PlacedCell]] = [[] for _ in range(height)]
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            rows[row].append(cell)
    for met in rows:
        met.sort(key=lambda cell: cell.column)
    return rows


def cell_text(lines: Iterable[str]) -> str:
    """The words of a cell. Empty lines go: in the text they stand for the end of a row; a tab stands for a cell."""
    return "\n".join(line for line in _plain_lines(lines) if line.strip())


def _plain_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from line.replace("\t", " ").splitlines()


def _cell(cell: PlacedCell, start: int) -> Cell:
    words = cell.text.strip()
    first = start + cell.text.index(words)
    return Cell(words, Span(first, first + len(words)), cell.row, cell.column, cell.row_span, cell.column_span)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _moved_table(table: Table, by: int) -> Table:
    cells = tuple(
        Cell(cell.text, _moved(cell.span, by), cell.row, cell.column, cell.row_span, cell.column_span)
        for cell in table.cells
    )
    return Table(_moved(table.span, by), cells, table.row_count, table.column_count)
