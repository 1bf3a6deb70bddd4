"""Goals in prose: under a heading, after labels, in a sentence; each with its outcome."""

from __future__ import annotations

import pytest

from tests.rule_samples import TITLE, goals, indicators

PARKS, TREES = "全年新建口袋公园并完成配套设施。", "栽植行道树并落实日常管护责任。"
BUILT, PLANTED = "新建口袋公园并完成验收，群众满意。", "行道树栽植到位，管护责任已落实。"


@pytest.mark.parametrize(
    "prose",
    [
        f"一、年度绩效目标完成情况\n1.{PARKS}\n2.{TREES}\n",
        f"一、明年工作目标\n1.{PARKS}\n2.{TREES}\n",
        f"一、绩效目标管理情况\n1.{PARKS}\n2.{TREES}\n",
        "一、绩效目标申报\n按要求编报绩效目标，经财政部门审核后批复下达。\n",
        f"一、存在的问题\n年度目标：{PARKS}\n",
        f"一、绩效情况\n{PARKS}{TREES}\n",
        "一、绩效情况\n年度目标：略\n",
        f"一、年度绩效目标及完成情况\n1.{PARKS}完成情况：{BUILT}\n2.{PLANTED}\n",  # not each with its own outcome
    ],
)
def test_what_is_no_goal(prose: str) -> None:
    assert goals(TITLE + prose) == []


@pytest.mark.parametrize(
    "prose",
    [
        f"一、年度绩效目标\n1.{PARKS}\n2.{TREES}\n二、绩效目标完成情况\n1.{BUILT}\n2.{PLANTED}\n",
        f"一、部门整体绩效目标\n（一）{PARKS}\n（二）{TREES}\n二、绩效目标完成情况\n（一）{BUILT}\n（二）{PLANTED}\n",
        f"一、绩效情况\n目标1：{PARKS}\n目标2：{TREES}\n目标1完成情况：{BUILT}\n目标2完成情况：{PLANTED}\n",
        f"一、绩效情况\n年度绩效目标：1.{PARKS}2.{TREES}\n绩效目标完成情况：1.{BUILT}2.{PLANTED}\n",
        f"一、年度绩效目标及完成情况\n1.{PARKS}完成情况：{BUILT}\n2.{TREES}实际完成情况：{PLANTED}\n",
    ],
    ids=["headings", "subsections", "labels", "run in", "each with its own"],
)
def test_goals_with_their_outcomes(prose: str) -> None:
    assert goals(TITLE + prose) == [
        {"statement": PARKS, "outcome": BUILT},
        {"statement": TREES, "outcome": PLANTED},
    ]


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        (f"一、年度绩效目标\n{PARKS}{TREES}\n", {"statement": PARKS + TREES}),
        (f"一、绩效情况\n年度总体目标为：{PARKS}\n实际完成情况：{BUILT}\n", {"statement": PARKS, "outcome": BUILT}),
        (f"一、绩效情况\n项目绩效目标：{PARKS}\n", {"statement": PARKS}),
    ],
)
def test_one_goal(prose: str, expected: dict[str, str]) -> None:
    assert goals(TITLE + prose) == [expected]


@pytest.mark.parametrize(
    "prose",
    [
        f"一、年度绩效目标\n1.{PARKS}\n2.{TREES}\n二、绩效目标完成情况\n1.{BUILT}\n",
        f"一、绩效情况\n目标1：{PARKS}\n目标2：{TREES}\n目标1完成情况：{BUILT}\n",
    ],
)
def test_outcomes_that_are_fewer_than_the_goals_are_not_paired(prose: str) -> None:
    assert goals(TITLE + prose) == [{"statement": PARKS}, {"statement": TREES}]


def test_numbers_in_a_goal_are_no_results() -> None:
    planned = "一、年度绩效目标\n1.新建口袋公园5个。\n2.栽植行道树2000株。\n"
    done = "二、绩效目标完成情况\n1.新建口袋公园7个。\n2.栽植行道树2100株。\n"
    assert [one["actual"] for one in indicators(TITLE + planned + done)] == ["7个", "2100株"]


def test_a_projects_goals_are_the_projects() -> None:
    project = f"（一）古树名木保护项目\n项目绩效目标：{PARKS}\n保护古树36株。\n"
    text = TITLE + "一、部门基本情况\n承担绿化工作。\n二、项目支出绩效情况\n" + project
    assert goals(text, evaluation="p1") == [{"statement": PARKS}]
    assert goals(text, evaluation="department") == []
