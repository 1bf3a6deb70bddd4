"""The words of one paragraph as they are shown: fields, tracked changes, symbols, breaks and formulas resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from pipeline.readers.docx.parts import MC, Element, M, W, is_on, number, value
from pipeline.readers.docx.styles import Styles
from pipeline.readers.docx.symbols import shown, symbol

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
_LINE_ENDS = re.compile(r"[\t\r\n\f\v\x85\u2028\u2029]")
_PAGE_AT_END = re.compile(r"[\s.…·]\d+\s*\Z")
DROPPED = frozenset(
    W + name for name in ("pPr", "rPr", "del", "moveFrom", "delText", "delInstrText", "rt", "sdtPr", "sdtEndPr")
)


class Line(NamedTuple):
    """A paragraph's text without its number; what is anchored in it; and where Word last began a new page in it."""

    text: str
    boxes: tuple[Element, ...]
    page_starts: tuple[int, ...]
    in_contents: bool


@dataclass(slots=True)
class _Gathered:
    """What was gathered so far of one paragraph. ``instructions``: for each open field, True in its code."""

    styles: Styles
    hidden: bool
    font: str = ""
    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    page_starts: list[int] = field(default_factory=list)
    instructions: list[bool] = field(default_factory=list)
    refers_to_pages: bool = False

    def add(self, text: str) -> None:
        if text and not any(self.instructions):
            self.parts.append(text)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts)) + len(self.boxes)


def read_line(paragraph: Element, styles: Styles) -> Line:
    """The line that a ``w:p`` shows. A tab is a space, because a tab at the start of a line stands for a cell."""
    properties = paragraph.find(W + "pPr")
    style_id = value(None if properties is None else properties.find(W + "pStyle"), styles.default)
    gathered = _Gathered(styles, styles.is_hidden(style_id))
    _gather(paragraph, gathered)
    text = "".join(gathered.parts)
    # Some files misuse a contents style for prose: only lines that do point at a page are left out.
    points = paragraph.find(W + "hyperlink") is not None or _PAGE_AT_END.search(text) is not None
    in_contents = gathered.refers_to_pages or (points and styles.is_contents(style_id))
    return Line(text, tuple(gathered.boxes), tuple(gathered.page_starts), in_contents)


def _gather(parent: Element, gathered: _Gathered) -> None:
    for element in parent:
        tag = element.tag
        if tag in DROPPED:
            continue
        action = _ACTIONS.get(tag, _gather)
        action(element, gathered)


def _run(element: Element, gathered: _Gathered) -> None:
    properties = element.find(W + "rPr")
    if _is_hidden(properties, gathered):
        return
    before = len(gathered.parts)
    fonts = None if properties is None else properties.find(W + "rFonts")
    gathered.font = "" if fonts is None else fonts.get(W + "ascii") or ""
    _gather(element, gathered)
    gathered.font = ""
    if properties is None or not 0 < before < len(gathered.parts):
        return
    raised = value(properties.find(W + "vertAlign")) == "superscript"
    if raised and gathered.parts[before][0].isdigit() and gathered.parts[before - 1][-1].isdigit():
        gathered.parts.insert(before, "^")  # else 10 with a raised 4 would read as 104


def _is_hidden(properties: Element | None, gathered: _Gathered) -> bool:
    if properties is None:
        return gathered.hidden
    vanish = properties.find(W + "vanish")
    if vanish is not None:
        return is_on(vanish)
    style = value(properties.find(W + "rStyle"))
    return gathered.hidden or (style != "" and gathered.styles.is_hidden(style))


def _text(element: Element, gathered: _Gathered) -> None:
    text = element.text or ""
    if element.get(_SPACE) != "preserve":
        text = text.strip(" \t\r\n")  # white space at the ends is of the file's layout, and Word drops it
    gathered.add(shown(_LINE_ENDS.sub(" ", text), gathered.font))


def _field_mark(element: Element, gathered: _Gathered) -> None:
    kind = element.get(W + "fldCharType")
    if kind == "begin":
        gathered.add(_form_value(element.find(W + "ffData")))
        gathered.instructions.append(True)
    elif kind == "separate" and gathered.instructions:
        gathered.instructions[-1] = False
    elif kind == "end" and gathered.instructions:
        gathered.instructions.pop()


def _form_value(form: Element | None) -> str:
    """What a form field shows that has no text of its own: a check box, or the chosen entry of a list."""
    if form is None:
        return ""
    box, choices = form.find(W + "checkBox"), form.find(W + "ddList")
    if box is not None:
        checked = box.find(W + "checked")
        return "☑" if is_on(box.find(W + "default") if checked is None else checked) else "□"
    if choices is not None:
        entries = [value(entry) for entry in choices.findall(W + "listEntry")]
        chosen = number(choices.find(W + "result"), 0)
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def _symbol(element: Element, gathered: _Gathered) -> None:
    try:
        code = int(element.get(W + "char") or "", 16)
    except ValueError:
        return
    gathered.add(symbol(code, element.get(W + "font") or ""))


def _rendered_page_break(_: Element, gathered: _Gathered) -> None:
    gathered.page_starts.append(sum(map(len, gathered.parts)))


def _box(element: Element, gathered: _Gathered) -> None:
    gathered.boxes.append(element)


def _word_art(element: Element, gathered: _Gathered) -> None:
    gathered.add(_LINE_ENDS.sub(" ", element.get("string") or ""))


def _alternatives(element: Element, gathered: _Gathered) -> None:
    before = gathered.size
    for name in ("Choice", "Fallback"):
        branch = element.find(MC + name)
        if branch is not None and gathered.size == before:
            _gather(branch, gathered)


def _joined_by(sign: str) -> Callable[[Element, _Gathered], None]:
    """A formula of two parts: between them goes a sign, so that the digits of one never meet those of the other."""

    def gather(element: Element, gathered: _Gathered) -> None:
        for place, part in enumerate(child for child in element if not child.tag.endswith("Pr")):
            if place:
                gathered.add(sign)
            _gather(part, gathered)

    return gather


def _fixed(text: str) -> Callable[[Element, _Gathered], None]:
    return lambda _, gathered: gathered.add(text)


def _instruction(element: Element, gathered: _Gathered) -> None:
    if "PAGEREF _Toc" in (element.text or ""):
        gathered.refers_to_pages = True


_ACTIONS: Mapping[str, Callable[[Element, _Gathered], None]] = MappingProxyType(
    {
        W + "r": _run,
        M + "r": _run,
        W + "t": _text,
        M + "t": _text,
        W + "tab": _fixed(" "),
        W + "ptab": _fixed(" "),
        W + "br": _fixed("\n"),
        W + "cr": _fixed("\n"),
        W + "noBreakHyphen": _fixed("-"),
        W + "softHyphen": _fixed(""),
        W + "sym": _symbol,
        W + "fldChar": _field_mark,
        W + "instrText": _instruction,
        W + "lastRenderedPageBreak": _rendered_page_break,
        W + "txbxContent": _box,
        _WORD_ART: _word_art,
        MC + "AlternateContent": _alternatives,
        M + "f": _joined_by("/"),
        M + "sSup": _joined_by("^"),
        M + "sSub": _joined_by("_"),
    }
)
