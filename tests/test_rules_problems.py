"""Problems and remedies: which items a section has, what heads each, and what is none."""

from __future__ import annotations

import pytest

from pipeline.engines.rules.items import list_items, paragraphs, split_heading
from schemas.text import Span
from tests.rule_samples import HEADER, PARKS_ROW, TITLE, TOTAL_ROW, department_form, deviations, remedies

PROBLEMS, REMEDIES = "一、存在的问题及原因分析\n", "二、下一步改进措施\n"


def whole(text: str) -> Span:
    return Span(0, len(text))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("管护经费不足。", []),
        ("2.管护经费不足；3.人员不足。", []),  # no first item
        ("新建公园1.5公顷。", []),
        ("第一季度进度偏慢。", []),
        ("1.管护经费不足。2.人员不足。", ["管护经费不足。", "人员不足。"]),
        ("（1）管护经费不足；（2）人员不足。", ["管护经费不足；", "人员不足。"]),
        ("一、管护经费不足。\n二、人员不足。", ["管护经费不足。", "人员不足。"]),
        ("（一）管护经费不足。\n（二）人员不足。", ["管护经费不足。", "人员不足。"]),
        ("①管护经费不足。②管护人员不足。", ["管护经费不足。", "管护人员不足。"]),
        ("一是管护经费不足；二是管护人员不足。", ["管护经费不足；", "管护人员不足。"]),
        (
            "首先，管护经费不足。其次，管护人员不足。最后，设备老旧。",
            ["管护经费不足。", "管护人员不足。", "设备老旧。"],
        ),
        ("第一，管护经费不足。第二，管护人员不足。", ["管护经费不足。", "管护人员不足。"]),
        (
            "1.管护经费不足：一是标准偏低；二是拨付较慢。2.人员不足。",
            ["管护经费不足：一是标准偏低；二是拨付较慢。", "人员不足。"],
        ),
        ("1.经费不足。3.跳号的一项。2.人员不足。", ["经费不足。3.跳号的一项。", "人员不足。"]),
        ("1.无。2.人员不足。", ["人员不足。"]),
    ],
)
def test_the_items_of_a_list(text: str, items: list[str]) -> None:
    assert [text[slice(*item.span)] for item in list_items(text, whole(text))] == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("无。", []),
        ("存在的主要问题如下：\n", []),
        ("管护经费不足。\n人员力量薄弱。", ["管护经费不足。", "人员力量薄弱。"]),
        ("由于全县绿化面积逐年增加，管护\n经费不足。", ["由于全县绿化面积逐年增加，管护\n经费不足。"]),
    ],
)
def test_paragraphs_are_items_where_nothing_is_numbered(text: str, items: list[str]) -> None:
    assert [text[slice(*item.span)] for item in paragraphs(text, whole(text))] == items


@pytest.mark.parametrize(
    ("text", "heading", "details"),
    [
        ("管护经费不足。", None, None),
        (
            "管护经费标准偏低且拨付较慢，人员流动大，设备老旧，影响了城区公园绿地和行道树的日常养护管理工作质量和效率。详见附表。",
            None,
            None,
        ),
        ("管护经费不足。标准偏低。", "管护经费不足", "标准偏低。"),
        ("管护经费不足：标准偏低。", "管护经费不足", "标准偏低。"),
        ("管护经费不足\n标准偏低。", "管护经费不足", "标准偏低。"),
        ("预算编制不够精准，由于测算依据不足。", "预算编制不够精准", "由于测算依据不足。"),
        ("绿化工作有序推进，由于资金到位。", None, None),  # no fault
    ],
)
def test_the_heading_of_an_item(text: str, heading: str | None, details: str | None) -> None:
    item = split_heading(text, whole(text), len(text))
    assert (text[slice(*item.heading)] if item.heading else None) == heading
    assert (text[slice(*item.details)] if item.details else None) == details


@pytest.mark.parametrize(
    "body",
    [
        "无。\n",
        "没有。\n",
        "暂无\n",
        "不存在问题。\n",
        "本年度未发现明显问题。\n",
        "未出现偏离绩效目标的情况。\n",
        "\n",
    ],
)
def test_nothing_is_no_problem_and_no_remedy(body: str) -> None:
    text = TITLE + PROBLEMS + body + REMEDIES + body
    assert deviations(text) == []
    assert remedies(text) == []


SPARSE = {"description": "管护经费不足", "reason": "养护标准偏低。"}
FEW = {"description": "管护人员力量不足", "reason": "退休较多。"}


@pytest.mark.parametrize(
    "body",
    [
        "（一）管护经费不足。养护标准偏低。\n（二）管护人员力量不足。退休较多。\n",
        "（一）管护经费不足\n　　养护标准偏低。\n（二）管护人员力量不足\n　　退休较多。\n",
        "1.管护经费不足。养护标准偏低。\n2.管护人员力量不足。退休较多。\n",
        "　　一是管护经费不足。养护标准偏低。二是管护人员力量不足。退休较多。\n",
        "存在以下问题：\n1、管护经费不足：养护标准偏低。\n2、管护人员力量不足：退休较多。\n",
        "（一）存在的问题\n1.管护经费不足。养护标准偏低。\n2.管护人员力量不足。退休较多。\n",
    ],
)
def test_each_item_is_a_problem(body: str) -> None:
    assert deviations(TITLE + PROBLEMS + body, kind="problem") == [SPARSE, FEW]


def test_an_item_may_state_its_own_remedy() -> None:
    body = "（一）管护经费不足。养护标准偏低。改进措施：争取追加预算。\n（二）管护人员力量不足。退休较多。\n"
    assert deviations(TITLE + PROBLEMS + body) == [{**SPARSE, "remedy": "争取追加预算。"}, FEW]


def test_a_budget_that_departed_for_a_reason_is_one_deviation() -> None:
    body = "项目支出未纳入年初预算的原因为：\n1.项目为上级专款。\n2.项目在年中下达。\n"
    assert deviations(TITLE + PROBLEMS + body, kind="budget") == [
        {"description": "项目支出未纳入年初预算", "reason": "1.项目为上级专款。2.项目在年中下达。"}
    ]


def test_an_indicator_that_was_missed_is_told_from_a_problem() -> None:
    body = "（一）苗木成活率未达到目标值，原因是连续高温干旱。\n（二）管护人员力量不足。退休较多。\n"
    text = TITLE + PROBLEMS + body
    assert [one["indicator"] for one in deviations(text, kind="indicator")] == ["苗木成活率"]
    assert deviations(text, kind="problem") == [FEW]


@pytest.mark.parametrize(
    ("body", "statements"),
    [
        ("（一）加强预算管理。提高编制质量。\n（二）强化绩效培训。\n", ["加强预算管理", "强化绩效培训。"]),
        ("1.加强预算管理。\n2.强化绩效培训。\n", ["加强预算管理。", "强化绩效培训。"]),
        ("及时做好预算支出，保证时效。\n加强与各部门沟通。\n", ["及时做好预算支出，保证时效。", "加强与各部门沟通。"]),
        ("针对上述问题，提出以下措施：\n一是加强预算管理；二是强化绩效培训。\n", ["加强预算管理", "强化绩效培训。"]),
    ],
)
def test_each_item_is_a_remedy(body: str, statements: list[str]) -> None:
    assert remedies(TITLE + REMEDIES + body) == statements


@pytest.mark.parametrize(
    "turn", ["针对以上问题，下一步从两个方面改进：", "针对存在的问题，我局将：", "下一步，", "下一步改进打算："]
)
def test_a_list_of_remedies_under_the_problems(turn: str) -> None:
    faults = "一、存在的问题与改进打算\n一是管护经费不足。二是人员力量薄弱。\n"
    text = f"{TITLE}{faults}{turn}一是争取资金支持；二是充实管护队伍。\n"
    assert [one["description"] for one in deviations(text)] == ["管护经费不足。", "人员力量薄弱。"]
    assert remedies(text) == ["争取资金支持", "充实管护队伍。"]


def test_a_sentence_about_the_future_is_no_list_of_remedies() -> None:
    text = f"{TITLE}{PROBLEMS}一是管护经费不足。二是人员力量薄弱。\n下一步，争取资金支持。\n"
    assert remedies(text) == []


@pytest.mark.parametrize("title", ["八、有关建议\n", "8、 下一步改进措施\n", "八、下一步工作打算\n"])
def test_the_sections_of_remedies(title: str) -> None:
    assert remedies(TITLE + "七、存在的问题\n管护经费不足。\n" + title + "1.加强预算管理。\n2.强化绩效培训。\n") == [
        "加强预算管理。",
        "强化绩效培训。",
    ]


def test_problems_and_remedies_in_the_rows_of_a_form() -> None:
    rows = ("存在问题|1.管护经费不足。2.管护人员不足。", "改进措施|1.争取追加预算。2.增配人员。")
    text = department_form(HEADER, PARKS_ROW, TOTAL_ROW, *rows)
    assert [one["description"] for one in deviations(text)] == ["管护经费不足。", "管护人员不足。"]
    assert remedies(text) == ["争取追加预算。", "增配人员。"]
    assert deviations(department_form(HEADER, PARKS_ROW, TOTAL_ROW, "存在问题|无", "改进措施|无")) == []


def test_a_long_remedy_is_cut_after_its_sentence() -> None:
    sentence = "压实预算编制和绩效管理责任，按月通报执行进度。"
    (found,) = remedies(TITLE + REMEDIES + sentence * 12 + "\n")
    assert len(sentence) == 23
    assert found == sentence * 9
