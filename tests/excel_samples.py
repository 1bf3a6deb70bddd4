"""Workbooks for tests: sheets written with xlsxwriter and xlwt, and packages put together by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt

from pipeline.readers.excel import read
from schemas.text import Document, Source

SOURCE = Source(name="清泉县水利局自评表", path="清泉县水利局自评表.xlsx", sha256="0", reader="excel")
NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(fill: Callable[[Any], None]) -> bytes:
    """A workbook that a function fills, written by xlsxwriter."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    fill(book)
    book.close()
    return stream.getvalue()


def old(fill: Callable[[Any], None]) -> bytes:
    """A workbook of the old format that a function fills."""
    book = xlwt.Workbook(encoding="utf-8")
    fill(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these members."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def packed(sheet: str | bytes, sheets: int = 1, others: Mapping[str, str | bytes] | None = None) -> bytes:
    """A package whose sheets all are the one part that is given."""
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="s{n}"/>' for n in range(sheets))
    related = "".join(f'<Relationship Id="s{n}" Type="{TYPES}/worksheet" Target="sheet.xml"/>' for n in range(sheets))
    related += f'<Relationship Id="t" Type="{TYPES}/sharedStrings" Target="texts.xml"/>'
    related += f'<Relationship Id="u" Type="{TYPES}/styles" Target="styles.xml"/>'
    root = f'<Relationship Id="r" Type="{TYPES}/officeDocument" Target="/xl/workbook.xml"/>'
    return zipped(
        {
            "_rels/.rels": f"<Relationships>{root}</Relationships>",
            "xl/workbook.xml": f"<workbook {NAMESPACES}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
            "xl/sheet.xml": sheet,
            **(others or {}),
        }
    )


def sheet_xml(rows: str, after: str = "", before: str = "") -> str:
    """The XML of a sheet."""
    return f"<worksheet {NAMESPACES}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def document(data: bytes) -> Document:
    """What is read of a workbook, after it was seen that every cell stands where it says."""
    found = read(data, SOURCE)
    assert all(found.quote(cell.span) == cell.text for table in found.tables for cell in table.cells)
    return found


def rows_of(found: Document, place: int = 0) -> list[list[str]]:
    """The words of a table, row by row, of each cell where it starts."""
    table = found.tables[place]
    return [[cell.text for cell in table.cells if cell.row == row] for row in range(table.row_count)]


def grid(sheet: Any, rows: Sequence[Sequence[object]], top: int = 0, style: Any = None) -> None:
    """Rows of values into a sheet; ``None`` leaves a cell out."""
    for row, values in enumerate(rows, top):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value, *([style] if style is not None else []))
