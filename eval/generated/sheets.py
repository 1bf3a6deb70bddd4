"""Blocks with their records: paragraphs, headings, and tables whose rows and cells are records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from eval.generated.passages import Draft, Passage, as_passage
from eval.writers import Block, Grid, GridCell, Heading, Paragraph
from eval.writers.blocks import place_cells
from schemas.records import RecordKind


class Placed(NamedTuple):
    """A block, and its records by their ranges of the block's plain text (an automatic number left out)."""

    block: Block
    drafts: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row, merged over ``rows`` and ``columns``."""

    words: str | Passage = ""
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class RowDraft:
    """A record that is a row, or its cells from ``first`` up to ``last`` (of those that start in the row)."""

    kind: RecordKind | None
    fields: Mapping[str, str | None]
    key: str = ""
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells that start in a row, and its records."""

    cells: tuple[Cell, ...]
    drafts: tuple[RowDraft, ...] = ()

    def behind(self, cell: Cell) -> Row:
        """The row behind one more cell."""
        drafts = tuple(
            replace(draft, first=draft.first + bool(draft.first), last=None if draft.last is None else draft.last + 1)
            for draft in self.drafts
        )
        return Row((cell, *self.cells), drafts)


def paragraph(words: str | Passage, auto: str = "") -> Placed:
    """A paragraph of prose."""
    passage = as_passage(words)
    return Placed(Paragraph(passage.text, auto), passage.drafts)


def heading(words: str | Passage, level: int, auto: str = "") -> Placed:
    """A heading; level 1 is the title."""
    passage = as_passage(words)
    return Placed(Heading(passage.text, level, auto), passage.drafts)


def labeled(label: str, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with a label cell before them that reaches over all of them."""
    return (rows[0].behind(Cell(label, rows=len(rows))), *rows[1:])


def table(rows: Sequence[Row]) -> Placed:
    """A table with the records of its rows and of its cells."""
    grid = Grid(tuple(tuple(GridCell(as_passage(c.words).text, c.rows, c.columns) for c in row.cells) for row in rows))
    drafts: list[Draft] = []
    at = 0
    for row, slots in zip(rows, place_cells(grid), strict=True):
        starts: list[int] = []
        for slot in slots:
            at += 1  # the tab
            if slot.continued:
                at += 1
                continue
            starts.append(at)
            at += len(slot.cell.text) + 1
        at += 1  # the empty line
        for cell, start in zip(row.cells, starts, strict=True):
            drafts += [draft.moved(start) for draft in as_passage(cell.words).drafts]
        drafts += [_row_draft(draft, row, starts) for draft in row.drafts]
    return Placed(grid, tuple(drafts))


def _row_draft(draft: RowDraft, row: Row, starts: Sequence[int]) -> Draft:
    """The record from its first to its last filled cell."""
    last = len(row.cells) if draft.last is None else draft.last + 1
    texts = [as_passage(cell.words).text for cell in row.cells]
    filled = [index for index in range(draft.first, last) if texts[index].strip()]
    start, end = starts[filled[0]], starts[filled[-1]] + len(texts[filled[-1]])
    return Draft(draft.kind, draft.fields, start, end, draft.key)
