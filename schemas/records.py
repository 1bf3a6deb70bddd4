"""The records of the labeling guide, as frozen models: the shape of gold, of exports, and of what a model fills.

Every value is a string as the report has it; ``None`` means that the report does not state it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict


class FieldType(StrEnum):
    """What a field holds, which decides how it is grounded, checked and compared."""

    REFERENCE = "reference"  # points at another record or is chosen from a list; has no characters of its own
    NUMBER = "number"  # a quantity: every digit, sign, point and unit must stand in the source
    NAME = "name"  # a short name or item
    TEXT = "text"  # a passage


class RecordKind(StrEnum):
    """The kinds of record a report is read into; ``REPORT`` holds the facts about the report as a whole."""

    REPORT = "report"
    EVALUATION = "evaluation"
    FUNDING = "funding"
    GOAL = "goal"
    INDICATOR = "indicator"
    DEVIATION = "deviation"
    REMEDY = "remedy"


Reference = Annotated[str, FieldType.REFERENCE]
Number = Annotated[str | None, FieldType.NUMBER]
Name = Annotated[str | None, FieldType.NAME]
Text = Annotated[str | None, FieldType.TEXT]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReportFacts(_Frozen):
    """What a report says of itself and its unit."""

    unit_name: Name = None
    fiscal_year: int | None = None
    authorized_staff: Number = None
    actual_staff: Number = None
    no_deviation_declared: bool = False


class Evaluation(_Frozen):
    """One thing that is evaluated: the department as a whole (整体支出), or a project (项目支出)."""

    id: Reference
    scope: Annotated[Literal["department", "project"], FieldType.REFERENCE]
    name: Name = None
    total_score: Number = None
    grade: Name = None
    outcome_summary: Text = None
    quote: str


class Funding(_Frozen):
    """An amount of money budgeted or spent, by item."""

    evaluation: Reference
    item: Name = None
    prior_executed: Number = None
    initial_budget: Number = None
    annual_budget: Number = None
    executed: Number = None
    rate: Number = None
    weight: Number = None
    score: Number = None
    unit: Name = None
    quote: str


class Goal(_Frozen):
    """A performance goal set for the year, and what came of it."""

    evaluation: Reference
    statement: Text = None
    outcome: Text = None
    quote: str


class Indicator(_Frozen):
    """A row of an indicator form, or a measured result stated in prose."""

    evaluation: Reference
    origin: Annotated[Literal["form", "narrative"], FieldType.REFERENCE]
    level1: Name = None
    level2: Name = None
    name: Name = None
    target: Number = None
    actual: Number = None
    weight: Number = None
    score: Number = None
    completion_rate: Number = None
    change: Number = None
    deviation_reason: Text = None
    quote: str


class Deviation(_Frozen):
    """Where results or spending departed from the plan, or a problem that the report names."""

    evaluation: Reference
    kind: Annotated[Literal["indicator", "budget", "problem"], FieldType.REFERENCE]
    indicator: Name = None
    description: Text = None
    reason: Text = None
    remedy: Text = None
    quote: str


class Remedy(_Frozen):
    """A measure announced under 下一步改进措施 or 建议."""

    statement: Text = None
    quote: str


class LabeledFinding(_Frozen):
    """A contradiction inside the report, with the places that show it."""

    code: str
    detail: str
    quotes: tuple[str, ...]


class Labels(ReportFacts):
    """One report's labels, in the shape of the labeling guide."""

    report: str
    evaluations: tuple[Evaluation, ...] = ()
    funding: tuple[Funding, ...] = ()
    goals: tuple[Goal, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    findings: tuple[LabeledFinding, ...] = ()


MODELS: dict[RecordKind, type[_Frozen]] = {
    RecordKind.REPORT: ReportFacts,
    RecordKind.EVALUATION: Evaluation,
    RecordKind.FUNDING: Funding,
    RecordKind.GOAL: Goal,
    RecordKind.INDICATOR: Indicator,
    RecordKind.DEVIATION: Deviation,
    RecordKind.REMEDY: Remedy,
}

SECTIONS: dict[RecordKind, str] = {
    RecordKind.EVALUATION: "evaluations",
    RecordKind.FUNDING: "funding",
    RecordKind.GOAL: "goals",
    RecordKind.INDICATOR: "indicators",
    RecordKind.DEVIATION: "deviations",
    RecordKind.REMEDY: "remedies",
}
"""The key of ``Labels`` under which each kind of record stands."""


@cache
def field_types(kind: RecordKind) -> dict[str, FieldType]:
    """The type of every field of a kind of record except ``quote``, in order of declaration.

    ``fiscal_year`` is a number; ``no_deviation_declared`` is a text, whose evidence is the sentence that declares it.
    """
    if kind is RecordKind.REPORT:
        special = {"fiscal_year": FieldType.NUMBER, "no_deviation_declared": FieldType.TEXT}
    else:
        special = {}
    found = dict(special)
    for name, info in MODELS[kind].model_fields.items():
        for mark in info.metadata:
            if isinstance(mark, FieldType):
                found[name] = mark
    return {name: found[name] for name in MODELS[kind].model_fields if name in found}
