from __future__ import annotations

import pytest

from tests.check_samples import BASIC_HEAD, basic_row, codes_about_report, findings, funding, report

ROW = ["三公经费", "11.37", "20.00", "5.76"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("“三公”经费支出较上年减少5.61万元，下降49.34%。", []),
        ("“三公”经费较上年下降了5.6万元。", []),
        ("三公经费预算较上年增加0.23万元。", []),  # a budget, not the expenditure
        ("会议费较上年增加0.23万元。", []),  # not in the table
        ("三公经费支出较上年下降49.34%。", []),
        ("“三公”经费支出总额较上年增加0.23万元，上升4.10%。", ["CONFLICT"]),
        ("三公经费较上年增加5.61万元。", ["CONFLICT"]),
        ("三公经费比上年减少6.61万元。", ["CONFLICT"]),
    ],
)
def test_change_on_last_year(words, expected):
    assert codes_about_report(report(words, [BASIC_HEAD, ROW], records=[basic_row(ROW)])) == expected


def share(amount, percent, closing="本年无政府性基金项目支出。"):
    words = f"项目支出950.00万元。共涉及资金{amount}万元，占一般公共预算项目支出总额的{percent}。{closing}"
    return report(words, records=[funding(item="项目支出", executed="950.00", unit="万元")])


@pytest.mark.parametrize(
    "sample",
    [share("950.00", "100%"), share("122.45", "12.89%"), share("122.45", "13%"), share("122.45", "100%", closing="")],
)
def test_share_that_follows_or_cannot_be_judged_is_no_finding(sample):
    assert codes_about_report(sample) == []


def test_share_that_does_not_follow_is_a_conflict():
    (finding,) = findings(share("122.45", "100%"))
    assert finding.code == "CONFLICT"
    assert "122.45万元/950.00万元=12.89%" in finding.detail
