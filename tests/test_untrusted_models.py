"""A model that knows nothing: its babble goes through the whole pipeline, and takes away and adds nothing unseen."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, load_cases
from eval.metrics import merge, score_report
from pipeline.engines.hybrid import HybridEngine
from pipeline.engines.llm.client import Endpoint, Transport
from pipeline.engines.llm.engine import LlmEngine
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.settings import AnswerMode, ModelSettings
from pipeline.engines.rules import RulesEngine
from pipeline.errors import ModelError
from pipeline.folding import narrow
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import extract_document
from schemas.records import FieldType, field_types
from schemas.stages import Extraction
from schemas.text import Document
from tests.model_servers import tiny_model_url as tiny_model_url

CASES = load_cases(Path(__file__).resolve().parents[1] / "eval/corpus")
ALLOWED_LOSS = 0.02
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


class Babble:
    """Answers in the shape asked for, with words and numbers drawn at random; ``copied`` of its words from the text."""

    def __init__(self, seed: int, copied: float) -> None:
        self._random = random.Random(seed)
        self._copied = copied

    async def send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        text = request["messages"][1]["content"]
        answer = self._part(request["response_format"]["json_schema"]["schema"], "", text)
        message = {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)}
        return {"id": "1", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}

    async def close(self) -> None:
        """Nothing is open."""

    def _part(self, schema: Mapping[str, Any], name: str, text: str) -> Any:
        draw = self._random
        if "enum" in schema:
            return draw.choice(schema["enum"])
        if schema["type"] == "array":
            return [self._part(schema["items"], "", text) for _ in range(draw.randint(0, 15))]
        if schema["type"] == "object":
            chosen = {key: part for key, part in schema["properties"].items() if draw.random() < 0.7 or key == "quote"}
            return {key: self._part(part, key, text) for key, part in {**self._needed(schema), **chosen}.items()}
        if name in (
            "actual",
            "target",
            "executed",
            "annual_budget",
            "initial_budget",
            "total_score",
            "score",
            "weight",
        ):
            return (
                f"{draw.choice((draw.randint(1, 100), round(draw.random() * 1000, 2)))}{draw.choice(('', '个', '%'))}"
            )
        length = draw.randint(1, 20 if name in ("quote", "statement", "description", "reason") else 6)
        if draw.random() < self._copied:
            start = draw.randrange(max(1, len(text) - length))
            return text[start : start + length]
        return "".join(draw.choice(f"{text}0123456789%万元个") for _ in range(length))

    def _needed(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        return {key: schema["properties"][key] for key in schema.get("required", ())}


def f1(cases: Sequence[Case], extractions: Sequence[Extraction]) -> float:
    scores = [score_report(c.text, c.gold, labels_of(e)) for c, e in zip(cases, extractions, strict=True)]
    return merge(scores).f1() or 0.0


def read_all(transport: Transport, settings: ModelSettings, engine: type[HybridEngine | LlmEngine]) -> list[Extraction]:
    model = Model(settings, transport)
    try:
        return [extract_document(read_document(case.report), engine(model)) for case in CASES]
    finally:
        model.close()


def unseen_numbers(document: Document, extraction: Extraction) -> Iterator[tuple[str, str]]:
    """Fields with a number that the report does not have, and no flag."""
    present = set(_NUMBER.findall(narrow(document.text)))
    flagged = {score.ref for score in extraction.scores if score.flags}
    for record in extraction.records:
        for field in record.fields:
            is_number = field_types(record.kind).get(field.name) is FieldType.NUMBER
            absent = set(_NUMBER.findall(narrow(field.value))) - present
            if is_number and absent and (record.index, field.name) not in flagged:
                yield field.name, field.value


@pytest.fixture(scope="module")
def by_rules() -> float:
    return f1(CASES, [extract_document(read_document(case.report), RulesEngine()) for case in CASES])


@pytest.mark.parametrize("copied", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_babble_takes_nothing_away_and_adds_nothing(seed: int, copied: float, by_rules: float) -> None:
    found = read_all(Babble(seed, copied), ModelSettings("m"), HybridEngine)
    said = [record for extraction in found for record in extraction.records if record.engine == "llm"]
    assert len(said) > 100, "nothing was babbled"
    assert not any(record.accepted for record in said)
    flagged = {(n, score.ref) for n, extraction in enumerate(found) for score in extraction.scores if score.flags}
    for number, extraction in enumerate(found):
        for record in extraction.records:
            if record.engine == "llm":
                assert all((number, (record.index, field.name)) in flagged for field in record.fields)
    assert f1(CASES, found) >= by_rules - ALLOWED_LOSS


@pytest.mark.parametrize("copied", [0.0, 0.5, 1.0])
def test_no_number_that_the_report_does_not_have_gets_in_unflagged(copied: float) -> None:
    found = read_all(Babble(3, copied), ModelSettings("m", prompts="v1"), LlmEngine)
    assert sum(len(extraction.records) for extraction in found) > 300
    for extraction in found:
        assert list(unseen_numbers(extraction.document, extraction)) == []


@pytest.mark.parametrize(("prompts", "mode"), [("v2", AnswerMode.JSON_SCHEMA), ("v1", AnswerMode.JSON_SCHEMA)])
def test_a_real_server_with_random_weights(
    tiny_model_url: str, prompts: str, mode: AnswerMode, by_rules: float
) -> None:
    settings = ModelSettings(
        "tiny", tiny_model_url, mode, prompts, parameters={"temperature": 1.5, "seed": 7}, concurrency=4
    )
    found = read_all(Endpoint(settings, None), settings, HybridEngine)
    assert f1(CASES, found) >= by_rules - ALLOWED_LOSS
    for extraction in found:
        assert not any(record.accepted for record in extraction.records if record.engine == "llm")
        assert list(unseen_numbers(extraction.document, extraction)) == []


def test_the_model_alone_with_random_weights(tiny_model_url: str) -> None:
    settings = ModelSettings("tiny", tiny_model_url, parameters={"temperature": 1.5, "seed": 11}, concurrency=4)
    model = Model(settings, Endpoint(settings, None))
    answered = 0
    try:
        for case in CASES[:4]:
            document = read_document(case.report)
            try:
                extraction = extract_document(document, LlmEngine(model))
            except ModelError:
                continue  # nothing of it could be used: the report fails, with the reason
            answered += 1
            assert list(unseen_numbers(document, extraction)) == []
    finally:
        model.close()
    assert answered
