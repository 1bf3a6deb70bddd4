"""Which evaluation a passage is about, where neither a form nor a heading of its own says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.engines.rules.evaluations import DEPARTMENT, likeness_key, same_project
from schemas.stages import Candidate
from schemas.text import Span

_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Named:
    """An evaluation that is a project, by its name."""

    evaluation: str
    name: str


def assign(found: Sequence[Candidate], projects: Sequence[Named], text: str, home: str | None) -> tuple[Candidate, ...]:
    """The candidates, those about the department given to a project where they name one.

    Money whose item is a project's name is that project's. Where the report evaluates no department (``home`` is
    None) everything else goes to the project that its paragraph speaks of, or to the first.
    """
    if not projects:
        return tuple(found)
    return tuple(_assigned(one, projects, text, home) for one in found)


def _assigned(one: Candidate, projects: Sequence[Named], text: str, home: str | None) -> Candidate:
    if one.references.get("evaluation") != DEPARTMENT:
        return one
    item = one.fields["item"].value if one.rule in ("funding.prose", "funding.row") and "item" in one.fields else ""
    for project in projects:
        if item and same_project(item, project.name):
            return replace(one, references={**one.references, "evaluation": project.evaluation})
    if home is not None:
        return one
    where = one.quote.where
    passage = _paragraph(text, where) if where else ""
    about = mentioned(passage, projects) or projects[0].evaluation
    return replace(one, references={**one.references, "evaluation": about})


def mentioned(passage: str, projects: Sequence[Named]) -> str | None:
    """The project of whose name the passage holds the most, if that is enough to know it by."""
    best, length = None, 0
    for project in projects:
        key = likeness_key(project.name)
        match = SequenceMatcher(None, passage, key, autojunk=False).find_longest_match()
        if match.size >= max(_SHORTEST, len(key) // 2) and match.size > length:
            best, length = project.evaluation, match.size
    return best


def _paragraph(text: str, where: Span) -> str:
    start = text.rfind("\n", 0, where.start) + 1
    end = text.find("\n", where.end)
    return text[max(start, where.start - 400) : end if end >= 0 else len(text)][:800]
