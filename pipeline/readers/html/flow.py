"""From elements to text as a browser sets it: lines, numbered lists, headings, and tables as grids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.readers.docx.numerals import numeral
from pipeline.readers.html.grid import is_frame, own_cells, own_rows, place_cells
from pipeline.readers.html.shown import field_value, is_block, is_hidden
from pipeline.readers.passages import Passage, cell_text, line_passage, table_passage

_BREAK = "\x01"  # a line break that the page asks for; the page's own text cannot hold it
_SPACES = re.compile(r"[ \t\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\u3000-\u303f“”‘’…—]"
_TYPED_NUMBER = re.compile(r"\s*[（(]?[\d一二三四五六七八九十①-⑳]{1,3}[、.．)）]|\s*[①-⑳]")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NUMBER_STYLES = {
    "a": ("lowerLetter", ". "), "A": ("upperLetter", ". "), "i": ("lowerRoman", ". "), "I": ("upperRoman", ". "),
    "lower-alpha": ("lowerLetter", ". "), "lower-latin": ("lowerLetter", ". "), "upper-alpha": ("upperLetter", ". "),
    "upper-latin": ("upperLetter", ". "), "lower-roman": ("lowerRoman", ". "), "upper-roman": ("upperRoman", ". "),
    "cjk-ideographic": ("chineseCountingThousand", "、"), "simp-chinese-informal": ("chineseCountingThousand", "、"),
    "trad-chinese-informal": ("chineseCountingThousand", "、"), "cjk-decimal": ("ideographDigital", "、"),
    "decimal-leading-zero": ("decimalZero", ". "),
}  # fmt: skip
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(none|[a-z]+(?:-[a-z]+)+)\b", re.IGNORECASE)


class _List:
    """A list that is being read: how its items are marked, and the number of the next."""

    def __init__(self, element: Any) -> None:
        style = _LIST_STYLE.search((element.get("style") or "")[:2000])
        self.style = style[1].lower() if style else element.get("type") or ""
        self.ordered = element.tag == "ol"
        self.step = -1 if "reversed" in element.attrib else 1
        items = sum(1 for child in element if child.tag == "li") if self.step < 0 else 1
        self.next = _number(element.get("start"), items)

    def label(self, item: Any) -> str:
        """The mark in front of the item."""
        if not self.ordered:
            return "" if self.style == "none" else "• "
        number = _number(item.get("value"), self.next)
        self.next = number + self.step
        if self.style == "none":
            return ""
        style, mark = _NUMBER_STYLES.get(self.style, ("decimal", ". "))
        return numeral(number, style) + mark


class _Line:
    """The line that is being gathered, white space of the source and all, with the mark of its list item."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.label = ""

    def add(self, text: str | None, *, kept: bool = False) -> None:
        if text:
            text = text.replace(_BREAK, "")
            self.parts.append(text.replace("\n", _BREAK).replace(" ", "\xa0") if kept else text)

    def add_power(self, text: str) -> None:
        """Superscript digits behind a digit are its power: 10 and 4 must not become 104."""
        before = next((part for part in reversed(self.parts) if part), "")
        self.parts.append("^" if text.strip().isdigit() and before[-1:].isdigit() else "")

    def take(self) -> list[str]:
        """The lines that it shows, and begin anew."""
        text = _set("".join(self.parts))
        self.parts.clear()
        lines = [line.strip(" ") for line in text.split(_BREAK)]
        shown = [line.replace("\xa0", " ") for line in lines if line.strip()]
        if shown and self.label:
            label, self.label = self.label, ""
            shown[0] = shown[0] if _TYPED_NUMBER.match(shown[0]) else label + shown[0].lstrip()
        return shown


def _set(text: str) -> str:
    """White space as a browser sets it: a run is a space, and a line end of the source between Chinese is nothing."""
    text = re.sub(rf"(?<={_WIDE})[ \t\f]*\n[ \t\n\f]*(?={_WIDE})", "", text)
    return _SPACES.sub(" ", text)


def read_flow(root: Any, hidden: frozenset[str]) -> Iterator[Passage]:
    """The passages of an element, in order: its lines, headings marked, and its tables that are not only frames."""
    for level, found in _walk(root, hidden):
        if isinstance(found, str):
            yield line_passage(found, level)
            continue
        cells = place_cells(found, lambda element: is_hidden(element, hidden), lambda cell: _cell(cell, hidden))
        if any(cell.text for cell in cells):
            yield table_passage(cells)


def _cell(cell: Any, hidden: frozenset[str]) -> str:
    return cell_text(_cell_lines(cell, hidden))


def _cell_lines(cell: Any, hidden: frozenset[str]) -> Iterator[str]:
    """The lines of a cell; of a table inside it a line for each row."""
    for _, found in _walk(cell, hidden):
        if isinstance(found, str):
            yield found
            continue
        for row in own_rows(found):
            if not is_hidden(row, hidden):
                texts = (
                    " ".join(_cell_lines(inner, hidden)) for inner in own_cells(row) if not is_hidden(inner, hidden)
                )
                yield " ".join(text for text in texts if text)


def _walk(root: Any, hidden: frozenset[str]) -> Iterator[tuple[int | None, Any]]:
    """Each line with the level of its heading, and each table that is a form, in order. Does not call itself."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    line = _Line()
    lists: list[_List] = []
    level: int | None = None
    kept = 0
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag, block = element.tag, element is root or is_block(element)
        if event == "start":
            if element is not root and is_hidden(element, hidden):
                walker.skip_subtree()
                continue
            if block:
                yield from ((level, text) for text in line.take())
            if tag == "table" and element is not root and not is_frame(element):
                walker.skip_subtree()
                yield None, element
                continue
            level = _HEADINGS.get(tag, level)
            kept += tag in ("pre", "textarea")
            value = field_value(element)
            if value is not None:
                line.add(value)
                walker.skip_subtree()
                continue
            _open(element, line, lists)
            line.add(element.text, kept=kept > 0)
            continue
        if not is_hidden(element, hidden):
            if block:
                yield from ((level, text) for text in line.take())
            level = None if tag in _HEADINGS else level
            kept -= tag in ("pre", "textarea")
            if tag in ("ol", "ul") and lists:
                lists.pop()
        if element is not root:
            line.add(element.tail, kept=kept > 0)
    yield from ((level, text) for text in line.take())


def _open(element: Any, line: _Line, lists: list[_List]) -> None:
    if element.tag == "br":
        line.parts.append(_BREAK)
    elif element.tag == "sup":
        line.add_power(element.text or "")
    elif element.tag in ("ol", "ul"):
        lists.append(_List(element))
    elif element.tag == "li":
        line.label = lists[-1].label(element) if lists else ""


def _number(text: str | None, default: int) -> int:
    try:
        return int(text or default)
    except ValueError:
        return default
