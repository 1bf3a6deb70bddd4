"""Figures of stored runs, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from eval.figures import Figures, add_counts, effort_of, spread_of
from eval.metrics import FieldKey, FindingTally, Tally
from pipeline.store import EvalFindings, EvalReport, EvalRow, FieldCounts
from schemas.records import RecordKind

RUN = EvalRow("e1", "甲", datetime(2026, 1, 1), None, "c", "0" * 64, "llm", "m", "v2", {}, 2)
COUNTS = (
    FieldCounts(1, "a", "indicator", "form", "name", 3, 1, 0, 0),
    FieldCounts(1, "a", "indicator", "narrative", "name", 2, 0, 1, 1),
    FieldCounts(1, "b", "funding", "", "item", 5, 0, 0, 0),
    FieldCounts(2, "a", "indicator", "form", "name", 4, 0, 0, 0),
)


def report(name: str, repeat: int, calls: int, seconds: float, cost: str | None) -> EvalReport:
    amount = None if cost is None else Decimal(cost)
    return EvalReport(repeat, name, "h", None, seconds, calls, 0, 0.6, 100, 10, 50, 5, amount, "CNY", "{}")


def figures(*reports: EvalReport, findings: tuple[EvalFindings, ...] = ()) -> Figures:
    return Figures(RUN, COUNTS, reports, findings, (), 10)


def test_nothing_read_took_nothing() -> None:
    effort = effort_of(figures()._replace(counts=()))
    assert (effort.calls, effort.seconds, effort.costs, effort.call_seconds) == (0, 0, {}, None)
    assert spread_of(figures()._replace(counts=())) == ((), None)


def test_an_unknown_price_makes_the_sum_unknown_not_smaller() -> None:
    assert effort_of(figures(report("a", 1, 1, 1.0, "2"), report("b", 1, 1, 1.0, None))).costs is None
    nothing_asked = report("b", 1, 0, 1.0, None)
    assert effort_of(figures(report("a", 1, 1, 1.0, "2"), nothing_asked)).costs == {"CNY": Decimal(1)}  # two repeats


def test_effort_is_per_repeat() -> None:
    effort = effort_of(figures(*(report("a", repeat, 3, repeat, "1.5") for repeat in (1, 2))))
    assert (effort.calls, effort.input_tokens, effort.output_tokens, effort.sent) == (3, 100, 10, 50)
    assert (effort.seconds, effort.slowest, effort.costs) == (2, 2, {"CNY": Decimal("1.5")})
    assert effort.call_seconds == pytest.approx(0.2)


def test_tallies_are_by_kind_and_origin() -> None:
    assert add_counts(COUNTS) == Tally(14, 1, 1, 1)
    assert add_counts(COUNTS, RecordKind.INDICATOR) == Tally(9, 1, 1, 1)
    assert add_counts(COUNTS, RecordKind.INDICATOR, "form") == Tally(7, 1, 0, 0)
    assert add_counts(COUNTS, RecordKind.GOAL) == Tally()
    assert figures().by_field() == {
        FieldKey(RecordKind.FUNDING, "", "item"): Tally(5),
        FieldKey(RecordKind.INDICATOR, "form", "name"): Tally(7, 1),
        FieldKey(RecordKind.INDICATOR, "narrative", "name"): Tally(2, 0, 1, 1),
    }


def test_the_spread_is_over_repeats() -> None:
    spread = spread_of(figures())
    assert spread.values == (pytest.approx(20 / 24), 1.0)  # 2*10 / (2*10 + 2*1 + 1 + 1)
    assert spread.deviation == pytest.approx((1 - 20 / 24) / 2**0.5)
    assert spread_of(figures()._replace(counts=COUNTS[:3])).deviation is None


def test_findings_are_added_up_by_code() -> None:
    rows = (EvalFindings(1, "a", "SUM", 2, 1, 1, 1), EvalFindings(1, "b", "SUM", 1, 0, 2, 0))
    found = figures(findings=rows)
    assert found.finding_tallies() == {"SUM": FindingTally(3, 1, 3, 1)}
    assert found.finding_tallies("b") == {"SUM": FindingTally(1, 0, 2, 0)}
