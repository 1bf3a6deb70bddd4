"""What a model says is evaluated, and whose each of its records is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pipeline.engines.llm.claims import Told
from pipeline.engines.rules.evaluations import DEPARTMENT, project_in_title, same_project
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Document

_HEAD = 300
"""A report says in its first lines whether it is about a department as a whole."""


class Evaluations(NamedTuple):
    """The evaluations of a report, and how to tell whose a record is."""

    candidates: tuple[Candidate, ...]
    names: Mapping[str, str]  # id → name, of the projects
    home: str  # the evaluation of what is about no project


@dataclass(slots=True)
class _Subject:
    scope: str
    name: str | None
    first: Candidate
    fields: dict[str, Claim] = field(default_factory=dict)


def evaluations_of(document: Document, told: Iterable[Told], unit: Claim | None) -> Evaluations:
    """What the answers evaluate, as records: the department first, then the projects in order of the text."""
    titled = project_in_title(document)
    subjects: list[_Subject] = []
    for project, one in sorted(told, key=lambda told: told.candidate.rule != "llm.form"):
        if one.kind is not RecordKind.EVALUATION:
            continue
        scope = one.references.get("scope") or ("project" if project or titled else DEPARTMENT)
        named = one.fields.get("name") or (titled if not project and titled else None)
        name = project or (named.value if named else None)
        subject = _same(subjects, scope, name)
        if subject is None:
            subjects.append(subject := _Subject(scope, name, one))
        for code, claim in {**one.fields, **({"name": named} if named else {})}.items():
            subject.fields.setdefault(code, claim)
        if scope == "project" and "name" not in subject.fields and name:
            subject.fields["name"] = Claim(name)
    subjects.sort(key=lambda s: (s.scope != DEPARTMENT, s.first.quote.where or (0, 0)))
    if not any(subject.scope == DEPARTMENT for subject in subjects) and _speaks_of_department(document, subjects):
        opening = Claim(unit.value, unit.where) if unit else Claim(document.text[:20].strip())
        whole = Candidate(RecordKind.EVALUATION, {}, {}, opening, "llm", "llm.title")
        subjects.insert(0, _Subject(DEPARTMENT, None, whole))
    return _numbered(subjects, unit)


def evaluations_from(candidates: Sequence[Candidate]) -> Evaluations:
    """The evaluations that another reader found."""
    found = tuple(one for one in candidates if one.kind is RecordKind.EVALUATION)
    names = {
        one.references["id"]: one.fields["name"].value
        for one in found
        if one.references["id"] != DEPARTMENT and "name" in one.fields
    }
    ids = [one.references["id"] for one in found]
    return Evaluations(found, names, DEPARTMENT if DEPARTMENT in ids or not ids else ids[0])


def owned(told: Iterable[Told], evaluations: Evaluations) -> tuple[Candidate, ...]:
    """The records but the evaluations, each with the evaluation that it belongs to."""
    found = []
    for project, one in told:
        if one.kind is RecordKind.EVALUATION:
            continue
        if one.kind is RecordKind.REMEDY:
            found.append(one)
            continue
        item = one.fields["item"].value if one.kind is RecordKind.FUNDING and "item" in one.fields else None
        about = owner(evaluations, project) or owner(evaluations, item) or evaluations.home
        found.append(replace(one, references={"evaluation": about, **one.references}))
    return tuple(found)


def owner(evaluations: Evaluations, project: str | None) -> str | None:
    """The id of the project of that name, or ``None`` where none is evaluated under it."""
    if not project:
        return None
    return next((one for one, name in evaluations.names.items() if same_project(name, project)), None)


def _same(subjects: Sequence[_Subject], scope: str, name: str | None) -> _Subject | None:
    for subject in subjects:
        if subject.scope != scope:
            continue
        if scope == DEPARTMENT or (name and subject.name and same_project(name, subject.name)):
            return subject
    return None


def _speaks_of_department(document: Document, subjects: Sequence[_Subject]) -> bool:
    return not subjects or "整体" in document.text[:_HEAD]


def _numbered(subjects: Sequence[_Subject], unit: Claim | None) -> Evaluations:
    candidates = []
    names = {}
    first = 0 if subjects and subjects[0].scope == DEPARTMENT else 1
    for number, subject in enumerate(subjects, start=first):
        identifier = DEPARTMENT if subject.scope == DEPARTMENT else f"p{number}"
        fields = dict(subject.fields)
        if subject.scope == DEPARTMENT and unit is not None:
            fields["name"] = unit
        elif subject.name:
            names[identifier] = subject.name
        references = {"id": identifier, "scope": subject.scope}
        candidates.append(replace(subject.first, references=references, fields=fields))
    home = next((one.references["id"] for one in candidates), DEPARTMENT)
    return Evaluations(tuple(candidates), names, home)
