"""Answers: short schemas, blanks that mean nothing, quotes that must stand in the text, and what a broken one keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.answers import (
    ANSWERS,
    CONTAINS,
    Answer,
    FormAnswer,
    FundingAnswer,
    LeftoverAnswer,
    OverviewAnswer,
    ProblemsAnswer,
    ProseAnswer,
    ResultsAnswer,
)

TEXT = "新建口袋公园6个，栽植行道树1800株。存在问题：苗木储备不足。"
MOST_CHARACTERS = {FormAnswer: 2_200, ProseAnswer: 3_000}
"""How long a schema may be, as JSON without white space; 1,400 where it is not said."""

BLANKS = ["", " ", "/", "-", "—", "－", "--", "——", "null", "None", " / ", "\n"]
SAID = [("0", "0"), ("0%", "0%"), ("无", "无"), ("-3", "-3"), ("不/适用", "不/适用"), ("Null", "Null")]
NUMBERS = [(0, "0"), (7, "7"), (-2, "-2"), (98.5, "98.5"), (2023, "2023")]


def schema_parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema but the lists of its properties, whose keys are names of our own."""
    if isinstance(node, list):
        for part in node:
            yield from schema_parts(part)
    elif isinstance(node, dict):
        yield node
        for key, value in node.items():
            yield from schema_parts(list(value.values()) if key == "properties" else value)


def result(**fields: object) -> dict[str, object]:
    return {"quote": "新建口袋公园6个", **fields}


def only_result(**fields: object) -> Any:
    return ResultsAnswer.model_validate({"results": [result(**fields)]}).results[0]


@pytest.mark.parametrize("model", ANSWERS.values())
def test_a_schema_names_itself_and_holds_nothing_that_need_not_be_sent(model: type[Answer]) -> None:
    schema = model.model_json_schema()
    assert schema["title"] == model.__name__
    parts = list(schema_parts(schema))
    assert len(parts) > 3
    unwanted = {"title", "$defs", "$ref", "anyOf", "default", "oneOf", "additionalProperties"}
    assert [key for part in parts[1:] for key in part if key in unwanted] == []
    assert not unwanted - {"title"} & set(schema)


@pytest.mark.parametrize("model", ANSWERS.values())
def test_a_schema_is_short(model: type[Answer]) -> None:
    size = len(json.dumps(model.model_json_schema(), ensure_ascii=False, separators=(",", ":")))
    assert size <= MOST_CHARACTERS.get(model, 1_400)


@pytest.mark.parametrize("model", ANSWERS.values())
def test_a_schema_has_every_field_with_a_type_and_its_rule(model: type[Answer]) -> None:
    properties = model.model_json_schema()["properties"]
    assert list(properties) == list(model.model_fields)
    for name, rule in properties.items():
        assert rule["description"], name
        inner = rule["items"]["properties"] if rule["type"] == "array" else {}
        assert all(one["type"] == "string" and one["description"] for one in inner.values()), name


def test_docstrings_for_programmers_are_not_sent() -> None:
    sent = json.dumps([model.model_json_schema() for model in ANSWERS.values()], ensure_ascii=False)
    assert "measured result" not in sent
    assert "as prose tells" not in sent


@pytest.mark.parametrize("blank", [*BLANKS, None])
def test_the_signs_of_an_empty_cell_are_nothing(blank: str | None) -> None:
    assert only_result(actual=blank, target="5个").model_dump(exclude_none=True, exclude={"quote"}) == {"target": "5个"}
    assert FormAnswer.model_validate({"total_score": blank}).total_score is None


@pytest.mark.parametrize(("said", "text"), [*SAID, *NUMBERS])
def test_what_is_said_stays_and_numbers_become_text(said: object, text: str) -> None:
    assert only_result(actual=said).actual == text
    assert OverviewAnswer.model_validate({"fiscal_year": said}).fiscal_year == text


@pytest.mark.parametrize("value", [True, ["7个"], {"value": "7个"}])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        only_result(actual=value)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (ResultsAnswer, {"results": [{"name": "新建口袋公园"}]}),  # no quote
        (ResultsAnswer, {"results": [{"name": "新建口袋公园", "quote": None}]}),
        (ResultsAnswer, {"results": {"quote": "新建口袋公园6个"}}),
        (ResultsAnswer, {"results": "无"}),
        (ProblemsAnswer, {"deviations": [{"kind": "other"}]}),
        (ProblemsAnswer, {"deviations": [{"description": "苗木储备不足"}]}),
        (FormAnswer, {"scope": "unit"}),
        (FormAnswer, {"indicators": ["新建口袋公园"]}),
    ],
)
def test_an_answer_out_of_shape_is_refused(model: type[Answer], data: object) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(data)


@pytest.mark.parametrize("model", ANSWERS.values())
def test_an_empty_answer_says_nothing(model: type[Answer]) -> None:
    said = model.model_validate({}).model_dump(exclude_none=True)
    assert said.pop("scope", "none") == "none"
    assert not any(said.values())


def test_unknown_keys_are_ignored_at_every_level() -> None:
    answer = ResultsAnswer.model_validate({"results": [result(certainty="高")], "note": "以上"})
    assert answer.model_dump(exclude_none=True) == {"results": [result()]}


# Quotes.


def check(model: type[Answer], data: object, text: str = TEXT) -> str:
    """What is found wrong with an answer about a text; "" for nothing."""
    try:
        model.model_validate(data, context={CONTAINS: lambda words: words in text})
    except ValidationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("model", "data", "place", "words"),
    [
        (ResultsAnswer, {"results": [result(), result(quote="新建公园6个")]}, "results第2条quote", "新建公园6个"),
        (FundingAnswer, {"funding": [{"quote": "支出3万元"}]}, "funding第1条quote", "支出3万元"),
        (OverviewAnswer, {"goals": [{"statement": "建成公园5个"}]}, "goals第1条statement", "建成公园5个"),
        (OverviewAnswer, {"evaluations": [{"quote": "得分95分"}]}, "evaluations第1条quote", "得分95分"),
        (
            ProblemsAnswer,
            {"deviations": [{"kind": "problem", "description": "人手不足"}]},
            *("deviations第1条description", "人手不足"),
        ),
        (ProblemsAnswer, {"remedies": [{"statement": "增加人手"}]}, "remedies第1条statement", "增加人手"),
        (FormAnswer, {"goals": [{"statement": "人员支出"}]}, "goals第1条statement", "人员支出"),
    ],
)
def test_words_that_are_not_in_the_text_are_named_with_their_place(
    model: type[Answer], data: object, place: str, words: str
) -> None:
    assert f"{place}：“{words}”" in check(model, data)
    model.model_validate(data)  # without a text to look at, nothing is checked


def test_every_missing_quote_is_named_and_no_other() -> None:
    error = check(
        ProseAnswer,
        {
            "results": [result(quote="新建公园9个"), result(), result(quote="栽树1801株")],
            "remedies": [{"statement": "增加人手"}, {"statement": "苗木储备不足"}],
        },
    )
    named = [
        "results第1条quote：“新建公园9个”",
        "results第3条quote：“栽树1801株”",
        "remedies第1条statement：“增加人手”",
    ]
    assert "；".join(named) in error
    assert error.count("：“") == len(named)
    assert "逐字照抄" in error


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"results": [result()]},
        {"deviations": [{"kind": "problem", "description": "苗木储备不足", "reason": "别处的话"}]},
        {"goals": [{"statement": "/", "outcome": "别处的话"}]},  # nothing stated, nothing to look for
    ],
)
def test_an_answer_whose_quotes_stand_in_the_text_is_taken(data: object) -> None:
    assert check(ProseAnswer, data) == ""


# What is kept of an answer out of shape.

GOOD = result(name="新建口袋公园")


@pytest.mark.parametrize(
    ("data", "lost"),
    [
        (None, 1),
        ([], 1),
        ("无", 1),
        ({"results": "无"}, 1),
        ({"results": GOOD}, 1),
        ({"results": [{"name": "新建口袋公园"}]}, 1),
        ({"results": [5, "无", None, {}]}, 4),
        ({}, 0),
        ({"note": 5}, 0),
    ],
)
def test_of_what_is_wholly_out_of_shape_nothing_is_kept(data: object, lost: int) -> None:
    assert LeftoverAnswer.salvage(data) == (LeftoverAnswer(), lost)


def test_a_broken_member_of_a_list_is_counted_and_the_others_stay_in_order() -> None:
    other = result(name="栽植行道树", quote="栽植行道树1800株")
    answer, lost = ResultsAnswer.salvage({"results": [GOOD, {"name": "无引文"}, other, 7]})
    assert [one.name for one in answer.results] == ["新建口袋公园", "栽植行道树"]
    assert lost == 2


def test_a_broken_list_leaves_the_other_lists() -> None:
    answer, lost = ProblemsAnswer.salvage(
        {"deviations": [{"kind": "trouble", "description": "苗木储备不足"}], "remedies": [{"statement": "增加人手"}]}
    )
    assert (answer.deviations, [one.statement for one in answer.remedies], lost) == ([], ["增加人手"], 1)


def test_a_scalar_of_the_wrong_type_is_left_out() -> None:
    answer, lost = FormAnswer.salvage(
        {"scope": "unit", "name": {"text": "云溪县园林局"}, "total_score": 95.2, "grade": True, "goals": []}
    )
    assert answer.model_dump(exclude_defaults=True) == {"total_score": "95.2"}
    assert lost == 3


def test_a_sound_answer_is_kept_whole() -> None:
    data = {"unit_name": "云溪县园林局", "fiscal_year": 2023, "goals": [{"statement": "建成公园"}], "evaluations": []}
    assert OverviewAnswer.salvage(data) == (OverviewAnswer.model_validate(data), 0)


def test_salvage_does_not_mind_quotes_that_are_elsewhere() -> None:
    answer, lost = ResultsAnswer.salvage({"results": [result(quote="没有的话")]})
    assert ([one.quote for one in answer.results], lost) == (["没有的话"], 0)
