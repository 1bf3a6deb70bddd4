from __future__ import annotations

import pytest

from tests.check_samples import (
    BASIC_HEAD,
    MONEY_HEAD,
    basic_row,
    codes_about_report,
    findings,
    funding,
    money_row,
    report,
)


def basic(*rows, skip=()):
    records = [basic_row(row) for place, row in enumerate(rows) if place not in skip]
    return report([BASIC_HEAD, *rows], records=[r._replace(fields=_bare_item(r.fields)) for r in records])


def _bare_item(fields):
    return {**fields, "item": fields["item"].removeprefix("其中：").lstrip("123、 ")}


VISITS = [
    ["三公经费", "10.52", "12.00", "9.46"],
    ["1、公务用车购置和维护经费", "6.80", "7.00", "6.20"],
    ["其中：公车购置", "0", "0", "0"],
    ["公车运行维护", "6.80", "7.00", "6.20"],
    ["2、出国经费", "0", "0", "0"],
    ["3、公务接待", "3.72", "5.00", "3.26"],
    ["公用经费", "99.00", "88.00", "77.00"],
]


def changed(row, column, value):
    rows = [list(cells) for cells in VISITS]
    rows[row][column] = value
    return rows


def test_numbered_rows_that_add_up_are_no_finding():
    assert codes_about_report(basic(*VISITS)) == []


def test_sum_within_the_rounding_of_all_numbers_is_no_finding():
    assert codes_about_report(basic(*changed(0, 3, "9.47"))) == []


@pytest.mark.parametrize("blank", ["", "—", "/"])
def test_blank_part_is_unknown_and_not_zero(blank):
    rows = changed(5, 3, blank)
    assert codes_about_report(basic(*rows)) == []


def test_row_with_amounts_that_no_record_holds_is_a_gap_in_the_reading_not_in_the_report():
    assert codes_about_report(basic(*VISITS, skip={5})) == []
    assert codes_about_report(basic(*VISITS, skip={4})) == []


def test_numbers_that_start_anew_belong_to_the_next_total():
    more = [["项目支出：", "9", "9", "9"], ["1、业务经费", "4", "4", "4"], ["2、绿化经费", "5", "5", "5"]]
    assert codes_about_report(basic(*VISITS[:6], *more)) == []


def test_rows_run_together_by_a_conversion_are_not_added_up_but_doubted():
    rows = [*VISITS[:4], ["3、公务接待", "3.72", "1.00", "793.24", "3、专项资金", "320", "320"]]
    records = [basic_row(row)._replace(fields=_bare_item(basic_row(row).fields)) for row in rows]
    records.append(funding(item="专项资金", initial_budget="320", executed="320", unit="万元"))
    sample = report([BASIC_HEAD, *rows], records=records)
    assert codes_about_report(sample) == []
    assert "ROW_RUN_TOGETHER" in [finding.code for finding in findings(sample)]


def test_numbered_rows_that_miss_their_total_are_a_finding_for_that_column_only():
    (finding,) = findings(basic(*changed(0, 3, "9.86")))
    assert finding.code == "SUM"
    assert finding.detail == "三公经费执行数：分项6.2+0+3.26=9.46，报告写9.86万元，相差0.4"
    assert {ref.field for ref in finding.fields} == {"executed"}


def test_vehicles_are_the_sum_of_purchase_and_upkeep():
    (finding,) = findings(basic(*changed(2, 1, "1.50")))
    assert finding.detail == "公务用车购置和维护经费上年决算数：分项1.5+6.8=8.3，报告写6.80万元，相差1.5"


TOTAL = ["年度资金总额", "300.00", "310.00", "305.00", "10", "98.39%", "9.84"]
OWN = ["其中：当年财政拨款", "300.00", "280.00", "275.00", "-", "-", "-"]
CARRIED = ["上年结转资金", "0", "30.00", "30.00", "-", "-", "-"]
WRONG = ["上年结转资金", "0", "30.00", "20.00", "-", "-", "-"]
GOAL = ["年度总体目标", "修好1号桥"]


def block(*rows, skip=()):
    records = [money_row(row) for place, row in enumerate(rows) if place not in skip]
    return report([MONEY_HEAD, *rows, GOAL], records=[r._replace(fields=_bare_item(r.fields)) for r in records])


@pytest.mark.parametrize(
    "rows",
    [
        (TOTAL, OWN, CARRIED),
        (OWN, CARRIED, TOTAL),  # the total stands last in some provinces
        (TOTAL, OWN),
        (TOTAL, OWN, ["上年结转资金", "-", "-", "-", "-", "-", "-"]),
        # levels of government inside 财政拨款, or a second 其中: which rows add up is not said
        (TOTAL, ["其中：财政拨款", "300.00", "310.00", "305.00"], ["中央补助", "100.00", "100.00", "100.00"]),
        (TOTAL, ["其中：财政资金", "300.00", "280.00", "280.00"], ["其中：专项资金", "100.00", "90.00", "90.00"]),
    ],
)
def test_sources_that_add_up_or_cannot_be_told_are_no_finding(rows):
    assert codes_about_report(block(*rows)) == []


def test_source_without_a_record_is_no_finding():
    assert codes_about_report(block(TOTAL, OWN, ["其他资金", "9", "9", "9"], WRONG, skip={2})) == []
    assert codes_about_report(block(TOTAL, OWN, WRONG, ["其他资金", "9", "9", "9"], skip={3})) == []


def test_sources_that_miss_the_total_are_a_finding():
    (finding,) = findings(block(TOTAL, OWN, WRONG), "SUM")
    assert finding.detail == "年度资金总额执行数：分项275+20=295，报告写305.00万元，相差10"


def split(total, basic_part, project_part, head="按支出性质分："):
    row = ["年度资金总额", "200.00", total, "290.00"]
    grid = [MONEY_HEAD, row, [head], ["其中：基本支出：", basic_part], ["项目支出：", project_part], GOAL]
    parts = [
        funding(item=item, annual_budget=value, unit="万元", after=head)
        for item, value in (("基本支出", basic_part), ("项目支出", project_part))
    ]
    return report(grid, records=[money_row(row), *parts])


@pytest.mark.parametrize(
    ("total", "basic_part", "project_part", "head", "expected"),
    [
        ("310.00", "110.00", "200.00", "按支出性质分：", []),
        ("310.00", "110.00", "180.00", "按支出性质分：", []),  # the split of the expenditure
        ("310.00", "110.00", "200.00", "按支出性质分：310.00", []),
        ("310.00", "110.00", "180.00", "按支出性质分：310.00", ["SUM"]),  # the stated total counts
        ("310.00", "110.00", "170.00", "按支出性质分：", ["SUM"]),
    ],
)
def test_split_by_kind_of_expense(total, basic_part, project_part, head, expected):
    assert codes_about_report(split(total, basic_part, project_part, head)) == expected


NAMED = ["3、专项资金（一个专项一行）", "", "", ""]
ROAD = ["绿道建设", "1.00", "3.00", "3.00"]
RUNNING = ["公用经费", "99.00", "88.00", "77.00"]
PROJECTS = [
    ["项目支出：", "9.00", "9.00", "9.00"],
    ["1、业务经费", "4.00", "4.00", "4.00"],
    ["2、绿化经费", "4.00", "4.00", "4.00"],
]


def test_projects_that_have_rows_of_their_own_leave_the_sum_open():
    assert codes_about_report(basic(*PROJECTS, NAMED, ROAD, RUNNING, skip={3})) == []
    assert set(codes_about_report(basic(*PROJECTS, NAMED, RUNNING, skip={3}))) == {"SUM"}


SINGLE = ["其中：当年财政拨款", "300.00", "310.00", "290.00", "-", "-", "-"]


def test_a_single_source_with_the_whole_budget_must_have_spent_the_whole():
    (finding,) = findings(block(TOTAL, SINGLE, ["其他资金", "-", "-", "-"], skip={2}), "SUM")
    assert finding.detail == "年度资金总额执行数：分项290=290，报告写305.00万元，相差15"
    part = ["其中：当年财政拨款", "300.00", "300.00", "290.00", "-", "-", "-"]
    assert codes_about_report(block(TOTAL, part)) == []


def test_total_in_another_unit_than_its_sources_is_an_impossible_unit_and_no_wrong_sum():
    own = ["其中：当年财政拨款", "3000000", "2800000", "2750000", "-", "-", "-"]
    carried = ["上年结转资金", "0", "300000", "300000", "-", "-", "-"]
    (finding,) = findings(block(TOTAL, own, carried), "SUM", "UNIT")
    assert finding.code == "UNIT"
    assert "单位相差一万倍" in finding.detail
