"""Under which header, and in which row, each cell of the forms stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.forms.blocks import Block, BlockKind, Form, MoneyUnit
from pipeline.forms.grid import Row, align_row, is_blank
from pipeline.forms.vocabulary import fold_header
from schemas.text import Cell, Span

_OPERATOR = re.compile(r"[≥≤><=＞＜＝≧≦﹦]")
_DIGIT = re.compile(r"[0-9０-９]")
_QUALITY = re.compile(r"(?!定性|定量|正向|反向)\S[\s\S]{1,60}")


@dataclass(frozen=True, slots=True, eq=False)
class FormRow:
    """A row of a block: its cells by the field that their column is for, all its cells, and the block it is of."""

    block: Block
    cells: dict[str, Cell]
    row: Row

    @property
    def span(self) -> Span:
        """From the first filled cell to the end of the last."""
        filled = [cell.span for cell in self.row if cell.text]
        return Span(filled[0].start, filled[-1].end)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a cell stands: the field that its column is for ("" where the header tells none), its header, its row."""

    code: str
    cell: Cell
    header: Cell | None
    row: FormRow

    @property
    def unit(self) -> MoneyUnit | None:
        """The unit of money that the block or its form states for all amounts."""
        return self.row.block.unit


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """The cells of all forms, to be asked by place."""

    starts: tuple[int, ...]
    found: tuple[Standing, ...]

    def at(self, span: Span | None) -> Standing | None:
        """Where the cell stands that holds the span; ``None`` for prose and cells that no header is known for."""
        if span is None:
            return None
        place = bisect_right(self.starts, span.start) - 1
        if place < 0 or not self.found[place].cell.span.covers(span):
            return None
        return self.found[place]

    def at_number(self, text: str, span: Span) -> Standing | None:
        """Where the first digit of a span stands: the value ``≥ | 20 | 个`` may take three cells."""
        digit = _DIGIT.search(text, span.start, span.end)
        return self.at(Span(*digit.span())) if digit else self.at(span)


def standings_of(forms: Sequence[Form]) -> Standings:
    """Where every filled cell of the forms' blocks stands, those of goals aside.

    In rows that a conversion made longer than their header no column is sure, so none is told.
    """
    found = sorted(
        (standing for form in forms for block in form.blocks for standing in _block_standings(block)),
        key=lambda standing: standing.cell.span.start,
    )
    return Standings(tuple(standing.cell.span.start for standing in found), tuple(found))


def cells_by_code(row: Row, block: Block) -> dict[str, Cell]:
    """The row's cells by field. Of columns with the same header the last filled one counts (an adjusted target)."""
    found: dict[str, Cell] = {}
    for place, cell in align_row(row, block.columns, exact=block.exact).items():
        code = block.columns[place].code
        if code == "nature" and (_OPERATOR.fullmatch(cell.text) or cell.text == "定性"):
            code = "operator"
        if code is not None and (cell.text or code not in found):
            if code == "reason" and code in found and fold_header(cell.text) == "":
                continue
            found[code] = cell
    sign = found.get("operator") or found.get("nature")
    if sign is not None and not ("target" in found and found["target"].text) and _QUALITY.fullmatch(sign.text):
        found["target"] = sign  # a qualitative target that slipped into the column of the sign
    return found


def _block_standings(block: Block) -> Iterator[Standing]:
    if block.kind is BlockKind.GOALS:
        return
    rows = (block.header, *block.rows) if block.kind in (BlockKind.SPLIT, BlockKind.AMOUNTS) else block.rows
    for row in rows:
        if block.columns and _is_sound(row, block):
            yield from _row_standings(row, block)
        else:
            form_row = FormRow(block, {}, row)
            yield from (Standing("", cell, None, form_row) for cell in row if cell.text)


def _row_standings(row: Row, block: Block) -> Iterator[Standing]:
    form_row = FormRow(block, cells_by_code(row, block), row)
    for place, cell in align_row(row, block.columns, exact=block.exact).items():
        if cell.text:
            named = next((code for code, other in form_row.cells.items() if other is cell), None)
            code = named or block.columns[place].code or ""
            yield Standing(code, cell, _header(block, place), form_row)


def _is_sound(row: Row, block: Block) -> bool:
    """False for a row that a conversion made longer than its header: values may have moved."""
    surplus = len(row) - len(block.columns)
    return block.exact or surplus <= 0 or all(is_blank(cell.text) for cell in row[:surplus])


def _header(block: Block, place: int) -> Cell | None:
    """The header cell over a column; ``None`` where the header has two rows and its places are not those."""
    if block.exact:
        start = block.columns[place].start
        return next((cell for cell in block.header if cell.column <= start < cell.column + cell.column_span), None)
    return block.header[place] if len(block.header) == len(block.columns) else None
