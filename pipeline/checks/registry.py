"""How a check is registered, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, TypeVar

from pipeline.forms.reading import read_forms
from pipeline.forms.standing import Standings, standings_of
from pipeline.forms.year import find_year
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Document

T = TypeVar("T")


@dataclass(frozen=True)
class CheckedReport:
    """What a check looks at: the text and the records that were read from it.

    What several checks ask of the two is worked out once, when it is first asked for.
    """

    document: Document
    records: tuple[GroundedRecord, ...]
    made: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)  # what ``once`` keeps

    @cached_property
    def standings(self) -> Standings:
        """Under which header, and in which row, each cell of the forms stands."""
        return standings_of(read_forms(self.document))

    @cached_property
    def year(self) -> int | None:
        """The year that the report says it is about, whatever a record claims."""
        stated = find_year(self.document)
        return None if stated is None else int(stated.value)

    def of_kind(self, kind: RecordKind) -> tuple[GroundedRecord, ...]:
        """The records of one kind, in order."""
        return tuple(record for record in self.records if record.kind is kind)

    def by_evaluation(self, kind: RecordKind) -> dict[str, tuple[GroundedRecord, ...]]:
        """The records of one kind, by the evaluation they belong to."""
        if kind not in self.made:
            found: dict[str, list[GroundedRecord]] = {}
            for record in self.of_kind(kind):
                found.setdefault(record.references.get("evaluation", ""), []).append(record)
            self.made[kind] = {evaluation: tuple(records) for evaluation, records in found.items()}
        grouped: dict[str, tuple[GroundedRecord, ...]] = self.made[kind]
        return grouped


def once(work: Callable[[CheckedReport], T]) -> Callable[[CheckedReport], T]:
    """The function, which works out what it makes of a report the first time that it is asked."""

    @wraps(work)
    def ask(report: CheckedReport) -> T:
        if work not in report.made:
            report.made[work] = work(report)
        answer: T = report.made[work]
        return answer

    return ask


Body = Callable[[CheckedReport], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. ``meaning`` is what a reviewer reads: the first line of the function's docstring."""

    code: str
    severity: Severity
    meaning: str
    run: Body


_REGISTERED: list[Check] = []


def check(code: str, severity: Severity) -> Callable[[Body], Body]:
    """Register a function as the check of that code."""

    def register(body: Body) -> Body:
        meaning = (body.__doc__ or "").strip().splitlines()
        if not meaning:
            raise ValueError(f"check {body.__name__} needs a docstring: it is what the reviewer reads")
        _REGISTERED.append(Check(code, severity, meaning[0], body))
        return body

    return register


def registered() -> tuple[Check, ...]:
    """The checks registered so far."""
    return tuple(_REGISTERED)
