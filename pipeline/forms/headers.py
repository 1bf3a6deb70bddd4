"""Which rows are headers, and of what: recognised by their words, whatever the order of the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.forms.grid import Column, Row, columns_of, numbers_in
from pipeline.forms.vocabulary import (
    GOAL_ADJUSTED,
    GOAL_DONE,
    GOAL_LABELS,
    GOAL_SET,
    INDICATOR_LABELS,
    fold_header,
    funding_column,
    pair_label,
    staff_column,
)
from schemas.text import Cell

LEVELS = frozenset({"level1", "level2", "name"})
_VALUES = frozenset({"target", "actual", "weight", "score"})
_AMOUNTS = frozenset({"prior_executed", "initial_budget", "annual_budget", "executed"})
_NUMBERED_GOAL = re.compile(r"(?:年度)?绩效目标\s*[一二三四五六七八九十\d]+\Z")
_MONEY_LABEL = re.compile(r"支出|预算|经费|资金|决算|执行")
_AMOUNT = re.compile(r"\s*[\d,，]+(?:\.\d+)?\s*(?:万|亿|千)?元\s*\Z")


def money_columns(row: Row, fiscal_year: int | None) -> tuple[Column, ...]:
    """The row's cells as the columns of a funding block, () where they are no header of one."""
    columns = settle_budgets(columns_of(row, lambda text: funding_column(text, fiscal_year)))
    codes = {column.code for column in columns}
    return columns if len(codes & _AMOUNTS) >= 2 or (codes & _AMOUNTS and "rate" in codes) else ()


def summary_columns(row: Row, fiscal_year: int | None) -> tuple[Column, ...]:
    """The row's cells as the columns of a list of projects, () where they are no header of one."""
    filled = [cell for cell in row if cell.text]
    columns = columns_of(row, lambda text: summary_column(text, fiscal_year))
    codes = {column.code for column in columns}
    listed = len(filled) >= 3 and "project_name" in codes and not numbers_in(row)
    return columns if listed and codes & (_AMOUNTS | {"total_score", "rate"}) else ()


def is_staff_header(filled: Sequence[Cell]) -> bool:
    """True for the header of the staffing block."""
    return {"authorized_staff", "actual_staff"} <= {staff_column(cell.text) for cell in filled}


def summary_column(text: str, fiscal_year: int | None) -> str | None:
    """The code of a column of a list of projects; a score there is the project's total."""
    label = pair_label(text)
    if label in ("project_name", "grade"):
        return label
    code = funding_column(text, fiscal_year)
    return "total_score" if code == "score" or label == "total_score" else code if code != "weight" else None


def settle_budgets(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Of several budgets without an adjusted one the last is adjusted; one more, at the left, is the corner's label."""
    places = [place for place, column in enumerate(columns) if column.code == "initial_budget"]
    adjusted = any(column.code == "annual_budget" for column in columns)
    codes: dict[int, str | None] = dict.fromkeys(places[:-1] if adjusted else places[:-2])
    if len(places) >= 2 and not adjusted:
        codes[places[-1]] = "annual_budget"
    return tuple(replace(c, code=codes[place]) if place in codes else c for place, c in enumerate(columns))


def are_amounts(filled: Sequence[Cell]) -> bool:
    """True for a row of labels of money, each with an amount and its unit beside it."""
    return len(filled) % 2 == 0 and all(
        _MONEY_LABEL.search(label.text) and _AMOUNT.match(amount.text)
        for label, amount in zip(filled[::2], filled[1::2], strict=True)
    )


def is_indicator_header(columns: tuple[Column, ...], filled: Sequence[Cell]) -> bool:
    """True for the header of an indicator block: it names levels or the indicator, and values."""
    codes = [column.code for column in columns if column.code]
    levels, values = LEVELS & set(codes), _VALUES & set(codes)
    if any(len(cell.text) > 30 for cell in filled):
        return False
    named = bool(levels) or any(fold_header(cell.text) in INDICATOR_LABELS for cell in filled[:2])
    return named and len(values) >= 1 and len(levels) + len(values) >= 3


def goal_columns(row: Row, filled: Sequence[Cell]) -> tuple[Column, ...]:
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
    places = sorted((codes.index("statement"), codes.index("outcome")))
    if any(cell.text for cell, code in list(zip(row, codes, strict=True))[slice(*places)] if code is None):
        return ()  # 预期目标 | … | 实际完成情况 | …: each label has its value beside it
    return tuple(columns)


def pair_code(text: str) -> str | None:
    """The code of a label whose value stands beside it, those of goals too; or ``None``."""
    word = fold_header(text)
    if word in GOAL_DONE:
        return "goal_done"
    if word in GOAL_LABELS | GOAL_SET or _NUMBERED_GOAL.match(word):
        return "goal_set"
    return pair_label(text)
