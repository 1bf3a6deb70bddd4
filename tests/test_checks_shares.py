from __future__ import annotations

import pytest

from tests.check_samples import codes_about_report, findings, funding, indicator, report


@pytest.mark.parametrize(
    "words",
    [
        "学校达到86所，其中食堂供餐的81所，占比94.19%。",
        "学校达到86所，其中食堂供餐的81所，占比94.2%。",
        "学校达到86所。食堂供餐的81所，占比60%。",  # of what is not said in the sentence
        "学校达到86所，食堂供餐的81所，占比60%。",  # of 其中 is no word
        "抽检样品428批次，合格426批次，合格率99.53%。",
        "抽检样品428批次，合格426批次，按时合格率60%。",
        "发放问卷200份，回收190份，回收率95%，满意180份，满意率94.74%。",
        "培训3416人次，取得证书2870人，取证率84.02%。",  # another unit
        "受理300件，增长298件，增长率12%。",
        "支出12.00万元，执行率98%。",
        "项目全年预算1,260.00万元，其中省级300.00万元。全年执行1,184.40万元，预算执行率94.00%。",
        "项目年初预算1,260.00万元，全年预算1,300.00万元。全年执行1,184.40万元，预算执行率94.00%。",
        "上年结余1,260.00万元。全年执行1,184.40万元，预算执行率90.00%。",
    ],
)
def test_shares_that_fit_or_whose_whole_is_not_told_are_no_finding(words):
    assert codes_about_report(report(words)) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("学校达到86所，覆盖率100%；其中食堂供餐的81所，占比96.19%。", "81所/86所=94.19%，报告写96.19%"),
        ("抽检样品428批次，合格426批次，合格率98.53%。", "426批次/428批次=99.53%，报告写98.53%"),
        (
            "项目全年预算1,260.00万\n元。全年执\n行1,184.40万元，预算执行率96.40%。",
            "1,184.40万元/1,260.00万元=94%，报告写96.40%",
        ),
    ],
)
def test_shares_that_are_not_the_quotient(words, shown):
    (finding,) = findings(report(words))
    assert finding.code == "RATE"
    assert shown in finding.detail


def test_rate_of_a_record_with_its_budget_is_told_once():
    words = "项目全年预算1,260.00万元。全年执行1,184.40万元，预算执行率96.40%。"
    record = funding(item="项目", annual_budget="1,260.00", executed="1,184.40", rate="96.40%", unit="万元")
    assert codes_about_report(report(words, records=[record])) == ["RATE"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("甲公司完成出口300万元，乙公司保持增长，其出口额占全县进出口的42.76%。", ["CONFLICT"]),
        ("甲公司完成出口171万元，乙公司保持增长，其出口额占全县进出口的42.76%。", []),
        ("甲公司完成出口300万元，其出口额占全县进出口的42.76%。", []),  # one body only
        ("甲公司完成出口300万元，乙公司保持增长，其产值占全县产值的42.76%。", []),
    ],
)
def test_share_of_another_where_one_has_the_whole(words, expected):
    whole = indicator("narrative", name="外贸进出口", actual="300万元")
    assert codes_about_report(report(f"实现外贸进出口300万元。{words}", records=[whole])) == expected
