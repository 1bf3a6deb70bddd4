"""Goals in forms: which cells are goals and their outcomes, in every layout of the block."""

from __future__ import annotations

import pytest

from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    TITLE,
    Merged,
    department_form,
    evaluations,
    goals,
    grid_document,
    indicators,
)

BODY = (HEADER, PARKS_ROW)
BLOCK = "年度总体目标|预期目标|实际完成情况"


@pytest.mark.parametrize(
    "rows",
    [
        (BLOCK, "||"),
        (BLOCK, "|/|已完成绿化"),
        (BLOCK, "|—|—"),
        ("年度总体目标|",),
        ("实际完成情况|已完成绿化",),
        ("绩效指标|", "年度指标|", "总分|100"),
    ],
)
def test_what_is_no_goal(rows: tuple[str, ...]) -> None:
    assert goals(department_form(*rows, *BODY)) == []


WHOLE = [{"statement": "提升绿化水平，改善环境。", "outcome": "已完成绿化。"}]


@pytest.mark.parametrize(
    "rows",
    [
        (BLOCK, "|提升绿化水平，改善环境。|已完成绿化。"),
        ("年度\n总体\n目标|年初设定目标|全年目标实际完成情况", "|提升绿化水平，改善环境。|已完成绿化。"),
        (
            "|年初绩效目标|全年（调整）绩效目标|全年实际完成情况",
            "|提升绿化水平，改善环境。|与年初目标一致|已完成绿化。",
        ),
        ("|年初绩效目标|全年（调整）绩效目标|全年实际完成情况", "|只栽行道树。|提升绿化水平，改善环境。|已完成绿化。"),
        ("年度总体目标|提升绿化水平，改善环境。", "实际完成情况|已完成绿化。"),
        ("预期目标|提升绿化水平，改善环境。|实际完成情况|已完成绿化。",),
        ("年度总体目标|年度总体目标完成情况", "提升绿化水平，改善环境。|已完成绿化。"),
        ("年度绩效目标1（40分）|提升绿化水平，改善环境。|实际完成情况|已完成绿化。",),
        (BLOCK, "|1.提升绿化水平，改善环境。|已完成绿化。"),
    ],
)
def test_a_goal_with_its_outcome(rows: tuple[str, ...]) -> None:
    text = department_form(*rows, *BODY)
    assert goals(text) == WHOLE
    assert evaluations(text)[0]["outcome_summary"] == "已完成绿化。"


def test_a_goal_in_a_grid() -> None:
    document = grid_document(
        TITLE + FORM_TITLE,
        [
            ["预算部门名称", Merged("云溪县园林局", columns=4)],
            [Merged("年度总体目标", rows=2), Merged("预期目标", columns=2), Merged("实际完成情况", columns=2)],
            [Merged("提升绿化水平，改善环境。", columns=2), Merged("已完成绿化。", columns=2)],
        ],
    )
    assert goals(document) == WHOLE


NUMBERED = [
    {"statement": "新建公园", "outcome": "已建公园"},
    {"statement": "栽植行道树", "outcome": "已栽行道树"},
]


@pytest.mark.parametrize(
    ("statement", "outcome"),
    [
        ("目标1：新建公园；\n目标2：栽植行道树；", "目标1完成情况：已建公园；\n目标2完成情况：已栽行道树；"),
        ("1.新建公园；2.栽植行道树", "1、已建公园；2、已栽行道树"),
        ("（1）新建公园；（2）栽植行道树", "（1）已建公园；（2）已栽行道树"),
        ("①新建公园；②栽植行道树", "①已建公园；②已栽行道树"),
        ("目标一：新建公园；目标二：栽植行道树", "目标一：已建公园；目标二：已栽行道树"),
    ],
)
def test_a_numbered_list_is_a_goal_for_each_number(statement: str, outcome: str) -> None:
    assert goals(department_form(BLOCK, f"|{statement}|{outcome}", *BODY)) == NUMBERED


WHOLE_CELL: dict[str, str] = {}


@pytest.mark.parametrize(
    ("statement", "outcome", "expected"),
    [
        ("1.新建公园；2.栽植行道树", "已全部完成", [{"statement": "新建公园"}, {"statement": "栽植行道树"}]),
        ("1.新建公园；2.栽植行道树", "1.已建公园", [{"statement": "新建公园"}, {"statement": "栽植行道树"}]),
        ("新建公园2.5公顷，栽植3.2万株", "已完成", [WHOLE_CELL]),
        ("全力做好以下工作：1.新建公园；2.栽树", "已完成", [WHOLE_CELL]),
        ("2.新建公园；3.栽树", "已完成", [WHOLE_CELL]),
    ],
)  # fmt: skip
def test_lists_that_do_not_fit(statement: str, outcome: str, expected: list[dict[str, str]]) -> None:
    whole = {"statement": statement, "outcome": outcome}
    wanted = [whole if goal is WHOLE_CELL else goal for goal in expected]
    assert goals(department_form(BLOCK, f"|{statement}|{outcome}", *BODY)) == wanted


def test_a_long_outcome_is_cut_after_its_sentence() -> None:
    sentence = "完成了城区主次干道的绿化养护和行道树补植任务。"
    found = goals(department_form(BLOCK, f"|提升绿化水平|{sentence * 12}", *BODY))
    assert found == [{"statement": "提升绿化水平", "outcome": sentence * 9}]
    assert 8 * len(sentence) <= 200 < 9 * len(sentence)


def test_results_in_the_outcome_are_measures_too_but_not_those_in_the_goal() -> None:
    text = department_form(BLOCK, "|改造公厕20座|已改造公厕21座，新增停车位300个", *BODY)
    assert indicators(text, origin="narrative") == [
        {"name": "改造公厕", "actual": "21座"},
        {"name": "新增停车位", "actual": "300个"},
    ]
