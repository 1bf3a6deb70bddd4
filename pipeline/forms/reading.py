"""Tables to forms: a form is a title, label-value pairs, and blocks of rows under a header, found by their words.

Nothing is read by position: a header row says what its columns are, and a block lasts until the next header, the
total row or a label of another kind.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.forms.blocks import TITLE, UNIT, Block, BlockKind, Draft, Form, MoneyUnit, take_row, unit_span
from pipeline.forms.grid import Row, rows_of
from pipeline.forms.vocabulary import (
    FUNDING_LABELS,
    GOAL_LABELS,
    INDICATOR_LABELS,
    fold_header,
    pair_label,
)
from pipeline.forms.year import find_year
from schemas.text import Cell, Document, Span, Table

__all__ = ["Block", "BlockKind", "Form", "MoneyUnit", "read_forms"]

_PAGE_MARK = re.compile(r"[\s\d—\-–第页共/续表（）()]{0,40}")


class _Latest(threading.local):
    """The document that was asked about last in this thread, with its forms."""

    document: Document | None = None
    forms: tuple[Form, ...] = ()


_LATEST = _Latest()


def read_forms(document: Document) -> tuple[Form, ...]:
    """Every form of the document, in order; the years of their columns are read relative to the report's own.

    Engine, grounding and checks ask for the same document one after the other, so the last answer is remembered.
    """
    if _LATEST.document is not document:
        _LATEST.document, _LATEST.forms = document, _read_forms(document)
    return _LATEST.forms


def _read_forms(document: Document) -> tuple[Form, ...]:
    year = find_year(document)
    fiscal_year = None if year is None else int(year.value)
    found: list[Form] = []
    for table in document.tables:
        above = found[-1] if found and _is_open(document, found[-1], table) else None
        for form in _forms_of_table(document, table, fiscal_year, above):
            if found and _continues(document, found[-1], form):
                found[-1] = _joined(found[-1], form)
            else:
                found.append(form)
    return tuple(found)


def _continues(document: Document, form: Form, following: Form) -> bool:
    """True where a form goes on in the next table after a page break: it has no title or name of its own."""
    between = document.text[form.span.end : following.span.start]
    bare = not following.title and not any(p.code in ("project_name", "unit_name") for p in following.pairs)
    return bare and _has_open_end(form) and _PAGE_MARK.fullmatch(between) is not None


def _has_open_end(form: Form) -> bool:
    return form.total is None and any(b.kind is BlockKind.INDICATORS for b in form.blocks)


def _is_open(document: Document, form: Form, table: Table) -> bool:
    """True where the form's last block is one of indicators that may go on in the table, without another header."""
    first = next(cell.text for cell in table.cells if cell.text)
    if not _has_open_end(form) or form.blocks[-1].kind is not BlockKind.INDICATORS or TITLE.search(first):
        return False
    alone = pair_label(first) is None and fold_header(first) not in FUNDING_LABELS | GOAL_LABELS
    return alone and _PAGE_MARK.fullmatch(document.text[form.span.end : table.span.start]) is not None


def _joined(form: Form, following: Form) -> Form:
    last, first = form.blocks[-1], following.blocks[0] if following.blocks else None
    blocks = form.blocks + following.blocks
    codes = [[column.code for column in block.columns] for block in (last, *following.blocks[:1])]
    if first is not None and codes[0] == codes[1] and first.exact == last.exact:  # a level above the break counts on
        blocks = (*form.blocks[:-1], replace(last, rows=last.rows + first.rows), *following.blocks[1:])
    return Form(
        form.title,
        Span(form.span.start, following.span.end),
        blocks,
        form.pairs + following.pairs,
        following.total,
        form.unit or following.unit,
    )


def _forms_of_table(document: Document, table: Table, fiscal_year: int | None, above: Form | None) -> Iterator[Form]:
    """The table's forms. The first rows go on with the form ``above`` where it was cut off by a page break."""
    exact = any(cell.column_span > 1 for cell in table.cells)
    rows = _join_lone_labels(rows_of(table), exact)
    before = document.text[
        max(0, document.text.rfind("\n\t", 0, table.span.start), table.span.start - 240) : table.span.start
    ]
    offset = table.span.start - len(before)
    unit = next((MoneyUnit(m[1], unit_span(m, offset)) for m in reversed(list(UNIT.finditer(before)))), None)
    if unit is None and (below := UNIT.search(document.text[table.span.end : table.span.end + 20])):
        unit = MoneyUnit(below[1], unit_span(below, table.span.end))
    draft = Draft(_title_in(before), table.span.start, table.span.end, exact, unit)
    if above is not None and (above.blocks[-1].exact or not exact):
        draft.open_block(BlockKind.INDICATORS, above.blocks[-1].columns, above.blocks[-1].header)
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
    titles = (line for line in reversed(lines[-5:]) if TITLE.search(line) and len(line) < 60)
    return next((line for line in titles if line[-1] not in "。；"), "")
