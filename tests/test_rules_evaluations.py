"""What is evaluated: the department, projects of forms, lists, titles, headings and paragraphs; scores and grades."""

from __future__ import annotations

import pytest

from pipeline.engines.rules.evaluations import likeness_key, same_project
from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    TITLE,
    about_results,
    department_form,
    dump,
    evaluations,
    project_form,
)

DEPARTMENT = {"id": "department", "scope": "department", "name": "云溪县园林局"}
TREES = {"id": "p1", "scope": "project", "name": "古树名木保护"}


@pytest.mark.parametrize(
    ("first", "second"),
    [("古树名木保护项目", "湿地修复项目"), ("绿化", "绿化养护"), ("项目经费", "专项资金"), ("公园", "公园养护")],
)
def test_different_projects(first: str, second: str) -> None:
    assert not same_project(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("古树名木保护项目", "古树名木保护"),
        ("“古树名木保护”专项经费", "古树名木保护项目"),
        ("古树\n名木保护", "古树名木保护"),
        ("古树名木保护", "县级古树名木保护补助资金"),
    ],
)
def test_one_project_under_two_names(first: str, second: str) -> None:
    assert same_project(first, second)


def test_a_name_that_is_only_a_suffix_stays() -> None:
    assert likeness_key("专项资金") == "专项资金"


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("总分|||||||", {}),
        ("总分|||||100||", {}),  # the weights' total alone is no score
        ("总分|100", {}),
        ("总分|100|95|", {"total_score": "95"}),
        ("总  分|||||100|92.5|", {"total_score": "92.5"}),
        ("合计|||||100|92.5分|", {"total_score": "92.5分"}),
        ("总分|100|92.5|优", {"total_score": "92.5", "grade": "优"}),
        ("总得分||||||88|", {"total_score": "88"}),
    ],
)
def test_the_total_of_a_form(total: str, expected: dict[str, str]) -> None:
    assert evaluations(department_form(HEADER, PARKS_ROW, total)) == [{**DEPARTMENT, **expected}]


def test_the_total_where_the_weights_have_no_column() -> None:
    header = "一级指标|二级指标|三级指标|年初目标值|实际完成值|得分"
    (found,) = evaluations(department_form(header, "产出指标|数量指标|公园|5个|7个|10", "总分|95"))
    assert found["total_score"] == "95"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("自评总分|优秀", {}),
        ("评价等级|已评价", {}),
        ("自评总分|97.5|评价等级|“优”", {"total_score": "97.5", "grade": "优"}),
        ("项目负责人|李四|自评得分|97.5", {"total_score": "97.5"}),
        ("评价结论|良好", {"grade": "良好"}),
    ],
)
def test_the_score_and_grade_in_the_head(head: str, expected: dict[str, str]) -> None:
    assert evaluations(project_form(head, HEADER, PARKS_ROW))[1] == {**TREES, **expected}


def test_the_total_row_goes_before_the_head() -> None:
    assert evaluations(project_form("自评总分|97.5", HEADER, PARKS_ROW, "总分|100|95|"))[1]["total_score"] == "95"


@pytest.mark.parametrize(
    ("title", "scope"),
    [
        ("部门整体支出绩效自评表", "department"),
        ("部门预算项目整体支出绩效自评表", "department"),
        ("绩效自评表", "department"),
        ("项目支出绩效自评表", "project"),
        ("专项资金绩效自评表", "project"),
        ("转移支付绩效自评表", "project"),
    ],
)
def test_the_title_says_what_a_form_without_a_name_is_about(title: str, scope: str) -> None:
    found = evaluations(TITLE + title + "\n" + dump("主管部门|云溪县财政局", HEADER, PARKS_ROW, "总分|100|95|"))
    assert next(one["scope"] for one in found if one.get("total_score") == "95") == scope


def test_a_table_of_basic_data_evaluates_nothing() -> None:
    text = TITLE + "基础数据表\n" + dump("经费控制情况|2022年决算数|2023年预算数|2023年决算数", "三公经费|9|8|7")
    assert evaluations(text) == [DEPARTMENT]


def test_forms_of_one_project_are_one_evaluation() -> None:
    rows = (HEADER, PARKS_ROW, "总分|100|95|")
    text = project_form(
        *rows, "项目名称|古树名木保护经费", *rows, "项目名称|湿地修复", HEADER, PARKS_ROW, "总分|100|90|"
    )
    assert [(one["id"], one["name"]) for one in evaluations(text)] == [
        ("department", "云溪县园林局"),
        ("p1", "古树名木保护"),
        ("p2", "湿地修复"),
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2023年度云溪县园林局整体支出绩效自评报告", DEPARTMENT),
        ("2023年度云溪县园林局部门预算项目支出绩效自评报告", DEPARTMENT),
        ("云溪县园林局2023年度古树名木保护项目支出绩效自评报告", {**TREES, "name": "古树名木保护项目"}),
        ("云溪县园林局古树名木保护项目支出绩效自评报告", {**TREES, "name": "古树名木保护项目"}),
        ("2023年度云溪县园林局古树名木保护专项资金绩效评价报告", {**TREES, "name": "古树名木保护专项资金"}),
        ("2023年度古树名木保护项目绩效自评报告", {**TREES, "name": "古树名木保护项目"}),
    ],
)
def test_the_title_of_the_report_says_what_is_evaluated(title: str, expected: dict[str, str]) -> None:
    found = evaluations(title + "\n云溪县园林局\n一、绩效情况\n自评得分95分，等级为优。\n")
    assert found == [{**expected, "total_score": "95分", "grade": "优"}]


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("满分100分，自评工作组织有序。", {}),
        ("自评得分率95%。", {}),
        ("绩效自评满分为100分。", {}),
        ("绩效自评总分值100分，自评得分92分。", {"total_score": "92分"}),
        ("质量指标得分20分。", {}),
        ("自评得分96.5分。", {"total_score": "96.5分"}),
        ("经自评，整体支出绩效评价综合得分为 92分，等级为“良”。", {"total_score": "92分", "grade": "良"}),
        ("自评总分合计95.25，评价等次优秀。", {"total_score": "95.25", "grade": "优秀"}),
        ("自评得96分。", {"total_score": "96分"}),
        ("自评得分88分\n全县优良天数增加。", {"total_score": "88分"}),
    ],
)
def test_the_score_of_the_department_in_prose(prose: str, expected: dict[str, str]) -> None:
    assert evaluations(about_results(prose)) == [{**DEPARTMENT, **expected}]


def test_a_form_goes_before_prose_and_prose_fills_what_it_lacks() -> None:
    prose = about_results("自评得分90分，等级为优。")
    form = FORM_TITLE + dump("预算部门名称|云溪县园林局", HEADER, PARKS_ROW, "总分|100|95|")
    (found,) = evaluations(prose + form)
    assert (found["total_score"], found["grade"]) == ("95", "优")


@pytest.mark.parametrize(
    ("prose", "projects"),
    [
        ("二、项目支出绩效情况\n（一）项目资金管理情况\n新建公园3个。\n（二）项目组织实施情况\n制度健全。", []),
        ("二、项目支出绩效情况\n（一）古树名木保护项目\n全年支出30万元。\n", []),  # money only is a funding line
        ("二、项目绩效\n（一）古树保护项目\n保护古树36株。\n（二）湿地工程\n修复3处。", ["古树保护项目", "湿地工程"]),
        ("二、项目支出绩效情况\n1.古树名木保护经费30万元\n保护古树36株。\n", ["古树名木保护经费"]),
        ("二、项目绩效\n（一）古树名木保护项目绩效自评综述：保护古树36株。\n", ["古树名木保护项目"]),
        ("二、项目绩效\n古树名木保护项目绩效自评综述：保护古树36株，自评得分97分。\n", ["古树名木保护项目"]),
        ("二、项目绩效\n古树名木保护项目。全年保护古树36株，自评得分97分。\n", ["古树名木保护项目"]),
    ],
)  # fmt: skip
def test_projects_that_have_a_passage_of_their_own(prose: str, projects: list[str]) -> None:
    found = evaluations(TITLE + "一、部门基本情况\n承担绿化工作。\n" + prose)
    assert [one["name"] for one in found if one["scope"] == "project"] == projects


def test_each_project_has_its_own_score() -> None:
    trees = "（一）古树名木保护项目\n保护古树36株。自评得分97分，等级为优。\n"
    wetlands = "（二）湿地修复工程\n修复湿地3处。自评得分91分。\n"
    found = evaluations(TITLE + "一、部门基本情况\n承担绿化。\n二、项目支出绩效情况\n" + trees + wetlands)
    assert [(one.get("total_score"), one.get("grade")) for one in found] == [
        (None, None),
        ("97分", "优"),
        ("91分", None),
    ]


def test_a_list_of_projects_evaluates_each() -> None:
    rows = ("1|古树名木保护|95|优", "2|湿地修复|/|/", "|合计|98|")
    text = TITLE + dump("序号|项目名称|自评得分|自评等级", *rows)
    assert evaluations(text)[1:] == [{**TREES, "total_score": "95", "grade": "优"}]
