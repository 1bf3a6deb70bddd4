"""From the pixels of a page to its lines and tables: turned level, ruled cells found, text read cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.readers.scan.parts import Gray, Line, Rect, RuledCell, RuledTable, ScannedPage
from pipeline.readers.scan.recognition import Reading, find_text, read_pieces
from pipeline.readers.scan.rulings import find_rulings
from pipeline.readers.scan.straightening import Turned, ink_of, skew_of, turned

_WHITE = 255
_SURE_PAGE = 0.75
"""Mean confidence of a page that stands upright: even poor scans come near 0.9, one upside down stays under 0.6."""
_LEAST_PROSE, _LEAST_CELL = 0.5, 0.35
"""Mean confidence below which a line is taken for a smudge. Cells are where text is expected."""
_TALL = 1.6  # times as high as wide: letters under each other, or a page that lies on its side
_MOST_TALL = 0.5  # of the area of all text
_LEAST_PART = 0.3  # of a piece's height or of its own length must lie in a cell, or it only touches it
_SAME_LINE = 0.6  # of the lower one's height is shared by two boxes of one line
_LEAST_INK = 6  # pixels
_LIKE_SLASH = frozenset("1I|lJ7/丿ノ")
_LEAST_LEAN, _LEANS = 0.15, -0.8
"""How far a slash reaches sidewards, and the correlation of its ink: over fonts it is -0.73 to -0.98, of 1 and 7 in
italics -0.62 at most."""
_GAP_IN_LINE = 1.0  # times its height: a wider gap between two pieces of a line is a space


def read_page(gray: Gray) -> ScannedPage:
    """What stands on a page, whichever way up it was scanned."""
    skew = skew_of(gray)
    level = turned(gray, skew)
    boxes = find_text(level.image)
    if _lies_on_side(boxes):
        skew = skew_of(turned(gray, 90).image) + 90
        level = turned(gray, skew)
        boxes = find_text(level.image)
    page = _read_level(level, boxes)
    if page.lines and page.confidence < _SURE_PAGE:
        other_way = turned(gray, skew + 180)
        overturned = _read_level(other_way, find_text(other_way.image))
        page = max(page, overturned, key=lambda one: one.confidence)
    return page


def _lies_on_side(boxes: Sequence[Rect]) -> bool:
    area = sum(box.width * box.height for box in boxes)
    tall = sum(box.width * box.height for box in boxes if box.height > _TALL * box.width)
    return tall > _MOST_TALL * area


def _read_level(level: Turned, boxes: Sequence[Rect]) -> ScannedPage:
    image = level.image
    tables, mask = find_rulings(image)
    unruled = image.copy()
    unruled[mask > 0] = _WHITE
    ink = ink_of(unruled)
    pieces = _pieces(boxes, tables, ink)
    rects = [rect for _, rect in pieces]
    lines: dict[RuledCell | None, list[Line]] = {}
    for (cell, rect), reading in zip(pieces, _read(unruled, ink, rects), strict=True):
        least = _LEAST_PROSE if cell is None else _LEAST_CELL
        if reading.text and reading.confidence >= least:
            text = "/" if _is_slash(reading.text, rect, ink) else reading.text
            lines.setdefault(cell, []).append(Line(text, reading.confidences, rect))
    prose = [_joined(row) for row in _rows(lines.get(None, ()))]
    filled = [_filled(table, lines) for table in tables]
    found: list[Line | RuledTable] = [*prose, *filled]
    blocks = sorted(found, key=lambda block: block.rect.top)
    height, width = image.shape
    return ScannedPage(width, height, tuple(blocks), level.to_page)


def _filled(table: RuledTable, lines: dict[RuledCell | None, list[Line]]) -> RuledTable:
    cells = (replace(cell, lines=tuple(_joined(row) for row in _rows(lines.get(cell, ())))) for cell in table.cells)
    return replace(table, cells=tuple(cells))


def _pieces(boxes: Sequence[Rect], tables: Sequence[RuledTable], ink: Gray) -> list[tuple[RuledCell | None, Rect]]:
    """Each box of text with its cell, cut where a ruling line runs through it; and ink in cells that no box holds."""
    pieces: list[tuple[RuledCell | None, Rect]] = []
    for box in _merged(boxes):
        table = next((table for table in tables if table.rect.holds(*box.center)), None)
        if table is None:
            pieces.append((None, box))
            continue
        pieces += [(cell, part) for cell in table.cells if (part := _part(box, cell, ink)) is not None]
    covered = {cell for cell, _ in pieces}
    empty = (cell for table in tables for cell in table.cells if cell not in covered)
    pieces += [(cell, rect) for cell in empty if (rect := _ink_in(cell.rect, ink)) is not None]
    return pieces


def _merged(boxes: Sequence[Rect]) -> list[Rect]:
    """The boxes, with those that overlap in one line as one: a character in both would be read twice."""
    merged: list[Rect] = []
    for box in sorted(boxes):
        for place, other in enumerate(merged):
            shared = box.shared(other)
            if shared.width >= 0 and shared.height > _SAME_LINE * min(box.height, other.height):
                merged[place] = other.around(box)
                break
        else:
            merged.append(box)
    return merged


def _part(box: Rect, cell: RuledCell, ink: Gray) -> Rect | None:
    """The part of a box in a cell, ``None`` where it only touches the cell or brings no ink into it."""
    part = box.shared(cell.rect)
    if part.width <= 1 or part.height <= 1 or part.height < _LEAST_PART * min(box.height, cell.rect.height):
        return None
    if part != box and part.width < _LEAST_PART * min(box.height, box.width):
        return None
    inner = ink[part.top + 1 : part.bottom - 1, part.left + 1 : part.right - 1]
    return part if np.count_nonzero(inner) >= _LEAST_INK else None


def _ink_in(rect: Rect, ink: Gray) -> Rect | None:
    """The outline of the ink in a cell, away from its borders; ``None`` where it has next to none."""
    inset = 3
    inner = ink[rect.top + inset : rect.bottom - inset, rect.left + inset : rect.right - inset]
    down, across = np.nonzero(inner)
    if len(down) < 4 * _LEAST_INK:
        return None
    left, top = rect.left + inset, rect.top + inset
    outline = Rect(
        left + int(across.min()), top + int(down.min()), left + int(across.max()) + 1, top + int(down.max()) + 1
    )
    return outline if outline.height >= 8 and len(down) > 0.04 * outline.width * outline.height else None


def _read(image: Gray, ink: Gray, rects: Sequence[Rect]) -> Iterator[Reading]:
    """What each piece says; one that is much higher than wide character by character, from top to bottom."""
    parts = [_characters(rect, ink) for rect in rects]
    readings = iter(read_pieces(image, [part for each in parts for part in each]))
    for each in parts:
        found = [next(readings) for _ in each]
        yield Reading("".join(one.text for one in found), tuple(c for one in found for c in one.confidences))


def _characters(rect: Rect, ink: Gray) -> tuple[Rect, ...]:
    if rect.height <= _TALL * rect.width:
        return (rect,)
    rows = ink[rect.top : rect.bottom, rect.left : rect.right].any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    runs = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    found: list[tuple[int, int]] = []
    for start, end in runs:  # the parts of one character lie nearer to each other than it is wide
        if found and end - found[-1][0] <= rect.width:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    parts = (Rect(rect.left, rect.top + start, rect.right, rect.top + end) for start, end in found)
    return tuple(part for part in parts if part.height > 3) or (rect,)


def _is_slash(text: str, rect: Rect, ink: Gray) -> bool:
    """True where what looks like one digit alone leans like a slash, which stands for "nothing" in forms."""
    if text not in _LIKE_SLASH:
        return False
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink[rect.top : rect.bottom, rect.left : rect.right])
    if len(stats) < 2:
        return False
    down, across = np.nonzero(labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax())  # the character without dust
    if len(down) < _LEAST_INK or np.ptp(across) < _LEAST_LEAN * np.ptp(down):
        return False
    return float(np.corrcoef(down, across)[0, 1]) < _LEANS


def _rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Pieces that stand beside each other, from top to bottom and left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.rect.center[1]):
        if rows and _beside(rows[-1][-1].rect, line.rect):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.rect.left) for row in rows]


def _beside(one: Rect, other: Rect) -> bool:
    shared = one.shared(other).height
    across = one.shared(other).width
    least = min(one.height, other.height)
    return shared > 0.5 * least and across < 0.5 * min(one.width, other.width)


def _joined(row: Sequence[Line]) -> Line:
    """The pieces of a line as one, with a space where a wide gap parts them."""
    text, confidences, rect, _ = row[0]
    for piece in row[1:]:
        gap = " " if piece.rect.left - rect.right > _GAP_IN_LINE * piece.rect.height else ""
        text += gap + piece.text
        confidences += (1.0,) * len(gap) + piece.confidences
        rect = rect.around(piece.rect)
    return Line(text, confidences, rect)
