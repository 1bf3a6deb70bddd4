"""From the body of a Word file to its text: passages that each know their own tables, headings and page starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.readers.docx.grid import TABLE, GridCell, blocks, read_grid
from pipeline.readers.docx.line import Line, read_line
from pipeline.readers.docx.numbering import Labels
from pipeline.readers.docx.parts import Element, W, is_on, value
from pipeline.readers.docx.styles import BODY_LEVEL, Styles, list_place, outline
from pipeline.readers.passages import Passage
from schemas.text import Cell, OutlineMark, Span, Table


class Context(NamedTuple):
    """What the paragraphs of a file share: its styles, and the numbers that run through it."""

    styles: Styles
    labels: Labels


class _Paragraph(NamedTuple):
    text: str  # with its automatic number
    level: int | None  # of a heading, from 1
    page_starts: tuple[int, ...]
    boxes: tuple[Element, ...]


_NOTHING = _Paragraph("", None, (), ())


class _CellText(NamedTuple):
    text: str
    begins_page: bool


def read_body(container: Element, context: Context) -> Iterator[Passage]:
    """The passages of a body or text box, in order; what a text box holds follows the paragraph that anchors it."""
    for block in _paragraphs(container, context):
        if not isinstance(block, _Paragraph):
            yield from _table_passages(block, context)
            continue
        stripped = block.text.strip()
        start = block.text.index(stripped)
        marks = (OutlineMark(Span(start, start + len(stripped)), block.level),) if block.level and stripped else ()
        yield Passage(f"{block.text}\n", outline=marks, pages=block.page_starts)
        for box in block.boxes:
            yield from read_body(box, context)


def _paragraphs(container: Element, context: Context) -> Iterator[_Paragraph | Element]:
    """The paragraphs that are shown, with their numbers, and the tables between them.

    Where a paragraph's end was deleted, its words run on into the next paragraph, whose number and style they take.
    """
    carried = _NOTHING
    for block in blocks(container):
        if block.tag == TABLE:
            if carried != _NOTHING:
                yield carried
                carried = _NOTHING
            yield block
            continue
        line = read_line(block, context.styles)
        boxes = carried.boxes + line.boxes
        runs_on = block.find(f"{W}pPr/{W}rPr/{W}del") is not None
        hidden = not line.text and is_on(block.find(f"{W}pPr/{W}rPr/{W}vanish"))
        if runs_on or hidden or line.in_contents:
            text = carried.text + ("" if line.in_contents else line.text)
            # The pages that begin in a line that is left out begin where the next one starts.
            carried = _Paragraph(text, None, carried.page_starts + tuple(0 for _ in line.page_starts), boxes)
            continue
        yield _paragraph(carried, line._replace(boxes=boxes), block.find(W + "pPr"), context)
        carried = _NOTHING
    if carried != _NOTHING:
        yield carried


def _paragraph(carried: _Paragraph, line: Line, properties: Element | None, context: Context) -> _Paragraph:
    style_id = value(None if properties is None else properties.find(W + "pStyle"), context.styles.default)
    own_level = outline(properties)
    if own_level is None:
        level = context.styles.outline_level(style_id)
    else:
        level = own_level + 1 if own_level < BODY_LEVEL else None
    front = _label(properties, style_id, context) + carried.text
    page_starts = carried.page_starts + tuple(len(front) + start if start else 0 for start in line.page_starts)
    return _Paragraph(front + line.text, level, page_starts, line.boxes)


def _label(properties: Element | None, style_id: str, context: Context) -> str:
    own, inherited = list_place(properties), context.styles.list_place(style_id)
    num_id = inherited.num_id if own.num_id is None else own.num_id
    if num_id is None:
        return ""
    level = inherited.level if own.level is None else own.level
    if level is None:
        level = context.labels.level_of_style(num_id, style_id)
    return context.labels.next_label(num_id, level)


def _table_passages(table: Element, context: Context) -> Iterator[Passage]:
    rows = read_grid(table)
    cells = [cell for row in rows for cell in row]
    if len(cells) == 1 and any(block.tag == TABLE for block in blocks(cells[0].element)):
        yield from read_body(cells[0].element, context)  # a frame around the page, not a form
    elif cells:
        yield _table_passage(rows, context)


def _table_passage(rows: list[list[GridCell]], context: Context) -> Passage:
    text = ""
    found: list[Cell] = []
    pages: list[int] = []
    for row in rows:
        row_start, begins_page = len(text), False
        for cell in row:
            content = _CellText("", False) if cell.continued else _cell_text(cell.element, context)
            begins_page = begins_page or content.begins_page
            if not cell.continued:
                found.append(_cell(cell, content.text, len(text) + 1))
            text += f"\t{content.text}\n"
        text += "\n"
        if begins_page:
            pages.append(row_start)  # once a row: every cell of a row that runs over the page has the mark
    columns = max(cell.column + cell.column_span for row in rows for cell in row)
    return Passage(text, (Table(Span(0, len(text)), tuple(found), len(rows), columns),), (), tuple(pages))


def _cell(cell: GridCell, text: str, start: int) -> Cell:
    words = text.strip()
    first = start + text.index(words)
    return Cell(words, Span(first, first + len(words)), cell.row, cell.column, cell.row_span, cell.column_span)


def _cell_text(container: Element, context: Context) -> _CellText:
    """The words of a cell, a line for each paragraph. Empty lines go: in the text they stand for the end of a row."""
    lines: list[str] = []
    begins_page = False
    for block in _paragraphs(container, context):
        if isinstance(block, _Paragraph):
            inner = [_cell_text(box, context) for box in block.boxes]
            lines += [block.text, *(each.text for each in inner)]
            begins_page = begins_page or bool(block.page_starts) or any(each.begins_page for each in inner)
            continue
        for row in read_grid(block):
            texts = [_cell_text(cell.element, context) for cell in row if not cell.continued]
            lines.append(" ".join(each.text for each in texts if each.text))
            begins_page = begins_page or any(each.begins_page for each in texts)
    shown = [line for text in lines for line in text.split("\n") if line.strip()]
    return _CellText("\n".join(shown), begins_page)
