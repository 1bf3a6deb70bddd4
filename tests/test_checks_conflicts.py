from __future__ import annotations

import pytest

from tests.check_samples import (
    MONEY_HEAD,
    codes_about_report,
    evaluation,
    findings,
    funding,
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


def added(words, annual, executed):
    row = ["年度资金总额", "10.00", "900.00", "850.00", "-", "94.44%", "-"]
    grid = [MONEY_HEAD, row, ["项目支出", "-", "555.26", "546.48", "-", "-", "-"]]
    prose = funding(item="年中追加项目", annual_budget=annual, executed=executed, unit="万元")
    return report(words, grid, records=[prose, money_row(row), money_row(grid[2])])


@pytest.mark.parametrize(
    ("annual", "executed", "expected"),
    [
        ("555.26", "546.48", []),
        ("546.48", "540.00", []),  # another item
        ("546.48", "546.48", ["CONFLICT"]),
    ],
)
def test_item_that_is_all_of_a_kind_of_expense_has_its_budget(annual, executed, expected):
    words = f"年中追加项目预算金额{annual}万元，实际支出{executed}万元。"
    assert codes_about_report(added(words, annual, executed)) == expected
