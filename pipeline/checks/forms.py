"""The scored rows of one evaluation's form: indicators with weight and score, the row of the money, the total row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.amounts import fold_words, read_quantity, spans_of
from pipeline.checks.breakdowns import TOTAL_ITEM
from pipeline.checks.places import has_unread_amounts, row_cells, table_at
from pipeline.checks.registry import CheckedReport, once
from pipeline.quantities import parse_quantity
from schemas.records import RecordKind
from schemas.stages import GroundedRecord
from schemas.text import Cell, Span, Table

_TOTAL_LABELS = frozenset({"总分", "合计", "总计", "总得分", "自评总分", "合计得分", "总分值"})
_EXECUTION_RATE = re.compile(r"(?:预算|资金)执行率")
_LEAST_ROWS = 3
_MOST_FOR_MONEY = 33
_MOST_POINTS = 100  # more is a misread cell (10 and 10 run together), not points


class ScoredForm(NamedTuple):
    """One evaluation's form. ``money`` is the funding row that has a weight or a score, where exactly one has."""

    evaluation: str
    table: Table
    indicators: tuple[GroundedRecord, ...]
    money: GroundedRecord | None
    total_weight: Cell | None
    total_cells: tuple[Cell, ...]

    def numbers(self, name: str) -> tuple[Decimal, ...] | None:
        """That column of all indicator rows, or ``None`` unless every row has a number up to 100 there."""
        found = [read_quantity(row, name) for row in self.indicators]
        numbers = tuple(q.number for q in found if q is not None and q.number <= _MOST_POINTS)
        return numbers if len(numbers) == len(found) else None

    def money_number(self, name: str) -> Decimal | None:
        """The weight or score of the money row."""
        quantity = read_quantity(self.money, name) if self.money is not None else None
        return None if quantity is None else quantity.number

    def evidence(self, name: str) -> tuple[Span, ...]:
        """The money row, that column of the indicators, and the total row."""
        money = () if self.money is None or self.money.quote.span is None else (self.money.quote.span,)
        total = (Span(self.total_cells[0].span.start, self.total_cells[-1].span.end),) if self.total_cells else ()
        return (*money, *spans_of(row.get(name) for row in self.indicators), *total)


@once
def scored_forms(report: CheckedReport) -> tuple[ScoredForm, ...]:
    """The form of every evaluation whose rows were all read; others cannot be added up.

    Left out are evaluations with forms in several tables that name an indicator twice (a goal form beside a scored
    form), and forms with a row of numbers that no record holds.
    """
    funding = report.by_evaluation(RecordKind.FUNDING)
    found = []
    for evaluation, records in report.by_evaluation(RecordKind.INDICATOR).items():
        rows = [row for row in records if row.references.get("origin") == "form"]
        placed = [(row, table) for row in rows if (table := table_at(report.document, row.quote.span)) is not None]
        if len(placed) < max(len(rows), _LEAST_ROWS) or _repeats(rows):
            continue
        tables = [table for table in report.document.tables if any(table is other for _, other in placed)]
        money = () if _scores_money(rows) else _money_rows(report, funding.get(evaluation, ()), tables)
        weight, cells = _total_row(tables[-1])
        regions = [_extent(table, placed, money, cells) for table in tables]
        gaps = [has_unread_amounts(t, report.records, region) for t, region in zip(tables, regions, strict=True)]
        if len(money) <= 1 and not any(gaps):
            found.append(ScoredForm(evaluation, tables[-1], tuple(rows), money[0] if money else None, weight, cells))
    return tuple(found)


def _scores_money(rows: Sequence[GroundedRecord]) -> bool:
    """True where the execution rate is one of the indicators, so that the block of the money must not count again."""
    return any(_EXECUTION_RATE.search(fold_words(row.value("name"))) for row in rows)


def _repeats(rows: Sequence[GroundedRecord]) -> bool:
    keys = [(row.value("level1"), row.value("level2"), fold_words(row.value("name"))) for row in rows]
    quotes = [row.quote.span for row in rows]
    return len(set(keys)) < len(keys) or len(set(quotes)) < len(quotes)


def _extent(
    table: Table,
    placed: Sequence[tuple[GroundedRecord, Table]],
    money: Sequence[GroundedRecord],
    total_cells: Sequence[Cell],
) -> Span:
    """The part of the table where indicator rows may stand: from the money row to the total row, if it has them."""
    quotes = [row.quote.span for row, other in placed if other is table and row.quote.span is not None]
    first, last = min(span.start for span in quotes), max(span.end for span in quotes)
    above = [row.quote.span.end for row in money if row.quote.span is not None and table.span.covers(row.quote.span)]
    below = [cell.span.start for cell in total_cells if cell.span.start >= last]
    return Span(max([end for end in above if end <= first], default=first), min(below, default=last))


def _money_rows(
    report: CheckedReport, funding: Sequence[GroundedRecord], tables: Sequence[Table]
) -> tuple[GroundedRecord, ...]:
    """The funding rows with weight or score in these tables; the total row alone where it is one of them.

    A weight of more than a third of the form is no weight of the execution rate but the form's total.
    """
    rows = tuple(
        record
        for record in funding
        if (record.get("weight") or record.get("score"))
        and ((weight := read_quantity(record, "weight")) is None or weight.number <= _MOST_FOR_MONEY)
        and any(table_at(report.document, record.quote.span) is table for table in tables)
    )
    totals = tuple(record for record in rows if TOTAL_ITEM.fullmatch(fold_words(record.value("item"))))
    return totals if len(totals) == 1 else rows


def _total_row(table: Table) -> tuple[Cell | None, tuple[Cell, ...]]:
    """The cell of the total weight, and the filled cells of the total row from its label on."""
    for row in range(table.row_count - 1, -1, -1):
        cells = [cell for cell in row_cells(table, row) if cell.text]
        for place, cell in enumerate(cells):
            if fold_words(cell.text) in _TOTAL_LABELS:
                numbers = [other for other in cells[place + 1 :] if _is_number(other.text)]
                weight = numbers[0] if len(numbers) > 1 else None
                return weight, (cell, *numbers)
    return None, ()


def _is_number(text: str) -> bool:
    quantity = parse_quantity(unicodedata.normalize("NFKC", text))
    return quantity is not None and quantity.unit in {None, "分"}
