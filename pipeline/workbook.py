"""An Excel workbook of the views: a sheet for each, flagged cells coloured with the reason as comment."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, BinaryIO

# The package has no types of its own.
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]
from xlsxwriter.format import Format as CellFormat  # type: ignore[import-untyped,unused-ignore]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped,unused-ignore]

from pipeline.errors import UsageError
from pipeline.store import WIDE_VIEWS, ViewRows
from pipeline.titles import KINDS, column_title

SHEETS: dict[str, str] = {
    "current_reports": "报告清单",
    **{view: KINDS[kind] for kind, view in WIDE_VIEWS.items()},
    "findings": "矛盾与核对",
    "flagged_fields": "待复核字段",
    "unmatched_decisions": "未对上的复核",
    "gaps": "未能读取",
    "model_costs": "模型花费",
}
"""The name of each view's sheet, in the order of the sheets."""

_LONGEST_CELL = 32_767  # characters; Excel calls a file with more damaged
_MOST_ROWS = 1_048_575
_CUT = "……（单元格放不下，全文见 json 导出）"
_WIDTHS = (6, 50)  # columns of characters
_SAMPLE = 200  # rows looked at for a column's width
_REASON_SIZE = {"width": 360, "height": 120}  # pixels

Flags = Mapping[tuple[str, int, str], str]


def write_workbook(target: BinaryIO, views: Mapping[str, ViewRows]) -> None:
    """Write the workbook: text as text, never as formula, link or number; numeric columns as numbers.

    Views that are not given get no sheet. Raises ``UsageError`` where a view has more rows than a sheet takes.
    """
    flags = _flags(views["flagged_fields"]) if "flagged_fields" in views else {}
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1, "text_wrap": True})
        body = book.add_format({"valign": "top", "text_wrap": True})
        flagged = book.add_format({"valign": "top", "text_wrap": True, "bg_color": "#FFE699"})
        for view, title in SHEETS.items():
            rows = views.get(view)
            if rows is None:
                continue
            if len(rows.rows) > _MOST_ROWS:
                raise UsageError(f"“{title}”有 {len(rows.rows)} 行，Excel 放不下", "请改用 --format csv 或 parquet。")
            sheet = book.add_worksheet(title)
            _write_head(sheet, view, rows, head)
            _write_rows(sheet, rows, flags if view in WIDE_VIEWS.values() else {}, (body, flagged))


def _flags(rows: ViewRows) -> dict[tuple[str, int, str], str]:
    found = (dict(zip(rows.columns, row, strict=True)) for row in rows.rows)
    return {(row["extraction_id"], row["record"], row["field"]): "；".join(row["reasons"]) for row in found}


def _write_head(sheet: Worksheet, view: str, rows: ViewRows, head: CellFormat) -> None:
    kind = next((kind for kind, name in WIDE_VIEWS.items() if name == view), None)
    for place, column in enumerate(rows.columns):
        title = column_title(column, kind)
        sheet.write_string(0, place, title, head)
        cells = [title, *(_text(row[place]) for row in rows.rows[:_SAMPLE])]
        widest = max(max(map(_width, cell.split("\n"))) for cell in cells)
        sheet.set_column(place, place, min(max(widest + 2, _WIDTHS[0]), _WIDTHS[1]))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows.rows), 1), len(rows.columns) - 1)


def _write_rows(sheet: Worksheet, rows: ViewRows, flags: Flags, formats: tuple[CellFormat, CellFormat]) -> None:
    body, flagged = formats
    for number, row in enumerate(rows.rows, start=1):
        values = dict(zip(rows.columns, row, strict=True))
        for place, (column, value) in enumerate(values.items()):
            key = (values.get("extraction_id", ""), values.get("record", -1), column)
            reason = flags.get(key)
            _write_cell(sheet, (number, place), value, body if reason is None else flagged)
            if reason is not None:
                sheet.write_comment(number, place, _fit(reason), _REASON_SIZE)


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Any, cell_format: CellFormat) -> None:
    if value is None:
        sheet.write_blank(*place, None, cell_format)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        sheet.write_number(*place, value, cell_format)
    else:
        sheet.write_string(*place, _fit(_text(value)), cell_format)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _fit(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
