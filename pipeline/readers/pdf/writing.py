"""Paragraphs and tables to the document: its text, and where everything in it stands on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from pipeline.readers.pdf.flow import Block
from pipeline.readers.pdf.lines import Line
from pipeline.readers.pdf.page import PageContent
from pipeline.readers.pdf.tables import GridCell, RawTable, number_cells
from pipeline.readers.pdf.wrapping import cell_joint, glue
from schemas.text import Box, Cell, Document, Source, Span, Table


def write_document(blocks: Iterable[Block], pages: Sequence[PageContent], source: Source) -> Document:
    """The document that the blocks make, its tables written as one cell a line after a tab."""
    writer = _Writer({page.number: page for page in pages})
    for block in blocks:
        if isinstance(block, RawTable):
            writer.add_table(block)
        else:
            writer.add_paragraph(block)
    text = "".join(writer.parts)
    return Document(
        source=source,
        text=text,
        tables=tuple(writer.tables),
        pages=_page_starts(writer.boxes, len(pages), len(text)),
        boxes=tuple(writer.boxes),
    )


class _Writer:
    def __init__(self, pages: Mapping[int, PageContent]) -> None:
        self.pages = pages
        self.parts: list[str] = []
        self.length = 0
        self.tables: list[Table] = []
        self.boxes: list[Box] = []

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def add_line(self, line: Line) -> None:
        span = Span(self.length, self.length + len(line.text))
        self.boxes.append(Box(span, line.page, *self.pages[line.page].fractions(line.rect)))
        self.add(line.text)

    def add_paragraph(self, lines: Sequence[Line]) -> None:
        for place, line in enumerate(lines):
            if place:
                self.add(glue(lines[place - 1], line))
            self.add_line(line)
        self.add("\n")

    def add_table(self, table: RawTable) -> None:
        start = self.length
        numbered, rows, columns = number_cells(table)
        above = {(cell.row + down, cell.column) for cell in numbered for down in range(1, cell.row_span)}
        starting = {(cell.row, cell.column): cell for cell in numbered}
        cells: list[Cell] = []
        for _, places in groupby(sorted(starting.keys() | above), key=lambda place: place[0]):
            for place in places:
                self.add("\t")
                if place in starting:
                    cells.append(self.add_cell(starting[place]))
                self.add("\n")
            self.add("\n")
        span = Span(start, self.length)
        self.tables.append(Table(span, tuple(cells), rows, columns))

    def add_cell(self, cell: GridCell) -> Cell:
        start, first = self.length, len(self.parts)
        widest = max((line.rect.right - line.rect.left for line in cell.lines), default=0.0)
        for place, line in enumerate(cell.lines):
            if place:
                self.add(cell_joint(cell.lines[place - 1], line, cell.width, widest))
            self.add_line(line)
        words = "".join(self.parts[first:])
        return Cell(words, Span(start, self.length), cell.row, cell.column, cell.row_span, cell.column_span)


def _page_starts(boxes: Sequence[Box], count: int, length: int) -> tuple[int, ...]:
    """The offset of each page's first character; a page without text starts where the next one does."""
    starts = [length] * count
    for box in boxes:
        starts[box.page - 1] = min(starts[box.page - 1], box.span.start)
    for place in range(count - 2, -1, -1):
        starts[place] = min(starts[place], starts[place + 1])
    return (0, *starts[1:])
