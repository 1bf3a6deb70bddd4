"""Workbooks of old (.xls, .et of older WPS), read with xlrd: values and formats, never macros."""

from __future__ import annotations

import struct
from io import StringIO
from typing import Any

from pipeline.errors import DamagedFile, TooLarge
from pipeline.readers.excel.formats import BUILT_IN, BY_LOCALE, shown_number, shown_text
from pipeline.readers.excel.sheets import Area, Sheet, SheetCell, Tracks

MAX_CELLS = 2_000_000
"""Cells of all sheets, the formatted empty ones included: xlrd keeps them all in memory."""
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx，再试一次。"
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_SINGLE = frozenset((0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))
_SEVERAL = frozenset((0x00BD, 0x00BE))  # MULRK, MULBLANK: a run of cells in one record


def read_biff(data: bytes, name: str) -> tuple[Sheet, ...]:
    """The visible sheets of a workbook in their order; raises ``DamagedFile`` or ``TooLarge``."""
    import xlrd  # type: ignore[import-untyped,unused-ignore]

    try:
        _refuse_too_many_cells(data, name)
        # Its warnings go nowhere: they are about parts of the file that are not read.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=StringIO())
        sheets = [book.sheet_by_index(place) for place in range(book.nsheets)]
        return tuple(_sheet(book, sheet) for sheet in sheets if sheet.visibility == 0)
    except TooLarge:
        raise
    except Exception as error:  # over damaged records xlrd stumbles in any way
        if "encrypted" in str(error):
            raise DamagedFile(
                f"工作簿已加密：{name}", "请在 Excel 或 WPS 中打开，取消密码后另存，再试一次。"
            ) from error
        raise _damaged(name) from error


def _damaged(name: str) -> DamagedFile:
    return DamagedFile(f"文件已损坏，或不是工作簿：{name}", f"请重新下载或重新索取；若本机能打开，{RESAVE}")


def _refuse_too_many_cells(data: bytes, name: str) -> None:
    """Count the cells that the records announce before xlrd makes objects of them."""
    from xlrd.compdoc import SIGNATURE, CompDoc  # type: ignore[import-untyped,unused-ignore]

    stream: Any = data
    if data.startswith(SIGNATURE):
        container = CompDoc(data, logfile=StringIO())
        stream = container.get_named_stream("Workbook") or container.get_named_stream("Book") or b""
    place = count = 0
    while place + 4 <= len(stream) and count <= MAX_CELLS:
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind in _SINGLE:
            count += 1
        elif kind in _SEVERAL and size >= 6 and place + 4 + size <= len(stream):
            first, last = (struct.unpack_from("<H", stream, place + at)[0] for at in (6, 2 + size))
            count += max(0, last - first + 1)
        place += 4 + size
    if count > MAX_CELLS:
        raise TooLarge(
            f"工作簿单元格过多：{name}（上限 {MAX_CELLS:,} 个）", "绩效自评表不会这么大；请只留下自评表后另存。"
        )


def _sheet(book: Any, sheet: Any) -> Sheet:
    framed, cells = Tracks(), []
    frames = [bool(xf.border.left_line_style or xf.border.right_line_style) for xf in book.xf_list]
    codes = [_code(book, xf.format_key) for xf in book.xf_list]
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            style = sheet.cell_xf_index(row, column)
            if frames[style]:
                framed.add(row)
            text = _shown(sheet.cell(row, column), codes[style], since_1904=bool(book.datemode))
            if text:
                cells.append(SheetCell(row, column, text))
    merges = [Area(top, left, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    hidden_rows, hidden_columns = Tracks(), Tracks()
    for row, about in sorted(sheet.rowinfo_map.items()):
        if about.hidden or about.height == 0:
            hidden_rows.add(row)
    for column, info in sorted(sheet.colinfo_map.items()):
        if info.hidden or info.width == 0:
            hidden_columns.add(column)
    return Sheet(sheet.name, cells, merges, hidden_rows, hidden_columns, framed)


def _code(book: Any, key: int) -> str:
    if key in BY_LOCALE:
        return BUILT_IN[key]
    written = book.format_map.get(key)
    if key in BUILT_IN and (written is None or key in range(27, 37) or key in range(50, 59)):
        return BUILT_IN[key]  # xlrd knows the numbers of an American Excel only
    return written.format_str if written is not None else "General"


def _shown(cell: Any, code: str, *, since_1904: bool) -> str:
    import xlrd  # type: ignore[import-untyped,unused-ignore]

    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown_number(cell.value, code, since_1904=since_1904)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return shown_text(cell.value, code)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return _ERRORS.get(cell.value, "#N/A")
    return ""
