from __future__ import annotations

import pytest

from tests.check_samples import (
    INDICATOR_HEAD,
    MONEY_HEAD,
    codes_about_report,
    evaluation,
    findings,
    funding,
    indicator,
    indicator_row,
    money_row,
    report,
)

FORM = ["年度资金总额", "80.00", "90.00", "88.20", "-", "98.00%", "-"]


def money(words, **fields):
    prose = funding(**fields)
    return report(words, [MONEY_HEAD, FORM], records=[evaluation(name="岚水县路政局"), prose, money_row(FORM)])


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("岚水县路政局整体支出88.20万元", {"item": "整体支出", "executed": "88.20", "unit": "万元"}),
        ("岚水县路政局整体支出882000元", {"item": "整体支出", "executed": "882000", "unit": "元"}),
        ("岚水县路政局整体支出88万元", {"item": "整体支出", "executed": "88", "unit": "万元"}),  # rounded
        ("岚水县路政局基本支出50.00万元", {"item": "基本支出", "executed": "50.00", "unit": "万元"}),
        ("岚水县路政局整体支出年初预算80.00万元", {"item": "整体支出", "initial_budget": "80.00", "unit": "万元"}),
        ("岚水县路政局会议费88.21万元", {"item": "会议费", "executed": "88.21", "unit": "万元"}),  # four digits only
    ],
)
def test_amounts_that_agree_or_are_of_two_things_are_no_conflict(words, fields):
    assert codes_about_report(money(words, **fields)) == []


@pytest.mark.parametrize(("amount", "shown"), [("87.20", "87.20万元，"), ("88.21", "88.21万元，"), ("87", "87万元，")])
def test_amounts_of_one_item_that_differ_are_a_conflict(amount, shown):
    words = f"岚水县路政局整体支出{amount}万元"
    (finding,) = findings(money(words, item="整体支出", executed=amount, unit="万元"), "CONFLICT")
    assert f"正文写{shown}表格写88.20万元" in finding.detail


def near(words, form_amount="1684.17"):
    row = ["项目支出", "-", form_amount, "-", "-", "-", "-"]
    return report(words, [MONEY_HEAD, row], records=[money_row(row)])


@pytest.mark.parametrize(
    "words",
    [
        "共支出专项资金1684.17万元。",
        "共支出专项资金1684.17万元，上年1684.18万元。",  # the amount itself stands there too
        "共支出专项资金1684.28万元。",
        "共支出专项资金1684.18亿元。",
        "共支出专项资金1684.2万元。",
    ],
)
def test_other_amounts_are_not_nearly_equal(words):
    assert codes_about_report(near(words)) == []


def test_long_amounts_that_differ_in_the_last_digit_are_a_conflict():
    (finding,) = findings(near("共支出专项资金1684.18万元。"))
    assert (finding.code, finding.detail) == ("CONFLICT", "项目支出：表格写1684.17万元，正文写1684.18万元，只差末位")


def measure(words, first, second, evaluations=("department", "department")):
    """Two measures of prose; the second is looked for after the mark ‖."""
    records = [
        indicator("narrative", which, after, name=pair[0], actual=pair[1])
        for pair, which, after in zip((first, second), evaluations, ("", "‖"), strict=True)
    ]
    return report(words, records=records)


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("新增就业624人。‖全年新增就业624人。", ("新增就业", "624人"), ("新增就业", "624人")),
        ("新增就业624人。‖新增就业约600人。", ("新增就业", "624人"), ("新增就业", "约600人")),
        ("新增就业岗位624个，‖新增就业岗位642个。", ("新增就业岗位", "624个"), ("新增就业岗位", "642个")),
        ("新增城镇就业624人。‖1-6月新增城镇就业542人。", ("新增城镇就业", "624人"), ("新增城镇就业", "542人")),
        ("全县新增就业岗位624个。‖城区新增就业岗位542个。", ("新增就业岗位", "624个"), ("新增就业岗位", "542个")),
        ("新增就业岗位624个。‖新增就业岗位3人。", ("新增就业岗位", "624个"), ("新增就业岗位", "3人")),
        ("举办培训班3期。‖举办培训班4期。", ("举办培训班", "3期"), ("举办培训班", "4期")),  # generic and few
        ("开展专项行动36次。‖开展专项行动32次。", ("开展专项行动", "36次"), ("开展专项行动", "32次")),  # generic
        ("受益群众624人。‖受益群众642人次。", ("受益群众", "624人"), ("受益群众", "642人次")),
        ("开展志愿服务36场。‖开展志愿服务320场。", ("开展志愿服务", "36场"), ("开展志愿服务", "320场")),
        ("总投资36亿元。‖总投资35亿元。", ("总投资", "36亿元"), ("总投资", "35亿元")),
    ],
)
def test_measures_that_agree_or_may_be_of_two_things_are_no_conflict(words, first, second):
    assert codes_about_report(measure(words, first, second)) == []


def test_measure_stated_twice_in_prose_with_two_values_is_a_conflict():
    sample = measure("组织义诊活动36场。‖全年组织义诊活动32场。", ("组织义诊活动", "36场"), ("组织义诊活动", "32场"))
    (finding,) = findings(sample)
    assert (finding.code, finding.detail) == ("CONFLICT", "组织义诊活动：正文写36场，另一处正文写32场")


@pytest.mark.parametrize(
    ("values", "expected"),
    [(("23.54亿元", "23亿元"), ["CONFLICT"]), (("23.4亿元", "23亿元"), []), (("23.54亿元", "3.1亿元"), [])],
)
def test_project_and_department_conflict_only_where_they_are_close(values, expected):
    words = f"到位市外境内资金{values[0]}。‖项目引进市外境内资金{values[1]}。"
    sample = measure(words, ("到位市外境内资金", values[0]), ("引进市外境内资金", values[1]), ("department", "p1"))
    assert codes_about_report(sample) == expected


@pytest.mark.parametrize(
    ("name", "actual", "expected"),
    [
        ("城镇新增就业", "624人", []),
        ("城镇新增就业", "642人", ["CONFLICT"]),
        ("指标1：城镇新增就业", "642", ["CONFLICT"]),  # the unit stands in a column of its own
        ("城镇新增就业目标", "642人", []),
        ("城镇新增就业", "98%", []),
    ],
)
def test_prose_against_the_row_of_a_form(name, actual, expected):
    row = ["效益指标", name, "≥600", actual, "10", "10", ""]
    prose = indicator("narrative", name="城镇新增就业", actual="624人")
    sample = report("城镇新增就业624人。", [INDICATOR_HEAD, row], records=[prose, indicator_row(row)])
    assert codes_about_report(sample) == expected
