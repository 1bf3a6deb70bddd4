"""Funding blocks of forms and of tables of basic data (资金, 基础数据表): a record for each row with an amount."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.engines.rules.claims import candidate, claim, piece, quote_of, tidy
from pipeline.forms.grid import Row, align_row, is_blank
from pipeline.forms.reading import Block, MoneyUnit
from pipeline.forms.vocabulary import TOTAL_ROW, fold_header, strip_numbering
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Cell, Span

_AMOUNTS = ("prior_executed", "initial_budget", "annual_budget", "executed")
_AMOUNT = re.compile(r"-?\d[\d,，]*(?:\.\d+)?|-?[０-９][０-９，,]*(?:[．.][０-９]+)?")
_AMOUNT_CELL = re.compile(rf"\s*(?P<number>{_AMOUNT.pattern})\s*(?P<unit>(?:百万|万|亿|千)?元|万|亿)?\s*\Z")
_PERCENT_CELL = re.compile(r"\s*-?[\d０-９][\d０-９,.．]*\s*[%％]?\s*\Z")
_POINTS_CELL = re.compile(r"\s*[\d０-９][\d０-９.．]*\s*分?\s*\Z")
_STATE = re.compile(r"(?:已|基本|全部|按期)*(?:完成|实施|支付)|是|否|\d+")
_LEAD = re.compile(
    r"\s*(?:其中\s*[:：]?|[(（]?\d{1,2}[)）]?\s*[、.．](?!\d)|[(（](?:\d{1,2}|[一二三四五六七八九十]+)[)）]|[一二三四五六七八九十]+、|[①-⑳])\s*"
)
_SPLIT_LABEL = re.compile(r"按(?:收入|支出|资金)(?:性质|来源)(?:划)?分")
_LABELED_AMOUNT = re.compile(
    rf"(?P<label>.*[^\s:：])\s*[:：]\s*(?P<number>{_AMOUNT.pattern})?\s*(?P<unit>(?:万|亿|千)?元)?\s*\Z", re.S
)
_NUMBERED_LABEL = re.compile(r"\s*\d{1,2}\s*[、.．]\s*[^\d\s]")


def read_funding(text: str, block: Block, evaluation: str) -> Iterator[Candidate]:
    """A record for each row of a funding block that holds an amount."""
    label_columns = [place for place, column in enumerate(block.columns) if column.code in (None, "project_name")]
    for row in block.rows:
        for cells, rule in _repair(row, block):
            aligned = align_row(cells, block.columns, exact=block.exact)
            labels = [
                aligned[place] for place in label_columns if place in aligned and not is_blank(aligned[place].text)
            ]
            coded = {block.columns[place].code: cell for place, cell in aligned.items() if place not in label_columns}
            first = min((cell.span.start for cell in coded.values() if cell.text), default=0)
            labels = [
                c
                for c in labels
                if c.span.start < first and not (_STATE.fullmatch(c.text) or _AMOUNT_CELL.match(c.text))
            ]
            if labels:
                yield from _record(
                    text, labels[-1], {code: cell for code, cell in coded.items() if code}, block.unit, evaluation, rule
                )
            else:
                yield from _by_source(text, aligned, block, evaluation)


def _by_source(text: str, aligned: Mapping[int, Cell], block: Block, evaluation: str) -> Iterator[Candidate]:
    """A row without a label whose columns are the sources (中央 | 省 | 本级 | 合计 | 执行数): a record for each source.

    What was spent goes with the total.
    """
    spent = {c: cell for place, cell in aligned.items() if (c := block.columns[place].code)}
    for place, cell in aligned.items():
        if block.columns[place].code is None and block.header[place].text and _AMOUNT_CELL.match(cell.text):
            source = block.header[place]
            cells = {"annual_budget": cell, **(spent if fold_header(source.text) in TOTAL_ROW else {})}
            yield from _record(text, source, cells, block.unit, evaluation, "funding.source")


def _repair(row: Row, block: Block) -> Iterator[tuple[Row, str]]:
    """The row itself; or, where a conversion ran several rows into one, each of them.

    A row longer than its header is parted before each numbered label (``3、…``), one that is just as long as several
    where each of them must begin. Its values may have moved, which the rule's name keeps in mind.
    """
    if block.exact or len(row) <= len(block.columns):
        yield row, "funding.row"
        return
    several = 0 if len(row) % len(block.columns) else len(block.columns)
    starts = [0]
    for place, cell in enumerate(row[1:], 1):
        if _NUMBERED_LABEL.match(cell.text) or (several and place % several == 0):
            starts.append(place)
    for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
        yield row[start:end], "funding.damaged_row"


def _record(
    text: str, label: Cell, cells: dict[str, Cell], unit: MoneyUnit | None, evaluation: str, rule: str
) -> Iterator[Candidate]:
    fields: dict[str, Claim] = {}
    for code in _AMOUNTS:
        cell = cells.get(code)
        match = _AMOUNT_CELL.match(cell.text) if cell is not None else None
        if cell is None or match is None or is_blank(cell.text):
            continue
        fields[code] = _part(cell, match, "number")
        if match["unit"] and "unit" not in fields:
            fields["unit"] = _part(cell, match, "unit")
    if not fields:
        return
    for code, pattern in (("rate", _PERCENT_CELL), ("weight", _POINTS_CELL), ("score", _POINTS_CELL)):
        cell = cells.get(code)
        if cell is not None and not is_blank(cell.text) and pattern.match(cell.text):
            fields[code] = claim(piece(text, cell.span))
    item = item_of(text, label.span)
    fields = {"item": item, **fields}
    if "unit" not in fields and unit is not None:
        fields["unit"] = Claim(unit.word, unit.span)
    used = [label.span] + [cell.span for cell in cells.values() if cell.text]
    yield candidate(RecordKind.FUNDING, {"evaluation": evaluation}, fields, quote_of(text, used), rule)


def read_amounts(text: str, block: Block, evaluation: str) -> Iterator[Candidate]:
    """The amounts that stand beside their labels in the head of a form (基本支出总额 | 3126.58万元)."""
    filled = [cell for cell in block.header if cell.text]
    for label, cell in zip(filled[::2], filled[1::2], strict=True):
        match = _AMOUNT_CELL.match(cell.text)
        if match is None:
            continue
        spent = re.search(r"支出|执行|决算", label.text) and not re.search(r"预算", label.text)
        fields = {
            "item": item_of(text, label.span),
            "executed" if spent else "initial_budget": _part(cell, match, "number"),
        }
        if match["unit"]:
            fields["unit"] = _part(cell, match, "unit")
        quote = quote_of(text, [label.span, cell.span])
        yield candidate(RecordKind.FUNDING, {"evaluation": evaluation}, fields, quote, "funding.amount")


def read_split(text: str, block: Block, evaluation: str) -> Iterator[Candidate]:
    """The amounts of 按收入性质分 | 按支出性质分, which stand beside or inside their labels.

    They are budgets of the year (labeling guide); the totals of the two sides are left out.
    """
    for row in (block.header, *block.rows):
        label: Cell | None = None
        for cell in row:
            if not cell.text:
                continue
            inside = _LABELED_AMOUNT.match(cell.text)
            amount = _AMOUNT_CELL.match(cell.text)
            if inside and inside["number"]:
                words = Span(cell.span.start + inside.start("label"), cell.span.start + inside.end("label"))
                yield from _split_record(text, words, cell, inside, block.unit, evaluation)
                label = None
            elif amount and label is not None:
                yield from _split_record(text, label.span, cell, amount, block.unit, evaluation)
                label = None
            elif not amount:
                label = cell


def _split_record(
    text: str, label: Span, cell: Cell, amount: re.Match[str], unit: MoneyUnit | None, evaluation: str
) -> Iterator[Candidate]:
    if _SPLIT_LABEL.search(text[label.start : label.end]):
        return
    fields = {"item": item_of(text, label), "annual_budget": _part(cell, amount, "number")}
    if amount["unit"]:
        fields["unit"] = _part(cell, amount, "unit")
    elif unit is not None:
        fields["unit"] = Claim(unit.word, unit.span)
    quote = quote_of(text, [label, cell.span])
    yield candidate(RecordKind.FUNDING, {"evaluation": evaluation}, fields, quote, "funding.split")


def item_of(text: str, label: Span) -> Claim:
    """A row's label as an item: without 其中, its number and its colon."""
    start = label.start
    while (match := _LEAD.match(text, start, label.end)) and match.end() > start:
        start = match.end()
    whole = piece(text, Span(start, label.end))
    words = whole.text.rstrip("：:")
    return Claim(strip_numbering(words), Span(whole.span.start, whole.span.end - (len(whole.text) - len(words))))


def _part(cell: Cell, match: re.Match[str], group: str) -> Claim:
    return Claim(tidy(match[group]), Span(cell.span.start + match.start(group), cell.span.start + match.end(group)))
