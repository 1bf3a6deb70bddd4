from __future__ import annotations

import pytest

from tests.check_samples import (
    BASIC_HEAD,
    basic_row,
    codes_about_report,
    deviation,
    evaluation,
    findings,
    funding,
    report,
)

ROW = ["办公费", "18.20", "18.00", "24.35"]


def basic(*rows, words="", extra=()):
    return report([BASIC_HEAD, *rows], words, records=[*(basic_row(row) for row in rows), *extra])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["办公费", "18.20", "24.35", "24.35"], ""),
        (["办公费", "18.20", "25", "24.35"], ""),
        (["办公费", "30.00", "24.3", "24.35"], ""),  # within rounding
        (["办公费", "18.20", "—", "24.35"], ""),
        (ROW, "办公费超出预算，主要原因是搬迁。"),
        (ROW, "因年中追加办公费，支出增加。"),
    ],
)
def test_spending_within_its_budget_or_explained_is_no_finding(row, words):
    assert codes_about_report(basic(row, words=words)) == []


def test_deviation_that_names_the_item_explains_it():
    sample = basic(ROW, words="会议支出超支：搬迁。", extra=[deviation(description="会议支出超支", reason="搬迁")])
    assert codes_about_report(sample) == ["OVER_BUDGET"]
    sample = basic(ROW, words="本年办公费超支：搬迁。", extra=[deviation(description="办公费超支", reason="搬迁")])
    assert codes_about_report(sample) == []


def test_part_is_explained_with_the_row_above_it():
    rows = [["项目支出：", "8.00", "10.00", "30.00"], ["1、业务经费", "8.00", "10.00", "30.00"]]
    sample = basic(*rows, words="项目支出高于预算，原因是上级下达资金。")
    assert codes_about_report(sample) == []


def test_only_part_of_an_overspent_row_is_no_second_finding():
    rows = [["项目支出：", "8.00", "10.00", "30.00"], ["1、业务经费", "8.00", "10.00", "30.00"]]
    assert codes_about_report(basic(*rows)) == ["OVER_BUDGET"]


def test_annual_budget_counts_before_the_initial_one():
    fields = {"item": "修路", "initial_budget": "10", "annual_budget": "30", "executed": "29"}
    sample = report("修路年初预算10万元，全年预算30万元，支出29万元。", records=[funding(**fields, unit="万元")])
    assert codes_about_report(sample) == []


def project(budget, item="绿道建设工程"):
    rows = [[item, "1.00", budget, "30.00"]]
    own = funding("p1", annual_budget="30.50", unit="万元", after="全年预算")
    words = "绿道建设工程全年预算30.50万元。"
    return report([BASIC_HEAD, *rows], words, records=[basic_row(rows[0]), evaluation("p1", name=item[:4]), own])


def test_project_with_a_later_budget_of_its_own_or_none_when_the_year_began_is_no_finding():
    assert codes_about_report(project("20.00")) == []
    assert codes_about_report(project("20.00", "古树保护工程")) == []
    assert codes_about_report(basic(["古树保护工程", "1.00", "0", "30.00"])) == []


def test_visits_abroad_without_a_budget_are_a_finding():
    assert codes_about_report(basic(["公务接待费", "1.00", "0", "3.00"])) == ["OVER_BUDGET"]


def test_unexplained_overspending_is_a_finding():
    (finding,) = findings(basic(ROW, words="会议费下降，主要原因是压减。"))
    assert finding.code == "OVER_BUDGET"
    assert finding.detail == "办公费：年初预算数18.00万元，实际支出24.35万元，超出6.35，未说明原因"
