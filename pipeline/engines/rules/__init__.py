"""Reads forms and regular prose without any model: one family of rules a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.engines.rules.evaluations import DEPARTMENT, Subject, evaluation_of, merge_subjects, subject_of
from pipeline.engines.rules.facts import find_unit, find_year, read_facts
from pipeline.engines.rules.forms import BlockKind, Form, read_forms
from pipeline.engines.rules.funding_forms import read_funding, read_split
from pipeline.engines.rules.goals import read_goals
from pipeline.engines.rules.indicators import read_indicators
from schemas.stages import Candidate, Chunk, Section
from schemas.text import Document


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
        subjects: list[Subject] = []
        form_subjects = [subject_of(document, form) for form in forms]
        subjects.extend(s for s in form_subjects if s)
        groups = merge_subjects(subjects)
        unit = find_unit(document, sections, forms)
        ids: dict[int, str] = {}
        found: list[Candidate] = [read_facts(document, sections, forms)]
        projects = 0
        for group in groups:
            if group[0].scope == DEPARTMENT:
                identifier = DEPARTMENT
            else:
                projects += 1
                identifier = f"p{projects}"
            ids.update({id(s): identifier for s in group})
            found.append(evaluation_of(document, group, identifier, unit if identifier == DEPARTMENT else None))
        for form, subject in zip(forms, form_subjects, strict=True):
            found.extend(_read_form(document, form, ids[id(subject)] if subject else DEPARTMENT))
        return tuple(found)


def _read_form(document: Document, form: Form, evaluation: str) -> Iterator[Candidate]:
    for block in form.blocks:
        if block.kind is BlockKind.FUNDING:
            yield from read_funding(document.text, block, evaluation)
        elif block.kind is BlockKind.SPLIT:
            yield from read_split(document.text, block, evaluation)
        elif block.kind is BlockKind.INDICATORS:
            yield from read_indicators(document.text, block, evaluation)
    yield from read_goals(document.text, form, evaluation)
