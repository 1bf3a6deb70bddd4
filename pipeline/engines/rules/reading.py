"""All rules in order: what is evaluated, then for each evaluation its funding, goals, indicators and deviations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.engines.rules.claims import Piece
from pipeline.engines.rules.duplicates import drop_repeated
from pipeline.engines.rules.evaluations import DEPARTMENT, Subject, evaluation_of, merge_subjects, same_project, subject_of
from pipeline.engines.rules.evaluations_prose import department_subject, project_sections
from pipeline.engines.rules.facts import find_unit, find_year, read_facts
from pipeline.engines.rules.forms import BlockKind, Form, read_forms
from pipeline.engines.rules.funding_forms import read_funding, read_split
from pipeline.engines.rules.funding_prose import Owner, read_prose_funding
from pipeline.engines.rules.goals import goal_cells, read_goals
from pipeline.engines.rules.goals_prose import read_prose_goals
from pipeline.engines.rules.indicators import read_indicators
from pipeline.engines.rules.narrative import read_narrative
from pipeline.engines.rules.problems import read_cell_problems, read_problems, read_remedies
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Section, SectionKind
from schemas.text import Document, Span


@dataclass(frozen=True, slots=True)
class RulesEngine:
    """The engine that needs no model."""

    name: str = "rules"
    version: str = "1"

    def read(
        self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]
    ) -> tuple[Candidate, ...]:
        """Every record that the rules find, in order of the text."""
        del chunks  # the rules read whole tables and sections
        year = find_year(document)
        forms = read_forms(document, int(year.value) if year else None)
        report = _Report(document, tuple(sections), forms, int(year.value) if year else None)
        facts = read_facts(document, sections, forms)
        passages, evaluations = _subjects(report)
        found = [*evaluations, *_read_forms(report, passages), *_read_prose(report, passages)]
        found.sort(key=lambda c: (c.kind is not RecordKind.EVALUATION, c.quote.where.start if c.quote.where else 0))
        return (facts, *drop_repeated(found))


@dataclass(frozen=True, slots=True)
class _Report:
    document: Document
    sections: tuple[Section, ...]
    forms: tuple[Form, ...]
    year: int | None


@dataclass(frozen=True, slots=True)
class _Passage:
    """A form or a passage of prose that is about one evaluation."""

    span: Span
    evaluation: str
    name: Piece | None
    form: Form | None = None


def _subjects(report: _Report) -> tuple[tuple[_Passage, ...], tuple[Candidate, ...]]:
    """What is evaluated, as records, and the passages that are about each."""
    document = report.document
    by_form = [(form, subject_of(document, form)) for form in report.forms]
    named = [s for _, s in by_form if s]
    in_prose = []
    others: list[_Passage] = []
    for _, subject in project_sections(document, report.sections):
        if _is_evaluated(document, subject, named):
            in_prose.append(subject)
        else:
            others.append(_Passage(subject.span, DEPARTMENT, _name(subject)))
    taken = [subject.span for subject in in_prose]
    department = department_subject(document, report.sections, taken)
    subjects = [*named, *in_prose, *([department] if department else [])]
    groups = sorted(merge_subjects(subjects), key=lambda g: (g[0].scope != DEPARTMENT, min(s.span.start for s in g)))
    unit = find_unit(document, report.sections, report.forms)
    passages: list[_Passage] = list(others)
    evaluations: list[Candidate] = []
    if not any(group[0].scope == DEPARTMENT for group in groups) and _speaks_of_department(report, groups):
        whole = Subject(DEPARTMENT, unit, {}, unit.where if unit and unit.where else Span(0, 1), "evaluations.title")
        groups.insert(0, (whole,))
    projects = 0
    for group in groups:
        projects += group[0].scope != DEPARTMENT
        identifier = DEPARTMENT if group[0].scope == DEPARTMENT else f"p{projects}"
        evaluations.append(evaluation_of(document, group, identifier, unit if identifier == DEPARTMENT else None))
        for subject in group:
            form = next((f for f, s in by_form if s is subject), None)
            if form is not None or subject in in_prose:
                passages.append(_Passage(subject.span, identifier, _name(subject), form))
    fallback = DEPARTMENT if not groups or groups[0][0].scope == DEPARTMENT else "p1"
    passages.extend(_Passage(form.span, fallback, None, form) for form, subject in by_form if subject is None)
    return tuple(passages), tuple(evaluations)


def _speaks_of_department(report: _Report, groups: Sequence[Sequence[Subject]]) -> bool:
    """True where the department has to be an evaluation although neither form nor score says so."""
    if not groups:
        return True
    head = report.document.text[:300]
    return "整体" in head or "部门" in head or any(s.kind is SectionKind.PERFORMANCE for s in report.sections)


def _is_evaluated(document: Document, subject: Subject, named: Sequence[Subject]) -> bool:
    """A project that only appears as an amount is a funding line, not an evaluation (labeling guide)."""
    if subject.fields:
        return True
    if subject.name and any(s.name and same_project(s.name.value, subject.name.value) for s in named):
        return True
    return next(iter(read_narrative(document.text, subject.span, "")), None) is not None


def _name(subject: Subject) -> Piece | None:
    return Piece(subject.name.value, subject.name.where) if subject.name and subject.name.where else None


def _read_forms(report: _Report, passages: Sequence[_Passage]) -> Iterator[Candidate]:
    text = report.document.text
    for passage in passages:
        form = passage.form
        if form is None:
            continue
        for block in form.blocks:
            if block.kind is BlockKind.FUNDING:
                yield from read_funding(text, block, passage.evaluation)
            elif block.kind is BlockKind.SPLIT:
                yield from read_split(text, block, passage.evaluation)
            elif block.kind is BlockKind.INDICATORS:
                yield from read_indicators(text, block, passage.evaluation)
        yield from read_goals(text, form, passage.evaluation)
        for _, outcome in goal_cells(form):
            if outcome is not None:
                yield from read_narrative(text, outcome.span, passage.evaluation)
        yield from read_cell_problems(text, form, passage.evaluation)


def _read_prose(report: _Report, passages: Sequence[_Passage]) -> Iterator[Candidate]:
    document = report.document
    prose = [passage for passage in passages if passage.form is None]
    home = DEPARTMENT if not any(p.evaluation != DEPARTMENT for p in passages) else _home(report, passages)
    for section in report.sections:
        if section.kind not in (SectionKind.FUNDING, SectionKind.PERFORMANCE, SectionKind.OTHER):
            continue
        about = next((p for p in prose if p.span.covers(section.span)), None)
        owner = Owner(
            about.evaluation if about else home,
            about.name if about else None,
            report.year,
            about_money=section.kind is not SectionKind.PERFORMANCE,
        )
        body = Span(section.heading.start if section.heading else section.span.start, section.span.end)
        if section.kind is not SectionKind.OTHER or section.heading is None:
            yield from read_prose_funding(document.text, body, owner)
        if section.kind is SectionKind.PERFORMANCE:
            yield from read_narrative(document.text, body, owner.evaluation)
        if about is None:
            yield from read_prose_goals(document, report.sections, section.span, home)
    for passage in prose:
        if passage.evaluation != DEPARTMENT:
            yield from read_prose_goals(document, report.sections, passage.span, passage.evaluation)
    yield from read_problems(document, report.sections, home)
    yield from read_remedies(document, report.sections)


def _home(report: _Report, passages: Sequence[_Passage]) -> str:
    """What prose outside any project's own passage is about: the department, else the only project."""
    known = {passage.evaluation for passage in passages}
    if DEPARTMENT in known or len(known) > 1 or _speaks_of_department(report, [()]):
        return DEPARTMENT
    return next(iter(known))


