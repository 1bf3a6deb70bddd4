"""Which rows of a table are the parts of which total, told by the table's own structure, never by trying subsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.checks.amounts import COLUMNS, fold_words, item_of, read_amount, start_of
from pipeline.checks.places import cell_at, has_unread_amounts, label_of, row_cells, run_together, table_at
from pipeline.checks.registry import CheckedReport, once
from schemas.records import RecordKind
from schemas.stages import GroundedRecord
from schemas.text import Cell, Span, Table

TOTAL_ITEM = re.compile(
    r"(?:年度|全年|项目)?(?:财政)?(?:总?资金|总?金额|经费)?(?:总额|总计|合计|总金额|总资金)|年度总?(?:金额|资金)"
)
_SOURCE = re.compile(r"财政|拨款|补助|结转|结余|资金|预算|收入|专户|自筹|中央|省级|市级|县级|区级|本级|地方")
_KINDS = frozenset({"基本支出", "项目支出"})
_INCOME = re.compile(r"一般公共预算|政府性基金|专户|国有资本|其[他它]资金|社会保险基金")
_SPLIT = re.compile(r"按(?P<side>收入|支出)(?:性质|来源)?(?:划)?分")
_BLOCK_END = re.compile(r"目标|指标|自评|情况说明|填表")
_NUMBER = re.compile(r"\s*[(（]?(?P<number>\d{1,2})[)）]?\s*[、.．](?!\d)")
_ROW_EACH = re.compile(r"一个?\S{0,6}一行")
_AFTER_PROJECTS = re.compile(r"公用经费|基本支出|人员经费|政府采购|三公|合计|总计")
_LISTED = re.compile(r"\s*(?:其中|[(（]?\d{1,2}[)）]?\s*[、.．](?!\d))")


class Breakdown(NamedTuple):
    """A total and its parts, in some columns. ``stated`` is the cell of a total that has no record of its own
    (按收入性质分：731.26).
    """

    total: GroundedRecord
    parts: tuple[GroundedRecord, ...]
    stated: Cell | None = None
    columns: tuple[str, ...] = tuple(COLUMNS)


class FundingRow(NamedTuple):
    """A funding record in its table: the row, the label as written, and the folded item."""

    record: GroundedRecord
    row: int
    label: str
    item: str
    sound: bool  # False where a conversion ran rows together: its values may have moved

    @property
    def number(self) -> int | None:
        """The number before the label, or ``None``."""
        match = _NUMBER.match(self.label)
        return int(match["number"]) if match else None


@once
def funding_tables(report: CheckedReport) -> tuple[tuple[Table, tuple[FundingRow, ...]], ...]:
    """Every table with the funding rows of one evaluation, in reading order."""
    found = []
    for records in report.by_evaluation(RecordKind.FUNDING).values():
        for table in report.document.tables:
            rows = tuple(_rows(report, table, sorted(records, key=start_of)))
            if rows:
                found.append((table, rows))
    return tuple(found)


def _rows(report: CheckedReport, table: Table, records: Iterable[GroundedRecord]) -> Iterator[FundingRow]:
    for record in records:
        item = record.get("item")
        cell = cell_at(table, item.span) if item is not None else None
        if cell is not None and table_at(report.document, item.span if item else None) is table:
            label = unicodedata.normalize("NFKC", label_of(report.document, record, "item"))
            sound = record.index not in run_together(report)
            yield FundingRow(record, cell.row, label, item_of(record), sound)


def numbered_breakdowns(table: Table, rows: Sequence[FundingRow]) -> Iterator[Breakdown]:
    """Rows 1、2、3 under a row without number are its parts; 其中 rows between them belong to the one above.

    A last number without amounts that has rows of its own (3、专项资金（一个专项一行）) leaves open which these are.
    """
    for place, total in enumerate(rows[:-1]):
        if total.number is not None or _LISTED.match(total.label) or rows[place + 1].number != 1:
            continue
        parts: list[FundingRow] = []
        for row in rows[place + 1 :]:
            if row.number is not None:
                if parts and row.number <= (parts[-1].number or 0):
                    break
                parts.append(row)
        within = range(total.row, _end_of_list(table, parts[-1]))
        open_ended = _ROW_EACH.search(_label_at(table, within.stop - 1)) and _goes_on(table, within.stop)
        if len(parts) > 1 and not open_ended and _all_read(table, rows, (total, *parts), within):
            yield Breakdown(total.record, tuple(part.record for part in parts))


def vehicle_breakdowns(rows: Sequence[FundingRow]) -> Iterator[Breakdown]:
    """公车购置 and 公车运行维护 right under 公务用车购置和(运行)维护经费 are its two parts."""
    for total, first, second in zip(rows, rows[1:], rows[2:], strict=False):
        both = "购置" in total.item and ("维护" in total.item or "运行" in total.item)
        bought = "购置" in first.item and "维护" not in first.item and "运行" not in first.item
        run = "购置" not in second.item and ("维护" in second.item or "运行" in second.item)
        sound = total.sound and first.sound and second.sound
        if sound and both and bought and run and all("车" in row.item for row in (total, first, second)):
            yield Breakdown(total.record, (first.record, second.record))


def source_breakdowns(table: Table, rows: Sequence[FundingRow]) -> Iterator[Breakdown]:
    """The rows of a form's funding block by source (当年财政拨款, 上年结转, 其他资金 …) are parts of 年度资金总额.

    A single source with the whole budget must have spent the whole expenditure. Blocks that nest one 其中 in
    another, or mix sources with kinds of expense, are left alone.
    """
    split = min((cell.row for cell in table.cells if _SPLIT.search(fold_words(cell.text))), default=None)
    block = [row for row in rows if split is None or row.row < split]
    totals = [row for row in block if TOTAL_ITEM.fullmatch(row.item)]
    parts = [row for row in block if row not in totals and row.number is None]
    nested = sum(row.label.lstrip().startswith("其中") for row in parts) > 1 or _has_levels(parts)
    kinds = [row.item in _KINDS for row in parts]
    if len(totals) != 1 or not parts or nested or any(kinds) is not all(kinds):
        return
    if len(parts) == 1:
        if _SOURCE.search(parts[0].item) and _has_whole_budget(parts[0].record, totals[0].record):
            for breakdown in _complete(table, rows, totals[0], parts):
                yield breakdown._replace(columns=("executed",))
    elif all(kinds) or all(_SOURCE.search(row.item) for row in parts):
        yield from _complete(table, rows, totals[0], parts)


def _has_whole_budget(part: GroundedRecord, total: GroundedRecord) -> bool:
    column = "annual_budget" if total.get("annual_budget") is not None else "initial_budget"
    own, whole = read_amount(part, column), read_amount(total, column)
    return own is not None and whole is not None and own.value == whole.value > 0


def _has_levels(parts: Sequence[FundingRow]) -> bool:
    """True where 财政拨款 may hold the rows of its levels of government."""
    items = [row.item for row in parts]
    own = any(re.fullmatch(r"(?:当年|本年|年度)?财政(?:拨款|资金)|一般公共预算(?:拨款)?", item) for item in items)
    return own and any(re.search(r"中央|省|市|县|区|上级|本级|地方", item) for item in items)


def _complete(
    table: Table, rows: Sequence[FundingRow], total: FundingRow, parts: Sequence[FundingRow]
) -> Iterator[Breakdown]:
    """The breakdown, if no row of the block holds an amount that was not read."""
    last = max(row.row for row in (total, *parts))
    end = next((row for row in range(last + 1, table.row_count) if _ends_block(table, row)), table.row_count)
    start = min(row.row for row in (total, *parts))
    if _all_read(table, rows, (total, *parts), range(start, end)):
        yield Breakdown(total.record, tuple(part.record for part in parts))


def _ends_block(table: Table, row: int) -> bool:
    return any(_BLOCK_END.search(cell.text) or _SPLIT.search(fold_words(cell.text)) for cell in row_cells(table, row))


def _all_read(table: Table, rows: Sequence[FundingRow], used: Sequence[FundingRow], within: range) -> bool:
    """True where the used rows are sound and every amount in the range of rows stands in a record."""
    cells = [cell.span for row in within for cell in row_cells(table, row) if cell.text]
    region = Span(min(span.start for span in cells), max(span.end for span in cells))
    unread = has_unread_amounts(table, (row.record for row in rows), region)
    return not unread and all(row.sound for row in used)


def _label_at(table: Table, row: int) -> str:
    return next((cell.text for cell in row_cells(table, row) if cell.text), "")


def _goes_on(table: Table, row: int) -> bool:
    """True where the row is none of those that follow on the list of projects in any form."""
    label = _label_at(table, row) if row < table.row_count else ""
    return bool(label) and _AFTER_PROJECTS.search(label) is None


def _end_of_list(table: Table, last: FundingRow) -> int:
    """The row after the numbered rows, those without a record included."""
    row = last.row + 1
    while row < table.row_count:
        match = _NUMBER.match(unicodedata.normalize("NFKC", _label_at(table, row)))
        if match is None or int(match["number"]) <= (last.number or 0):
            break
        row += 1
    return row


def split_breakdowns(table: Table, rows: Sequence[FundingRow]) -> Iterator[Breakdown]:
    """The rows under 按收入性质分 and 按支出性质分; the total is stated beside those words, or is the form's own."""
    heads = {match["side"]: cell for cell in table.cells if (match := _SPLIT.search(fold_words(cell.text))) is not None}
    totals = [row for row in rows if TOTAL_ITEM.fullmatch(row.item)]
    if not heads or len(totals) != 1:
        return
    first = min(cell.row for cell in heads.values())
    below = [row for row in rows if row.row >= first and row is not totals[0]]
    for side, head in heads.items():
        kind = [row for row in below if (row.item in _KINDS if side == "支出" else _INCOME.search(row.item))]
        if len({row.item for row in kind}) == len(kind) and (len(kind) > 1 or (kind and side == "收入")):
            yield Breakdown(totals[0].record, tuple(row.record for row in kind), head)
