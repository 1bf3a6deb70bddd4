"""A report as a sequence of blocks, and what every writer needs to know of them: merged cells, numbers of lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

DIGITS = "零一二三四五六七八九十"
NUMBERINGS = {"一、": ("chineseCounting", "%1、"), "（一）": ("chineseCounting", "（%1）"), "1.": ("decimal", "%1.")}
"""The kinds of automatic number: how Word calls their counting and the pattern of the number."""

PARAGRAPH_DEPTH = 9  # below every heading: a numbered paragraph starts anew after any of them


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title. ``auto`` names the automatic numbering, ``""`` where the number is typed."""

    text: str
    level: int
    auto: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of prose, or an item of an automatically numbered list."""

    text: str
    auto: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that stand as they are, as a PDF broke them; every one is a paragraph of its own in Word."""

    text: str


@dataclass(frozen=True, slots=True)
class TextBox:
    """A text box; outside Word a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a table, merged over ``row_span`` rows and ``column_span`` columns."""

    text: str
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: in each row only the cells that start there, as in HTML."""

    rows: tuple[tuple[GridCell, ...], ...]


Block = Heading | Paragraph | Lines | TextBox | Grid


class Slot(NamedTuple):
    """A cell as it is met in one row of a table; ``continued`` where it began in a row above."""

    column: int
    cell: GridCell
    continued: bool


class AutoNumber(NamedTuple):
    """What Word makes of an item of a list: the list (1, 2, …; a restart is a new list), its kind, the number."""

    list_id: int
    kind: str
    text: str


def place_cells(grid: Grid) -> tuple[tuple[Slot, ...], ...]:
    """The cells met in each row from left to right, merged ones again in every row that they reach into."""
    placed: list[tuple[Slot, ...]] = []
    above: dict[int, tuple[GridCell, int]] = {}  # column -> a cell from above and how many rows of it are left
    for row in grid.rows:
        slots = {column: Slot(column, cell, True) for column, (cell, _) in above.items()}
        above = {column: (cell, left - 1) for column, (cell, left) in above.items() if left > 1}
        taken = {c for slot in slots.values() for c in range(slot.column, slot.column + slot.cell.column_span)}
        column = 0
        for cell in row:
            while column in taken:
                column += 1
            slots[column] = Slot(column, cell, False)
            if cell.row_span > 1:
                above[column] = (cell, cell.row_span - 1)
            column += cell.column_span
        placed.append(tuple(slots[column] for column in sorted(slots)))
    return tuple(placed)


def number_items(blocks: Iterable[Block]) -> tuple[AutoNumber | None, ...]:
    """For each block the automatic number that it bears; a count starts anew below each heading of a higher level."""
    lists: dict[tuple[str, int], tuple[int, int]] = {}  # kind and depth -> list, number
    numbers: list[AutoNumber | None] = []
    started = 0
    for block in blocks:
        depth = block.level if isinstance(block, Heading) else PARAGRAPH_DEPTH
        if isinstance(block, Heading):
            lists = {key: value for key, value in lists.items() if key[1] <= depth}
        kind = block.auto if isinstance(block, Heading | Paragraph) else ""
        if not kind:
            numbers.append(None)
            continue
        if (kind, depth) not in lists:
            started += 1
        list_id, count = lists.get((kind, depth), (started, 0))
        lists[kind, depth] = list_id, count + 1
        numbers.append(AutoNumber(list_id, kind, _number(kind, count + 1)))
    return tuple(numbers)


def _number(kind: str, count: int) -> str:
    counting, pattern = NUMBERINGS[kind]
    return pattern.replace("%1", str(count) if counting == "decimal" else _chinese(count))


def _chinese(count: int) -> str:
    if count <= 10:
        return DIGITS[count]
    tens, ones = divmod(count, 10)
    return (DIGITS[tens] if tens > 1 else "") + "十" + (DIGITS[ones] if ones else "")
