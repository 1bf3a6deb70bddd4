"""Two statements of one fact that disagree (CONFLICT of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from pipeline.checks.amounts import COLUMNS, Amount, fold_words, precision, read_amount, read_quantity, refs_of, span_of
from pipeline.checks.amounts import item_of as item_words
from pipeline.checks.breakdowns import TOTAL_ITEM
from pipeline.checks.places import funding_by_evaluation, is_form
from pipeline.checks.registry import CheckedReport, check
from pipeline.checks.units import is_misscaled
from pipeline.prose.numbers import Spoken, spoken_in
from pipeline.prose.phrases import sentence_at
from pipeline.quantities import Quantity, tolerance
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Span

_SUFFIX = re.compile(r"(?:经费|费用|费|支出|金额|总额)(?:支出|总额)?\Z")
_WHOLE = re.compile(r"(?:部门|单位)?整体支出(?:总额)?|总支出|(?:部门|本年|年度)?支出(?:总额|合计)")
_VERBS = re.compile(
    r"^(?:累计|共计|全年|实际|共|已|新)*(?:完成|实现|开展|组织|举办|引进|到位|推进|落实|培育|建成|建设|达到|实施|发放)+"
)
_ROW_NUMBER = re.compile(r"^\s*指标\s*\d{1,2}\s*[:：、.．]?\s*")
_GENERIC = re.compile(
    r"(?:各类|相关|专题|专项|业务|重点)*(?:行动|培训班?|培训人次|会议|活动|检查|项目|任务|工作|满意度|合格率|资金|投资)"
)
_PART_OF_YEAR = re.compile(
    r"\d{1,2}\s*[-—－~～至]\s*\d{1,2}\s*月|上半年|季度|截至|截止|\d{1,2}月[底末份]?|累计|去年|上年末"
)
_SCOPE = re.compile(r"全国|全省|全市|全州|全县|全区|全镇|全乡|市本级|区本级|县本级|城区|农村")
_LONG_DECIMAL = re.compile(r"\d[\d,，]{1,}\.\d+")
_SHORT_NAME = 4
_LONG_NAME = 6
_LONG_AMOUNT = 10_000  # in units of the last digit: five digits
_FEW = 10  # small counts agree or differ by chance


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
def conflicting_measures(report: CheckedReport) -> Iterator[Finding]:
    """同一指标在报告中有两个不同的实际完成值。

    Prose against form or prose against prose of one evaluation, names equal after folding; prose of the department
    against a project only where the names are long and the values close, as a project may be a part of the whole.
    Sentences on a part of the year or on another area are no statements of the same fact.
    """
    records = [r for r in report.of_kind(RecordKind.INDICATOR) if _is_firm(report, r)]
    named: dict[str, list[GroundedRecord]] = {}
    for record in records:
        named.setdefault(_name_key(record), []).append(record)
    for first, second in (pair for same in named.values() for pair in combinations(same, 2)):
        if _are_one_fact(report, first, second, records) and _disagree(first, second):
            where = ["表格" if r.references.get("origin") == "form" else "正文" for r in (first, second)]
            values = [f"{place}写{r.value('actual')}" for place, r in zip(where, (first, second), strict=True)]
            detail = f"{first.value('name')}：{values[0]}，另一处{values[1]}"
            refs = (*refs_of(first, ("actual",)), *refs_of(second, ("actual",)))
            yield Finding("CONFLICT", Severity.ERROR, detail, (*span_of(first), *span_of(second)), refs)


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
        if agree or here.dimension != other.dimension or is_misscaled(here, other) or is_misscaled(other, here):
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


def _is_firm(report: CheckedReport, record: GroundedRecord) -> bool:
    """True for an exact value of the whole year."""
    actual, span = read_quantity(record, "actual"), record.quote.span
    if actual is None or actual.hedge or actual.comparator not in {None, "="} or span is None:
        return False
    if record.references.get("origin") == "form":
        return True
    return _PART_OF_YEAR.search(report.document.quote(sentence_at(report.document.text, span))) is None


def _are_one_fact(
    report: CheckedReport, first: GroundedRecord, second: GroundedRecord, records: Sequence[GroundedRecord]
) -> bool:
    """Of two records of one name, whether they state the same fact."""
    origins = {r.references.get("origin") for r in (first, second)}
    evaluations = [r.references.get("evaluation", "") for r in (first, second)]
    name = _name_key(first)
    if "narrative" not in origins or _GENERIC.fullmatch(name):
        return False
    if evaluations[0] != evaluations[1]:
        return "department" in evaluations and len(name) >= _LONG_NAME and _are_close(first, second, Decimal("1.1"))
    if "form" in origins:
        rows = [r for r in records if r.references == second.references and _name_key(r) == name]
        return len(name) >= _SHORT_NAME and len(rows) == 1 and _are_close(first, second, Decimal(2))
    places = [sentence_at(report.document.text, r.quote.span) for r in (first, second) if r.quote.span]
    scopes = [set(_SCOPE.findall(report.document.quote(place))) for place in places]
    apart = not places[0].overlaps(places[1]) and (not all(scopes) or scopes[0] == scopes[1])
    return apart and len(name) >= _SHORT_NAME and _are_close(first, second, Decimal("1.25"))


def _name_key(record: GroundedRecord) -> str:
    name = fold_words(_ROW_NUMBER.sub("", record.value("name") or ""))
    return _VERBS.sub("", name) or name


def _are_close(first: GroundedRecord, second: GroundedRecord, ratio: Decimal) -> bool:
    """True where the larger value is at most ``ratio`` times the smaller, and neither is a small plain count."""
    pair = _pair(first, second)
    if pair is None or min(pair) <= 0:
        return False
    quantities = [read_quantity(record, "actual") for record in (first, second)]
    counted = all(q is not None and q.scale == 1 and not q.decimals and q.dimension != "percent" for q in quantities)
    return max(pair) <= ratio * min(pair) and not (counted and min(pair) < _FEW)


def _disagree(first: GroundedRecord, second: GroundedRecord) -> bool:
    pair, quantities = _pair(first, second), [read_quantity(record, "actual") for record in (first, second)]
    if pair is None:
        return False
    bare = any(q is not None and q.dimension == "none" for q in quantities)
    halves = [precision(q) / (q.scale if bare else 1) for q in quantities if q is not None]
    return abs(pair[0] - pair[1]) > (max(halves) if len(set(halves)) > 1 else 0)


def _pair(first: GroundedRecord, second: GroundedRecord) -> tuple[Decimal, Decimal] | None:
    """Both values in the base unit of one dimension; as written where a form left its unit to a column of units."""
    a, b = read_quantity(first, "actual"), read_quantity(second, "actual")
    if a is None or b is None:
        return None
    if a.dimension == b.dimension:
        return (a.value, b.value) if _same_count(a, b) else None
    return (a.number, b.number) if "none" in (a.dimension, b.dimension) else None


def _same_count(a: Quantity, b: Quantity) -> bool:
    """人 and 人次 count different things; 万人 and 人 do not."""
    return not a.dimension.startswith("count") or a.unit == b.unit
