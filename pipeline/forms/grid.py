"""Tables to rows, and rows to columns: which header a cell stands under, whatever was merged, lost or shifted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.forms.vocabulary import GRADES, INDICATOR_LABELS, LEVEL1, LEVEL2, fold_header
from schemas.text import Cell, Span, Table

Row = tuple[Cell, ...]
"""The cells of one row from left to right. A cell merged from above stands as an empty one, as in a text dump."""

_SCORE = re.compile(r"\d{1,3}(?:\.\d+)?分?\Z")
_OPERATOR = re.compile(r"[≥≤>＞<＜=＝≧≦﹦═]|定性|定量|等于|大于|小于")
_NUMBER = re.compile(r"[≥≤><=约近]?-?\d[\d,]*(?:\.\d+)?(?:%|万?元|亿元)?\Z")
_BLANK = re.compile(r"[\s/／\-—－–*无]*\Z")


def is_blank(text: str) -> bool:
    """True for an empty cell and for one that holds only dashes or the like."""
    return _BLANK.match(text) is not None


def rows_of(table: Table) -> tuple[Row, ...]:
    """The rows of a table. Each cell merged downwards leaves an empty cell in every further row it spans."""
    rows: list[list[Cell]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell)
        for row in range(cell.row + 1, min(cell.row + cell.row_span, table.row_count)):
            rows[row].append(Cell("", Span(cell.span.end, cell.span.end), row, cell.column, 1, cell.column_span))
    return tuple(tuple(sorted(row, key=lambda cell: cell.column)) for row in rows)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a block: what it holds, and the grid columns that its header spans."""

    code: str | None
    start: int
    end: int


def columns_of(row: Row, code_of: Callable[[str], str | None]) -> tuple[Column, ...]:
    """A header row as columns, each header read by ``code_of``."""
    return tuple(
        Column(code_of(cell.text) if cell.text else None, cell.column, cell.column + cell.column_span) for cell in row
    )


def split_columns(upper: tuple[Column, ...], lower: tuple[Column, ...], lower_row: Row) -> tuple[Column, ...]:
    """The columns of a header of two rows: a group of the upper row gives way to what stands under it.

    A text dump has no extents, so there the first upper group is taken to span the levels and the name, and a group
    over a value the operator, the value and the unit.
    """
    spread = any(column.end - column.start > 1 for column in upper)
    if spread:
        named = {column.start: column for column in lower if column.code}
        flat: list[Column] = []
        for column in upper:
            below = [named[start] for start in range(column.start, column.end) if start in named]
            flat.extend(below or [column])
        return tuple(flat)
    words = [column for column, cell in zip(lower, lower_row, strict=True) if cell.text]
    levels = [c for c in words if c.code in ("level1", "level2", "name")]
    values = [c for c in words if c.code not in ("level1", "level2", "name")]
    flat = []
    for place, column in enumerate(upper):
        if place == 0 or column.code in ("level1", "name"):
            flat.extend(levels)
            levels = []
        elif column.code == "target" and values:
            flat.extend(Column("target" if c.code is None else c.code, c.start, c.end) for c in values)
            values = []
        else:
            flat.append(column)
    return tuple(Column(column.code, place, place + 1) for place, column in enumerate(flat))


def align_row(row: Row, columns: Sequence[Column], *, exact: bool) -> dict[int, Cell]:
    """The row's cells by the place of their column. ``exact`` where the table knows its extents.

    Without extents a row of as many cells as there are columns is read one to one. A shorter row lost cells to a
    merge: each cell goes to the column that it suits best, in order.
    """
    if exact:
        return _align_by_extent(row, columns)
    if len(row) == len(columns):
        return dict(enumerate(row))
    if len(row) > len(columns):
        surplus = len(row) - len(columns)
        leading = all(is_blank(c.text) or fold_header(c.text) in INDICATOR_LABELS for c in row[:surplus])
        return dict(enumerate(row[surplus:] if leading else row[: len(columns)]))
    return _align_by_fit(row, columns)


def _align_by_extent(row: Row, columns: Sequence[Column]) -> dict[int, Cell]:
    found: dict[int, Cell] = {}
    for cell in row:
        start, end = cell.column, cell.column + cell.column_span
        shared = [min(end, column.end) - max(start, column.start) for column in columns]
        best = max(range(len(columns)), key=shared.__getitem__, default=None)
        if best is None or shared[best] <= 0:
            continue
        if best not in found or not found[best].text:
            found[best] = cell
    return found


def _align_by_fit(row: Row, columns: Sequence[Column]) -> dict[int, Cell]:
    @cache
    def best(cell: int, column: int) -> tuple[float, tuple[int, ...]]:
        if cell == len(row):
            return 0.0, ()
        if len(columns) - column < len(row) - cell:
            return float("-inf"), ()
        taken_score, taken_path = best(cell + 1, column + 1)
        taken = (taken_score + _fit(row[cell].text, columns[column].code, column), (column, *taken_path))
        skipped = best(cell, column + 1) if column < len(columns) else (float("-inf"), ())
        return max(skipped, taken, key=lambda option: option[0])  # on a tie the leading cells are the lost ones

    _, path = best(0, 0)
    return {column: row[cell] for cell, column in enumerate(path)}


def _fit(text: str, code: str | None, place: int) -> float:
    """How well a cell's words suit a column, for rows that lost cells. Empty cells suit anything a little."""
    word = re.sub(r"\s+", "", text)
    if not word:
        return 0.1 if place else 0.3
    if code in ("weight", "score", "review_score"):
        return 1.0 if _SCORE.match(word) else -1.0
    if code == "level1":
        return 1.0 if LEVEL1.match(word) and len(word) < 16 else -1.0
    if code == "level2":
        return 1.0 if LEVEL2.search(word) and len(word) < 16 else -0.5
    if code in ("operator", "nature"):
        return 1.0 if _OPERATOR.match(word) and len(word) < 5 else -1.0
    if code == "unit":
        return 0.4 if len(word) <= 6 and not _NUMBER.match(word) else -1.0
    if code in ("name", "reason", "method"):
        return -0.8 if _NUMBER.match(word) else 0.6 if code == "name" else 0.5
    if code in ("target", "actual"):
        return 0.5 if _NUMBER.match(word) or len(word) < 60 else 0.2
    if code is None:
        return -0.6 if _NUMBER.match(word) else 0.4
    return 0.6 if _NUMBER.match(word) else -0.2


def numbers_in(row: Row) -> tuple[Cell, ...]:
    """The cells of a row that hold one bare number."""
    return tuple(cell for cell in row if _SCORE.match(re.sub(r"\s+", "", cell.text)))


def grade_in(row: Row) -> Cell | None:
    """The cell of a row that holds a grade (优 良 中 差), or ``None``."""
    return next((cell for cell in row if cell.text in GRADES), None)
