"""A report's text as it reads, in blocks for a page: headings, paragraphs, forms as tables, where pages begin.

Every piece of text comes with the place of its first character in the report, so that what is selected or highlighted
on the page is a span of the report.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from schemas.stages import Extraction, Section
from schemas.text import Document, Span, Table

Block = dict[str, Any]


def blocks_of(extraction: Extraction) -> list[Block]:
    """The blocks of the report in order.

    ``{"is": "heading", "level", "start", "text"}``, ``{"is": "line", "start", "text"}``, ``{"is": "table", "rows",
    "cells": [[row, column, row_span, column_span, start, text]]}``, ``{"is": "page", "number"}`` and ``{"is": "file",
    "name"}``. Offsets count characters (code points) from 0. All text but white space is in one block.
    """
    document = extraction.document
    headings = dict(_heading_lines(document.text, extraction.sections))
    return list(_with_pages(document, _blocks(document, headings)))


def _heading_lines(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, Section]]:
    """Where headings begin, and where each further line of one does (``附件1`` with its title below)."""
    for section in sections:
        if section.heading is not None:
            start, end = section.heading
            yield start, section
            for line in text[start:end].splitlines(keepends=True)[:-1]:
                start += len(line)
                yield start, section


def _blocks(document: Document, headings: dict[int, Section]) -> Iterator[tuple[int, Block]]:
    at = 0
    for table in sorted(document.tables, key=lambda table: table.span):
        if table.span.start < at or not table.cells:
            continue  # a table inside another's cell is part of that cell's text
        yield from _lines(document.text, Span(at, table.span.start), headings)
        yield table.span.start, _table(table)
        for gap in _between_cells(table):
            yield from _lines(document.text, gap, {})
        at = table.span.end
    yield from _lines(document.text, Span(at, len(document.text)), headings)


def _between_cells(table: Table) -> Iterator[Span]:
    """The parts of a table that are in no cell: white space, or words that a reader put there."""
    at = table.span.start
    for cell in sorted(table.cells, key=lambda cell: cell.span):
        if cell.span.start > at:
            yield Span(at, cell.span.start)
        at = max(at, cell.span.end)
    yield Span(at, max(at, table.span.end))


def _lines(text: str, within: Span, headings: dict[int, Section]) -> Iterator[tuple[int, Block]]:
    start = within.start
    starts = sorted(place for place in headings if within.start <= place < within.end)
    for line in text[within.start : within.end].splitlines(keepends=True):
        end = start + len(line)
        # a heading may run into its paragraph on one line
        cuts = starts[bisect_left(starts, start) : bisect_left(starts, end)]
        for piece in _pieces(start, end, cuts, headings):
            words = text[piece.start : piece.end].rstrip("\r\n")
            if words.strip():
                yield piece.start, _line(piece.start, words, headings.get(piece.start))
        start = end


def _pieces(start: int, end: int, cuts: Sequence[int], headings: dict[int, Section]) -> Iterator[Span]:
    at = start
    for cut in cuts:
        if cut > at:
            yield Span(at, cut)
        heading = headings[cut].heading
        at = min(end, max(cut, heading.end if heading else cut))
        yield Span(cut, at)
    if at < end:
        yield Span(at, end)


def _line(start: int, words: str, section: Section | None) -> Block:
    if section is None:
        return {"is": "line", "start": start, "text": words}
    return {"is": "heading", "level": section.level, "start": start, "text": words}


def _table(table: Table) -> Block:
    cells = sorted(table.cells, key=lambda cell: (cell.row, cell.column))
    return {
        "is": "table",
        "rows": table.row_count,
        "cells": [[c.row, c.column, c.row_span, c.column_span, c.span.start, c.text] for c in cells],
    }


def _with_pages(document: Document, blocks: Iterator[tuple[int, Block]]) -> Iterator[Block]:
    """The blocks, and before the first of each file and page, where there are such, a mark with its name or number."""
    number = files = 0
    for start, block in blocks:
        while files < len(document.parts) and document.parts[files].start <= start:
            yield {"is": "file", "name": Path(document.parts[files].source.path).name}
            files += 1
        while number < len(document.pages) and document.pages[number] <= start:
            number += 1
            yield {"is": "page", "number": number}
        yield block
