"""How a model gave an answer: sent back or not, and how sure of its words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pipeline.engines.llm.manner import Manner, Token, manner_of
from schemas.calls import CallState, ModelCall

WORDS = [
    *[('{"results": [{"name": "', 1.0), ("公园", 0.9), ('", "actual": "', 1.0)],
    *[("1", 0.99), ("2", 0.6), ('个"}]}', 1.0)],
]


def call(response: Any) -> ModelCall:
    return ModelCall("k", "r", "results", "m", "v2", {}, response, CallState.COMPLETE, None, 1, 0, 1, None, None, 0.1)


def completion(tokens: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": "{}"}, "logprobs": {"content": tokens}}]}


def told(words: list[tuple[str, float]] = WORDS) -> Manner:
    return manner_of([call(completion([{"token": text, "logprob": math.log(chance)} for text, chance in words]))])


@pytest.mark.parametrize(
    "response",
    [None, {}, {"choices": []}, {"choices": [{"logprobs": None}]}, completion("x"), completion([{"token": "a"}])],
)
def test_an_endpoint_that_tells_no_chances_leaves_no_doubt_and_no_assurance(response: Any) -> None:
    manner = manner_of([call(response)])
    assert manner.tokens == ()
    assert manner.doubt_of("actual", "12个") is None


def test_the_least_sure_token_of_a_value_counts() -> None:
    assert told().doubt_of("actual", "12个") == pytest.approx(0.4)
    assert told().doubt_of("name", "公园") == pytest.approx(0.1)


@pytest.mark.parametrize(("name", "value"), [("name", "12个"), ("actual", "公园"), ("actual", ""), ("target", "1")])
def test_nothing_is_told_of_what_the_answer_does_not_have(name: str, value: str) -> None:
    assert told().doubt_of(name, value) is None


def test_of_the_same_value_given_twice_the_less_sure_counts() -> None:
    words = [('"score": "', 1.0), ("10", 0.9), ('", "score": "', 1.0), ("10", 0.5), ('"', 1.0)]
    assert told(words).doubt_of("score", "10") == pytest.approx(0.5)


def test_an_answer_after_another_was_sent_back() -> None:
    assert not manner_of([]).sent_back
    assert not manner_of([call(None)]).sent_back
    assert manner_of([call(None), call(None)]).sent_back


def test_a_token_is_never_more_than_certain() -> None:
    assert manner_of([call(completion([{"token": "a", "logprob": 0.1}]))]).tokens == (Token("a", 1.0),)
