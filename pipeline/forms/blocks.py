"""Rows to blocks: each row opens a block, goes on with it, or says something of the form by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from pipeline.forms.grid import Column, Row, columns_of, is_blank, numbers_in, split_columns
from pipeline.forms.headers import (
    LEVELS,
    are_amounts,
    goal_columns,
    is_indicator_header,
    is_staff_header,
    money_columns,
    pair_code,
    summary_columns,
)
from pipeline.forms.vocabulary import (
    FUNDING_LABELS,
    GOAL_LABELS,
    TOTAL_ROW,
    fold_header,
    indicator_column,
    staff_column,
)
from schemas.text import Cell, Span

TITLE = re.compile(r"(?:绩效|自评|评价|评分|基础数据|指标|目标).{0,14}表")
UNIT = re.compile(r"[(（:：]\s*((?:百万|万|亿|千)?元)(?=人民币|[^\u4e00-\u9fff]|$)")
_SPLIT = re.compile(r"按(?:收入|支出|资金)(?:性质|来源)(?:划)?分")


class BlockKind(StrEnum):
    """What the rows of a block are."""

    FUNDING = "funding"
    SPLIT = "split"  # 按收入性质分 | 按支出性质分: label and amount in turn, under no column
    GOALS = "goals"
    INDICATORS = "indicators"
    STAFF = "staff"
    AMOUNTS = "amounts"  # label and amount in turn, above the other blocks
    SUMMARY = "summary"  # a project in each row: its money, score and grade


class MoneyUnit(NamedTuple):
    """A unit of money stated once for many cells, and where."""

    word: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one header. ``label`` is the header row's first cell where it names the block."""

    kind: BlockKind
    columns: tuple[Column, ...]
    header: Row
    rows: tuple[Row, ...]
    unit: MoneyUnit | None
    exact: bool


class Pair(NamedTuple):
    """A label and the cell beside it."""

    code: str
    label: Cell
    value: Cell


@dataclass(frozen=True, slots=True)
class Form:
    """One form: a department's, a project's, or a table of basic data."""

    title: str
    span: Span
    blocks: tuple[Block, ...]
    pairs: tuple[Pair, ...]
    total: Row | None
    unit: MoneyUnit | None

    def pair(self, code: str) -> Pair | None:
        """The first pair of that code with a filled value, or ``None``."""
        return next((pair for pair in self.pairs if pair.code == code and not is_blank(pair.value.text)), None)


@dataclass
class Draft:
    """A form in the making."""

    title: str
    start: int
    end: int
    exact: bool
    unit: MoneyUnit | None
    blocks: list[Block] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    total: Row | None = None
    kind: BlockKind | None = None
    columns: tuple[Column, ...] = ()
    header: Row = ()
    rows: list[Row] = field(default_factory=list)

    def close_block(self) -> None:
        """Add the open block, if there is one, to the form's blocks."""
        if self.kind is not None:
            above = self.blocks[-1].unit if self.kind is BlockKind.SPLIT and self.blocks else None
            unit = money_unit(self.header) or above or self.unit
            self.blocks.append(Block(self.kind, self.columns, self.header, tuple(self.rows), unit, self.exact))
        self.kind, self.columns, self.header, self.rows = None, (), (), []

    def open_block(self, kind: BlockKind, columns: tuple[Column, ...], header: Row) -> None:
        """Begin a block under this header, ending the one before."""
        self.close_block()
        self.kind, self.columns, self.header = kind, columns, header

    def finish(self) -> Form | None:
        """The form as far as it was read; None where its rows said nothing."""
        self.close_block()
        if not self.blocks and not self.pairs:
            return None
        return Form(
            self.title, Span(self.start, self.end), tuple(self.blocks), tuple(self.pairs), self.total, self.unit
        )


def take_row(draft: Draft, rows: Sequence[Row], place: int, fiscal_year: int | None) -> int:
    """Add the row to the form; the number of rows that were used up (two for a header of two rows)."""
    row = rows[place]
    filled = [cell for cell in row if cell.text]
    if len(filled) == 1 and len(filled[0].text) < 60 and (TITLE.search(filled[0].text) or UNIT.search(filled[0].text)):
        draft.title = draft.title or (filled[0].text if TITLE.search(filled[0].text) else "")
        draft.unit = money_unit(row) or draft.unit
        return 1
    columns = columns_of(row, indicator_column)
    if is_indicator_header(columns, filled):
        return _open_indicators(draft, rows, place, columns)
    if not _open_block(draft, row, filled, fiscal_year):
        _take_data(draft, row, filled)
    return 1


def _open_block(draft: Draft, row: Row, filled: Sequence[Cell], fiscal_year: int | None) -> bool:
    """Open the block whose header the row is; False where it is no header."""
    if listed := summary_columns(row, fiscal_year):
        draft.open_block(BlockKind.SUMMARY, listed, row)
    elif money := money_columns(row, fiscal_year):
        draft.open_block(BlockKind.FUNDING, money, row)
    elif is_staff_header(filled):
        draft.open_block(BlockKind.STAFF, columns_of(row, staff_column), row)
    elif draft.kind is None and are_amounts(filled):
        draft.open_block(BlockKind.AMOUNTS, (), row)
        draft.close_block()
    elif any(_SPLIT.search(cell.text) for cell in filled):
        draft.open_block(BlockKind.SPLIT, (), row)
    elif goals := goal_columns(row, filled):
        draft.open_block(BlockKind.GOALS, goals, row)
    else:
        return False
    return True


def _take_data(draft: Draft, row: Row, filled: Sequence[Cell]) -> None:
    """Take the row as the total, as pairs, or as one more row of the open block."""
    listing = draft.kind in (BlockKind.FUNDING, BlockKind.SUMMARY)
    rated = draft.kind is BlockKind.INDICATORS or any(block.kind is BlockKind.INDICATORS for block in draft.blocks)
    numbers = numbers_in(tuple(filled))
    if not listing and fold_header(filled[0].text) in TOTAL_ROW and len(numbers) >= (1 if rated else 2):
        draft.close_block()
        draft.total = row
    elif draft.kind is BlockKind.SUMMARY or (not _take_pairs(draft, filled) and draft.kind is not None):
        draft.rows.append(row)


def _open_indicators(draft: Draft, rows: Sequence[Row], place: int, columns: tuple[Column, ...]) -> int:
    """Open a block, or go on with the open one where its header is only repeated after a page break."""
    used = 1
    if place + 1 < len(rows):
        lower_row = rows[place + 1]
        lower = columns_of(lower_row, indicator_column)
        if not LEVELS & {c.code for c in columns} and len(LEVELS & {c.code for c in lower}) >= 1:
            columns, used = split_columns(columns, lower, lower_row), 2
    repeated = draft.kind is BlockKind.INDICATORS and [c.code for c in columns] == [c.code for c in draft.columns]
    if not repeated:
        draft.open_block(BlockKind.INDICATORS, columns, rows[place])
    return used


def _take_pairs(draft: Draft, filled: Sequence[Cell]) -> bool:
    """Add the row's label-value pairs to the form; False where the row has none."""
    code = pair_code(filled[0].text)
    if code is None and len(filled) > 2 and fold_header(filled[0].text) in FUNDING_LABELS | GOAL_LABELS:
        filled = filled[1:]
        code = pair_code(filled[0].text)
    if code is None:
        return False
    if draft.kind is BlockKind.INDICATORS and code in ("money_unit", "unit_name", "department", "total_score"):
        return False  # an indicator may be called so
    if draft.kind is not None and len(filled) == 1:
        draft.close_block()
        return True
    draft.close_block()
    place = 0
    while place < len(filled):
        code = pair_code(filled[place].text)
        if code is not None and place + 1 < len(filled) and pair_code(filled[place + 1].text) is None:
            draft.pairs.append(Pair(code, filled[place], filled[place + 1]))
            place += 2
        else:
            place += 1
    return True


def money_unit(row: Row) -> MoneyUnit | None:
    """The unit of money that the row states, or ``None``."""
    for cell in row:
        match = UNIT.search(cell.text)
        if match:
            return MoneyUnit(match[1], unit_span(match, cell.span.start))
    return None


def unit_span(match: re.Match[str], offset: int) -> Span:
    """Where the unit of a match of ``UNIT`` stands."""
    return Span(offset + match.start(1), offset + match.end(1))
