"""Pages to a document: one text with the place and confidence of everything in it, tables written as all readers do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.readers.scan.joining import cell_text, frame_of, goes_on, joined, runs_on
from pipeline.readers.scan.parts import Line, Rect, RuledCell, RuledTable, ScannedPage
from schemas.text import Box, Cell, Document, RecognizedWord, Source, Span, Table

_PAGE_NUMBER = re.compile(
    r"[-—–―一_~·.•|\s]*第?\s*\d{1,3}\s*页?(?:\s*[/／,，]?\s*共?\s*\d{1,3}\s*页?)?[-—–―一_~·.•|\s]*"
)
_EDGE = 0.12  # of the page's height, where its number stands
_WORD = re.compile(r"[\d.,%‰]+|[A-Za-z]+|\S")
_CJK = r"\u3400-\u9fff\uff08\uff09\u300a\u300b“”、。；：，"
_WIDTHS = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？", "!": "！"}
_NEAR = re.compile(rf"[{_CJK}]")


class _Writer:
    """The document so far."""

    def __init__(self, pages: Sequence[ScannedPage]) -> None:
        self.pages = pages
        self.text: list[str] = []
        self.length = 0
        self.tables: list[Table] = []
        self.boxes: list[Box] = []
        self.words: list[RecognizedWord] = []
        self.starts: list[int] = []

    def begin_pages(self, through: int) -> None:
        """Notes that the pages up to this one (from 0) begin here, unless they began before."""
        self.starts += [self.length] * (through + 1 - len(self.starts))

    def add(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)

    def text_from(self, start: int) -> str:
        """What was added since the text was that long."""
        parts: list[str] = []
        length = self.length
        for part in reversed(self.text):
            if length <= start:
                break
            parts.append(part)
            length -= len(part)
        return "".join(reversed(parts))

    def add_line(self, line: Line) -> None:
        """Adds what a line says, with its place and words."""
        start = self.length
        self.add(wide_marks(line.text))
        self.boxes.append(_box(Span(start, self.length), line.rect, line.page, self.pages[line.page]))
        for match in _WORD.finditer(line.text):
            span = Span(start + match.start(), start + match.end())
            self.words.append(RecognizedWord(span, min(line.confidences[slice(*match.span())])))


def write_document(pages: Sequence[ScannedPage], source: Source) -> Document:
    """The document of all pages: paragraphs and tables go on over page breaks, page numbers are left out."""
    writer = _Writer(pages)
    frames = [frame_of(page, pages) for page in pages]
    blocks = list(_whole_blocks(pages))
    for place, block in enumerate(blocks):
        if isinstance(block, RuledTable):
            _write_table(writer, block)
            continue
        writer.begin_pages(block.page)
        writer.add_line(block)
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        if not isinstance(following, Line) or not runs_on(block, following, frames[block.page]):
            writer.add("\n")
    writer.begin_pages(len(pages) - 1)
    return Document(
        source=source,
        text="".join(writer.text),
        tables=tuple(writer.tables),
        pages=tuple(writer.starts),
        boxes=tuple(writer.boxes),
        recognized=tuple(writer.words),
    )


def wide_marks(text: str) -> str:
    """The text with the punctuation that stands at Chinese characters in their width, which recognition mixes up."""
    shown = list(text)
    for place, char in enumerate(text):
        beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        if char in _WIDTHS and _NEAR.search(beside):
            shown[place] = _WIDTHS[char]
    opened: list[int] = []
    for place, char in enumerate(shown):
        if char in "(（":
            opened.append(place)
        elif char in ")）" and opened:
            start = opened.pop()
            if shown[start] == "（" or char == "）":
                shown[start], shown[place] = "（", "）"
    return "".join(shown)


def _whole_blocks(pages: Sequence[ScannedPage]) -> list[Line | RuledTable]:
    """Everything on the pages in order, tables that go on over page breaks as one."""
    whole: list[Line | RuledTable] = []
    end: Line | RuledTable | None = None  # of the page before
    for number, page in enumerate(pages):
        content = _content(page, number)
        first, so_far = (content[0] if content else None), (whole[-1] if whole else None)
        if (
            isinstance(end, RuledTable)
            and isinstance(first, RuledTable)
            and isinstance(so_far, RuledTable)
            and goes_on(end, pages[number - 1], first, page)
        ):
            whole[-1] = joined(so_far, pages[number - 1], first, page)
            whole += content[1:]
        else:
            whole += content
        end = content[-1] if content else None
    return whole


def _content(page: ScannedPage, number: int) -> list[Line | RuledTable]:
    """What stands on the page, without its number; every line knows the page that it is on."""
    found: list[Line | RuledTable] = []
    for block in page.blocks:
        if isinstance(block, RuledTable):
            cells = (replace(c, lines=tuple(line._replace(page=number) for line in c.lines)) for c in block.cells)
            found.append(replace(block, cells=tuple(cells)))
        elif not _is_page_number(block, page):
            found.append(block._replace(page=number))
    return found


def _is_page_number(line: Line, page: ScannedPage) -> bool:
    at_edge = not _EDGE * page.height < line.rect.center[1] < (1 - _EDGE) * page.height
    return at_edge and _PAGE_NUMBER.fullmatch(line.text) is not None


def _write_table(writer: _Writer, table: RuledTable) -> None:
    """Adds a table: each cell on a line that starts with a tab, merged ones empty below, an empty line after a row."""
    anchors = {(cell.row, cell.column): cell for cell in table.cells}
    covered = {(cell.row + down, cell.column) for cell in table.cells for down in range(1, cell.row_span)}
    start: int | None = None
    cells: list[Cell] = []
    for row in range(table.row_count):
        lines = [line for cell in table.cells if cell.row == row for line in cell.lines]
        if lines:
            writer.begin_pages(min(line.page for line in lines))
        start = writer.length if start is None else start
        for column in range(len(table.columns) - 1):
            if cell := anchors.get((row, column)):
                cells.append(_write_cell(writer, cell))
            elif (row, column) in covered:
                writer.add("\t\n")
        writer.add("\n")
    span = Span(writer.length if start is None else start, writer.length)
    writer.tables.append(Table(span, tuple(cells), table.row_count, len(table.columns) - 1))


def _write_cell(writer: _Writer, cell: RuledCell) -> Cell:
    writer.add("\t")
    start = writer.length
    for line, before in cell_text(cell):
        writer.add(before)
        writer.add_line(line)
    span = Span(start, writer.length)
    text = writer.text_from(start)
    writer.add("\n")
    return Cell(text, span, cell.row, cell.column, cell.row_span, cell.column_span)


def _box(span: Span, rect: Rect, number: int, page: ScannedPage) -> Box:
    """Where a line stands on the page as it was scanned, which need not be level."""
    corners = np.array([(x, y, 1.0) for x in (rect.left, rect.right) for y in (rect.top, rect.bottom)])
    left, top = (corners @ page.to_page.T).min(axis=0).clip(0, 1).tolist()
    right, bottom = (corners @ page.to_page.T).max(axis=0).clip(0, 1).tolist()
    return Box(span, number + 1, round(left, 4), round(top, 4), round(right, 4), round(bottom, 4))
