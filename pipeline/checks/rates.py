"""Stated rates against the quotient of their two amounts (RATE of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.amounts import Amount, precision, read_amount, read_quantity, refs_of, show, spans_of
from pipeline.checks.registry import CheckedReport, check
from pipeline.quantities import Quantity, parse_quantity, tolerance
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, GroundedRecord, Severity
from schemas.text import Span

_HUNDRED = Decimal(100)
_STAFF = re.compile(
    r"编制(?:人?数|人员)[^\S\d]*(?:\d{4}年)?(?:实际|年末)?在职人(?:员|数|员数)\s+(?:人员)?控制率\s+"
    r"(?P<authorized>\d+)[人名]?\s+(?P<actual>\d+)[人名]?\s+(?P<rate>\d+(?:\.\d+)?\s*[%％])"
)


class Interval(NamedTuple):
    """The values that a rounded number may stand for."""

    low: Decimal
    high: Decimal

    def meets(self, other: Interval) -> bool:
        """True where the two share a value."""
        return self.low <= other.high and other.low <= self.high


@check("RATE", Severity.ERROR)
def wrong_execution_rates(report: CheckedReport) -> Iterator[Finding]:
    """执行率与“执行数÷预算数”算出的结果不符。

    财预〔2020〕10号: 预算执行率 is 全年执行数 / 全年预算数. Where both budgets are given, a rate that fits either is
    let pass, since some forms divide by 年初预算数.
    """
    for record in report.of_kind(RecordKind.FUNDING):
        rate, executed = read_quantity(record, "rate"), read_amount(record, "executed")
        budgets = {name: read_amount(record, name) for name in ("annual_budget", "initial_budget")}
        known = {name: budget for name, budget in budgets.items() if budget is not None and _divides(executed, budget)}
        if rate is None or executed is None or not known or any(_fits(rate, executed, b) for b in known.values()):
            continue
        name, budget = next(iter(known.items()))
        quotient = show(executed.value / budget.value * _HUNDRED)
        values = f"{executed.text}/{budget.text}={quotient}%"
        detail = f"{record.value('item') or '资金'}：{values}，报告写{record.value('rate')}"
        evidence = spans_of(record.get(field) for field in (name, "executed", "rate"))
        yield Finding("RATE", Severity.ERROR, detail, evidence, refs_of(record, (name, "executed", "rate")))


@check("RATE", Severity.ERROR)
def wrong_completion_rates(report: CheckedReport) -> Iterator[Finding]:
    """完成率与“实际完成数÷目标数”算出的结果不符。"""
    for record in report.of_kind(RecordKind.INDICATOR):
        rate, actual, target = (read_quantity(record, name) for name in ("completion_rate", "actual", "target"))
        if rate is None or actual is None or target is None or not _comparable(actual, target):
            continue
        quotient = _quotient(_interval(actual), _interval(target))
        if any(quotient.meets(stated) for stated in _stated(rate)):
            continue
        percent = show(actual.value / target.value * _HUNDRED)
        values = f"{record.value('actual')}/{record.value('target')}={percent}%"
        detail = f"{record.value('name') or '指标'}：{values}，报告写{record.value('completion_rate')}"
        names = ("target", "actual", "completion_rate")
        yield Finding("RATE", Severity.ERROR, detail, spans_of(map(record.get, names)), refs_of(record, names))


@check("RATE", Severity.ERROR)
def wrong_staff_rate(report: CheckedReport) -> Iterator[Finding]:
    """人员控制率与“实际在职人数÷编制数”算出的结果不符。

    The rate has no field of its own; it is read from the row of the table of basic data. Heads are counted, so they
    are exact.
    """
    for match in _STAFF.finditer(report.document.text):
        authorized, actual = Decimal(match["authorized"]), Decimal(match["actual"])
        rate = parse_quantity(match["rate"])
        if rate is None or not authorized:
            continue
        quotient = actual / authorized * _HUNDRED
        if abs(quotient - rate.value) <= tolerance(rate):
            continue
        detail = f"人员控制率：{actual}/{authorized}={show(quotient)}%，报告写{match['rate']}"
        evidence = (Span(match.start("authorized"), match.end("rate")),)
        yield Finding("RATE", Severity.ERROR, detail, evidence, tuple(_staff_refs(report.records, match)))


def _staff_refs(records: tuple[GroundedRecord, ...], match: re.Match[str]) -> Iterator[FieldRef]:
    places = {"authorized_staff": match.span("authorized"), "actual_staff": match.span("actual")}
    for record in records:
        for name, place in places.items():
            field = record.get(name) if record.kind is RecordKind.REPORT else None
            if field is not None and field.span is not None and field.span.overlaps(Span(*place)):
                yield FieldRef(record.index, name)


def _divides(executed: Amount | None, budget: Amount) -> bool:
    return executed is not None and budget.value > budget.half and budget.dimension == executed.dimension


def _fits(rate: Quantity, executed: Amount, budget: Amount) -> bool:
    quotient = _quotient(
        Interval(executed.value - executed.half, executed.value + executed.half),
        Interval(budget.value - budget.half, budget.value + budget.half),
    )
    return any(quotient.meets(stated) for stated in _stated(rate))


def _quotient(above: Interval, below: Interval) -> Interval:
    """In percent; both are positive and ``below`` leaves out zero."""
    return Interval(above.low / below.high * _HUNDRED, above.high / below.low * _HUNDRED)


def _stated(rate: Quantity) -> tuple[Interval, ...]:
    """What a rate may mean, in percent: a bare 0.96 is 96 % or 0.96 %, a multiple is a hundred times itself."""
    half = tolerance(rate)
    percent = Interval(rate.value - half, rate.value + half)
    hundredfold = Interval(percent.low * _HUNDRED, percent.high * _HUNDRED)
    if rate.dimension == "percent" and rate.comparator is None and rate.hedge is None:
        return (percent,)
    if rate.dimension in {"none", "multiple"} and rate.comparator is None and rate.hedge is None:
        return (percent, hundredfold)
    return (Interval(Decimal("-Infinity"), Decimal("Infinity")),)  # 98%以上 cannot be re-computed


def _comparable(actual: Quantity, target: Quantity) -> bool:
    same = actual.dimension == target.dimension and actual.dimension not in {"percent", "none", "time", "multiple"}
    plain = actual.hedge is None and target.hedge is None and actual.comparator is None
    return same and plain and target.value > tolerance(target) and actual.value >= 0


def _interval(quantity: Quantity) -> Interval:
    half = precision(quantity)
    return Interval(quantity.value - half, quantity.value + half)
