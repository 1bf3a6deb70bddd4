"""A result that is stated twice with two values (CONFLICT of the labeling guide)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from pipeline.checks.amounts import fold_words, precision, read_quantity, refs_of, span_of
from pipeline.checks.registry import CheckedReport, check, once
from pipeline.prose.phrases import wrapped_sentence_at
from pipeline.quantities import Quantity
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Span

_VERBS = re.compile(
    r"^(?:累计|共计|全年|实际|共|已|新)*(?:完成|实现|开展|组织|举办|引进|到位|推进|落实|培育|建成|建设|达到|实施|发放|带动|新增(?=城镇))+"
)
_COUNTED = re.compile(r"(?:总?数量?|人数|人次数?|家数|户数|次数|件数|个数|台数|套数)\Z")
_ROW_NUMBER = re.compile(r"^\s*(?:指标\s*\d{1,2}\s*[:：、.．]?|\d{1,2}\s*[、.．](?!\d)|[①-⑳])\s*")
_GENERIC = re.compile(
    r"(?:各类|相关|专题|专项|业务|重点)*(?:行动|培训班?|培训人次|会议|活动|检查|项目|任务|工作|满意度|合格率|资金|投资)"
)
_PART_OF_YEAR = re.compile(
    r"\d{1,2}\s*[-—－~～至]\s*\d{1,2}\s*月|上半年|季度|截至|截止|\d{1,2}月[底末份]?|(?:20\d\d年|历年|[自从][^，。]{0,8})以?来|上年末"
)
_SCOPE = re.compile(r"全国|全省|全市|全州|全县|全区|全镇|全乡|市本级|区本级|县本级|城区|农村")
_OF_A_GOAL = re.compile(r"(?:目标|任务|计划|预期)(?:数|值)?\Z")
_CLAUSE_START = re.compile(r"[；;。\n]")
_SHORT_NAME = 4
_LONG_NAME = 6
_FEW = 10  # small counts agree or differ by chance
_ROUND = 3  # digits that a count has at least to be told in round figures,
_LEADING = 2  # and how many of them are left then
_SWAPPED_DIGITS = 3
_SHARED = Decimal("0.5")


class Measure(NamedTuple):
    """A result with one exact value. ``key`` is its name as names are compared."""

    record: GroundedRecord
    actual: Quantity
    key: str

    @property
    def evaluation(self) -> str:
        """Whose result it is."""
        return self.record.references.get("evaluation", "")

    @property
    def in_form(self) -> bool:
        """True for a row of a form."""
        return self.record.references.get("origin") == "form"


@check("CONFLICT", Severity.ERROR)
def conflicting_measures(report: CheckedReport) -> Iterator[Finding]:
    """同一指标在报告中有两个不同的实际完成值。

    Prose against form or prose against prose of one evaluation, names equal after folding; prose of the department
    against a project only where the names are long and the values close, as a project may be a part of the whole.
    Sentences on a part of the year or on another area are no statements of the same fact.
    """
    for same in _by_name(report).values():
        for first, second in combinations(same, 2):
            if _are_one_fact(report, first, second, same) and _disagree(first, second):
                yield _finding(first, second, "")


@check("CONFLICT", Severity.ERROR)
def swapped_digits(report: CheckedReport) -> Iterator[Finding]:
    """两处相近的指标，数值只是相邻两位数字颠倒，疑为同一数据的笔误。

    At least three digits in the same unit, names that share half their characters. A whole and its part do not differ
    by a swap of digits, so department and projects are compared as well.
    """
    alike: dict[tuple[str, str, int], list[Measure]] = {}
    for measure in _measures(report):
        digits = _digits(measure)
        if len(digits) >= _SWAPPED_DIGITS:
            key = (measure.actual.unit or "", "".join(sorted(digits)), measure.actual.decimals)
            alike.setdefault(key, []).append(measure)
    for same in alike.values():
        for first, second in combinations(same, 2):
            swapped = _are_swapped(_digits(first), _digits(second)) and _share_words(first, second)
            if swapped and _are_apart(report, first, second) and not _is_told(report, first, second):
                yield _finding(first, second, "，只是数字颠倒")


def _is_told(report: CheckedReport, first: Measure, second: Measure) -> bool:
    """True where the check above has told the two already."""
    same = _by_name(report).get(first.key, ())
    return first.key == second.key and _are_one_fact(report, first, second, same) and _disagree(first, second)


@once
def _measures(report: CheckedReport) -> tuple[Measure, ...]:
    found = (_measure(record) for record in report.of_kind(RecordKind.INDICATOR))
    return tuple(measure for measure in found if measure is not None)


@once
def _by_name(report: CheckedReport) -> dict[str, tuple[Measure, ...]]:
    """The measures of one name. Prose that ends in the name of a row of a form (``组织专家检查重点企业``) has it."""
    rows = {measure.key for measure in _measures(report) if measure.in_form and len(measure.key) >= _LONG_NAME}
    found: dict[str, list[Measure]] = {}
    for measure in _measures(report):
        key = measure.key
        if not measure.in_form and key not in rows:
            key = next((row for row in rows if key.endswith(row)), key)
        found.setdefault(key, []).append(measure._replace(key=key))
    return {key: tuple(measures) for key, measures in found.items()}


def _measure(record: GroundedRecord) -> Measure | None:
    actual, span = read_quantity(record, "actual"), record.quote.span
    if actual is None or actual.hedge or actual.comparator not in {None, "="} or span is None:
        return None
    return Measure(record, actual, _name_key(record))


def _name_key(record: GroundedRecord) -> str:
    name = fold_words(_ROW_NUMBER.sub("", record.value("name") or ""))
    bare = _VERBS.sub("", name) or name
    short = _COUNTED.sub("", bare.replace("的", ""))
    return short if len(short) >= _SHORT_NAME else bare


def _are_one_fact(report: CheckedReport, first: Measure, second: Measure, same: Sequence[Measure]) -> bool:
    """Of two measures of one name, whether they state the same fact."""
    name = first.key
    if not _are_apart(report, first, second) or _GENERIC.fullmatch(name) or len(name) < _SHORT_NAME:
        return False
    long = len(name) >= _LONG_NAME
    if first.evaluation != second.evaluation:
        department = "department" in (first.evaluation, second.evaluation)
        return department and long and _are_close(first, second, Decimal("1.1"))
    if first.in_form or second.in_form:
        rows = [other for other in same if other.in_form and other.evaluation == first.evaluation]
        return len(rows) == 1 and _are_close(first, second, Decimal(2), counts=long)
    scopes = [frozenset(_SCOPE.findall(report.document.quote(_sentence(report, m)))) for m in (first, second)]
    one_scope = scopes[0] == scopes[1] or not all(scopes)
    return one_scope and _are_close(first, second, Decimal("1.5" if long else "1.25"), counts=long)


def _are_apart(report: CheckedReport, first: Measure, second: Measure) -> bool:
    """True for prose of the whole year beside a form, and for two sentences on it; one sentence tells no fact twice."""
    if first.in_form and second.in_form:
        return False
    if any(not measure.in_form and _is_of_a_part(report, measure) for measure in (first, second)):
        return False
    return first.in_form or second.in_form or not _sentence(report, first).overlaps(_sentence(report, second))


def _sentence(report: CheckedReport, measure: Measure) -> Span:
    return wrapped_sentence_at(report.document.text, measure.record.quote.span or Span(0, 0))


def _is_of_a_part(report: CheckedReport, measure: Measure) -> bool:
    """True where the clause before the value, or its own words, speak of a part of the year or of several years."""
    span, sentence = measure.record.quote.span, _sentence(report, measure)
    if span is None:
        return False
    before = report.document.text[sentence.start : span.end]
    starts = [match.end() for match in _CLAUSE_START.finditer(before, 0, span.start - sentence.start)]
    return _PART_OF_YEAR.search(before, starts[-1] if starts else 0) is not None


def _are_close(first: Measure, second: Measure, ratio: Decimal, *, counts: bool = False) -> bool:
    """True where the larger value is at most ``ratio`` times the smaller; small plain counts only where they count.

    Two percentages of one long name need not be close.
    """
    pair = _pair(first.actual, second.actual)
    if pair is None or min(pair) <= 0:
        return False
    if counts and first.actual.dimension == second.actual.dimension == "percent":
        return True
    plain = all(q.scale == 1 and not q.decimals and q.dimension != "percent" for q in (first.actual, second.actual))
    return max(pair) <= ratio * min(pair) and (counts or not (plain and min(pair) < _FEW))


def _disagree(first: Measure, second: Measure) -> bool:
    pair, quantities = _pair(first.actual, second.actual), (first.actual, second.actual)
    if pair is None:
        return False
    bare = any(q.dimension == "none" for q in quantities)
    halves = [_slack(q) / (q.scale if bare else 1) for q in quantities]
    return abs(pair[0] - pair[1]) > (max(halves) if len(set(halves)) > 1 else 0)


def _slack(quantity: Quantity) -> Decimal:
    """Half a unit of the last digit; of a round count (20,000人) half a unit of its last digit that is not zero."""
    digits = str(quantity.number)
    zeros = len(digits) - len(digits.rstrip("0"))
    count = quantity.dimension.startswith("count") and not quantity.decimals
    rounded = count and len(digits) >= _ROUND and len(digits) - zeros <= _LEADING
    return Decimal(10) ** zeros / 2 * quantity.scale if rounded else precision(quantity)


def _pair(a: Quantity, b: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both values in the base unit of one dimension; as written where a form left its unit to a column of units."""
    if a.dimension == b.dimension:
        return (a.value, b.value) if _same_count(a, b) else None
    return (a.number, b.number) if "none" in (a.dimension, b.dimension) else None


def _same_count(a: Quantity, b: Quantity) -> bool:
    """人 and 人次 count different things; 万人 and 人 do not."""
    return not a.dimension.startswith("count") or a.unit == b.unit


def _digits(measure: Measure) -> str:
    return format(abs(measure.actual.number), "f").replace(".", "").strip("0")


def _are_swapped(one: str, other: str) -> bool:
    """True where two neighbouring digits of one are the other way round in the other."""
    places = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    return len(places) == 2 and places[1] - places[0] == 1 and one[places[0]] == other[places[1]]


def _share_words(first: Measure, second: Measure) -> bool:
    if _OF_A_GOAL.search(first.key) or _OF_A_GOAL.search(second.key):
        return False
    shared = sum((Counter(first.key) & Counter(second.key)).values())
    return shared >= 3 and shared >= _SHARED * min(len(first.key), len(second.key))


def _finding(first: Measure, second: Measure, remark: str) -> Finding:
    places = ["表格" if measure.in_form else "正文" for measure in (first, second)]
    records = (first.record, second.record)
    values = [f"{place}写{record.value('actual')}" for place, record in zip(places, records, strict=True)]
    detail = f"{first.record.value('name')}：{values[0]}，另一处{values[1]}{remark}"
    refs = tuple(ref for record in records for ref in refs_of(record, ("actual",)))
    return Finding("CONFLICT", Severity.ERROR, detail, tuple(p for r in records for p in span_of(r)), refs)
