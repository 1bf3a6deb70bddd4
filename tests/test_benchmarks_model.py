"""The answers that the benchmarks' server gives: of the schema asked for, about the text asked about."""

from __future__ import annotations

import json

import pytest

from benchmarks.model_latency import plausible_answer
from pipeline.engines.llm.questions import fence
from schemas.answers import ANSWERS, CONTAINS
from tests.faulty_server import Body

TEXT = "全年新建口袋公园7个，比上年增加2个。\n产出指标 | 巡查次数 | ≥120次 | 96次 | 10 | 10\n部分项目预算测算依据不足。"


def request(schema: str, prompt: str) -> Body:
    messages = [{"role": "system", "content": "摘录"}, {"role": "user", "content": prompt}]
    return {"messages": messages, "response_format": {"json_schema": {"name": schema}}}


@pytest.mark.parametrize("schema", ANSWERS)
def test_every_schema_is_answered_with_words_of_the_text(schema: str) -> None:
    answer = json.loads(plausible_answer(request(schema, fence([("", TEXT)]))))
    assert any(answer.values())
    ANSWERS[schema].model_validate(answer, context={CONTAINS: lambda words: words in TEXT})


def test_langextract_is_answered_in_its_own_shape() -> None:
    answer = json.loads(
        plausible_answer(request("langextract_extractions", f"Examples\nQ: 例。\nA: 无\n\nQ: {TEXT}\nA: "))
    )
    assert [part["result"] for part in answer["extractions"]][:1] == ["全年新建口袋公园7个"]
    assert json.loads(plausible_answer(request("langextract_extractions", "\nQ: 没有数字。\nA: "))) == {
        "extractions": []
    }
