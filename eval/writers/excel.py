"""Writes a report as a workbook: numbers are numbers with a format, as people type them, and forms have frames."""

from __future__ import annotations

import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from eval.writers.blocks import Block, Grid, Lines, Slot, number_items, place_cells

STAMP = datetime(2024, 1, 1)  # one fixed moment, so that the same source gives the same bytes
WIDTH = 8  # columns over which a line of prose is merged, where no form is wider
_NUMBER = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|0|[1-9]\d{0,11})(\.\d{1,4})?(%?)")


class _Number(NamedTuple):
    value: float
    code: str


def write_xlsx(blocks: tuple[Block, ...]) -> bytes:
    """The report as a workbook with one sheet: each line of prose a wide cell, each form between empty rows."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    book.set_properties({"created": STAMP})
    sheet = book.add_worksheet("Sheet1")
    formats: dict[tuple[str, bool], Any] = {}

    def styled(code: str, *, framed: bool) -> Any:
        if (code, framed) not in formats:
            given = {"num_format": code, "border": int(framed), "text_wrap": True}
            formats[code, framed] = book.add_format(given)
        return formats[code, framed]

    width = max([WIDTH, *(_width(block) for block in blocks if isinstance(block, Grid))])
    row = 0
    for block, number in zip(blocks, number_items(blocks), strict=True):
        if isinstance(block, Grid):
            row = _write_grid(sheet, block, row, styled)
            continue
        text = (number.text if number else "") + block.text
        for line in text.split("\n") if isinstance(block, Lines) else [text]:
            sheet.merge_range(row, 0, row, width - 1, line, styled("@", framed=False))
            row += 1
    book.close()
    return packed.getvalue()


def _write_grid(sheet: Any, grid: Grid, top: int, styled: Any) -> int:
    """Writes a form; the row that follows it, with an empty one between."""
    rows = place_cells(grid)
    for place, slots in enumerate(rows):
        for slot in slots:
            if not slot.continued:
                _write_cell(sheet, slot, top + place, top + len(rows), styled)
    return top + len(rows) + 1


def _write_cell(sheet: Any, slot: Slot, row: int, end: int, styled: Any) -> None:
    cell = slot.cell
    number = _as_number(cell.text)
    style = styled(number.code if number else "@", framed=True)
    bottom, right = min(row + cell.row_span, end) - 1, slot.column + cell.column_span - 1
    if (bottom, right) != (row, slot.column):
        sheet.merge_range(row, slot.column, bottom, right, "", style)
    if number:
        sheet.write_number(row, slot.column, number.value, style)
    elif cell.text:
        sheet.write_string(row, slot.column, cell.text, style)
    else:
        sheet.write_blank(row, slot.column, None, style)


def _as_number(text: str) -> _Number | None:
    """The number and its format for a text that a sheet would hold as one; 3.50 keeps its zero by the format."""
    match = _NUMBER.fullmatch(text)
    if match is None or text.startswith("-0"):
        return None
    _, whole, fraction, percent = match.groups()
    value = Decimal(text.rstrip("%").replace(",", "")) / (100 if percent else 1)
    places = "." + "0" * (len(fraction) - 1) if fraction else ""
    return _Number(float(value), ("#,##0" if "," in whole else "0") + places + percent)


def _width(grid: Grid) -> int:
    return max((slot.column + slot.cell.column_span for row in place_cells(grid) for slot in row), default=0)
