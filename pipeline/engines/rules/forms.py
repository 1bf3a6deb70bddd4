"""Tables to forms: a form is a title, label-value pairs, and blocks of rows under a header, found by their words.

Nothing is read by position: a header row says what its columns are, and a block lasts until the next header, the
total row or a label of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.blocks import TITLE, UNIT, Block, BlockKind, Draft, Form, MoneyUnit, take_row, unit_span
from pipeline.engines.rules.grid import Row, rows_of
from pipeline.engines.rules.vocabulary import (
    FUNDING_LABELS,
    GOAL_LABELS,
    INDICATOR_LABELS,
    fold_header,
    pair_label,
)
from schemas.text import Cell, Document, Span, Table

__all__ = ["Block", "BlockKind", "Form", "MoneyUnit", "read_forms"]

_PAGE_MARK = re.compile(r"[\s\d—\-–第页共/续表（）()]{0,40}")


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
    """True where a form goes on in the next table after a page break: it has no title or name of its own."""
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
    unit = next((MoneyUnit(m[1] or m[2], unit_span(m, offset)) for m in reversed(list(UNIT.finditer(before)))), None)
    if unit is None and (below := UNIT.search(document.text[table.span.end : table.span.end + 20])):
        unit = MoneyUnit(below[1] or below[2], unit_span(below, table.span.end))
    draft = Draft(_title_in(before), table.span.start, table.span.end, exact, unit)
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
            draft = Draft(title, filled[0].span.start, table.span.end, exact, draft.unit)
        draft.end = filled[-1].span.end
        place += take_row(draft, rows, place, fiscal_year)
    form = draft.finish()
    if form is not None:
        yield form


def _starts_form(draft: Draft, filled: Sequence[Cell]) -> bool:
    """True where the row begins another form: a title of its own, or a second project's or unit's name."""
    if not draft.blocks and draft.kind is None:
        return False
    if len(filled) == 1 and TITLE.search(filled[0].text) and len(filled[0].text) < 60:
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
    return next((line for line in reversed(lines[-5:]) if TITLE.search(line) and len(line) < 60), "")
