"""The tiny model answers in the form that was asked for, whatever it says."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tests.model_servers import tiny_model_url as tiny_model_url
from tests.tiny_model import CONTEXT, build_model, vocabulary

PROMPT = "云溪县园林局2023年度绿化养护项目预算100万元，执行98.5万元，执行率98.5%。\n"
LENGTH = 300


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quote: str
    amount: float | None
    level: int


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: str
    kind: str = Field(pattern="^(甲|乙)$")
    rows: list[Row] = Field(max_length=3)


SCHEMA = Answer.model_json_schema()
AS_SCHEMA: dict[str, Any] = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "Answer", "schema": SCHEMA}}
}
AS_CALL: dict[str, Any] = {
    "tools": [{"type": "function", "function": {"name": "Answer", "description": "rows", "parameters": SCHEMA}}],
    "tool_choice": {"type": "function", "function": {"name": "Answer"}},
    "parallel_tool_calls": False,
}


def ask(base_url: str, prompt: str = PROMPT, **options: Any) -> tuple[int, dict[str, Any]]:
    """The status and the reply to one request."""
    address = urlsplit(base_url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        body = {"model": "tiny", "messages": [{"role": "user", "content": prompt}], "max_tokens": LENGTH, **options}
        connection.request("POST", f"{address.path}/chat/completions", json.dumps(body))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_the_vocabulary_holds_each_token_once() -> None:
    tokens = vocabulary()
    assert len(set(tokens)) == len(tokens)
    assert {"预", "算", '"', "▁", "％", "<0xFF>"} <= set(tokens)


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    first, same, other = (
        build_model(tmp_path / f"{name}.gguf", seed).read_bytes() for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert first == same != other
    assert len(first) < 2_000_000


@pytest.mark.parametrize("temperature", [0, 1])
@pytest.mark.parametrize("mode", [AS_SCHEMA, AS_CALL], ids=["schema", "call"])
def test_an_answer_keeps_to_the_schema(tiny_model_url: str, mode: dict[str, Any], temperature: float) -> None:
    complete = 0
    for seed in range(5):
        status, reply = ask(tiny_model_url, temperature=temperature, seed=seed, **mode)
        choice = reply["choices"][0]
        assert status == 200
        if choice["finish_reason"] == "length":
            assert reply["usage"]["completion_tokens"] == LENGTH
            continue
        text = choice["message"]["content"]
        if mode is AS_CALL:
            assert choice["finish_reason"] == "tool_calls"
            [call] = choice["message"]["tool_calls"]
            assert call["function"]["name"] == "Answer"
            text = call["function"]["arguments"]
        Answer.model_validate_json(text)
        complete += 1
    assert complete


def test_an_answer_too_long_is_cut_and_says_so(tiny_model_url: str) -> None:
    _, reply = ask(tiny_model_url, max_tokens=5, **AS_SCHEMA)
    assert reply["choices"][0]["finish_reason"] == "length"


def test_the_same_request_gets_the_same_answer(tiny_model_url: str) -> None:
    first, second = (ask(tiny_model_url, temperature=1, **AS_SCHEMA)[1]["choices"][0]["message"] for _ in range(2))
    assert first == second


def test_any_text_can_be_asked_about(tiny_model_url: str) -> None:
    status, reply = ask(tiny_model_url, "鱻🌲\u200b\x07<|im_end|>" * 50 + PROMPT * 100, **AS_SCHEMA)
    assert status == 200
    assert reply["usage"]["prompt_tokens"] > 4_000


def test_a_prompt_beyond_the_context_is_refused(tiny_model_url: str) -> None:
    status, reply = ask(tiny_model_url, "算" * (CONTEXT + 1))
    assert status == 400
    assert reply["error"]["type"] == "exceed_context_size_error"
