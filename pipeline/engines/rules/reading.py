"""All rules in order: what is evaluated, then for each evaluation its funding, goals, indicators and deviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.engines.rules.assignment import Named, assign
from pipeline.engines.rules.causes import read_causes
from pipeline.engines.rules.claims import Piece
from pipeline.engines.rules.duplicates import drop_repeated
from pipeline.engines.rules.evaluations import (
    DEPARTMENT,
    Subject,
    evaluation_of,
    merge_subjects,
    project_in_title,
    same_project,
    subject_of,
    subjects_in_summary,
)
from pipeline.engines.rules.evaluations_prose import department_subject, project_subjects
from pipeline.engines.rules.facts import find_unit, read_facts
from pipeline.engines.rules.funding_forms import read_amounts, read_funding, read_split
from pipeline.engines.rules.funding_prose import Owner, read_prose_funding
from pipeline.engines.rules.goals import goal_cells, read_goals
from pipeline.engines.rules.goals_prose import read_prose_goals, sets_goals
from pipeline.engines.rules.indicators import read_indicators
from pipeline.engines.rules.narrative import read_narrative
from pipeline.engines.rules.problems import read_cell_problems, read_problems, read_remedies
from pipeline.forms.reading import Block, BlockKind, Form, read_forms
from pipeline.forms.year import find_year
from schemas.outline import title_start
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Reading, Section, SectionKind
from schemas.text import Document, Span

_ABOUT_PROJECTS = re.compile(r"项目支出|项目绩效|项目自评|转移支付|专项资金|专项债")


@dataclass(frozen=True, slots=True)
class RulesEngine:
    """The engine that needs no model."""

    name: str = "rules"
    version: str = "1"

    def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
        """Every record that the rules find, in order of the text."""
        del chunks  # the rules read whole tables and sections
        year = find_year(document)
        forms = read_forms(document)
        report = _Report(document, tuple(sections), forms, int(year.value) if year else None)
        facts = read_facts(document, sections, forms)
        passages, evaluations = _subjects(report)
        projects = tuple(
            Named(one.references["id"], one.fields["name"].value)
            for one in evaluations
            if one.references["id"] != DEPARTMENT and "name" in one.fields
        )
        home = DEPARTMENT if any(one.references["id"] == DEPARTMENT for one in evaluations) else None
        read = [*_read_forms(report, passages), *_read_prose(report, passages)]
        found = [*evaluations, *assign(read, projects, document.text, home)]
        found.sort(key=lambda c: (c.kind is not RecordKind.EVALUATION, c.quote.where.start if c.quote.where else 0))
        return Reading((facts, *drop_repeated(found)))


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
    blocks: tuple[Block, ...] = ()
    form: Form | None = None


def _subjects(report: _Report) -> tuple[tuple[_Passage, ...], tuple[Candidate, ...]]:
    """What is evaluated, as records, and the passages that are about each."""
    document = report.document
    by_form = [(form, subject_of(document, form)) for form in report.forms]
    listed = [pair for form in report.forms for pair in subjects_in_summary(form)]
    named = [s for _, s in by_form if s] + [s for _, s in listed if s.fields]
    in_prose: list[Subject] = []
    others: list[_Passage] = []
    names = [s.name.value for s in named if s.name and s.scope != DEPARTMENT]
    for subject in project_subjects(document, report.sections, names):
        if _is_evaluated(document, subject, [*named, *in_prose]):
            in_prose.append(subject)
        else:
            others.append(_Passage(subject.span, DEPARTMENT, _name(subject)))
    department = department_subject(document, report.sections, [subject.span for subject in in_prose])
    titled = project_in_title(document)
    if titled is not None:
        fields = department.fields if department else {}
        in_title = Subject("project", titled, fields, titled.where or Span(0, 1), "evaluations.title")
        named, department = [*named, in_title], None
    subjects = [*named, *in_prose, *([department] if department else [])]
    groups = sorted(merge_subjects(subjects), key=lambda g: (g[0].scope != DEPARTMENT, min(s.span.start for s in g)))
    unit = find_unit(document, report.sections, report.forms)
    if not any(group[0].scope == DEPARTMENT for group in groups) and _speaks_of_department(report, groups):
        whole = Subject(DEPARTMENT, unit, {}, unit.where if unit and unit.where else Span(0, 1), "evaluations.title")
        groups.insert(0, (whole,))
    passages: list[_Passage] = list(others)
    evaluations: list[Candidate] = []
    ids: dict[int, str] = {}
    for number, group in enumerate(groups, 0 if groups and groups[0][0].scope == DEPARTMENT else 1):
        identifier = DEPARTMENT if group[0].scope == DEPARTMENT else f"p{number}"
        evaluations.append(evaluation_of(document, group, identifier, unit if identifier == DEPARTMENT else None))
        ids.update({id(subject): identifier for subject in group})
        passages.extend(_Passage(s.span, identifier, _name(s)) for s in group if s in in_prose)
    fallback = next(iter(ids.values()), DEPARTMENT) if DEPARTMENT not in ids.values() else DEPARTMENT
    for form, about in by_form:
        identifier = ids[id(about)] if about else fallback
        passages.append(_Passage(form.span, identifier, _name(about) if about else None, form.blocks, form))
    for block, row in listed:
        passages.append(_Passage(row.span, ids.get(id(row), fallback), _name(row), (block,)))
    return tuple(passages), tuple(evaluations)


def _speaks_of_department(report: _Report, groups: Sequence[Sequence[Subject]]) -> bool:
    """True where the department is evaluated although neither a form nor a score says so.

    A report whose title is about projects or transfer payments evaluates those alone.
    """
    head = report.document.text[:300]
    return not groups or "整体" in head or not _ABOUT_PROJECTS.search(head)


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
        for block in passage.blocks:
            if block.kind is BlockKind.FUNDING or (block.kind is BlockKind.SUMMARY and passage.form is None):
                yield from read_funding(text, block, passage.evaluation)
            elif block.kind is BlockKind.AMOUNTS:
                yield from read_amounts(text, block, passage.evaluation)
            elif block.kind is BlockKind.SPLIT:
                yield from read_split(text, block, passage.evaluation)
            elif block.kind is BlockKind.INDICATORS:
                yield from read_indicators(text, block, passage.evaluation)
        if passage.form is None:
            continue
        yield from read_goals(text, passage.form, passage.evaluation)
        for _, outcome in goal_cells(passage.form):
            if outcome is not None:
                yield from read_narrative(text, outcome.span, passage.evaluation)
        yield from read_cell_problems(text, passage.form, passage.evaluation)


def _read_prose(report: _Report, passages: Sequence[_Passage]) -> Iterator[Candidate]:
    document, text = report.document, report.document.text
    prose = [passage for passage in passages if not passage.blocks]
    for section in report.sections:
        if section.kind not in (SectionKind.FUNDING, SectionKind.PERFORMANCE, SectionKind.OTHER):
            continue
        headed = section.kind is not SectionKind.OTHER or section.heading is not None
        for body in _bodies(text, section):
            for span, about in _by_subject(body, prose):
                owner = Owner(
                    about.evaluation if about else DEPARTMENT,
                    about.name if about else None,
                    report.year,
                    about_money=section.kind is SectionKind.FUNDING or not headed,
                )
                yield from read_prose_funding(text, span, owner)
                yield from read_causes(text, span, owner.evaluation)
                if headed and not any(sets_goals(above) for above in _upwards(report.sections, section)):
                    yield from read_narrative(text, span, owner.evaluation)
    projects = {p.evaluation for p in prose if p.evaluation != DEPARTMENT}
    for evaluation in sorted(projects):
        within = [p.span for p in prose if p.evaluation == evaluation]
        yield from read_prose_goals(document, report.sections, within, evaluation)
    taken = [p.span for p in prose if p.evaluation != DEPARTMENT]
    rest = [s.span for s in report.sections if not any(span.covers(s.span) for span in taken)]
    yield from read_prose_goals(document, report.sections, rest, DEPARTMENT)
    for one in read_problems(document, report.sections, DEPARTMENT):
        about = next((p for p in prose if one.quote.where and p.span.covers(one.quote.where)), None)
        yield replace(one, references={**one.references, "evaluation": about.evaluation}) if about else one
    yield from read_remedies(document, report.sections)


def _upwards(sections: Sequence[Section], section: Section) -> Iterator[Section]:
    """The section and those above it."""
    yield section
    while section.parent is not None:
        section = sections[section.parent]
        yield section


def _by_subject(body: Span, prose: Sequence[_Passage]) -> Iterator[tuple[Span, _Passage | None]]:
    """The body in pieces, each with the passage about a project that it belongs to, if any."""
    around = next((p for p in prose if p.span.covers(body)), None)
    if around is not None:
        yield body, around
        return
    start = body.start
    for passage in sorted((p for p in prose if body.covers(p.span)), key=lambda p: p.span):
        yield Span(start, passage.span.start), None
        yield passage.span, passage
        start = passage.span.end
    yield Span(start, body.end), None


def _bodies(text: str, section: Section) -> tuple[Span, ...]:
    """The section's heading and the text under it, apart: a heading without a full stop is no part of a sentence."""
    if section.heading is None:
        return (section.span,)
    rest = Span(section.heading.end, section.span.end)
    return (Span(title_start(text, section), section.heading.end), rest) if section.title else (rest,)
