"""Amounts of money without a unit, or with one that cannot be (UNIT of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.checks.amounts import COLUMNS, Amount, fold_words, read_amount, read_quantity, refs_of, span_of, spans_of
from pipeline.checks.places import funding_by_evaluation, is_form, row_cells, table_at
from pipeline.checks.registry import CheckedReport, check
from pipeline.quantities import Quantity
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Span

_MONEY_NAME = re.compile(r"成本|金额|资金|经费|支出|费用|投资额|产值|收入|营业额|进出口|零售额|交易额|总额")
_NO_MONEY_NAME = re.compile(
    r"率|比例|占比|增幅|增速|增长|及时|次数|个数|数量|项目数|标准|满意|程度|时间|时限|质量|机制|周期|覆盖"
)
_UNIT_WORD = re.compile(r"[万亿千百]元|美元|（元）|\(元\)|单位[:：]?\s*元|[%％]|\t元")
_DIGITS = re.compile(r"[0-9]")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = "0123456789.,"
_HABIT = 4  # other rows with their units at least
_SENTENCE = 6  # Chinese characters at least
_TITLE = 200  # how far above a table its line 单位：万元 may stand
_TEN_THOUSAND = Decimal(10_000)
_LEAST_DIGITS = 2


@check("UNIT", Severity.WARNING)
def amounts_without_unit(report: CheckedReport) -> Iterator[Finding]:
    """金额没有写明单位。"""
    seen: set[int] = set()
    for record in report.of_kind(RecordKind.FUNDING):
        amounts = {name: amount for name in COLUMNS if (amount := read_amount(record, name)) is not None}
        bare = [name for name, amount in amounts.items() if amount.dimension == "none" and amount.value]
        if record.get("unit") is not None or not bare:
            continue
        table = table_at(report.document, record.quote.span)
        if table is not None:
            # A form states its unit once, so its absence is one finding, and only where it is nowhere near the form.
            around = report.document.text[max(0, table.span.start - _TITLE) : table.span.end]
            if table.span.start in seen or _UNIT_WORD.search(around):
                continue
            seen.add(table.span.start)
        elif not all(_lacks_unit(report.document.text, amounts[name].span) for name in bare):
            continue
        written = "、".join(amounts[name].text for name in bare)
        detail = f"{record.value('item') or '资金'}{written}没有写明金额单位"
        yield Finding("UNIT", Severity.WARNING, detail, span_of(record), refs_of(record, bare))


@check("UNIT", Severity.WARNING)
def indicators_without_unit(report: CheckedReport) -> Iterator[Finding]:
    """金额类指标的目标值或实际完成值没有写明单位。

    Either the target alone is a bare number while the actual value is money, or both are bare under a name of money.
    Forms with a column of units put the unit into a cell of its own, which is then let pass.
    """
    for record in report.of_kind(RecordKind.INDICATOR):
        target, actual = read_quantity(record, "target"), read_quantity(record, "actual")
        if target is None or actual is None or target.dimension != "none" or not target.value:
            continue
        values = f"目标值{record.value('target')}"
        if actual.dimension.startswith("money") and target.scale == 1:
            if _has_unit_cell(report, record, actual):
                continue
            values += f"没有单位，而实际完成值为{record.value('actual')}"
        elif actual.dimension == "none" and actual.value and _names_money(record) and not _row_has_unit(report, record):
            values += f"、实际完成值{record.value('actual')}都没有写明金额单位"
        else:
            continue
        detail = f"{record.value('name') or '指标'}：{values}"
        evidence = span_of(record) or spans_of((record.get("target"), record.get("actual")))
        yield Finding("UNIT", Severity.WARNING, detail, evidence, refs_of(record, ("target", "actual")))


@check("UNIT", Severity.WARNING)
def lone_target_without_unit(report: CheckedReport) -> Iterator[Finding]:
    """自评表中只有这一个目标值没有写明单位，而实际完成值写有单位。

    Counts without a unit are a habit of many forms, so a row counts only where all others of its form have theirs.
    """
    for records in report.by_evaluation(RecordKind.INDICATOR).values():
        pairs = [
            (record, target, actual)
            for record in records
            if record.references.get("origin") == "form"
            and (target := read_quantity(record, "target")) is not None
            and (actual := read_quantity(record, "actual")) is not None
        ]
        bare = [pair for pair in pairs if pair[1].dimension == "none"]
        if len(bare) != 1 or len(pairs) - 1 < _HABIT:
            continue
        record, _, actual = bare[0]
        if actual.dimension.startswith(("money", "none", "percent")) or _has_unit_cell(report, record, actual):
            continue
        detail = (
            f"{record.value('name') or '指标'}：目标值{record.value('target')}没有单位，而实际完成值为{actual.text}"
        )
        yield Finding("UNIT", Severity.WARNING, detail, span_of(record), refs_of(record, ("target", "actual")))


@check("UNIT", Severity.ERROR)
def impossible_units(report: CheckedReport) -> Iterator[Finding]:
    """金额的单位不可能成立，例如把“万元”写成了“元”。

    Shown by the same digits that stand elsewhere for the same evaluation in a unit ten thousand times larger.
    """
    found: list[Finding] = []
    for records in funding_by_evaluation(report).values():
        amounts = [a for record in records for name in COLUMNS if (a := read_amount(record, name)) is not None]
        for record in records:
            if not is_form(report.document, record):
                found += _misscaled_beside(record, amounts)
    for place, finding in enumerate(found):
        if not any(finding.evidence[0].overlaps(earlier.evidence[0]) for earlier in found[:place]):
            yield finding


def _misscaled_beside(record: GroundedRecord, amounts: Sequence[Amount]) -> Iterator[Finding]:
    for name in COLUMNS:
        amount = read_amount(record, name)
        twin = next((other for other in amounts if amount is not None and is_misscaled(amount, other)), None)
        if amount is not None and twin is not None:
            detail = f"{record.value('item') or '资金'}写作{amount.text}，另一处为{twin.text}，数字相同而单位相差一万倍"
            yield Finding("UNIT", Severity.ERROR, detail, (amount.span, twin.span), (amount.ref,))


def is_misscaled(small: Amount, large: Amount) -> bool:
    """True where one amount has the digits of the other and a unit ten thousand times smaller."""
    digits = "".join(_DIGITS.findall(small.text)).strip("0")
    same = small.dimension == large.dimension and small.value * _TEN_THOUSAND == large.value
    return same and small.factor == 1 and large.factor == _TEN_THOUSAND and len(digits) >= _LEAST_DIGITS


def _lacks_unit(text: str, span: Span) -> bool:
    """True for a number in a sentence with no unit behind it; a number alone on its line is a cell of a lost table."""
    line = text[text.rfind("\n", 0, span.start) + 1 : (text.find("\n", span.end) + 1 or len(text) + 1) - 1]
    return _UNIT_WORD.match(text, span.end) is None and len(_CJK.findall(line)) >= _SENTENCE


def _names_money(record: GroundedRecord) -> bool:
    name = fold_words(record.value("name"))
    return _MONEY_NAME.search(name) is not None and _NO_MONEY_NAME.search(name) is None


def _has_unit_cell(report: CheckedReport, record: GroundedRecord, actual: Quantity) -> bool:
    """True where a cell of the row is nothing but the unit of its actual value."""
    table, unit = table_at(report.document, record.quote.span), fold_words(actual.text).lstrip(_NUMBER)
    if table is None or record.quote.span is None:
        return False
    rows = {cell.row for cell in table.cells if cell.text and record.quote.span.overlaps(cell.span)}
    return any(fold_words(cell.text) == unit for row in rows for cell in row_cells(table, row) if cell.text)


def _row_has_unit(report: CheckedReport, record: GroundedRecord) -> bool:
    span = record.quote.span
    return span is not None and _UNIT_WORD.search(report.document.quote(span)) is not None
