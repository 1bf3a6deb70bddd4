"""Ruling lines of a page, and the cells between them.

A line is a run of ink longer than a character's stroke; a table is a net of lines that touch. Its rows and columns
stand where lines do, and two neighbouring places are one cell where no line parts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import cv2
import numpy as np

from pipeline.readers.scan.parts import Gray, Rect, RuledCell, RuledTable
from pipeline.readers.scan.straightening import ink_of

_PAGE_MM = 297
"""The long side of the page, which is taken to be A4: on other paper the lengths below grow or shrink with it."""
_LEAST_ACROSS, _LEAST_DOWN = 7.0, 3.6  # millimetres: longer than a stroke of a title, shorter than a row is high
_SURE_DOWN = 20.0  # a shorter line down may be a stroke of a character, unless it reaches from rule to rule
_REACH = 0.13  # from the end of a line to a rule that it meets
_GAP = 0.4  # bridged within a line: less than what parts a character from a rule above and below it
_SAME = 1.3  # two lines nearer than this are one
_OVERHANG = 4.0  # what lines reach beyond the outermost crossing line, where a table is open at its sides
_LEAST_TABLE = 40.0  # wide; what is narrower is a net of strokes in a line of text
_PARTED = 0.5  # of an edge must be line


class Rulings(NamedTuple):
    """The tables of a page, and 255 where a pixel belongs to one of their lines."""

    tables: tuple[RuledTable, ...]
    mask: Gray


class _Net(NamedTuple):
    across: Gray
    down: Gray
    left: int
    top: int


def find_rulings(gray: Gray) -> Rulings:
    """Every table of at least two cells on a level page, from top to bottom."""
    scale = max(gray.shape) / _PAGE_MM
    ink = ink_of(gray)
    across = _runs(ink, max(3, round(_LEAST_ACROSS * scale)), round(_GAP * scale), level=True)
    down = _runs(ink, max(3, round(_LEAST_DOWN * scale)), round(_GAP * scale), level=False)
    down = _without_strokes(down, across, scale)
    net = cv2.dilate(across | down, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(net, connectivity=8)
    tables: list[RuledTable] = []
    mask = np.zeros_like(gray)
    for label in range(1, count):
        left, top, width, height = (int(value) for value in stats[label][:4])
        if width < _LEAST_TABLE * scale or height < _LEAST_DOWN * scale:
            continue
        place = (slice(top, top + height), slice(left, left + width))
        own = (labels[place] == label).astype(np.uint8) * 255
        table = _table(_Net(across[place] & own, down[place] & own, left, top), scale)
        if table is not None:
            tables.append(table)
            mask[place] |= own & net[place]
    outer = [table for table in tables if not any(_inside(table.rect, other.rect) for other in tables)]
    return Rulings(tuple(sorted(outer, key=lambda table: table.rect.top)), mask)


def _runs(ink: Gray, length: int, gap: int, *, level: bool) -> Gray:
    """The ink that lies in straight runs of the length, or in somewhat shorter ones with small gaps between them."""

    def bar(size: int) -> Gray:
        return np.ones((1, size) if level else (size, 1), np.uint8)

    thick = cv2.dilate(ink, np.ones((3, 1) if level else (1, 3), np.uint8))  # a line not quite level goes in steps
    short = cv2.morphologyEx(thick, cv2.MORPH_OPEN, bar(round(0.7 * length)))
    bridged = cv2.morphologyEx(short, cv2.MORPH_CLOSE, bar(gap))
    return cast(Gray, cv2.morphologyEx(bridged, cv2.MORPH_OPEN, bar(length)))


def _without_strokes(down: Gray, across: Gray, scale: float) -> Gray:
    """The lines down without strokes of characters: what does not reach from rule to rule, nor lies on a line that
    does.
    """
    reach = max(1, round(_REACH * scale))
    count, labels, stats, centers = cv2.connectedComponentsWithStats(down, connectivity=8)
    sure = np.zeros(count, dtype=bool)
    for label in range(1, count):
        left, top, width, height = (int(value) for value in stats[label][:4])
        beside = slice(max(0, left - reach), left + width + reach)
        ends = (slice(max(0, end - reach), end + reach + 1) for end in (top, top + height - 1))
        sure[label] = height >= _SURE_DOWN * scale or all(across[end, beside].any() for end in ends)
    places = centers[sure, 0]
    kept = sure | np.array([bool((np.abs(places - x) <= reach).any()) for x in centers[:, 0]])
    kept[0] = False  # the paper
    return np.where(kept[labels], down, 0).astype(np.uint8)


def _table(net: _Net, scale: float) -> RuledTable | None:
    same = max(2, round(_SAME * scale))
    height, width = net.across.shape
    rows = _places(net.across, same, axis=0)
    columns = _places(net.down, same, axis=1)
    if len(rows) < 2 or len(columns) < 2:
        return None
    rows = _with_ends(rows, height, _OVERHANG * scale)
    columns = _with_ends(columns, width, _OVERHANG * scale)
    if len(rows) * len(columns) <= 4:
        return None
    cells = _cells(net, rows, columns, same)
    if len(cells) < 2:
        return None
    left, top = net.left, net.top
    rect = Rect(left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return RuledTable(rect, tuple(left + column for column in columns), len(rows) - 1, cells)


def _places(lines: Gray, same: int, axis: int) -> list[int]:
    """Where lines stand along an axis: the middle of each bundle of lines that lie closer than ``same``."""
    count, _, stats, centers = cv2.connectedComponentsWithStats(lines, connectivity=8)
    which = cv2.CC_STAT_WIDTH if axis == 0 else cv2.CC_STAT_HEIGHT
    found = sorted((float(centers[n][1 - axis]), int(stats[n][which])) for n in range(1, count))
    bundles: list[list[tuple[float, int]]] = []
    for place, length in found:
        if bundles and place - _middle(bundles[-1]) <= same:
            bundles[-1].append((place, length))
        else:
            bundles.append([(place, length)])
    return [round(_middle(bundle)) for bundle in bundles]


def _middle(bundle: Sequence[tuple[float, int]]) -> float:
    return sum(place * length for place, length in bundle) / sum(length for _, length in bundle)


def _with_ends(places: list[int], size: int, overhang: float) -> list[int]:
    """The places, with the ends of the crossing lines where those reach far beyond the outermost one."""
    before = [0] if places[0] > overhang else []
    behind = [size - 1] if size - 1 - places[-1] > overhang else []
    return [*before, *places, *behind]


def _cells(net: _Net, rows: list[int], columns: list[int], same: int) -> tuple[RuledCell, ...]:
    """The cells: neighbouring places of the grid without a line between them are one, as a rectangle."""
    row_count, column_count = len(rows) - 1, len(columns) - 1
    owner = np.arange(row_count * column_count).reshape(row_count, column_count)
    for row in range(row_count):
        for column in range(column_count):
            if column and not _has_line(net.down, _edge(rows, row), columns[column], same, level=False):
                owner[owner == owner[row, column]] = owner[row, column - 1]
            if row and not _has_line(net.across, _edge(columns, column), rows[row], same, level=True):
                owner[owner == owner[row, column]] = owner[row - 1, column]
    _square(owner)
    cells = []
    for label in dict.fromkeys(owner.ravel().tolist()):
        inside, beside = np.nonzero(owner == label)
        top, bottom, first, last = int(inside.min()), int(inside.max()), int(beside.min()), int(beside.max())
        rect = Rect(
            net.left + columns[first], net.top + rows[top], net.left + columns[last + 1], net.top + rows[bottom + 1]
        )
        cells.append(RuledCell(rect, top, first, bottom - top + 1, last - first + 1))
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _edge(places: list[int], number: int) -> slice:
    """The stretch between two places without its ends, where other lines cross."""
    start, end = places[number], places[number + 1]
    margin = max(1, (end - start) // 8)
    return slice(start + margin, max(end - margin, start + margin + 1))


def _has_line(lines: Gray, along: slice, place: int, same: int, *, level: bool) -> bool:
    across = slice(max(0, place - same), place + same + 1)
    band = lines[across, along].any(axis=0) if level else lines[along, across].any(axis=1)
    return bool(band.size) and float(band.mean()) >= _PARTED


def _square(owner: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
    """Makes every cell a rectangle, by giving it all that its outline holds, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for label in np.unique(owner):
            inside, beside = np.nonzero(owner == label)
            if not inside.size:
                continue
            block = owner[inside.min() : inside.max() + 1, beside.min() : beside.max() + 1]
            for other in np.unique(block):
                if other != label:
                    owner[owner == other] = label
                    changed = True


def _inside(one: Rect, other: Rect) -> bool:
    return one != other and one.around(other) == other
