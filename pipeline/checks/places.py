"""Where records stand: in which table and row, in which sentence; and which amounts of a table no record has."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from pipeline.checks.registry import CheckedReport, once
from pipeline.prose.phrases import sentence_at
from schemas.records import RecordKind
from schemas.stages import GroundedRecord
from schemas.text import Cell, Document, Span, Table

_AMOUNT_CELL = re.compile(r"\s*-?[\d０-９][\d０-９,，.．]*\s*(?:万元|亿元|元)?\s*\Z")
_NUMBERED_LABEL = re.compile(r"\s*\d{1,2}\s*[、.．]\s*[^\d\s]")


def table_at(document: Document, span: Span | None) -> Table | None:
    """The table that the span stands in, or ``None`` for prose."""
    if span is None:
        return None
    for table in document.tables:  # asked so often that a generator's cost shows
        if table.span.start < span.end and span.start < table.span.end:
            return table
    return None


def is_form(document: Document, record: GroundedRecord) -> bool:
    """True where the record stands in a table."""
    return table_at(document, record.quote.span) is not None


def cell_at(table: Table, span: Span | None) -> Cell | None:
    """The cell that holds the span, or ``None``."""
    if span is None:
        return None
    # Cells stand in reading order: only the last filled one that starts no later than the span can hold it.
    place = bisect_right(table.cells, span.start, key=lambda cell: cell.span.start) - 1
    while place >= 0 and not table.cells[place].text:
        place -= 1
    return table.cells[place] if place >= 0 and table.cells[place].span.covers(span) else None


def row_cells(table: Table, row: int) -> tuple[Cell, ...]:
    """The cells of a row, from left to right; a cell merged over several rows belongs to its first one."""
    return tuple(sorted((cell for cell in table.cells if cell.row == row), key=lambda cell: cell.column))


def label_of(document: Document, record: GroundedRecord, name: str) -> str:
    """The words of the record's cell up to the end of the named field: its number and 其中 are still there."""
    field = record.get(name)
    table = table_at(document, field.span if field is not None else None)
    if field is None or field.span is None or table is None:
        return ""
    cell = cell_at(table, field.span)
    return document.text[cell.span.start : field.span.end] if cell is not None else field.value


def has_unread_amounts(table: Table, records: Iterable[GroundedRecord], within: Span) -> bool:
    """True where a cell of the table inside the span holds a number that stands in no quote of the records."""
    quotes = [record.quote.span for record in records if record.quote.span is not None]
    return any(
        within.covers(cell.span) and not any(quote.covers(cell.span) for quote in quotes)
        for cell in table.cells
        if cell.text and _AMOUNT_CELL.match(cell.text)
    )


@once
def run_together(report: CheckedReport) -> frozenset[int]:
    """The indexes of funding records whose rows a conversion ran together with others: a numbered label follows an
    amount in them. Their values may have moved to another label or column.
    """
    funding = report.of_kind(RecordKind.FUNDING)
    return frozenset(record.index for record in funding if _is_run_together(report.document, record))


def _is_run_together(document: Document, record: GroundedRecord) -> bool:
    table = table_at(document, record.quote.span)
    if table is None or record.quote.span is None:
        return False
    rows = {cell.row for cell in table.cells if cell.text and record.quote.span.overlaps(cell.span)}
    return any(_holds_second_label([cell for cell in row_cells(table, row) if cell.text]) for row in rows)


def _holds_second_label(cells: Sequence[Cell]) -> bool:
    first = next((place for place, cell in enumerate(cells) if _AMOUNT_CELL.match(cell.text)), len(cells))
    return any(_NUMBERED_LABEL.match(cell.text) for cell in cells[first + 1 :])


@once
def funding_by_evaluation(report: CheckedReport) -> dict[str, tuple[GroundedRecord, ...]]:
    """The funding records by evaluation, without those of rows that were run together."""
    return {
        evaluation: tuple(record for record in records if record.index not in run_together(report))
        for evaluation, records in report.by_evaluation(RecordKind.FUNDING).items()
    }


def sentences_with(text: str, words: str) -> tuple[Span, ...]:
    """Every sentence that holds the words."""
    found = (sentence_at(text, Span(*match.span())) for match in re.finditer(re.escape(words), text)) if words else ()
    return tuple(dict.fromkeys(found))
