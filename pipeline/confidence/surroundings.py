"""A report with its records, as far as they tell something of one another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.confidence.recognition import Recognition
from pipeline.folding import fold
from pipeline.forms.reading import read_forms
from pipeline.forms.standing import Standings, standings_of
from pipeline.quantities import parse_quantity
from schemas.records import FieldType, RecordKind, field_types
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord
from schemas.text import Document, Span

_NO_NAME = re.compile(
    r"^(?:比|较|与|占|其中|上述|以上|控制在|决算|未|不|超|共|累计|涉及|年中|追加|调整|全年$|资金$|项目$|支出$|收入$|执行|完成|实现|按|对(?!个人|外|口)|将|被|由|从|在|以)"
    r"|(?:的|了|为|是|达|完成|实现|共|约|超|较|比|到|增加|减少|结余|结转|以及|和|与)$|如下|情况$|[，。；：]"
)
_MONEY = re.compile(r"经费|支出|预算|资金|决算|收入|拨款|专项|项目$|资产|补助")
_SUBJECT_END = re.compile(r"(?:工作|建设|补助|补贴|专项|项目|资金|经费|支出|服务)+$")
_LEAST_CORE = 3
_COUNTED = frozenset({"prior_executed", "initial_budget", "annual_budget", "executed", "actual"})
_DIGITS = re.compile(r"[^0-9]")
_LEAST_DIGITS = 3


@dataclass(frozen=True)
class Surroundings:
    """A report with its records, as far as they tell something of one another."""

    document: Document
    records: Sequence[GroundedRecord]
    findings: Sequence[Finding]

    @cached_property
    def standings(self) -> Standings:
        """Under which header each cell of the forms stands."""
        return standings_of(read_forms(self.document))

    @cached_property
    def recognition(self) -> Recognition:
        """What of the text was recognized in images, and how surely."""
        return Recognition(self.document.text, self.document.recognized)

    @cached_property
    def doubts(self) -> dict[FieldRef, list[Finding]]:
        """The findings that name a field."""
        found: dict[FieldRef, list[Finding]] = {}
        for finding in self.findings:
            for ref in finding.fields:
                found.setdefault(ref, []).append(finding)
        return found

    @cached_property
    def claimed(self) -> Counter[int]:
        """How many records claim the number that starts at a place."""
        return Counter(
            start
            for record in self.records
            for start in {
                field.span.start
                for field in record.fields
                if field.span is not None and field_types(record.kind).get(field.name) is FieldType.NUMBER
            }
        )

    @cached_property
    def repeated(self) -> Counter[str]:
        """How many records have an amount or result, told by its digits."""
        return Counter(key for record in self.records for key in set(_amounts(record)))

    @cached_property
    def subjects(self) -> frozenset[str]:
        """What is evaluated, and what money is given for."""
        kinds = {RecordKind.EVALUATION: "name", RecordKind.FUNDING: "item"}
        named = (record.value(kinds[record.kind]) for record in self.records if record.kind in kinds)
        return frozenset(
            core for name in named if name and len(core := _SUBJECT_END.sub("", fold(name))) >= _LEAST_CORE
        )

    @cached_property
    def names(self) -> Counter[tuple[str, str]]:
        """How many records of a kind have the same name or item."""
        return Counter((record.kind.value, name) for record in self.records if (name := _name_of(record)))

    @cached_property
    def doubted(self) -> frozenset[int]:
        """The records with a field that a check of the reading doubts, or that the text does not vouch for."""
        doubted = {ref.record for ref, findings in self.doubts.items() if any(not f.about_report for f in findings)}
        unvouched = (r.index for r in self.records if any(not field.status.vouched for field in r.fields))
        return frozenset(doubted).union(unvouched)

    @cached_property
    def unsupported(self) -> frozenset[int]:
        """The records whose quote is not in the text, or has none of their values."""
        return frozenset(r.index for r in self.records if r.confirmed is not False and not r.accepted)


def company_of(around: Surroundings, record: GroundedRecord) -> Iterator[tuple[str, float]]:
    """What the record is among the others: one whose amount another record has too is often the same fact twice."""
    if any(around.repeated[key] > 1 for key in _amounts(record)):
        yield f"repeated:{_home(around, record)}", 1.0
    if around.names[record.kind.value, _name_of(record)] > 1:
        yield f"name_repeated:{_home(around, record)}", 1.0
    named, quote = _named(record), record.quote.span
    if named is None:
        return
    if named.span is None or (quote is not None and not quote.covers(named.span)):
        yield "name_elsewhere", 1.0
    words = fold(named.value)
    if _NO_NAME.search(words):
        yield "no_name", 1.0
    if record.references.get("origin") == "narrative":
        yield from _told_of_money(around, record, words)


def _told_of_money(around: Surroundings, record: GroundedRecord, name: str) -> Iterator[tuple[str, float]]:
    """Whether a result told in prose is rather an amount of money spent."""
    if _MONEY.search(name):
        yield "money_name", 1.0
    quantity = parse_quantity(record.value("actual") or "")
    if quantity is not None and quantity.dimension.startswith("money"):
        yield "money_result", 1.0
        core = _SUBJECT_END.sub("", name)
        if any(core in subject or subject in core for subject in around.subjects if core):
            yield "named_like_project", 1.0


def _home(around: Surroundings, record: GroundedRecord) -> str:
    quote = record.quote.span
    first = None if quote is None else Span(quote.start, quote.start + 1)
    return "prose" if around.standings.at(first) is None else "form"


def _named(record: GroundedRecord) -> GroundedField | None:
    if record.kind is RecordKind.FUNDING:
        return record.get("item")
    return record.get("name") if record.kind is RecordKind.INDICATOR else None


def _name_of(record: GroundedRecord) -> str:
    named = _named(record)
    return "" if named is None else fold(named.value)


def _amounts(record: GroundedRecord) -> Iterator[str]:
    """The record's longer numbers by their digits."""
    for field in record.fields:
        if field.name in _COUNTED:
            digits = _DIGITS.sub("", fold(field.value)).strip("0")
            if len(digits) >= _LEAST_DIGITS:
                yield digits
