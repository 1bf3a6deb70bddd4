"""The engine with two readers: rules read the forms, a model reads the prose, and each is the other's second opinion.

The reader in charge of a passage decides what is a record there; what only the other saw is kept and flagged. A model
that finds less than half of what the rules find in the same passages is not put in charge: it may add nothing, and
takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.engines.llm.claims import Reader, Told
from pipeline.engines.llm.engine import Answers, ask_again, ask_first, in_forms
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.questions import FORM, Question, first_questions
from pipeline.engines.llm.subjects import Evaluations, evaluations_from, owned, owner
from pipeline.engines.rules import RulesEngine
from pipeline.engines.rules.duplicates import drop_repeated, is_prose
from pipeline.engines.rules.evaluations import DEPARTMENT
from pipeline.folding import TextIndex, index_text
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Claim, Reading, Section, SectionKind
from schemas.text import Document, Span

_CLEAN = 0.6
"""A form is read cleanly by rules where the quotes of its records hold this share of its cells with digits."""
_TRUSTED = 0.5
_FEWEST = 3
"""A model is judged by this many of the rules' records at least."""


class HybridEngine:
    """Rules and a model together."""

    name = "hybrid"

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rules = RulesEngine()
        self.version = f"{self._rules.version}+1:{model.version}"

    def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
        """Every record that either reader finds, in order of the text."""
        rules = self._rules.read(document, sections, chunks)
        questions = tuple(
            question
            for question in first_questions(document, chunks, self._model.tasks)
            if question.task != FORM or not reads_cleanly(document, chunks[question.chunks[0]], rules.candidates)
        )
        index = index_text(document.text)
        reader = Reader(document, index, chunks)
        answers = self._model.wait_for(self._ask(document, chunks, index, reader, questions, rules.candidates))
        told = tuple(in_forms(tuple(reader.told(answers.answered))))
        asked = [span for answered in answers.answered for span in answered.question.spans]
        return Reading(combined(rules.candidates, told, asked), answers.gaps)

    async def _ask(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        index: TextIndex,
        reader: Reader,
        questions: Sequence[Question],
        rules: Sequence[Candidate],
    ) -> Answers:
        asker = self._model.asker(document, chunks, index)
        first = await ask_first(asker, questions)
        if not self._model.settings.second_look:
            return first
        claimed = [*rules, *(one.candidate for one in reader.told(first.answered))]
        again = await ask_again(asker, document, chunks, questions, claimed)
        return Answers((*first.answered, *again.answered), (*first.gaps, *again.gaps))


def reads_cleanly(document: Document, chunk: Chunk, found: Iterable[Candidate]) -> bool:
    """True where rules have read a form so that a model need not: most of its numbers stand in some record."""
    if chunk.kind is not SectionKind.FORM:
        return False
    quotes = [one.quote.where for one in found if one.quote.where and one.kind is not RecordKind.REPORT]
    if any(
        one.rule == "funding.damaged_row" and one.quote.where and chunk.span.covers(one.quote.where) for one in found
    ):
        return False
    numbers = [
        cell.span
        for table in document.tables
        for cell in table.cells
        if chunk.span.covers(cell.span) and any(char.isdigit() for char in cell.text)
    ]
    held = sum(any(quote.covers(span) for quote in quotes) for span in numbers)
    return bool(numbers) and held >= _CLEAN * len(numbers)


def combined(rules: Sequence[Candidate], told: Sequence[Told], asked: Sequence[Span]) -> tuple[Candidate, ...]:
    """The records of both readers as one reading. ``asked`` are the passages that the model gave an answer to."""
    theirs = [one for one in rules if one.kind not in _WHOLE]
    both = [one for one in theirs if one.quote.where and _inside(one.quote.where, asked)]
    prose = {id(one) for one in both if is_prose(one)}
    tellings = [one for one in told if one.candidate.kind not in _WHOLE]
    pairs = paired(both, [one.candidate for one in tellings])
    trusted = len(prose) < _FEWEST or sum(id(one) in prose for one, _ in pairs) >= _TRUSTED * len(prose)
    evaluations = _evaluations(rules, [one for one in told if one.candidate.kind in _WHOLE], trusted)
    model = {id(one.candidate): mine for one, mine in zip(tellings, owned(tellings, evaluations), strict=True)}
    second = {id(one): model.pop(id(other)) for one, other in pairs}
    records: list[Candidate] = []
    for one in theirs:
        other = second.get(id(one))
        if other is not None:
            records.append(_agreed(other, one) if trusted and id(one) in prose else _agreed(one, other))
        else:
            records.append(_alone(one, confirmed=False) if trusted and id(one) in prose else one)
    records.extend(_alone(one, confirmed=None if trusted else False) for one in model.values())
    records.sort(key=lambda one: one.quote.where.start if one.quote.where else 0)
    facts = [one for one in rules if one.kind is RecordKind.REPORT]
    return (*facts, *drop_repeated([*evaluations.candidates, *records]))


def paired(rules: Sequence[Candidate], model: Sequence[Candidate]) -> list[tuple[Candidate, Candidate]]:
    """The records that both readers found: one to one, by the characters that they were read from."""
    pairs: list[tuple[Candidate, Candidate]] = []
    free = list(model)
    for one in rules:
        best, most = None, 0
        for other in free:
            shared = _shared(one, other) if one.kind is other.kind else 0
            if shared > most:
                best, most = other, shared
        if best is not None:
            pairs.append((one, best))
            free.remove(best)
    return pairs


_WHOLE = (RecordKind.REPORT, RecordKind.EVALUATION)
"""Kinds of record that are about a report as a whole, not about a passage of it."""

_KEYS: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.INDICATOR: ("actual",),
    RecordKind.FUNDING: ("executed", "annual_budget", "initial_budget", "prior_executed"),
    RecordKind.GOAL: ("statement",),
    RecordKind.DEVIATION: ("description", "reason"),
    RecordKind.REMEDY: ("statement",),
}
"""The fields whose characters two records share if they are of one thing."""


def _shared(one: Candidate, other: Candidate) -> int:
    shared = 0
    for name in _KEYS[one.kind]:
        for span in _spans(one, name):
            shared += sum(
                max(0, min(span.end, theirs.end) - max(span.start, theirs.start))
                for key in _KEYS[one.kind]
                for theirs in _spans(other, key)
            )
    return shared


def _spans(one: Candidate, name: str) -> tuple[Span, ...]:
    where = one.fields[name].where if name in one.fields else None
    return (where,) if where else ()


def _agreed(one: Candidate, other: Candidate) -> Candidate:
    """The record of the reader in charge, with what the other read in each of its fields."""
    fields = {
        name: replace(claim, other=other.fields[name].value if name in other.fields else "")
        for name, claim in one.fields.items()
    }
    return replace(one, fields=fields, confirmed=True)


def _alone(one: Candidate, confirmed: bool | None) -> Candidate:
    """A record that the other reader, who read the same passage, did not find."""
    return replace(
        one, fields={name: replace(claim, other="") for name, claim in one.fields.items()}, confirmed=confirmed
    )


def _evaluations(rules: Sequence[Candidate], told: Sequence[Told], trusted: bool) -> Evaluations:
    """What is evaluated: the rules' records, with the scores and grades that only the model saw.

    A project that the model alone scores is one more, if the model can be trusted; all else it says is kept as
    unconfirmed.
    """
    known = evaluations_from(rules)
    found = list(known.candidates)
    names = dict(known.names)
    doubted = 0  # those that nobody refers to have ids of their own
    for project, one in told:
        about = owner(Evaluations((), names, known.home), project) if project else known.home
        place = next((n for n, theirs in enumerate(found) if theirs.references["id"] == about), None)
        if place is not None and trusted:
            found[place] = _completed(found[place], one)
            continue
        if trusted and project and one.quote.where and "total_score" in one.fields:
            identifier = f"p{len(names) + 1}"
            names[identifier] = project
            references = {"id": identifier, "scope": "project"}
            found.append(replace(one, references=references, fields={"name": Claim(project), **one.fields}))
        else:
            doubted += 1
            references = {"id": f"x{doubted}", "scope": "project" if project else DEPARTMENT}
            fields = {"name": Claim(project), **one.fields} if project else one.fields
            found.append(replace(one, references=references, fields=fields, confirmed=False))
    return Evaluations(tuple(found), names, known.home)


def _completed(theirs: Candidate, one: Candidate) -> Candidate:
    fields = dict(theirs.fields)
    for name, claim in one.fields.items():
        if name in fields and name != "name":
            fields[name] = replace(fields[name], other=claim.value)
        elif claim.where and name != "name":
            fields[name] = replace(claim, other="")
    return replace(theirs, fields=fields, confirmed=True)


def _inside(span: Span, passages: Sequence[Span]) -> bool:
    return any(passage.covers(span) for passage in passages)
