"""The report as text: one canonical string, and everything else as half-open ranges of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open character range of ``Document.text``."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        """True where ``other`` lies wholly inside this range."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """True where the two ranges share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its words as they stand (outer white space dropped) and where they stand.

    ``row`` and ``column`` are those of its upper left corner. A merged cell is one cell with an extent above 1.
    ``span`` is empty (start == end) where the cell is.
    """

    text: str
    span: Span
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells in reading order. Rows may differ in length where the source lost its merge marks."""

    span: Span
    cells: tuple[Cell, ...]
    row_count: int
    column_count: int


@dataclass(frozen=True, slots=True)
class OutlineMark:
    """A line that the file itself marks as a heading (a Word heading style), with its level from 1."""

    span: Span
    level: int


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document was read from. ``sha256`` is that of its bytes; ``name`` its file name without suffix."""

    name: str
    path: str
    sha256: str
    reader: str


class Box(NamedTuple):
    """Where a run of characters stands on its page: page from 1, edges as fractions of the page's width and height,
    from its upper left corner.
    """

    span: Span
    page: int
    left: float
    top: float
    right: float
    bottom: float


class RecognizedWord(NamedTuple):
    """Characters that were read from an image, and how sure the recognition was of them, in [0, 1]."""

    span: Span
    confidence: float


class Part(NamedTuple):
    """One of the files that a report consists of, and where its text begins in the report's."""

    start: int
    source: Source


@dataclass(frozen=True, slots=True)
class Document:
    """A report that was read: ``document.text[span.start:span.end]`` is the quote of any span.

    ``pages`` holds the offset at which each page starts, and is empty where the format has no pages. ``boxes`` tell
    where on them the text stands, in its order, a box for each line or cell; ``recognized`` what was read by optical
    character recognition. Both are empty where the format has no such thing. ``parts`` are the files of a report that
    came in several, in their order, and empty for one that came in one.
    """

    source: Source
    text: str
    tables: tuple[Table, ...] = ()
    outline: tuple[OutlineMark, ...] = ()
    pages: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    recognized: tuple[RecognizedWord, ...] = ()
    parts: tuple[Part, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page, from 1, that a character stands on; ``None`` where the format has no pages."""
        if not self.pages:
            return None
        if self.boxes:
            place = bisect_right(self.boxes, offset, key=lambda box: box.span.end)
            if place < len(self.boxes):
                return self.boxes[place].page
        return bisect_right(self.pages, offset)

    def file_at(self, offset: int) -> Source:
        """The file that a character came from."""
        return next((part.source for part in reversed(self.parts) if part.start <= offset), self.source)

    def quote(self, span: Span) -> str:
        """The characters of a span, exactly as they stand."""
        return self.text[span.start : span.end]
