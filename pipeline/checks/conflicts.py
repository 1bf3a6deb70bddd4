"""Two statements of one fact that disagree (CONFLICT of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.checks.amounts import COLUMNS, Amount, fold_words, read_amount, span_of
from pipeline.checks.amounts import item_of as item_words
from pipeline.checks.breakdowns import TOTAL_ITEM
from pipeline.checks.places import funding_by_evaluation, is_form
from pipeline.checks.registry import CheckedReport, check
from pipeline.prose.numbers import Spoken, spoken_in
from pipeline.prose.phrases import sentence_at
from pipeline.quantities import tolerance
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Span

_SUFFIX = re.compile(r"(?:经费|费用|费|支出|金额|总额)(?:支出|总额)?\Z")
_WHOLE = re.compile(r"(?:部门|单位)?整体支出(?:总额)?|总支出|(?:部门|本年|年度)?支出(?:总额|合计)")
_LONG_DECIMAL = re.compile(r"\d[\d,，]{1,}\.\d+")
_KINDS = ("基本支出", "项目支出")
_LEAST_DIGITS = 1_000
_TEN_THOUSAND = 10_000
_LONG_AMOUNT = 10_000  # in units of the last digit: five digits


@check("CONFLICT", Severity.ERROR)
def conflicting_amounts(report: CheckedReport) -> Iterator[Finding]:
    """同一项资金的同一口径，正文与表格中的金额不一致。

    The same item in the same column of one evaluation; the total of a form stands for 整体支出 and for the project
    itself. Amounts in another unit are compared by value.
    """
    names = {r.references.get("id", ""): fold_words(r.value("name")) for r in report.of_kind(RecordKind.EVALUATION)}
    for evaluation, records in funding_by_evaluation(report).items():
        prose = [record for record in records if not is_form(report.document, record)]
        forms = [record for record in records if is_form(report.document, record)]
        for record in prose:
            key = _item_key(record, names.get(evaluation, ""))
            same = [form for form in forms if _item_key(form, names.get(evaluation, "")) == key]
            for column in COLUMNS:
                yield from _amount_conflict(record, same, column)


@check("CONFLICT", Severity.ERROR)
def nearly_equal_amounts(report: CheckedReport) -> Iterator[Finding]:
    """正文与表格中的两个金额只差末位一个数字，疑为同一金额。

    Long amounts (five digits or more) whose last digit is one off, each standing on its side only. Amounts of one item
    are compared by the check above.
    """
    prose = tuple(_long_decimals(report))
    for records in funding_by_evaluation(report).values():
        for record in records:
            for column in COLUMNS if is_form(report.document, record) else ():
                amount = read_amount(record, column)
                twin = _twin(amount, prose) if amount is not None else None
                if amount is None or twin is None or any(_is_same_item(other, record, twin) for other in records):
                    continue
                detail = f"{record.value('item')}：表格写{amount.text}，正文写{twin.quantity.text}，只差末位"
                yield Finding("CONFLICT", Severity.ERROR, detail, (twin.span, amount.span), (amount.ref,))


@check("CONFLICT", Severity.ERROR)
def conflicting_budgets(report: CheckedReport) -> Iterator[Finding]:
    """正文某项的执行数就是表中该类支出的执行数，二者的全年预算数却不一致。

    Where what was spent on an item of prose is, to the last of four digits or more, the 基本支出 or 项目支出 of a form,
    the item is all there was of that kind, whatever it is called.
    """
    for records in funding_by_evaluation(report).values():
        forms = [record for record in records if is_form(report.document, record)]
        rows = [(row, item_words(row)) for row in forms if item_words(row) in _KINDS]
        for record in records:
            spent, planned = read_amount(record, "executed"), read_amount(record, "annual_budget")
            if spent is None or planned is None or record in forms or spent.value < _LEAST_DIGITS * 2 * spent.half:
                continue
            kinds = {item for row, item in rows if (own := read_amount(row, "executed")) and own.value == spent.value}
            budgets = [(row, own) for row, item in rows if item in kinds and (own := read_amount(row, "annual_budget"))]
            if not budgets or any(_agrees(planned, budget) for _, budget in budgets):
                continue
            row, budget = budgets[0]
            detail = f"{record.value('item')}执行{spent.text}，即表中的{row.value('item')}；"
            detail += f"全年预算数正文写{planned.text}，表格写{budget.text}"
            yield Finding(
                "CONFLICT", Severity.ERROR, detail, (*span_of(record), *span_of(row)), (planned.ref, budget.ref)
            )


def _agrees(one: Amount, other: Amount) -> bool:
    return one.dimension != other.dimension or abs(one.value - other.value) <= one.half + other.half


def _item_key(record: GroundedRecord, evaluation_name: str) -> str:
    item = item_words(record)
    if TOTAL_ITEM.fullmatch(item) or _WHOLE.fullmatch(item) or (item and item == evaluation_name):
        return "合计"
    return _SUFFIX.sub("", item) or item


def _amount_conflict(record: GroundedRecord, forms: Sequence[GroundedRecord], column: str) -> Iterator[Finding]:
    """A finding where the form states this column, and no row of that item agrees with the prose."""
    here = read_amount(record, column)
    there = [(form, amount) for form in forms if (amount := read_amount(form, column)) is not None]
    if here is None or not there:
        return
    for _, other in there:
        # Only a coarser number may be the other one rounded: 1684.2 agrees with 1684.18, 1684.17 does not.
        slack = max(here.half, other.half) if here.half != other.half else Decimal(0)
        agree = abs(here.value - other.value) <= slack
        small, large = sorted((here.value, other.value))
        if agree or here.dimension != other.dimension or large == small * _TEN_THOUSAND:  # UNIT tells the latter
            return
    form, other = there[0]
    detail = f"{record.value('item')}{COLUMNS[column]}：正文写{here.text}，表格写{other.text}"
    evidence = (*span_of(record), *span_of(form))
    yield Finding("CONFLICT", Severity.ERROR, detail, evidence, (here.ref, other.ref))


def _long_decimals(report: CheckedReport) -> Iterator[Spoken]:
    """The quantities of the prose with five digits or more, some behind a decimal point."""
    text, tables = report.document.text, [table.span for table in report.document.tables]
    places = (Span(*match.span()) for match in _LONG_DECIMAL.finditer(text))
    prose = [place for place in places if not any(table.overlaps(place) for table in tables)]
    for sentence in dict.fromkeys(sentence_at(text, place) for place in prose):
        yield from (spoken for spoken in spoken_in(text, sentence) if spoken.quantity.decimals)


def _twin(amount: Amount, prose: Sequence[Spoken]) -> Spoken | None:
    """The quantity of the prose that is one last digit off, where the prose does not have the amount itself."""
    unit = 2 * amount.half
    same = [s for s in prose if s.quantity.dimension == amount.dimension and s.quantity.scale == amount.factor]
    if amount.value / (unit or 1) < _LONG_AMOUNT or any(s.quantity.value == amount.value for s in same):
        return None
    near = (s for s in same if abs(s.quantity.value - amount.value) == unit == 2 * tolerance(s.quantity))
    return next(near, None)


def _is_same_item(other: GroundedRecord, record: GroundedRecord, twin: Spoken) -> bool:
    amounts = [field.span for field in other.fields if field.name in COLUMNS and field.span is not None]
    here = any(span.overlaps(twin.span) for span in amounts)
    return here and _item_key(other, "") == _item_key(record, "")
