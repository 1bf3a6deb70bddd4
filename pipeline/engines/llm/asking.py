"""A question to an answer: through instructor, sent back once, split where too long, and told where it failed."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import instructor
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException, ResponseParsingError
from pydantic import ValidationError

from pipeline.engines.llm.calls import ABOUT, About, Caller, Unanswered
from pipeline.engines.llm.manner import Manner, manner_of
from pipeline.engines.llm.questions import Question, halves
from pipeline.engines.llm.replies import answer_words
from pipeline.engines.llm.settings import AnswerMode
from pipeline.errors import ExtractError, ModelError, PromptTooLong
from pipeline.folding import TextIndex, fold
from prompts import PASSAGES, Prompt
from schemas.answers import ANSWERS, CONTAINS, Answer, Contains
from schemas.calls import CallState
from schemas.stages import Chunk, Gap
from schemas.text import Document

# Instructor tells every failure on stderr, where the progress stands; ours are told once, in words, at the end.
logging.getLogger("instructor").addHandler(logging.NullHandler())
logging.getLogger("instructor").propagate = False

MODES: Mapping[AnswerMode, instructor.Mode] = {
    AnswerMode.TOOLS: instructor.Mode.TOOLS,
    AnswerMode.JSON_SCHEMA: instructor.Mode.JSON_SCHEMA,
    AnswerMode.JSON: instructor.Mode.JSON,
    AnswerMode.MD_JSON: instructor.Mode.MD_JSON,
}
_BLANK_LINE = re.compile(r"^[ \t]+$", re.MULTILINE)  # white space that says nothing is not paid for
_REASKS = 1
_ANSWER_BASE, _ANSWER_PER_CHARACTER, _ANSWER_MOST = 1_500, 2, 8_192
"""Tokens an answer may have: some endpoints stop far earlier by default, and 8,192 is what most models can write."""
_RAISED_MOST = 32_768


class _ForValidation(dict[str, Contains]):
    """A context that validators are given. Being falsy, it is none to instructor, which would otherwise take every
    message for a Jinja template, and compile it: a report is no template.
    """

    def __bool__(self) -> bool:
        return False


class Answered(NamedTuple):
    """A question and what the model said to it; ``manner`` tells how it said it."""

    question: Question
    answer: Answer
    manner: Manner = Manner()


class Outcome(NamedTuple):
    """The answers to a question, several where it was split, and what could not be had."""

    answered: tuple[Answered, ...]
    gaps: tuple[Gap, ...] = ()


class Asker:
    """Puts the questions about one document to a model."""

    def __init__(
        self,
        caller: Caller,
        prompts: Mapping[str, Prompt],
        document: Document,
        chunks: Sequence[Chunk],
        index: TextIndex,
    ) -> None:
        self._caller = caller
        self._prompts = prompts
        self._document = document
        self._chunks = chunks
        self._index = index
        self._create: Any = instructor.patch(create=caller.create, mode=MODES[caller.settings.mode])

    async def ask_all(self, questions: Sequence[Question]) -> list[Outcome]:
        """The outcome of every question, in order; all are asked at once, as far as the pace allows."""
        outcomes = await asyncio.gather(*map(self.ask, questions), return_exceptions=True)
        for outcome in outcomes:  # what was under way is paid for, so all is awaited before the run ends
            if isinstance(outcome, BaseException):
                raise outcome
        return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]

    async def ask(self, question: Question, raised: int = 1) -> Outcome:
        """What came of a question. Raises only what ends the run."""
        try:
            return await self._asked(question, raised)
        except Unanswered as error:
            if error.state is not CallState.TRUNCATED:
                return _gap(question, error.state.value, str(error))
            parts = halves(self._document, self._chunks, question)
            if parts:
                return await self._ask_parts(parts)
            if self._most_tokens(question, raised) < _RAISED_MOST and not self._has_own_limit():
                return await self.ask(question, raised * 4)
            return _gap(question, error.state.value, f"{error}；已拆到最小，请换能写得更长的模型，或加 --refresh 再问")
        except PromptTooLong as error:
            parts = halves(self._document, self._chunks, question)
            return await self._ask_parts(parts) if parts else _gap(question, error.code, str(error))
        except ModelError as error:
            if error.stops_run:
                raise
            return _gap(question, error.code, str(error))

    async def _ask_parts(self, parts: Sequence[Question]) -> Outcome:
        outcomes = await self.ask_all(parts)
        return Outcome(
            tuple(one for outcome in outcomes for one in outcome.answered),
            tuple(gap for outcome in outcomes for gap in outcome.gaps),
        )

    async def _asked(self, question: Question, raised: int) -> Outcome:
        prompt = self._prompts[question.task]
        model = _model_of(prompt.schema)
        about = About(self._document.source.sha256, question.task, f"{prompt.version}:{prompt.sha256[:12]}", [])
        ABOUT.set(about)
        try:
            answer = await self._create(
                response_model=model,
                messages=[
                    {"role": "system", "content": prompt.system},
                    {"role": "user", "content": _BLANK_LINE.sub("", prompt.user.replace(PASSAGES, question.text))},
                ],
                context=_ForValidation({CONTAINS: self._contains(question)}),
                max_retries=_REASKS,
                strict=False,
                model=self._caller.settings.model,
                **self._parameters(question, raised),
            )
        except InstructorRetryException as error:
            cause = error.__cause__
            if cause is not None and not (error.failed_attempts and _may_be_salvaged(cause)):
                raise cause from error
            return await self._salvaged(question, model, error)
        except IncompleteOutputException as error:  # our own look at finish_reason comes first, so this is unheard of
            raise Unanswered(CallState.TRUNCATED, "回答超过长度上限，未写完") from error
        return Outcome((Answered(question, answer, manner_of(about.answers)),))

    async def _salvaged(self, question: Question, model: type[Answer], error: InstructorRetryException) -> Outcome:
        """What can be used of an answer that was sent back and is still not right.

        Quotes that are not in the text stay as they are: grounding flags them. Parts out of shape are lost, which is
        told, and the reply counts as no answer, so that the next run asks anew.
        """
        response = error.last_completion.model_dump(mode="json") if error.last_completion is not None else {}
        try:
            data = json.loads(answer_words(response))
        except (ValueError, LookupError, TypeError):
            data = None
        try:
            return Outcome((Answered(question, model.model_validate(data)),))
        except ValidationError:
            answer, lost = model.salvage(data)
        message = (
            f"回答有 {lost} 处不合格式，退回一次后仍不合" if data is not None else "回答不是 JSON，退回一次后仍不是"
        )
        await self._caller.disown(message)
        kept = (Answered(question, answer),) if data is not None else ()
        return Outcome(kept, _gap(question, CallState.INVALID.value, message).gaps)

    def _parameters(self, question: Question, raised: int) -> dict[str, Any]:
        ours: dict[str, Any] = {"temperature": 0}
        if "max_completion_tokens" not in self._caller.settings.parameters:
            ours["max_tokens"] = self._most_tokens(question, raised)
        merged = {**ours, **self._caller.settings.parameters}
        return {name: value for name, value in merged.items() if value is not None}

    def _most_tokens(self, question: Question, raised: int) -> int:
        usual = min(_ANSWER_BASE + _ANSWER_PER_CHARACTER * len(question.text), _ANSWER_MOST)
        return min(usual * raised, _RAISED_MOST)

    def _has_own_limit(self) -> bool:
        return not self._caller.settings.parameters.keys().isdisjoint({"max_tokens", "max_completion_tokens"})

    def _contains(self, question: Question) -> Contains:
        """Tells whether words stand in the passages of a question, white space and width aside."""
        passages = [self._index.folded[slice(*self._index.folded_range(span))] for span in question.spans]
        sent = [*passages, fold(question.text)]
        return lambda words: any(fold(words) in passage for passage in sent)


@cache
def _model_of(schema: str) -> type[Answer]:
    """The answer's model in the form that instructor would otherwise make anew for every call."""
    model: type[Answer] = instructor.response_schema(ANSWERS[schema])
    return model


def _may_be_salvaged(error: BaseException) -> bool:
    """True where an answer that was sent back may still be used: the second was no better, or did not come."""
    if isinstance(error, ExtractError):
        return isinstance(error, ModelError) and not error.stops_run
    return isinstance(error, ValueError | ResponseParsingError | AssertionError)


def _gap(question: Question, reason: str, message: str) -> Outcome:
    return Outcome((), tuple(Gap(chunk, question.task, reason, message) for chunk in question.chunks))
