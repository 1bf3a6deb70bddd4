"""Workbooks of today (.xlsx, .xlsm, .et of newer WPS): sheets streamed out of their package.

Read here rather than with openpyxl: its streaming reader tells neither merges nor hidden rows, its full one keeps every
formatted empty cell, and both refuse a whole workbook for a fault in a font that nobody needs to read.
Values only: formulas are not worked out, macros are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.errors import DamagedFile, UnsupportedFormat
from pipeline.readers.excel.cells import MAX_ELEMENTS, MAX_FILLED, Book, SheetReading, Style, Texts, is_on, number
from pipeline.readers.excel.formats import BUILT_IN, BY_LOCALE
from pipeline.readers.excel.package import RESAVE, Handler, Package
from pipeline.readers.excel.sheets import Sheet

_EMPTY_CELLS = re.compile(rb'(?:<c r="[^"<>]*"[^<>]*/>\s*)+')
_EMPTY_ROWS = re.compile(rb'(?:<row r="[^"<>]*"[^<>]*(?:/>|>\s*</row>)\s*)+')


def read_ooxml(data: bytes, name: str) -> Iterator[Sheet]:
    """The visible sheets of a workbook in their order; raises ``DamagedFile``, ``UnsupportedFormat``, ``TooLarge``."""
    package = Package(data, name)
    main = next((part for kind, part in package.related("").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in package.names:
        main = "xl/workbook.xml"
    if main not in package.names:
        raise UnsupportedFormat(
            f"压缩包里没有工作簿，可能是普通压缩文件改了后缀：{name}", "请改回正确的后缀名；若是压缩文件，请先解压。"
        )
    beside = package.related(main)
    parts = {kind: part for kind, part in beside.values() if part in package.names}
    nodes = list(package.nodes(main))
    settings = next((node.attributes for node in nodes if node.name == "workbookPr"), {})
    book = Book(
        texts=_shared_texts(package, parts["sharedStrings"]) if "sharedStrings" in parts else (),
        styles=_styles(package, parts["styles"]) if "styles" in parts else (),
        since_1904=is_on(settings.get("date1904")),
    )
    room, left = MAX_FILLED, MAX_ELEMENTS
    for node in nodes:
        if node.name != "sheet" or node.attributes.get("state", "visible") != "visible":
            continue
        reference = next((value for key, value in node.attributes.items() if key.rpartition(":")[2] == "id"), "")
        kind, part = beside.get(reference, ("", ""))
        if kind != "worksheet":  # a chart or a macro sheet
            continue
        if part not in package.names:
            raise DamagedFile(f"工作簿缺少工作表“{node.attributes.get('name', '')}”：{name}", RESAVE)
        reading = SheetReading(book, room, left, name)
        package.stream(part, Handler(reading.start, reading.end, reading.add), _without_empty)
        sheet = reading.sheet(node.attributes.get("name", ""))
        room, left = room - len(sheet.cells), reading.left
        yield sheet


def _without_empty(markup: bytes) -> bytes:
    """The markup without cells and rows that hold nothing.

    One careless drag formats a million rows, which take ten times as long to parse as to leave out here. The price: an
    empty row in a frame counts as a gap in such a sheet.
    """
    return _EMPTY_ROWS.sub(b"", _EMPTY_CELLS.sub(b"", markup))


def _shared_texts(package: Package, part: str) -> tuple[str, ...]:
    texts: list[str] = []
    reading = Texts()

    def end(name: str) -> None:
        reading.end(name)
        if name == "si":
            texts.append(reading.take())

    package.stream(part, Handler(reading.start, end, reading.add))
    return tuple(texts)


def _styles(package: Package, part: str) -> tuple[Style, ...]:
    """The styles by the number that cells name: their number format, and whether they draw a line left or right."""
    codes: dict[int, str] = {}
    borders: list[bool] = []
    styles: list[Style] = []
    inside = ""
    for node in package.nodes(part):
        given = node.attributes
        if node.name in ("borders", "cellXfs", "cellStyleXfs", "dxfs", "numFmts", "cellStyles", "extLst"):
            inside = node.name
        elif node.name == "numFmt" and inside == "numFmts":
            codes[number(given.get("numFmtId"))] = given.get("formatCode", "General")
        elif node.name == "border" and inside == "borders":
            borders.append(False)
        elif node.name in ("left", "right", "start", "end") and inside == "borders" and borders:
            borders[-1] = borders[-1] or given.get("style", "none") != "none"
        elif node.name == "xf" and inside == "cellXfs":
            key, border = number(given.get("numFmtId")), number(given.get("borderId"))
            code = BUILT_IN[key] if key in BY_LOCALE else codes.get(key, BUILT_IN.get(key, "General"))
            styles.append(Style(code, 0 <= border < len(borders) and borders[border]))
    return tuple(styles)
