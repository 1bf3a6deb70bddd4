"""Pages to one flow of lines and tables in reading order, with what runs on over page breaks joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.readers.pdf.columns import PlacedLine, place_lines
from pipeline.readers.pdf.lines import Line
from pipeline.readers.pdf.page import PageContent
from pipeline.readers.pdf.paragraphs import Measure, goes_on, measure_lines
from pipeline.readers.pdf.ruled import ruled_frames
from pipeline.readers.pdf.running import running_lines
from pipeline.readers.pdf.tables import RawTable, continue_table, fill_frames
from pipeline.readers.pdf.unruled import take_unruled

Paragraph = tuple[Line, ...]
Block = Paragraph | RawTable


def read_flow(pages: Sequence[PageContent]) -> list[Block]:
    """The paragraphs and tables of all pages in reading order."""
    tables: dict[int, list[RawTable]] = {}
    placed: dict[int, list[PlacedLine]] = {}
    for page in pages:
        ruled, outside = fill_frames(page, ruled_frames(page))
        unruled, outside = take_unruled(page, outside)
        tables[page.number] = [*ruled, *unruled]
        placed[page.number] = place_lines(page, outside)
    dropped = running_lines(pages, {page: [each.line for each in some] for page, some in placed.items()})
    items: list[Line | RawTable] = []
    for page in pages:
        kept: list[tuple[tuple[float, int, float], Line | RawTable]] = [
            (order, line) for order, line in placed[page.number] if line not in dropped
        ]
        kept += [((table.rect.top, 0, table.rect.top), table) for table in tables[page.number]]
        items += [item for _, item in sorted(kept, key=lambda each: each[0])]
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


def _measures(pages: Sequence[PageContent], items: Sequence[Line | RawTable]) -> Mapping[tuple[int, int], Measure]:
    """The measure of each page and column that has lines: its own or that of its like."""
    alike: dict[tuple[int, int], list[Line]] = defaultdict(list)
    by_place: dict[tuple[int, int], list[Line]] = defaultdict(list)
    widths = {page.number: page.width for page in pages}
    for item in items:
        if isinstance(item, Line):
            alike[round(widths[item.page]), item.column].append(item)
            by_place[item.page, item.column].append(item)
    # Margins are as wide on both sides of a page; of a column that says nothing.
    shared = {key: measure_lines(lines, 0.0 if key[1] else key[0]) for key, lines in alike.items()}
    return {
        (page, column): measure_lines(lines, widths[page], shared[round(widths[page]), column])
        for (page, column), lines in by_place.items()
    }


def _blocks(items: Iterable[Line | RawTable], measures: Mapping[tuple[int, int], Measure]) -> list[Block]:
    blocks: list[Block] = []
    paragraph: list[Line] = []
    for item in items:
        if isinstance(item, Line) and paragraph:
            before = paragraph[-1]
            if goes_on(before, item, measures[before.page, before.column], measures[item.page, item.column]):
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
