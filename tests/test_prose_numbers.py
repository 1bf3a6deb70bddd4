"""What the words of a sentence may say of each of its numbers."""

from __future__ import annotations

import pytest

from pipeline.prose.numbers import spoken_in, told_fields
from schemas.text import Span


def told(words: str) -> set[str]:
    """What is told of the number in square brackets."""
    start = words.index("[")
    end = words.index("]") - 1
    return set(told_fields(words.replace("[", "").replace("]", ""), Span(start, end)))


@pytest.mark.parametrize(
    "words",
    [
        "在职人员[18人]。",
        "计划新建公园[7个]。",
        "举办了第[6届]林业大会。",
        "项目经费支出[30万元]。",
        "预算执行率[98%]。",
        "粮食产量[稳定]增长5%。",
    ],
    ids=["staff", "plan", "ordinal", "money", "rate of the budget", "no number"],
)
def test_words_may_tell_nothing_of_an_indicator(words: str) -> None:
    assert told(words) == set()


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("全年新建口袋公园[7个]。", {"actual"}),
        ("全年新建口袋公园7个，比上年增加[2个]。", {"change"}),
        ("公园数量同比增长[5%]。", {"change"}),
        ("粮食总产量23.54万吨，完成年度任务的[104.6%]。", {"completion_rate"}),
        ("完成年度造林任务2000亩的[104.6%]。", {"completion_rate", "actual"}),
        ("造林2092亩，完成年度任务2000亩的[104.6%]。", {"completion_rate"}),
        ("群众满意度96%，高于目标值[90%]。", {"target"}),
        ("群众满意度目标值[90%]，实际96%。", {"target"}),
        ("信访量由上年的[46件]下降到31件。", {"earlier"}),
        ("信访量31件，上年为[46件]。", {"earlier"}),
        ("信访量指标权重[10分]，得分9分。", {"weight"}),
        ("信访量指标权重10分，自评得分：[9分]。", {"score"}),
        ("信访量指标分\n值为[10分]。", {"weight"}),
    ],
    ids=[
        "result",
        "change",
        "change of its own",
        "completion",
        "completion alone may be the result",
        "completion beside its result",
        "target behind",
        "target before",
        "from",
        "last year",
        "weight",
        "score",
        "weight, wrapped",
    ],
)
def test_words_tell_a_number(words: str, fields: set[str]) -> None:
    assert told(words) == fields


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("粮食、油茶产量分别为12万吨、[5万吨]。", {"actual"}),
        ("粮食12万吨、油茶5万吨，同比分别增长5%、[7]%。", {"change"}),
        ("粮食12万吨、油茶5万吨，同比分别增长5%和[7%]。", {"change"}),
        ("粮食增长5%，油茶产量[7万吨]。", {"actual"}),
        ("粮食产量12万吨，增长5%、超过[4%]的年度目标。", {"target"}),
    ],
    ids=["results", "changes", "joined by 和", "no list", "another word before it"],
)
def test_listed_numbers_say_what_the_first_one_says(words: str, fields: set[str]) -> None:
    assert told(words) == fields


def test_behind_a_number_that_may_be_no_result_both_readings_are_told() -> None:
    assert told("在职12人，培训[300人]的任务。") == {"actual", "target"}
    assert told("培训12期，培训[300人]的任务。") == {"target"}


def test_a_number_is_told_by_its_own_sentence_though_its_line_is_wrapped() -> None:
    assert told("全年新建口袋公园\n7个，比上年\n增加[2个]。") == {"change"}
    assert told("比上年增加较多。\n全年新建口袋公园[7个]。") == {"actual"}


def test_of_a_number_the_first_of_its_digits_tells_it() -> None:
    assert told("全年新建口袋公园[7]个。") == {"actual"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有数字。", []),
        ("新建公园7个，增长5%。", [("7个", "7"), ("5%", "5")]),
        ("约3万元；不低于90%", [("约3万元", "3"), ("不低于90%", "90")]),
    ],
    ids=["none", "two", "signs and hedges, over a semicolon"],
)
def test_quantities_of_a_sentence_with_their_places(text: str, expected: list[tuple[str, str]]) -> None:
    lead = "前一句。"
    whole = lead + text
    found = spoken_in(whole, Span(len(lead), len(whole)))
    assert [(whole[slice(*s.span)], whole[slice(*s.number)]) for s in found] == expected
    assert [s.quantity.text for s in found] == [words for words, _ in expected]
