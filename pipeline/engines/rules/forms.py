"""Tables to forms: a form is a title, label-value pairs, and blocks of rows under a header, found by their words.

Nothing is read by position: a header row says what its columns are, and a block lasts until the next header, the
total row or a label of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from pipeline.engines.rules.grid import Column, Row, columns_of, is_blank, numbers_in, rows_of, split_columns
from pipeline.engines.rules.vocabulary import (
    FUNDING_LABELS,
    GOAL_ADJUSTED,
    GOAL_DONE,
    GOAL_LABELS,
    GOAL_SET,
    INDICATOR_LABELS,
    TOTAL_ROW,
    fold_header,
    funding_column,
    indicator_column,
    pair_label,
    staff_column,
)
from schemas.text import Cell, Document, Span, Table

_TITLE = re.compile(r"(?:绩效|自评|评价|评分|基础数据|指标|目标).{0,14}表")
_UNIT = re.compile(r"[(（:：]\s*((?:百万|万|亿|千)?元)\s*[)）]?|单位[:：]\s*((?:百万|万|亿|千)?元)")
_SPLIT = re.compile(r"按(?:收入|支出|资金)(?:性质|来源)(?:划)?分")
_NUMBERED_GOAL = re.compile(r"(?:年度)?绩效目标\s*[一二三四五六七八九十\d]+\Z")
_MONEY_LABEL = re.compile(r"支出|预算|经费|资金|决算|执行")
_AMOUNT = re.compile(r"\s*[\d,，]+(?:\.\d+)?\s*(?:万|亿|千)?元\s*\Z")
_PAGE_MARK = re.compile(r"[\s\d—\-–第页共/续表（）()]{0,40}")
_LEVELS = frozenset({"level1", "level2", "name"})
_VALUES = frozenset({"target", "actual", "weight", "score"})
_AMOUNTS = frozenset({"prior_executed", "initial_budget", "annual_budget", "executed"})


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
class _Draft:
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
        if self.kind is not None:
            above = self.blocks[-1].unit if self.kind is BlockKind.SPLIT and self.blocks else None
            unit = _money_unit(self.header) or above or self.unit
            self.blocks.append(Block(self.kind, self.columns, self.header, tuple(self.rows), unit, self.exact))
        self.kind, self.columns, self.header, self.rows = None, (), (), []

    def open_block(self, kind: BlockKind, columns: tuple[Column, ...], header: Row) -> None:
        self.close_block()
        self.kind, self.columns, self.header = kind, columns, header

    def finish(self) -> Form | None:
        self.close_block()
        if not self.blocks and not self.pairs:
            return None
        return Form(
            self.title, Span(self.start, self.end), tuple(self.blocks), tuple(self.pairs), self.total, self.unit
        )


def read_forms(document: Document, fiscal_year: int | None) -> tuple[Form, ...]:
    """Every form of the document, in order."""
    found: list[Form] = []
    for table in document.tables:
        for form in _forms_of_table(document, table, fiscal_year):
            if found and _continues(document, found[-1], form):
                found[-1] = _joined(found[-1], form)
            else:
                found.append(form)
    return tuple(found)


def _continues(document: Document, form: Form, following: Form) -> bool:
    """True where a form goes on in the next table, after a page break: no title or name of its own, no words between."""
    between = document.text[form.span.end : following.span.start]
    bare = not following.title and not any(p.code in ("project_name", "unit_name") for p in following.pairs)
    open_end = form.total is None and any(b.kind is BlockKind.INDICATORS for b in form.blocks)
    return bare and open_end and _PAGE_MARK.fullmatch(between) is not None


def _joined(form: Form, following: Form) -> Form:
    return Form(
        form.title,
        Span(form.span.start, following.span.end),
        form.blocks + following.blocks,
        form.pairs + following.pairs,
        following.total,
        form.unit or following.unit,
    )


def _forms_of_table(document: Document, table: Table, fiscal_year: int | None) -> Iterator[Form]:
    exact = any(cell.column_span > 1 for cell in table.cells)
    rows = _join_lone_labels(rows_of(table), exact)
    before = document.text[
        max(0, document.text.rfind("\n\t", 0, table.span.start), table.span.start - 240) : table.span.start
    ]
    offset = table.span.start - len(before)
    unit = next((MoneyUnit(m[1] or m[2], _unit_span(m, offset)) for m in reversed(list(_UNIT.finditer(before)))), None)
    after = document.text[table.span.end : table.span.end + 20]
    if unit is None and (below := _UNIT.match(after.lstrip())):
        unit = MoneyUnit(below[1] or below[2], _unit_span(below, table.span.end + len(after) - len(after.lstrip())))
    draft = _Draft(_title_in(before), table.span.start, table.span.end, exact, unit)
    place = 0
    while place < len(rows):
        row = rows[place]
        filled = [cell for cell in row if cell.text]
        if not filled:
            place += 1
            continue
        if _starts_form(draft, filled):
            form = draft.finish()
            if form is not None:
                yield form
            title = filled[0].text if len(filled) == 1 else ""
            draft = _Draft(title, filled[0].span.start, table.span.end, exact, draft.unit)
        draft.end = filled[-1].span.end
        place += _take_row(draft, rows, place, fiscal_year)
    form = draft.finish()
    if form is not None:
        yield form


def _take_row(draft: _Draft, rows: Sequence[Row], place: int, fiscal_year: int | None) -> int:
    """Add the row to the form; the number of rows that were used up (two for a header of two rows)."""
    row = rows[place]
    filled = [cell for cell in row if cell.text]
    if (
        len(filled) == 1
        and (_TITLE.search(filled[0].text) or _UNIT.search(filled[0].text))
        and len(filled[0].text) < 60
    ):
        draft.title = draft.title or (filled[0].text if _TITLE.search(filled[0].text) else "")
        draft.unit = _money_unit(row) or draft.unit
        return 1
    columns = columns_of(row, indicator_column)
    if _is_indicator_header(columns, filled):
        return _open_indicators(draft, rows, place, columns)
    money = columns_of(row, lambda text: funding_column(text, fiscal_year))
    money = _settle_budgets(money)
    codes = {column.code for column in money}
    listed = len(filled) >= 3 and any(pair_label(cell.text) == "project_name" for cell in filled)
    if listed and (codes & _AMOUNTS or codes & {"score", "rate"}):
        draft.open_block(BlockKind.SUMMARY, columns_of(row, lambda text: _summary_column(text, fiscal_year)), row)
    elif len(codes & _AMOUNTS) >= 2 or (codes & _AMOUNTS and "rate" in codes):
        draft.open_block(BlockKind.FUNDING, money, row)
    elif {"authorized_staff", "actual_staff"} <= {staff_column(cell.text) for cell in filled}:
        draft.open_block(BlockKind.STAFF, columns_of(row, staff_column), row)
    elif draft.kind is None and _are_amounts(filled):
        draft.open_block(BlockKind.AMOUNTS, (), row)
        draft.close_block()
    elif any(_SPLIT.search(cell.text) for cell in filled):
        draft.open_block(BlockKind.SPLIT, (), row)
    elif goals := _goal_columns(row, filled):
        draft.open_block(BlockKind.GOALS, goals, row)
    elif (
        draft.kind not in (BlockKind.FUNDING, BlockKind.SUMMARY)
        and fold_header(filled[0].text) in TOTAL_ROW
        and numbers_in(tuple(filled))
    ):
        draft.close_block()
        draft.total = row
    elif draft.kind is BlockKind.SUMMARY or (not _take_pairs(draft, filled) and draft.kind is not None):
        draft.rows.append(row)
    return 1


def _settle_budgets(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Of several budgets without an adjusted one the last is the adjusted, one more at the left is the corner's label."""
    places = [place for place, column in enumerate(columns) if column.code == "initial_budget"]
    if len(places) < 2 or any(column.code == "annual_budget" for column in columns):
        return columns
    codes: dict[int, str | None] = dict.fromkeys(places[:-2]) | {places[-1]: "annual_budget"}
    return tuple(replace(c, code=codes[place]) if place in codes else c for place, c in enumerate(columns))


def _are_amounts(filled: Sequence[Cell]) -> bool:
    """True for a row of labels of money, each with an amount and its unit beside it."""
    return len(filled) % 2 == 0 and all(
        _MONEY_LABEL.search(label.text) and _AMOUNT.match(amount.text)
        for label, amount in zip(filled[::2], filled[1::2], strict=True)
    )


def _summary_column(text: str, fiscal_year: int | None) -> str | None:
    """The code of a column of a list of projects; a score there is the project's total."""
    label = pair_label(text)
    if label in ("project_name", "grade"):
        return label
    code = funding_column(text, fiscal_year)
    return "total_score" if code == "score" or label == "total_score" else code if code != "weight" else None


def _open_indicators(draft: _Draft, rows: Sequence[Row], place: int, columns: tuple[Column, ...]) -> int:
    """Open a block, or go on with the open one where its header is only repeated after a page break."""
    used = 1
    if place + 1 < len(rows):
        lower_row = rows[place + 1]
        lower = columns_of(lower_row, indicator_column)
        if not _LEVELS & {c.code for c in columns} and len(_LEVELS & {c.code for c in lower}) >= 1:
            columns, used = split_columns(columns, lower, lower_row), 2
    repeated = draft.kind is BlockKind.INDICATORS and [c.code for c in columns] == [c.code for c in draft.columns]
    if not repeated:
        draft.open_block(BlockKind.INDICATORS, columns, rows[place])
    return used


def _is_indicator_header(columns: tuple[Column, ...], filled: Sequence[Cell]) -> bool:
    codes = [column.code for column in columns if column.code]
    levels, values = _LEVELS & set(codes), _VALUES & set(codes)
    if any(len(cell.text) > 30 for cell in filled):
        return False
    named = bool(levels) or any(fold_header(cell.text) in INDICATOR_LABELS for cell in filled[:2])
    return named and len(values) >= 1 and len(levels) + len(values) >= 3


def _goal_columns(row: Row, filled: Sequence[Cell]) -> tuple[Column, ...]:
    """The columns of a goal block (statement, outcome), or () where the row is no header of one."""

    def code_of(text: str) -> str | None:
        word = fold_header(text)
        if word in GOAL_DONE:
            return "outcome"
        if word in GOAL_ADJUSTED:
            return "adjusted"
        return "statement" if word in GOAL_SET else None

    columns = list(columns_of(row, code_of))
    codes = [column.code for column in columns]
    if "outcome" not in codes or any(len(cell.text) > 30 for cell in filled):
        return ()
    first = next(place for place, cell in enumerate(row) if cell.text)
    if codes.count("statement") > 1:  # the block's own label may use the same words
        columns[first] = Column(None, columns[first].start, columns[first].end)
    elif "statement" not in codes:
        return ()
    elif codes.index("statement") == first and len(filled) == 2 and fold_header(row[first].text) in GOAL_LABELS:
        return ()  # 年度总体目标 | 实际完成情况 with a value beside each is a pair of labels, told by the next cells
    return tuple(columns)


def _take_pairs(draft: _Draft, filled: Sequence[Cell]) -> bool:
    """Add the row's label-value pairs to the form; False where the row has none."""
    code = _pair_code(filled[0].text)
    if code is None and len(filled) > 2 and fold_header(filled[0].text) in FUNDING_LABELS | GOAL_LABELS:
        filled = filled[1:]
        code = _pair_code(filled[0].text)
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
        code = _pair_code(filled[place].text)
        if code is not None and place + 1 < len(filled) and _pair_code(filled[place + 1].text) is None:
            draft.pairs.append(Pair(code, filled[place], filled[place + 1]))
            place += 2
        else:
            place += 1
    return True


def _pair_code(text: str) -> str | None:
    word = fold_header(text)
    if word in GOAL_DONE:
        return "goal_done"
    if word in GOAL_LABELS | GOAL_SET or _NUMBERED_GOAL.match(word):
        return "goal_set"
    return pair_label(text)


def _starts_form(draft: _Draft, filled: Sequence[Cell]) -> bool:
    """True where the row begins another form: a title of its own, or a second project's or unit's name."""
    if not draft.blocks and draft.kind is None:
        return False
    if len(filled) == 1 and _TITLE.search(filled[0].text) and len(filled[0].text) < 60:
        return True
    has_body = draft.total is not None or any(block.kind is BlockKind.INDICATORS for block in draft.blocks)
    return has_body and pair_label(filled[0].text) in ("project_name", "unit_name") and len(filled) > 1


def _join_lone_labels(rows: Sequence[Row], exact: bool) -> tuple[Row, ...]:
    """Rows with a vertical label (绩\\n效\\n指\\n标) that a blank line cut off put back in front of their row."""
    if exact:
        return tuple(rows)
    joined: list[Row] = []
    lone: Row = ()
    for row in rows:
        if (
            len(row) == 1
            and "\n" in row[0].text
            and fold_header(row[0].text) in INDICATOR_LABELS | GOAL_LABELS | FUNDING_LABELS
        ):
            lone = row
            continue
        if lone:
            row = tuple(
                Cell(cell.text, cell.span, cell.row, place, cell.row_span, cell.column_span)
                for place, cell in enumerate((*lone, *row))
            )
            lone = ()
        joined.append(row)
    return tuple(joined)


def _title_in(before: str) -> str:
    """The form's title among the last lines before its table, or ""."""
    lines = [line.strip() for line in before.splitlines() if line.strip()]
    return next((line for line in reversed(lines[-5:]) if _TITLE.search(line) and len(line) < 60), "")


def _money_unit(row: Row) -> MoneyUnit | None:
    for cell in row:
        match = _UNIT.search(cell.text)
        if match:
            return MoneyUnit(match[1] or match[2], _unit_span(match, cell.span.start))
    return None


def _unit_span(match: re.Match[str], offset: int) -> Span:
    group = 1 if match[1] else 2
    return Span(offset + match.start(group), offset + match.end(group))
