"""The cells of a sheet of today's workbooks, gathered while its XML streams by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.errors import DamagedFile, TooLarge
from pipeline.readers.excel.formats import shown_number, shown_text
from pipeline.readers.excel.package import RESAVE
from pipeline.readers.excel.sheets import Area, Sheet, SheetCell, Tracks

MAX_FILLED = 100_000
"""Cells with something in them; the largest workbook of forms seen has a few thousand."""
MAX_ELEMENTS = 3_000_000
"""Rows and cells of all sheets, the empty ones included, but not those that are thinned out of large sheets."""
MAX_CHARACTERS = 20_000_000
UNCALCULATED = "〔公式未计算〕"
"""Stands for the value of a formula that no program has worked out: it must be seen that something is missing."""

_MOST_COLUMNS = 16_384
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Style(NamedTuple):
    """What a cell's style says: its number format, and whether it draws a line left or right."""

    code: str
    framed: bool


class Book(NamedTuple):
    """What the sheets of a workbook share."""

    texts: tuple[str, ...]
    styles: tuple[Style, ...]
    since_1904: bool


class Texts:
    """The text of a string item: of its runs, not of the pronunciation that may stand beside them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._inside = False
        self._spoken = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "rPh":
            self._spoken = True
        self._inside = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "rPh":
            self._spoken = False
        self._inside = False

    def add(self, text: str) -> None:
        """Take characters, if they stand where text does."""
        if self._inside:
            self._parts.append(text)

    def take(self) -> str:
        """The text so far, and begin anew."""
        text = "".join(self._parts)
        self._parts.clear()
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class SheetReading:
    """One pass over the XML of a sheet. Cells without anything in them leave nothing but the frame around them."""

    def __init__(self, book: Book, room: int, left: int, name: str) -> None:
        self._book, self._room, self._name = book, room, name
        self.left = left
        self._framing = frozenset(str(key) for key, style in enumerate(book.styles) if style.framed)
        self._cells: list[SheetCell] = []
        self._merges: list[Area] = []
        self._hidden_rows, self._hidden_columns, self._framed = Tracks(), Tracks(), Tracks()
        self._row = self._column = -1
        self._row_is_framed = False
        self._given: Mapping[str, str] = {}
        self._texts = Texts()
        self._value: list[str] | None = None
        self._in_value = self._in_cell = self._has_formula = self._has_more = False
        self._size = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        if name == "c":
            self._start_cell(given)
        elif name == "row":
            self._start_row(given)
        elif self._in_cell:
            self._has_more = True
            if name == "v":
                self._value, self._in_value = [], True
            elif name == "f":
                self._has_formula = True
            else:
                self._texts.start(name, given)
        elif name == "mergeCell":
            self._add_merge(given.get("ref", ""))
        elif name == "col" and (is_on(given.get("hidden")) or given.get("width") == "0"):
            first, last = number(given.get("min")) - 1, min(number(given.get("max")), _MOST_COLUMNS)
            if 0 <= first < last:
                self._hidden_columns.add(first, last)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "c":
            self._in_cell = self._in_value = False
            if self._has_more:
                self._end_cell()
        elif self._in_cell:
            self._in_value = False
            self._texts.end(name)

    def add(self, text: str) -> None:
        """Take the characters of a cell."""
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
        row = number(given.get("r")) - 1
        self._row = row if row > self._row else self._row + 1
        self._column, self._row_is_framed, self._given = -1, False, {}
        self._count()
        if is_on(given.get("hidden")) or (given.get("ht") == "0" and is_on(given.get("customHeight"))):
            self._hidden_rows.add(self._row)

    def _start_cell(self, given: dict[str, str]) -> None:
        if "r" not in given:  # then it stands behind the one before
            self._column = self._place() + 1
        self._given, self._in_cell, self._has_more, self._has_formula, self._value = given, True, False, False, None
        self._count()
        if not self._row_is_framed and given.get("s") in self._framing:
            self._row_is_framed = True
            self._framed.add(self._row)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self._too_large()

    def _place(self) -> int:
        """The column of the cell that was met last."""
        place = _REFERENCE.fullmatch(self._given.get("r", "")) if self._given else None
        return _column(place[1]) if place else self._column

    def _end_cell(self) -> None:
        text = self._shown(self._texts.take())
        if not text:
            return
        self._size += len(text)
        self._cells.append(SheetCell(self._row, self._place(), text))
        if len(self._cells) > self._room or self._size > MAX_CHARACTERS:
            raise self._too_large()

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"工作簿内容过多：{self._name}（上限 {MAX_FILLED:,} 个有内容的单元格）",
            "绩效自评表不会这么大；请只留下自评表后另存。",
        )

    def _style(self) -> Style:
        key = number(self._given.get("s"))
        return self._book.styles[key] if 0 <= key < len(self._book.styles) else Style("General", False)

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
            key = number(value)
            if not value.strip().isdecimal() or key >= len(self._book.texts):
                raise DamagedFile(f"工作簿缺少文字内容：{self._name}", RESAVE)
            value = self._book.texts[key]
        elif kind == "b":
            return "TRUE" if is_on(value.strip()) else "FALSE"
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


def is_on(value: str | None) -> bool:
    """True for a switch that is there and on."""
    return value in ("1", "true", "on")


def number(text: str | None) -> int:
    """The whole number of an attribute; 0 where it is none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0
