"""The engine that lets a model read everything, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.engines.llm.asking import Answered, Asker
from pipeline.engines.llm.claims import Reader, Told
from pipeline.engines.llm.leftovers import leftover_question
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.questions import Question, first_questions
from pipeline.engines.llm.subjects import evaluations_of, owned
from pipeline.engines.rules.duplicates import drop_repeated
from pipeline.errors import ModelError
from pipeline.folding import index_text
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Claim, Gap, Reading, Section
from schemas.text import Document

_FIRST_LINE = 40


class Answers(NamedTuple):
    """What a model said about a document, and what could not be had of it."""

    answered: tuple[Answered, ...]
    gaps: tuple[Gap, ...]


class LlmEngine:
    """A model reads forms and prose; what it says is verified like everything else."""

    name = "llm"

    def __init__(self, model: Model) -> None:
        self._model = model
        self.version = f"1:{model.version}"

    def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
        """Every record that the model tells of, in order of the text."""
        del sections  # what the model needs of them, the chunks carry
        return self._model.wait_for(self._read(document, chunks))

    async def _read(self, document: Document, chunks: Sequence[Chunk]) -> Reading:
        index = index_text(document.text)
        asker = self._model.asker(document, chunks, index)
        reader = Reader(document, index, chunks)
        questions = first_questions(document, chunks, self._model.tasks)
        first = await ask_first(asker, questions)
        if first.gaps and not first.answered:
            raise ModelError(f"模型没有读出任何部分：{first.gaps[0].message}", "排除原因后再次运行，会重新询问。")
        told = tuple(reader.told(first.answered))
        answers = first
        if self._model.settings.second_look:
            again = await ask_again(asker, document, chunks, questions, [one.candidate for one in told])
            told = tuple(in_forms((*told, *reader.told(again.answered))))
            answers = Answers((*first.answered, *again.answered), (*first.gaps, *again.gaps))
        facts = reader.facts(answers.answered)
        evaluations = evaluations_of(document, told, facts.get("unit_name"))
        found = sorted(owned(told, evaluations), key=_place)
        quote = facts["unit_name"] if "unit_name" in facts else Claim(document.text.strip()[:_FIRST_LINE])
        report = Candidate(RecordKind.REPORT, {}, facts, Claim(quote.value, quote.where), self.name, "llm.overview")
        return Reading((report, *drop_repeated([*evaluations.candidates, *found])), answers.gaps)


def in_forms(told: Sequence[Told]) -> Iterator[Told]:
    """What was told, the results in a form's cells given to the project that the form is about."""
    about = {one.candidate.chunk: one.project for one in told if one.candidate.rule == "llm.form" and one.project}
    for one in told:
        yield one if one.project else one._replace(project=about.get(one.candidate.chunk))


async def ask_first(asker: Asker, questions: Sequence[Question]) -> Answers:
    """The answers to the questions of the first pass."""
    outcomes = await asker.ask_all(questions)
    return Answers(
        tuple(one for outcome in outcomes for one in outcome.answered),
        tuple(gap for outcome in outcomes for gap in outcome.gaps),
    )


async def ask_again(
    asker: Asker,
    document: Document,
    chunks: Sequence[Chunk],
    questions: Sequence[Question],
    claimed: Sequence[Candidate],
) -> Answers:
    """The answers to what the first pass left over, one question at most."""
    asked = [index for question in questions for index in question.chunks]
    question = leftover_question(document, chunks, asked, claimed)
    return Answers((), ()) if question is None else await ask_first(asker, [question])


def _place(one: Candidate) -> int:
    return one.quote.where.start if one.quote.where else 0
