"""Workbooks of today (.xlsx, .xlsm, .et of newer WPS): sheets streamed out of their package.

Read here rather than with openpyxl: its streaming reader tells neither merges nor hidden rows, its full one keeps every
formatted empty cell, and both refuse a whole workbook for a faulty colour or drawing that nobody needs to read.
Values only: formulas are not worked out, macros are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.errors import DamagedFile, TooLarge, UnsupportedFormat
from pipeline.readers.excel.formats import BUILT_IN, BY_LOCALE, shown_number, shown_text
from pipeline.readers.excel.package import RESAVE, Handler, Package
from pipeline.readers.excel.sheets import Area, Sheet, SheetCell, Tracks

MAX_FILLED = 200_000
"""Cells with something in them; the largest workbook of forms seen has a few thousand."""
MAX_CHARACTERS = 20_000_000
UNCALCULATED = "〔公式未计算〕"
"""Stands for the value of a formula that no program has worked out: it must be seen that something is missing."""

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Style(NamedTuple):
    code: str
    framed: bool


class _Book(NamedTuple):
    """What the sheets of a workbook share."""

    texts: tuple[str, ...]
    styles: tuple[_Style, ...]
    since_1904: bool


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
    book = _Book(
        texts=_shared_texts(package, parts["sharedStrings"]) if "sharedStrings" in parts else (),
        styles=_styles(package, parts["styles"]) if "styles" in parts else (),
        since_1904=_is_on(settings.get("date1904")),
    )
    room = MAX_FILLED
    for node in nodes:
        if node.name != "sheet" or node.attributes.get("state", "visible") != "visible":
            continue
        reference = next((value for key, value in node.attributes.items() if key.rpartition(":")[2] == "id"), "")
        kind, part = beside.get(reference, ("", ""))
        if kind != "worksheet":  # a chart or a macro sheet
            continue
        if part not in package.names:
            raise DamagedFile(f"工作簿缺少工作表“{node.attributes.get('name', '')}”：{name}", RESAVE)
        reading = _SheetReading(book, room, name)
        package.stream(part, Handler(reading.start, reading.end, reading.add))
        sheet = reading.sheet(node.attributes.get("name", ""))
        room -= len(sheet.cells)
        yield sheet


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _shared_texts(package: Package, part: str) -> tuple[str, ...]:
    texts: list[str] = []
    reading = _Texts()

    def end(name: str) -> None:
        reading.end(name)
        if name == "si":
            texts.append(reading.take())

    package.stream(part, Handler(reading.start, end, reading.add))
    return tuple(texts)


class _Texts:
    """The text of a string item: of its runs, not of the pronunciation that may stand beside them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._inside = False
        self._spoken = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "rPh":
            self._spoken = True
        self._inside = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        if name == "rPh":
            self._spoken = False
        self._inside = False

    def add(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts.clear()
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _styles(package: Package, part: str) -> tuple[_Style, ...]:
    """The styles by the number that cells name: their number format, and whether they draw a line left or right."""
    codes: dict[int, str] = {}
    borders: list[bool] = []
    styles: list[_Style] = []
    inside = ""
    for node in package.nodes(part):
        given = node.attributes
        if node.name in ("borders", "cellXfs", "cellStyleXfs", "dxfs", "numFmts", "cellStyles", "extLst"):
            inside = node.name
        elif node.name == "numFmt" and inside == "numFmts":
            codes[_number(given.get("numFmtId"))] = given.get("formatCode", "General")
        elif node.name == "border" and inside == "borders":
            borders.append(False)
        elif node.name in ("left", "right", "start", "end") and inside == "borders" and borders:
            borders[-1] = borders[-1] or given.get("style", "none") != "none"
        elif node.name == "xf" and inside == "cellXfs":
            key, border = _number(given.get("numFmtId")), _number(given.get("borderId"))
            code = BUILT_IN[key] if key in BY_LOCALE else codes.get(key, BUILT_IN.get(key, "General"))
            styles.append(_Style(code, 0 <= border < len(borders) and borders[border]))
    return tuple(styles)


def _number(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


class _SheetReading:
    """One pass over the XML of a sheet. Cells without anything in them leave nothing but the frame around them."""

    def __init__(self, book: _Book, room: int, name: str) -> None:
        self._book, self._room, self._name = book, room, name
        self._cells: list[SheetCell] = []
        self._merges: list[Area] = []
        self._hidden_rows, self._hidden_columns, self._framed = Tracks(), Tracks(), Tracks()
        self._row = self._column = -1
        self._given: Mapping[str, str] = {}
        self._texts = _Texts()
        self._value: list[str] | None = None
        self._in_value = self._in_cell = self._has_formula = False
        self._size = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(given)
        elif name == "row":
            self._start_row(given)
        elif self._in_cell:
            if name == "v":
                self._value, self._in_value = [], True
            elif name == "f":
                self._has_formula = True
            else:
                self._texts.start(name, given)
        elif name == "mergeCell":
            self._add_merge(given.get("ref", ""))
        elif name == "col" and (_is_on(given.get("hidden")) or given.get("width") == "0"):
            first, last = _number(given.get("min")) - 1, min(_number(given.get("max")), _MOST_COLUMNS)
            if 0 <= first < last:
                self._hidden_columns.add(first, last)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif self._in_cell:
            self._in_value = False
            self._texts.end(name)

    def add(self, text: str) -> None:
        if not self._in_cell:
            return
        if self._in_value and self._value is not None:
            self._value.append(text)
        else:
            self._texts.add(text)

    def sheet(self, name: str) -> Sheet:
        """What was read."""
        return Sheet(name, self._cells, self._merges, self._hidden_rows, self._hidden_columns, self._framed)

    def _start_row(self, given: Mapping[str, str]) -> None:
        row = _number(given.get("r")) - 1
        self._row = row if row > self._row else self._row + 1
        self._column = -1
        if self._row >= _MOST_ROWS:
            raise TooLarge(f"工作表行数过多：{self._name}", RESAVE)
        if _is_on(given.get("hidden")) or (given.get("ht") == "0" and _is_on(given.get("customHeight"))):
            self._hidden_rows.add(self._row)

    def _start_cell(self, given: dict[str, str]) -> None:
        self._given, self._in_cell, self._has_formula, self._value = given, True, False, None
        place = _REFERENCE.fullmatch(given.get("r", ""))
        self._column = _column(place[1]) if place else self._column + 1
        if "s" in given and self._style().framed:
            self._framed.add(self._row)

    def _end_cell(self) -> None:
        self._in_cell = self._in_value = False
        inline = self._texts.take()
        text = self._shown(inline)
        if not text:
            return
        self._size += len(text)
        self._cells.append(SheetCell(self._row, self._column, text))
        if len(self._cells) > self._room or self._size > MAX_CHARACTERS:
            raise TooLarge(
                f"工作簿内容过多：{self._name}（上限 {MAX_FILLED:,} 个有内容的单元格）",
                "绩效自评表不会这么大；请只留下自评表后另存。",
            )

    def _style(self) -> _Style:
        key = _number(self._given.get("s"))
        return self._book.styles[key] if 0 <= key < len(self._book.styles) else _Style("General", False)

    def _shown(self, inline: str) -> str:
        kind = self._given.get("t", "n")
        if kind == "inlineStr":
            return shown_text(inline, self._style().code)
        if self._value is None:
            return UNCALCULATED if self._has_formula else ""
        value = "".join(self._value)
        if kind == "n":
            return self._shown_number(value)
        if kind == "s":
            key = _number(value)
            if not value.strip().isdecimal() or key >= len(self._book.texts):
                raise DamagedFile(f"工作簿缺少文字内容：{self._name}", RESAVE)
            value = self._book.texts[key]
        elif kind == "b":
            return "TRUE" if _is_on(value.strip()) else "FALSE"
        elif kind == "d":
            return self._shown_moment(value)
        return shown_text(value, self._style().code)

    def _shown_number(self, value: str) -> str:
        if not value.strip():
            return UNCALCULATED if self._has_formula else ""
        try:
            number = float(value)
        except ValueError:
            return value
        if number != number or number in (float("inf"), float("-inf")):
            return value
        return shown_number(number, self._style().code, since_1904=self._book.since_1904)

    def _shown_moment(self, value: str) -> str:
        try:
            moment = datetime.fromisoformat(value.removesuffix("Z"))
        except ValueError:
            return value
        base = datetime(1904, 1, 1) if self._book.since_1904 else datetime(1899, 12, 30)
        serial = (moment - base) / timedelta(days=1)
        return shown_number(serial, self._style().code, since_1904=self._book.since_1904)

    def _add_merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corners = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if corners[0] is None or corners[1] is None:
            return
        (left, top), (right, bottom) = ((_column(corner[1]), int(corner[2]) - 1) for corner in corners if corner)
        if top <= bottom and left <= right:
            self._merges.append(Area(top, left, bottom + 1, right + 1))


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
