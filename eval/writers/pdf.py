"""Writes a report as a PDF file, laid out as offices lay out theirs: justified lines, ruled forms over several pages,
running headers and page numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

from eval.writers.blocks import Block, Grid, GridCell, Heading, Lines, number_items, place_cells
from eval.writers.page_style import PageStyle, style_of

FONT = "STSong-Light"
"""One of the fonts that every PDF reader knows, so that none has to be embedded."""

A4 = (595.28, 841.89)
PADDING = 4.0
_TOKEN = re.compile(r"[“‘《〈（(【〔]*(?:[A-Za-z0-9.,%/:+\-]+|.)[，。、；：？！”’》〉）)】〕%％…]*", re.DOTALL)


def write_pdf(blocks: tuple[Block, ...], style: PageStyle | None = None) -> bytes:
    """The report as a PDF file, in a style of its own where none is given."""
    setter = _Setter(style or style_of(blocks))
    for block, number in zip(blocks, number_items(blocks), strict=True):
        if isinstance(block, Grid):
            setter.set_table(block)
        elif isinstance(block, Heading) and block.level == 1:
            setter.set_text(block.text, setter.style.size * 1.3, centred=True)
        elif isinstance(block, Lines):
            for line in block.text.split("\n"):
                setter.set_text(line, setter.style.size, indent=0)
        else:
            bold = isinstance(block, Heading) and setter.style.bold_twice
            setter.set_text((number.text if number else "") + block.text, setter.style.size, bold=bold)
    return _drawn(setter.pages, setter.style)


class _Piece(NamedTuple):
    """A run of text on a page, its baseline measured from the top; ``spread`` is the extra room after each glyph."""

    x: float
    y: float
    text: str
    size: float
    spread: float = 0.0
    bold: bool = False


@dataclass
class _Page:
    width: float
    height: float
    pieces: list[_Piece] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


class _Setter:
    """Sets blocks one below the other, and begins a page where one is full."""

    def __init__(self, style: PageStyle) -> None:
        self.style = style
        self.pages: list[_Page] = []
        self.y = 0.0
        self.begin_page(landscape=False)

    def begin_page(self, landscape: bool) -> None:
        width, height = A4[::-1] if landscape else A4
        self.pages.append(_Page(width, height))
        self.y = self.style.margin

    @property
    def page(self) -> _Page:
        return self.pages[-1]

    @property
    def landscape(self) -> bool:
        return self.page.width > self.page.height

    @property
    def bottom(self) -> float:
        return self.page.height - self.style.margin

    def set_text(
        self, text: str, size: float, indent: float | None = None, centred: bool = False, bold: bool = False
    ) -> None:
        """A paragraph; a line break in it ends a line."""
        style = self.style
        if self.landscape:
            self.begin_page(landscape=False)
        indent = 0.0 if centred else style.indent if indent is None else indent
        leading = style.leading * size / style.size
        for part in text.split("\n"):
            lines = broken(part.strip(), size, self.page.width - 2 * style.margin, indent * size)
            for place, line in enumerate(lines):
                if self.y + leading > self.bottom:
                    self.begin_page(landscape=False)
                start = indent * size if place == 0 else 0.0
                measure = self.page.width - 2 * style.margin - start
                free = measure - text_width(line, size)
                spread = free / max(1, len(line) - 1) if style.justified and place < len(lines) - 1 else 0.0
                if centred:
                    start, spread = free / 2, 0.0
                self.y += leading
                x = style.margin + start
                self.page.pieces.append(_Piece(x, self.y - 0.3 * leading, line, size, spread, bold))

    def set_table(self, grid: Grid) -> None:
        """A table, cut between its rows (or in them) where the page ends."""
        if self.style.landscape_tables != self.landscape or self.y > self.bottom - 60:
            self.begin_page(self.style.landscape_tables)
        left = min(self.style.margin, 51.0)
        table = _Table(grid, self.page.width - 2 * left, self.style)
        self.y += 6.0
        parts: list[_Part] = []
        for row, height in enumerate(table.heights):
            upper = 0
            room = self.bottom - self.y
            if height > room:
                upper = table.lines_in(room) if self.style.cut_rows else 0
                if upper > 1 and table.most_lines(row) > upper + 1:
                    parts.append(_Part(row, self.y, self.bottom, 0, upper))
                else:
                    upper = 0
                self.draw_table(table, parts, left)
                self.begin_page(self.style.landscape_tables)
                parts = []
                for again in range(self.style.header_rows if row >= self.style.header_rows else 0):
                    parts.append(_Part(again, self.y, self.y + table.heights[again], 0, None))
                    self.y += table.heights[again]
                height = table.height_of(table.most_lines(row) - upper) if upper else height
            parts.append(_Part(row, self.y, self.y + height, upper, None))
            self.y += height
        self.draw_table(table, parts, left)
        self.y += 12.0

    def draw_table(self, table: _Table, parts: Sequence[_Part], left: float) -> None:
        """What of a table stands on one page."""
        for cell in table.cells:
            for shown in _runs([part for part in parts if cell.row <= part.row < cell.row + cell.row_span]):
                x0, x1 = left + table.edges[cell.column], left + table.edges[cell.column + cell.column_span]
                top, bottom = shown[0].top, shown[-1].bottom
                self.page.rules += _rules(x0, top, x1, bottom, self.style.rules)
                lines = cell.take(shown, table)
                y = top + max(PADDING / 2, (bottom - top - len(lines) * table.leading) / 2)
                for line in lines:
                    y += table.leading
                    x = x0 + PADDING
                    if len(cell.lines) == 1:
                        x = (x0 + x1 - text_width(line, self.style.cell_size)) / 2
                    self.page.pieces.append(_Piece(x, y - 0.25 * table.leading, line, self.style.cell_size))


class _Part(NamedTuple):
    """A row on a page: from which of its lines (of every cell) and up to which it is shown there."""

    row: int
    top: float
    bottom: float
    first: int
    last: int | None


@dataclass
class _Cell:
    row: int
    column: int
    row_span: int
    column_span: int
    lines: list[str]
    shown: int = 0

    def take(self, parts: Sequence[_Part], table: _Table) -> list[str]:
        """The lines for these rows of it: those of a merged cell as far as there is room, the rest on the next page."""
        part = parts[0]
        if self.row_span == 1:
            return self.lines[part.first : part.last]
        room = table.lines_in(parts[-1].bottom - part.top)
        start, self.shown = self.shown, self.shown + room
        return self.lines[start : self.shown]


class _Table:
    """A grid with the widths of its columns and the heights of its rows."""

    def __init__(self, grid: Grid, width: float, style: PageStyle) -> None:
        self.leading = style.cell_size * 1.25
        rows = place_cells(grid)
        columns = max(slot.column + slot.cell.column_span for row in rows for slot in row)
        self.edges = _column_edges([(slot.column, slot.cell) for row in rows for slot in row], columns, width)
        self.cells = []
        for number, row in enumerate(rows):
            for slot in row:
                if not slot.continued:
                    room = self.edges[slot.column + slot.cell.column_span] - self.edges[slot.column] - 2 * PADDING
                    lines = [
                        line for part in slot.cell.text.split("\n") for line in broken(part, style.cell_size, room)
                    ]
                    below = min(slot.cell.row_span, len(rows) - number)
                    self.cells.append(_Cell(number, slot.column, below, slot.cell.column_span, lines))
        self.heights = [self.height_of(self.most_lines(row)) for row in range(len(rows))]
        for cell in self.cells:
            end = cell.row + cell.row_span
            self.heights[end - 1] += max(0.0, self.height_of(len(cell.lines)) - sum(self.heights[cell.row : end]))

    def height_of(self, lines: int) -> float:
        return lines * self.leading + 2 * PADDING

    def lines_in(self, height: float) -> int:
        return max(0, int((height - PADDING) // self.leading))

    def most_lines(self, row: int) -> int:
        return max((len(cell.lines) for cell in self.cells if cell.row == row and cell.row_span == 1), default=1) or 1


def _column_edges(cells: Sequence[tuple[int, GridCell]], columns: int, width: float) -> list[float]:
    """Where the columns begin, and the last one ends: wider for more words, never too narrow for a number."""
    wishes = [3.0] * columns
    for column, cell in cells:
        if cell.column_span == 1:
            longest = max(map(len, cell.text.split("\n")))
            number = max((len(token) for token in _TOKEN.findall(cell.text)), default=0)
            wishes[column] = max(wishes[column], min(12.0, 2 + longest / 2), min(14.0, 1 + number / 1.6))
    share = width / sum(wishes)
    edges = [0.0]
    for wish in wishes:
        edges.append(edges[-1] + wish * share)
    return edges


def _runs(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Rows that touch, a group each: a repeated header stands apart from the rows below it."""
    group: list[_Part] = []
    for part in parts:
        if group and part.row != group[-1].row + 1:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _rules(x0: float, top: float, x1: float, bottom: float, kind: str) -> list[tuple[float, float, float, float]]:
    level = [(x0, top, x1, top), (x0, bottom, x1, bottom)]
    upright = [(x0, top, x0, bottom), (x1, top, x1, bottom)]
    return {"all": level + upright, "level": level, "none": []}[kind]


def broken(text: str, size: float, width: float, indent: float = 0.0) -> list[str]:
    """The lines of a text in that width, its first one indented; never within a number or before a comma."""
    lines = [""]
    room = width - indent
    for token in _TOKEN.findall(text):
        for piece in [token] if text_width(token, size) <= width else token:
            if lines[-1] and text_width(lines[-1] + piece, size) > room:
                lines.append("")
                room = width
            lines[-1] += piece
    return lines if any(lines) else []


def text_width(text: str, size: float) -> float:
    """The width of a text in the font of all PDF samples."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return float(pdfmetrics.stringWidth(text, FONT, size))


def _drawn(pages: Sequence[_Page], style: PageStyle) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    text_width("", 1.0)
    written = BytesIO()
    canvas = Canvas(written, invariant=1)  # no clock, no random id: the same source gives the same bytes
    for number, page in enumerate(pages, 1):
        canvas.setPageSize((page.width, page.height))
        canvas.setLineWidth(0.5)
        for x0, y0, x1, y1 in page.rules:
            canvas.line(x0, page.height - y0, x1, page.height - y1)
        for piece in [*page.pieces, *_furniture(page, number, len(pages), style)]:
            for shift in (0.0, 0.4) if piece.bold else (0.0,):
                words = canvas.beginText(piece.x + shift, page.height - piece.y)
                words.setFont(FONT, piece.size)
                words.setCharSpace(piece.spread)
                words.textOut(piece.text)
                canvas.drawText(words)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _furniture(page: _Page, number: int, pages: int, style: PageStyle) -> Iterator[_Piece]:
    """What is printed on every page: the header and the page's number."""
    if style.header:
        yield _Piece((page.width - text_width(style.header, 9)) / 2, 45.0, style.header, 9.0)
    words = style.number.format(page=number, pages=pages)
    if words:
        yield _Piece((page.width - text_width(words, 10.5)) / 2, page.height - 40.0, words, 10.5)
