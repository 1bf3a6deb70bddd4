"""Whether facts close: every contradiction that they hold, worked out anew from the stated figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from eval.generated.facts import Assessed, Day, Facts, Line, Mark
from eval.generated.figures import quotient


class Violation(NamedTuple):
    """A contradiction by code, and the key of its chief place."""

    code: str
    key: str


SCORE_TOLERANCE = Decimal("0.1")
RATE_TOLERANCE = Decimal("0.01")


def violations(facts: Facts) -> set[Violation]:
    """All contradictions of the facts."""
    found = set(_rates(facts)) | set(_sums(facts)) | set(_statements(facts)) | set(_budgets(facts))
    for assessed in facts.evaluations:
        if assessed.has_form:
            found |= set(_scores(assessed))
    return found


def is_met(mark: Mark) -> bool:
    """Whether a row reached its target; words always do."""
    target, actual = mark.target, mark.actual
    if isinstance(target, Day) and isinstance(actual, Day):
        return actual.month <= target.month
    if isinstance(target, Decimal) and isinstance(actual, Decimal):
        return actual <= target if mark.direction == "≤" else actual >= target
    return True


def _rates(facts: Facts) -> Iterator[Violation]:
    if facts.table and abs(quotient(facts.present, facts.staff) - facts.control_rate) > RATE_TOLERANCE:
        yield Violation("RATE", "table.staff")
    for assessed in facts.evaluations:
        for line in assessed.lines if assessed.has_form else ():
            if _is_off(line.executed, line.annual, line.rate):
                yield Violation("RATE", line.key)
    for result in (*facts.results(), *facts.cells()):
        if _is_off(result.actual, result.target, result.completion):
            yield Violation("RATE", result.key)


def _is_off(part: Decimal | None, whole: Decimal | None, rate: Decimal | None) -> bool:
    """Whether a stated rate is not the quotient."""
    return (
        part is not None
        and bool(whole)
        and rate is not None
        and abs(quotient(part, whole or part) - rate) > RATE_TOLERANCE
    )


def _sums(facts: Facts) -> Iterator[Violation]:
    for assessed in facts.evaluations:
        if assessed.has_form and not _adds_up(assessed.lines[0], assessed.lines[1:]):
            yield Violation("SUM", assessed.lines[0].key)
        for lines in (assessed.income, assessed.expense):
            if lines and _total(lines, "annual") != assessed.lines[0].annual:
                yield Violation("SUM", lines[0].key)
    spending = facts.spending
    if spending is None:
        return
    if not _adds_up(spending.visits[0], spending.visits[1:]):
        yield Violation("SUM", spending.visits[0].key)
    if spending.personnel + spending.running != spending.basic:
        yield Violation("SUM", "prose.basic")
    if sum((amount for _, _, amount in spending.items), Decimal(0)) != spending.project:
        yield Violation("SUM", "prose.project")
    if spending.basic + spending.project != spending.total.executed:
        yield Violation("SUM", "prose.total")
    rows = {line.key: line for line in facts.table}
    if rows and not _adds_up(rows["table.project.0"], (rows["table.project.1"], rows["table.project.2"])):
        yield Violation("SUM", "table.project.0")


def _scores(assessed: Assessed) -> Iterator[Violation]:
    total = assessed.lines[0]
    scores = sum((mark.score for mark in assessed.marks), total.score or Decimal(0))
    weights = sum((mark.weight for mark in assessed.marks), total.weight or Decimal(0))
    if scores != assessed.total_score:
        yield Violation("SCORE_TOTAL", f"{assessed.id}.sum")
    if weights != assessed.total_weight:
        yield Violation("WEIGHT_TOTAL", f"{assessed.id}.sum")
    right = None if total.weight is None or total.rate is None else total.weight * total.rate / 100
    if right is not None and total.score is not None and abs(right - total.score) > SCORE_TOLERANCE:
        yield Violation("SCORE_RATE", total.key)
    for mark in assessed.marks:
        if not is_met(mark) and mark.score == mark.weight:
            yield Violation("UNMET_FULL_SCORE", mark.key)
        if is_met(mark) and mark.score < mark.weight and mark.cause is None:
            yield Violation("MET_LOW_SCORE", mark.key)


def _statements(facts: Facts) -> Iterator[Violation]:
    """Facts told twice with different values, amounts without or with a wrong unit, another unit's name."""
    values = {each.key: each.actual for each in facts.told()}
    for repeat in facts.repeats:
        if repeat.value != values[repeat.key] and not repeat.rounded:
            yield Violation("CONFLICT", f"again.{repeat.key}")
    for line in facts.table:
        told = {"table.running.0": "running", "table.project.0": "project"}.get(line.key)
        if told is not None and facts.spending is not None and getattr(facts.spending, told) != line.executed:
            yield Violation("CONFLICT", line.key)
    for key in (*facts.bare, *facts.yuan):
        yield Violation("UNIT", key.removesuffix(".target"))
    if facts.signed_name != facts.unit_name:
        yield Violation("FOREIGN_NAME", "signed")


def _budgets(facts: Facts) -> Iterator[Violation]:
    for line in facts.table:
        if _over(line, line.initial):
            yield Violation("OVER_BUDGET", line.key)
    if facts.spending is not None and not facts.table:
        for place, line in enumerate(facts.spending.visits):
            if _over(line, line.initial):
                yield Violation("OVER_BUDGET", f"prose.visits.{place}")
    for assessed in facts.evaluations:
        for line in assessed.lines:
            if _over(line, line.annual):
                yield Violation("OVER_BUDGET", line.key)


def _over(line: Line, budget: Decimal | None) -> bool:
    return line.executed is not None and budget is not None and line.executed > budget


def _adds_up(total: Line, parts: Iterable[Line]) -> bool:
    """Whether the parts make up the total in each column that they fill."""
    parts = tuple(parts)
    return all(
        getattr(total, column) is None or getattr(total, column) == _total(parts, column)
        for column in ("prior", "initial", "annual", "executed")
    )


def _total(lines: Iterable[Line], column: str) -> Decimal:
    return sum((getattr(line, column) or Decimal(0) for line in lines), Decimal(0))
