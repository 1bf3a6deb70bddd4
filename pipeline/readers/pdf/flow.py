"""Pages to one flow of lines and tables in reading order, with what runs on over page breaks joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.readers.pdf.lines import Line, lines_of
from pipeline.readers.pdf.page import PageContent
from pipeline.readers.pdf.paragraphs import Measure, goes_on, measure_lines
from pipeline.readers.pdf.ruled import ruled_frames
from pipeline.readers.pdf.running import running_lines
from pipeline.readers.pdf.tables import RawTable, continue_table, fill_frames

Paragraph = tuple[Line, ...]
Block = Paragraph | RawTable


def read_flow(pages: Sequence[PageContent]) -> list[Block]:
    """The paragraphs and tables of all pages in reading order."""
    tables: dict[int, list[RawTable]] = {}
    lines: dict[int, list[Line]] = {}
    for page in pages:
        tables[page.number], outside = fill_frames(page, ruled_frames(page))
        lines[page.number] = lines_of(outside, page.number)
    dropped = running_lines(pages, lines)
    items: list[Line | RawTable] = []
    for page in pages:
        kept = [line for line in lines[page.number] if line not in dropped]
        items += sorted([*kept, *tables[page.number]], key=lambda item: item.rect.top)
    return _blocks(_joined_tables(items, _bottoms(pages, items)), _measures(pages, items))


def _bottoms(pages: Sequence[PageContent], items: Iterable[Line | RawTable]) -> Mapping[int, float]:
    """How far down each page is filled at most, by the fullest page of its height."""
    heights = {page.number: round(page.height) for page in pages}
    lowest: dict[int, float] = defaultdict(float)
    for item in items:
        lowest[heights[item.page]] = max(lowest[heights[item.page]], item.rect.bottom)
    return {page: lowest[height] for page, height in heights.items()}


def _joined_tables(items: Iterable[Line | RawTable], bottoms: Mapping[int, float]) -> list[Line | RawTable]:
    joined: list[Line | RawTable] = []
    for item in items:
        if joined and isinstance(item, RawTable) and isinstance(joined[-1], RawTable):
            whole = continue_table(joined[-1], item, bottoms[joined[-1].last_page])
            if whole is not None:
                joined[-1] = whole
                continue
        joined.append(item)
    return joined


def _measures(pages: Sequence[PageContent], items: Sequence[Line | RawTable]) -> Mapping[int, Measure]:
    """The measure of each page that has lines: its own where it has enough of them, else that of pages as wide."""
    by_width: dict[int, list[Line]] = defaultdict(list)
    by_page: dict[int, list[Line]] = defaultdict(list)
    widths = {page.number: page.width for page in pages}
    for item in items:
        if isinstance(item, Line):
            by_width[round(widths[item.page])].append(item)
            by_page[item.page].append(item)
    shared = {width: measure_lines(lines, width) for width, lines in by_width.items()}
    measures = {}
    for page, lines in by_page.items():
        measures[page] = measure_lines(lines, widths[page], shared[round(widths[page])])
    return measures


def _blocks(items: Iterable[Line | RawTable], measures: Mapping[int, Measure]) -> list[Block]:
    blocks: list[Block] = []
    paragraph: list[Line] = []
    for item in items:
        if isinstance(item, Line) and paragraph:
            before = paragraph[-1]
            if goes_on(before, item, measures[before.page], measures[item.page]):
                paragraph.append(item)
                continue
        if paragraph:
            blocks.append(tuple(paragraph))
            paragraph = []
        if isinstance(item, Line):
            paragraph = [item]
        else:
            blocks.append(item)
    if paragraph:
        blocks.append(tuple(paragraph))
    return blocks
