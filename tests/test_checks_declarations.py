from __future__ import annotations

import pytest

from tests.check_samples import INDICATOR_HEAD, codes_about_report, findings, indicator_row, report

MISSED = ["效益指标", "新增就业", "≥280人", "264人", "6", "5.66", "企业用工减少"]
MET = ["效益指标", "新增就业", "≥280人", "284人", "6", "6", ""]


def sample(words, row, evaluation="department"):
    return report(words, [INDICATOR_HEAD, row], records=[indicator_row(row, evaluation)])


@pytest.mark.parametrize(
    ("words", "row", "evaluation"),
    [
        ("不存在未完成绩效目标或偏离绩效目标的情况。", MET, "department"),
        ("不存在未完成绩效目标的情况。", MISSED, "p1"),  # a single project's form
        ("该项目不存在未完成绩效目标的情况。", MISSED, "department"),
        ("未出现偏离绩效目标较大的情况。", MISSED, "department"),  # by far is another matter
        ("部分绩效目标未完成的原因是企业用工减少。", MISSED, "department"),
    ],
)
def test_declaration_that_holds_or_speaks_of_something_else_is_no_finding(words, row, evaluation):
    assert codes_about_report(sample(words, row, evaluation)) == []


@pytest.mark.parametrize("words", ["不存在未完成绩效目标或偏离绩效目标的情况", "未发生偏离绩效目标的情况"])
def test_declaration_against_a_missed_target(words):
    (finding,) = findings(sample(f"{words}。", MISSED))
    assert finding.code == "CONFLICT"
    assert words in finding.detail
    assert "264<280" in finding.detail
