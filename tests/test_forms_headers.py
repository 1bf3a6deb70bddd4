"""Header rows, known by their words: money, lists of projects, staff, amounts, indicators, goals."""

from __future__ import annotations

import pytest

from pipeline.forms.grid import Row, columns_of
from pipeline.forms.headers import (
    are_amounts,
    goal_columns,
    is_indicator_header,
    is_staff_header,
    money_columns,
    pair_code,
    summary_columns,
)
from pipeline.forms.vocabulary import indicator_column
from schemas.text import Cell, Span


def row(words: str) -> Row:
    return tuple(Cell(word, Span(0, len(word)), 0, place) for place, word in enumerate(words.split("|")))


def filled(words: str) -> list[Cell]:
    return [cell for cell in row(words) if cell.text]


def codes(columns: tuple[object, ...]) -> list[str | None]:
    return [getattr(column, "code") for column in columns]  # noqa: B009


PRIOR, FIRST, FULL, SPENT, RATE, WEIGHT, SCORE = (
    "prior_executed",
    "initial_budget",
    "annual_budget",
    "executed",
    "rate",
    "weight",
    "score",
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("年度资金总额|30|36|35|10|97%|9.7", []),
        ("一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分", []),
        ("年初预算数|说明", []),
        ("执行率|得分", []),
        ("预算执行情况良好，预算执行率达到预期目标，决算数与预算数一致|执行率", []),
        ("|年初预算数|全年预算数|全年执行数|分值|执行率|得分", [None, FIRST, FULL, SPENT, WEIGHT, RATE, SCORE]),
        ("资金来源|年初预算数(A)|调整预算数|执行数（B）|执行率(B/A)|得分", [None, FIRST, FULL, SPENT, RATE, SCORE]),
        (
            "年度预算数(万元)|年初预算|全年(调整)预算数|预算执行数|预算执行率|权重|自评得分",
            [None, FIRST, FULL, SPENT, RATE, WEIGHT, SCORE],
        ),
        ("年度预算数|预算数|执行数|执行率", [FIRST, FULL, SPENT, RATE]),  # the later budget is the adjusted one
        ("年度预算数|年初预算数|预算数|执行数", [None, FIRST, FULL, SPENT]),  # a third is the corner's label
        ("经费控制情况（万元）|2022年决算数|2023年预算数|2023年决算数", [None, PRIOR, FIRST, SPENT]),
        ("经费控制情况|2022年预算数|2023年预算数|2023年支出数", [None, None, FIRST, SPENT]),
        ("资金情况|中央|省|合计|执行数|执行率", [None, None, None, None, SPENT, RATE]),
        ("项目|上年决算数|本年预算数|到位数|实际支出数|备注", [None, PRIOR, FIRST, "other", SPENT, "other"]),
    ],
)
def test_the_columns_of_money(words: str, expected: list[str | None]) -> None:
    assert codes(money_columns(row(words), 2023)) == expected


def test_a_year_is_the_last_one_only_before_the_fiscal_year() -> None:
    words = "经费|2022年决算数|2023年预算数|2023年决算数"
    assert codes(money_columns(row(words), 2023))[1] == "prior_executed"
    assert codes(money_columns(row(words), 2022))[1] == "executed"
    assert codes(money_columns(row(words), None))[1] == "executed"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("项目名称|古树名木保护|预算数|30", []),  # labels with their values beside them
        ("项目名称|执行数", []),
        ("序号|项目名称|负责人", []),
        ("项目名称|预算数|12", []),
        (
            "序号|项目名称|年初预算数|执行数|执行率|自评得分|自评等级",
            [None, "project_name", FIRST, SPENT, RATE, "total_score", "grade"],
        ),
        ("项目名称|预算金额|总分|等级", ["project_name", FIRST, "total_score", "grade"]),
        ("项目名称|全年预算数|全年执行数|分值|得分", ["project_name", FULL, SPENT, None, "total_score"]),
    ],
)
def test_the_columns_of_a_list_of_projects(words: str, expected: list[str | None]) -> None:
    assert codes(summary_columns(row(words), 2023)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("编制数|控制率", False),
        ("财政供养人员情况|20|18|90%", False),
        ("财政供养人员情况（人）|编制数|2023年实际在职人数|控制率", True),
        ("人员情况|核定编制数|在职人数", True),
    ],
)
def test_the_header_of_staff(words: str, expected: bool) -> None:
    assert is_staff_header(filled(words)) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("基本支出总额|326.58", False),
        ("基本支出总额|326.58万元|项目支出总额", False),
        ("实施单位|326.58万元", False),
        ("基本支出总额|326.58万元", True),
        ("基本支出总额|1,326.58 万元|项目支出总额|118元", True),
    ],
)
def test_labels_with_amounts_beside_them(words: str, expected: bool) -> None:
    assert are_amounts(filled(words)) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("年度总体目标|预期目标|实际完成情况", False),
        ("产出指标|数量指标|新建公园|5个|7个|10|10|", False),
        ("|年初预算数|全年预算数|全年执行数|分值|执行率|得分", False),
        ("一级指标|二级指标|三级指标", False),  # the lower row of a header of two
        ("分值|得分|备注", False),
        ("指标名称|得分", False),
        ("指标值是否合理、目标是否明确、分值设置是否科学，由评价组逐项核对后给出得分|一级指标|得分|分值", False),
        ("一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因", True),
        ("一级指标|三级指标|年度指标值|实际完成值", True),
        ("绩效指标|年度指标值|实际完成值|分值|得分", True),
        ("指标名称|计量单位|指标性质|年度指标值|权重|全年完成值|得分|说明", True),
        ("一级指标|分值|二级指标|分值|三级指标|分值|评分标准|得分", True),
        ("一级指标|二级指标|指标内容|指标值|备注", True),
    ],
)
def test_the_header_of_indicators(words: str, expected: bool) -> None:
    assert is_indicator_header(columns_of(row(words), indicator_column), filled(words)) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("年度总体目标|预期目标", []),
        ("一级指标|实际完成情况", []),
        ("预期目标|保护古树|实际完成情况|已保护古树", []),  # each label has its value beside it
        ("预期目标|" + "保护全县古树名木，" * 5 + "|实际完成情况", []),
        ("年度总体目标|预期目标|实际完成情况", [None, "statement", "outcome"]),
        ("年度\n总体\n目标|预期目标||实际完成情况", [None, "statement", None, "outcome"]),
        ("年度绩效目标|年度绩效目标|年度绩效目标完成情况", [None, "statement", "outcome"]),
        ("|年初设定目标|全年（调整）绩效目标|全年目标实际完成情况", [None, "statement", "adjusted", "outcome"]),
        ("总体目标|实际完成情况", ["statement", "outcome"]),
    ],
)
def test_the_columns_of_goals(words: str, expected: list[str | None]) -> None:
    assert codes(goal_columns(row(words), filled(words))) == expected


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("古树名木保护", None),
        ("项目名称及其所属的单位和主管部门的全称以及负责人姓名和联系电话以及填报日期说明", None),
        ("年度绩效目标完成率", None),
        ("项目名称", "project_name"),
        ("1.项目名称", "project_name"),
        ("区级预算部门（单位）名称", "unit_name"),
        ("填报单位(盖章)", "unit_name"),
        ("年度绩效目标2（40分）", "goal_set"),
        ("年度绩效目标一", "goal_set"),
        ("年度总体目标", "goal_set"),
        ("全年目标实际完成情况", "goal_done"),
        ("存在的问题及原因分析", "problems"),
        ("评价等级", "grade"),
    ],
)
def test_a_label_with_its_value_beside_it(label: str, code: str | None) -> None:
    assert pair_code(label) == code
