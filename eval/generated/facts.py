"""What a generated report tells, before it has words: every amount, result, target and score.

Amounts are in 万元, rates and completions in percent. Facts are stated facts: what does not close was planted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from eval.generated.sectors import Aim, Cause, Sector


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a funding block or of the 基础数据表; what is not filled is ``None``."""

    key: str
    item: str
    prior: Decimal | None = None
    initial: Decimal | None = None
    annual: Decimal | None = None
    executed: Decimal | None = None
    rate: Decimal | None = None
    weight: Decimal | None = None
    score: Decimal | None = None


class Day(NamedTuple):
    """A day of the fiscal year; day 0 is the end of its month."""

    month: int
    day: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of an indicator form. Target and actual are numbers, days, or words, both alike.

    ``direction`` is ``≥``, ``≤``, ``=``, or empty for words. ``cause`` is told where marks are off.
    """

    key: str
    level1: str
    level2: str
    name: str
    unit: str
    direction: str
    target: Decimal | Day | str
    actual: Decimal | Day | str
    weight: Decimal
    score: Decimal
    cause: Cause | None = None


class Change(NamedTuple):
    """A change on last year: ``percent`` of it, percentage ``points``, or so many ``units`` more."""

    kind: str
    size: Decimal
    up: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A result told in prose."""

    key: str
    evaluation: str
    name: str
    unit: str
    actual: Decimal
    target: Decimal | None = None
    completion: Decimal | None = None
    change: Change | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """The department or a project as it is evaluated. ``lines`` of its form begin with the total."""

    id: str
    name: str
    lines: tuple[Line, ...]
    aims: tuple[Aim, ...]
    marks: tuple[Mark, ...]
    results: tuple[Result, ...]
    total_weight: Decimal
    total_score: Decimal
    has_form: bool
    in_cell: Result | None = None
    """A result that the form's cell of outcomes tells."""
    income: tuple[Line, ...] = ()
    expense: tuple[Line, ...] = ()

    @property
    def grade(self) -> str:
        """The grade that the score stands for."""
        bounds = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"))
        return next((grade for bound, grade in bounds if self.total_score >= bound), "差")


@dataclass(frozen=True, slots=True)
class Spending:
    """What the department spent, as prose tells it. ``items`` are the projects' money, with their evaluation."""

    total: Line
    basic: Decimal
    personnel: Decimal
    running: Decimal
    project: Decimal
    items: tuple[tuple[str, str, Decimal], ...]
    visits: tuple[Line, ...]
    """三公经费 and its parts."""


class Repeat(NamedTuple):
    """A result or indicator that another place of the prose tells again, with the value told there."""

    key: str
    value: Decimal
    rounded: bool = False
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One report's facts."""

    sector: Sector
    place: str
    unit_name: str
    signed_name: str
    """The unit as its conclusion calls it."""
    year: int
    staff: Decimal
    present: Decimal
    control_rate: Decimal
    spending: Spending | None
    table: tuple[Line, ...]
    evaluations: tuple[Assessed, ...]
    repeats: tuple[Repeat, ...] = ()
    bare: frozenset[str] = frozenset()
    """Keys of amounts in prose that stand without their unit."""
    yuan: frozenset[str] = frozenset()
    """Keys of amounts in prose that stand in 元 though they are 万元."""
    budget_cause: str = ""
    """Why spending departed from the budget, where the report says so."""

    def marks(self) -> Iterator[Mark]:
        """The rows of all indicator forms."""
        for evaluation in self.evaluations:
            if evaluation.has_form:
                yield from evaluation.marks

    def own_marks(self) -> Iterator[Mark]:
        """The rows of the department's form whose names no other form has: prose on the department may tell them."""
        names = [mark.name for mark in self.marks()]
        department = self.evaluations[0]
        if department.has_form and self.spending is not None:
            yield from (mark for mark in department.marks if names.count(mark.name) == 1)

    def told(self) -> Iterator[Mark | Result]:
        """The rows of all indicator forms and the results of all prose."""
        yield from self.marks()
        yield from self.results()

    def results(self) -> Iterator[Result]:
        """The results of all prose."""
        for evaluation in self.evaluations:
            yield from evaluation.results

    def cells(self) -> Iterator[Result]:
        """The results that forms tell."""
        for evaluation in self.evaluations:
            if evaluation.in_cell is not None and evaluation.has_form:
                yield evaluation.in_cell
