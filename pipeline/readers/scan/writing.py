"""Pages to a document: one text with the place and confidence of everything in it, tables written as all readers do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pipeline.readers.scan.joining import cell_text, frame_of, goes_on, joined, runs_on
from pipeline.readers.scan.parts import Line, Rect, RuledCell, RuledTable, ScannedPage
from schemas.text import Box, Cell, Document, RecognizedWord, Source, Span, Table

_PAGE_NUMBER = re.compile(r"[-—–―一_~·.•|\s]*(?:第\s*)?\d{1,3}\s*(?:页)?(?:\s*[/／,，]?\s*共?\s*\d{1,3}\s*页?)?[-—–―一_~·.•|\s]*")
_EDGE = 0.12  # of the page's height, where its number stands
_WORD = re.compile(r"[\d.,%]+|[A-Za-z]+|\S")
_CJK = r"\u3400-\u9fff\uff08\uff09\u300a\u300b“”、。；：，"
_WIDTHS = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？", "!": "！"}
_NEAR = re.compile(rf"[{_CJK}]")


class _Placed(NamedTuple):
    block: Line | RuledTable
    page: int  # from 0


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

    def add_line(self, line: Line, page: int) -> None:
        """Adds what a line says, with its place and words."""
        self.begin_pages(page)
        start = self.length
        self.add(wide_marks(line.text))
        self.boxes.append(_box(Span(start, self.length), line.rect, page, self.pages[page]))
        self.words += (
            RecognizedWord(Span(start + match.start(), start + match.end()), min(line.confidences[slice(*match.span())]))
            for match in _WORD.finditer(line.text)
        )


def write_document(pages: Sequence[ScannedPage], source: Source) -> Document:
    """The document of all pages: paragraphs and tables go on over page breaks, page numbers are left out."""
    writer = _Writer(pages)
    frames = [frame_of(page, pages) for page in pages]
    blocks = list(_whole_blocks(pages))
    for place, (block, page) in enumerate(blocks):
        if isinstance(block, RuledTable):
            _write_table(writer, block)
            continue
        writer.add_line(block, page)
        following = blocks[place + 1].block if place + 1 < len(blocks) else None
        if not isinstance(following, Line) or not runs_on(block, following, frames[page]):
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
    return "".join(shown)


def _whole_blocks(pages: Sequence[ScannedPage]) -> Iterator[_Placed]:
    """Everything on the pages in order, tables that go on over page breaks as one."""
    open_table: tuple[RuledTable, _Placed] | None = None  # all of it so far, and its part on the last page
    for number, page in enumerate(pages):
        for place, block in enumerate(_content(page)):
            if isinstance(block, Line):
                if open_table:
                    yield _Placed(open_table[0], open_table[1].page)
                    open_table = None
                yield _Placed(block, number)
                continue
            own = replace(block, cells=tuple(replace(cell, page=number) for cell in block.cells))
            whole = own
            if open_table:
                table, (last, last_page) = open_table
                assert isinstance(last, RuledTable)
                if place == 0 and goes_on(last, pages[last_page], own, page):
                    whole = joined(table, pages[last_page], own, page)
                else:
                    yield _Placed(table, last_page)
            open_table = (whole, _Placed(own, number))
    if open_table:
        yield _Placed(open_table[0], open_table[1].page)


def _content(page: ScannedPage) -> list[Line | RuledTable]:
    """What stands on the page, without its number."""
    return [block for block in page.blocks if not (isinstance(block, Line) and _is_page_number(block, page))]


def _is_page_number(line: Line, page: ScannedPage) -> bool:
    at_edge = not _EDGE * page.height < line.rect.center[1] < (1 - _EDGE) * page.height
    return at_edge and _PAGE_NUMBER.fullmatch(line.text) is not None


def _write_table(writer: _Writer, table: RuledTable) -> None:
    """Adds a table: each cell on a line that starts with a tab, merged ones empty below, an empty line after a row."""
    anchors = {(cell.row, cell.column): cell for cell in table.cells}
    covered = {
        (cell.row + down, cell.column): cell for cell in table.cells for down in range(1, cell.row_span)
    }
    first_page = min(cell.page for cell in table.cells)
    writer.begin_pages(first_page)
    start = writer.length
    cells: list[Cell] = []
    for row in range(table.row_count):
        pages = [cell.page for (its_row, _), cell in anchors.items() if its_row == row]
        if pages:
            writer.begin_pages(max(pages))
        for column in range(len(table.columns) - 1):
            if cell := anchors.get((row, column)):
                cells.append(_write_cell(writer, cell))
            elif (row, column) in covered:
                writer.add("\t\n")
        writer.add("\n")
    span = Span(start, writer.length)
    writer.tables.append(Table(span, tuple(cells), table.row_count, len(table.columns) - 1))


def _write_cell(writer: _Writer, cell: RuledCell) -> Cell:
    writer.add("\t")
    start = writer.length
    for line, before in cell_text(cell):
        writer.add(before)
        writer.add_line(line, cell.page)
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
