from __future__ import annotations

import pytest

from tests.check_samples import (
    BASIC_HEAD,
    INDICATOR_HEAD,
    codes_about_report,
    findings,
    funding,
    indicator,
    indicator_row,
    quotes,
    report,
)


def row(name, target, actual, unit=""):
    cells = ["产出指标", name, target, actual, "10", "10", ""]
    grid_row = [*cells[:2], unit, *cells[2:]] if unit else cells
    return report([INDICATOR_HEAD, grid_row], records=[indicator_row(cells)])


@pytest.mark.parametrize(
    ("name", "target", "actual", "unit"),
    [
        ("项目成本", "≤40万元", "38.2万元", ""),
        ("项目成本", "≤1500元", "1500", ""),  # the unit stands in a column of units
        ("人均成本", "1500", "1500", "元"),
        ("成本控制率", "100", "98", ""),
        ("资金到位及时率", "100", "100", ""),
        ("项目数量", "40", "33", ""),
        ("经费", "控制在预算内", "完成", ""),
        ("引资", "≥20家", "24家", ""),
    ],
)
def test_indicator_with_its_unit_or_not_of_money_is_no_finding(name, target, actual, unit):
    assert "UNIT" not in codes_about_report(row(name, target, actual, unit))


@pytest.mark.parametrize(
    ("name", "target", "actual"),
    [("招商", "≥8000", "8094万美元"), ("项目成本", "262.07", "262.07"), ("办公经费", "≤20", "18.5")],
)
def test_indicator_of_money_without_unit_is_a_finding(name, target, actual):
    (finding,) = findings(row(name, target, actual), "UNIT")
    assert target in finding.detail


def test_amount_in_prose_without_unit_is_a_finding():
    words = "基本支出3,462.30万元（人员经费3,126.85，公用经费335.45万元）。"
    records = [
        funding(item="基本支出", executed="3,462.30", unit="万元"),
        funding(item="人员经费", executed="3,126.85"),
        funding(item="公用经费", executed="335.45", unit="万元"),
    ]
    (finding,) = findings(report(words, records=records))
    assert (finding.code, finding.detail) == ("UNIT", "人员经费3,126.85没有写明金额单位")


@pytest.mark.parametrize(
    ("title", "expected"),
    [("单位：万元", []), ("单位：元", []), ("单位：岚水县某局", ["UNIT"])],
)
def test_form_states_its_unit_once(title, expected):
    rows = [["办公费", "1", "2", "2"], ["会议费", "1", "3", "3"]]
    head = [BASIC_HEAD[0].replace("（万元）", ""), *BASIC_HEAD[1:]]
    records = [funding(item=r[0], prior_executed=r[1], initial_budget=r[2], executed=r[3]) for r in rows]
    assert codes_about_report(report(title, [head, *rows], records=records)) == expected


@pytest.mark.parametrize("amount", ["0", "286.5"])
def test_small_amount_in_yuan_is_no_finding(amount):
    words = f"修桥支出{amount}元，铺路支出141.80万元。"
    records = [
        funding(item="修桥", executed=amount, unit="元"),
        funding(item="铺路", executed="141.80", unit="万元"),
    ]
    assert codes_about_report(report(words, records=records)) == []


def test_single_digit_that_stands_in_two_units_is_chance():
    records = [
        funding(item="报名费", executed="5", unit="元"),
        funding(item="铺路", executed="5", unit="万元", after="铺"),
    ]
    assert codes_about_report(report("报名费支出5元，铺路支出5万元。", records=records)) == []


def test_same_digits_in_a_unit_ten_thousand_times_larger_are_an_impossible_unit_and_no_conflict():
    grid = [["资金（万元）", "全年执行数"], ["修桥", "286.50"]]
    records = [
        funding(item="修桥", executed="286.50", unit="元"),
        funding(item="修桥", executed="286.50", unit="万元", after="资金（万元）"),
    ]
    sample = report("修桥支出286.50元。", grid, records=records)
    (finding,) = findings(sample)
    assert finding.code == "UNIT"
    assert quotes(sample, finding) == ["286.50", "286.50"]


FLAT = ["一级指标", "三级指标", "度量单位", "指标值", "实际完成值", "分值", "得分"]


def flat(unit):
    row = ["成本指标", "单位成本", unit, "24080", "23608元", "10", "10"]
    names = {"name": row[1], "target": row[3], "actual": row[4], "weight": row[5], "score": row[6]}
    return report([FLAT, row], records=[indicator("form", **names)])


@pytest.mark.parametrize(("unit", "expected"), [("元", []), ("", ["UNIT"]), ("个", ["UNIT"])])
def test_unit_in_a_cell_of_its_own_is_the_targets(unit, expected):
    assert codes_about_report(flat(unit)) == expected


def counts(*targets):
    rows = [["产出指标", f"任务{place}", target, "24项", "10", "10", ""] for place, target in enumerate(targets)]
    return report([INDICATOR_HEAD, *rows], records=[indicator_row(row) for row in rows])


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (("23项", "23项", "23项", "23项", "23项"), []),
        (("≥23", "≥23", "23项", "23项", "23项", "23项"), []),  # a habit of the form
        (("≥23", "23项"), []),  # too few to tell a habit
        (("≥23", "23项", "23项", "23项", "23项"), ["UNIT"]),
    ],
)
def test_the_only_target_of_a_form_without_its_unit(targets, expected):
    assert codes_about_report(counts(*targets)) == expected
