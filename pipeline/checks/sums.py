"""Parts that do not add up to their stated total, in tables and in prose (SUM of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.amounts import COLUMNS, Amount, read_amount, show, span_of
from pipeline.checks.breakdowns import (
    Breakdown,
    funding_tables,
    numbered_breakdowns,
    source_breakdowns,
    split_breakdowns,
    vehicle_breakdowns,
)
from pipeline.checks.registry import CheckedReport, check, once
from pipeline.quantities import parse_quantity
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Cell, Span

_TEN_THOUSAND = Decimal(10_000)
_STATED = re.compile(r"分[)）]?\s*[:：]\s*(?P<amount>\d[\d,，]*(?:\.\d+)?)")


class Addition(NamedTuple):
    """Parts and their total, all of one dimension."""

    total: Amount
    parts: tuple[Amount, ...]

    @property
    def difference(self) -> Decimal:
        """What the parts exceed the total by, in the base unit; 0 within the rounding of all the numbers."""
        difference = sum((part.value for part in self.parts), Decimal(0)) - self.total.value
        allowed = sum((part.half for part in self.parts), self.total.half)
        return difference if abs(difference) > allowed else Decimal(0)

    @property
    def is_misscaled(self) -> bool:
        """True where the parts add up once the total, or they, are read in a unit ten thousand times larger."""
        total, parts = self.total.value, sum((part.value for part in self.parts), Decimal(0))
        half = sum((part.half for part in self.parts), Decimal(0))
        up = abs(total * _TEN_THOUSAND - parts) <= self.total.half * _TEN_THOUSAND + half
        down = abs(parts * _TEN_THOUSAND - total) <= self.total.half + half * _TEN_THOUSAND
        return total > 0 and parts > 0 and (up or down)


@check("SUM", Severity.ERROR)
def wrong_sums_in_tables(report: CheckedReport) -> Iterator[Finding]:
    """表中各分项之和与合计数不符。

    Labeling guide: half a unit of the last digit of every number, added up, is let pass. A blank part is unknown, not
    zero: such a column is not judged.
    """
    for breakdown, column, addition in _additions(report):
        if addition.difference and not addition.is_misscaled:
            yield _finding(breakdown, addition, column)


@check("UNIT", Severity.ERROR)
def impossible_units_in_tables(report: CheckedReport) -> Iterator[Finding]:
    """表中合计数与各分项之和数字相同，单位相差一万倍。"""
    seen: set[int] = set()
    for breakdown, column, addition in _additions(report):
        if addition.is_misscaled and breakdown.total.index not in seen:
            seen.add(breakdown.total.index)
            found = _finding(breakdown, addition, column)
            yield replace(found, code="UNIT", detail=found.detail.rpartition("，")[0] + "，单位相差一万倍")


@check("SUM", Severity.ERROR)
def wrong_splits(report: CheckedReport) -> Iterator[Finding]:
    """“按收入性质分”或“按支出性质分”的各项之和与资金总额不符。

    Forms split now the budget, now the expenditure, and rarely say which: only a split that fits none of the total's
    columns is a finding. A total stated beside the words is the only one that counts.
    """
    for table, rows in funding_tables(report):
        for breakdown in split_breakdowns(table, rows):
            parts = [read_amount(part, "annual_budget") for part in breakdown.parts]
            known = tuple(part for part in parts if part is not None)
            totals = _split_totals(breakdown)
            if len(known) < len(parts) or not totals:
                continue
            additions = [Addition(total, known) for total in totals if total.dimension == known[0].dimension]
            if additions and all(addition.difference for addition in additions):
                yield _finding(breakdown, additions[0], "")


@once
def _additions(report: CheckedReport) -> tuple[tuple[Breakdown, str, Addition], ...]:
    """Every total of a table with its parts, column by column."""
    found = []
    for table, rows in funding_tables(report):
        breakdowns = [
            *numbered_breakdowns(table, rows),
            *vehicle_breakdowns(rows),
            *source_breakdowns(table, rows),
        ]
        for breakdown in breakdowns:
            for column in breakdown.columns:
                addition = _addition(breakdown, column)
                if addition is not None:
                    found.append((breakdown, column, addition))
    return tuple(found)


def _addition(breakdown: Breakdown, column: str) -> Addition | None:
    total = read_amount(breakdown.total, column)
    parts = [read_amount(part, column) for part in breakdown.parts]
    known = tuple(part for part in parts if part is not None)
    if total is None or len(known) < len(parts) or any(part.dimension != total.dimension for part in known):
        return None
    return Addition(total, known)


def _split_totals(breakdown: Breakdown) -> tuple[Amount, ...]:
    stated = _stated_total(breakdown.stated, breakdown.parts)
    if stated is not None:
        return (stated,)
    columns = ("annual_budget", "executed", "initial_budget")
    return tuple(amount for column in columns if (amount := read_amount(breakdown.total, column)) is not None)


def _stated_total(head: Cell | None, parts: Sequence[GroundedRecord]) -> Amount | None:
    """The amount in 按收入性质分：731.26, in the unit of the parts."""
    match = _STATED.search(head.text) if head is not None else None
    sample = next((a for part in parts if (a := read_amount(part, "annual_budget")) is not None), None)
    quantity = parse_quantity(match["amount"]) if match is not None else None
    if head is None or match is None or sample is None or quantity is None:
        return None
    half = Decimal(1).scaleb(-quantity.decimals) / 2 * sample.factor
    unit = sample.text.lstrip("0123456789.,，")
    span = Span(head.span.start + match.start("amount"), head.span.start + match.end("amount"))
    return Amount(
        quantity.value * sample.factor, half, match["amount"] + unit, sample.factor, sample.dimension, span, sample.ref
    )


def _finding(breakdown: Breakdown, addition: Addition, column: str) -> Finding:
    item = f"{breakdown.total.value('item') or '合计'}{COLUMNS.get(column, '')}"
    evidence: Iterable[Span] = (addition.total.span, *(part.span for part in addition.parts))
    if column:
        evidence = (span for record in (breakdown.total, *breakdown.parts) for span in span_of(record))
    refs = tuple(amount.ref for amount in (addition.total, *addition.parts))
    return Finding("SUM", Severity.ERROR, _arithmetic(item, addition), tuple(dict.fromkeys(evidence)), refs)


def _arithmetic(item: str, addition: Addition) -> str:
    """``三公经费：分项6.2+0+3.26=9.46，报告写9.86万元，相差-0.4``, in the unit of the total."""
    factor = addition.total.factor
    terms = "+".join(show(part.value / factor, 4) for part in addition.parts)
    total = show(sum((part.value for part in addition.parts), Decimal(0)) / factor, 4)
    difference = show(abs(addition.difference) / factor, 4)
    return f"{item}：分项{terms}={total}，报告写{addition.total.text}，相差{difference}"
